"""The referee, with unified-planning for real; VAL for real where it is installed."""

import json
import logging
from fractions import Fraction
from pathlib import Path

import pytest
import pytest_asyncio

import planners.dispute
from planners import Compound, Invalid, Literal, Step, Task, Valid, read_plan, verify
from planners.condition import Inequality
from planners.dispute import Dispute
from planners.opinion import SecondOpinion, Stand, confirmed, disputed
from planners.pool import Limits
from planners.referee import Referee, overlooks, report
from planners.validators import unified, val
from planners.verdict import UnknownObject, UnsatisfiedGoal, Verdict
from tests.app.modulo.lamps import BROKEN, GOOD, HALF, TASK, TWICE

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What a verifier with a fault would say.
WRONGLY_VALID = Valid(cost=Fraction(1), steps=1)
WRONGLY_INVALID = Invalid(
    flaw=UnsatisfiedGoal(index=2, unmet=(Literal("lit", ("b",)),)),
    executed=2,
    state=(),
    open_goals=(Literal("lit", ("b",)),),
)

DURATIVE = Task(
    domain="""
(define (domain d) (:requirements :durative-actions)
  (:predicates (lit) (free))
  (:durative-action glow :parameters () :duration (= ?duration 2)
    :condition (at start (free))
    :effect (and (at start (not (free))) (at end (lit)) (at end (free)))))
""",
    problem="(define (problem p) (:domain d) (:init (free)) (:goal (lit)))",
)

SHINING = Task(
    domain="""
(define (domain d) (:requirements :durative-actions :typing)
  (:predicates (lit) (whole ?l))
  (:durative-action shine :parameters (?l) :duration (= ?duration 2)
    :condition (at start (whole ?l)) :effect (at end (lit))))
""",
    problem="(define (problem p) (:domain d) (:objects a b) (:init (whole a) (whole b)) "
    "(:goal (lit)))",
)
COMPARED = Inequality("(> (n) 0)", Fraction(0), Fraction(0))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def referee(tmp_path_factory):
    folder = tmp_path_factory.mktemp("disagreements")
    # Loading unified-planning takes seconds, so these tests share one process.
    async with Referee(version=unified.installed(), folder=folder) as opened:
        yield opened


async def stand(referee: Referee, text: str, verdict: Verdict | None = None, task=TASK):
    plan = read_plan(text)
    opinions = await referee.judge(task, plan, verdict or verify(task, plan))
    return next(opinion for opinion in opinions if opinion.validator == "unified-planning")


@pytest.mark.parametrize("text", [GOOD, HALF, TWICE, BROKEN, ""])
async def test_it_agrees_with_verdicts_that_are_right(referee, text):
    opinion = await stand(referee, text)
    assert (opinion.stand, opinion.reason) == (Stand.AGREES, "")
    assert opinion.version == unified.installed()


@pytest.mark.parametrize("text", [HALF, TWICE, BROKEN, ""])
async def test_it_disagrees_with_a_verdict_that_wrongly_says_valid(referee, text):
    opinion = await stand(referee, text, WRONGLY_VALID)
    assert opinion.stand is Stand.DISAGREES
    assert opinion.reason


async def test_it_disagrees_with_a_verdict_that_wrongly_says_invalid(referee):
    opinion = await stand(referee, GOOD, WRONGLY_INVALID)
    assert (opinion.stand, opinion.reason) == (Stand.DISAGREES, "it finds the plan valid")


@pytest.mark.parametrize(
    ("text", "says"),
    [("(fly a)", "cannot read the plan"), ("(switch-on z)", "cannot read the plan")],
)
async def test_a_validator_that_cannot_read_a_plan_abstains_and_says_why(referee, text, says):
    opinion = await stand(referee, text)
    assert opinion.stand is Stand.ABSTAINS
    assert says in opinion.reason


async def test_a_validator_that_cannot_read_a_task_abstains_and_says_why(referee):
    task = Task(
        domain="(define (domain d) (:predicates (p) (q)) (:derived (q) (p)) "
        "(:action a :parameters () :effect (p)))",
        problem="(define (problem x) (:domain d) (:init) (:goal (q)))",
    )
    opinion = await stand(referee, "(a)", task=task)
    assert opinion.stand is Stand.ABSTAINS
    assert "cannot read the task" in opinion.reason


async def test_stamps_that_only_order_the_steps_are_no_reason_to_abstain(referee):
    opinion = await stand(referee, "1: (switch-on b)\n0: (switch-on a)\n")
    assert opinion.stand is Stand.AGREES


async def test_steps_of_one_instant_are_never_told_as_a_sequence(referee):
    opinion = await stand(referee, "0: (switch-on b)\n0: (switch-on a)\n")
    assert opinion.stand is Stand.ABSTAINS
    assert "one instant" in opinion.reason


@pytest.mark.parametrize("text", ["0: (glow) [2]", "0: (glow) [3]", "0: (glow) [2]\n1: (glow) [2]"])
async def test_temporal_plans_are_judged_too(referee, text):
    assert (await stand(referee, text, task=DURATIVE)).stand is Stand.AGREES


async def test_that_unified_planning_overlooks_what_is_too_close_is_no_disagreement(referee):
    opinion = await stand(referee, "0: (glow) [2]\n2.00001: (glow) [2]", task=DURATIVE)
    assert opinion.stand is Stand.ABSTAINS
    assert "overlook Interference" in opinion.reason


async def test_that_unified_planning_has_no_tolerance_is_no_disagreement(referee):
    text = "0: (glow) [2.0005]"
    assert isinstance(verify(DURATIVE, read_plan(text)), Valid)
    opinion = await stand(referee, text, task=DURATIVE)
    assert opinion.stand is Stand.ABSTAINS
    assert "no tolerance" in opinion.reason


async def test_that_unified_planning_takes_two_that_add_one_atom_for_a_conflict_is_none(referee):
    opinion = await stand(referee, "0: (shine a) [2]\n0: (shine b) [2]", task=SHINING)
    assert opinion.stand is Stand.ABSTAINS
    assert "add one atom" in opinion.reason


@pytest.mark.parametrize(
    ("validator", "flaw", "overlooked"),
    [
        ("VAL", UnknownObject(index=0, step=Step(action="a"), name="z"), True),
        ("VAL", UnsatisfiedGoal(index=0, unmet=(COMPARED,)), True),
        ("VAL", UnsatisfiedGoal(index=0, unmet=(Compound("(or …)", (COMPARED,)),)), True),
        ("VAL", UnsatisfiedGoal(index=0, unmet=(Literal("lit", ("b",)),)), False),
        ("unified-planning", UnsatisfiedGoal(index=0, unmet=(COMPARED,)), False),
        ("unified-planning", UnknownObject(index=0, step=Step(action="a"), name="z"), False),
    ],
)
async def test_a_known_fault_is_excused_of_that_validator_alone(validator, flaw, overlooked):
    assert overlooks(validator, flaw) is overlooked


async def test_a_disagreement_is_logged_and_kept_with_all_that_it_takes_to_repeat_it(
    referee, caplog
):
    plan = read_plan(HALF + "; a plan of its own\n(switch-on a)")
    before = referee.tally["unified-planning", Stand.DISAGREES]
    with caplog.at_level(logging.ERROR, "planners.referee"):
        for _ in range(2):
            opinions = await referee.judge(TASK, plan, WRONGLY_VALID)
    assert referee.tally["unified-planning", Stand.DISAGREES] == before + 2
    assert disputed(opinions)
    dispute = Dispute(task=TASK, plan=plan, verdict=WRONGLY_VALID, opinions=opinions)
    file = referee.folder / f"{dispute.name}.json"
    kept = json.loads(file.read_text())
    assert Task(domain=kept["domain"], problem=kept["problem"]) == TASK
    assert read_plan(kept["plan"]) == plan
    assert kept["versions"]["unified-planning"] == unified.installed()
    assert "Valid(cost=" in kept["verdict"]
    said = caplog.records[0].getMessage()
    assert str(file) in said
    assert "(switch-on a)" in said


def disagreement(text: str) -> Dispute:
    against = SecondOpinion(validator="v", version="1", stand=Stand.DISAGREES, reason="no")
    return Dispute(task=TASK, plan=read_plan(text), verdict=WRONGLY_VALID, opinions=(against,))


@pytest.mark.parametrize("folder", [None, Path("/dev/null/no-folder")], ids=["none", "unwritable"])
async def test_where_nothing_can_be_kept_the_log_has_the_texts(caplog, folder):
    with caplog.at_level(logging.ERROR, "planners.referee"):
        report(disagreement(HALF), folder)
    assert "(:action switch-on" in caplog.text


async def test_a_full_folder_takes_no_more_and_the_log_has_the_texts(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(planners.dispute, "MOST_FILES", 2)
    with caplog.at_level(logging.ERROR, "planners.referee"):
        for text in (GOOD, HALF, TWICE, GOOD):
            report(disagreement(text), tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert caplog.text.count("(:action switch-on") == 1


async def test_a_validator_that_takes_too_long_abstains():
    limits = Limits(processes=1, seconds=0.01)
    async with Referee(version=unified.installed(), limits=limits) as referee:
        opinion = await stand(referee, GOOD)
    assert opinion.stand is Stand.ABSTAINS
    assert "0.01 seconds" in opinion.reason


async def test_what_is_not_installed_abstains_so_that_nothing_is_confirmed():
    async with Referee() as referee:
        opinions = await referee.judge(TASK, read_plan(GOOD), verify(TASK, read_plan(GOOD)))
    assert [opinion.reason for opinion in opinions] == ["it is not installed"] * 2
    assert not confirmed(opinions)
    assert not disputed(opinions)


@pytest.mark.skipif(val.installed() is None, reason="VAL is not installed: no `Validate` on PATH")
@pytest.mark.parametrize("text", [GOOD, HALF, TWICE, BROKEN])
async def test_val_agrees_with_verdicts_that_are_right(text):
    plan = read_plan(text)
    async with Referee(program=val.installed()) as referee:
        opinions = await referee.judge(TASK, plan, verify(TASK, plan))
    assert confirmed(opinions)
