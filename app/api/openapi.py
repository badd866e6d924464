"""The OpenAPI document: FastAPI's, with problems and events as they really are sent."""

from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter

from app.api.problems import MEDIA_TYPE
from app.sessions.wire import StoredEvent

SCHEMAS = "#/components/schemas/{model}"


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
    event = TypeAdapter(StoredEvent).json_schema(ref_template=SCHEMAS, mode="serialization")
    schemas.update(event.pop("$defs"))
    schemas["Event"] = {"title": "Event", "description": "The data of one event.", **event}
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                _correct(response.get("content", {}), error=int(status) >= 400)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document


def _correct(content: dict[str, Any], *, error: bool) -> None:
    if error:
        # FastAPI declares them under the media type of the route's good answers.
        for declared in list(content):
            content[MEDIA_TYPE] = content.pop(declared)
    elif "text/event-stream" in content:
        content["text/event-stream"] = {"schema": {"$ref": SCHEMAS.format(model="Event")}}
