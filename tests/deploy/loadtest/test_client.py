"""One client against a service that does what it should not."""

import time

import pytest

from deploy.loadtest.client import Client, Deadline, Manners
from deploy.loadtest.records import LOST, NOT_TAKEN, UNFINISHED, Record
from tests.deploy.loadtest.scripted import Scripted, answer, event, scripted, stream

TAKEN = answer(202, b'{"id": "s1", "status": "queued"}')
POST, EVENTS, LOOK = "POST /v1/plans", "GET /v1/plans/s1/events", "GET /v1/plans/s1"
ALL = (event(1, "session_created"), event(2, "delivered"), event(3, "solved"))
RUNNING = answer(200, b'{"outcome": null, "last_event": 2, "status": "running"}')


async def run(service: Scripted, *, seconds: float = 30.0, **manners: object) -> Record:
    record = Record(index=0, scheduled=time.time())
    client = Client(
        address=service.address,
        manners=Manners(**manners),
        deadline=Deadline(time.time() + seconds),
        seed=1,
    )
    await client.run(record, b"{}")
    return record


async def test_a_session_is_followed_to_its_end():
    async with scripted({POST: [TAKEN], EVENTS: [stream(*ALL)]}) as service:
        record = await run(service)
    assert (record.status, record.session_id, record.solved) == ("solved", "s1", True)
    assert (record.log.last, record.log.missing, record.log.doubled) == (3, 0, 0)
    assert record.scheduled <= record.accepted <= record.ended
    assert service.asked[0].headers["prefer"] == "respond-async"


async def test_a_stream_that_breaks_off_is_taken_up_where_it_was():
    streams = [stream(*ALL[:2], whole=False), stream(ALL[2])]
    async with scripted({POST: [TAKEN], EVENTS: streams}) as service:
        record = await run(service)
    assert (record.status, record.reconnects) == ("solved", 1)
    assert (record.log.missing, record.log.doubled) == (0, 0)
    first, second = service.of("/v1/plans/s1/events")
    assert "last-event-id" not in first.headers
    assert second.headers["last-event-id"] == "2"


async def test_events_that_come_twice_or_not_at_all_are_counted():
    streams = [stream(*ALL[:2], whole=False), stream(ALL[1], event(5, "solved"))]
    async with scripted({POST: [TAKEN], EVENTS: streams}) as service:
        record = await run(service)
    assert (record.log.doubled, record.log.missing) == (1, 2)


async def test_a_client_that_hangs_up_comes_back():
    streams = [stream(ALL[0], whole=False), stream(ALL[1], whole=False), stream(ALL[2])]
    async with scripted({POST: [TAKEN], EVENTS: streams}) as service:
        record = await run(service, hang_up=1.0)
    assert (record.status, record.hung_up, record.reconnects) == ("solved", 3, 0)
    assert [asked.headers.get("last-event-id") for asked in service.asked[1:]] == [None, "1", "2"]


async def test_a_log_that_reads_otherwise_afterwards_is_found():
    other = stream(*ALL[:2], event(3, "solved", b'{"cost": 3}'))
    async with scripted({POST: [TAKEN], EVENTS: [stream(*ALL), other]}) as service:
        assert (await run(service, reread=True)).differs
    async with scripted({POST: [TAKEN], EVENTS: [stream(*ALL)]}) as service:
        assert not (await run(service, reread=True)).differs


async def test_a_request_that_is_refused_for_a_while_is_sent_again_under_the_same_key():
    refused = answer(503, b"{}", Retry_After="0")
    async with scripted({POST: [refused, refused, TAKEN], EVENTS: [stream(*ALL)]}) as service:
        record = await run(service)
    assert (record.status, record.refusals, record.log.reason) == ("solved", 2, "")
    keys = {asked.headers["idempotency-key"] for asked in service.of("/v1/plans")}
    assert len(keys) == 1


async def test_a_request_that_is_wrong_is_not_sent_again():
    async with scripted({POST: [answer(422, b"no such strategy")]}) as service:
        record = await run(service)
    assert (record.status, record.log.reason) == (NOT_TAKEN, "422: no such strategy")
    assert len(service.asked) == 1


async def test_a_session_that_the_service_does_not_know_any_more_is_lost():
    answers = {POST: [TAKEN], EVENTS: [answer(404)], LOOK: [answer(404)]}
    async with scripted(answers) as service:
        assert (await run(service)).status == LOST


async def test_a_session_without_an_end_is_given_up_at_the_deadline():
    answers = {POST: [TAKEN], EVENTS: [stream(*ALL[:2])], LOOK: [RUNNING]}
    async with scripted(answers) as service:
        record = await run(service, seconds=0.5)
    assert (record.status, record.ended) == (UNFINISHED, None)


async def test_events_that_no_stream_has_told_are_missing():
    ended = answer(200, b'{"outcome": {"cost": 2}, "last_event": 7, "status": "solved"}')
    answers = {POST: [TAKEN], EVENTS: [stream(*ALL[:2]), answer(204)], LOOK: [ended]}
    async with scripted(answers) as service:
        record = await run(service)
    assert (record.status, record.log.missing) == ("solved", 5)


async def test_a_client_that_polls_reads_the_log_at_the_end():
    waiting = "GET /v1/plans/s1?wait=30"
    done = answer(200, b'{"outcome": {"type": "solved"}}')
    answers = {POST: [TAKEN], waiting: [RUNNING, done], EVENTS: [stream(*ALL)]}
    async with scripted(answers) as service:
        record = await run(service, poll=True)
    assert (record.status, record.log.last) == ("solved", 3)
    # It has not seen when what happened.
    assert (record.queue_seconds, record.first_attempt_seconds) == (None, None)
    assert record.plan_seconds > 0.0
    lines = [asked.line.split()[1] for asked in service.asked]
    assert lines == ["/v1/plans", *[waiting.split()[1]] * 2, "/v1/plans/s1/events"]


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n"])
async def test_an_answer_that_is_none_is_no_answer(said):
    async with scripted({POST: [said]}) as service:
        record = await run(service, seconds=0.3)
    assert (record.status, record.log.reason) == (NOT_TAKEN, "no answer")
