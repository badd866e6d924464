"""Small tasks for the tests of plans with time stamps: time matters in the first alone."""

from planners import Task

DOMAIN = """(define (domain lights)
  (:requirements :adl :durative-actions :timed-initial-literals :numeric-fluents
    :duration-inequalities :constraints :preferences)
  (:predicates (day) (lit) (rung) (heard) (match))
  (:functions (burnt) (rings) (span))
  (:durative-action light
    :parameters ()
    :duration (= ?duration 5)
    :condition (and (at start (match)) (over all (lit)) (at end (lit)))
    :effect (and (at start (not (match))) (at start (lit)) (at end (not (lit))) (at end (match))
      (at end (increase (burnt) ?duration))))
  (:durative-action listen
    :parameters ()
    :duration (and (>= ?duration 1) (at end (<= ?duration (span))))
    :condition (at end (rung))
    :effect (at end (heard)))
  (:action ring :parameters () :precondition () :effect (and (rung) (increase (rings) 1)))
  (:action hush :parameters () :precondition (rung) :effect (not (rung)))
  (:action blow :parameters () :precondition () :effect (not (lit)))
  (:action count :parameters () :precondition () :effect (assign (rings) 7))
  (:action stretch :parameters () :precondition () :effect (assign (span) 9)))
"""


def lights(goal: str = "(and)", init: str = "", more: str = "") -> Task:
    return Task(
        domain=DOMAIN,
        problem=f"""(define (problem q) (:domain lights)
          (:init (match) (= (burnt) 0) (= (rings) 0) (= (span) 3) {init})
          (:goal {goal}) {more})""",
    )


LIGHTS = lights(init="(at 5 (day))")

SWITCHES = Task(
    domain="""(define (domain s) (:requirements :adl :constraints :preferences)
      (:types lamp) (:predicates (on ?l - lamp) (dark))
      (:action flip :parameters (?l - lamp)
        :precondition (and (not (on ?l)) (preference eyes (dark)))
        :effect (and (on ?l) (not (dark))))
      (:action cut :parameters () :precondition () :effect (forall (?l - lamp) (not (on ?l)))))""",
    problem="""(define (problem q) (:domain s) (:objects a b - lamp) (:init (dark))
      (:goal (forall (?l - lamp) (on ?l)))
      (:constraints (and (forall (?l - lamp) (at-most-once (on ?l)))
        (forall (?l - lamp) (preference both (always (not (on ?l))))))))""",
)
