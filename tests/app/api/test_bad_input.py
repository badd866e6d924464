"""What no client should send, and what it gets for it."""

import asyncio
import json
import time
from dataclasses import replace

import pytest

from app.api.service import Limits
from app.sessions.origin import Origin
from app.sessions.wire_request import SessionCreatedWire
from tests.app.api.serving import serve
from tests.app.api.test_plans import ASKED, AT_ONCE, begin, problem
from tests.app.modulo.lamps import DOMAIN, GOOD, HALF, PROBLEM
from tests.app.sessions.parts import REQUEST, Gated, Patient

MEGABYTE = 1_000_000


def padded(text: str, size: int) -> str:
    return f"{text}\n" + ";" * (size - len(text) - 1)


async def test_a_body_of_two_megabytes_is_served_and_holds_nobody_up(tmp_path):
    asked = {"domain": padded(DOMAIN, MEGABYTE), "problem": padded(PROBLEM, MEGABYTE)}
    async with serve(tmp_path, Patient([HALF, GOOD]), Limits()) as served:
        asking = asyncio.create_task(served.client.post("/v1/plans", json=asked))
        while not asking.done():
            began = time.monotonic()
            assert (await served.client.get("/livez")).status_code == 200
            assert time.monotonic() - began < 2
            await asyncio.sleep(0.01)
        response = await asking
    assert response.status_code == 200
    assert response.json()["plan"] == GOOD


async def test_a_text_past_its_bound_is_refused_within_a_body_that_is_not(tmp_path):
    asked = {**ASKED, "domain": padded(DOMAIN, MEGABYTE + 1)}
    async with serve(tmp_path, Patient([GOOD]), Limits()) as served:
        response = await served.client.post("/v1/plans", json=asked)
    document = problem(response, 422, "invalid-request")
    assert document["errors"][0]["pointer"] == "#/domain"
    assert len(response.content) < 1000


@pytest.mark.parametrize("path", ["/v1/plans", "/v1/validations", "/v1/repairs"])
@pytest.mark.parametrize("told", [True, False], ids=["length told", "length not told"])
async def test_a_body_of_five_megabytes_is_refused_in_words(tmp_path, path, told):
    body = b'{"domain": "' + b"x" * (5 * MEGABYTE) + b'"}'

    async def chunks():
        for start in range(0, len(body), 100_000):
            yield body[start : start + 100_000]

    async with serve(tmp_path, Patient([GOOD]), Limits()) as served:
        response = await served.client.post(
            path,
            content=body if told else chunks(),
            headers={"Content-Type": "application/json"},
        )
        assert response.status_code == 413
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["detail"] == "a body may have 4194304 bytes"
        assert (await served.client.get("/livez")).status_code == 200


async def test_a_body_that_never_ends_is_not_waited_for(tmp_path):
    async with serve(tmp_path, Patient([GOOD]), Limits(body_bytes=1000)) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.client.base_url.port)
        writer.write(
            b"POST /v1/plans HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1000000000\r\n\r\n{"
        )
        async with asyncio.timeout(15):
            assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
        writer.close()


async def test_a_client_that_asks_before_it_sends_is_told_at_once(tmp_path):
    async with serve(tmp_path, Patient([GOOD]), Limits(body_bytes=1000)) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.client.base_url.port)
        writer.write(
            b"POST /v1/plans HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n"
        )
        async with asyncio.timeout(2):
            assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
        writer.close()


@pytest.mark.parametrize(
    ("budget", "pointer"),
    [
        ({"attempts": 1001}, "#/budget/attempts"),
        ({"attempts": -1}, "#/budget/attempts"),
        ({"attempts": 1.5}, "#/budget/attempts"),
        ({"tokens": 10**9 + 1}, "#/budget/tokens"),
        ({"tokens": 0}, "#/budget/tokens"),
        ({"seconds": 86_401}, "#/budget/seconds"),
        ({"seconds": 0}, "#/budget/seconds"),
        ({"seconds": 1e999}, "#/budget/seconds"),
        ([], "#/budget"),
        ("all", "#/budget"),
    ],
)
async def test_a_budget_past_its_bounds_is_refused(served, budget, pointer):
    response = await served.client.post(
        "/v1/plans",
        content=json.dumps({**ASKED, "budget": budget}),
        headers={"Content-Type": "application/json"},
    )
    document = problem(response, 422, "invalid-request")
    assert document["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("strategy", "none of ours"),
        ("strategy", "../x"),
        ("strategy", "x" * 10_000),
        ("strategy", ["resample"]),
        ("model", "x" * 10_000),
        ("model", 5),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_a_name_that_is_on_no_list_makes_no_session(served, name, value):
    response = await served.client.post("/v1/plans", json={**ASKED, name: value})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == f"#/{name}"
    assert (await served.client.get("/v1/plans")).json()["sessions"] == []


async def test_a_cursor_goes_on_from_its_place_when_its_session_is_gone(held, gated):
    ids = [await begin(held) for _ in range(4)]
    page = (await held.client.get("/v1/plans", params={"limit": 2})).json()
    last = page["sessions"][-1]["id"]
    await held.client.post(f"/v1/plans/{last}/cancel")
    await held.client.delete(f"/v1/plans/{last}")
    behind = (await held.client.get("/v1/plans", params={"after": page["next"]})).json()
    assert [one["id"] for one in behind["sessions"]] == ids[1::-1]


@pytest.mark.parametrize(
    "cursor", ["made-up", "", "bjE", "bi0x", "bjk5OTk5OTk5OTk5OTk5OTk5OTk5", "%00"]
)
async def test_a_cursor_is_one_of_ours_or_refused(served, cursor):
    """Among them the cursor of number 1, which is one of ours whoever made it."""
    response = await served.client.get(f"/v1/plans?after={cursor}")
    if cursor == "bjE":
        assert response.json() == {"sessions": [], "next": None}
    else:
        document = problem(response, 422, "invalid-request")
        assert document["errors"][0]["parameter"] == "after"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "?wait=1"),
        ("GET", "/events"),
        ("GET", "/plan"),
        ("POST", "/cancel"),
        ("DELETE", ""),
    ],
)
async def test_a_session_of_another_tenant_is_not_there(held, method, path):
    theirs = SessionCreatedWire.of(replace(REQUEST, origin=Origin(tenant="another")))
    await held.service.store.create("theirs", theirs)
    response = await held.client.request(method, f"/v1/plans/theirs{path}")
    problem(response, 404, "unknown-session")
    assert (await held.client.get("/v1/plans")).json()["sessions"] == []


@pytest.mark.parametrize(
    "session_id", ["none", "x" * 64, "..%2f..%2fetc", "%00", "%ff", "a%0ab", "' OR 1=1 --", "*"]
)
async def test_an_id_that_is_none_is_not_found_whatever_it_holds(served, session_id):
    response = await served.client.get(f"/v1/plans/{session_id}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


async def test_an_id_that_is_too_long_is_refused(served):
    response = await served.client.get(f"/v1/plans/{'x' * 65}")
    assert problem(response, 422, "invalid-request")["errors"][0]["parameter"] == "session_id"


async def test_a_reader_that_claims_to_know_the_future_gets_what_comes(held, gated):
    session_id = await begin(held, gated)
    url = f"/v1/plans/{session_id}/events"
    async with held.client.stream("GET", url, headers={"Last-Event-ID": "4711"}) as response:
        assert response.status_code == 200
        gated.gate.set()
        text = (await response.aread()).decode()
    assert "event: solved" in text
    assert text.count("id: ") == 2


async def test_every_field_that_nobody_knows_is_named(served):
    asked = {**ASKED, **{f"field {number}": number for number in range(60)}}
    response = await served.client.post("/v1/plans", json=asked)
    assert len(problem(response, 422, "invalid-request")["errors"]) == 60


async def test_more_fields_than_anybody_reads_are_refused_at_once(tmp_path):
    """Half a million of them took 4 seconds and 400 MB, each being an error of its own."""
    body = "{" + ",".join(f'"{number:x}":1' for number in range(400_000)) + "}"
    async with serve(tmp_path, Patient([GOOD]), Limits()) as served:
        began = time.process_time()
        response = await served.client.post(
            "/v1/plans", content=body, headers={"Content-Type": "application/json"}
        )
        assert time.process_time() - began < 2
    document = problem(response, 422, "invalid-request")
    assert document["errors"] == [{"detail": "there are more than 100 fields", "pointer": "#"}]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://evil.example/", "this service sends no webhooks"),
        ("", None),
        (5, None),
    ],
)
async def test_a_webhook_that_is_not_allowed_makes_no_session(served, address, said):
    response = await served.client.post(
        "/v1/plans", json={**ASKED, "webhook": address}, headers=AT_ONCE
    )
    assert response.status_code == 422
    (fault,) = response.json()["errors"]
    assert fault["pointer"] == "#/webhook"
    assert said is None or fault["detail"] == said
    assert (await served.client.get("/v1/plans")).json()["sessions"] == []


async def test_clients_that_hang_up_in_the_middle_of_a_request_leave_nothing(tmp_path):
    async with serve(tmp_path, Gated([GOOD]), Limits()) as served:
        for _ in range(20):
            _, writer = await asyncio.open_connection("127.0.0.1", served.client.base_url.port)
            writer.write(
                b"POST /v1/plans HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b'Content-Length: 1000\r\n\r\n{"domain'
            )
            await writer.drain()
            writer.close()
        assert (await served.client.get("/v1/plans")).json()["sessions"] == []
