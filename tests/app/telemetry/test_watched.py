"""Parts under watch do what they did, and what they did is counted."""

import asyncio
from collections.abc import Sequence

import pytest

from app.llm.chat import Completion, Message, Sampling, Tokens
from app.llm.errors import ModelBroken, ModelRefused, ModelUnavailable
from app.telemetry.meters import Meters
from app.telemetry.watched import WatchedModel, WatchedVerifier
from planners.errors import BoundReached
from planners.plan import Plan

ANSWER = Completion(
    text="(switch-on a)",
    tokens=Tokens(prompt=100, cached=64, completion=7),
    finish_reason="stop",
    seconds=2.0,
    first_token_seconds=0.5,
)
ASKED = [Message(role="user", content="plan")]


class Scripted:
    """A model that answers as it is told to, or fails so; None is never to answer."""

    name = "scripted"

    def __init__(self, answer: Completion | Exception | None) -> None:
        self.answer = answer
        self.asked: list[tuple[Sequence[Message], Sampling, float]] = []

    async def complete(
        self, messages: Sequence[Message], sampling: Sampling, *, timeout_seconds: float
    ) -> Completion:
        self.asked.append((messages, sampling, timeout_seconds))
        if self.answer is None:
            await asyncio.Event().wait()
        if isinstance(self.answer, Completion):
            return self.answer
        assert self.answer is not None
        raise self.answer


class Spent:
    """A verifier whose bounds are always reached."""

    async def verify(self, task, plan):
        raise BoundReached("steps in one plan", 7)


@pytest.fixture
def meters() -> Meters:
    return Meters(version="1")


def value(meters: Meters, name: str, **labels: str) -> float | None:
    return meters.registry.get_sample_value(name, labels)


async def test_a_model_is_asked_as_before_and_its_answer_comes_back_as_it_is(meters):
    model = Scripted(ANSWER)
    watched = WatchedModel(model, meters)
    sampling = Sampling(temperature=0.7, seed=3)
    assert await watched.complete(ASKED, sampling, timeout_seconds=9) is ANSWER
    assert model.asked == [(ASKED, sampling, 9)]
    assert watched.name == "scripted"


async def test_an_answer_is_counted_with_its_tokens_and_the_time_to_its_first(meters):
    await WatchedModel(Scripted(ANSWER), meters).complete(ASKED, Sampling(), timeout_seconds=9)
    tokens = {
        kind: value(meters, "modulo_tokens_total", model="scripted", kind=kind)
        for kind in ("prompt", "cached", "completion")
    }
    assert tokens == {"prompt": 100, "cached": 64, "completion": 7}
    assert value(meters, "modulo_first_token_seconds_sum", model="scripted") == 0.5


@pytest.mark.parametrize(
    ("problem", "word"),
    [
        (ModelUnavailable("scripted", "on holiday"), "unavailable"),
        (ModelRefused("scripted", "no such model"), "refused"),
        (ModelBroken("scripted", "no JSON"), "broken"),
        (KeyError("a defect"), "broken"),
    ],
    ids=["unavailable", "refused", "broken", "defect"],
)
async def test_a_call_that_fails_is_counted_by_its_kind_and_fails_as_before(meters, problem, word):
    with pytest.raises(type(problem)) as raised:
        await WatchedModel(Scripted(problem), meters).complete(ASKED, Sampling(), timeout_seconds=9)
    assert raised.value is problem
    assert value(meters, "modulo_model_calls_total", model="scripted", result=word) == 1


async def test_a_call_that_is_cancelled_is_cancelled_and_counted_as_such(meters):
    watched = WatchedModel(Scripted(None), meters)
    calling = asyncio.create_task(watched.complete(ASKED, Sampling(), timeout_seconds=9))
    await asyncio.sleep(0)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert value(meters, "modulo_model_calls_total", model="scripted", result="cancelled") == 1


async def test_a_judgement_that_cannot_be_made_is_timed_as_unjudged(meters):
    with pytest.raises(BoundReached):
        await WatchedVerifier(Spent(), meters).verify(None, Plan(steps=()))
    assert value(meters, "modulo_verification_seconds_count", verdict="unjudged") == 1
