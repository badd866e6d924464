"""Logs as server-sent events: what has happened, then what happens, up to the outcome."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT

from app.api.admission import owned
from app.api.caller import CallerHere
from app.api.problems import declared
from app.api.service import Limits, LimitsHere, Service, ServiceHere
from app.api.session_id import SessionId
from app.sessions.errors import StoreUnavailable, UnknownSession
from app.sessions.store import Entry, follow
from app.sessions.wire import written

log = logging.getLogger(__name__)
router = APIRouter(tags=["plans"])
# Proxies must pass each event on as it comes.
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class EventStream(StreamingResponse):
    """Server-sent events.

    Not FastAPI's own form of them: it takes only routes that do nothing but stream, and
    splits data at separators such as U+2028 that are none to a reader of events.
    """

    media_type = "text/event-stream"


@router.get(
    "/v1/plans/{session_id}/events",
    summary="Follow a session",
    response_class=EventStream,
    responses={
        HTTPStatus.NO_CONTENT.value: {
            "description": "The session has ended and you know all of it: stop asking."
        },
        **declared(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
    },
)
async def follow_session(
    *,
    session_id: SessionId,
    service: ServiceHere,
    caller: CallerHere,
    limits: LimitsHere,
    after: Annotated[
        int, Query(ge=0, le=2**53, description="Begin behind the event of this number.")
    ] = 0,
    last_event_id: Annotated[
        int | None,
        Header(ge=0, le=2**53, description="The same, as browsers say it; it goes first."),
    ] = None,
) -> Response:
    """Send the session's log as server-sent events, and go on as it grows.

    The `id` of each event is its number, counted from 1 without gaps; `event` is its type
    and `data` the event as JSON. The stream ends behind the outcome. A client that was cut
    off gets what it missed by sending the last number it saw.
    """
    head = await owned(service, caller, session_id)
    # Nobody knows what has not happened: a number past the last would skip what comes.
    known = min(after if last_event_id is None else last_event_id, head.sequence)
    if head.status.ended and known >= head.sequence:
        # With any other answer a browser would come back for ever.
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return event_stream(service, limits, session_id, after=known)


def event_stream(service: Service, limits: Limits, session_id: str, *, after: int) -> EventStream:
    """Make the response that streams a log."""
    return EventStream(
        _stream(service, limits, session_id, after),
        headers={**HEADERS, "Location": f"/v1/plans/{session_id}"},
    )


async def _stream(
    service: Service, limits: Limits, session_id: str, after: int
) -> AsyncGenerator[bytes, None]:
    entries = follow(service.store, session_id, after=after, idle_seconds=limits.keep_alive_seconds)
    async with aclosing(entries):
        try:
            while (some := await service.before_closing(anext(entries, None))) is not None:
                yield b"".join(map(as_sent, some)) or KEEPALIVE_COMMENT
            if not service.closing.is_set():
                return
        except UnknownSession:
            # Erased while it was being read: there is nothing more to say of it.
            return
        except StoreUnavailable as problem:
            log.warning("a stream ends before its session: %s", problem)
        # The process is about to end, or the store is away: later there is more.
        yield f"retry: {limits.retry_seconds * 1000}\n\n".encode()


def as_sent(entry: Entry) -> bytes:
    """Write an event for a stream. Its JSON is ASCII and has no line breaks."""
    event = entry.event
    return f"id: {entry.sequence}\nevent: {event.type}\ndata: {written(event)}\n\n".encode()
