"""Which engine is asked, and what is told where none can do it."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from planners.engines.catalogue import ENGINES, PREFERENCE, engine_called, first_to_do, in_order
from planners.engines.engine import (
    Broken,
    Engine,
    GaveUp,
    Order,
    OutOfMemory,
    OutOfTime,
    PlanFound,
    ProvenUnsolvable,
    Purpose,
    Refused,
    Report,
    Result,
)
from planners.engines.features import Feature
from planners.plan import Plan
from planners.pool import Limits
from tests.planners.engines.tasks import SOLVABLE, UNSOLVABLE

LIMITS = Limits(seconds=30.0)
ORDER = Order(task=SOLVABLE["islands"])
FOUND = PlanFound(plans=(Plan(steps=()),))


@dataclass(frozen=True, kw_only=True)
class Told:
    """An engine that answers what it was told to, after some time."""

    name: str
    result: Result
    takes_seconds: float = 0.0
    summary: str = "a parrot"
    licence: str = "none"
    source: str = "nowhere"
    purposes: frozenset[Purpose] = frozenset(Purpose)
    features: frozenset[Feature] = frozenset(Feature)

    def version(self) -> str | None:
        return "1"

    def refuses(self, order: Order) -> str | None:
        return self.result.reason if isinstance(self.result, Refused) else None

    async def run(self, order: Order, limits: Limits) -> Report:
        await asyncio.sleep(min(self.takes_seconds, limits.seconds))
        late = self.takes_seconds > limits.seconds
        result = OutOfTime(limits.seconds) if late else self.result
        return Report(engine=self.name, version="1", result=result)


def in_turn(*results: Result) -> list[Engine]:
    return [Told(name=f"told-{place}", result=result) for place, result in enumerate(results)]


def test_engines_are_found_by_their_names_which_differ():
    assert len({engine.name for engine in ENGINES}) == len(ENGINES)
    for engine in ENGINES:
        assert engine_called(engine.name) is engine


def test_a_name_of_no_engine_is_told_with_those_that_there_are():
    with pytest.raises(KeyError, match=r"no engine `vhpop`.*fast-downward, lpg, pyperplan"):
        engine_called("vhpop")


def test_preferences_name_engines_that_can_be_asked_for_that():
    assert set(PREFERENCE) == set(Purpose)
    for purpose, names in PREFERENCE.items():
        assert names
        for name in names:
            assert purpose in engine_called(name).purposes


def test_the_preferred_come_first_and_others_behind():
    names = [engine.name for engine in in_order(Purpose.PROOF)]
    assert names[:2] == ["fast-downward", "pyperplan"]
    others = [Told(name="other", result=FOUND), engine_called("pyperplan")]
    assert [engine.name for engine in in_order(Purpose.PROOF, others)] == ["pyperplan", "other"]


def test_an_engine_that_not_everybody_may_use_is_asked_alone_or_not_at_all():
    tamer = engine_called("tamer")
    for purpose in Purpose:
        assert tamer not in in_order(purpose)
    assert in_order(Purpose.PLAN, (tamer,)) == (tamer,)


@pytest.mark.parametrize(
    "first", [Refused("no"), Broken("crash"), GaveUp("tired"), OutOfMemory(64)]
)
async def test_where_one_does_not_do_it_the_next_is_asked(first):
    found = await first_to_do(ORDER, LIMITS, in_turn(first, FOUND, Broken("never asked")))
    assert found.engine == "told-1"
    assert found.result == FOUND


async def test_a_proof_and_time_that_is_over_end_the_asking():
    proven = await first_to_do(ORDER, LIMITS, in_turn(ProvenUnsolvable(), FOUND))
    assert proven.result == ProvenUnsolvable()
    slow = Told(name="slow", result=FOUND, takes_seconds=60.0)
    late = await first_to_do(ORDER, Limits(seconds=0.1), [slow, *in_turn(FOUND)])
    assert late.result == OutOfTime(0.1)


async def test_the_time_is_for_all_of_them_together():
    tired = Told(name="tired", result=GaveUp("tired"), takes_seconds=0.2)
    slow = Told(name="slow", result=FOUND, takes_seconds=60.0)
    found = await first_to_do(ORDER, Limits(seconds=0.5), [tired, slow])
    assert found.engine == "slow"
    assert found.result == OutOfTime(0.5)
    assert 0.5 <= found.seconds < 5


async def test_where_all_have_tried_the_last_that_ran_is_told():
    found = await first_to_do(ORDER, LIMITS, in_turn(Broken("crash"), GaveUp("x"), Refused("no")))
    assert (found.engine, found.result) == ("told-1", GaveUp("x"))


async def test_where_none_can_do_it_the_reasons_of_all_are_told():
    found = await first_to_do(ORDER, LIMITS, in_turn(Refused("too old"), Refused("too young")))
    assert found.result == Refused("told-0: too old; told-1: too young")
    assert found.engine == ""
    nobody = await first_to_do(ORDER, LIMITS, ())
    assert nobody.result == Refused("no engine is on offer")


async def test_the_default_engine_solves_and_proves_by_itself():
    default = [engine_called("pyperplan")]
    assert default[0].version() is not None
    solved = await first_to_do(Order(task=SOLVABLE["islands"]), LIMITS, default)
    assert isinstance(solved.result, PlanFound)
    proof = Order(task=UNSOLVABLE["islands"], purpose=Purpose.PROOF)
    proven = await first_to_do(proof, LIMITS, default)
    assert proven.result == ProvenUnsolvable()


async def test_a_task_that_nothing_here_reads_is_refused_with_the_feature():
    task = SOLVABLE["islands"]
    wishing = replace(
        task, problem=task.problem.replace("(:goal", "(:constraints (always (at a))) (:goal")
    )
    found = await first_to_do(Order(task=wishing), LIMITS)
    assert isinstance(found.result, Refused)
    assert "fast-downward: it cannot read constraints" in found.result.reason
