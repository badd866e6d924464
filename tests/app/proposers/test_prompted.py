"""Asking a model: over real HTTP where the model matters, by recorded answers where not."""

import asyncio
from collections.abc import Mapping, Sequence
from random import Random

import pytest

from app.llm.chat import Completion, Message, Sampling, Tokens
from app.llm.errors import ModelBroken, ModelError, ModelRefused, ModelUnavailable, PromptTooLong
from app.llm.openai import OpenAICompatible
from app.llm.retry import Retries
from app.modulo.attempt import Ask, Attempt, Proposal, Reading, Trace
from app.modulo.budget import Budget
from app.modulo.proposer import ProposerBroken
from app.prompts.wording import Prompt
from app.proposers.prompted import OUT_OF_TIME, Prompted
from planners.task import Task
from tests.app.llm.simulated_server import Answer, Refusal, simulated_server

TASK = Task(domain="", problem="")
ASK = Ask(proposer="asked", temperature=0.6, seed=3)


class Renaming:
    """A wording of one sentence, under other names."""

    variants = ("plain",)

    def __init__(self, restore: Mapping[str, str] | None = None, grammar: str | None = None):
        self._restore = restore or {}
        self._grammar = grammar

    def refuses(self, task: Task) -> str | None:
        return "too dull" if task.problem == "dull" else None

    def word(self, task: Task, ask: Ask, trace: Trace) -> Prompt:
        message = Message(role="user", content="Stack x on y.")
        return Prompt(messages=(message,), grammar=self._grammar, restore=self._restore)


class Recorded:
    """A model that answers, or fails, as recorded; keeps what it was asked."""

    name = "recorded"

    def __init__(self, *answers: str | ModelError) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[Sequence[Message], Sampling, float]] = []

    async def complete(
        self, messages: Sequence[Message], sampling: Sampling, *, timeout_seconds: float
    ) -> Completion:
        self.asked.append((messages, sampling, timeout_seconds))
        answer = self._answers.pop(0)
        if isinstance(answer, ModelError):
            raise answer
        tokens = Tokens(prompt=30, cached=10, completion=5)
        return Completion(text=answer, tokens=tokens, finish_reason="stop", seconds=0.1)


class Time:
    """Goes on only when slept."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        # A clock of floats would never reach a deadline by waits of nothing.
        self.now += max(seconds, 0.001)


def prompted(model: Recorded, time: Time | None = None, **options) -> Prompted:
    time = time or Time()
    return Prompted(
        "asked",
        model,
        options.pop("wording", Renaming()),
        clock=time.clock,
        sleep=time.sleep,
        random=Random(1),
        **options,
    )


def attempt(prompt_tokens: int, proposer: str = "asked") -> Attempt:
    return Attempt(
        number=1,
        round=1,
        ask=Ask(proposer=proposer),
        proposal=Proposal(text="", tokens=Tokens(prompt=prompt_tokens)),
        reading=Reading(plan=None),
        verdict=None,
    )


async def test_the_ask_is_worded_sent_and_its_answer_given_names_back():
    model = Recorded("(stack x y)")
    wording = Renaming({"x": "a", "y": "b"}, grammar='root ::= "x"')
    proposal = await prompted(model, wording=wording).propose(TASK, ASK, (), Budget(seconds=9.0))
    assert proposal.text == "(stack a b)"
    assert proposal.tokens == Tokens(prompt=30, cached=10, completion=5)
    ((messages, sampling, timeout),) = model.asked
    assert messages == (Message(role="user", content="Stack x on y."),)
    assert sampling == Sampling(temperature=0.6, seed=3, grammar='root ::= "x"')
    assert timeout == 9.0


def test_what_the_wording_refuses_is_refused():
    proposer = prompted(Recorded())
    assert proposer.refuses(Task(domain="", problem="dull")) == "too dull"
    assert proposer.refuses(TASK) is None
    assert proposer.name == "asked"


@pytest.mark.parametrize(
    ("tokens", "trace", "most", "bound"),
    [
        (None, (), None, None),
        (None, (), 50, 50),
        (400, (), None, 400),
        (400, (attempt(100), attempt(250)), None, 300),
        (400, (attempt(100, "other"),), None, 400),
        (400, (), 50, 50),
        (80, (attempt(100),), None, 1),
    ],
)
async def test_an_answer_is_bounded_by_the_tokens_left_behind_its_prompt(
    tokens, trace, most, bound
):
    model = Recorded("")
    await prompted(model, most_tokens=most).propose(TASK, ASK, trace, Budget(tokens=tokens))
    assert model.asked[0][1].max_tokens == bound


async def test_a_model_that_is_away_is_waited_for():
    time = Time()
    away = ModelUnavailable("recorded", "down")
    model = Recorded(away, away, away, "(done)")
    proposal = await prompted(model, time).propose(TASK, ASK, (), Budget(seconds=100.0))
    assert proposal.text == "(done)"
    assert len(time.slept) == 3
    assert proposal.seconds == time.now
    assert [timeout for _, _, timeout in model.asked] == sorted(
        (timeout for _, _, timeout in model.asked), reverse=True
    )


async def test_a_wait_is_at_least_as_long_as_the_server_asks():
    time = Time()
    model = Recorded(ModelUnavailable("recorded", "busy", 20.0), "(done)")
    await prompted(model, time).propose(TASK, ASK, (), Budget(seconds=100.0))
    assert 20.0 <= time.slept[0] <= 21.0


async def test_a_model_that_stays_away_ends_in_an_empty_proposal_when_time_is_over():
    time = Time()
    model = Recorded(*[ModelUnavailable("recorded", "down", 4.0)] * 99)
    proposal = await prompted(model, time).propose(TASK, ASK, (), Budget(seconds=10.0))
    assert (proposal.text, proposal.finish_reason) == ("", OUT_OF_TIME)
    assert 10.0 <= time.now < 10.1
    assert len(model.asked) < 4


async def test_without_a_budget_of_seconds_patience_ends_all_the_same():
    time = Time()
    model = Recorded(*[ModelUnavailable("recorded", "down", 50.0)] * 99)
    proposer = prompted(model, time, most_call_seconds=120.0)
    with pytest.raises(ProposerBroken, match="down"):
        await proposer.propose(TASK, ASK, (), Budget(seconds=None))
    assert 120.0 <= time.now < 121.0


@pytest.mark.parametrize("kind", [ModelRefused, ModelBroken])
async def test_a_model_that_will_never_answer_breaks_the_proposer_in_its_words(kind):
    with pytest.raises(ProposerBroken, match="'recorded': no such model"):
        await prompted(Recorded(kind("recorded", "no such model"))).propose(TASK, ASK, (), Budget())


async def test_a_prompt_past_the_context_window_is_explained():
    refusal = PromptTooLong("recorded", "the maximum is 1024 tokens")
    with pytest.raises(ProposerBroken, match="too long for the context window") as caught:
        await prompted(Recorded(refusal)).propose(TASK, ASK, (), Budget())
    assert "1024" in str(caught.value)


async def test_a_restart_of_the_model_server_costs_time_and_nothing_else():
    async with simulated_server() as server:
        server.replies(Refusal(status=503), Answer(cut=True), Refusal(status=500))
        async with OpenAICompatible(
            url=server.url, model="m", retries=Retries(first_seconds=0.01)
        ) as model:
            proposer = Prompted("asked", model, Renaming(), first_wait_seconds=0.01)
            proposal = await proposer.propose(TASK, ASK, (), Budget(seconds=20.0))
    assert proposal.text == "(pick-up a)\n(stack a b)"


async def test_cancelling_a_proposal_stops_the_generation():
    async with simulated_server() as server:
        server.replies(Answer(pieces=("x",) * 1000, between_seconds=0.01))
        async with OpenAICompatible(url=server.url, model="m") as model:
            proposing = asyncio.create_task(
                Prompted("asked", model, Renaming()).propose(TASK, ASK, (), Budget())
            )
            await server.sending.wait()
            proposing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await proposing
            await asyncio.wait_for(server.disconnected.wait(), 2.0)
