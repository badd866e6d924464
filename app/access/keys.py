"""API keys: what a client sends, and what is remembered of it.

A key reads `mk_<id>_<secret>`. The id is shown in lists and in the log of a session; of the
secret only a hash is kept. One round of SHA-256 will do: a slow hash makes it dear to guess
what people choose, and nobody guesses 256 random bits, however fast the hash is.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from app.access.caller import Quota

SECRET_BYTES = 32
ID_CHARACTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # None that are easily mistaken.
ID_LENGTH = 10
TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TEXT = re.compile(r"mk_([a-z2-9]{10})_([A-Za-z0-9_-]{43})")
# Compared with where there is no such key, so that the time does not tell.
_OF_NOBODY = bytes(hashlib.sha256().digest_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is remembered of an API key beside the hash of its secret.

    Attributes:
        key_id: Its public half.
        tenant: Whose sessions it sees and makes.
        quota: How much may be asked for with it.
        note: What it is for, in the operator's words.
        metrics: It may read the metrics of the service, which count everybody's sessions.
        created_at: When it was made, in UTC.
        revoked_at: From when on it is refused, in UTC, or None.
        used_at: When it was last seen, in UTC and to the minute, or None.
    """

    key_id: str
    tenant: str
    quota: Quota = field(default_factory=Quota)
    note: str = ""
    metrics: bool = False
    created_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    @property
    def prefix(self) -> str:
        """What may be shown of the key."""
        return f"mk_{self.key_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A key and the hash of its secret.

    Attributes:
        key: What is remembered of it.
        digest: SHA-256 of the secret, 32 bytes.
    """

    key: Key
    digest: bytes = field(repr=False)


def mint(
    *, tenant: str, quota: Quota, note: str, metrics: bool, created_at: datetime
) -> tuple[Registered, str]:
    """Make a key.

    Returns:
        What to remember, and what to send; the latter is nowhere else.

    Raises:
        ValueError: the tenant's name is none.
    """
    if TENANT.fullmatch(tenant) is None:
        raise ValueError(
            f"{tenant!r} is no name of a tenant: letters, digits, '.', '_' and '-', at most 64"
        )
    key_id = "".join(secrets.choice(ID_CHARACTERS) for _ in range(ID_LENGTH))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    key = Key(
        key_id=key_id, tenant=tenant, quota=quota, note=note, metrics=metrics, created_at=created_at
    )
    return Registered(key=key, digest=_digest(secret)), f"{key.prefix}_{secret}"


def parts(text: str) -> tuple[str, str] | None:
    """Take a key apart into its id and its secret; None where it has not the form of one."""
    read = _TEXT.fullmatch(text)
    return None if read is None else (read[1], read[2])


def matches(registered: Registered | None, secret: str) -> bool:
    """Say whether a secret is that of a key, in a time that tells nothing of either."""
    kept = _OF_NOBODY if registered is None else registered.digest
    return hmac.compare_digest(_digest(secret), kept) and registered is not None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
