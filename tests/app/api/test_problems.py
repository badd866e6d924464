"""Every error is a problem document that says what is wrong and where."""

import asyncio

import pytest

from tests.app.api.serving import LIMITS, serve
from tests.app.api.test_plans import ASKED, problem
from tests.app.modulo.lamps import DOMAIN, GOOD, PROBLEM
from tests.app.sessions.parts import Patient


async def test_a_task_with_a_mistake_is_refused_with_its_place(served):
    torn = PROBLEM.replace("(:goal (and (lit a)", "(:goal (und (lit a)")
    response = await served.client.post("/v1/plans", json={**ASKED, "problem": torn})
    assert response.status_code == 422
    document = response.json()
    assert document["type"].startswith("urn:modulo:problem:task-")
    assert document["source"] == "problem"
    line = torn.splitlines()[document["line"] - 1]
    assert line[document["column"] - 1 :].lstrip("(").startswith("und")
    assert document["errors"][0]["pointer"] == "#/problem"


@pytest.mark.parametrize(
    ("domain", "kind", "source"),
    [
        ("", "invalid-request", None),
        ("(define (domain lamps)", "task-syntax", "domain"),
        ("not PDDL at all", "task-syntax", "domain"),
        ("(" * 100_000, None, "domain"),
        (DOMAIN.replace("(:action", "(:process"), "unsupported-task", "domain"),
        (DOMAIN.replace("(lit ?l) (broken ?l))", "(lit ?l))"), "task-semantics", "domain"),
    ],
    ids=["empty", "open", "prose", "deep", "unsupported", "undeclared"],
)
async def test_a_task_that_cannot_be_used_makes_no_session(served, domain, kind, source):
    response = await served.client.post("/v1/plans", json={**ASKED, "domain": domain})
    assert response.status_code == 422
    document = response.json()
    if kind is not None:
        problem(response, 422, kind)
    assert document.get("source") == source
    assert "Traceback" not in response.text
    assert (await served.client.get("/v1/plans")).json()["sessions"] == []


async def test_a_task_that_the_proposer_does_not_know_is_refused_before_a_session_is_made(served):
    domain = DOMAIN.replace("lamps", "blocks")
    asked = {**ASKED, "domain": domain, "problem": PROBLEM.replace("lamps", "blocks")}
    document = problem(await served.client.post("/v1/plans", json=asked), 422, "request-refused")
    assert document["detail"] == "it knows lamps alone"


async def test_a_name_that_is_not_on_offer_is_refused_with_those_that_are(served):
    response = await served.client.post("/v1/plans", json={**ASKED, "strategy": "wish"})
    document = problem(response, 422, "request-refused")
    assert "on offer: resample" in document["detail"]
    assert document["errors"] == [{"detail": document["detail"], "pointer": "#/strategy"}]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"domain": 5}, "#/domain"),
        ({"problem": None}, "#/problem"),
        ({"budget": {"attempts": 0}}, "#/budget/attempts"),
        ({"budget": {"attempts": 10**400}}, "#/budget/attempts"),
        ({"budget": {"seconds": "NaN"}}, "#/budget/seconds"),
        ({"budget": {"time": 5}}, "#/budget/time"),
        ({"critics": {"cost_bound": -1}}, "#/critics/cost_bound"),
        ({"critics": {"preference": ""}}, "#/critics/preference"),
        ({"mode": "wild"}, "#/mode"),
        ({"feedback": "shouting"}, "#/feedback"),
        ({"seed": -1}, "#/seed"),
        ({"model_url": "http://localhost"}, "#/model_url"),
        ({"a/b~c": 1}, "#/a~1b~0c"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_field_that_is_wrong_is_pointed_to(served, change, pointer):
    response = await served.client.post("/v1/plans", json={**ASKED, **change})
    document = problem(response, 422, "invalid-request")
    assert [fault["pointer"] for fault in document["errors"]] == [pointer]


async def test_values_that_were_sent_are_not_sent_back(served):
    response = await served.client.post("/v1/plans", json={**ASKED, "seed": "my secret"})
    assert "my secret" not in response.text


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1, 2", b'{"domain": "\xff"}', b"nul", b"\x00\x01", b"[" * 100_000],
    ids=["empty", "open", "list", "no utf-8", "word", "binary", "deep"],
)
async def test_a_body_that_is_no_json_is_a_problem(served, body):
    response = await served.client.post(
        "/v1/plans", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code in {400, 422}
    assert response.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in response.text


async def test_a_body_of_another_type_is_refused(served):
    response = await served.client.post(
        "/v1/plans", content=b"domain=x", headers={"Content-Type": "text/plain"}
    )
    assert response.status_code == 415
    assert response.json()["title"] == "Unsupported Media Type"


async def test_half_a_surrogate_pair_is_refused_in_words(served):
    body = b'{"domain": "\\ud800", "problem": "x"}'
    response = await served.client.post(
        "/v1/plans", content=body, headers={"Content-Type": "application/json"}
    )
    document = problem(response, 422, "invalid-request")
    assert document["errors"][0]["pointer"] == "#/domain"


@pytest.mark.parametrize("told", [True, False], ids=["length told", "length not told"])
async def test_a_body_that_is_too_large_is_refused(served, told):
    body = b'{"domain": "' + b"x" * LIMITS.body_bytes + b'"}'

    async def chunks():
        for start in range(0, len(body), 10_000):
            yield body[start : start + 10_000]

    response = await served.client.post(
        "/v1/plans",
        content=body if told else chunks(),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert str(LIMITS.body_bytes) in response.json()["detail"]


async def test_a_path_that_is_none_is_a_problem(served):
    response = await served.client.get("/v2/plans")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {"type": "about:blank", "title": "Not Found", "status": 404}


async def test_a_method_that_is_not_allowed_is_a_problem_that_names_those_that_are(served):
    response = await served.client.put("/v1/validations", json={})
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert response.json()["title"] == "Method Not Allowed"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("limit=0", "limit"), ("limit=x", "limit"), ("status=done", "status")],
)
async def test_a_parameter_that_is_wrong_is_named(served, query, parameter):
    response = await served.client.get(f"/v1/plans?{query}")
    document = problem(response, 422, "invalid-request")
    assert document["errors"][0]["parameter"] == parameter


async def test_a_store_that_is_away_is_a_problem_that_says_when_to_come_back(tmp_path, caplog):
    async with serve(tmp_path, Patient([GOOD])) as served:
        await served.service.store.__aexit__(None, None, None)
        response = await served.client.get("/v1/plans")
        problem(response, 503, "store-unavailable")
        assert response.headers["retry-after"] == "1"
        assert "closed" not in response.text


async def test_a_defect_of_ours_tells_the_client_nothing(tmp_path, caplog):
    class Defect(Patient):
        def refuses(self, task):
            raise KeyError("secret of the house")

    async with serve(tmp_path, Defect([GOOD])) as served:
        response = await served.client.post("/v1/plans", json=ASKED)
        document = problem(response, 500, "internal")
    assert "secret" not in str(document)
    assert "secret of the house" in caplog.text


async def test_a_service_that_is_closing_takes_nothing_new_and_waits_for_nothing(held, gated):
    waiting = asyncio.create_task(held.client.post("/v1/plans", json=ASKED))
    await gated.reached.wait()
    held.service.closing.set()
    assert (await waiting).status_code == 202
    response = await held.client.post("/v1/plans", json=ASKED)
    problem(response, 503, "closing")
    assert response.headers["retry-after"] == "1"
    problem(await held.client.get("/readyz"), 503, "not-ready")
