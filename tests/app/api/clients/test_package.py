"""Planning-as-a-service as its clients use it.

Requests are written after the clients' sources: `PlannerPackagePreviewService.ts` (functions
`createRequestBody`, `processServerResponseBody`, `checkForResults`) and `PackagedPlanners.ts`
of jan-dolejsi/pddl-planning-service-client, `plannerConfigurations.ts` (`isServiceAccessible`)
and `PlannerArgumentsGenerator.ts` of jan-dolejsi/vscode-pddl, `plugin/plugin.js` (`runPAS`,
`getPlan`) and `server/api/app.py` of AI-Planning/planning-as-a-service.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.api import examples
from app.bank import Bank
from app.models import Model
from app.proposers.sound import SoundPlanners
from planners.engines.engine import GaveUp, OutOfTime, ProvenUnsolvable
from planners.plan import read_plan
from planners.pool import Limits
from planners.referee import Referee
from planners.workers import VerifierProcesses
from tests.app.api.serving import Served, serve
from tests.app.api.test_plans import problem
from tests.app.modulo.lamps import DOMAIN, GOOD, HALF, PROBLEM, PROSE, TWICE
from tests.app.sessions.parts import Patient
from tests.planners.engines.replaying import ReplayingEngine, found

TASK = {"domain": DOMAIN, "problem": PROBLEM}
EDITOR = {"adaptor": "planning_editor_adaptor"}
# What a problem document has and an answer to a poll must not: whose session it is, and how.
SECRETS = ("tenant", "default", "origin", "model", "trace", "budget", "label")


async def begin(served: Served, body: dict, path: str = "modulo/solve") -> str:
    """Ask a package, as `runPAS` does; gives the path to poll."""
    response = await served.client.post(f"/package/{path}", json=body)
    assert response.status_code == 200, response.text
    assert set(response.json()) == {"result"}
    return response.json()["result"]


async def poll(served: Served, path: str) -> dict:
    """Poll as `checkForResults` does, without credentials, until it is not pending."""
    async with asyncio.timeout(20):
        while True:
            response = await served.client.get(path)
            assert response.status_code == 200, response.text
            assert response.headers["content-type"] == "application/json"
            if response.json() != {"status": "PENDING"}:
                return response.json()
            await asyncio.sleep(0.02)


async def outcome(served: Served, body: dict, path: str = "modulo/solve") -> dict:
    return await poll(served, await begin(served, body, path))


@asynccontextmanager
async def with_planners(
    folder: Path, *engines: ReplayingEngine, model_is_asked: bool = False
) -> AsyncIterator[Served]:
    """A server with the real bank: a model that never has a plan, and these planners."""
    patient = Patient([PROSE], seconds=0.1)
    model = Model(
        chat=None,
        proposer=patient,
        temperatures=(0.0,),
        variants=("",),
        general=False,
        summary="refuses blocks",
    )
    async with VerifierProcesses() as verifier:
        bank = Bank(
            {"patient": model},
            verifier=verifier,
            referee=Referee(),
            planners=SoundPlanners(Limits(processes=2, seconds=20.0), engines=engines),
        )
        async with serve(folder, patient, bank=bank) as served:
            yield served
    assert bool(patient.asked) is model_is_asked


async def test_packages_are_listed_by_name_with_what_their_services_take(served):
    packages = (await served.client.get("/package")).json()
    assert list(packages) == ["modulo", "modulo-planner", "modulo-validator"]
    for name, package in packages.items():
        assert package["package_name"] == name
        assert package["runnable"] is True
        assert package["name"]
        assert package["description"]
        for service in package["endpoint"]["services"].values():
            assert set(service) == {"args", "return"}
            assert service["return"] == {"type": "generic", "files": "*plan*"}
            assert [arg["name"] for arg in service["args"]][:2] == ["domain", "problem"]
            for arg in service["args"]:
                assert arg["description"]
                assert arg["type"] in {"file", "int", "string", "categorical"}


async def test_arguments_have_a_type_a_default_and_choices(served):
    packages = (await served.client.get("/package")).json()
    args = {arg["name"]: arg for arg in packages["modulo"]["endpoint"]["services"]["solve"]["args"]}
    assert args["domain"] == {
        "name": "domain",
        "type": "file",
        "description": "The domain, in PDDL.",
    }
    assert (args["attempts"]["type"], args["attempts"]["default"]) == ("int", 16)
    assert (args["preference"]["type"], args["preference"]["default"]) == ("string", "")
    assert args["model"]["default"] == "patient"
    assert args["model"]["choices"] == [
        {"value": "patient", "display_value": "patient: answers in turn"}
    ]
    planner = packages["modulo-planner"]["endpoint"]["services"]["solve"]["args"]
    engine = next(arg for arg in planner if arg["name"] == "engine")
    # The lamplighter of the catalogue is not installed.
    assert [choice["value"] for choice in engine["choices"]] == ["any", "torch"]


async def test_a_package_can_be_looked_at_by_itself(served):
    whole = (await served.client.get("/package")).json()
    assert (await served.client.get("/package/modulo/solve")).json() == whole["modulo"]
    problem(await served.client.get("/package/lama-first/solve"), 404, "unknown-package")


async def test_a_task_is_solved_by_polling_as_the_extension_does(served):
    path = await begin(served, TASK)
    assert re.fullmatch(r"/check/[0-9a-f]{32}", path)
    told = await poll(served, path)
    assert set(told) == {"status", "result"}
    result = told["result"]
    assert told["status"] == "ok"
    assert result["output"] == {"sas_plan": "; cost = 2\n" + GOOD}
    assert read_plan(result["output"]["sas_plan"]).steps == read_plan(GOOD).steps
    assert result["stdout"].startswith("A plan was found and verified: 2 steps, cost 2, by patient")
    assert (result["stderr"], result["output_type"]) == ("", "generic")
    assert "error" not in result


async def test_while_a_session_goes_on_a_poll_says_pending_and_nothing_else(held, gated):
    path = await begin(held, TASK)
    await gated.reached.wait()
    assert (await held.client.get(path)).json() == {"status": "PENDING"}
    assert (await held.client.post(path, json=EDITOR)).json() == {"status": "PENDING"}
    gated.gate.set()
    assert (await poll(held, path))["status"] == "ok"


async def test_the_editor_gets_each_step_with_its_ground_action(served):
    path = await begin(served, {**TASK, "plan": "", "persistent": False})
    await poll(served, path)
    told = (await served.client.post(path, json=EDITOR)).json()
    assert told["status"] == "ok"
    [plan] = told["plans"]
    assert plan["status"] == "ok"
    result = plan["result"]
    assert (result["parse_status"], result["type"], result["length"]) == ("ok", "full", 2)
    assert (result["planPath"], result["logPath"]) == ("", "")
    assert [step["name"] for step in result["plan"]] == ["(switch-on a)", "(switch-on b)"]
    action = " ".join(result["plan"][0]["action"].split())
    assert action == (
        "(:action switch-on :parameters (a) :precondition (and (not (lit a)) (not (broken a))) "
        ":effect (lit a))"
    )


async def test_without_an_adaptor_a_post_tells_what_a_get_does(served):
    path = await begin(served, TASK)
    told = await poll(served, path)
    assert (await served.client.post(path)).json() == told
    assert (await served.client.post(path, json={})).json() == told
    document = problem(
        await served.client.post(path, json={"adaptor": "magic"}), 422, "request-refused"
    )
    assert document["errors"][0]["pointer"] == "#/adaptor"


async def test_the_sessions_are_ordinary_ones_listed_read_and_cancelled(held, gated):
    path = await begin(held, {**TASK, "attempts": "3", "seconds": "30"})
    await gated.reached.wait()
    session_id = path.removeprefix("/check/")
    [listed] = (await held.client.get("/v1/plans")).json()["sessions"]
    assert listed["id"] == session_id
    session = (await held.client.get(f"/v1/plans/{session_id}")).json()
    assert session["budget"] == {"attempts": 3, "tokens": None, "seconds": 30.0}
    await held.client.post(f"/v1/plans/{session_id}/cancel")
    told = await poll(held, path)
    assert told["status"] == "error"
    assert told["result"]["error"] == "The session was cancelled."


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        ({"attempts": 2}, "Out of budget: no plan was found within 2 attempts."),
        ({"seconds": 1}, "Out of time: no plan was found within 1 s."),
    ],
    ids=["attempts", "seconds"],
)
async def test_a_spent_budget_is_told_apart_and_says_what_came_nearest(tmp_path, change, limit):
    slow = 0.0 if "attempts" in change else 0.6
    async with serve(tmp_path, Patient([HALF, TWICE, HALF], seconds=slow)) as served:
        told = await outcome(served, {**TASK, **change})
    assert told["status"] == "error"
    assert told["result"]["output"] == {}
    error = told["result"]["error"]
    assert error.startswith(f"{limit} That does not mean that there is none.")
    assert "The nearest plan, of attempt 1: All its steps can be executed" in error
    assert "(lit b)" in error


async def test_the_editor_is_told_why_there_is_no_plan(tmp_path):
    async with serve(tmp_path, Patient([PROSE])) as served:
        path = await begin(served, {**TASK, "attempts": 1})
        await poll(served, path)
        told = (await served.client.post(path, json=EDITOR)).json()
    assert told["status"] == "error"
    assert told["result"]["parse_status"] == "err"
    assert told["result"]["plan"] == []
    assert told["result"]["error"].startswith("Out of budget")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"domain": "(define (domain d)"}, "domain, line 1"),
        ({"problem": PROBLEM.replace("(lit a)", "(lot a)")}, "lot"),
        # The proposer of these tests refuses blocks.
        ({"domain": examples.DOMAIN, "problem": examples.PROBLEM}, "it knows lamps alone"),
    ],
    ids=["syntax", "semantics", "refused"],
)
async def test_a_task_that_cannot_be_used_fails_in_words_where_the_client_polls(
    served, change, words
):
    told = await outcome(served, {**TASK, **change})
    assert told["status"] == "error"
    assert told["result"]["error"].startswith("The session failed: ")
    assert words in told["result"]["error"]
    [session] = (await served.client.get("/v1/plans")).json()["sessions"]
    assert session["status"] == "failed"


BAD = [
    ("/package/modulo/solve", {"domain": "", "problem": ""}, 422, "invalid-request", "/domain"),
    ("/package/modulo/solve", {"domain": DOMAIN}, 422, "invalid-request", "/problem"),
    ("/package/modulo/solve", {**TASK, "magic": 1}, 422, "invalid-request", "/magic"),
    ("/package/modulo/solve", {**TASK, "attempts": 0}, 422, "invalid-request", "/attempts"),
    ("/package/modulo/solve", {**TASK, "attempts": "x"}, 422, "invalid-request", "/attempts"),
    ("/package/modulo/solve", {**TASK, "model": "gpt"}, 422, "request-refused", "/model"),
    ("/package/modulo/solve", {**TASK, "strategy": "x"}, 422, "request-refused", "/strategy"),
    ("/package/modulo/solve", {**TASK, "watch": "x"}, 422, "request-refused", "/watch"),
    (
        "/package/modulo-planner/solve",
        {**TASK, "engine": "x"},
        422,
        "request-refused",
        "/engine",
    ),
    ("/package/modulo-planner/solve", {**TASK, "goal": "x"}, 422, "request-refused", "/goal"),
    ("/package/modulo-validator/validate", TASK, 422, "invalid-request", "/plan"),
    ("/package/modulo/solve", [TASK], 422, "invalid-request", ""),
    ("/package/lama/solve", TASK, 404, "unknown-package", None),
    ("/package/modulo/validate", TASK, 404, "unknown-package", None),
    (
        "/package/modulo/solve",
        {"domain": "https://example.org/d.pddl", "problem": PROBLEM},
        422,
        "invalid-request",
        "/domain",
    ),
    (
        "/package/modulo/solve",
        {"domain": DOMAIN, "problem": " file:///etc/passwd"},
        422,
        "invalid-request",
        "/problem",
    ),
]


async def test_bad_input_is_a_problem_that_names_its_place(served):
    for path, body, status, kind, pointer in BAD:
        document = problem(await served.client.post(path, json=body), status, kind)
        if pointer is not None:
            assert document["errors"][0]["pointer"] == f"#{pointer}", body
    assert (await served.client.get("/v1/plans")).json()["sessions"] == []


async def test_a_url_in_the_place_of_a_text_is_told_that_nothing_is_fetched(served):
    body = {"domain": "http://127.0.0.1:1/d.pddl", "problem": PROBLEM}
    document = (await served.client.post("/package/modulo/solve", json=body)).json()
    assert "not fetched" in document["detail"]


@pytest.mark.parametrize("path", ["/package", "/package/modulo/solve", "/solve", "/request"])
async def test_the_extensions_probe_finds_that_the_service_answers(served, path):
    # `isServiceAccessible`: an empty task without a content type; any status from 400 on will do.
    response = await served.client.post(path, content=b'{"domain":"","problem":""}')
    assert 400 <= response.status_code < 500


async def test_a_body_that_is_too_large_is_refused(served):
    body = {"domain": DOMAIN, "problem": "x" * 300_000}
    response = await served.client.post("/package/modulo/solve", json=body)
    assert response.status_code == 413


async def test_an_id_opens_the_sessions_of_packages_and_no_others(served):
    response = await served.client.post("/v1/plans", json=TASK)
    problem(await served.client.get(f"/check/{response.json()['id']}"), 404, "unknown-session")
    problem(await served.client.get(f"/check/{'0' * 32}"), 404, "unknown-session")
    problem(await served.client.post(f"/check/{'0' * 32}", json=EDITOR), 404, "unknown-session")


async def test_an_id_tells_nothing_of_whose_session_it_is(served):
    path = await begin(served, TASK)
    await poll(served, path)
    for response in (await served.client.get(path), await served.client.post(path, json=EDITOR)):
        assert not [word for word in SECRETS if word in response.text]


async def test_planners_are_asked_alone_and_their_plans_are_verified(tmp_path):
    async with with_planners(tmp_path, ReplayingEngine([found(GOOD)])) as served:
        told = await outcome(served, TASK, "modulo-planner/solve")
    assert told["status"] == "ok"
    assert told["result"]["output"] == {"sas_plan": "; cost = 2\n" + GOOD}
    assert "by replaying 1.0" in told["result"]["stdout"]
    assert told["result"]["call"] == "modulo-planner"


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (ProvenUnsolvable(), "No plan exists: replaying 1.0 has proven"),
        (OutOfTime(2.0), "(replaying 1.0: out of time: no plan within 20 s)."),
        (GaveUp("bored"), "(replaying 1.0: gave up: bored)."),
        (found(TWICE), "No plan was found, and nothing is left to try."),
    ],
    ids=["unsolvable", "out of time", "gave up", "wrong plan"],
)
async def test_that_no_plan_exists_is_told_apart_from_finding_none(tmp_path, result, words):
    async with with_planners(tmp_path, ReplayingEngine([result])) as served:
        told = await outcome(served, TASK, "modulo-planner/solve")
    assert told["status"] == "error"
    assert words in told["result"]["error"]
    sure = "That does not mean that there is none." not in told["result"]["error"]
    assert sure is isinstance(result, ProvenUnsolvable)


async def test_the_engine_that_is_named_is_asked_and_no_other(tmp_path):
    first, second = ReplayingEngine(name="one"), ReplayingEngine([found(GOOD)], name="two")
    async with with_planners(tmp_path, first, second) as served:
        body = {**TASK, "engine": "two", "goal": "optimal", "seconds": "5"}
        told = await outcome(served, body, "modulo-planner/solve")
    assert told["status"] == "ok"
    assert not first.orders
    assert [order.purpose.value for order in second.orders] == ["optimal"]


async def test_beside_the_model_a_planner_may_look_for_a_proof_that_there_is_no_plan(tmp_path):
    engine = ReplayingEngine([ProvenUnsolvable()])
    async with with_planners(tmp_path, engine, model_is_asked=True) as served:
        told = await outcome(served, {**TASK, "watch": "unsolvability", "attempts": 1000})
    assert told["result"]["error"].startswith("No plan exists: replaying 1.0 has proven")


async def test_a_valid_plan_is_said_to_be_valid(served, proposer):
    told = await outcome(served, {**TASK, "plan": GOOD}, "modulo-validator/validate")
    assert told["status"] == "ok"
    assert told["result"]["output"] == {"sas_plan": "; cost = 2\n" + GOOD}
    assert told["result"]["stdout"].startswith("The plan is valid")
    assert not proposer.asked


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (TWICE, "Step 2, (switch-on a), cannot be executed."),
        (HALF, "(lit b)"),
        ("", "(lit a)"),
        ("(switch-on a)\nand so on\n", "line 2 is not a step"),
    ],
    ids=["step", "goal", "empty", "unreadable"],
)
async def test_of_a_plan_that_is_not_the_first_flaw_is_said(served, proposer, plan, words):
    told = await outcome(served, {**TASK, "plan": plan}, "modulo-validator/validate")
    assert told["status"] == "error"
    assert told["result"]["error"].startswith("The plan does not solve the task.")
    assert words in told["result"]["error"]
    assert not proposer.asked


async def test_judging_a_plan_for_a_task_that_cannot_be_read_says_why(served):
    body = {**TASK, "domain": "(define", "plan": GOOD}
    told = await outcome(served, body, "modulo-validator/validate")
    assert told["status"] == "error"
    assert "domain, line 1" in told["result"]["error"]


async def test_a_process_that_ends_takes_nothing_new(served):
    served.service.closing.set()
    for path in ("modulo/solve", "modulo-planner/solve"):
        problem(await served.client.post(f"/package/{path}", json=TASK), 503, "closing")
    body = {**TASK, "plan": GOOD}
    response = await served.client.post("/package/modulo-validator/validate", json=body)
    problem(response, 503, "closing")
