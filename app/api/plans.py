"""`/v1/plans`: ask for a plan, look at sessions, cancel them, erase them."""

from contextlib import suppress
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import PlainTextResponse

from app.api.admission import begin, owned, owned_log
from app.api.caller import CallerHere
from app.api.events import event_stream
from app.api.models import PlanIn
from app.api.preferences import Patience, patience
from app.api.problems import TYPE, Problem, ProblemFound, declared
from app.api.service import Limits, LimitsHere, Service, ServiceHere
from app.api.session_id import SessionId
from app.api.views import PageOut, SessionOut, Started, head_out, session_out
from app.sessions.errors import StoreUnavailable
from app.sessions.history import tell
from app.sessions.status import Status
from app.sessions.store import Filter, Head, IdempotencyKey
from app.sessions.wire import SolvedWire
from app.sessions.wire_attempt import plan_of

router = APIRouter(tags=["plans"])
FOR_ALL = (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE)


@router.post(
    "/v1/plans",
    summary="Ask for a plan",
    response_model=SessionOut,
    responses={
        HTTPStatus.OK.value: {
            "description": "The session has ended. `exhausted` is a result, not an error.",
            "content": {"text/event-stream": {}},
        },
        HTTPStatus.ACCEPTED.value: {
            "model": Started,
            "description": "The session goes on; look again at its `Location`.",
        },
        **declared(
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.CONFLICT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.TOO_MANY_REQUESTS,
            *FOR_ALL,
        ),
    },
)
async def ask_for_a_plan(
    *,
    asked: PlanIn,
    caller: CallerHere,
    service: ServiceHere,
    limits: LimitsHere,
    prefer: Annotated[
        list[str] | None,
        Header(
            description="`wait=N` waits N seconds for the outcome (25 unless said, at most 60); "
            "`respond-async` answers at once."
        ),
    ] = None,
    accept: Annotated[
        str, Header(description="`text/event-stream` follows the session from its beginning.")
    ] = "*/*",
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=255,
            description="Any name of your own for this request: sent twice, it makes one session.",
        ),
    ] = None,
) -> Response:
    """Begin a session and wait a while for its outcome.

    The task is read before a session is made of it. The session goes on whether anybody
    waits for it or not.
    """
    key = None
    if idempotency_key is not None:
        key = IdempotencyKey(
            key=idempotency_key, fingerprint=asked.fingerprint(), tenant=caller.tenant
        )
    request = asked.request(caller.origin(), caller.quota)
    head = await begin(service, limits, request, key=key)
    if "text/event-stream" in accept.lower():
        return event_stream(service, limits, head.session_id, after=0)
    waited = patience(prefer or (), otherwise=limits.wait_seconds, most=limits.most_wait_seconds)
    return await _when_ended(service, limits, head, waited)


async def _when_ended(service: Service, limits: Limits, head: Head, waited: Patience) -> Response:
    session_id = head.session_id
    headers = {"Location": f"/v1/plans/{session_id}"}
    if waited.applied is not None:
        headers["Preference-Applied"] = waited.applied
    # Accepted it is: should the store go away now, its name is told all the same.
    with suppress(StoreUnavailable):
        if not head.status.ended and waited.seconds > 0:
            head = await _waited(service, head, waited.seconds)
        if head.status.ended:
            return _json(await _view(service, session_id), headers)
    headers["Retry-After"] = str(limits.retry_seconds)
    started = Started(id=session_id, status=head.status)
    return _json(started, headers, status=HTTPStatus.ACCEPTED)


async def _waited(service: Service, head: Head, seconds: float) -> Head:
    waiting = service.store.wait_for_end(head.session_id, timeout_seconds=seconds)
    return await service.before_closing(waiting) or head


async def _view(service: Service, session_id: str) -> SessionOut:
    return session_out(session_id, tell(session_id, await service.store.read(session_id)))


def _json(
    view: SessionOut | Started,
    headers: dict[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    return Response(view.model_dump_json(), status, headers=headers, media_type="application/json")


@router.get(
    "/v1/plans",
    summary="List sessions",
    responses=declared(*FOR_ALL),
)
async def list_sessions(
    *,
    service: ServiceHere,
    caller: CallerHere,
    limit: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 20,
    after: Annotated[
        str | None, Query(max_length=100, description="The `next` of an earlier page.")
    ] = None,
    status: Annotated[Status | None, Query(description="Only those that stand so.")] = None,
    batch: Annotated[
        str | None, Query(max_length=64, description="Only those of this batch.")
    ] = None,
) -> PageOut:
    """List sessions, newest first."""
    wanted = Filter(status=status, tenant=caller.tenant, batch=batch)
    page = await service.store.page(limit=limit, after=after, wanted=wanted)
    return PageOut(sessions=tuple(head_out(head) for head in page.heads), next=page.next)


@router.get(
    "/v1/plans/{session_id}",
    summary="Look at a session",
    response_model=SessionOut,
    responses=declared(HTTPStatus.NOT_FOUND, *FOR_ALL),
)
async def look_at(
    session_id: SessionId,
    service: ServiceHere,
    caller: CallerHere,
    wait: Annotated[
        float, Query(ge=0, le=60, description="Wait so many seconds for the outcome.")
    ] = 0,
) -> Response:
    """Say where a session stands, and what came of it so far."""
    if wait > 0:
        await _waited(service, await owned(service, caller, session_id), wait)
    return _json(session_out(session_id, await owned_log(service, caller, session_id)))


@router.post(
    "/v1/plans/{session_id}/cancel",
    summary="Cancel a session",
    response_model=SessionOut,
    responses=declared(HTTPStatus.NOT_FOUND, *FOR_ALL),
)
async def cancel(session_id: SessionId, service: ServiceHere, caller: CallerHere) -> Response:
    """End a session, and stop what runs for it. One that has ended stays as it is."""
    await owned(service, caller, session_id)
    await service.runner.cancel(session_id)
    return _json(await _view(service, session_id))


@router.delete(
    "/v1/plans/{session_id}",
    summary="Erase a session",
    status_code=HTTPStatus.NO_CONTENT,
    responses=declared(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, *FOR_ALL),
)
async def erase(session_id: SessionId, service: ServiceHere, caller: CallerHere) -> None:
    """Forget an ended session: its task, its events, its idempotency key."""
    await owned(service, caller, session_id)
    await service.store.erase(session_id)


@router.get(
    "/v1/plans/{session_id}/plan",
    summary="Get the plan",
    response_class=PlainTextResponse,
    responses=declared(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, *FOR_ALL),
)
async def get_plan(session_id: SessionId, service: ServiceHere, caller: CallerHere) -> str:
    """Give the plan that was found as a plan file, as other planning tools read it."""
    told = await owned_log(service, caller, session_id)
    if not isinstance(told.outcome, SolvedWire):
        raise ProblemFound(
            Problem(
                type=f"{TYPE}no-plan",
                title="The session has no plan",
                status=HTTPStatus.CONFLICT,
                detail=f"it is {told.status}",
            )
        )
    return str(plan_of(told.outcome.plan))
