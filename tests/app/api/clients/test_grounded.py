from app.api.clients.grounded import MOST_STEPS, actions_of
from planners import Plan, Step, Task, read_plan

PROBLEM = "(define (problem p) (:domain d) (:objects a b - t) (:init) (:goal (and)))"


def domain(actions: str) -> str:
    return f"""(define (domain d) (:requirements :adl :durative-actions) (:types t)
      (:predicates (p ?x - t) (q ?x ?y - t)) {actions})"""


def ground(actions: str, plan: str) -> list[str]:
    task = Task(domain=domain(actions), problem=PROBLEM)
    return [" ".join(action.split()) for action in actions_of(task, read_plan(plan))]


def test_objects_stand_for_parameters_in_conditions_and_effects():
    link = "(:action link :parameters (?x ?y - t) :precondition (p ?x) :effect (not (q ?x ?y)))"
    assert ground(link, "(link b a)") == [
        "(:action link :parameters (b - t a - t) :precondition (p b) :effect (not (q b a)))"
    ]


def test_a_parameter_that_a_quantifier_hides_stays_as_it_is():
    hide = (
        "(:action hide :parameters (?x ?y - t) :precondition (p ?y) "
        ":effect (forall (?x - t) (q ?x ?y)))"
    )
    [action] = ground(hide, "(hide a b)")
    assert action.endswith(":precondition (p b) :effect (forall (?x - t) (q ?x b)))")


def test_a_durative_action_keeps_its_times():
    glow = (
        "(:durative-action glow :parameters (?x - t) :duration (= ?duration 2) "
        ":condition (at start (p ?x)) :effect (at end (not (p ?x))))"
    )
    [action] = ground(glow, "0.1: (glow a) [2]")
    assert "(= ?duration 2)" in action
    assert "(at start (p a))" in action
    assert "(at end (not (p a)))" in action


def test_behind_many_steps_a_step_stands_for_itself():
    step = Step(action="link", arguments=("a", "b"))
    link = "(:action link :parameters (?x ?y - t) :effect (p ?x))"
    task = Task(domain=domain(link), problem=PROBLEM)
    shown = actions_of(task, Plan(steps=(step,) * (MOST_STEPS + 1)))
    assert len(shown) == MOST_STEPS + 1
    assert shown[0].strip().startswith("(:action link")
    assert shown[-1] == "(link a b)"
