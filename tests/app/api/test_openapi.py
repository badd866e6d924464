"""The OpenAPI document says what is so, and its examples work as they stand."""

import json
from collections.abc import Iterator

import pytest

from app.api import examples
from app.api.app import create_app
from tests.app.api.serving import serve
from tests.app.sessions.parts import Patient


@pytest.fixture(scope="module")
def document() -> dict:
    return create_app(lambda: None, version="1.2.3").openapi()


def operations(document: dict) -> Iterator[tuple[str, dict]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_every_route_of_the_design_is_there(document):
    assert {name for name, _ in operations(document)} == {
        "post /v1/plans",
        "get /v1/plans",
        "get /v1/plans/{session_id}",
        "post /v1/plans/{session_id}/cancel",
        "delete /v1/plans/{session_id}",
        "get /v1/plans/{session_id}/events",
        "get /v1/plans/{session_id}/plan",
        "post /v1/batches",
        "get /v1/batches",
        "get /v1/batches/{batch_id}",
        "get /v1/batches/{batch_id}/results",
        "post /v1/batches/{batch_id}/cancel",
        "delete /v1/batches/{batch_id}",
        "post /v1/validations",
        "post /v1/repairs",
        "get /v1/catalogue",
        "get /package",
        "get /package/{package}/{service_name}",
        "post /package/{package}/{service_name}",
        "post /package/modulo/solve",
        "post /package/modulo-planner/solve",
        "post /package/modulo-validator/validate",
        "get /check/{check_id}",
        "post /check/{check_id}",
        "post /solve",
        "post /request",
        "post /validate",
        "post /parse",
        "get /livez",
        "get /readyz",
        "get /metrics",
    }


def test_every_operation_says_what_it_is_for(document):
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name


def test_every_error_is_declared_as_a_problem_document(document):
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                schema = response["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (name, status)
                assert set(response["content"]) == {"application/problem+json"}


def test_operations_with_parameters_declare_that_they_may_be_wrong(document):
    for name, operation in operations(document):
        if "parameters" in operation or "requestBody" in operation:
            assert "422" in operation["responses"], name


def test_every_reference_leads_somewhere(document):
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= schemas
    assert "#/components/schemas/HTTPValidationError" not in schemas


def test_streams_declare_their_events(document):
    for name in ("post /v1/plans", "get /v1/plans/{session_id}/events"):
        content = dict(operations(document))[name]["responses"]["200"]["content"]
        data = content["text/event-stream"]["itemSchema"]["properties"]["data"]
        assert data["contentSchema"] == {"$ref": "#/components/schemas/Event"}
    event = document["components"]["schemas"]["Event"]
    assert len(event["oneOf"]) == 13


def test_the_document_is_json(document):
    assert json.loads(json.dumps(document))["info"]["version"] == "1.2.3"


def test_every_field_of_a_request_is_described(document):
    for name in (
        "PlanIn",
        "LineIn",
        "BudgetIn",
        "CriticsIn",
        "LadderIn",
        "ValidationIn",
        "RepairIn",
    ):
        schema = document["components"]["schemas"][name]
        assert schema["additionalProperties"] is False
        for field, said in schema["properties"].items():
            assert said.get("description"), (name, field)


async def test_the_examples_work_as_they_stand(tmp_path, document):
    class Knowing(Patient):
        def refuses(self, task):
            return None

    schemas = document["components"]["schemas"]
    async with serve(tmp_path, Knowing([examples.SOLUTION])) as served:
        for example in schemas["PlanIn"]["examples"]:
            session = (await served.client.post("/v1/plans", json=example)).json()
            assert session["plan"] == examples.SOLUTION
        lines = document["paths"]["/v1/batches"]["post"]["requestBody"]["content"]
        for kind, content in lines.items():
            response = await served.client.post(
                "/v1/batches", content=content["example"], headers={"Content-Type": kind}
            )
            assert response.json()["total"] == 2
        for example in schemas["ValidationIn"]["examples"]:
            results = (await served.client.post("/v1/validations", json=example)).json()["results"]
            assert [result["type"] for result in results] == ["valid", "invalid"]
        for example in schemas["RepairIn"]["examples"]:
            told = (await served.client.post("/v1/repairs", json=example)).json()
            assert told["outcome"] in {"solved", "refused"}, told
