"""Proofs that there is no plan, and optimal plans, against trying everything."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from planners import Task, Valid, verify
from planners.engines.catalogue import ENGINES
from planners.engines.costs import parts_of_effect
from planners.engines.engine import (
    Broken,
    Engine,
    GaveUp,
    Order,
    OutOfTime,
    PlanFound,
    ProvenUnsolvable,
    Purpose,
    Report,
)
from planners.pddl import read_task
from planners.pddl.formula import And, Atom, Formula, Parameter
from planners.pddl.model import AndEffect, AtomEffect, LiftedTask
from planners.pddl.walks import parts_of
from planners.pddl.writing import write_task
from planners.pool import Limits
from tests.planners.engines.exhaustive import TooManyStates, cheapest
from tests.planners.random_tasks import tasks
from tests.planners.random_wishes import CLASSICAL, DERIVED

LIMITS = Limits(seconds=30.0)
SETS = (
    "unsolvable_blocksworld",
    "unsolvable_blocksworld_v0",
    "unsolvable_blocksworld_v1",
    "unsolvable_obfuscated_randomized_blocksworld",
)
PROVERS = [engine for engine in ENGINES if Purpose.PROOF in engine.purposes]
OPTIMIZERS = [engine for engine in ENGINES if Purpose.OPTIMAL in engine.purposes]
pytestmark = pytest.mark.sweep


def needs(engine: Engine) -> None:
    if engine.version() is None:
        pytest.skip(f"the planner is not installed: {engine.name}")


def tasks_in(folder: Path) -> list[Task]:
    domain = (folder / "domain.pddl").read_text(encoding="utf-8")
    paths = sorted(path for path in folder.glob("*.pddl") if path.name != "domain.pddl")
    return [Task(domain=domain, problem=path.read_text(encoding="utf-8")) for path in paths]


def strips_of(task: LiftedTask) -> LiftedTask:
    """Keep of a task what the smallest planner reads: atoms, and effects on them."""
    return replace(
        task,
        actions={
            name: replace(
                schema,
                precondition=And(tuple(free_atoms(schema.precondition, schema.parameters))),
                effect=AndEffect(
                    tuple(
                        part
                        for part in parts_of_effect(schema.effect)
                        if isinstance(part, AtomEffect) and is_free(part.atom, schema.parameters)
                    )
                ),
            )
            for name, schema in task.actions.items()
        },
        goal=And(tuple(free_atoms(task.goal, ()))),
        metric=None,
    )


def free_atoms(formula: Formula, parameters: tuple[Parameter, ...]) -> Iterator[Atom]:
    for part in parts_of(formula):
        if isinstance(part, Atom) and part.predicate != "=" and is_free(part, parameters):
            yield part


def is_free(atom: Atom, parameters: tuple[Parameter, ...]) -> bool:
    names = {parameter.name for parameter in parameters}
    return all(term in names or not term.startswith("?") for term in atom.terms)


TASKS = {
    "STRIPS": tasks(CLASSICAL).map(strips_of),
    "classical": tasks(CLASSICAL),
    "derived": tasks(DERIVED),
}


def assert_true(task: Task, found: Report, cost: object) -> None:
    """See that what an engine says of a task is so, as far as it says anything."""
    match found.result:
        case ProvenUnsolvable():
            assert cost is None
        case PlanFound(plans=plans, optimal=optimal):
            verdict = verify(task, plans[0])
            assert isinstance(verdict, Valid), verdict
            assert not optimal or verdict.cost == cost
        case _:
            pytest.fail(f"{found.engine} says {found.result}")


@pytest.mark.parametrize("engine", PROVERS, ids=lambda engine: engine.name)
@pytest.mark.parametrize("name", SETS)
async def test_blocksworld_that_cannot_be_solved_is_proven_so_and_the_rest_is_solved(
    shared_data, engine, name
):
    needs(engine)
    for task in tasks_in(shared_data / "planbench" / "instances" / name):
        found = await engine.run(Order(task=task, purpose=Purpose.PROOF), LIMITS)
        cost = cheapest(read_task(task))
        assert_true(task, found, cost)
        assert (cost is None) == (found.result == ProvenUnsolvable())


@pytest.mark.parametrize("purpose", [Purpose.PROOF, Purpose.OPTIMAL, Purpose.PLAN])
@pytest.mark.parametrize("level", TASKS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_of_random_tasks_nothing_false_is_said(level, purpose, data):
    model = data.draw(TASKS[level])
    task = write_task(model)
    order = Order(task=task, purpose=purpose)
    able = [engine for engine in OPTIMIZERS if engine.version() and engine.refuses(order) is None]
    assume(able)
    try:
        cost = cheapest(read_task(task))
    except TooManyStates:
        assume(False)
    for engine in able:
        found = asyncio.run(engine.run(order, LIMITS))
        if not isinstance(found.result, Broken | GaveUp | OutOfTime):
            assert_true(task, found, cost)
