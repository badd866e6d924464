"""What every store owes. One suite, run against each implementation."""

import asyncio
from contextlib import aclosing
from datetime import timedelta

import pytest

from app.modulo.budget import Limit
from app.sessions.errors import (
    KeyReused,
    SessionUnfinished,
    StaleWriter,
    TooManyAtOnce,
    UnknownSession,
)
from app.sessions.origin import Lane, Origin
from app.sessions.status import Status
from app.sessions.store import Claim, IdempotencyKey, Store, follow
from app.sessions.wire import (
    CancelledWire,
    DeliveredWire,
    ExhaustedWire,
    FailedWire,
    ReleasedWire,
)
from app.sessions.wire_request import OriginWire, SessionCreatedWire
from tests.app.sessions.parts import CREATED


async def types(store: Store, session_id: str) -> list[str]:
    return [entry.event.type for entry in await store.read(session_id)]


async def test_a_new_session_is_queued_and_its_log_begins_with_the_request(store):
    head = await store.create("s", CREATED)
    assert (head.session_id, head.status, head.sequence) == ("s", Status.QUEUED, 1)
    (entry,) = await store.read("s")
    assert entry.event == CREATED
    assert entry.recorded_at == head.created_at == head.updated_at
    assert await store.head("s") == head


async def test_events_are_numbered_without_gaps_and_read_back_as_written(store):
    await store.create("s", CREATED)
    failed = FailedWire(reason='naïve \u2028 \x85 \x00 \U0001f600 "quoted"\n')
    await store.append("s", DeliveredWire(), expected=1)
    await store.append("s", failed, expected=2)
    entries = await store.read("s")
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.event for entry in entries] == [CREATED, DeliveredWire(), failed]
    assert [entry.sequence for entry in await store.read("s", after=2)] == [3]
    assert [entry.sequence for entry in await store.read("s", after=1, most=1)] == [2]
    assert await store.read("s", after=3) == ()
    assert [entry.sequence for entry in await store.read("s", most=2)] == [1, 2]
    assert [entry.sequence for entry in await store.read("s", after=2, most=5)] == [3]
    assert await store.read("s", after=3, most=5) == ()


@pytest.mark.parametrize("expected", [0, 2, 7])
async def test_a_writer_that_is_not_where_the_log_is_gets_refused(store, expected):
    await store.create("s", CREATED)
    with pytest.raises(StaleWriter) as stale:
        await store.append("s", DeliveredWire(), expected=expected)
    assert (stale.value.expected, stale.value.found) == (expected, 1)
    assert await types(store, "s") == ["session_created"]


async def test_of_two_writers_at_once_one_wins_and_the_other_is_told(store):
    await store.create("s", CREATED)
    results = await asyncio.gather(
        *(store.append("s", DeliveredWire(), expected=1) for _ in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, StaleWriter) for result in results) == 7
    assert await types(store, "s") == ["session_created", "delivered"]


async def test_events_sent_one_after_another_without_waiting_arrive_in_order(store):
    await store.create("s", CREATED)
    sent = [
        store.append("s", DeliveredWire() if number % 2 else ReleasedWire(), expected=number)
        for number in range(1, 40)
    ]
    heads = await asyncio.gather(*sent)
    assert [head.sequence for head in heads] == list(range(2, 41))


async def test_nothing_comes_after_an_outcome(store):
    await store.create("s", CREATED)
    await store.append("s", CancelledWire(), expected=1)
    with pytest.raises(StaleWriter):
        await store.append("s", DeliveredWire(), expected=2)


async def test_behind_a_refused_event_of_a_claim_nothing_gets_in(store):
    await store.create("s", CREATED)
    claim = Claim()
    results = await asyncio.gather(
        store.append("s", DeliveredWire(), expected=1, claim=claim),
        store.append("s", ReleasedWire(), expected=1),
        store.append("s", ReleasedWire(), expected=2),
        # The number of this one does not fit, those of all behind it would.
        store.append("s", DeliveredWire(), expected=2, claim=claim),
        store.append("s", FailedWire(reason="late"), expected=3, claim=claim),
        return_exceptions=True,
    )
    assert [isinstance(result, StaleWriter) for result in results] == [
        False,
        True,
        False,
        True,
        True,
    ]
    assert claim.lost
    with pytest.raises(StaleWriter):
        await store.append("s", FailedWire(reason="later"), expected=3, claim=claim)
    assert await types(store, "s") == ["session_created", "delivered", "released"]


async def test_a_request_of_a_megabyte_is_kept_as_it_is(store):
    domain = "(define (domain d) ; " + "é\u2028" * 300_000 + "\n)"
    created = CREATED.model_copy(update={"domain": domain, "problem": "x" * 1_000_000})
    await store.create("s", created)
    (entry,) = await store.read("s")
    assert entry.event == created


async def test_the_origin_of_a_session_stands_in_its_head(store):
    whole = OriginWire(tenant="t:1", key="k", lane=Lane.BATCH, batch="b", label="naïve \U0001f600")
    await store.create("whole", CREATED.model_copy(update={"origin": whole}))
    await store.create("plain", CREATED)
    head = await store.append("whole", DeliveredWire(), expected=1)
    assert head.origin == (await store.head("whole")).origin == whole.origin()
    assert (await store.head("plain")).origin == Origin()
    assert [head.origin for head in await store.unfinished()] == [whole.origin(), Origin()]


async def test_giving_up_waiting_does_not_undo_an_event(store):
    await store.create("s", CREATED)

    async def append():
        await store.append("s", DeliveredWire(), expected=1)

    writing = asyncio.create_task(append())
    await asyncio.sleep(0)
    writing.cancel()
    head = await store.wait("s", after=1, timeout_seconds=5)
    assert head.sequence == 2


async def test_the_status_follows_the_events(store):
    await store.create("s", CREATED)
    seen = []
    for number, event in enumerate(
        [
            DeliveredWire(),
            ReleasedWire(),
            DeliveredWire(),
            ExhaustedWire(limit=Limit.ATTEMPTS),
        ],
        1,
    ):
        seen.append((await store.append("s", event, expected=number)).status)
        assert (await store.head("s")).status is seen[-1]
    assert seen == [Status.RUNNING, Status.QUEUED, Status.RUNNING, Status.EXHAUSTED]


async def test_a_session_that_is_not_there_is_said_to_be_unknown(store):
    for call in (
        store.head("none"),
        store.read("none"),
        store.append("none", DeliveredWire(), expected=1),
        store.wait("none", after=0, timeout_seconds=5),
        store.wait_for_end("none", timeout_seconds=5),
        store.erase("none"),
    ):
        with pytest.raises(UnknownSession):
            await call


async def test_waiting_ends_with_the_next_event(store):
    await store.create("s", CREATED)
    waiting = asyncio.create_task(store.wait("s", after=1, timeout_seconds=5))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await store.append("s", DeliveredWire(), expected=1)
    assert (await waiting).sequence == 2


async def test_waiting_for_the_end_passes_over_other_events(store):
    await store.create("s", CREATED)
    waiting = asyncio.create_task(store.wait_for_end("s", timeout_seconds=5))
    await store.append("s", DeliveredWire(), expected=1)
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await store.append("s", CancelledWire(), expected=2)
    assert (await waiting).status is Status.CANCELLED


async def test_waiting_is_over_at_once_where_there_is_something_already(store):
    await store.create("s", CREATED)
    assert (await store.wait("s", after=0, timeout_seconds=60)).sequence == 1
    await store.append("s", CancelledWire(), expected=1)
    assert (await store.wait("s", after=2, timeout_seconds=60)).status.ended
    assert (await store.wait_for_end("s", timeout_seconds=60)).status.ended


async def test_waiting_ends_after_its_timeout_without_news(store):
    await store.create("s", CREATED)
    assert (await store.wait("s", after=1, timeout_seconds=0.02)).sequence == 1
    assert not (await store.wait_for_end("s", timeout_seconds=0.02)).status.ended


async def test_hundreds_wait_at_once_and_all_are_told(store):
    for number in range(25):
        await store.create(f"s{number}", CREATED)
    waiting = [
        asyncio.create_task(store.wait(f"s{number % 25}", after=1, timeout_seconds=30))
        for number in range(250)
    ] + [
        asyncio.create_task(store.wait_for_end(f"s{number % 25}", timeout_seconds=30))
        for number in range(250)
    ]
    await asyncio.sleep(0.2)
    for number in range(25):
        await store.append(f"s{number}", CancelledWire(), expected=1)
    heads = await asyncio.gather(*waiting)
    assert {(head.sequence, head.status) for head in heads} == {(2, Status.CANCELLED)}
    assert [head.session_id for head in heads[:25]] == [f"s{number}" for number in range(25)]


async def test_following_gives_each_event_once_up_to_the_outcome(store):
    await store.create("s", CREATED)

    async def write():
        for number in range(1, 30):
            event = DeliveredWire() if number % 2 else ReleasedWire()
            await store.append("s", event, expected=number)
        await store.append("s", CancelledWire(), expected=30)

    writing = asyncio.create_task(write())
    followed = [some async for some in follow(store, "s", after=0, idle_seconds=5)]
    await writing
    assert [entry.sequence for some in followed for entry in some] == list(range(1, 32))


async def test_following_gives_what_is_there_together(store):
    await store.create("s", CREATED)
    for number in (1, 2):
        await store.append("s", DeliveredWire(), expected=number)
    async with aclosing(follow(store, "s", after=0, idle_seconds=5)) as entries:
        assert [entry.sequence for entry in await anext(entries)] == [1, 2, 3]


async def test_following_says_when_there_is_nothing_new(store):
    await store.create("s", CREATED)
    async with aclosing(follow(store, "s", after=1, idle_seconds=0.01)) as entries:
        assert await anext(entries) == ()


async def test_the_same_key_and_request_give_the_same_session(store):
    key = IdempotencyKey(key="k", fingerprint="f")
    assert await store.find(key) is None
    first = await store.create("first", CREATED, key=key)
    second = await store.create("second", CREATED, key=key)
    assert first == second == await store.find(key)
    with pytest.raises(UnknownSession):
        await store.head("second")


async def test_creating_at_once_under_one_key_and_name_makes_one_session(store):
    key = IdempotencyKey(key="k", fingerprint="f")
    heads = await asyncio.gather(*(store.create("s", CREATED, key=key) for _ in range(8)))
    assert {head.session_id for head in heads} == {"s"}
    assert await types(store, "s") == ["session_created"]


async def test_a_key_with_another_request_is_refused(store):
    await store.create("first", CREATED, key=IdempotencyKey(key="k", fingerprint="f"))
    other = IdempotencyKey(key="k", fingerprint="another")
    with pytest.raises(KeyReused):
        await store.find(other)
    with pytest.raises(KeyReused):
        await store.create("second", CREATED, key=other)


async def test_creating_at_once_under_one_key_makes_one_session(store):
    key = IdempotencyKey(key="k", fingerprint="f")
    heads = await asyncio.gather(
        *(store.create(f"s{number}", CREATED, key=key) for number in range(8))
    )
    assert len({head.session_id for head in heads}) == 1


async def test_a_key_of_another_tenant_is_another_key(store):
    keys = [
        IdempotencyKey(key="k", fingerprint="f", tenant="default"),
        IdempotencyKey(key="k", fingerprint="g", tenant="t"),
        IdempotencyKey(key="t:k", fingerprint="h", tenant="default"),
    ]
    for number, key in enumerate(keys):
        await store.create(f"s{number}", CREATED, key=key)
    found = [await store.find(key) for key in keys]
    assert [head.session_id for head in found] == ["s0", "s1", "s2"]


def of_key(key: str | None) -> SessionCreatedWire:
    return CREATED.model_copy(update={"origin": OriginWire(key=key)})


@pytest.mark.parametrize("key", ["k", None], ids=["of a key", "without a key"])
async def test_no_more_sessions_are_begun_than_may_be_unfinished_at_once(store, key):
    created = of_key(key)
    await store.create("a", created, most_at_once=2)
    await store.create("b", created, most_at_once=2)
    await store.create("other", of_key("another"), most_at_once=1)
    with pytest.raises(TooManyAtOnce) as refused:
        await store.create("c", created, most_at_once=2)
    assert refused.value.most == 2
    with pytest.raises(UnknownSession):
        await store.head("c")
    await store.append("a", CancelledWire(), expected=1)
    await store.create("c", created, most_at_once=2)
    await store.create("d", created)
    with pytest.raises(TooManyAtOnce):
        await store.create("e", created, most_at_once=3)


async def test_the_bound_holds_for_requests_that_come_at_once(store):
    begun = await asyncio.gather(
        *(store.create(f"s{number}", of_key("k"), most_at_once=5) for number in range(40)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, TooManyAtOnce) for result in begun) == 35
    assert len(await store.unfinished()) == 5


async def test_a_known_key_gives_its_session_though_the_bound_is_reached(store):
    key = IdempotencyKey(key="k", fingerprint="f")
    first = await store.create("s", of_key("k"), key=key, most_at_once=1)
    assert await store.create("again", of_key("k"), key=key, most_at_once=1) == first


async def test_of_ended_sessions_those_that_ended_first_are_forgotten_first(store):
    names = ["d", "a", "c", "b", "running"]
    for name in names:
        await store.create(name, CREATED, key=IdempotencyKey(key=name, fingerprint="f"))
    ended = {}
    for name in sorted(names[:4]):
        ended[name] = await store.append(name, CancelledWire(), expected=1)
    later = ended["d"].updated_at
    assert await store.expire(ended_before=ended["a"].updated_at, limit=10) == 0
    assert await store.expire(ended_before=later, limit=2) == 2
    left = [head.session_id for head in (await store.page(limit=10)).heads]
    assert left == ["running", "c", "d"]
    assert await store.expire(ended_before=later, limit=2) == 1
    assert await store.expire(ended_before=later + timedelta(hours=1), limit=2) == 1
    assert [head.session_id for head in (await store.page(limit=10)).heads] == ["running"]
    assert await store.find(IdempotencyKey(key="a", fingerprint="f")) is None
    with pytest.raises(UnknownSession):
        await store.read("a")
    assert await store.counts() == {Status.QUEUED: 1}


async def test_hundreds_of_sessions_are_forgotten_at_once(store):
    for number in range(250):
        await store.create(f"s{number}", CREATED)
    heads = await asyncio.gather(
        *(store.append(f"s{number}", CancelledWire(), expected=1) for number in range(250))
    )
    later = max(head.updated_at for head in heads) + timedelta(seconds=1)
    assert await store.expire(ended_before=later, limit=240) == 240
    assert await store.expire(ended_before=later, limit=240) == 10


async def test_an_erased_session_is_gone_and_its_key_is_free_again(store):
    key = IdempotencyKey(key="k", fingerprint="f")
    await store.create("s", CREATED, key=key)
    await store.append("s", CancelledWire(), expected=1)
    await store.erase("s")
    with pytest.raises(UnknownSession):
        await store.read("s")
    assert (await store.create("again", CREATED, key=key)).session_id == "again"


async def test_a_session_that_has_not_ended_is_not_erased(store):
    await store.create("s", CREATED)
    with pytest.raises(SessionUnfinished):
        await store.erase("s")
    assert await types(store, "s") == ["session_created"]


async def test_everything_is_there_when_the_store_is_opened_again(opened):
    async with opened() as store:
        await store.create("s", CREATED)
        await store.append("s", DeliveredWire(), expected=1)
        before = await store.read("s")
    async with opened() as store:
        assert await store.read("s") == before
        assert (await store.head("s")).status is Status.RUNNING
        await store.append("s", CancelledWire(), expected=2)


async def test_a_store_that_answers_can_be_pinged(store):
    await store.ping()
