"""The OpenAPI document: FastAPI's, with problems and events as they really are sent."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter

from app.api.door import BEHIND, STATUSES
from app.api.models import LineIn
from app.api.problems import MEDIA_TYPE
from app.api.views import ResultOut
from app.sessions.wire import StoredEvent

SCHEMAS = "#/components/schemas/{model}"
# As OpenAPI 3.2 has it, and FastAPI in 3.1 already.
EVENT_ITEM = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "Number of the event in the log."},
        "event": {"type": "string", "description": "Type of the event."},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": SCHEMAS.format(model="Event")},
        },
        "retry": {"type": "integer", "minimum": 0},
    },
    "required": ["id", "event", "data"],
}


def install(app: FastAPI) -> None:
    """Have an application give the document below."""
    plain = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = completed(plain())
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's own way to extend it


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """Declare problem documents under their media type, and the events of a stream."""
    schemas = document["components"]["schemas"]
    # What streams and lines are made of: FastAPI does not see it.
    event = TypeAdapter(StoredEvent).json_schema(ref_template=SCHEMAS, mode="serialization")
    told = {"title": "Event", "description": "The data of one event."}
    line = LineIn.model_json_schema(ref_template=SCHEMAS)
    result = ResultOut.model_json_schema(ref_template=SCHEMAS, mode="serialization")
    for name, form in (("Event", {**told, **event}), ("LineIn", line), ("ResultOut", result)):
        schemas.update(form.pop("$defs"))
        schemas[name] = form
    for name, path in document["paths"].items():
        for operation in path.values():
            _declare_the_door(operation, behind=name.startswith(BEHIND))
            for status, response in operation["responses"].items():
                _correct(response.get("content", {}), error=int(status) >= 400)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document


def _declare_the_door(operation: dict[str, Any], *, behind: bool) -> None:
    """Declare what is answered before a route is reached, or on behalf of the one who asks."""
    statuses = list(STATUSES)
    if "security" in operation:
        # Without one where the service is open.
        operation["security"].append({})
    if "security" in operation or behind:
        statuses += [HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE]
    for status in statuses:
        operation["responses"].setdefault(
            str(status.value),
            {
                "description": status.phrase,
                "content": {MEDIA_TYPE: {"schema": {"$ref": SCHEMAS.format(model="Problem")}}},
            },
        )


def _correct(content: dict[str, Any], *, error: bool) -> None:
    if error:
        # FastAPI declares them under the media type of the route's good answers.
        for declared in list(content):
            content[MEDIA_TYPE] = content.pop(declared)
    elif "application/jsonl" in content:
        content["application/jsonl"] = {"itemSchema": {"$ref": SCHEMAS.format(model="ResultOut")}}
    elif "text/event-stream" in content:
        content["text/event-stream"] = {"itemSchema": EVENT_ITEM}
