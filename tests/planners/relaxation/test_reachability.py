"""What is reachable is never too little, and no more than without deletes."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planners import BoundReached, Invalid, Plan, Step, Task, verify
from planners.execution.prepared import prepare
from planners.generators import blocksworld, logistics
from planners.pddl import read_task
from planners.pddl.formula import Or
from planners.pddl.writing import write_task
from planners.relaxation.reachability import Reachable
from tests.planners.random_plans import fitting_steps, walks
from tests.planners.random_tasks import tasks
from tests.planners.random_wishes import (
    CLASSICAL,
    DERIVED,
    EVERYTHING,
    EVERYTHING_TIMED,
    NUMERIC,
    TEMPORAL,
    Level,
)
from tests.planners.relaxation.explored import explored
from tests.planners.relaxation.ground_relaxation import operators, reach

TOLERANT = [HealthCheck.too_slow, HealthCheck.data_too_large]
brief = settings(max_examples=4, deadline=None, suppress_health_check=TOLERANT)
thorough = settings(max_examples=60, deadline=None, suppress_health_check=TOLERANT)

LEVELS = {
    "classical": (CLASSICAL, False),
    "numeric": (NUMERIC, False),
    "derived": (DERIVED, False),
    "everything": (EVERYTHING, False),
    "temporal": (TEMPORAL, True),
    "temporal everything": (EVERYTHING_TIMED, True),
}
each_level = pytest.mark.parametrize("level", LEVELS)

OVERLAP = Task(
    domain="""(define (domain torch) (:requirements :durative-actions)
      (:predicates (lit) (fixed) (dark))
      (:durative-action light :parameters () :duration (= ?duration 5)
        :condition (and (at start (dark)) (over all (lit)) (at end (fixed)))
        :effect (and (at start (lit)) (at end (dark)) (at end (not (lit)))))
      (:durative-action fix :parameters () :duration (= ?duration 1)
        :condition (over all (lit)) :effect (at end (fixed))))""",
    problem="(define (problem dusk) (:domain torch) (:init (dark)) (:goal (fixed)))",
)


def assert_walks_stay_inside(level: tuple[Level, bool], data: st.DataObject) -> None:
    language, stamped = level
    # A goal that no state meets: then the verdict always has the state at the end.
    task = replace(data.draw(tasks(language)), goal=Or(()), constraints=())
    walk = data.draw(walks(task, stamped=stamped))
    reachable = Reachable(task)
    written = write_task(task)
    for length in {len(walk.steps)} if stamped else range(len(walk.steps) + 1):
        verdict = verify(written, Plan(steps=walk.steps[:length]))
        assert isinstance(verdict, Invalid)
        assert verdict.executed >= length or stamped
        assert {(fact.predicate, *fact.arguments) for fact in verdict.state} <= reachable.atoms
    assert all(reachable.step(step) for step in walk.steps)


@each_level
@given(data=st.data())
@brief
def test_every_state_on_a_random_walk_is_inside(level: str, data: st.DataObject) -> None:
    assert_walks_stay_inside(LEVELS[level], data)


@pytest.mark.sweep
@each_level
@given(data=st.data())
@thorough
def test_every_state_on_many_random_walks_is_inside(level: str, data: st.DataObject) -> None:
    assert_walks_stay_inside(LEVELS[level], data)


@pytest.mark.parametrize(
    "task",
    [
        blocksworld.generate(5, 1),
        logistics.generate(cities=2, places=3, packages=3, seed=1).task,
    ],
    ids=["blocksworld", "logistics"],
)
def test_what_is_reachable_is_what_ground_steps_without_deletes_reach(task: Task) -> None:
    ground = operators(task)
    lifted = read_task(task)
    reached = reach(prepare(task).world.start, ground.values())
    reachable = Reachable(lifted)
    assert reachable.atoms == reached | prepare(task).world.fixed
    for step in fitting_steps(lifted):
        applicable = step in ground and ground[step][0] <= reached
        assert reachable.step(step) is applicable


def test_levels_are_the_rounds_after_which_atoms_hold() -> None:
    task = blocksworld.generate(4, 2)
    levels = explored(task).explored.levels
    reached, ground = set(prepare(task).world.start), operators(task).values()
    for level in range(max(levels.values()) + 1):
        assert {atom for atom, found in levels.items() if found <= level} == reached
        reached |= {atom for needs, adds in ground if needs <= reached for atom in adds}


@pytest.mark.parametrize(
    "step",
    [
        Step(action="fly", arguments=("a", "b")),
        Step(action="pick-up", arguments=("nobody",)),
        Step(action="pick-up", arguments=("b1", "b2")),
        Step(action="pick-up"),
    ],
)
def test_a_step_that_does_not_fit_the_task_is_out_of_reach(step: Step) -> None:
    assert not Reachable(read_task(blocksworld.generate(4, 1))).step(step)


def test_a_step_of_the_right_types_may_be_out_of_reach() -> None:
    made = logistics.generate(cities=2, places=2, packages=1, seed=1)
    lifted = read_task(made.task)
    reachable = Reachable(lifted)
    drive = next(step for step in made.plan.steps if step.action == "drive")
    assert reachable.step(drive)
    truck, here, there, city = drive.arguments
    other = next(name for name in lifted.objects_of(("city",)) if name != city)
    assert not reachable.step(Step(action="drive", arguments=(truck, here, there, other)))


def test_what_an_action_does_at_its_start_is_there_before_its_end() -> None:
    # The light is only fixed while it burns, and it burns to its end only where it was fixed.
    reachable = Reachable(read_task(OVERLAP))
    assert {("lit",), ("fixed",), ("dark",)} == reachable.atoms
    assert reachable.step(Step(action="light"))
    assert reachable.step(Step(action="fix"))


def wide(parameters: int, objects: int) -> Task:
    names = " ".join(f"?x{number}" for number in range(parameters))
    conditions = " ".join(f"(p ?x{number})" for number in range(parameters))
    things = " ".join(f"o{number}" for number in range(objects))
    return Task(
        domain=f"""(define (domain wide) (:predicates (p ?x) (q {names}) (r))
          (:action tie :parameters ({names}) :precondition (and {conditions})
            :effect (q {names})))""",
        problem=f"""(define (problem many) (:domain wide) (:objects {things})
          (:init {" ".join(f"(p o{number})" for number in range(objects))}) (:goal (r)))""",
    )


def test_a_task_with_too_much_to_reach_is_bounded() -> None:
    with pytest.raises(BoundReached):
        Reachable(read_task(wide(12, 30)), limit=50_000)


def test_what_no_effect_tells_apart_is_not_enumerated() -> None:
    # All of them can be tied, in 10 ** 12 ways; that something is tied is one fact.
    task = wide(12, 10)
    names = " ".join(f"?x{number}" for number in range(12))
    task = replace(task, domain=task.domain.replace(f":effect (q {names})", ":effect (r)"))
    reachable = Reachable(read_task(task), limit=10_000)
    assert ("r",) in reachable.atoms
    assert reachable.step(Step(action="tie", arguments=("o1",) * 12))


def nested(depth: int) -> str:
    inner = "(p ?x)"
    for number in range(depth):
        inner = f"(or {inner} (and (p ?x) (not (p ?x)) (forall (?y{number}) {inner})))"
    return inner


def test_a_condition_of_too_many_options_is_taken_for_true() -> None:
    task = Task(
        domain=f"""(define (domain maze) (:requirements :adl) (:predicates (p ?x) (r ?x))
          (:action go :parameters (?x) :precondition {nested(5)} :effect (r ?x)))""",
        problem="""(define (problem deep) (:domain maze) (:objects a b c d e)
          (:init (p a)) (:goal (r b)))""",
    )
    reachable = Reachable(read_task(task), limit=50_000)
    assert ("r", "a") in reachable.atoms


def test_quantifiers_in_quantifiers_are_bounded() -> None:
    condition = "(p ?x)"
    for number in range(40):
        condition = f"(forall (?y{number}) (or (q ?y{number}) {condition}))"
    task = Task(
        domain=f"""(define (domain deep) (:requirements :adl) (:predicates (p ?x) (q ?x) (r ?x))
          (:action go :parameters (?x) :precondition {condition} :effect (r ?x)))""",
        problem="""(define (problem all) (:domain deep) (:objects a b c) (:init (p a) (q a))
          (:goal (r b)))""",
    )
    assert ("r", "a") in Reachable(read_task(task), limit=100_000).atoms


def test_effects_under_too_many_conditions_are_bounded() -> None:
    either = " ".join(f"(or (p o{a}) (p o{a + 1}))" for a in range(0, 10, 2))
    whens = " ".join(f"(when (p o{a}) (q o{a + 1}))" for a in range(9))
    objects = " ".join(f"o{number}" for number in range(10))
    task = Task(
        domain=f"""(define (domain many) (:requirements :adl) (:constants {objects})
          (:predicates (p ?x) (q ?x))
          (:action go :parameters () :precondition (and {either})
            :effect (and {" ".join([whens] * 100)} (not (p o1)))))""",
        problem="(define (problem all) (:domain many) (:init (p o0)) (:goal (q o0)))",
    )
    with pytest.raises(BoundReached):
        Reachable(read_task(task))
