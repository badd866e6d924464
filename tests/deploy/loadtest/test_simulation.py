"""The simulated model server over a socket, met by the client that Modulo uses."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest

from app.bank import open_bank
from app.llm.chat import Completion, Sampling, Tokens
from app.llm.errors import ModelBroken, ModelRefused, ModelUnavailable, PromptTooLong
from app.llm.openai import OpenAICompatible
from app.llm.retry import Retries
from app.modulo.attempt import Attempt
from app.modulo.budget import Budget
from app.modulo.events import AttemptFinished, Event, Solved
from app.sessions.request import PlanRequest
from app.settings import Settings
from deploy.loadtest.application import Served, serving
from deploy.loadtest.author import Author
from deploy.loadtest.engine import Law
from deploy.loadtest.faults import Fault, Faults
from deploy.loadtest.journal import Call
from deploy.loadtest.simulation import Options, Simulation
from deploy.loadtest.tokens import chat_tokens, tokens_of
from planners import Valid, verify
from tests.deploy.loadtest.asking import BLOCKS, PARCELS, asked

AT_ONCE = Law(prefill_seconds=0.0, token_seconds=0.0)
SLOW = Law(prefill_seconds=0.0, token_seconds=0.05)
NEVER = Law(prefill_seconds=0.0, token_seconds=60.0)


def options(**others) -> Options:
    return Options(**{"law": AT_ONCE, "author": Author(flawed=0.0)} | others)


@asynccontextmanager
async def client_of(
    served: Served, *, retries: int = 0, **extra
) -> AsyncGenerator[OpenAICompatible, None]:
    async with OpenAICompatible(
        url=served.url, model="simulated", retries=Retries(most=retries), extra=extra
    ) as client:
        yield client


async def ask(
    client: OpenAICompatible, seed: int = 0, *, seconds: float = 10.0, **sampling
) -> Completion:
    return await client.complete(asked(), Sampling(seed=seed, **sampling), timeout_seconds=seconds)


async def answer_of(given: Options, seed: int = 0, **sampling) -> Completion:
    async with serving(given) as served, client_of(served) as client:
        return await ask(client, seed, **sampling)


async def until(condition) -> None:
    async with asyncio.timeout(10.0):
        while True:
            if condition():
                return
            await asyncio.sleep(0.005)


async def solve(served: Served, **request) -> list[Event]:
    settings = Settings(model_url=served.url, model="simulated")
    async with open_bank(settings) as bank:
        asked_for = PlanRequest(**{"task": BLOCKS, "budget": Budget(attempts=16)} | request)
        return [e async for e in bank.compose(asked_for).solve(asked_for.task, asked_for.budget)]


def attempts_of(events: list[Event]) -> list[Attempt]:
    return [event.attempt for event in events if isinstance(event, AttemptFinished)]


async def test_an_answer_comes_back_with_what_it_cost():
    async with (
        serving(options()) as served,
        client_of(served) as client,
        httpx.AsyncClient(base_url=served.url.removesuffix("/v1")) as reader,
    ):
        first, again = await ask(client), await ask(client)
        page = (await reader.get("/metrics")).text
    prompt = len(chat_tokens(asked()))
    assert "[PLAN]\n(unstack" in first.text
    assert again.text == first.text
    assert first.finish_reason == "stop"
    assert first.tokens == Tokens(prompt=prompt, completion=len(tokens_of(first.text)))
    assert again.tokens.cached == (prompt - 1) // 16 * 16
    assert f'hits_total{{model_name="simulated"}} {again.tokens.cached}\n' in page


async def test_what_is_cached_for_one_salt_is_not_for_another():
    async with serving(options()) as served:
        cached = []
        for salt in ("one", "one", "other"):
            async with client_of(served, cache_salt=salt) as client:
                cached.append((await ask(client)).tokens.cached)
    assert cached[0] == cached[2] == 0 < cached[1]


async def test_an_answer_of_bounded_length_says_that_it_was_cut():
    cut = await answer_of(options(), max_tokens=7)
    assert (cut.finish_reason, cut.tokens.completion) == ("length", 7)


async def test_an_answer_that_is_not_streamed_is_the_same_with_the_same_cost():
    streamed = await answer_of(options())
    async with serving(options()) as served, httpx.AsyncClient(base_url=served.url) as client:
        messages = [{"role": turn.role, "content": turn.content} for turn in asked()]
        body = {"model": "simulated", "messages": messages}
        whole = (await client.post("/chat/completions", json=body)).json()
        models = (await client.get("/models")).json()
        health = await client.get(served.url.removesuffix("/v1") + "/health")
        unread = await client.post("/chat/completions", json={"model": "simulated"})
    assert whole["choices"][0]["message"]["content"] == streamed.text
    assert whole["usage"]["total_tokens"] == streamed.tokens.total
    assert [model["id"] for model in models["data"]] == ["simulated"]
    assert health.status_code == 200
    assert unread.status_code == 400
    assert "messages" in unread.json()["error"]["message"]


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (Fault.BUSY, ModelUnavailable, "429: Too many requests"),
        (Fault.AWAY, ModelUnavailable, "503: The server is out of order"),
        (Fault.CUT, ModelUnavailable, "broke off"),
        (Fault.STALL, ModelUnavailable, "no answer within 0.3 s"),
        (Fault.JUNK, ModelBroken, "no event stream but 'text/html|not a piece of a chat"),
    ],
)
async def test_each_fault_is_met_by_the_client_as_its_kind(fault, kind, said):
    given = options(faults=Faults(shares={fault: 1.0}), retry_after_seconds=3)
    async with serving(given) as served, client_of(served) as client:
        with pytest.raises(kind, match=said) as met:
            await ask(client, seconds=0.3)
        await until(lambda: served.simulation.engine.slots.running == 0)
    assert served.simulation.faults[fault] == 1
    if fault is Fault.BUSY:
        assert met.value.retry_after_seconds == 3.0


async def test_both_kinds_of_junk_are_met():
    given = options(faults=Faults(shares={Fault.JUNK: 1.0}))
    said = set()
    async with serving(given) as served, client_of(served) as client:
        for seed in range(8):
            with pytest.raises(ModelBroken) as met:
                await ask(client, seed)
            said.add("html" in met.value.message)
    assert said == {True, False}


async def test_a_call_that_failed_by_chance_is_answered_when_it_is_made_again():
    given = options(faults=Faults(shares={Fault.AWAY: 0.5}))
    retries = Retries(most=8, first_seconds=0.0)
    async with (
        serving(given) as served,
        OpenAICompatible(url=served.url, model="simulated", retries=retries) as client,
    ):
        for seed in range(6):
            assert (await ask(client, seed)).finish_reason == "stop"
    assert served.simulation.faults[Fault.AWAY] == served.simulation.calls - 6 > 0


async def test_the_same_seed_gives_the_same_answers_and_faults_whatever_comes_meanwhile():
    async def run(seed: int, order: list[int]) -> dict[int, str]:
        faults = Faults(shares={Fault.AWAY: 0.3, Fault.CUT: 0.2})
        given = options(author=Author(seed=seed), faults=faults)
        async with serving(given) as served, client_of(served) as client:

            async def outcome(each: int) -> str:
                try:
                    return (await ask(client, each)).text
                except ModelUnavailable as problem:
                    return problem.message[:20]

            return dict(zip(order, await asyncio.gather(*map(outcome, order)), strict=True))

    # Less than five failures in a row, or the client's breaker would leave the server alone.
    calls = list(range(5))
    first = await run(1, calls)
    assert first == await run(1, calls[::-1])
    assert first != await run(2, calls)


async def test_whoever_leaves_frees_the_slot_and_whoever_leaves_the_queue_its_place():
    async with serving(options(law=NEVER, slots=1)) as served, client_of(served) as client:
        slots = served.simulation.engine.slots
        running = asyncio.create_task(ask(client, 1))
        await until(lambda: slots.running == 1)
        waiting = asyncio.create_task(ask(client, 2))
        await until(lambda: slots.waiting == 1)
        for call, left in ((waiting, (1, 0)), (running, (0, 0))):
            call.cancel()
            began = time.monotonic()
            await until(lambda left=left: (slots.running, slots.waiting) == left)
            assert time.monotonic() - began < 1.0
            await asyncio.gather(call, return_exceptions=True)
    assert served.simulation.engine.left == 1
    assert served.simulation.engine.finished == 0


async def test_each_call_is_noted_with_its_seed_and_whether_it_was_answered_whole():
    noted: list[Call] = []
    given = options(law=Law(prefill_seconds=0.0, token_seconds=0.0, first_seconds=0.2))
    began = time.time()
    async with serving(given, note=noted.append) as served, client_of(served) as client:
        await ask(client, 7)
        left = asyncio.create_task(ask(client, 8))
        await until(lambda: served.simulation.engine.slots.running == 1)
        left.cancel()
        await asyncio.gather(left, return_exceptions=True)
        await until(lambda: len(noted) == 2)
    assert [(call.seed, call.answered) for call in noted] == [(7, True), (8, False)]
    assert all(began <= call.began <= call.ended <= time.time() for call in noted)
    assert noted[0].ended - noted[0].began >= 0.2


async def test_a_call_that_was_refused_is_not_noted():
    noted: list[Call] = []
    given = options(faults=Faults(shares={Fault.AWAY: 1.0}))
    async with serving(given, note=noted.append) as served, client_of(served) as client:
        with pytest.raises(ModelUnavailable):
            await ask(client)
    assert (served.simulation.calls, noted) == (1, [])


async def test_calls_beyond_the_slots_wait_for_their_turn():
    # Six tokens at 50 ms each and one slot: three calls take their time one after the other.
    async with serving(options(law=SLOW, slots=1)) as served, client_of(served) as client:
        began = time.monotonic()
        done = await asyncio.gather(*(ask(client, seed, max_tokens=6) for seed in range(3)))
        took = time.monotonic() - began
    assert took >= 0.9
    waits = sorted(completion.seconds for completion in done)
    assert all(seconds >= 0.3 * place for place, seconds in enumerate(waits, 1))
    assert served.simulation.engine.slots.most_running == 1


async def test_calls_in_different_slots_run_side_by_side():
    async with serving(options(law=NEVER, slots=3)) as served, client_of(served) as client:
        calls = [asyncio.create_task(ask(client, seed)) for seed in range(4)]
        slots = served.simulation.engine.slots
        await until(lambda: (slots.running, slots.waiting) == (3, 1))
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)


async def test_a_full_queue_refuses_exactly_what_is_too_much():
    async with serving(options(law=SLOW, slots=1, queue=2)) as served:
        said = sorted(await asyncio.gather(*(attempt(served, seed) for seed in range(6))))
    assert said[:3] == ["answered"] * 3
    assert all("503: 2 requests wait already" in each for each in said[3:])


async def attempt(served: Served, seed: int) -> str:
    async with client_of(served) as client:
        try:
            await ask(client, seed, max_tokens=3)
        except ModelUnavailable as problem:
            return f"not answered: {problem.message}"
        return "answered"


async def test_interactive_calls_pass_those_of_a_batch():
    async with serving(options(law=SLOW, slots=1)) as served:
        slots, order = served.simulation.engine.slots, []

        async def call(name: str, priority: int) -> None:
            async with client_of(served, priority=priority) as client:
                await ask(client, max_tokens=4)
                order.append(name)

        async with asyncio.TaskGroup() as group:
            group.create_task(call("first", 0))
            await until(lambda: slots.running == 1)
            group.create_task(call("batch", 1))
            await until(lambda: slots.waiting == 1)
            group.create_task(call("interactive", 0))
    assert order == ["first", "interactive", "batch"]


async def test_an_answer_takes_what_the_law_says():
    law = Law(prefill_seconds=0.0005, token_seconds=0.01)
    async with serving(options(law=law)) as served, client_of(served) as client:
        cold, warm = await ask(client, max_tokens=20), await ask(client, max_tokens=20)
    for found in (cold, warm):
        due = law.due_seconds(found.tokens.prompt - found.tokens.cached, 20)
        assert due <= found.seconds < due + 5.0
    assert cold.first_token_seconds >= law.due_seconds(cold.tokens.prompt, 1)


@pytest.mark.parametrize(
    ("given", "sampling", "kind", "said"),
    [
        ({"context_tokens": 100}, {}, PromptTooLong, "maximum context length is 100 tokens"),
        ({"model": "other"}, {}, ModelRefused, "404: The model `simulated` does not exist"),
    ],
)
async def test_what_vllm_refuses_is_refused(given, sampling, kind, said):
    with pytest.raises(kind, match=said):
        await answer_of(options(**given), **sampling)


async def test_a_bound_beyond_the_context_is_met_by_leaving_it_out():
    completion = await answer_of(options(context_tokens=2000), max_tokens=1990)
    assert completion.finish_reason == "stop"


@pytest.mark.parametrize("task", [BLOCKS, PARCELS], ids=["blocksworld", "logistics"])
@pytest.mark.parametrize("strategy", ["backprompt", "batch_repair"])
async def test_a_session_is_solved_after_some_rounds(task, strategy):
    # The first answer to any chat without a backprompt is wrong; one backprompt helps.
    given = options(author=Author(flawed=1.0, falling=0.3))
    async with serving(given) as served:
        events = await solve(served, task=task, strategy=strategy, seed=5)
    attempts = attempts_of(events)
    assert isinstance(events[-1], Solved)
    assert isinstance(verify(task, events[-1].plan), Valid)
    assert attempts[-1].round >= 2
    assert not any(attempt.accepted for attempt in attempts if attempt.round == 1)
    assert served.simulation.engine.cache.found_tokens > 0


async def test_the_same_seed_gives_the_same_session():
    async def texts() -> list[str]:
        async with serving(options(author=Author(seed=2, flawed=0.9))) as served:
            events = await solve(served, strategy="backprompt", seed=3)
        return [attempt.proposal.text for attempt in attempts_of(events)]

    assert await texts() == await texts()


async def test_a_session_gets_through_faults():
    shares = {Fault.BUSY: 0.1, Fault.AWAY: 0.1, Fault.CUT: 0.1}
    given = options(faults=Faults(shares=shares), retry_after_seconds=0)
    async with serving(given) as served:
        solved = [(await solve(served, strategy="resample", seed=s))[-1] for s in range(3)]
    assert all(isinstance(outcome, Solved) for outcome in solved)
    assert sum(served.simulation.faults.values()) > 0


def test_a_simulation_needs_slots_and_a_cache():
    for wrong in ({"slots": 0}, {"cache_blocks": 0}, {"chunk_tokens": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            Simulation(options(**wrong))
