"""How a request becomes a session, and whose session it is."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from uuid import uuid4

from app.access.caller import Caller, Quota
from app.api.problems import TYPE, Problem, ProblemFound, closing
from app.api.service import Limits, Service
from app.sessions.batches import Batch
from app.sessions.errors import BrokenLog, RequestRefused, TooManyAtOnce, UnknownSession
from app.sessions.history import Told, tell
from app.sessions.request import PlanRequest
from app.sessions.store import Head, IdempotencyKey
from app.sessions.wire_request import SessionCreatedWire
from app.webhooks.addresses import AddressRefused
from planners.pddl import read_task

# So many sessions of a batch are made side by side.
MADE_AT_ONCE = 50

# A task so short is looked at in about a millisecond. A thread that did it would hold the
# interpreter meanwhile all the same, and whatever else the loop does would wait at every turn.
SHORT_CHARACTERS = 4096


async def begin(
    service: Service, limits: Limits, request: PlanRequest, *, key: IdempotencyKey | None = None
) -> Head:
    """Make a session of a request and have it run, or give the one of the same key.

    Raises:
        ProblemFound: the service is about to end, or the key is in use just now.
        KeyReused: the key belongs to another request.
        RequestRefused: what is asked for is not on offer.
        TaskError: the task cannot be read.
        BudgetOverQuota: the API key allows no such budget.
        OverQuota: as much was asked for with the API key as it may.
        TooManyAtOnce: likewise, of unfinished sessions.
    """
    if service.closing.is_set():
        raise closing(limits.retry_seconds)
    async with alone(service, limits, key):
        if key is not None and (known := await service.store.find(key)) is not None:
            return known
        quota = await service.entrance.quota(request.origin.key)
        task = request.task
        if len(task.domain) + len(task.problem) <= SHORT_CHARACTERS:
            check(service, limits, request, quota)
        else:
            await asyncio.to_thread(check, service, limits, request, quota)
        session_id = uuid4().hex
        async with service.entrance.beginning(request.origin.key):
            head = await service.store.create(
                session_id,
                SessionCreatedWire.of(request),
                key=key,
                most_at_once=quota.sessions,
            )
        if head.session_id == session_id:
            await service.runner.submit(head)
        return head


async def begin_all(
    service: Service,
    requests: Sequence[PlanRequest],
    *,
    batch_id: str,
    key: IdempotencyKey | None = None,
) -> Batch:
    """Make the sessions of a batch and have them run. Check the requests before.

    A process that is lost meanwhile leaves a batch of which the first sessions are there, and
    run. The same batch, sent again under its key, makes the others.

    Args:
        service: The parts behind the routes.
        requests: One for each session, in order; at least one.
        batch_id: The name of the batch, the same for the same key.
        key: The client's name for the whole request.

    Raises:
        KeyReused: the key belongs to another request.
        OverQuota: as much was asked for with the API key as it may.
        TooMuchAtOnce: there are more than the API key may begin in a minute.
        TooManyAtOnce: there are more than it may have at once, with those it has.
    """
    last = _key_of_line(key, len(requests))
    made = last is not None and await service.store.find(last) is not None
    most_at_once = None if made else await _allowed(service, requests)
    tenant = requests[0].origin.tenant
    batch = await service.batches.begin(batch_id, tenant=tenant, total=len(requests))
    if made:
        return batch

    async def make(number: int, request: PlanRequest) -> Head:
        return await service.store.create(
            session_of_batch(batch_id, number),
            SessionCreatedWire.of(request),
            key=_key_of_line(key, number),
            most_at_once=most_at_once,
        )

    numbered = list(enumerate(requests, 1))
    # One stretch after another: where it is cut off, those behind it were never made.
    for start in range(0, len(numbered), MADE_AT_ONCE):
        some = numbered[start : start + MADE_AT_ONCE]
        heads = await asyncio.gather(*(make(*each) for each in some))
        await service.runner.submit_all(head for head in heads if not head.status.ended)
    return batch


async def _allowed(service: Service, requests: Sequence[PlanRequest]) -> int | None:
    """Count the sessions of a batch, and say how many there may be at once.

    Raises:
        OverQuota: as much was asked for with the API key as it may.
        TooMuchAtOnce: there are more than the key may begin in a minute.
        TooManyAtOnce: there are more than it may have at once, with those it has.
    """
    api_key, batch_id = requests[0].origin.key, requests[0].origin.batch
    most = (await service.entrance.quota(api_key)).sessions
    async with service.entrance.beginning(api_key, len(requests)):
        # The store counts again with each session. This is so that all are made or none, as
        # long as nobody else asks at the same time.
        if most is not None:
            origins = [head.origin for head in await service.store.unfinished()]
            has = sum(each.key == api_key and each.batch != batch_id for each in origins)
            if has + len(requests) > most:
                raise TooManyAtOnce(most)
    return most


def session_of_batch(batch_id: str, number: int) -> str:
    """Name a session of a batch by its place in it, counted from 1."""
    return f"{batch_id}-{number}"


def _key_of_line(key: IdempotencyKey | None, number: int) -> IdempotencyKey | None:
    # The first has the client's own: no plan can be asked for under it.
    if key is None or number == 1:
        return key
    # No header can hold the separator.
    return replace(key, key=f"{key.key}\x1f{number}")


async def owned(service: Service, caller: Caller, session_id: str) -> Head:
    """Say where a session of the caller's stands.

    Raises:
        UnknownSession: there is none, it was erased, or it is another tenant's.
    """
    head = await service.store.head(session_id)
    if head.origin.tenant != caller.tenant:
        raise UnknownSession(session_id)
    return head


async def owned_log(service: Service, caller: Caller, session_id: str) -> Told:
    """Tell a session of the caller's by its log, which says whose it is: one call of the store.

    Raises:
        UnknownSession: there is none, it was erased, or it is another tenant's.
        BrokenLog: its log cannot be read.
    """
    try:
        told = tell(session_id, await service.store.read(session_id))
    except BrokenLog:
        # That there is one at all is nobody else's business.
        await owned(service, caller, session_id)
        raise
    if told.created.origin.tenant != caller.tenant:
        raise UnknownSession(session_id)
    return told


@asynccontextmanager
async def alone(
    service: Service, limits: Limits, key: IdempotencyKey | None
) -> AsyncGenerator[None, None]:
    """Keep other requests of the same key out until this one has a session.

    In this process, so that no work is done twice. That there is one session alone, over all
    processes, the store sees to: what is created under one key is created once.

    Raises:
        ProblemFound: the key is in use just now.
    """
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


def check(service: Service, limits: Limits, request: PlanRequest, quota: Quota) -> None:
    """Refuse what cannot be served. Reads the task: not for the event loop, unless it is short.

    Raises:
        BudgetOverQuota: the API key allows no such budget.
        RequestRefused: what is asked for is not on offer.
        TaskError: the task cannot be read.
    """
    if request.webhook is not None:
        try:
            limits.webhooks.check(request.webhook)
        except AddressRefused as refused:
            raise RequestRefused("/webhook", str(refused)) from None
    quota.check(request.budget)
    read_task(request.task)
    service.composer.check(request)
