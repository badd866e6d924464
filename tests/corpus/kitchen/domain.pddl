; Conditional and nested effects, all read in the old state, and costs by table and number.
(define (domain kitchen)
  (:requirements :strips :typing :negative-preconditions :conditional-effects :action-costs)
  (:types pan)
  (:predicates (hot ?p - pan) (full ?p - pan) (burnt ?p - pan) (lit) (gas))
  (:functions (total-cost) - number (fuel ?p - pan) - number)
  (:action light
    :precondition (and (gas) (not (lit)))
    :effect (and (lit) (increase (total-cost) 0.5)))
  (:action heat
    :parameters (?p - pan)
    :precondition (lit)
    :effect (and
      (hot ?p)
      (when (hot ?p) (when (full ?p) (burnt ?p)))
      (increase (total-cost) (fuel ?p))))
  (:action trade
    :parameters (?a ?b - pan)
    :effect (and
      (when (full ?a) (and (full ?b) (not (full ?a))))
      (when (full ?b) (and (full ?a) (not (full ?b))))))
  (:action empty-all
    :effect (forall (?p - pan) (when (full ?p) (and (not (full ?p)) (increase (total-cost) 2))))))
