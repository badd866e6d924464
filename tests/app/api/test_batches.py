"""Batches: JSON lines in and out."""

import asyncio
import json

import pytest

from app.sessions.clock import microseconds
from app.sessions.origin import Lane
from app.sessions.store import Filter
from tests.app.api.serving import LIMITS, serve
from tests.app.api.test_plans import ASKED, problem
from tests.app.modulo.lamps import DOMAIN, GOOD, HALF, PROBLEM
from tests.app.sessions.parts import Gated, Patient

LINES = {"Content-Type": "application/jsonl"}
SMALL = {"domain": DOMAIN, "problem": PROBLEM}


def lines(*each: dict | str) -> str:
    return "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in each)


async def ask(served, *each: dict | str, **headers: str):
    return await served.client.post(
        "/v1/batches", content=lines(*each), headers={**LINES, **headers}
    )


async def results(served, batch_id: str) -> list[dict]:
    response = await served.client.get(f"/v1/batches/{batch_id}/results")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/jsonl"
    return [json.loads(line) for line in response.text.splitlines()]


async def until_done(served, batch_id: str) -> dict:
    async with asyncio.timeout(20):
        for one in await results(served, batch_id):
            await served.client.get(f"/v1/plans/{one['id']}", params={"wait": 20})
    batch = (await served.client.get(f"/v1/batches/{batch_id}")).json()
    assert batch["done"]
    return batch


async def test_a_batch_makes_a_session_of_each_line_and_gives_results_in_their_order(served):
    response = await ask(served, *({**ASKED, "id": f"mine-{number}"} for number in range(5)))
    assert response.status_code == 202, response.text
    batch = response.json()
    assert response.headers["location"] == f"/v1/batches/{batch['id']}"
    assert batch["total"] == 5
    assert batch["missing"] == 0
    batch = await until_done(served, batch["id"])
    assert batch["counts"]["solved"] == 5
    told = await results(served, batch["id"])
    assert [line["number"] for line in told] == [1, 2, 3, 4, 5]
    assert [line["session"]["label"] for line in told] == [f"mine-{number}" for number in range(5)]
    assert {line["session"]["plan"] for line in told} == {GOOD}
    seen = await served.client.get(f"/v1/plans/{told[3]['id']}")
    assert seen.json() == told[3]["session"]


async def test_sessions_of_a_batch_wait_in_a_lane_of_their_own_and_are_listed_by_it(held, gated):
    batch_id = (await ask(held, SMALL, SMALL)).json()["id"]
    await held.client.post("/v1/plans", json=ASKED, headers={"Prefer": "respond-async"})
    listed = (await held.client.get("/v1/plans", params={"batch": batch_id})).json()["sessions"]
    assert [one["batch"] for one in listed] == [batch_id, batch_id]
    assert len((await held.client.get("/v1/plans")).json()["sessions"]) == 3
    for one in listed:
        assert (await held.service.store.head(one["id"])).origin.lane is Lane.BATCH


async def test_results_are_there_before_the_end_as_far_as_they_go(held, gated):
    batch_id = (await ask(held, SMALL, SMALL)).json()["id"]
    await gated.reached.wait()
    told = await results(held, batch_id)
    assert [line["session"]["outcome"] for line in told] == [None, None]
    gated.gate.set()
    await until_done(held, batch_id)
    told = await results(held, batch_id)
    assert [line["session"]["status"] for line in told] == ["solved", "solved"]


async def test_every_faulty_line_is_named_and_none_is_accepted(served):
    response = await ask(
        served,
        {**SMALL, "id": "a"},
        "{",
        "",
        {**SMALL, "budget": {"attempts": 0}, "sead": 1},
        {**SMALL, "id": "a"},
        {**SMALL, "problem": "(define"},
        {**SMALL, "strategy": "wish"},
        {**SMALL, "webhook": "https://evil.example/"},
        "[1]",
        '{"domain": "\\ud800", "problem": "x"}',
    )
    document = problem(response, 422, "invalid-batch")
    assert document["detail"] == "8 lines are at fault; none was accepted"
    assert [(fault["line"], fault["pointer"]) for fault in document["errors"]] == [
        (2, "#"),
        (4, "#/budget/attempts"),
        (4, "#/sead"),
        (5, "#/id"),
        (6, "#/problem"),
        (7, "#/strategy"),
        (8, "#/webhook"),
        (9, "#"),
        (10, "#"),
    ]
    assert "column" in document["errors"][4]["detail"]
    assert (await served.client.get("/v1/batches")).json() == {"batches": [], "next": None}
    assert (await served.client.get("/v1/plans")).json()["sessions"] == []


@pytest.mark.parametrize(
    "body", ["", "\n \n\n", lines(*["{}"] * (LIMITS.batch_lines + 1)), "\n" * 1_000_000]
)
async def test_a_batch_has_a_line_at_least_and_a_thousand_at_most(served, body):
    response = await served.client.post("/v1/batches", content=body, headers=LINES)
    document = problem(response, 422, "invalid-batch")
    assert "1 to 1000 lines" in document["detail"]


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "", "multipart/form-data"])
async def test_a_body_that_is_not_said_to_be_json_lines_is_refused(served, kind):
    response = await served.client.post(
        "/v1/batches", content=lines(SMALL), headers={"Content-Type": kind}
    )
    assert response.status_code == 415
    assert "application/jsonl or application/x-ndjson" in response.json()["detail"]


@pytest.mark.parametrize(
    "kind", ["application/x-ndjson", "Application/JSONL; charset=utf-8", "application/jsonl"]
)
async def test_json_lines_have_more_names_than_one(served, kind):
    response = await served.client.post(
        "/v1/batches", content=lines(SMALL), headers={"Content-Type": kind}
    )
    assert response.status_code == 202


async def test_a_body_past_its_own_bound_is_refused(served):
    body = "x" * (LIMITS.batch_bytes + 1)
    response = await served.client.post("/v1/batches", content=body, headers=LINES)
    assert response.status_code == 413
    assert str(LIMITS.batch_bytes) in response.json()["detail"]


async def test_the_same_key_and_lines_give_the_same_batch(served, proposer):
    key = {"Idempotency-Key": "mine"}
    first = await ask(served, {**ASKED, "id": "a"}, ASKED, **key)
    # Written otherwise: keys in another order, blank lines between.
    second = await ask(served, {"id": "a", **dict(reversed(ASKED.items()))}, " ", ASKED, **key)
    assert first.status_code == second.status_code == 202
    assert first.json()["id"] == second.json()["id"]
    await until_done(served, first.json()["id"])
    assert len((await served.client.get("/v1/plans")).json()["sessions"]) == 2
    assert sorted(proposer.asked) == [1, 1, 2, 2]


async def test_a_key_is_one_name_over_plans_and_batches(served):
    key = {"Idempotency-Key": "mine"}
    assert (await ask(served, ASKED, **key)).status_code == 202
    problem(await ask(served, ASKED, ASKED, **key), 422, "key-reused")
    again = await served.client.post("/v1/plans", json=ASKED, headers=key)
    problem(again, 422, "key-reused")


async def test_batches_of_one_key_at_once_are_one_batch(held):
    responses = await asyncio.gather(
        *(ask(held, SMALL, SMALL, **{"Idempotency-Key": "k"}) for _ in range(6))
    )
    assert {response.status_code for response in responses} <= {202, 409}
    batches = (await held.client.get("/v1/batches")).json()["batches"]
    assert [batch["total"] for batch in batches] == [2]
    assert len((await held.client.get("/v1/plans")).json()["sessions"]) == 2


async def test_what_a_lost_process_had_not_made_is_made_when_the_batch_is_sent_again(tmp_path):
    """A batch of five whose process was lost behind the second session."""
    key = {"Idempotency-Key": "k"}
    async with serve(tmp_path, Gated([GOOD])) as served:
        batch_id = (await ask(served, *[SMALL] * 5, **key)).json()["id"]
        await served.client.post(f"/v1/batches/{batch_id}/cancel")
        for number in (3, 4, 5):
            await served.service.store.erase(f"{batch_id}-{number}")
    async with serve(tmp_path, Patient([GOOD])) as served:
        batch = (await served.client.get(f"/v1/batches/{batch_id}")).json()
        assert (batch["total"], batch["missing"], batch["done"]) == (5, 3, True)
        told = await results(served, batch_id)
        assert [line["session"] is None for line in told] == [False, False, True, True, True]
        again = (await ask(served, *[SMALL] * 5, **key)).json()
        assert (again["id"], again["missing"]) == (batch_id, 0)
        batch = await until_done(served, batch_id)
        assert (batch["counts"]["cancelled"], batch["counts"]["solved"]) == (2, 3)


async def test_cancelling_a_batch_ends_all_its_sessions_and_changes_nothing_twice(held, gated):
    batch_id = (await ask(held, *[SMALL] * 60)).json()["id"]
    await gated.reached.wait()
    response = await held.client.post(f"/v1/batches/{batch_id}/cancel")
    assert response.status_code == 200
    assert response.json()["counts"]["cancelled"] == 60
    assert response.json()["done"]
    again = await held.client.post(f"/v1/batches/{batch_id}/cancel")
    assert again.json() == response.json()


async def test_a_batch_that_goes_on_is_not_erased_and_one_that_has_ended_is_gone(held, gated):
    batch_id = (await ask(held, *[SMALL] * 3)).json()["id"]
    problem(await held.client.delete(f"/v1/batches/{batch_id}"), 409, "batch-unfinished")
    assert await held.service.store.counts(Filter(batch=batch_id))
    await held.client.post(f"/v1/batches/{batch_id}/cancel")
    assert (await held.client.delete(f"/v1/batches/{batch_id}")).status_code == 204
    problem(await held.client.get(f"/v1/batches/{batch_id}"), 404, "unknown-batch")
    assert (await held.client.get("/v1/plans")).json()["sessions"] == []


async def test_batches_are_listed_newest_first_and_page_by_page(held):
    ids = [(await ask(held, SMALL)).json()["id"] for _ in range(3)]
    first = (await held.client.get("/v1/batches", params={"limit": 2})).json()
    second = (
        await held.client.get("/v1/batches", params={"limit": 2, "after": first["next"]})
    ).json()
    assert [one["id"] for one in first["batches"] + second["batches"]] == ids[::-1]
    assert second["next"] is None
    made_up = await held.client.get("/v1/batches", params={"after": "made-up"})
    assert problem(made_up, 422, "invalid-request")["errors"][0]["parameter"] == "after"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("GET", "/results"), ("POST", "/cancel"), ("DELETE", "")]
)
@pytest.mark.parametrize("whose", ["nobody's", "another's"])
async def test_a_batch_of_another_tenant_is_not_there(served, method, path, whose):
    if whose == "another's":
        await served.service.batches.begin("theirs", tenant="another", total=1)
    response = await served.client.request(method, f"/v1/batches/theirs{path}")
    problem(response, 404, "unknown-batch")


async def test_while_a_large_batch_is_taken_others_are_answered(tmp_path):
    """A thousand different tasks; meanwhile the process is asked whether it lives."""
    async with serve(tmp_path, Gated([HALF])) as served:
        some = [
            {"domain": DOMAIN, "problem": f"{PROBLEM}; {number} {microseconds()}"}
            for number in range(1000)
        ]
        asking = asyncio.create_task(ask(served, *some))
        waits = []
        while not asking.done():
            began = asyncio.get_running_loop().time()
            assert (await served.client.get("/livez")).status_code == 200
            waits.append(asyncio.get_running_loop().time() - began)
        response = await asking
        assert response.status_code == 202, response.text
        assert response.json()["total"] == 1000
        assert response.json()["missing"] == 0
        # Client and server share this loop; a batch that held it would hold it for seconds.
        assert len(waits) > 5
        assert max(waits) < 1.0, sorted(waits)[-5:]
