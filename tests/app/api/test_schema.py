"""Every answer is as the OpenAPI document declares it, whatever is asked; nothing breaks.

Requests are made up from the document itself: its examples, values at its bounds, values
that it rules out, and others at random.
"""

import asyncio
import json
import threading
from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.api import examples
from app.api.app import create_app
from app.api.service import Limits
from tests.app.api.serving import serve
from tests.app.sessions.parts import Patient

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@schemathesis.serializer("application/jsonl", "application/x-ndjson")
def as_lines(_: schemathesis.SerializationContext, value: object) -> bytes:
    """Send a body of lines as it is."""
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


class Knowing(Patient):
    def refuses(self, task):
        return None


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Iterator[httpx.Client]:
    """A client of a server on a thread of its own, with short waits."""
    folder = tmp_path_factory.mktemp("schema")
    told: list[str] = []
    up, done = threading.Event(), threading.Event()

    async def run() -> None:
        limits = Limits(wait_seconds=0.3, most_wait_seconds=0.3, keep_alive_seconds=0.1)
        async with serve(folder, Knowing([examples.FLAWED, examples.SOLUTION]), limits) as served:
            told.append(str(served.client.base_url))
            up.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert up.wait(30)
    with httpx.Client(base_url=told[0], timeout=20) as client:
        yield client
    done.set()
    thread.join()


DOCUMENT = create_app(lambda: None, version="0.0.0").openapi()
# At the bounds of every field there are too many for a run on every occasion.
without_bounds = schemathesis.openapi.from_dict(
    DOCUMENT,
    config=SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": False}}}),
)
schema = schemathesis.openapi.from_dict(DOCUMENT)
SHORT = settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
LONG = settings(SHORT, max_examples=60, derandomize=False)


MADE = {
    "session_id": ("/v1/plans", json.dumps(examples.PLAN), "application/json"),
    "batch_id": ("/v1/batches", examples.BATCH, "application/jsonl"),
}


def at_something_there(case: schemathesis.Case, client: httpx.Client) -> schemathesis.Case:
    """Put the id of a session or batch that is there in the place of some that are not."""
    for name, (path, body, kind) in MADE.items():
        made_up = case.path_parameters.get(name)
        if isinstance(made_up, str) and len(made_up) % 2:
            # Without a key one of its own, to be erased.
            key = {} if case.method == "DELETE" else {"Idempotency-Key": name}
            headers = {"Content-Type": kind, "Prefer": "respond-async", **key}
            case.path_parameters[name] = client.post(path, content=body, headers=headers).json()[
                "id"
            ]
    return case


@without_bounds.parametrize()
@SHORT
def test_answers_are_as_declared(case, client):
    at_something_there(case, client).call_and_validate(base_url=str(client.base_url), checks=CHECKS)


@pytest.mark.sweep
@schema.parametrize()
@LONG
def test_answers_are_as_declared_over_many_requests(case, client):
    at_something_there(case, client).call_and_validate(base_url=str(client.base_url), checks=CHECKS)


@pytest.mark.parametrize(
    ("falsify", "complaint"),
    [
        (lambda answers: answers.pop("404"), "Undocumented status code"),
        (lambda answers: answers.update({"404": answers["200"]}), "Undocumented Content-Type"),
        (
            lambda answers: answers["404"]["content"].update(
                {"application/problem+json": {"schema": {"required": ["colour"]}}}
            ),
            "Response violates schema",
        ),
    ],
    ids=["status", "media type", "schema"],
)
def test_an_answer_that_is_not_declared_is_found(client, falsify, complaint):
    document = create_app(lambda: None, version="0.0.0").openapi()
    falsify(document["paths"]["/v1/plans/{session_id}"]["get"]["responses"])
    operation = schemathesis.openapi.from_dict(document)["/v1/plans/{session_id}"]["GET"]
    case = operation.Case(path_parameters={"session_id": "none"}, query={}, headers={})
    with pytest.raises(FailureGroup) as found:
        case.call_and_validate(base_url=str(client.base_url), checks=CHECKS)
    assert complaint in str(found.value.exceptions)
