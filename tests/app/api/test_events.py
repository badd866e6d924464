import asyncio

from tests.app.api.serving import events, serve
from tests.app.api.test_plans import ASKED, begin
from tests.app.modulo.lamps import GOOD, HALF
from tests.app.sessions.parts import Gated

WHOLE = [
    "session_created",
    "delivered",
    "attempt_started",
    "attempt_finished",
    "attempt_started",
    "attempt_finished",
    "solved",
]
STREAM = {"Accept": "text/event-stream"}


async def test_a_request_can_follow_its_session_from_the_beginning(served):
    async with served.client.stream("POST", "/v1/plans", json=ASKED, headers=STREAM) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-cache"
        told = [event async for event in events(response)]
    assert [number for number, _, _ in told] == list(range(1, 8))
    assert [kind for _, kind, _ in told] == WHOLE
    assert all(data["type"] == kind for _, kind, data in told)
    location = response.headers["location"]
    assert (await served.client.get(location)).json()["status"] == "solved"


async def test_the_session_goes_on_when_its_reader_leaves(held, gated):
    async with held.client.stream("POST", "/v1/plans", json=ASKED, headers=STREAM) as response:
        async for _, kind, _ in events(response):
            if kind == "attempt_finished":
                break
    gated.gate.set()
    seen = await held.client.get(response.headers["location"], params={"wait": 10})
    assert seen.json()["status"] == "solved"


async def test_a_reader_that_comes_back_gets_every_event_once(held, gated):
    session_id = await begin(held, gated)
    url = f"/v1/plans/{session_id}/events"
    told = []
    last = 0
    # Cut off after each event, and back with the number of the last one.
    while last < 6:
        headers = {"Last-Event-ID": str(last)} if last else {}
        async with held.client.stream("GET", url, headers=headers) as response:
            async for number, kind, _ in events(response):
                told.append((number, kind))
                last = number
                break
        if last == 5:
            gated.gate.set()
    async with held.client.stream("GET", url, params={"after": last}) as response:
        told += [(number, kind) async for number, kind, _ in events(response)]
    assert told == list(enumerate(WHOLE, 1))


async def test_many_readers_of_a_running_session_all_see_the_same(held, gated):
    session_id = await begin(held, gated)

    async def read() -> list[str]:
        async with held.client.stream("GET", f"/v1/plans/{session_id}/events") as response:
            return [kind async for _, kind, _ in events(response)]

    readers = [asyncio.create_task(read()) for _ in range(10)]
    await asyncio.sleep(0.1)
    gated.gate.set()
    assert all(kinds == WHOLE for kinds in await asyncio.gather(*readers))


async def test_a_stream_with_nothing_to_say_keeps_its_connection_alive(held, gated):
    session_id = await begin(held, gated)
    url = f"/v1/plans/{session_id}/events"
    async with held.client.stream("GET", url, params={"after": 5}) as response:
        async for line in response.aiter_lines():
            assert line.startswith(":")
            break


async def test_a_reader_that_knows_it_all_is_told_to_stop_asking(served):
    session_id = (await served.client.post("/v1/plans", json=ASKED)).json()["id"]
    url = f"/v1/plans/{session_id}/events"
    response = await served.client.get(url, headers={"Last-Event-ID": "7"})
    assert response.status_code == 204
    assert (await served.client.get(url, params={"after": 6})).text.count("event:") == 1


async def test_a_last_event_id_that_is_no_number_is_a_problem(served):
    session_id = (await served.client.post("/v1/plans", json=ASKED)).json()["id"]
    response = await served.client.get(
        f"/v1/plans/{session_id}/events", headers={"Last-Event-ID": "abc"}
    )
    assert response.status_code == 422
    assert response.json()["errors"][0]["header"] == "last-event-id"


async def test_a_stream_ends_with_a_hint_when_the_store_goes_away(held, gated, caplog):
    session_id = await begin(held, gated)
    async with held.client.stream("GET", f"/v1/plans/{session_id}/events") as response:
        received = ""
        async for text in response.aiter_text():
            received += text
            if "attempt_finished" in received:
                await held.service.store.__aexit__(None, None, None)
    assert received.endswith("retry: 1000\n\n")
    assert "a stream ends before its session" in caplog.text


async def test_streams_end_with_a_hint_when_the_server_shuts_down_and_nothing_is_lost(tmp_path):
    gated = Gated([HALF, GOOD], through=[1])
    async with serve(tmp_path, gated) as served:
        session_id = await begin(served, gated)
        url = f"/v1/plans/{session_id}/events"
        async with served.client.stream("GET", url) as response:
            received = ""
            async for text in response.aiter_text():
                received += text
                if "attempt_finished" in received:
                    served.service.closing.set()
    assert received.endswith("retry: 1000\n\n")
    last = received.count("\nevent: ") + received.startswith("event")
    async with (
        serve(tmp_path, Gated([HALF, GOOD], through=[1, 2])) as served,
        served.client.stream("GET", url, headers={"Last-Event-ID": str(last)}) as response,
    ):
        numbers = [number async for number, _, _ in events(response)]
    assert numbers == list(range(last + 1, last + 1 + len(numbers)))
    assert len(numbers) >= 4
