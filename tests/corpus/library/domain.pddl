; Quantifiers, disjunctions, equality, `either`, constants and an empty type.
(define (domain library)
  (:requirements :adl)
  (:types item reader - object book film - item ghost - reader)
  (:constants desk - object)
  (:predicates
    (on-shelf ?i - item)
    (lent ?i - (either book film) ?r - reader)
    (barred ?r - reader)
    (friends ?a ?b - reader)
    (closed))
  (:action borrow
    :parameters (?i - item ?r - reader)
    :precondition (and
      (on-shelf ?i)
      (not (closed))
      (forall (?other - item) (imply (lent ?other ?r) (= ?other ?i))))
    :effect (and (lent ?i ?r) (not (on-shelf ?i))))
  (:action give-back
    :parameters (?i - item ?r - reader)
    :precondition (or (lent ?i ?r) (exists (?f - reader) (and (friends ?f ?r) (lent ?i ?f))))
    :effect (and (on-shelf ?i) (forall (?any - reader) (not (lent ?i ?any)))))
  (:action close
    :precondition (and (forall (?g - ghost) (barred ?g)) (not (exists (?i - item) (not (on-shelf ?i)))))
    :effect (closed)))
