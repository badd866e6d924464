"""Webhooks against a real receiver that checks signatures with the library of the standard."""

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.sessions.origin import Lane, Origin
from app.sessions.sqlite import SqliteStore
from app.sessions.wire import CancelledWire
from app.sessions.wire_request import SessionCreatedWire
from app.webhooks.addresses import Allowed
from app.webhooks.message import SecretRefused
from app.webhooks.sending import WAITS_SECONDS, Pace, sending
from tests.app.sessions.parts import REQUEST
from tests.app.webhooks.owed import Owed
from tests.app.webhooks.receiver import OK, answer, receiving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
QUICK = Pace(poll_seconds=0.01, seconds=0.5, waits_seconds=(0.05, 0.1))


@pytest.fixture
async def store(tmp_path):
    async with SqliteStore(tmp_path / "sessions.db") as store:
        yield store


async def ended(store, session_id: str, webhook: str | None) -> None:
    origin = Origin(lane=Lane.BATCH, batch="b1", label="mine")
    created = SessionCreatedWire.of(replace(REQUEST, webhook=webhook, origin=origin))
    await store.create(session_id, created)
    await store.append(session_id, CancelledWire(), expected=1)


@asynccontextmanager
async def sent(store, owed, allowed="http://127.0.0.1", pace=QUICK, port=None):
    prefixes = [f"{allowed}:{port}/"] if port else [allowed]
    async with sending(owed, store, secret=SECRET, allowed=Allowed(prefixes), pace=pace):
        yield


async def test_a_webhook_is_signed_small_and_says_what_became_of_the_session(store):
    async with receiving() as receiver:
        await ended(store, "s", f"{receiver.url}?for=me")
        owed = Owed("s")
        async with sent(store, owed, port=receiver.port):
            await receiver.until(lambda: not owed.due)
    (got,) = receiver.got
    assert len(got.body) < 500
    assert got.line == "POST /hook?for=me HTTP/1.1"
    assert got.headers["content-type"] == "application/json"
    document = Webhook(SECRET).verify(got.body, got.headers)
    head = await store.head("s")
    assert document == {
        "type": "session.ended",
        "timestamp": head.updated_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "id": "s",
            "status": "cancelled",
            "location": "/v1/plans/s",
            "created_at": head.created_at.isoformat().replace("+00:00", "Z"),
            "ended_at": head.updated_at.isoformat().replace("+00:00", "Z"),
            "batch": "b1",
            "label": "mine",
        },
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got.body.replace(b"cancelled", b"solved"), got.headers)


async def test_a_webhook_that_fails_is_sent_again_with_the_same_id_and_body(store, caplog):
    async with receiving(answer(500), answer(302, "Location: /elsewhere"), OK) as receiver:
        await ended(store, "s", receiver.url)
        owed = Owed("s")
        async with sent(store, owed, port=receiver.port):
            await receiver.until(lambda: not owed.due)
    assert len(receiver.got) == 3
    assert {got.headers["webhook-id"] for got in receiver.got} == {"ended-s"}
    assert len({got.body for got in receiver.got}) == 1
    for got in receiver.got:
        assert got.line.startswith("POST /hook ")
        Webhook(SECRET).verify(got.body, got.headers)
    assert receiver.got[2].at - receiver.got[1].at >= 0.1
    assert "status 500" in caplog.text


async def test_a_webhook_is_given_up_behind_the_last_wait(store, caplog):
    async with receiving(answer(503)) as receiver:
        await ended(store, "s", receiver.url)
        owed = Owed("s")
        async with sent(store, owed, port=receiver.port):
            await receiver.until(lambda: not owed.due)
    assert len(receiver.got) == 1 + len(QUICK.waits_seconds)
    assert "given up" in caplog.text


def test_waits_grow_and_a_webhook_is_tried_for_about_a_day():
    assert list(WAITS_SECONDS) == sorted(WAITS_SECONDS)
    assert 24 <= sum(WAITS_SECONDS) / 3600 <= 36


async def test_gone_means_that_nobody_wants_it_any_more(store):
    async with receiving(answer(410)) as receiver:
        await ended(store, "s", receiver.url)
        owed = Owed("s")
        async with sent(store, owed, port=receiver.port):
            await receiver.until(lambda: not owed.due)
    assert len(receiver.got) == 1


async def test_a_receiver_may_say_when_to_come_back(store):
    async with receiving(answer(429, "Retry-After: 3600")) as receiver:
        await ended(store, "s", receiver.url)
        owed = Owed("s")
        async with sent(store, owed, port=receiver.port):
            await receiver.until(lambda: bool(owed.settled))
    ((_, again_at),) = owed.settled
    assert timedelta(minutes=59) < again_at - datetime.now(UTC) <= timedelta(hours=1)


@pytest.mark.parametrize("said", [None, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500_000], ids=["", "x"])
async def test_a_receiver_that_does_not_answer_holds_a_place_for_a_bounded_time(store, said):
    async with receiving(said) as receiver:
        await ended(store, "s", receiver.url)
        owed = Owed("s")
        async with sent(store, owed, port=receiver.port):
            await receiver.until(lambda: bool(owed.settled), seconds=5)
    assert owed.settled[0][1] is not None


async def test_an_answer_without_an_end_is_not_read(store):
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n" + b"x" * 100_000
    async with receiving(endless) as receiver:
        await ended(store, "s", receiver.url)
        owed = Owed("s")
        async with sent(store, owed, port=receiver.port):
            await receiver.until(lambda: not owed.due, seconds=5)
    assert len(receiver.got) == 1


async def test_a_receiver_that_is_slow_does_not_hold_up_others(store):
    async with receiving(None) as slow, receiving() as quick:
        names = [f"s{number}" for number in range(12)]
        for name in names:
            await ended(store, name, slow.url if name != "s11" else quick.url)
        prefixes = Allowed([slow.url, quick.url])
        pace = replace(QUICK, seconds=5.0)
        async with sending(Owed(*names), store, secret=SECRET, allowed=prefixes, pace=pace):
            await quick.until(lambda: len(quick.got) == 1, seconds=3)


async def test_nothing_listens_there_and_the_webhook_is_tried_again_later(store):
    async with receiving() as receiver:
        url, port = receiver.url, receiver.port
    await ended(store, "s", url)
    owed = Owed("s")
    async with sent(store, owed, port=port):
        await receiver.until(lambda: bool(owed.settled))
    assert owed.settled[0][1] is not None


async def test_an_address_that_is_not_allowed_any_more_is_not_called(store, caplog):
    async with receiving() as receiver:
        await ended(store, "s", receiver.url)
        owed = Owed("s")
        async with sent(store, owed, "https://hooks.example.org/"):
            await receiver.until(lambda: not owed.due)
    assert receiver.got == []
    assert "begins with https://hooks.example.org/" in caplog.text


async def test_of_a_session_that_was_erased_nobody_is_told(store):
    owed = Owed("never-was")
    async with receiving() as receiver, sent(store, owed, port=receiver.port):
        await receiver.until(lambda: not owed.due)
    assert receiver.got == []


async def test_proxies_of_the_environment_are_passed_over(store, monkeypatch):
    async with receiving() as receiver, receiving() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        await ended(store, "s", receiver.url)
        owed = Owed("s")
        async with sent(store, owed, port=receiver.port):
            await receiver.until(lambda: not owed.due)
    assert (len(receiver.got), proxy.got) == (1, [])


async def test_what_is_under_way_at_the_end_is_given_back_at_once(store):
    async with receiving(None) as receiver:
        await ended(store, "s", receiver.url)
        owed = Owed("s")
        async with sent(store, owed, port=receiver.port, pace=replace(QUICK, seconds=30)):
            await receiver.until(lambda: len(receiver.got) == 1)
        ((_, again_at),) = owed.settled
        assert again_at is not None
        assert again_at <= datetime.now(UTC)


async def test_a_store_that_is_away_costs_no_webhook(store, caplog):
    await store.__aexit__(None, None, None)
    owed = Owed("s")
    with caplog.at_level(logging.WARNING):
        async with receiving() as receiver, sent(store, owed, port=receiver.port):
            await receiver.until(lambda: "waits" in caplog.text)
    assert list(owed.due) == ["s"]


async def test_without_a_secret_nothing_is_sent(store):
    owed = Owed("s")
    async with sending(owed, store, secret=None, allowed=Allowed()):
        await asyncio.sleep(0.05)
    assert owed.tries == {"s": 0}


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
)
async def test_a_secret_that_cannot_sign_is_refused_at_once(store, secret):
    with pytest.raises(SecretRefused, match="whsec_"):
        async with sending(Owed(), store, secret=secret, allowed=Allowed()):
            pass


@pytest.mark.parametrize(
    ("answers", "counted"),
    [
        ([OK], ["delivered"]),
        ([answer(410)], ["unwanted"]),
        ([answer(500), OK], ["failed", "delivered"]),
        ([answer(503)], ["failed", "failed", "given_up"]),
    ],
    ids=["delivered", "unwanted", "at second try", "given up"],
)
async def test_what_comes_of_each_try_is_counted(store, answers, counted):
    results: list[str] = []
    async with receiving(*answers) as receiver:
        await ended(store, "s", receiver.url)
        owed = Owed("s")
        allowed = Allowed([f"http://127.0.0.1:{receiver.port}/"])
        async with sending(
            owed, store, secret=SECRET, allowed=allowed, pace=QUICK, count=results.append
        ):
            await receiver.until(lambda: not owed.due)
    assert results == counted
