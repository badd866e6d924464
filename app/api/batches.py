"""`/v1/batches`: many requests for plans as JSON lines, and what came of them as JSON lines."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from app.access.caller import Caller
from app.api import examples
from app.api.admission import alone, begin_all, session_of_batch
from app.api.batch_lines import check_lines, read_lines
from app.api.caller import CallerHere
from app.api.problems import TYPE, Problem, ProblemFound, closing, declared
from app.api.service import LimitsHere, Service, ServiceHere
from app.api.views import (
    BatchOut,
    BatchPageOut,
    ResultOut,
    batch_head_out,
    batch_out,
    session_out,
)
from app.sessions.batches import Batch
from app.sessions.errors import SessionUnfinished, UnknownBatch, UnknownSession
from app.sessions.history import tell
from app.sessions.store import Filter, IdempotencyKey

router = APIRouter(tags=["batches"])
JSON_LINES = "application/jsonl"
TYPES = (JSON_LINES, "application/x-ndjson")
FOR_ALL = (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)
AT_ONCE = 50
BODY = {
    "requestBody": {
        "required": True,
        "description": "A request on each line: your `id` for it, if you like, and all that "
        "`POST /v1/plans` takes (see LineIn). Blank lines are passed over.",
        "content": {
            kind: {
                "schema": {"type": "string"},
                "itemSchema": {"$ref": "#/components/schemas/LineIn"},
                "example": examples.BATCH,
            }
            for kind in TYPES
        },
    }
}

BatchId = Annotated[
    str, Path(min_length=1, max_length=64, description="The `id` that the batch was given.")
]


class JsonLines(StreamingResponse):
    """One JSON document on each line."""

    media_type = JSON_LINES


@router.post(
    "/v1/batches",
    summary="Ask for many plans",
    status_code=HTTPStatus.ACCEPTED,
    openapi_extra=BODY,
    responses=declared(
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.TOO_MANY_REQUESTS,
        *FOR_ALL,
    ),
)
async def ask_for_many(
    *,
    request: Request,
    response: Response,
    caller: CallerHere,
    service: ServiceHere,
    limits: LimitsHere,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            description="Any name of your own for this request: sent twice, it makes one batch.",
        ),
    ] = None,
) -> BatchOut:
    """Begin a session for each line, if every line can be served; else none.

    They wait in a queue of their own, and hold up no interactive session.
    """
    if service.closing.is_set():
        raise closing(limits.retry_seconds)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in TYPES:
        said = f"send the lines as {' or '.join(TYPES)}"
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, said)
    lines = await read_lines(await request.body(), limits)
    if lines.faults:
        await check_lines(service, limits, lines, caller)
    key = None
    if idempotency_key is not None:
        key = IdempotencyKey(
            key=idempotency_key, fingerprint=lines.fingerprint(), tenant=caller.tenant
        )
    async with alone(service, limits, key):
        if key is None or await service.store.find(key) is None:
            await check_lines(service, limits, lines, caller)
        batch_id = _name(key)
        requests = tuple(lines.requests(caller, batch_id))
        batch = await begin_all(service, requests, batch_id=batch_id, key=key)
    response.headers["Location"] = f"/v1/batches/{batch_id}"
    response.headers["Retry-After"] = str(limits.retry_seconds)
    return await _view(service, batch)


def _name(key: IdempotencyKey | None) -> str:
    """Name a batch: two that come under one key, to two processes at once, are one."""
    if key is None:
        return uuid4().hex
    return hashlib.sha256(f"{key.tenant}\0{key.key}".encode()).hexdigest()[:32]


@router.get("/v1/batches", summary="List batches", responses=declared(*FOR_ALL))
async def list_batches(
    service: ServiceHere,
    caller: CallerHere,
    limit: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 20,
    after: Annotated[
        str | None, Query(max_length=100, description="The `next` of an earlier page.")
    ] = None,
) -> BatchPageOut:
    """List batches, newest first. Each is forgotten with the last of its sessions."""
    page = await service.batches.page(tenant=caller.tenant, limit=limit, after=after)
    return BatchPageOut(batches=tuple(map(batch_head_out, page.batches)), next=page.next)


@router.get(
    "/v1/batches/{batch_id}",
    summary="Look at a batch",
    responses=declared(HTTPStatus.NOT_FOUND, *FOR_ALL),
)
async def look_at_batch(batch_id: BatchId, service: ServiceHere, caller: CallerHere) -> BatchOut:
    """Count the sessions of a batch by where they stand."""
    return await _view(service, await _owned(service, caller, batch_id))


@router.get(
    "/v1/batches/{batch_id}/results",
    summary="Get the results of a batch",
    response_class=JsonLines,
    responses=declared(HTTPStatus.NOT_FOUND, *FOR_ALL),
)
async def results(batch_id: BatchId, service: ServiceHere, caller: CallerHere) -> JsonLines:
    """Give a line for each session, in the order in which they were asked for.

    Those that go on are given as they stand, so the number of lines is always the same.
    """
    batch = await _owned(service, caller, batch_id)
    return JsonLines(_results(service, batch))


async def _results(service: Service, batch: Batch) -> AsyncGenerator[str, None]:
    # One after another, so that no more than one is in memory, however slowly they are read.
    for number in range(1, batch.total + 1):
        result = await _result(service, number, session_of_batch(batch.batch_id, number))
        yield await asyncio.to_thread(_line, result)


async def _result(service: Service, number: int, session_id: str) -> ResultOut:
    try:
        told = tell(session_id, await service.store.read(session_id))
    except UnknownSession:
        return ResultOut(number=number, id=session_id, session=None)
    return ResultOut(number=number, id=session_id, session=session_out(session_id, told))


def _line(result: ResultOut) -> str:
    return f"{result.model_dump_json()}\n"


@router.post(
    "/v1/batches/{batch_id}/cancel",
    summary="Cancel a batch",
    responses=declared(HTTPStatus.NOT_FOUND, *FOR_ALL),
)
async def cancel_batch(batch_id: BatchId, service: ServiceHere, caller: CallerHere) -> BatchOut:
    """End all sessions of a batch. Those that have ended stay as they are."""
    batch = await _owned(service, caller, batch_id)
    await _of_each(batch, service.runner.cancel)
    return await _view(service, batch)


@router.delete(
    "/v1/batches/{batch_id}",
    summary="Erase a batch",
    status_code=HTTPStatus.NO_CONTENT,
    responses=declared(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, *FOR_ALL),
)
async def erase_batch(batch_id: BatchId, service: ServiceHere, caller: CallerHere) -> None:
    """Forget a batch and all of its sessions, once they have ended."""
    batch = await _owned(service, caller, batch_id)
    if not (await _view(service, batch)).done:
        raise _unfinished()
    try:
        await _of_each(batch, service.store.erase)
    except SessionUnfinished:
        # Made while this was looking: the batch is just being accepted.
        raise _unfinished() from None


def _unfinished() -> ProblemFound:
    return ProblemFound(
        Problem(
            type=f"{TYPE}batch-unfinished",
            title="Sessions of the batch have not ended",
            status=HTTPStatus.CONFLICT,
        )
    )


async def _of_each(batch: Batch, act: Callable[[str], Awaitable[Any]]) -> None:
    """Do something with each session that is there, some at a time."""

    async def one(number: int) -> None:
        with suppress(UnknownSession):
            await act(session_of_batch(batch.batch_id, number))

    for start in range(1, batch.total + 1, AT_ONCE):
        await asyncio.gather(*map(one, range(start, min(start + AT_ONCE, batch.total + 1))))


async def _owned(service: Service, caller: Caller, batch_id: str) -> Batch:
    batch = await service.batches.batch(batch_id)
    if batch.tenant != caller.tenant:
        raise UnknownBatch(batch_id)
    return batch


async def _view(service: Service, batch: Batch) -> BatchOut:
    return batch_out(batch, await service.store.counts(Filter(batch=batch.batch_id)))
