"""The whole way through a real vLLM: solving, caching, grammars, cancelling.

Slow to start, so not among the ordinary tests. To see the figures too:
`pytest -m vllm --log-cli-level=INFO`.
"""

import asyncio
import logging
import time
from collections.abc import Generator
from random import Random

import httpx
import pytest

from app.apprentice.wording import ApprenticeWording
from app.llm.chat import Message, Sampling
from app.llm.errors import PromptTooLong
from app.llm.openai import OpenAICompatible
from app.modulo.attempt import Ask
from app.modulo.budget import Budget
from app.modulo.events import AttemptFinished, Solved
from app.modulo.loop import Modulo
from app.modulo.strategies.batch_repair import BatchRepair
from app.modulo.strategies.batches import Batch
from app.prompts.grammar import plan_grammar
from app.proposers.prompted import Prompted
from app.reading import AnswerReader
from planners import Task, read_plan
from planners.generators.blocksworld import generate
from planners.pddl import read_task
from planners.workers import VerifierThreads
from tests.vllm.served import Served, served

log = logging.getLogger(__name__)

pytestmark = pytest.mark.vllm

TASK = generate(4, seed=1)


@pytest.fixture(scope="module")
def vllm(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served, None, None]:
    with served(tmp_path_factory.mktemp("vllm") / "server.log") as server:
        log.info("vLLM answers after %.0f s", server.start_seconds)
        yield server


@pytest.fixture
async def model(vllm: Served):
    async with OpenAICompatible(url=vllm.url, model=vllm.name) as client:
        yield client


def worded(task: Task, seed: int = 0) -> tuple[Message, ...]:
    return ApprenticeWording().word(task, Ask(proposer="served", seed=seed), ()).messages


async def test_a_task_is_solved_through_the_loop(model):
    proposer = Prompted("served", model, ApprenticeWording())
    batch = Batch(proposer="served", temperatures=(0.0, 0.3, 0.3, 0.3))
    loop = Modulo(
        strategy=BatchRepair(batch=batch),
        proposers={"served": proposer},
        reader=AnswerReader(),
        verifier=VerifierThreads(),
    )
    events = [event async for event in loop.solve(TASK, Budget(attempts=16, seconds=120.0))]
    attempts = [event.attempt for event in events if isinstance(event, AttemptFinished)]
    assert isinstance(events[-1], Solved)
    assert all(attempt.tokens.prompt > 0 for attempt in attempts)
    log.info("solved by attempt %d", events[-1].attempt)


async def test_a_prompt_sent_twice_is_computed_once(model):
    # Long, as a CPU caches whole blocks of 128 tokens only.
    long = tuple(message for seed in range(9) for message in worded(generate(6, seed=seed)))
    sampling = Sampling(max_tokens=4)
    first = await model.complete(long, sampling, timeout_seconds=60.0)
    again = await model.complete(long, sampling, timeout_seconds=60.0)
    assert again.text == first.text
    assert again.tokens.prompt == first.tokens.prompt
    assert again.tokens.cached > first.tokens.prompt / 2
    log.info("%d of %d prompt tokens cached", again.tokens.cached, again.tokens.prompt)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
async def test_a_grammar_made_for_the_task_keeps_every_answer_in_form(model, temperature):
    lifted = read_task(TASK)
    sampling = Sampling(
        temperature=temperature, max_tokens=60, grammar=plan_grammar(lifted, strict=True)
    )
    completion = await model.complete(worded(TASK), sampling, timeout_seconds=60.0)
    # A bound of tokens may cut the last step short.
    lines = completion.text.split("\n")[:-1]
    for step in read_plan("\n".join(lines)).steps:
        assert len(step.arguments) == len(lifted.actions[step.action].parameters)
        assert set(step.arguments) <= set(lifted.objects)


async def test_a_prompt_past_the_context_window_is_told_apart(model):
    with pytest.raises(PromptTooLong):
        await model.complete(worded(TASK) * 200, Sampling(), timeout_seconds=60.0)


async def test_a_bound_past_the_context_window_does_not_matter(model):
    sampling = Sampling(max_tokens=100_000)
    completion = await model.complete(worded(TASK), sampling, timeout_seconds=60.0)
    assert completion.text


async def test_cancelling_a_call_stops_the_generation(vllm):
    endless = {"ignore_eos": True, "min_tokens": 800}
    async with (
        OpenAICompatible(url=vllm.url, model=vllm.name, extra=endless) as model,
        httpx.AsyncClient(timeout=10.0) as watcher,
    ):
        before = await vllm.metric(watcher, "generation_tokens_total")
        sampling = Sampling(max_tokens=900)
        call = asyncio.create_task(model.complete(worded(TASK), sampling, timeout_seconds=60.0))
        while await vllm.metric(watcher, "num_requests_running") == 0.0:
            assert not call.done()
            await asyncio.sleep(0.01)
        cancelled = time.monotonic()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        while await vllm.metric(watcher, "num_requests_running") > 0.0:
            assert time.monotonic() - cancelled < 2.0
            await asyncio.sleep(0.01)
        stopped = time.monotonic() - cancelled
        generated = await vllm.metric(watcher, "generation_tokens_total")
        await asyncio.sleep(2.0)
        assert await vllm.metric(watcher, "generation_tokens_total") == generated
        assert generated - before < 800
    log.info("stopped %.2f s after cancelling, at %.0f tokens", stopped, generated - before)


@pytest.mark.parametrize("side_by_side", [1, 16, 64])
async def test_answers_come_side_by_side(vllm, side_by_side):
    endless = {"ignore_eos": True}
    async with OpenAICompatible(url=vllm.url, model=vllm.name, extra=endless) as model:
        random = Random(side_by_side)
        prompts = [worded(TASK, random.randrange(1 << 16)) for _ in range(side_by_side)]
        sampling = Sampling(temperature=1.0, max_tokens=100)
        began = time.monotonic()
        completions = await asyncio.gather(
            *(model.complete(prompt, sampling, timeout_seconds=120.0) for prompt in prompts)
        )
        seconds = time.monotonic() - began
    tokens = sum(completion.tokens.completion for completion in completions)
    assert tokens == 100 * side_by_side
    log.info("%d side by side: %.0f tokens/s", side_by_side, tokens / seconds)
