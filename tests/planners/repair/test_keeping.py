"""Plans that depart as little as can be from the flawed one, held against a blind search."""

import asyncio
from heapq import heappop, heappush
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planners import Plan, Step, Task, Valid, read_plan, verify
from planners.engines.engine import GaveUp, OutOfTime, PlanFound, Purpose, Refused
from planners.generators.blocksworld import generate
from planners.pddl import read_task
from planners.repair.distance import distance
from planners.repair.keeping import MOST_STEPS, Keeping
from planners.repair.ways import Way
from tests.planners.engines.replaying import found
from tests.planners.random_plans import fitting_steps, plans
from tests.planners.repair.mending import Replayed, mended, needs, valid_plan

BLOCKS = generate(3, 2)
MODEL = read_task(BLOCKS)
FITTING = fitting_steps(MODEL)
SOLUTION = read_plan("(unstack b1 b2)\n(put-down b1)")
ROUND = "(pick-up b3)\n(put-down b3)\n"
SWITCHES = Task(
    domain="""(define (domain switches) (:requirements :adl :action-costs)
      (:types lamp) (:constants main - lamp)
      (:predicates (on ?l - lamp) (behind-0)) (:functions (total-cost) (price ?l - lamp))
      (:action keep-on :parameters (?l - lamp) :precondition (not (on ?l))
        :effect (and (on ?l) (increase (total-cost) (price ?l))))
      (:action cut :parameters (?l - lamp) :precondition (not (= ?l main))
        :effect (and (forall (?k - lamp) (when (and (on ?k) (not (= ?k ?l))) (not (on ?k))))
          (increase (total-cost) 1))))""",
    problem="""(define (problem p) (:domain switches) (:objects a b - lamp)
      (:init (= (total-cost) 0) (= (price a) 9) (= (price b) 1) (= (price main) 2) (on b))
      (:goal (and (on a) (on main) (not (on b)))) (:metric minimize (total-cost)))""",
)


def least_distance(task: Task, start: Plan) -> int:
    """Find by blind search how far the closest valid plan is from a plan."""
    tie = count()
    front = [(0, next(tie), 0, Plan(steps=()))]
    done = set()
    while front:
        cost, _, at, made = heappop(front)
        verdict = verify(task, made)
        solved = isinstance(verdict, Valid)
        if solved and at == len(start.steps):
            return cost
        # The state is told of plans that do not reach the goal; of others none is the same.
        key = (at, made.steps if solved else verdict.state)
        if key in done:
            continue
        done.add(key)
        moves = [(1, at, Plan(steps=(*made.steps, step))) for step in FITTING]
        if at < len(start.steps):
            moves.append((1, at + 1, made))
            moves.append((0, at + 1, Plan(steps=(*made.steps, start.steps[at]))))
        for more, to, longer in moves:
            judged = verify(task, longer)
            if isinstance(judged, Valid) or judged.executed == len(longer.steps):
                heappush(front, (cost + more, next(tie), to, longer))
    raise AssertionError("the task has no plan")


async def check_closest(start: Plan) -> None:
    made = await valid_plan(Way.KEEP, BLOCKS, start)
    assert distance(made, start) == least_distance(BLOCKS, start)


@pytest.mark.parametrize(
    "text",
    [
        "(pick-up b1)\n(stack b1 b2)\n(pick-up b3)\n(stack b3 b1)",
        "(pick-up b2)\n(put-down b2)\n(pick-up b2)\n(put-down b2)",
        "(unstack b1 b2)",
    ],
)
async def test_no_valid_plan_is_closer_than_the_one_that_is_made(text):
    needs("fast-downward")
    await check_closest(read_plan(text))


@pytest.mark.sweep
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_no_valid_plan_is_closer_to_any_plan(data):
    needs("fast-downward")
    steps = data.draw(st.lists(st.sampled_from(FITTING), min_size=1, max_size=6))
    asyncio.run(check_closest(Plan(steps=tuple(steps))))


def test_a_plan_of_the_task_and_the_steps_it_keeps_is_a_plan_of_the_keeping_task():
    start = read_plan("(keep-on a)\n(cut a)\n(keep-on b)")
    keeping = Keeping(read_task(SWITCHES), start.steps)
    made = read_plan("(keep--0)\n(keep--1)\n(keep-on main)\n(skip-2)")
    verdict = verify(keeping.task, made)
    assert isinstance(verdict, Valid)
    assert verdict.cost == 2
    assert keeping.plan(made) == read_plan("(keep-on a)\n(cut a)\n(keep-on main)")
    assert isinstance(verify(SWITCHES, keeping.plan(made)), Valid)


@settings(max_examples=40)
@given(plans(MODEL), st.data())
def test_what_the_keeping_task_costs_is_the_distance_at_most(start, data):
    fitting = tuple(step for step in start.steps if step in FITTING)
    keeping = Keeping(MODEL, fitting)
    steps: list[Step] = []
    for index in range(len(fitting)):
        kept = data.draw(st.booleans())
        steps.append(Step(action=f"{'keep' if kept else 'skip'}-{index}"))
    verdict = verify(keeping.task, Plan(steps=tuple(steps)))
    mapped = keeping.plan(Plan(steps=tuple(steps)))
    same = verify(BLOCKS, mapped)
    assert isinstance(verdict, Valid) == isinstance(same, Valid)
    if isinstance(verdict, Valid):
        assert verdict.cost == len(fitting) - len(mapped.steps)


async def test_conditional_effects_and_names_like_ours_do_not_stand_in_the_way():
    needs("fast-downward")
    start = read_plan("(keep-on a)\n(cut a)\n(keep-on b)")
    made = await valid_plan(Way.KEEP, SWITCHES, start)
    assert distance(made, start) == 2


async def test_where_no_closest_plan_is_found_the_closer_one_of_two_other_ways_is_taken():
    start = Plan(steps=(*SOLUTION.steps[:-1], Step(action="fly")))
    round_about = found(f"{ROUND}{SOLUTION}")
    engine = Replayed(OutOfTime(1.0), round_about, found(str(SOLUTION.steps[-1])))
    report = await mended(Way.KEEP, BLOCKS, start, [engine])
    assert engine.purposes_asked == [Purpose.OPTIMAL, Purpose.REPAIR, Purpose.PLAN]
    assert report.result == PlanFound(plans=(SOLUTION,))
    assert "another may be closer" in report.notes[-1]


async def test_for_a_long_plan_no_closest_one_is_looked_for_and_a_note_says_so():
    engine = Replayed(found(str(SOLUTION)), GaveUp("bored"))
    report = await mended(Way.KEEP, BLOCKS, read_plan(ROUND * MOST_STEPS), [engine])
    assert engine.purposes_asked == [Purpose.REPAIR, Purpose.PLAN]
    assert report.result == PlanFound(plans=(SOLUTION,))
    assert f"longer than {MOST_STEPS} steps" in report.notes[0]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("(:functions (f))", "numbers"),
        ("(:constraints (always (p)))", "constraints"),
    ],
)
async def test_what_is_not_classical_is_refused(more, reason):
    task = Task(
        domain=f"""(define (domain d) (:requirements :adl :numeric-fluents :constraints)
          (:predicates (p)) {more} (:action go :parameters ()
            :precondition () :effect {"(increase (f) 1)" if "functions" in more else "(p)"}))""",
        problem="(define (problem q) (:domain d) (:init) (:goal (p)))",
    )
    report = await mended(Way.KEEP, task, read_plan("(go)"), [Replayed()])
    assert isinstance(report.result, Refused)
    assert reason in report.result.reason
