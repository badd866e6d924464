"""The embedded model: seeded, side by side, bounded, and it stops when nobody waits."""

import asyncio
import time

import numpy as np
import pytest
import uvloop

from app.apprentice.model import embedded_apprentice
from app.llm.chat import Completion, Message, Sampling
from app.llm.embedded import EmbeddedModel, draw
from app.llm.errors import ModelRefused, ModelUnavailable, PromptTooLong

PROMPT = "goal\n b3 b1\n b7 b4\nstart\n b1 b4\n b3 b7\n"
# Nothing ends these answers but their bound: at this temperature words come at random.
WILD = 1e6


@pytest.fixture(scope="module")
def model() -> EmbeddedModel:
    return embedded_apprentice()


async def answer(
    model: EmbeddedModel,
    content: str = PROMPT,
    *,
    temperature: float = 0.0,
    seed: int = 0,
    max_tokens: int | None = None,
    timeout_seconds: float = 60.0,
) -> Completion:
    return await model.complete(
        [Message(role="user", content=content)],
        Sampling(temperature=temperature, seed=seed, max_tokens=max_tokens),
        timeout_seconds=timeout_seconds,
    )


async def until_running(model: EmbeddedModel, *, running: bool) -> None:
    # The model says nothing when its thread begins or ends, so this looks again and again.
    async with asyncio.timeout(5):
        while model.running is not running:  # noqa: ASYNC110
            await asyncio.sleep(0.0005)


async def test_an_answer_is_steps_and_says_what_it_cost(model):
    found = await answer(model)
    assert found.text.startswith("(unstack b")
    assert found.text.endswith(")\n")
    assert found.finish_reason == "stop"
    assert found.tokens.prompt == 16
    assert found.tokens.completion > 4
    assert found.first_token_seconds is not None
    assert 0 < found.first_token_seconds <= found.seconds


async def test_the_same_seed_gives_the_same_answer_alone_and_beside_others(model):
    alone = [(await answer(model, temperature=2.0, seed=seed)).text for seed in range(6)]
    beside = await asyncio.gather(
        *(answer(model, temperature=2.0, seed=seed) for seed in range(6)),
        *(answer(model, temperature=1.0, seed=seed) for seed in range(5)),
    )
    assert [found.text for found in beside[:6]] == alone
    assert len(set(alone)) > 1


async def test_at_temperature_0_the_seed_does_not_matter(model):
    texts = {(await answer(model, seed=seed)).text for seed in range(3)}
    assert len(texts) == 1


async def test_an_answer_is_bounded(model):
    found = await answer(model, max_tokens=3)
    assert found.tokens.completion == 3
    assert found.finish_reason == "length"


async def test_an_answer_that_comes_too_late_is_unavailable(model):
    with pytest.raises(ModelUnavailable, match="no answer in"):
        await answer(model, temperature=WILD, timeout_seconds=0.001)
    await until_running(model, running=False)


async def test_cancelling_stops_the_generation(model):
    waiting = [asyncio.create_task(answer(model, temperature=WILD, seed=s)) for s in range(20)]
    await until_running(model, running=True)
    await asyncio.sleep(0.01)
    for one in waiting:
        one.cancel()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert any(isinstance(one, asyncio.CancelledError) for one in found)
    began = time.monotonic()
    await until_running(model, running=False)
    # To finish what was asked for would take 20 x 256 tokens, at about 8 a millisecond.
    assert time.monotonic() - began < 0.3


async def test_the_event_loop_runs_on_while_the_model_works(model):
    working = asyncio.create_task(answer(model, temperature=WILD, seed=3))
    turns = 0
    while not working.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 5


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("Plan a party", ModelRefused, "Plan a party"),
        (" b1" * 1024, PromptTooLong, "1024"),
    ],
    ids=["unknown words", "too long"],
)
async def test_a_prompt_it_cannot_take_is_refused(model, content, error, said):
    with pytest.raises(error, match=said):
        await answer(model, content)


async def test_a_grammar_is_refused(model):
    with pytest.raises(ModelRefused, match="grammar"):
        await model.complete(
            [Message(role="user", content=PROMPT)],
            Sampling(grammar="root ::= step"),
            timeout_seconds=1,
        )


async def test_leaving_the_model_gives_up_what_is_wanted_and_takes_no_more():
    async with embedded_apprentice() as model:
        working = asyncio.create_task(answer(model, temperature=WILD))
        await until_running(model, running=True)
    with pytest.raises(ModelUnavailable, match="closed"):
        await working
    assert not model.running
    with pytest.raises(ModelUnavailable, match="closed"):
        await answer(model)


def test_tokens_are_drawn_as_often_as_they_are_likely():
    scores = np.log(np.array([0.5, 0.3, 0.2], dtype=np.float32))
    random = np.random.default_rng(1)
    drawn = [draw(scores, temperature=1.0, random=random) for _ in range(4000)]
    shares = np.bincount(drawn, minlength=3) / len(drawn)
    assert np.allclose(shares, [0.5, 0.3, 0.2], atol=0.03)


def test_it_goes_on_where_processes_are_started_meanwhile():
    # uvloop starts them by fork, as `modulo serve` does for its verifier and its planners.
    async def main() -> int:
        model = embedded_apprentice()
        long = "goal\n b3 b1\n b7 b4\nstart\n" + " b1 b4\n b3 b7\n" * 40
        answers = asyncio.gather(
            *(answer(model, long, max_tokens=5, timeout_seconds=20) for _ in range(16))
        )
        started = 0
        while not answers.done():
            process = await asyncio.create_subprocess_exec("true")
            assert await process.wait() == 0
            started += 1
        await answers
        return started

    assert uvloop.run(main()) > 20
