"""Sends what is owed to webhooks, in every process that runs sessions.

At least once: a process that is lost between an answer and its note of it leaves the notice
to another, which sends it again under the same id.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from random import Random
from ssl import SSLContext

import httpx

from app.llm.retry import retry_after_seconds
from app.sessions.errors import SessionError, StoreUnavailable, UnknownSession
from app.sessions.notices import Notice, Notices
from app.sessions.store import Head, Store
from app.sessions.wire_request import SessionCreatedWire
from app.webhooks.addresses import AddressRefused, Allowed
from app.webhooks.message import Signer, message

log = logging.getLogger(__name__)
# After the first, second, … try that failed: 28 hours altogether, eight tries. The first
# waits that Standard Webhooks recommends.
WAITS_SECONDS = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 36_000.0)
# Those who failed together do not come back together.
JITTER = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How webhooks are sent.

    Attributes:
        places: So many at once.
        seconds: For one, from the connection to the head of the answer.
        lease_seconds: After so long somebody else may send what a lost process had claimed.
        poll_seconds: How often to look for new ones.
        waits_seconds: Before the second, third, … try; behind the last it is given up.
    """

    places: int = 32
    seconds: float = 15.0
    lease_seconds: float = 60.0
    poll_seconds: float = 0.5
    waits_seconds: tuple[float, ...] = WAITS_SECONDS


@asynccontextmanager
async def sending(
    notices: Notices,
    store: Store,
    *,
    secret: str | None,
    allowed: Allowed,
    pace: Pace | None = None,
    count: Callable[[str], None] | None = None,
) -> AsyncGenerator[None, None]:
    """Send what is owed as long as this is open; without a secret, nothing.

    Args:
        notices: What is owed.
        store: The sessions that it is owed for.
        secret: Signs what is sent: `whsec_` and base64.
        allowed: Where it may go. Looked at again now: settings may have changed.
        pace: How it is sent.
        count: Told what came of each try, in a word: `delivered`, `unwanted`, `failed` (and
            tried again) or `given_up`.

    Raises:
        SecretRefused: the secret is none to sign with.
    """
    if secret is None:
        yield
        return
    sender = _Sender(notices, store, Signer(secret), allowed, pace or Pace(), count=count)
    work = asyncio.create_task(sender.send_all(), name="webhooks")
    try:
        yield
    finally:
        work.cancel()
        await asyncio.wait({work})


class _Sender:
    """Claims notices and sends them, so many side by side."""

    def __init__(
        self,
        notices: Notices,
        store: Store,
        signer: Signer,
        allowed: Allowed,
        pace: Pace,
        *,
        count: Callable[[str], None] | None = None,
    ) -> None:
        self._notices = notices
        self._store = store
        self._signer = signer
        self._allowed = allowed
        self._pace = pace
        self._count = count or _nobody
        self._random = Random()  # noqa: S311  # spreads waits, keeps no secret
        self._verified = httpx.create_ssl_context()

    async def send_all(self) -> None:
        """Send until cancelled; what is under way then is given back."""
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                notice = await self._claimed()
                if notice is None:
                    await asyncio.sleep(self._pace.poll_seconds)
                    continue
                task = asyncio.create_task(self._send(notice), name=f"webhook {notice.session_id}")
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                while len(under_way) >= self._pace.places:
                    await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        finally:
            left = set(under_way)
            for task in left:
                task.cancel()
            if left:
                await asyncio.wait(left)

    async def _claimed(self) -> Notice | None:
        try:
            return await self._notices.claim(lease_seconds=self._pace.lease_seconds)
        except StoreUnavailable as problem:
            log.warning("webhooks wait: %s", problem)
        except Exception:
            log.exception("webhooks wait")
        return None

    async def _send(self, notice: Notice) -> None:
        """Try once, and note what came of it."""
        try:
            again_at = await self._tried(notice)
        except asyncio.CancelledError:
            # Another process need not wait for the lease to end.
            with suppress(SessionError):
                await self._notices.settle(notice.session_id, again_at=datetime.now(UTC))
            raise
        except StoreUnavailable as problem:
            log.warning("the webhook of session %s waits: %s", notice.session_id, problem)
            return
        except Exception:
            log.exception("the webhook of session %s waits", notice.session_id)
            again_at = self._next(notice, None)
        # Not noted, it is sent again behind its lease.
        with suppress(SessionError):
            await self._notices.settle(notice.session_id, again_at=again_at)

    async def _tried(self, notice: Notice) -> datetime | None:
        """Send a notice; gives the moment to try again at, or None when it is done with."""
        session_id = notice.session_id
        try:
            head = await self._store.head(session_id)
            address = await self._address(session_id)
        except UnknownSession:
            return None
        try:
            if address is None:
                return None
            self._allowed.check(address)
        except AddressRefused as refused:
            log.warning("the webhook of session %s is not sent: %s", session_id, refused)
            return None
        return await self._posted(notice, head, address)

    async def _address(self, session_id: str) -> str | None:
        created = (await self._store.read(session_id, most=1))[0].event
        return created.webhook if isinstance(created, SessionCreatedWire) else None

    async def _posted(self, notice: Notice, head: Head, address: str) -> datetime | None:
        body = message(head)
        signed = self._signer.headers(head.session_id, body)
        asked: float | None = None
        try:
            async with asyncio.timeout(self._pace.seconds):
                answer = await _post(self._verified, address, body, signed)
        except (httpx.HTTPError, TimeoutError) as problem:
            said = f"{type(problem).__name__} {problem}".strip()
        else:
            if answer.is_success:
                self._count("delivered")
                return None
            if answer.status_code == HTTPStatus.GONE:
                self._count("unwanted")
                log.info("the webhook of session %s is not wanted any more", head.session_id)
                return None
            said = f"status {answer.status_code}"
            asked = retry_after_seconds(answer.headers, datetime.now(UTC))
        again_at = self._next(notice, asked)
        self._count("given_up" if again_at is None else "failed")
        outlook = "given up" if again_at is None else f"tried again at {again_at:%H:%M:%S} UTC"
        log.warning("the webhook of session %s failed (%s), %s", head.session_id, said, outlook)
        return again_at

    def _next(self, notice: Notice, asked_seconds: float | None) -> datetime | None:
        """Say when to try again, never before what was asked for; None when it is given up."""
        waits = self._pace.waits_seconds
        if notice.tries >= len(waits):
            return None
        wait = waits[notice.tries] * self._random.uniform(1.0, 1.0 + JITTER)
        return datetime.now(UTC) + timedelta(seconds=max(wait, asked_seconds or 0.0))


def _nobody(result: str) -> None:
    """Tell nobody what came of a try."""


async def _post(
    verified: SSLContext, address: str, body: bytes, signed: dict[str, str]
) -> httpx.Response:
    """Post a body; gives the head of the answer. The rest of it is not even read."""
    # A client for each: a pool would not survive calls that are cut off (app.llm.connections).
    async with (
        httpx.AsyncClient(verify=verified, trust_env=False, follow_redirects=False) as client,
        client.stream("POST", address, content=body, headers=signed, timeout=None) as answer,
    ):
        return answer
