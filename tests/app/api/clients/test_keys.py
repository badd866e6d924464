"""Clients where keys are needed: the key is the password in their URL, and polls need none.

`http://any:KEY@host/package`: Node turns what stands in a URL into HTTP Basic, in `getJson`
and `postJson` of jan-dolejsi/pddl-planning-service-client (`httpUtils.ts`), and `new URL(path,
base)` keeps it for the polls.
"""

from app.sessions.sqlite import SqliteStore
from tests.app.api.clients.test_package import EDITOR, TASK, poll
from tests.app.api.clients.test_solver import CONFIGURED
from tests.app.api.serving import serve
from tests.app.api.test_access import basic, house
from tests.app.api.test_plans import problem
from tests.app.modulo.lamps import GOOD, HALF
from tests.app.sessions.parts import Patient

JUDGED = {**TASK, "plan": GOOD}
POSTS = {
    "/package/modulo/solve": TASK,
    "/package/modulo-planner/solve": TASK,
    "/package/modulo-validator/validate": JUDGED,
    "/package/lama/solve": TASK,
    "/solve": TASK,
    "/request": CONFIGURED,
    "/validate": JUDGED,
    "/parse": {"domain": TASK["domain"], "problems": []},
}


async def test_without_a_key_nothing_is_done(tmp_path):
    async with house(tmp_path) as opened:
        await opened.key()
        async with opened.sending(basic("no-key-at-all")) as client:
            for path, body in POSTS.items():
                problem(await client.post(path, json=body), 401, "key-needed")
                response = await opened.served.client.post(path, json=body)
                problem(response, 401, "key-needed")
                assert "basic" in response.headers["www-authenticate"].lower(), path
        assert not (await opened.served.service.store.page(limit=1)).heads


async def test_a_key_in_the_url_lists_packages_and_solves_and_polls_need_none(tmp_path):
    async with house(tmp_path) as opened:
        key = await opened.key()
        problem(await opened.served.client.get("/package"), 401, "key-needed")
        async with opened.sending(basic(key)) as client:
            assert "modulo" in (await client.get("/package")).json()
            path = (await client.post("/package/modulo/solve", json=TASK)).json()["result"]
        assert (await poll(opened.served, path))["status"] == "ok"
        told = await opened.served.client.post(path, json=EDITOR)
        assert told.json()["plans"][0]["result"]["length"] == 2
        session = path.replace("/check/", "/v1/plans/")
        problem(await opened.served.client.get(session), 401, "key-needed")


async def test_the_sessions_are_the_tenants_and_no_others(tmp_path):
    async with house(tmp_path) as opened:
        ours, theirs = await opened.key("ours"), await opened.key("theirs")
        async with opened.sending(basic(ours)) as client:
            path = (await client.post("/package/modulo/solve", json=TASK)).json()["result"]
        await poll(opened.served, path)
        for key, seen in ((ours, 1), (theirs, 0)):
            bearer = {"Authorization": f"Bearer {key}"}
            listed = await opened.served.client.get("/v1/plans", headers=bearer)
            assert len(listed.json()["sessions"]) == seen


async def test_a_budget_that_nobody_named_is_cut_to_the_quota_and_one_that_was_is_refused(tmp_path):
    async with house(tmp_path, Patient([HALF])) as opened:
        key = await opened.key(budget_attempts=2, budget_seconds=20)
        async with opened.sending(basic(key)) as client:
            told = (await client.post("/solve", json=TASK)).json()
            assert "within 2 attempts" in told["result"]["error"]
            told = (await client.post("/solve?attempts=3", json=TASK)).json()
            assert "may ask for 2 attempts at most" in told["result"]["error"]
            response = await client.post("/package/modulo/solve", json={**TASK, "attempts": 3})
            problem(response, 422, "budget-over-quota")
            response = await client.post("/package/modulo/solve", json=TASK)
            assert response.status_code == 200


async def test_requests_count_and_those_over_the_quota_are_told_to_come_back(tmp_path):
    async with house(tmp_path) as opened:
        key = await opened.key(per_minute=2)
        async with opened.sending(basic(key)) as client:
            assert (await client.post("/validate", json=JUDGED)).status_code == 200
            unreadable = {**TASK, "domain": "(define"}
            assert (await client.post("/package/modulo/solve", json=unreadable)).status_code == 200
            response = await client.post("/solve", json=TASK)
            problem(response, 429, "over-quota")
            assert int(response.headers["retry-after"]) >= 1


async def test_any_replica_answers_the_polls_of_a_session_that_another_one_took(tmp_path):
    async with (
        SqliteStore(tmp_path / "sessions.db") as store,
        serve(tmp_path, Patient([HALF, GOOD]), store=store) as one,
        serve(tmp_path, Patient([]), store=store, runs=False) as other,
    ):
        response = await one.client.post("/package/modulo/solve", json=TASK)
        assert (await poll(other, response.json()["result"]))["status"] == "ok"
        response = await one.client.post("/package/modulo-validator/validate", json=JUDGED)
        assert (await poll(other, response.json()["result"]))["status"] == "ok"
