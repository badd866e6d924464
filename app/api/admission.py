"""How a request becomes a session, and whose session it is."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from uuid import uuid4

from app.access.caller import Caller
from app.api.problems import TYPE, Problem, ProblemFound, closing
from app.api.service import Limits, Service
from app.sessions.errors import UnknownSession
from app.sessions.request import Composer, PlanRequest
from app.sessions.store import Head, IdempotencyKey
from app.sessions.wire_request import SessionCreatedWire
from planners.pddl import read_task


async def begin(
    service: Service, limits: Limits, request: PlanRequest, *, key: IdempotencyKey | None = None
) -> Head:
    """Make a session of a request and have it run, or give the one of the same key.

    Raises:
        ProblemFound: the service is about to end, or the key is in use just now.
        KeyReused: the key belongs to another request.
        RequestRefused: what is asked for is not on offer.
        TaskError: the task cannot be read.
    """
    if service.closing.is_set():
        raise closing(limits.retry_seconds)
    async with _alone(service, limits, key):
        if key is not None and (known := await service.store.find(key)) is not None:
            return known
        await asyncio.to_thread(_check, service.composer, request)
        session_id = uuid4().hex
        head = await service.store.create(session_id, SessionCreatedWire.of(request), key=key)
        if head.session_id == session_id:
            await service.runner.submit(head)
        return head


async def owned(service: Service, caller: Caller, session_id: str) -> Head:
    """Say where a session of the caller's stands.

    Raises:
        UnknownSession: there is none, it was erased, or it is another tenant's.
    """
    head = await service.store.head(session_id)
    if head.origin.tenant != caller.tenant:
        raise UnknownSession(session_id)
    return head


@asynccontextmanager
async def _alone(
    service: Service, limits: Limits, key: IdempotencyKey | None
) -> AsyncGenerator[None, None]:
    """Keep other requests of the same key out until this one has a session."""
    if key is None:
        yield
        return
    name = (key.tenant, key.key)
    if name in service.arriving:
        raise ProblemFound(
            Problem(
                type=f"{TYPE}key-in-use",
                title="A request with this idempotency key is just being accepted",
                status=HTTPStatus.CONFLICT,
            ),
            limits.retry_seconds,
        )
    service.arriving.add(name)
    try:
        yield
    finally:
        service.arriving.discard(name)


def _check(composer: Composer, request: PlanRequest) -> None:
    read_task(request.task)
    composer.check(request)
