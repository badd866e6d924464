"""What the rows of the SQLite store are, and the statements on them.

Many items travel into and out of a statement as one JSON value: each row that a statement
gives costs the thread a wait for the interpreter's lock. Times are microseconds since 1970
in UTC. A log's sequence number and the time of its last event are those of its last row;
only the status is kept besides, as sessions are listed by it.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.sessions.clock import microseconds, time
from app.sessions.cursor import cursor
from app.sessions.errors import KeyReused, TooManyAtOnce
from app.sessions.origin import DEFAULT_TENANT, Lane, Origin
from app.sessions.status import Status
from app.sessions.store import Filter, Head, IdempotencyKey, Page

SCHEMA = (
    """
    CREATE TABLE sessions (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        key TEXT UNIQUE,
        fingerprint TEXT
    );
    CREATE INDEX sessions_by_status ON sessions (status, number);
    CREATE TABLE events (
        session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
        sequence INTEGER NOT NULL,
        recorded_at INTEGER NOT NULL,
        event TEXT NOT NULL,
        PRIMARY KEY (session, sequence)
    );
    """,
    """
    ALTER TABLE sessions ADD COLUMN tenant TEXT NOT NULL DEFAULT 'default';
    ALTER TABLE sessions ADD COLUMN holder TEXT;
    ALTER TABLE sessions ADD COLUMN lane TEXT NOT NULL DEFAULT 'interactive';
    ALTER TABLE sessions ADD COLUMN batch TEXT;
    ALTER TABLE sessions ADD COLUMN label TEXT;
    CREATE INDEX sessions_by_tenant ON sessions (tenant, number);
    CREATE INDEX sessions_by_batch ON sessions (batch, number) WHERE batch IS NOT NULL;
    CREATE INDEX unfinished_by_holder ON sessions (holder)
        WHERE status IN ('queued', 'running');
    """,
)

_ROW = """json_group_array(json_array(
        s.number, s.id, s.status, last.sequence, s.created_at, last.recorded_at,
        s.tenant, s.holder, s.lane, s.batch, s.label
    ))"""
_HEADS = f"""
    SELECT {_ROW}
    FROM json_each(?) AS wanted
    JOIN sessions AS s ON s.id = wanted.value
    JOIN events AS last ON last.session = s.number
        AND last.sequence = (SELECT max(sequence) FROM events WHERE session = s.number)
"""  # noqa: S608  # of constants alone
_WANTED = """
    (:status IS NULL OR status = :status) AND (:tenant IS NULL OR tenant = :tenant)
    AND (:batch IS NULL OR batch = :batch)
"""
_PAGE = f"""
    SELECT {_ROW}
    FROM (
        SELECT * FROM sessions WHERE {_WANTED} AND (:before IS NULL OR number < :before)
        ORDER BY number DESC LIMIT :limit
    ) AS s
    JOIN events AS last ON last.session = s.number
        AND last.sequence = (SELECT max(sequence) FROM events WHERE session = s.number)
"""  # noqa: S608  # of constants alone
_UNFINISHED = f"""
    SELECT {_ROW}
    FROM (SELECT * FROM sessions WHERE status IN ('queued', 'running')) AS s
    JOIN events AS last ON last.session = s.number
        AND last.sequence = (SELECT max(sequence) FROM events WHERE session = s.number)
"""  # noqa: S608  # of constants alone
_EVENTS = """
    SELECT json_group_array(json_array(sequence, recorded_at, event)) FROM events
    WHERE session = (SELECT number FROM sessions WHERE id = ?) AND sequence > ?
"""
_ADD_EVENTS = """
    INSERT INTO events (session, sequence, recorded_at, event)
    SELECT
        json_extract(value, '$[0]'), json_extract(value, '$[1]'),
        json_extract(value, '$[2]'), json_extract(value, '$[3]')
    FROM json_each(?)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A session as a row; `number` is the row's own key."""

    number: int
    head: Head


def begin(
    connection: sqlite3.Connection,
    session_id: str,
    line: str,
    origin: Origin,
    key: IdempotencyKey | None,
) -> Head:
    """Make a session whose first event is `line`."""
    now = microseconds()
    inserted = connection.execute(
        """
        INSERT INTO sessions
            (id, status, created_at, key, fingerprint, tenant, holder, lane, batch, label)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            session_id,
            Status.QUEUED.value,
            now,
            None if key is None else _scoped(key),
            None if key is None else key.fingerprint,
            origin.tenant,
            origin.key,
            origin.lane.value,
            origin.batch,
            origin.label,
        ),
    )
    assert inserted.lastrowid is not None
    add_events(connection, [(inserted.lastrowid, 1, now, line)])
    return Head(
        session_id=session_id,
        status=Status.QUEUED,
        sequence=1,
        created_at=time(now),
        updated_at=time(now),
        origin=origin,
    )


def refuse_one_too_many(connection: sqlite3.Connection, origin: Origin, most: int | None) -> None:
    """Look whether another session of the same API key may begin.

    Raises:
        TooManyAtOnce: it may not.
    """
    if most is None:
        return
    held = connection.execute(
        "SELECT count(*) FROM sessions WHERE holder IS ? AND status IN ('queued', 'running')",
        (origin.key,),
    ).fetchone()[0]
    if held >= most:
        raise TooManyAtOnce(most)


def rows(connection: sqlite3.Connection, session_ids: Collection[str]) -> dict[str, Row]:
    """Give those of the named sessions that there are, by id."""
    found = connection.execute(_HEADS, (json.dumps(sorted(session_ids)),)).fetchone()[0]
    return {row.head.session_id: row for row in map(_row, json.loads(found))}


def add_events(connection: sqlite3.Connection, events: Iterable[tuple[int, int, int, str]]) -> None:
    """Add events: each a session's number, a sequence number, a time, and JSON."""
    joined = ",".join(
        f"[{number},{sequence},{recorded_at},{line}]"
        for number, sequence, recorded_at, line in events
    )
    connection.execute(_ADD_EVENTS, (f"[{joined}]",))


def events(
    connection: sqlite3.Connection, session_id: str, after: int
) -> list[tuple[int, int, str]]:
    """Give the events of a session behind a number: sequence numbers, times, and JSON."""
    found = connection.execute(_EVENTS, (session_id, after)).fetchone()[0]
    return sorted((sequence, at, line) for sequence, at, line in json.loads(found))


def set_status(connection: sqlite3.Connection, numbers: Sequence[int], status: Status) -> None:
    """Keep a new status of some sessions."""
    connection.execute(
        "UPDATE sessions SET status = ? WHERE number IN (SELECT value FROM json_each(?))",
        (status.value, json.dumps(numbers)),
    )


def keyed(connection: sqlite3.Connection, key: IdempotencyKey) -> Head | None:
    """Give the session begun under a key, or None.

    Raises:
        KeyReused: it was begun with another request.
    """
    found = connection.execute(
        "SELECT id, fingerprint FROM sessions WHERE key = ?", (_scoped(key),)
    ).fetchone()
    if found is None:
        return None
    session_id, fingerprint = found
    if fingerprint != key.fingerprint:
        raise KeyReused(key.key)
    return rows(connection, [session_id])[session_id].head


def _scoped(key: IdempotencyKey) -> str:
    # No header can hold the separator, so no tenant can name a key of another.
    return key.key if key.tenant == DEFAULT_TENANT else f"{key.tenant}\0{key.key}"


def page(connection: sqlite3.Connection, *, limit: int, before: int | None, wanted: Filter) -> Page:
    """Give sessions with numbers below `before`, highest first."""
    values = {**_values(wanted), "before": before, "limit": limit + 1}
    found = connection.execute(_PAGE, values).fetchone()[0]
    newest_first = sorted(map(_row, json.loads(found)), key=lambda row: -row.number)
    given = newest_first[:limit]
    return Page(
        heads=tuple(row.head for row in given),
        next=cursor(given[-1].number) if len(newest_first) > limit else None,
    )


def counts(connection: sqlite3.Connection, wanted: Filter) -> dict[Status, int]:
    """Count sessions by status."""
    found = connection.execute(
        f"SELECT status, count(*) FROM sessions WHERE {_WANTED} GROUP BY status",  # noqa: S608
        _values(wanted),
    )
    return {Status(status): number for status, number in found}


def unfinished(connection: sqlite3.Connection) -> tuple[Head, ...]:
    """Give the sessions without an outcome, oldest first."""
    found = connection.execute(_UNFINISHED).fetchone()[0]
    in_order = sorted(map(_row, json.loads(found)), key=lambda row: row.number)
    return tuple(row.head for row in in_order)


def expire(connection: sqlite3.Connection, *, ended_before: int, limit: int) -> int:
    """Delete sessions whose last event is older than a moment, and that have ended."""
    return connection.execute(
        """
        DELETE FROM sessions WHERE number IN (
            SELECT s.number FROM sessions AS s
            JOIN events AS last ON last.session = s.number
                AND last.sequence = (SELECT max(sequence) FROM events WHERE session = s.number)
            WHERE s.status NOT IN ('queued', 'running') AND last.recorded_at < ?
            ORDER BY last.recorded_at LIMIT ?
        )
        """,
        (ended_before, limit),
    ).rowcount


def _values(wanted: Filter) -> dict[str, object]:
    return {
        "status": None if wanted.status is None else wanted.status.value,
        "tenant": wanted.tenant,
        "batch": wanted.batch,
    }


def _row(values: Sequence[Any]) -> Row:
    number, session_id, status, sequence, created_at, recorded_at, *whose = values
    tenant, holder, lane, batch, label = whose
    head = Head(
        session_id=session_id,
        status=Status(status),
        sequence=sequence,
        created_at=time(created_at),
        updated_at=time(recorded_at),
        origin=Origin(tenant=tenant, key=holder, lane=Lane(lane), batch=batch, label=label),
    )
    return Row(number=number, head=head)
