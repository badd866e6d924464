"""LPG-td: what it is asked, what it answers, and the traps that it must not fall into."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planners import Plan, Step, Task, Valid, read_plan, verify
from planners.engines.engine import (
    Broken,
    Engine,
    GaveUp,
    Order,
    OutOfMemory,
    OutOfTime,
    PlanFound,
    Purpose,
    Refused,
)
from planners.engines.lpg import LPG
from planners.engines.lpg_texts import plan_of, seed_text
from planners.generators.blocksworld import generate
from planners.pool import Limits

SOLVED = Path(__file__).resolve().parents[1] / "solved"
BLOCKS = generate(6, 3)
LIMITS = Limits(seconds=20.0)
PIECES = {
    "classical": BLOCKS,
    "numeric": "tanker",
    "temporal": "workshop",
}
NAMES = st.text(alphabet="abcxyz-_0123456789", min_size=1, max_size=8)
UNTIMED = st.lists(
    st.builds(Step, action=NAMES, arguments=st.lists(NAMES, max_size=3).map(tuple)), max_size=5
)


@pytest.fixture(scope="module")
def lpg() -> Engine:
    if LPG.version() is None:
        pytest.skip("the planner is not installed: up-lpg")
    return LPG


def task_called(name: str) -> Task:
    piece = PIECES[name]
    if isinstance(piece, Task):
        return piece
    folder = SOLVED / piece
    return Task(
        domain=(folder / "domain.pddl").read_text(encoding="utf-8"),
        problem=(folder / "problem.pddl").read_text(encoding="utf-8"),
    )


def tiny(actions: str, *, init: str = "(p o)", goal: str = "(q o)", more: str = "") -> Task:
    """Make a task of one object and a few predicates."""
    return Task(
        domain=f"""(define (domain domain) (:requirements :adl :numeric-fluents :durative-actions
            :duration-inequalities :derived-predicates)
          (:constants o u) (:predicates (p ?x) (q ?x) (r ?x ?y)) {more} {actions})""",
        problem=f"(define (problem problem) (:domain domain) (:init {init}) (:goal {goal}))",
    )


async def report(lpg: Engine, task: Task, start: Plan | None = None, seed: int = 0):
    purpose = Purpose.PLAN if start is None else Purpose.REPAIR
    return await lpg.run(Order(task=task, purpose=purpose, start=start, seed=seed), LIMITS)


async def plan(lpg: Engine, task: Task, start: Plan | None = None, seed: int = 0) -> Plan:
    result = (await report(lpg, task, start, seed)).result
    assert isinstance(result, PlanFound), result
    return result.plans[0]


@pytest.mark.parametrize("name", PIECES)
async def test_it_solves_classical_numeric_and_temporal_tasks(lpg, name):
    task = task_called(name)
    assert isinstance(verify(task, await plan(lpg, task)), Valid)


@pytest.mark.parametrize("name", PIECES)
async def test_it_repairs_a_plan_from_which_the_first_step_is_missing(lpg, name):
    task = task_called(name)
    whole = await plan(lpg, task)
    repaired = await plan(lpg, task, Plan(steps=whole.steps[1:]))
    assert isinstance(verify(task, repaired), Valid)


@pytest.mark.parametrize("name", PIECES)
async def test_from_a_plan_that_is_right_it_takes_one_search_step_and_changes_no_step(lpg, name):
    task = task_called(name)
    whole = await plan(lpg, task)
    found = await report(lpg, task, whole)
    assert found.steps == 1
    assert isinstance(found.result, PlanFound)
    steps = [str(step) for step in found.result.plans[0].steps]
    assert sorted(steps) == sorted(map(str, whole.steps))


@pytest.mark.parametrize("name", ["classical", "numeric"])
async def test_plans_without_time_have_neither_stamps_nor_durations(lpg, name):
    steps = (await plan(lpg, task_called(name))).steps
    assert {(step.start, step.duration) for step in steps} == {(None, None)}


async def test_the_same_seed_gives_the_same_plan_in_as_many_steps_and_another_seed_others(lpg):
    task = generate(10, 3)
    reports = [await report(lpg, task, seed=seed) for seed in (0, 0, 1, 2)]
    assert reports[0].result == reports[1].result
    assert reports[0].steps == reports[1].steps
    assert len({each.steps for each in reports}) > 1


async def test_where_the_goal_holds_at_the_start_the_plan_is_empty(lpg):
    task = tiny("(:action go :parameters () :precondition (p o) :effect (q o))", goal="(p o)")
    assert await plan(lpg, task) == Plan(steps=())


@pytest.mark.parametrize(
    "task",
    [
        tiny("(:action go :parameters () :effect (q o))"),
        tiny("(:action go :parameters () :effect (q o))", init=""),
        tiny(
            "(:action idle :parameters () :precondition (p o) :effect ())"
            "(:action go :parameters () :precondition (p o) :effect (q o))"
        ),
        tiny(
            "(:durative-action go :parameters () :duration (= ?duration 2) :condition ()"
            " :effect (at end (q o)))"
        ),
        tiny(
            "(:action go :parameters (?x ?y) :precondition (not (= ?x ?y)) :effect (r ?x ?y))",
            goal="(r u o)",
        ),
    ],
    ids=["no condition", "no fact", "no effect", "no condition in time", "only an inequality"],
)
async def test_what_it_crashes_on_is_written_so_that_it_does_not(lpg, task):
    assert isinstance(verify(task, await plan(lpg, task)), Valid)


async def test_it_solves_tasks_in_which_something_is_of_several_types(lpg):
    task = Task(
        domain="""(define (domain d) (:requirements :typing :strips)
          (:types cat dog - animal mule - (either cat dog))
          (:predicates (fed ?x - animal) (seen ?x - dog))
          (:action feed :parameters (?x - cat) :effect (fed ?x))
          (:action see :parameters (?x - dog) :precondition (fed ?x) :effect (seen ?x)))""",
        problem="""(define (problem p) (:domain d) (:objects m - mule e - (either cat dog) c - cat)
          (:init) (:goal (and (seen m) (seen e))))""",
    )
    assert isinstance(verify(task, await plan(lpg, task)), Valid)


SPENDING = """(:action go :parameters () :precondition (p o)
  :effect (and (q o) (increase (total-cost) 3)))"""


async def test_where_the_metric_is_a_cost_it_still_starts_from_a_plan(lpg):
    task = tiny(SPENDING, init="(p o) (= (total-cost) 0)", more="(:functions (total-cost))")
    task = replace(task, problem=task.problem[:-1] + "(:metric minimize (total-cost)))")
    start = read_plan("(go)\n(go)")
    assert isinstance(verify(task, await plan(lpg, task, start)), Valid)


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (tiny("(:action go :parameters (?x ?y) :precondition (= ?x ?y) :effect (q ?y))"), "equal"),
        (
            tiny("(:action go :parameters (?x) :precondition (or (not (= ?x o)) (p o)))"),
            "equal",
        ),
        (tiny("(:action go :parameters (?x) :precondition (not (= o ?x)) :effect (q o))"), "equal"),
        (tiny("(:action go :parameters () :effect (q o))", goal="(or (q o) (q u))"), "choice"),
        (tiny("(:action go :parameters () :effect (q o))", goal="(exists (?x) (q ?x))"), "choice"),
        (
            tiny(
                "(:action go :parameters () :precondition (not (> (f) 2)) :effect (q o))",
                more="(:functions (f))",
            ),
            "comparison",
        ),
        (tiny("(:action go :parameters () :effect (when (p o) (q o)))"), "conditional effects"),
        (
            tiny("(:action go :parameters () :effect (p o))", more="(:derived (q ?x) (p ?x))"),
            "derived predicates",
        ),
        (
            tiny(
                "(:durative-action go :parameters () :duration (<= ?duration 2)"
                " :condition (at start (p o)) :effect (at end (q o)))"
            ),
            "durations",
        ),
        (
            tiny(
                "(:action go :parameters () :effect (and (q o) (scale-up (f) 2)))",
                more="(:functions (f))",
            ),
            "scale-up",
        ),
        (
            tiny(
                f"(:action go :parameters ({' '.join(f'?v{n}' for n in range(16))})"
                " :precondition (p ?v0) :effect (q ?v0))"
            ),
            "15 parameters",
        ),
        (
            replace(
                BLOCKS,
                problem=BLOCKS.problem.replace(
                    "(:objects", f"(:objects {' '.join(f'x{n}' for n in range(2_000))}"
                ),
            ),
            "2000 objects",
        ),
    ],
)
async def test_what_it_cannot_do_it_refuses_with_the_reason(lpg, task, reason):
    result = (await report(lpg, task)).result
    assert isinstance(result, Refused)
    assert reason in result.reason


@pytest.mark.parametrize(
    "order",
    [
        Order(task=BLOCKS, purpose=Purpose.PROOF),
        Order(task=BLOCKS, purpose=Purpose.REPAIR),
        Order(task=BLOCKS, purpose=Purpose.REPAIR, start=Plan(steps=())),
    ],
    ids=["a proof", "no plan to repair", "an empty plan to repair"],
)
async def test_it_refuses_orders_that_are_not_for_it(lpg, order):
    assert lpg.refuses(order) is not None


@pytest.mark.parametrize("mebibytes", [64, 140])
async def test_that_it_needs_more_memory_is_told_even_where_it_crashes_for_it(lpg, mebibytes):
    found = await lpg.run(Order(task=BLOCKS), Limits(memory_mebibytes=mebibytes))
    assert found.result == OutOfMemory(mebibytes)


@pytest.mark.parametrize(
    "goal",
    ["(and (on b1 b2) (on b2 b1))", "(and (holding b1) (ontable b1))"],
)
async def test_that_it_finds_no_plan_is_no_proof(lpg, goal):
    head, _, _ = BLOCKS.problem.partition("(:goal")
    task = replace(BLOCKS, problem=f"{head}(:goal {goal}))")
    assert isinstance((await report(lpg, task)).result, GaveUp)


async def test_it_is_ended_when_its_time_is_over(lpg):
    found = await lpg.run(Order(task=generate(60, 3)), Limits(seconds=0.5))
    assert found.result == OutOfTime(0.5)


@pytest.mark.parametrize(
    "start",
    ["(pick-up b99)", "(fly b1)", "(pick-up b1 b2)"],
    ids=["an unknown object", "an unknown action", "too many arguments"],
)
async def test_a_plan_that_it_cannot_start_from_breaks_it_and_that_is_told(lpg, start):
    assert isinstance((await report(lpg, BLOCKS, read_plan(start))).result, Broken)


async def test_it_starts_from_plans_with_steps_that_name_an_object_twice(lpg):
    start = read_plan("(stack b1 b1)\n(unstack b5 b6)\n(put-down b5)")
    assert isinstance(verify(BLOCKS, await plan(lpg, BLOCKS, start)), Valid)


@given(UNTIMED)
def test_a_plan_to_start_from_reads_as_the_plan_it_was_and_ends_in_a_newline(steps):
    text = seed_text(Plan(steps=tuple(steps)), timed=False)
    assert plan_of(text, timed=False) == Plan(steps=tuple(steps))
    assert text.endswith("\n" if steps else "")


def test_a_surplus_parenthesis_is_passed_over_and_time_stamps_sort_the_steps():
    text = "; LPG\n2.5: (B O) [1.5])\n0.5: (A) [3.0000])\n"
    assert plan_of(text, timed=True) == read_plan("0.5: (a) [3]\n2.5: (b o) [1.5]")
    assert plan_of(text, timed=False) == read_plan("(a)\n(b o)")
