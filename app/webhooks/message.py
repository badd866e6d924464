"""What a webhook says, and the signature that shows who says it (Standard Webhooks 1.0)."""

import base64
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from standardwebhooks import Webhook

from app.sessions.status import Status
from app.sessions.store import Head

WIRE = ConfigDict(extra="forbid", frozen=True)
PREFIX = "whsec_"
# As the specification has it.
LEAST_BYTES = 24
MOST_BYTES = 64


class EndedOut(BaseModel):
    """The session that has ended. Its plan and all else are at `location`."""

    model_config = WIRE

    id: str
    status: Status
    location: str = Field(description="Path of the session on the service.")
    created_at: datetime
    ended_at: datetime
    batch: str | None = Field(description="Id of the batch that it belongs to, or null.")
    label: str | None = Field(description="Your name for it in the batch, or null.")


class MessageOut(BaseModel):
    """The body of a webhook."""

    model_config = WIRE

    type: Literal["session.ended"] = "session.ended"
    timestamp: datetime = Field(description="When it happened, not when it was sent.")
    data: EndedOut


def message(head: Head) -> bytes:
    """Write the body for a session that has ended; it is the same each time."""
    origin = head.origin
    ended = EndedOut(
        id=head.session_id,
        status=head.status,
        location=f"/v1/plans/{head.session_id}",
        created_at=head.created_at,
        ended_at=head.updated_at,
        batch=origin.batch,
        label=origin.label,
    )
    return MessageOut(timestamp=head.updated_at, data=ended).model_dump_json().encode()


class SecretRefused(Exception):
    """A secret is none that webhooks can be signed with."""

    def __str__(self) -> str:
        return (
            f"the secret of webhooks must be {PREFIX} and the base64 of "
            f"{LEAST_BYTES} to {MOST_BYTES} bytes"
        )


class Signer:
    """Signs webhooks.

    Args:
        secret: `whsec_` and base64, shared with those who get webhooks.

    Raises:
        SecretRefused: it is not so.
    """

    def __init__(self, secret: str) -> None:
        try:
            key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except ValueError:
            raise SecretRefused from None
        if not secret.startswith(PREFIX) or not LEAST_BYTES <= len(key) <= MOST_BYTES:
            raise SecretRefused
        self._webhook = Webhook(key)

    def headers(self, session_id: str, body: bytes) -> dict[str, str]:
        """Sign a body as sent now.

        Args:
            session_id: Whose end it tells of. It makes the id of the message, which is the
                same for all tries: whoever gets one twice can tell.
            body: As it will be sent.
        """
        now = datetime.now(UTC)
        message_id = f"ended-{session_id}"
        return {
            "Content-Type": "application/json",
            "User-Agent": "modulo",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(message_id, now, body.decode()),
        }
