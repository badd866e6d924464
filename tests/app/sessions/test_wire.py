import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.chat import Tokens
from app.modulo.attempt import Ask, Attempt, Feedback, History, Proposal, Reading, Unread
from app.modulo.budget import Budget, Limit
from app.modulo.critique import Critique, Opinion
from app.modulo.events import (
    AttemptFinished,
    AttemptStarted,
    Bounded,
    Cancelled,
    Exhausted,
    Failed,
    Improved,
    Solved,
    Unsolvable,
)
from app.modulo.offer import Kind, Offer
from app.modulo.quality import Bound, Goal
from app.modulo.strategies.ladder import Rung
from app.modulo.watch import Watch
from app.sessions.request import LadderRequest, Mode, PlanRequest
from app.sessions.wire import read, wired, written
from app.sessions.wire_attempt import AttemptWire
from app.sessions.wire_flaw import flaw_wire
from app.sessions.wire_request import SessionCreatedWire
from app.sessions.wire_step import number
from app.sessions.wire_verdict import verdict_wire
from planners import Invalid, Plan, Step, Task, Valid, read_plan, verify
from planners.condition import Cause, Inequality, Literal
from planners.engines.engine import OutOfTime, PlanFound, ProvenUnsolvable, Report
from planners.verdict import (
    ConflictingEffects,
    DivisionByZero,
    Interference,
    UndefinedValue,
    UnknownAction,
    UnknownObject,
    UnsatisfiedGoal,
    UnsatisfiedPrecondition,
    ViolatedConstraint,
    WrongArguments,
    WrongDuration,
    WrongTime,
    WrongType,
)
from planners.workers import VerifierThreads
from tests.app.modulo.lamps import BROKEN, GOOD, TASK

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8)
TIMES = st.none() | st.fractions(min_value=0, max_value=10**6)
COUNTS = st.integers(min_value=0, max_value=10**9)
SECONDS = st.floats(min_value=0, max_value=1e6)
STEPS = st.builds(
    Step,
    action=NAMES,
    arguments=st.lists(NAMES, max_size=3).map(tuple),
    start=TIMES,
    duration=TIMES,
)
OFFERS = st.builds(
    Offer,
    kind=st.sampled_from(Kind),
    place=COUNTS,
    steps=st.lists(STEPS, max_size=3).map(tuple),
    facts=st.lists(
        st.builds(Literal, NAMES, st.lists(NAMES, max_size=3).map(tuple)), max_size=3
    ).map(tuple),
    more=COUNTS,
)
TOKENS = st.builds(Tokens, prompt=COUNTS, cached=COUNTS, completion=COUNTS)
ATTEMPTS = st.builds(
    Attempt,
    number=st.integers(1, 1000),
    round=st.integers(1, 1000),
    ask=st.builds(
        Ask,
        proposer=NAMES,
        after=st.none() | COUNTS,
        feedback=st.sampled_from(Feedback),
        history=st.sampled_from(History),
        variant=NAMES,
        temperature=SECONDS,
        seed=COUNTS,
    ),
    proposal=st.builds(Proposal, text=NAMES, tokens=TOKENS, finish_reason=NAMES, seconds=SECONDS),
    reading=st.builds(
        Reading,
        plan=st.none() | st.lists(STEPS, max_size=4).map(lambda steps: Plan(steps=tuple(steps))),
        unread=st.lists(st.builds(Unread, line=COUNTS, text=NAMES, reason=NAMES), max_size=2).map(
            tuple
        ),
        claims_unsolvable=st.booleans(),
    ),
    verdict=st.none(),
    critiques=st.lists(
        st.builds(
            Critique,
            critic=NAMES,
            hard=st.booleans(),
            opinion=st.sampled_from(Opinion),
            message=NAMES,
            score=st.none() | SECONDS,
            offer=st.none() | OFFERS,
            tokens=TOKENS,
            seconds=SECONDS,
        ),
        max_size=2,
    ).map(tuple),
    seconds=SECONDS,
)


def attempt_of(text: str) -> Attempt:
    plan = read_plan(text)
    return Attempt(
        number=1,
        round=1,
        ask=Ask(proposer="replay"),
        proposal=Proposal(text=text),
        reading=Reading(plan=plan),
        verdict=verify(TASK, plan),
    )


@given(attempt=ATTEMPTS)
def test_an_attempt_comes_back_as_it_was_written(attempt):
    event = wired(AttemptFinished(attempt=attempt))
    line = written(event)
    assert "\n" not in line
    assert line.isascii()
    back = read(line)
    assert back == event
    assert back.attempt.unjudged() == attempt


@given(text=ANY_TEXT)
def test_any_text_of_a_model_can_be_written_and_read(text):
    plan = Plan(steps=(Step(action=text, arguments=(text,)),))
    attempt = replace(
        attempt_of(GOOD),
        proposal=Proposal(text=text),
        reading=Reading(plan=plan),
        verdict=verify(TASK, plan),
    )
    back = read(written(wired(AttemptFinished(attempt=attempt)))).attempt
    carried = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert back.text == carried
    assert (back.plan[0].action, back.plan[0].arguments) == (carried, (carried,))


@given(
    request=st.builds(
        PlanRequest,
        task=st.builds(Task, domain=NAMES, problem=NAMES),
        mode=st.sampled_from(Mode),
        strategy=st.none() | NAMES,
        model=st.none() | NAMES,
        budget=st.builds(
            Budget,
            attempts=COUNTS,
            tokens=st.none() | COUNTS,
            seconds=st.none() | SECONDS,
        ),
        feedback=st.none() | st.sampled_from(Feedback),
        history=st.none() | st.sampled_from(History),
        cost_bound=st.none() | st.fractions(),
        preference=st.none() | NAMES,
        critics=st.lists(NAMES, max_size=2).map(tuple),
        goal=st.sampled_from(Goal),
        watch=st.lists(st.sampled_from(Watch), max_size=2).map(tuple),
        ladder=st.none()
        | st.builds(
            LadderRequest,
            rungs=st.lists(st.sampled_from(Rung), max_size=5).map(tuple),
            after=st.none() | COUNTS,
            share=SECONDS,
            engine=st.none() | NAMES,
        ),
        seed=COUNTS,
    )
)
def test_a_request_comes_back_as_it_was_accepted(request):
    created = read(written(SessionCreatedWire.of(request)))
    assert isinstance(created, SessionCreatedWire)
    assert created.request() == request


@pytest.mark.parametrize(
    ("result", "block", "optimal"),
    [
        (ProvenUnsolvable(), "proven_unsolvable", False),
        (PlanFound(plans=(read_plan(GOOD),), optimal=True), "plan_found", True),
        (OutOfTime(2.0), "out_of_time", False),
    ],
)
def test_what_a_planner_said_is_written_and_what_it_claims_is_not_read_back(result, block, optimal):
    report = Report(engine="lpg", version="1.4", result=result, seconds=0.5, steps=7)
    text = GOOD if optimal else ""
    made = replace(
        attempt_of(GOOD),
        proposal=Proposal(text=text, report=report),
        reading=Reading(plan=read_plan(text) if text else None),
    )
    back = read(written(wired(AttemptFinished(attempt=made)))).attempt
    assert (back.planner.result, back.planner.optimal) == (block, optimal)
    proposal = back.unjudged().proposal
    assert (proposal.engine, proposal.report.steps) == ("lpg 1.4", 7)
    assert not proposal.proves_unsolvable
    assert not proposal.claims_optimal


def test_critiques_and_requests_of_logs_from_before_there_were_offers_are_read():
    critique = Critique(critic="preference", hard=False, opinion=Opinion.REJECT, message="dull")
    attempt = replace(attempt_of(GOOD), critiques=(critique,))
    text = json.loads(written(wired(AttemptFinished(attempt=attempt))))
    assert "offer" not in text["attempt"]["critiques"][0]
    del text["attempt"]["critiques"][0]["seconds"]
    assert read(json.dumps(text)).attempt.unjudged().critiques == (critique,)
    created = json.loads(written(SessionCreatedWire.of(PlanRequest(task=TASK))))
    created.pop("critics", None)
    assert read(json.dumps(created)).request() == PlanRequest(task=TASK)


async def test_the_verdict_of_a_log_is_not_believed():
    lie = wired(AttemptFinished(attempt=attempt_of(BROKEN)))
    text = json.loads(written(lie))
    text["attempt"]["verdict"] = {"type": "valid", "cost": 1, "steps": 1}
    back = read(json.dumps(text))
    attempt = await back.attempt.attempt(TASK, VerifierThreads())
    assert isinstance(attempt.verdict, Invalid)
    assert not attempt.accepted


async def test_a_valid_plan_is_proven_again_when_it_comes_back():
    text = json.loads(written(wired(AttemptFinished(attempt=attempt_of(GOOD)))))
    del text["attempt"]["verdict"]
    attempt = await read(json.dumps(text)).attempt.attempt(TASK, VerifierThreads())
    assert isinstance(attempt.verdict, Valid)


def test_a_plan_whose_time_is_no_number_is_refused():
    text = AttemptWire.of(attempt_of(GOOD)).model_dump(mode="json")
    text["plan"][0]["start"] = "noon"
    with pytest.raises(ValueError, match="noon"):
        AttemptWire.model_validate(text).unjudged()


def test_steps_are_counted_from_one_on_the_wire():
    (step,) = read_plan(BROKEN).steps
    flaw = UnsatisfiedPrecondition(index=0, step=step, unmet=(Literal("broken", ("c",), False),))
    assert flaw_wire(flaw).model_dump() == {
        "type": "unsatisfied_precondition",
        "step_number": 1,
        "step": "(switch-on c)",
        "unmet": ("(not (broken c))",),
    }


@pytest.mark.parametrize(
    ("flaw", "type_"),
    [
        (UnknownAction(index=2, step=Step(action="fly"), known=("walk",)), "unknown_action"),
        (UnknownObject(index=2, step=Step(action="fly"), name="moon"), "unknown_object"),
        (WrongArguments(index=2, step=Step(action="fly"), expected=3), "wrong_arguments"),
        (
            WrongType(
                index=2,
                step=Step(action="fly"),
                name="moon",
                parameter="?to",
                expected=("city",),
                found=("rock",),
            ),
            "wrong_type",
        ),
        (UndefinedValue(index=2, step=Step(action="fly"), term="(far moon)"), "undefined_value"),
        (UnsatisfiedGoal(index=2, unmet=(Literal("lit", ("a",)),)), "unsatisfied_goal"),
        (DivisionByZero(index=2, step=Step(action="fly"), term="(/ 1 0)"), "division_by_zero"),
        (
            ConflictingEffects(index=2, step=Step(action="fly"), term="(fuel)"),
            "conflicting_effects",
        ),
        (
            WrongDuration(index=2, step=Step(action="fly"), found=None, expected=()),
            "wrong_duration",
        ),
        (WrongTime(index=2, step=Step(action="fly"), reason="it has none"), "wrong_time"),
        (
            Interference(
                index=2,
                step=Step(action="fly"),
                other=1,
                other_step=Step(action="land"),
                term="(lit a)",
                time=Fraction(1, 3),
            ),
            "interference",
        ),
        (ViolatedConstraint(index=2, constraint="(always (lit a))"), "violated_constraint"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_flaw_has_a_form_of_its_own(flaw, type_):
    wire = flaw_wire(flaw)
    assert wire.type == type_
    assert getattr(wire, "step_number", 3) == 3


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (
            AttemptStarted(number=2, round=1, ask=Ask(proposer="p")),
            {
                "type": "attempt_started",
                "number": 2,
                "round": 1,
                "ask": {
                    "proposer": "p",
                    "feedback": "first_flaw_and_state",
                    "history": "last",
                    "variant": "",
                    "temperature": 0.0,
                    "seed": 0,
                },
            },
        ),
        (
            Exhausted(limit=Limit.TOKENS, best=attempt_of(BROKEN)),
            {"type": "exhausted", "limit": "tokens", "best": 1},
        ),
        (Exhausted(limit=Limit.SECONDS, best=None), {"type": "exhausted", "limit": "seconds"}),
        (Unsolvable(engine="fd 24.06"), {"type": "unsolvable", "engine": "fd 24.06"}),
        (
            Improved(attempt=2, proof=verify(TASK, read_plan(GOOD))),
            {"type": "improved", "attempt": 2, "cost": 2},
        ),
        (
            Bounded(bound=Bound(cost=Fraction(3, 2), engine="fd 24.06")),
            {"type": "bounded", "bound": {"cost": 1.5, "engine": "fd 24.06"}},
        ),
        (Cancelled(), {"type": "cancelled"}),
        (Failed(reason="why"), {"type": "failed", "reason": "why"}),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_events_are_written_as_the_guide_says(event, text):
    assert json.loads(written(wired(event))) == text


def test_a_solution_is_written_with_its_plan_and_cost():
    attempt = attempt_of(GOOD)
    assert attempt.plan is not None
    assert isinstance(attempt.verdict, Valid)
    solved = Solved(plan=attempt.plan, proof=attempt.verdict, attempt=1, proposer="replay")
    assert json.loads(written(wired(solved))) == {
        "type": "solved",
        "plan": [
            {"action": "switch-on", "arguments": ["a"]},
            {"action": "switch-on", "arguments": ["b"]},
        ],
        "cost": 2,
        "attempt": 1,
        "proposer": "replay",
        "assurance": "single",
        "opinions": [],
    }


@pytest.mark.parametrize(("cost", "written_"), [(Fraction(7), 7), (Fraction(1, 4), 0.25)])
def test_a_cost_is_exact_where_it_is_whole(cost, written_):
    assert number(cost) == written_
    assert isinstance(number(cost), type(written_))


def test_fields_that_a_later_version_adds_are_passed_over():
    assert read('{"type": "cancelled", "by": "somebody"}').type == "cancelled"


def test_what_a_flaw_knows_of_numbers_causes_and_times_is_on_the_wire():
    step = Step(action="drive", start=Fraction(1), duration=Fraction(5))
    unmet = (Inequality("(> (fuel) 1)", Fraction(1, 3), None), Literal("lit"))
    cause = Cause(literal=Literal("lit"), undone_by=0, step=step, producers=("switch-on",))
    flaw = UnsatisfiedPrecondition(
        index=4, step=step, unmet=unmet, causes=(cause,), time=Fraction(6), phase="end"
    )
    assert flaw_wire(flaw).model_dump() == {
        "type": "unsatisfied_precondition",
        "step_number": 5,
        "step": "(drive)",
        "unmet": ("(> (fuel) 1)", "(lit)"),
        "comparisons": ({"comparison": "(> (fuel) 1)", "left": "1/3", "right": None},),
        "causes": ({"literal": "(lit)", "undone_by": 1, "producers": ("switch-on",)},),
        "time": "6",
        "phase": "end",
    }


def test_a_valid_temporal_plan_tells_when_it_ends_and_what_it_violates():
    verdict = Valid(  # a form is tested here, no plan judged
        cost=None,
        steps=2,
        makespan=Fraction(7, 2),
        violated=(("p", 2),),
        tolerance=Fraction(1, 1000),
    )
    assert verdict_wire(verdict).model_dump() == {
        "type": "valid",
        "cost": None,
        "steps": 2,
        "makespan": "7/2",
        "violated": {"p": 2},
        "tolerance": "1/1000",
    }
