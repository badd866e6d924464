import asyncio
import json
from collections import Counter

import pytest

from app.sessions.sqlite import SqliteStore
from tests.app.api.serving import serve
from tests.app.modulo.lamps import DOMAIN, GOOD, HALF, PROBLEM, PROSE, TWICE
from tests.app.sessions.parts import Patient

ASKED = {"domain": DOMAIN, "problem": PROBLEM, "budget": {"attempts": 4, "seconds": 30}}
AT_ONCE = {"Prefer": "respond-async"}


def problem(response, status: int, kind: str) -> dict:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    assert document["type"].removeprefix("urn:modulo:problem:") == kind
    assert document["title"]
    return document


async def begin(served, gated=None, **asked) -> str:
    response = await served.client.post("/v1/plans", json={**ASKED, **asked}, headers=AT_ONCE)
    assert response.status_code == 202, response.text
    if gated is not None:
        await gated.reached.wait()
    return response.json()["id"]


async def test_a_request_waits_for_its_plan_and_gets_the_finished_session(served):
    response = await served.client.post("/v1/plans", json=ASKED)
    assert response.status_code == 200
    session = response.json()
    assert response.headers["location"] == f"/v1/plans/{session['id']}"
    assert session["status"] == "solved"
    assert session["plan"] == GOOD
    assert session["outcome"] == {
        "type": "solved",
        "plan": [
            {"action": "switch-on", "arguments": ["a"]},
            {"action": "switch-on", "arguments": ["b"]},
        ],
        "cost": 2,
        "attempt": 2,
        "proposer": "patient",
        "engine": None,
        "bound": None,
        "assurance": "single",
        "opinions": [],
    }
    assert session["spent"]["attempts"] == 2
    assert session["spent"]["tokens"] == 30
    assert session["last"]["number"] == 2
    assert session["budget"] == {"attempts": 4, "tokens": None, "seconds": 30.0}


async def test_an_exhausted_session_is_a_result_with_its_best_attempt_and_why_it_is_wrong(
    tmp_path,
):
    async with serve(tmp_path, Patient([TWICE, HALF, PROSE, PROSE])) as served:
        response = await served.client.post("/v1/plans", json=ASKED)
    assert response.status_code == 200
    session = response.json()
    assert session["status"] == "exhausted"
    assert session["plan"] is None
    assert session["outcome"] == {"type": "exhausted", "limit": "attempts", "best": 1}
    assert session["best"]["number"] == 1
    assert session["best"]["verdict"]["flaw"] == {
        "type": "unsatisfied_precondition",
        "step_number": 2,
        "step": "(switch-on a)",
        "unmet": ["(not (lit a))"],
        "causes": [{"literal": "(not (lit a))", "undone_by": 1, "producers": []}],
    }
    assert session["last"]["number"] == 4
    assert session["last"]["plan"] is None


async def test_a_client_that_does_not_want_to_wait_is_told_where_to_look(held, gated):
    response = await held.client.post("/v1/plans", json=ASKED, headers=AT_ONCE)
    assert response.status_code == 202
    started = response.json()
    assert set(started) == {"id", "status"}
    assert response.headers["location"] == f"/v1/plans/{started['id']}"
    assert response.headers["retry-after"] == "1"
    assert response.headers["preference-applied"] == "respond-async"
    gated.gate.set()
    seen = await held.client.get(response.headers["location"], params={"wait": 10})
    assert seen.json()["status"] == "solved"


async def test_waiting_ends_after_the_time_that_the_client_names(held):
    response = await held.client.post("/v1/plans", json=ASKED, headers={"Prefer": "wait=0"})
    assert response.status_code == 202
    assert response.headers["preference-applied"] == "wait=0"
    response = await held.client.post("/v1/plans", json=ASKED, headers={"Prefer": "foo, wait=1"})
    assert response.status_code == 202
    assert response.json()["status"] == "running"


async def test_a_session_that_was_accepted_is_named_though_the_store_goes_away(held, gated, caplog):
    headers = {"Prefer": "wait=1"}
    asking = asyncio.create_task(held.client.post("/v1/plans", json=ASKED, headers=headers))
    await gated.reached.wait()
    await held.service.store.__aexit__(None, None, None)
    response = await asking
    assert response.status_code == 202
    assert response.headers["location"] == f"/v1/plans/{response.json()['id']}"


async def test_a_session_can_be_looked_at_while_it_runs(held, gated):
    session_id = await begin(held, gated)
    session = (await held.client.get(f"/v1/plans/{session_id}")).json()
    assert session["status"] == "running"
    assert session["outcome"] is None
    assert session["spent"]["attempts"] == 1
    assert session["last"]["verdict"]["open_goals"] == ["(lit b)"]


async def test_sessions_are_listed_newest_first_and_page_by_page(held, gated):
    ids = [await begin(held) for _ in range(5)]
    await gated.reached.wait()
    await held.client.post(f"/v1/plans/{ids[0]}/cancel")
    first = (await held.client.get("/v1/plans", params={"limit": 3})).json()
    second = (
        await held.client.get("/v1/plans", params={"limit": 3, "after": first["next"]})
    ).json()
    assert [one["id"] for one in first["sessions"] + second["sessions"]] == ids[::-1]
    assert second["next"] is None
    cancelled = (await held.client.get("/v1/plans", params={"status": "cancelled"})).json()
    assert [one["id"] for one in cancelled["sessions"]] == [ids[0]]


async def test_a_cursor_that_was_never_given_is_refused(served):
    response = await served.client.get("/v1/plans", params={"after": "made-up"})
    document = problem(response, 422, "invalid-request")
    assert document["errors"][0]["parameter"] == "after"


async def test_cancelling_gives_the_final_session_and_stops_the_proposer(held, gated):
    session_id = await begin(held, gated)
    response = await held.client.post(f"/v1/plans/{session_id}/cancel")
    assert response.status_code == 200
    assert response.json()["status"] == "cancelled"
    assert response.json()["outcome"] == {"type": "cancelled"}
    async with asyncio.timeout(5):
        await gated.stopped.wait()
    again = await held.client.post(f"/v1/plans/{session_id}/cancel")
    assert again.json() == response.json()


async def test_a_running_session_is_not_erased_and_an_ended_one_is_gone(held, gated):
    session_id = await begin(held, gated)
    problem(await held.client.delete(f"/v1/plans/{session_id}"), 409, "session-unfinished")
    await held.client.post(f"/v1/plans/{session_id}/cancel")
    assert (await held.client.delete(f"/v1/plans/{session_id}")).status_code == 204
    problem(await held.client.get(f"/v1/plans/{session_id}"), 404, "unknown-session")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "?wait=1"),
        ("POST", "/cancel"),
        ("DELETE", ""),
        ("GET", "/events"),
        ("GET", "/plan"),
    ],
)
async def test_a_session_that_is_not_there_is_a_problem_everywhere(served, method, path):
    response = await served.client.request(method, f"/v1/plans/none{path}")
    problem(response, 404, "unknown-session")


async def test_the_plan_comes_as_a_plan_file(served):
    session_id = (await served.client.post("/v1/plans", json=ASKED)).json()["id"]
    response = await served.client.get(f"/v1/plans/{session_id}/plan")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain")
    assert response.text == GOOD


async def test_a_session_without_a_plan_has_no_plan_file(held, gated):
    session_id = await begin(held, gated)
    document = problem(await held.client.get(f"/v1/plans/{session_id}/plan"), 409, "no-plan")
    assert document["detail"] == "it is running"


async def test_the_same_key_and_request_give_the_same_session(served, proposer):
    headers = {"Idempotency-Key": "mine"}
    first = await served.client.post("/v1/plans", json=ASKED, headers=headers)
    # The same request, written otherwise: its keys in another order, a default spelt out.
    other = json.dumps({**dict(reversed(ASKED.items())), "seed": 0})
    second = await served.client.post(
        "/v1/plans", content=other, headers={**headers, "Content-Type": "application/json"}
    )
    assert first.json() == second.json()
    assert proposer.asked == [1, 2]


async def test_a_key_with_another_request_is_refused(served):
    headers = {"Idempotency-Key": "mine"}
    await served.client.post("/v1/plans", json=ASKED, headers=headers)
    response = await served.client.post("/v1/plans", json={**ASKED, "seed": 5}, headers=headers)
    document = problem(response, 422, "key-reused")
    assert document["errors"][0]["header"] == "Idempotency-Key"


async def test_requests_of_one_key_at_once_make_one_session(held):
    responses = await asyncio.gather(
        *(
            held.client.post(
                "/v1/plans", json=ASKED, headers={"Idempotency-Key": "mine", **AT_ONCE}
            )
            for _ in range(12)
        )
    )
    statuses = Counter(response.status_code for response in responses)
    assert set(statuses) <= {202, 409}
    assert statuses[202] >= 1
    for response in responses:
        if response.status_code == 409:
            problem(response, 409, "key-in-use")
            assert response.headers["retry-after"] == "1"
    assert len((await held.client.get("/v1/plans")).json()["sessions"]) == 1


async def test_a_request_that_is_refused_leaves_its_key_free(served):
    headers = {"Idempotency-Key": "mine"}
    bad = await served.client.post("/v1/plans", json={**ASKED, "strategy": "none"}, headers=headers)
    assert bad.status_code == 422
    good = await served.client.post("/v1/plans", json=ASKED, headers=headers)
    assert good.json()["status"] == "solved"


async def test_the_text_of_a_model_is_data_wherever_it_comes_out(tmp_path):
    hostile = '<script>alert(1)</script>\u2028\x85\x0b\r\ndata: {"type":"solved"}\n\nid: 99\n\udc80'
    async with serve(tmp_path, Patient([hostile, GOOD])) as served:
        session_id = (await served.client.post("/v1/plans", json=ASKED)).json()["id"]
        stream = (await served.client.get(f"/v1/plans/{session_id}/events")).text
    blocks = [block.split("\n") for block in stream.strip().split("\n\n")]
    for block in blocks:
        assert [line.split(":")[0] for line in block] == ["id", "event", "data"]
    finished = next(block for block in blocks if block[1] == "event: attempt_finished")
    text = json.loads(finished[2].removeprefix("data: "))["attempt"]["text"]
    assert text == hostile.replace("\udc80", "\ufffd")


class Counting(SqliteStore):
    """Counts how often it was asked about a session."""

    asked = 0

    async def head(self, session_id):
        self.asked += 1
        return await super().head(session_id)

    async def read(self, session_id, *, after=0, most=None):
        self.asked += 1
        return await super().read(session_id, after=after, most=most)


async def test_to_look_at_a_session_is_one_call_of_the_store(tmp_path):
    # Each gives the event loop to others, and beside a crowd that is what takes the time.
    async with (
        Counting(tmp_path / "sessions.db") as store,
        serve(tmp_path, Patient([GOOD]), store=store) as served,
    ):
        session = (await served.client.post("/v1/plans", json=ASKED)).json()["id"]
        for end in ("", "/plan"):
            before = store.asked
            assert (await served.client.get(f"/v1/plans/{session}{end}")).status_code == 200
            assert store.asked == before + 1
