(define (domain harbour)
  (:requirements :adl)
  (:types crate crane - thing berth)
  (:constants quay - berth)
  (:predicates (at ?t - thing ?b - berth) (held ?c - crate ?k - crane) (heavy ?c - crate) (wet ?c - crate))
  (:action move
    :parameters (?k - crane ?from ?to - berth)
    :precondition (and (at ?k ?from) (not (= ?from ?to))
      (forall (?c - crate) (imply (held ?c ?k) (not (heavy ?c)))))
    :effect (and (not (at ?k ?from)) (at ?k ?to)
      (forall (?c - crate) (when (held ?c ?k) (and (not (at ?c ?from)) (at ?c ?to))))))
  (:action grasp
    :parameters (?c - crate ?k - crane)
    :precondition (and (exists (?b - berth) (and (at ?c ?b) (at ?k ?b)))
      (not (exists (?d - crate) (held ?d ?k))))
    :effect (held ?c ?k))
  (:action release
    :parameters (?c - crate ?k - crane)
    :precondition (held ?c ?k)
    :effect (and (not (held ?c ?k)) (when (at ?c quay) (wet ?c))))
  (:action unpack
    :parameters (?c - crate)
    :precondition (or (wet ?c) (not (at ?c quay)))
    :effect (not (heavy ?c))))
