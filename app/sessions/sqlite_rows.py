"""What the rows of the SQLite store are, and the statements on them.

Many items travel into and out of a statement as one JSON value: each row that a statement
gives costs the thread a wait for the interpreter's lock. Times are microseconds since 1970
in UTC. A log's sequence number and the time of its last event are those of its last row;
only the status and the time of its end are kept besides, as sessions are found by them.
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
_PAGE = f"""
    SELECT {_ROW}
    FROM (SELECT * FROM sessions WHERE {{wanted}} ORDER BY number DESC LIMIT :limit) AS s
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
    WHERE session = (SELECT number FROM sessions WHERE id = :session)
        AND sequence > :after AND (:most IS NULL OR sequence <= :after + :most)
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
    *,
    notify: bool,
) -> Head:
    """Make a session whose first event is `line`; with `notify` a notice of its end is owed."""
    now = microseconds()
    inserted = connection.execute(
        """
        INSERT INTO sessions
            (id, status, created_at, key, fingerprint, tenant, holder, lane, batch, label, notify)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
            notify,
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
    connection: sqlite3.Connection, session_id: str, after: int, most: int | None
) -> list[tuple[int, int, str]]:
    """Give events of a session behind a number: sequence numbers, times, and JSON."""
    wanted = {"session": session_id, "after": after, "most": most}
    found = connection.execute(_EVENTS, wanted).fetchone()[0]
    return sorted((sequence, at, line) for sequence, at, line in json.loads(found))


def set_status(
    connection: sqlite3.Connection, numbers: Sequence[int], status: Status, now: int
) -> None:
    """Keep a new status of some sessions; an outcome makes the notices due that are owed."""
    these = json.dumps(numbers)
    connection.execute(
        "UPDATE sessions SET status = ?, ended_at = ? "
        "WHERE number IN (SELECT value FROM json_each(?))",
        (status.value, now if status.ended else None, these),
    )
    if status.ended:
        connection.execute(
            "INSERT INTO notices (session, due_at) SELECT number, ? FROM sessions "
            "WHERE number IN (SELECT value FROM json_each(?)) AND notify",
            (now, these),
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
    found = connection.execute(page_statement(wanted, before), values).fetchone()[0]
    newest_first = sorted(map(_row, json.loads(found)), key=lambda row: -row.number)
    given = newest_first[:limit]
    return Page(
        heads=tuple(row.head for row in given),
        next=cursor(given[-1].number) if len(newest_first) > limit else None,
    )


def page_statement(wanted: Filter, before: int | None) -> str:
    """Say what finds a page; each combination has an index that gives it in order."""
    clauses = ["number < :before"] if before is not None else []
    if wanted.status is not None:
        clauses.append("status = :status")
    if wanted.batch is not None:
        clauses.append("batch = :batch")
    if wanted.tenant is not None:
        # The plus keeps SQLite from walking through a whole tenant for one of its batches.
        clauses.append("tenant = :tenant" if wanted.batch is None else "+tenant = :tenant")
    return _PAGE.format(wanted=" AND ".join(clauses) or "true")


def counts(connection: sqlite3.Connection, wanted: Filter) -> dict[Status, int]:
    """Count sessions by status."""
    clauses = ["batch = coalesce(:batch, '')"]
    if wanted.tenant is not None:
        clauses.append("tenant = :tenant")
    if wanted.status is not None:
        clauses.append("status = :status")
    found = connection.execute(
        "SELECT status, sum(sessions) FROM tallies "  # noqa: S608  # of constants alone
        f"WHERE {' AND '.join(clauses)} GROUP BY status HAVING sum(sessions) > 0",
        _values(wanted),
    )
    return {Status(status): number for status, number in found}


def unfinished(connection: sqlite3.Connection) -> tuple[Head, ...]:
    """Give the sessions without an outcome, oldest first."""
    found = connection.execute(_UNFINISHED).fetchone()[0]
    in_order = sorted(map(_row, json.loads(found)), key=lambda row: row.number)
    return tuple(row.head for row in in_order)


def expire(connection: sqlite3.Connection, *, ended_before: int, limit: int) -> int:
    """Delete sessions that ended before a moment, and batches that never got a session."""
    connection.execute(
        "DELETE FROM batches WHERE created_at < ? "
        "AND NOT EXISTS (SELECT 1 FROM sessions WHERE batch = batches.id)",
        (ended_before,),
    )
    return connection.execute(
        "DELETE FROM sessions WHERE number IN ("
        "SELECT number FROM sessions WHERE ended_at < ? ORDER BY ended_at, number LIMIT ?)",
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
