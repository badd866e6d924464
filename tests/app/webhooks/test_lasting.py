"""What is owed to webhooks outlives the processes that send it."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from app.api.service import Limits
from app.sessions.redis_store import RedisStore
from app.sessions.sqlite import SqliteStore
from app.webhooks.addresses import Allowed
from app.webhooks.sending import Pace, sending
from tests.app.api.serving import serve
from tests.app.api.test_batches import LINES, lines
from tests.app.api.test_plans import ASKED, AT_ONCE, problem
from tests.app.modulo.lamps import GOOD
from tests.app.sessions.parts import Patient
from tests.app.webhooks.receiver import OK, receiving
from tests.app.webhooks.test_sending import SECRET, ended

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(params=["sqlite", "redis"])
def place(request, tmp_path) -> str:
    if request.param == "redis":
        return request.getfixturevalue("redis_url")
    return str(tmp_path / "sessions.db")


def opened(place: str) -> SqliteStore | RedisStore:
    return RedisStore(place) if place.startswith("redis://") else SqliteStore(Path(place))


@contextmanager
def sender(place: str, prefix: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.app.webhooks.process", place, prefix, "1"], cwd=ROOT
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_a_webhook_whose_sender_was_killed_is_sent_by_the_next(place):
    async with receiving(None, OK) as receiver:
        async with opened(place) as store:
            await ended(store, "s", receiver.url)
        with sender(place, receiver.url):
            # It has been sent, and no answer has come, when the process is killed.
            await receiver.until(lambda: len(receiver.got) == 1, seconds=20)
        with sender(place, receiver.url):
            await receiver.until(lambda: len(receiver.got) == 2, seconds=20)
            # It is settled now: behind another lease nothing more comes.
            await asyncio.sleep(1.5)
    assert len(receiver.got) == 2
    assert {got.headers["webhook-id"] for got in receiver.got} == {"ended-s"}
    assert len({got.body for got in receiver.got}) == 1
    Webhook(SECRET).verify(receiver.got[1].body, receiver.got[1].headers)


async def test_the_end_of_a_session_is_told_soon_and_once_by_all_senders_together(place, tmp_path):
    async with receiving() as receiver, AsyncExitStack() as stack:
        store = await stack.enter_async_context(opened(place))
        allowed = Allowed([receiver.url])
        for _ in range(3):
            await stack.enter_async_context(
                sending(store.notices, store, secret=SECRET, allowed=allowed, pace=Pace())
            )
        limits = Limits(webhooks=allowed)
        served = await stack.enter_async_context(
            serve(tmp_path, Patient([GOOD]), limits, store=store)
        )
        one = {**ASKED, "webhook": f"{receiver.url}/one"}
        session = (await served.client.post("/v1/plans", json=one)).json()
        assert session["status"] == "solved"
        await receiver.until(lambda: len(receiver.got) == 1, seconds=3)
        many = [{**ASKED, "id": f"{n}", "webhook": f"{receiver.url}/many"} for n in range(20)]
        batch = await served.client.post("/v1/batches", content=lines(*many), headers=LINES)
        await receiver.until(lambda: len(receiver.got) == 21, seconds=10)
        elsewhere = {**ASKED, "webhook": "https://evil.example/hook"}
        response = await served.client.post("/v1/plans", json=elsewhere, headers=AT_ONCE)
        (fault,) = problem(response, 422, "request-refused")["errors"]
        assert fault["pointer"] == "#/webhook"
        assert fault["detail"] == f"a webhook here begins with {receiver.url}"
        await asyncio.sleep(0.6)
    told = [Webhook(SECRET).verify(got.body, got.headers)["data"] for got in receiver.got]
    assert told[0]["id"] == session["id"]
    assert {each["status"] for each in told} == {"solved"}
    assert {each["batch"] for each in told[1:]} == {batch.json()["id"]}
    assert sorted(int(each["label"]) for each in told[1:]) == list(range(20))
