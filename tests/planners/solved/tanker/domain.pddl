(define (domain tanker)
  (:requirements :typing :fluents)
  (:types truck place)
  (:predicates (at ?t - truck ?p - place) (road ?p ?q - place) (served ?p - place))
  (:functions (fuel ?t - truck) (need ?p - place) (far ?p ?q - place) (room ?t - truck))
  (:action drive
    :parameters (?t - truck ?p ?q - place)
    :precondition (and (at ?t ?p) (road ?p ?q) (>= (fuel ?t) (far ?p ?q)))
    :effect (and (not (at ?t ?p)) (at ?t ?q) (decrease (fuel ?t) (far ?p ?q))))
  (:action serve
    :parameters (?t - truck ?p - place)
    :precondition (and (at ?t ?p) (> (need ?p) 0) (>= (fuel ?t) (need ?p)))
    :effect (and (served ?p) (decrease (fuel ?t) (need ?p)) (assign (need ?p) 0)))
  (:action refill
    :parameters (?t - truck ?p - place)
    :precondition (and (at ?t ?p) (= (need ?p) 0) (< (fuel ?t) (room ?t)))
    :effect (assign (fuel ?t) (room ?t))))
