"""What is made of what programs leave behind: here they are few lines of Python that misbehave."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from planners.engines.engine import (
    Broken,
    GaveUp,
    Order,
    OutOfMemory,
    OutOfTime,
    PlanFound,
    ProvenUnsolvable,
    Purpose,
    Result,
)
from planners.engines.enhsp import ENHSP
from planners.engines.fast_downward import FAST_DOWNWARD, NO_AXIOMS
from planners.engines.features import Feature
from planners.engines.installed import file_in, version_of
from planners.engines.program import Answer, Call, Command, Program
from planners.engines.pyperplan import EXHAUSTED, PYPERPLAN
from planners.engines.symk import SYMK
from planners.plan import Plan, Step
from planners.pool import Limits
from planners.process import Ended
from tests.planners.engines.tasks import islands

LIMITS = Limits(seconds=20.0, memory_mebibytes=512)
ORDER = Order(task=islands("(at b)"))
DEAR = Order(
    task=islands(
        "(at b)",
        effect=" (increase (total-cost) 1.000001)",
        more=" :action-costs",
        metric=" (:metric minimize (total-cost))",
    )
)
# The objects a and b are o0 and o1 to engines, and the action is a0.
PLAN = "(a0 o0 o1)\n"
CROSSED = Plan(steps=(Step(action="cross", arguments=("a", "b")),))
SOLUTION = "problem.pddl.soln"


def acting(program: Program, code: str) -> Program:
    """Let a few lines of Python play the part of a program."""
    python = Path(sys.executable)
    return replace(
        program,
        # One that is always there.
        distribution=PYPERPLAN.distribution,
        place=lambda: python,
        command=lambda _: Command(program=python, arguments=("-c", code)),
    )


async def result(code: str, program: Program = PYPERPLAN, order: Order = ORDER) -> Result:
    return (await acting(program, code).run(order, LIMITS)).result


def writing(text: str, name: str = SOLUTION, then: str = "") -> str:
    return f"open({name!r}, 'w').write({text!r}); {then}"


async def test_a_plan_comes_back_in_the_names_of_the_user():
    assert await result(writing(PLAN)) == PlanFound(plans=(CROSSED,))


@pytest.mark.parametrize("text", ["no plan", "(a0 o0 o1", "0: (a0 o0 o1)\n(a0 o1 o0)\n"])
async def test_a_plan_that_cannot_be_read_is_broken(text):
    found = await result(writing(text))
    assert isinstance(found, Broken)
    assert "its plan cannot be read" in found.reason


@pytest.mark.parametrize("text", ["(a0 o0 o99)", "(a9 o0 o1)", "(cross a b)"])
async def test_a_plan_of_unknown_names_is_broken(text):
    found = await result(writing(text))
    assert isinstance(found, Broken)
    assert "names what is not in the task" in found.reason


async def test_a_crash_is_broken_and_the_end_of_what_it_wrote_is_kept():
    found = await result("print('x' * 10**6); raise SystemExit('so it is')")
    assert isinstance(found, Broken)
    assert "exit code 1" in found.reason
    assert "so it is" in found.output
    assert len(found.output) <= 2_000


async def test_a_program_ended_by_a_signal_is_broken_even_with_a_plan():
    found = await result(writing(PLAN, then="import os; os.kill(os.getpid(), 11)"))
    assert isinstance(found, Broken)
    assert "signal 11" in found.reason


async def test_a_program_that_cannot_be_started_is_broken():
    missing = replace(
        acting(PYPERPLAN, ""), command=lambda _: Command(program=Path("/none"), arguments=())
    )
    found = (await missing.run(ORDER, LIMITS)).result
    assert isinstance(found, Broken)
    assert "it cannot be run" in found.reason


async def test_memory_that_runs_out_is_told_as_such():
    assert await result("bytearray(10**10)") == OutOfMemory(512)


async def test_no_solution_without_an_exhausted_search_is_no_proof():
    said = "print('No solution could be found')"
    assert isinstance(await result(said), Broken)
    assert await result(f"print({EXHAUSTED!r})") == ProvenUnsolvable()
    assert isinstance(await result(f"print({EXHAUSTED!r}); raise SystemExit(1)"), Broken)


async def test_plans_written_before_the_time_is_over_count_where_they_are_kept():
    code = writing(PLAN, "plan.1", then="import time; time.sleep(60)")
    order = replace(ORDER, purpose=Purpose.SEVERAL)
    brief = Limits(seconds=1.0)
    kept = await acting(SYMK, code).run(order, brief)
    assert kept.result == PlanFound(plans=(CROSSED,), optimal=True)
    lost = await acting(FAST_DOWNWARD, code).run(ORDER, brief)
    assert lost.result == OutOfTime(1.0)


def answer(
    code: int, folder: Path, purpose: Purpose, *features: Feature, output: str = NO_AXIOMS
) -> Answer:
    order = replace(ORDER, purpose=purpose)
    call = Call(place=folder, order=order, features=frozenset(features), limits=LIMITS)
    return Answer(call=call, ended=Ended(code=code, output=output), folder=folder)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (0, Broken),
        (10, ProvenUnsolvable),
        (11, ProvenUnsolvable),
        (12, GaveUp),
        (13, GaveUp),
        (20, OutOfMemory),
        (21, OutOfTime),
        (22, OutOfMemory),
        (23, OutOfTime),
        (24, OutOfMemory),
        (30, Broken),
        (34, Broken),
        (37, Broken),
        (-9, Broken),
        (247, Broken),
    ],
)
@pytest.mark.parametrize("purpose", sorted(FAST_DOWNWARD.purposes))
def test_fast_downwards_exit_codes_are_told_in_our_blocks(tmp_path, code, kind, purpose):
    assert isinstance(FAST_DOWNWARD.result(answer(code, tmp_path, purpose)), kind)


@pytest.mark.parametrize("purpose", sorted(FAST_DOWNWARD.purposes))
def test_with_axioms_only_a_blind_search_proves_anything(tmp_path, purpose):
    axioms = "Translator axioms: 3\n"
    found = answer(11, tmp_path, purpose, output=axioms)
    assert isinstance(FAST_DOWNWARD.result(found), GaveUp)
    blind = answer(11, tmp_path, purpose, Feature.AXIOMS, output=axioms)
    if purpose is Purpose.PLAN:
        assert isinstance(FAST_DOWNWARD.result(blind), GaveUp)
    else:
        assert "astar(blind())" in FAST_DOWNWARD.command(blind.call).arguments
        assert isinstance(FAST_DOWNWARD.result(blind), ProvenUnsolvable)


@pytest.mark.parametrize(
    ("code", "output", "optimal"),
    [(0, NO_AXIOMS, True), (0, "", False), (1, NO_AXIOMS, False), (2, NO_AXIOMS, False)],
)
def test_a_plan_is_optimal_only_where_the_search_was_sure_and_at_its_end(
    tmp_path, code, output, optimal
):
    (tmp_path / "plan").write_text("(a b)\n", encoding="utf-8")
    found = FAST_DOWNWARD.result(answer(code, tmp_path, Purpose.OPTIMAL, output=output))
    assert isinstance(found, PlanFound)
    assert found.optimal == optimal


def test_of_several_plan_files_of_fast_downward_the_last_is_the_best(tmp_path):
    for number in (1, 2, 10):
        steps = "(a b)\n" * (12 - number)
        (tmp_path / f"plan.{number}").write_text(f"{steps}; cost = 3\n", encoding="utf-8")
    found = FAST_DOWNWARD.result(answer(2, tmp_path, Purpose.PLAN))
    assert isinstance(found, PlanFound)
    assert [len(plan.steps) for plan in found.plans] == [2]


def test_costs_too_dear_to_add_up_are_refused_only_where_they_matter():
    program = acting(FAST_DOWNWARD, "")
    assert program.refuses(DEAR) is None
    reason = program.refuses(replace(DEAR, purpose=Purpose.OPTIMAL))
    assert reason is not None
    assert "a step would cost 1000001" in reason


async def test_with_costs_too_dear_any_plan_is_found_all_the_same():
    if FAST_DOWNWARD.version() is None:
        pytest.skip("the planner is not installed: fast-downward")
    found = await FAST_DOWNWARD.run(DEAR, LIMITS)
    assert found.result == PlanFound(plans=(CROSSED,))
    assert found.steps is not None


def test_what_is_installed_is_found_without_importing_it():
    assert file_in("pyperplan", "__main__.py") is not None
    assert file_in("pyperplan", "nothing-of-that-name") is None
    assert file_in("no_package_of_that_name", "x") is None
    assert version_of("pyperplan") is not None
    assert version_of("no-package-of-that-name") is None
    assert "pyperplan" not in sys.modules


def test_without_java_enhsp_is_not_installed_and_says_what_it_needs(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ENHSP.version() is None
    assert "Java 17" in (ENHSP.refuses(ORDER) or "")
