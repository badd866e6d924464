"""The client of OpenAI-compatible servers, against a real one on this machine."""

import asyncio
import gc
import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random

import httpx
import pytest

from app.llm.breaker import CircuitBreaker
from app.llm.chat import Message, Sampling, Tokens
from app.llm.errors import ModelBroken, ModelRefused, ModelUnavailable, PromptTooLong
from app.llm.openai import OpenAICompatible
from app.llm.retry import Retries
from tests.app.llm.simulated_server import Answer, Refusal, SimulatedServer

ASK = (Message(role="system", content="You plan."), Message(role="user", content="Stack a on b."))


class Waits:
    """A clock and a sleep that take no time; the waits asked for are kept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._past = 0.0

    def clock(self) -> float:
        return time.monotonic() + self._past

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self._past += seconds


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
async def model(server: SimulatedServer, waits: Waits):
    async with OpenAICompatible(
        url=server.url, model="simulated", clock=waits.clock, sleep=waits.sleep
    ) as client:
        yield client


async def complete(client: OpenAICompatible, seconds: float = 5.0, **sampling):
    return await client.complete(ASK, Sampling(**sampling), timeout_seconds=seconds)


async def test_an_answer_comes_back_whole_with_what_it_cost(model, server):
    completion = await complete(model)
    assert completion.text == "(pick-up a)\n(stack a b)"
    assert completion.tokens == Tokens(prompt=20, cached=16, completion=4)
    assert completion.finish_reason == "stop"
    assert 0.0 < completion.first_token_seconds <= completion.seconds < 5.0


async def test_calls_leave_nothing_behind_for_the_garbage_collector(model):
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            await complete(model)
        left = [each for each in gc.get_objects() if type(each) is httpx.Response]
    finally:
        gc.enable()
    assert left == []


async def test_the_request_says_what_was_asked_for(server):
    async with OpenAICompatible(
        url=server.url + "/",
        model="simulated",
        name="mine",
        key="sesame",
        headers={"X-Session-ID": "s1"},
        extra={"priority": 3},
    ) as client:
        await complete(client, temperature=0.6, seed=7, max_tokens=99, grammar='root ::= "a"')
        assert client.name == "mine"
    (received,) = server.received
    assert received.line == "POST /v1/chat/completions HTTP/1.1"
    assert received.headers["authorization"] == "Bearer sesame"
    assert received.headers["x-session-id"] == "s1"
    assert received.body == {
        "model": "simulated",
        "messages": [
            {"role": "system", "content": "You plan."},
            {"role": "user", "content": "Stack a on b."},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.6,
        "seed": 7,
        "max_tokens": 99,
        "structured_outputs": {"grammar": 'root ::= "a"'},
        "priority": 3,
    }


async def test_nothing_is_sent_of_what_was_not_asked_for(model, server):
    await complete(model)
    (received,) = server.received
    assert "authorization" not in received.headers
    assert not {"max_tokens", "structured_outputs", "priority"} & set(received.body)


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_reasoning_sent_apart_comes_first_between_marks(model, server, field):
    server.replies(Answer(reasoning=("First ", "a."), reasoning_field=field, pieces=("(done)",)))
    completion = await complete(model)
    assert completion.text == "<think>First a.</think>\n(done)"


async def test_without_usage_the_cost_is_estimated_and_never_nothing(model, server):
    server.replies(Answer(usage=None))
    completion = await complete(model)
    assert completion.tokens == Tokens(prompt=6, completion=2)


async def test_a_server_that_holds_back_the_end_of_its_stream_is_not_waited_for(model, server):
    event = b'data: {"choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}]}\n\n'
    server.replies(Answer(raw=(event, b"data: [DONE]\n\n"), stall=True))
    assert (await complete(model)).text == "x"
    assert (await complete(model)).finish_reason == "stop"


async def test_a_connection_is_used_again_after_a_good_answer(model, server):
    for _ in range(3):
        await complete(model)
    assert server.connections == 1


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
async def test_a_call_refused_for_now_is_made_again(model, server, waits, status):
    server.replies(Refusal(status=status), Refusal(status=status))
    assert (await complete(model)).finish_reason == "stop"
    assert len(server.received) == 3
    assert len(waits.seconds) == 2


async def test_a_call_is_not_made_more_than_three_times(model, server):
    server.replies(*[Refusal(status=503, message="overloaded")] * 5)
    with pytest.raises(ModelUnavailable, match="503: overloaded"):
        await complete(model)
    assert len(server.received) == 3


async def test_the_wait_that_a_server_asks_for_is_kept(model, server, waits):
    server.replies(Refusal(status=429, headers={"Retry-After": "3"}))
    await complete(model, seconds=20.0)
    assert 3.0 <= waits.seconds[0] < 4.0


async def test_the_date_that_a_server_asks_to_wait_for_is_kept(model, server, waits):
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=5), usegmt=True)
    server.replies(Refusal(status=503, headers={"Retry-After": date}))
    await complete(model, seconds=20.0)
    assert 3.0 <= waits.seconds[0] < 6.0


async def test_a_wait_longer_than_the_deadline_is_told_not_slept(model, server, waits):
    server.replies(Refusal(status=503, headers={"Retry-After": "4"}))
    with pytest.raises(ModelUnavailable) as caught:
        await complete(model, seconds=2.0)
    assert caught.value.retry_after_seconds == 4.0
    assert waits.seconds == []


async def test_a_wait_of_minutes_is_told_not_slept(model, server, waits):
    server.replies(Refusal(status=429, headers={"Retry-After": "600"}))
    with pytest.raises(ModelUnavailable) as caught:
        await complete(model, seconds=3600.0)
    assert caught.value.retry_after_seconds == 600.0
    assert waits.seconds == []


async def test_many_failing_calls_share_a_bounded_number_of_retries(server, waits):
    server.replies(*[Refusal(status=429)] * 100)
    retries = Retries(bucket=4.0, per_call=0.1, random=Random(1))
    async with OpenAICompatible(
        url=server.url, model="simulated", retries=retries, sleep=waits.sleep
    ) as client:
        for _ in range(20):
            with pytest.raises(ModelUnavailable):
                await complete(client)
    # 20 calls, 4 retries from the full bucket, at most 2 that the calls put in.
    assert 24 <= len(server.received) <= 26


async def test_a_server_error_is_unavailable_and_not_asked_again(model, server):
    server.replies(Refusal(status=500, message="engine died"))
    with pytest.raises(ModelUnavailable, match="500: engine died"):
        await complete(model)
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 307])
async def test_a_refused_request_says_why_and_is_not_made_again(model, server, status):
    server.replies(Refusal(status=status, message="unknown model\nnope"))
    with pytest.raises(ModelRefused, match=f"{status}: unknown model nope"):
        await complete(model)
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(status=400, message="This model's maximum context length is 1024 tokens."),
        Refusal(status=400, error={"code": "context_length_exceeded"}),
    ],
    ids=["as vLLM says it", "as OpenAI says it"],
)
async def test_a_prompt_past_the_context_window_is_told_apart(model, server, refusal):
    server.replies(refusal)
    with pytest.raises(PromptTooLong):
        await complete(model, max_tokens=10)


async def test_a_bound_above_the_models_own_is_left_out(model, server):
    message = "max_tokens=5000 cannot be greater than max_model_len=1024."
    server.replies(Refusal(status=400, message=message, error={"param": "max_tokens"}))
    assert (await complete(model, max_tokens=5000)).finish_reason == "stop"
    assert [received.body.get("max_tokens") for received in server.received] == [5000, None]


async def test_a_bound_that_the_server_knows_under_another_name_is_never_left_out(model, server):
    message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    error = {"param": "max_tokens", "code": "unsupported_parameter"}
    server.replies(Refusal(status=400, message=message, error=error))
    with pytest.raises(ModelRefused, match="max_completion_tokens"):
        await complete(model, max_tokens=5000)


async def test_a_grammar_refused_inside_the_stream_is_a_refusal(model, server):
    raw = b'data: {"error": {"message": "Invalid grammar", "code": 400}}\n\ndata: [DONE]\n\n'
    server.replies(Answer(raw=(raw,)))
    with pytest.raises(ModelRefused, match="Invalid grammar"):
        await complete(model, grammar="((")


async def test_an_error_of_the_engine_inside_the_stream_is_unavailable(model, server):
    server.replies(Answer(raw=(b'data: {"error": {"message": "dead", "code": 500}}\n\n',)))
    with pytest.raises(ModelUnavailable, match="dead"):
        await complete(model)


@pytest.mark.parametrize(
    "answer", [Answer(cut=True), Answer(finish_reason=None)], ids=["connection", "stream"]
)
async def test_a_cut_answer_is_unavailable_and_not_asked_again(model, server, answer):
    server.replies(answer)
    with pytest.raises(ModelUnavailable, match="broke off"):
        await complete(model)
    assert len(server.received) == 1


async def test_an_answer_past_the_deadline_is_given_up_and_the_server_told(model, server):
    server.replies(Answer(stall=True))
    with pytest.raises(ModelUnavailable, match=r"no answer within 0\.2 s"):
        await complete(model, seconds=0.2)
    await asyncio.wait_for(server.disconnected.wait(), 2.0)


async def test_a_server_that_falls_silent_is_given_up(server):
    server.replies(Answer(stall=True))
    async with OpenAICompatible(url=server.url, model="m", silence_seconds=0.1) as client:
        with pytest.raises(ModelUnavailable, match="silent"):
            await complete(client)


async def test_cancelling_a_call_closes_its_connection(model, server):
    server.replies(Answer(pieces=("x",) * 1000, between_seconds=0.01))
    call = asyncio.create_task(complete(model))
    await server.sending.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.wait_for(server.disconnected.wait(), 2.0)
    assert server.sent < 900


async def test_calls_cancelled_by_the_hundred_leave_the_client_whole(model, server):
    server.replies(*[Answer(between_seconds=0.01)] * 300)
    random = Random(2)
    for _ in range(10):
        calls = [asyncio.create_task(complete(model)) for _ in range(20)]
        await asyncio.sleep(random.uniform(0.0, 0.03))
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
    assert (await complete(model)).finish_reason == "stop"


@pytest.mark.parametrize(
    "raw",
    [
        b"data: \xff\xfe\x00\n\n",
        b"data: {not json}\n\n",
        b"data: [1, 2]\n\n",
        b'data: {"choices": [{"delta": {"content": 7}}]}\n\n',
        b'data: {"choices": "many"}\n\n',
        b'data: {"usage": {"prompt_tokens": -5}}\n\n',
        b'data: {"choices": [{"delta": {"content": "\\ud800"}}]}\n\n',
        b"data: " + b"[" * 100_000 + b"\n\n",
    ],
    ids=["bytes", "text", "list", "number", "choices", "negative", "surrogate", "nesting"],
)
async def test_junk_is_no_answer(model, server, raw):
    server.replies(Answer(raw=(raw,)))
    with pytest.raises(ModelBroken) as caught:
        await complete(model)
    assert len(str(caught.value)) < 1_000


async def test_a_page_instead_of_a_stream_is_no_answer(model, server):
    server.replies(Answer(content_type="text/html", raw=(b"<html>",)))
    with pytest.raises(ModelBroken, match="text/html"):
        await complete(model)


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 65_536, b": ping\n"], ids=["line", "events"])
async def test_an_answer_without_end_is_given_up_at_its_bound(server, piece):
    server.replies(Answer(raw=(piece,) * 20_000))
    async with OpenAICompatible(url=server.url, model="m", most_answer_bytes=100_000) as client:
        with pytest.raises(ModelBroken, match="longer than 100000 bytes"):
            await complete(client)


async def test_a_server_that_is_not_there_is_tried_three_times(waits):
    async with OpenAICompatible(
        url="http://127.0.0.1:9/v1", model="m", sleep=waits.sleep
    ) as client:
        with pytest.raises(ModelUnavailable, match="cannot be reached"):
            await complete(client)
    assert len(waits.seconds) == 2


async def test_a_port_that_speaks_something_else_is_no_model():
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail ready\r\n\r\n")
        await writer.drain()
        writer.close()

    other = await asyncio.start_server(speak, "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    async with other, OpenAICompatible(url=f"http://127.0.0.1:{port}/v1", model="m") as client:
        with pytest.raises(ModelBroken, match="does not speak HTTP"):
            await complete(client)


async def test_a_server_that_keeps_failing_is_left_alone_then_probed_once(server):
    now = 0.0
    breaker = CircuitBreaker(failures=3, open_seconds=10.0, clock=lambda: now)
    async with OpenAICompatible(
        url=server.url, model="m", breaker=breaker, retries=Retries(most=0)
    ) as client:
        server.replies(*[Refusal(status=503)] * 4)
        for _ in range(3):
            with pytest.raises(ModelUnavailable, match="503"):
                await complete(client)
        now = 4.0
        with pytest.raises(ModelUnavailable, match=r"left alone .* last: .*503") as caught:
            await complete(client)
        assert caught.value.retry_after_seconds == 6.0
        assert len(server.received) == 3
        now = 11.0
        with pytest.raises(ModelUnavailable, match="503"):
            await complete(client)
        with pytest.raises(ModelUnavailable, match="left alone"):
            await complete(client)
        now = 22.0
        assert (await complete(client)).finish_reason == "stop"
        assert (await complete(client)).finish_reason == "stop"


async def test_being_busy_does_not_open_the_breaker(server):
    breaker = CircuitBreaker(failures=2)
    async with OpenAICompatible(
        url=server.url, model="m", breaker=breaker, retries=Retries(most=0)
    ) as client:
        server.replies(*[Refusal(status=429)] * 5)
        for _ in range(5):
            with pytest.raises(ModelUnavailable, match="429"):
                await complete(client)
        assert (await complete(client)).finish_reason == "stop"


@pytest.mark.parametrize("url", ["localhost:8000/v1", "ftp://host/v1", "http://", ""])
def test_a_url_that_http_cannot_be_spoken_to_is_refused_at_once(url):
    with pytest.raises(ValueError, match="URL"):
        OpenAICompatible(url=url, model="m")


async def test_prompts_answers_and_keys_are_never_logged(server, waits, caplog):
    caplog.set_level(logging.DEBUG)
    server.replies(Refusal(status=503), Answer(pieces=("the answer",)))
    async with OpenAICompatible(
        url=server.url, model="m", key="sesame", sleep=waits.sleep
    ) as client:
        await complete(client)
    assert "503" in caplog.text
    for secret in ("Stack a on b", "the answer", "sesame"):
        assert secret not in caplog.text


async def test_a_view_adds_fields_to_its_calls_and_shares_everything_else(server):
    async with OpenAICompatible(url=server.url, model="m", extra={"top_k": 5}) as model:
        view = model.sending({"cache_salt": "s", "priority": 10})
        assert view.name == model.name
        for one in (view, model, view):
            await complete(one)
    bodies = [received.body for received in server.received]
    assert [body.get("cache_salt") for body in bodies] == ["s", None, "s"]
    assert [body.get("priority") for body in bodies] == [10, None, 10]
    assert {body["top_k"] for body in bodies} == {5}
    assert server.connections == 1


async def test_a_view_and_its_model_share_the_breaker(server):
    server.replies(*[Refusal(status=500)] * 3)
    async with OpenAICompatible(
        url=server.url,
        model="m",
        breaker=CircuitBreaker(failures=2),
        retries=Retries(most=0),
    ) as model:
        for one in (model.sending({"priority": 0}), model.sending({"priority": 10}), model):
            with pytest.raises(ModelUnavailable):
                await complete(one)
    assert len(server.received) == 2
