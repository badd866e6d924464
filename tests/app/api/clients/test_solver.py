"""The solver services of the PDDL extension of VS Code, as the extension uses them.

Requests are written after the sources of jan-dolejsi/pddl-planning-service-client:
`PlannerSyncService.ts`, `PlannerAsyncService.ts` (`createRequestBody`, `createUrl`,
`processServerResponseBody`, `parsePlan`), `PlannerService.ts` (`convertPlanSteps`) and
`httpUtils.ts` (`postJson`, which reads no body behind a status above 202).
"""

import asyncio
import json
from contextlib import suppress

import httpx
import pytest

from tests.app.api.serving import Served, serve
from tests.app.api.test_plans import problem
from tests.app.modulo.lamps import DOMAIN, HALF, PROBLEM, PROSE
from tests.app.sessions.parts import Gated, Patient

TASK = {"domain": DOMAIN, "problem": PROBLEM}
CONFIGURED = {
    "domain": {"name": "lamps", "format": "PDDL", "content": DOMAIN},
    "problem": {"name": "two", "format": "PDDL", "content": PROBLEM},
    "configuration": {"planFormat": "JSON", "timeout": 60},
}
TEMPORAL_DOMAIN = """
(define (domain lamps)
  (:requirements :strips :durative-actions)
  (:predicates (lit ?l) (broken ?l))
  (:durative-action switch-on :parameters (?l) :duration (= ?duration 2.5)
    :condition (and) :effect (at end (lit ?l))))
"""
TIMED = "0.001: (switch-on a) [2.5]\n1.002: (switch-on b) [2.5]\n"
STEPS = [{"name": "(switch-on a)"}, {"name": "(switch-on b)"}]


def configured(**configuration: object) -> dict:
    return {**CONFIGURED, "configuration": {**CONFIGURED["configuration"], **configuration}}


async def asked(served: Served, path: str, body: dict) -> dict:
    response = await served.client.post(path, json=body)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return response.json()


async def statuses(served: Served) -> list[str]:
    sessions = (await served.client.get("/v1/plans")).json()["sessions"]
    return [session["status"] for session in sessions]


async def test_the_plan_comes_with_the_answer(served):
    told = await asked(served, "/solve", TASK)
    assert told["status"] == "ok"
    assert told["result"]["plan"] == STEPS
    assert told["result"]["output"].startswith("A plan was found and verified: 2 steps, cost 2")
    assert await statuses(served) == ["solved"]


async def test_a_temporal_plan_comes_with_times_and_durations(tmp_path):
    async with serve(tmp_path, Patient([TIMED])) as served:
        told = await asked(served, "/solve", {**TASK, "domain": TEMPORAL_DOMAIN})
        richer = await asked(
            served,
            "/request",
            {**CONFIGURED, "domain": {**CONFIGURED["domain"], "content": TEMPORAL_DOMAIN}},
        )
    steps = [
        {"name": "(switch-on a)", "time": 0.001, "duration": 2.5},
        {"name": "(switch-on b)", "time": 1.002, "duration": 2.5},
    ]
    assert told["result"]["plan"] == steps
    [plan] = richer["plans"]
    assert json.loads(plan["content"]) == steps
    assert plan["makespan"] == 3.502


async def test_options_come_in_the_query_as_the_extensions_user_writes_them(tmp_path):
    async with serve(tmp_path, Patient([PROSE])) as served:
        told = await asked(served, "/solve?attempts=2&strategy=resample", TASK)
    assert told["status"] == "error"
    assert told["result"]["error"].startswith("Out of budget: no plan was found within 2 attempts.")


@pytest.mark.parametrize("path", ["/solve", "/request"])
async def test_a_task_that_cannot_be_read_is_told_where_the_extension_shows_it(served, path):
    broken = "(define (domain d)"
    body = {**TASK, "domain": broken}
    if path == "/request":
        body = {**CONFIGURED, "domain": {**CONFIGURED["domain"], "content": broken}}
    told = await asked(served, path, body)
    error = told["result"]["error"] if path == "/solve" else told["status"]["error"]["message"]
    assert error.startswith("Nothing was begun: domain, line 1")
    assert await statuses(served) == []


async def test_no_plan_in_time_is_told_as_that(tmp_path):
    async with serve(tmp_path, Patient([HALF], seconds=0.4)) as served:
        told = await asked(served, "/solve?seconds=0.2", TASK)
        richer = await asked(served, "/request", configured(timeout=0.2))
    assert told["status"] == "error"
    assert told["result"]["error"].startswith("Out of time")
    assert richer["status"]["status"] == "FAILED"
    assert richer["status"]["reason"] == "TIMEOUT"
    assert richer["status"]["error"]["message"].startswith("Out of time")
    assert richer["plans"] == []


async def test_a_configured_request_gets_its_plan_as_json_and_what_it_took(served):
    told = await asked(served, "/request?async=false", CONFIGURED)
    assert told["status"] == {"status": "STOPPED"}
    [plan] = told["plans"]
    assert json.loads(plan["content"]) == STEPS
    assert (plan["format"], plan["timeUnit"], plan["metricValue"]) == ("JSON", "SECOND", 2)
    assert plan["makespan"] == 0
    performance = plan["searchPerformanceInfo"]
    assert performance["statesEvaluated"] == 0
    assert float(performance["timeElapsed"]) >= 0


@pytest.mark.parametrize("form", ["JSON", "tasks", "xplan"])
async def test_whatever_form_is_asked_for_the_plan_says_that_it_is_json(served, form):
    # `parsePlan` goes by what the plan says. Of `tasks` it would read the first line alone.
    told = await asked(served, "/request?async=false", configured(planFormat=form))
    [plan] = told["plans"]
    assert plan["format"] == "JSON"
    assert json.loads(plan["content"]) == STEPS


async def test_what_is_configured_for_other_planners_is_passed_over_and_nothing_is_called(served):
    body = configured(searchDebuggerEnabled=True, planTimeUnit="HOUR", authentication={"s": "t"})
    # `createRequestBody`, where the search debugger is on.
    body["callbacks"] = [{"type": "STATES", "url": "http://localhost:1"}]
    told = await asked(served, "/request?async=false", body)
    assert told["status"] == {"status": "STOPPED"}
    [session] = (await served.client.get("/v1/plans")).json()["sessions"]
    whole = await served.client.get(f"/v1/plans/{session['id']}")
    assert "localhost" not in whole.text


BAD = [
    ("/solve", {"domain": "", "problem": ""}, "invalid-request", "#/domain"),
    ("/solve", {"domain": DOMAIN}, "invalid-request", "#/problem"),
    ("/solve", {**TASK, "is_url": True}, "invalid-request", "#/is_url"),
    ("/solve", {**TASK, "domain": "http://a/b"}, "invalid-request", "#/domain"),
    ("/request", {**CONFIGURED, "domain": DOMAIN}, "invalid-request", "#/domain"),
    (
        "/request",
        {**CONFIGURED, "problem": {"format": "PDDL", "content": ""}},
        "invalid-request",
        "#/problem/content",
    ),
    (
        "/request",
        {**CONFIGURED, "problem": {"format": "PDDL", "content": "https://a/b"}},
        "invalid-request",
        "#/problem/content",
    ),
    ("/request", configured(timeout=-1), "invalid-request", "#/configuration/timeout"),
    ("/request", configured(timeout="soon"), "invalid-request", "#/configuration/timeout"),
    ("/request?async=true", CONFIGURED, "request-refused", "#"),
]


async def test_bad_input_is_a_problem_that_names_its_place(served):
    for path, body, kind, pointer in BAD:
        document = problem(await served.client.post(path, json=body), 422, kind)
        assert document["errors"][0]["pointer"] == pointer, body
    assert await statuses(served) == []


async def test_options_that_make_no_sense_are_a_problem(served):
    for query in ("seconds=0", "attempts=many", "magic=1"):
        problem(await served.client.post(f"/solve?{query}", json=TASK), 422, "invalid-request")


@pytest.mark.parametrize(("path", "body"), [("/solve", TASK), ("/request", CONFIGURED)])
async def test_a_client_that_leaves_ends_its_session(held: Served, gated: Gated, path, body):
    with suppress(httpx.ReadTimeout):
        await held.client.post(path, json=body, timeout=0.5)
    async with asyncio.timeout(10):
        await gated.stopped.wait()
    [head] = (await held.service.store.page(limit=2)).heads
    ended = await held.service.store.wait_for_end(head.session_id, timeout_seconds=10)
    assert ended.status == "cancelled"


async def test_a_process_that_ends_says_so_and_leaves_no_session_behind(held, gated):
    asking = asyncio.create_task(held.client.post("/solve", json=TASK))
    await gated.reached.wait()
    held.service.closing.set()
    problem(await asking, 503, "closing")
    [head] = (await held.service.store.page(limit=2)).heads
    assert head.status == "cancelled"
    problem(await held.client.post("/solve", json=TASK), 503, "closing")
