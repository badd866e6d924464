"""What every engine owes, whoever wrote it. One that is not installed is skipped, saying so."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from planners import Valid, verify
from planners.engines.catalogue import ENGINES
from planners.engines.engine import (
    Engine,
    Order,
    OutOfMemory,
    OutOfTime,
    PlanFound,
    ProvenUnsolvable,
    Purpose,
    Refused,
    Report,
)
from planners.engines.features import Feature, features_of
from planners.errors import TaskError
from planners.generators.blocksworld import generate
from planners.pddl import read_task
from planners.pool import Limits
from planners.task import Task
from tests.planners.engines.exhaustive import cheapest
from tests.planners.engines.tasks import SOLVABLE, UNSOLVABLE, islands

LIMITS = Limits(seconds=30.0, memory_mebibytes=1024)
BRIEF = Limits(seconds=3.0, memory_mebibytes=1024)
FORWARD = tuple(purpose for purpose in Purpose if purpose is not Purpose.REPAIR)
each_engine = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)


def cases(tasks: Mapping[str, Task], *purposes: Purpose) -> pytest.MarkDecorator:
    """Give each engine each task that it says it can read, for each purpose."""
    found = [
        pytest.param(engine, purpose, name, id=f"{engine.name}-{purpose}-{name}")
        for engine in ENGINES
        for purpose in purposes
        for name, task in tasks.items()
        if purpose in engine.purposes and features_of(read_task(task)) <= engine.features
    ]
    return pytest.mark.parametrize(("engine", "purpose", "name"), found)


def needs(engine: Engine) -> None:
    if engine.version() is None:
        pytest.skip(f"the planner is not installed: {engine.name}")


def purposes(engine: Engine) -> list[Purpose]:
    return [purpose for purpose in FORWARD if purpose in engine.purposes]


async def report(engine: Engine, order: Order, limits: Limits = LIMITS) -> Report:
    """Have an order done, or skip where the engine says that it is not for it."""
    needs(engine)
    reason = engine.refuses(order)
    if reason is not None:
        pytest.skip(f"{engine.name} is not for this: {reason}")
    return await engine.run(order, limits)


@cases(SOLVABLE, Purpose.PLAN, Purpose.PROOF, Purpose.SEVERAL)
async def test_what_it_does_not_refuse_it_solves(engine, purpose, name):
    order = Order(task=SOLVABLE[name], purpose=purpose, count=3)
    # Whoever looks for more plans may not notice that there are none.
    found = await report(engine, order, BRIEF if purpose is Purpose.SEVERAL else LIMITS)
    assert isinstance(found.result, PlanFound), found
    assert found.engine == engine.name
    assert found.version == engine.version()
    assert found.seconds > 0
    assert 1 <= len(found.result.plans) <= order.count
    for plan in found.result.plans:
        assert isinstance(verify(order.task, plan), Valid), plan


@cases(UNSOLVABLE, *FORWARD)
async def test_for_a_task_without_a_plan_it_finds_none(engine, purpose, name):
    # Only proofs have an end.
    limits = LIMITS if purpose is Purpose.PROOF else BRIEF
    found = await report(engine, Order(task=UNSOLVABLE[name], purpose=purpose), limits)
    assert not isinstance(found.result, PlanFound | Refused), found
    if purpose is Purpose.PROOF:
        assert found.result == ProvenUnsolvable()


@cases({name: task for name, task in SOLVABLE.items() if name != "network"}, Purpose.OPTIMAL)
async def test_a_plan_called_optimal_costs_as_little_as_one_can(engine, purpose, name):
    task = SOLVABLE[name]
    found = await report(engine, Order(task=task, purpose=purpose))
    assert isinstance(found.result, PlanFound), found
    assert found.result.optimal
    verdict = verify(task, found.result.plans[0])
    assert isinstance(verdict, Valid)
    assert verdict.cost == cheapest(read_task(task))


@cases({"islands": islands("(at d)")}, Purpose.SEVERAL)
async def test_several_plans_differ_and_come_in_order_of_their_costs(engine, purpose, name):
    order = Order(task=islands("(at d)"), purpose=purpose, count=2)
    found = await report(engine, order)
    assert isinstance(found.result, PlanFound)
    assert len(set(found.result.plans)) == 2
    costs = [verify(order.task, plan).cost for plan in found.result.plans]
    assert costs == [Fraction(2), Fraction(2)]


@each_engine
@pytest.mark.parametrize("name", SOLVABLE)
def test_a_refusal_names_every_feature_that_it_lacks(engine, name):
    task = SOLVABLE[name]
    lacking = features_of(read_task(task)) - engine.features - {Feature.EITHER}
    for purpose in purposes(engine):
        reason = engine.refuses(Order(task=task, purpose=purpose))
        assert all(feature in (reason or "") for feature in lacking), reason


@each_engine
async def test_what_it_cannot_be_asked_for_it_refuses_and_does_not_run(engine):
    for purpose in set(Purpose) - engine.purposes:
        order = Order(task=SOLVABLE["blocks"], purpose=purpose)
        assert purpose in (engine.refuses(order) or "")
        found = await engine.run(order, LIMITS)
        assert isinstance(found.result, Refused)
        assert found.seconds == 0


@each_engine
async def test_one_that_is_not_installed_says_how_to_get_it(engine):
    missing = replace(engine, place=lambda: None)
    assert missing.version() is None
    (purpose, *_) = purposes(engine)
    name = "shop" if engine.name in {"aries", "tamer"} else "blocks"
    found = await missing.run(Order(task=SOLVABLE[name], purpose=purpose), LIMITS)
    assert found.result == Refused(f"it is not installed; get it with {engine.source}")
    assert found.version == ""


@each_engine
async def test_it_is_ended_when_its_time_is_over(engine):
    name = "workshop" if engine.name in {"aries", "tamer"} else "blocks"
    limits = Limits(seconds=0.01, memory_mebibytes=1024)
    order = Order(task=SOLVABLE[name], purpose=purposes(engine)[0])
    found = await report(engine, order, limits)
    assert found.result == OutOfTime(0.01)


@each_engine
async def test_it_says_that_it_needs_more_memory(engine):
    hard = {
        "fast-downward": (Purpose.OPTIMAL, 64),
        "symk": (Purpose.OPTIMAL, 128),
        "pyperplan": (Purpose.OPTIMAL, 64),
        "enhsp": (Purpose.PLAN, 16),
    }
    if engine.name not in hard:
        pytest.skip("it ends in many ways where memory is short")
    purpose, mebibytes = hard[engine.name]
    limits = Limits(seconds=60.0, memory_mebibytes=mebibytes)
    found = await report(engine, Order(task=generate(200, 1), purpose=purpose), limits)
    assert found.result == OutOfMemory(mebibytes), found


@each_engine
async def test_a_task_that_cannot_be_read_is_an_error(engine):
    order = Order(task=Task(domain="(", problem=""), purpose=purposes(engine)[0])
    with pytest.raises(TaskError):
        await engine.run(order, LIMITS)
