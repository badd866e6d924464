"""What stands in Redis, as the store reads it. The folder `lua` writes it."""

import json
from collections.abc import Sequence
from typing import Any

from app.sessions.clock import time
from app.sessions.errors import BrokenLog
from app.sessions.origin import Lane, Origin
from app.sessions.status import Status
from app.sessions.store import Entry, Filter, Head, entry_of


def log_key(prefix: str, session_id: str) -> str:
    """Name the key of a session's log."""
    return f"{prefix}log:{session_id}"


def batch_key(prefix: str, batch_id: str) -> str:
    """Name the key of a batch."""
    return f"{prefix}batch:{batch_id}"


def channel(prefix: str, session_id: str) -> str:
    """Name the channel on which a session's news are told."""
    return f"{prefix}news:{session_id}"


def list_key(prefix: str, wanted: Filter) -> str:
    """Name the list of the wanted sessions; a tenant beside a batch is not looked at."""
    kind, name = "all", []
    if wanted.batch is not None:
        kind, name = "of-batch", [wanted.batch]
    elif wanted.tenant is not None:
        kind, name = "tenant", [wanted.tenant]
    if wanted.status is not None:
        kind, name = f"{kind}-by-status", [wanted.status.value, *name]
    return ":".join([f"{prefix}{kind}", *name])


def tenant_of_batch(wanted: Filter) -> str:
    """Give the tenant that the sessions of a wanted batch must have, as scripts take it."""
    both = wanted.batch is not None and wanted.tenant is not None
    return f"={wanted.tenant}" if both else ""


def head_of(session_id: str, values: Sequence[Any]) -> Head:
    """Read a head: the fields in the order of `lua/names.lua`, those that are missing false."""
    status, sequence, created_at, updated_at, tenant, *whose = values
    key, lane, batch, label = (value if isinstance(value, str) else None for value in whose)
    return Head(
        session_id=session_id,
        status=Status(status),
        sequence=int(sequence),
        created_at=time(int(created_at)),
        updated_at=time(int(updated_at)),
        origin=Origin(
            tenant=tenant,
            key=key,
            lane=Lane.INTERACTIVE if lane is None else Lane(lane),
            batch=batch,
            label=label,
        ),
    )


def told(session_id: str, news: str) -> Head:
    """Read news as `append` tells them."""
    return head_of(session_id, json.loads(news))


def entry(session_id: str, number: str, fields: dict[str, str]) -> Entry:
    """Read an entry of a log.

    Raises:
        BrokenLog: it is none.
    """
    sequence = int(number.removeprefix("0-"))
    try:
        at, line = int(fields["at"]), fields["event"]
    except (KeyError, ValueError) as problem:
        raise BrokenLog(session_id, f"event {sequence}: {problem}") from problem
    return entry_of(session_id, sequence=sequence, microseconds=at, line=line)
