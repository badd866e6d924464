"""What the rows of the SQLite store are, and the statements on them.

Many items travel into and out of a statement as one JSON value: each row that a statement
gives costs the thread a wait for the interpreter's lock. Times are microseconds since 1970
in UTC. A log's sequence number and the time of its last event are those of its last row;
only the status is kept besides, as sessions are listed by it.
"""

import base64
import binascii
import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.sessions.errors import KeyReused, UnknownCursor
from app.sessions.status import Status
from app.sessions.store import Head, IdempotencyKey, Page

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
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_HEADS = """
    SELECT json_group_array(json_array(
        s.number, s.id, s.status, last.sequence, s.created_at, last.recorded_at
    ))
    FROM json_each(?) AS wanted
    JOIN sessions AS s ON s.id = wanted.value
    JOIN events AS last ON last.session = s.number
        AND last.sequence = (SELECT max(sequence) FROM events WHERE session = s.number)
"""
_PAGE = """
    SELECT json_group_array(json_array(
        s.number, s.id, s.status, last.sequence, s.created_at, last.recorded_at
    ))
    FROM (
        SELECT * FROM sessions
        WHERE (?1 IS NULL OR status = ?1) AND (?2 IS NULL OR number < ?2)
        ORDER BY number DESC LIMIT ?3
    ) AS s
    JOIN events AS last ON last.session = s.number
        AND last.sequence = (SELECT max(sequence) FROM events WHERE session = s.number)
"""
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
    connection: sqlite3.Connection, session_id: str, line: str, key: IdempotencyKey | None
) -> Head:
    """Make a session whose first event is `line`."""
    now = microseconds()
    inserted = connection.execute(
        "INSERT INTO sessions (id, status, created_at, key, fingerprint) VALUES (?, ?, ?, ?, ?)",
        (
            session_id,
            Status.QUEUED.value,
            now,
            None if key is None else key.key,
            None if key is None else key.fingerprint,
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
    )


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
        "SELECT id, fingerprint FROM sessions WHERE key = ?", (key.key,)
    ).fetchone()
    if found is None:
        return None
    session_id, fingerprint = found
    if fingerprint != key.fingerprint:
        raise KeyReused(key.key)
    return rows(connection, [session_id])[session_id].head


def page(
    connection: sqlite3.Connection, *, limit: int, before: int | None, status: Status | None
) -> Page:
    """Give sessions with numbers below `before`, highest first."""
    wanted = None if status is None else status.value
    found = connection.execute(_PAGE, (wanted, before, limit + 1)).fetchone()[0]
    newest_first = sorted(map(_row, json.loads(found)), key=lambda row: -row.number)
    given = newest_first[:limit]
    return Page(
        heads=tuple(row.head for row in given),
        next=cursor(given[-1].number) if len(newest_first) > limit else None,
    )


def cursor(number: int) -> str:
    """Wrap a number up, so that nobody counts on what it means."""
    return base64.urlsafe_b64encode(f"n{number}".encode()).decode().rstrip("=")


def number_of(text: str) -> int:
    """Unwrap a cursor.

    Raises:
        UnknownCursor: it was not made by `cursor`.
    """
    try:
        inside = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise UnknownCursor(text) from None
    mark, digits = inside[:1], inside[1:]
    if mark != b"n" or not digits.isdigit() or len(digits) > 18:
        raise UnknownCursor(text)
    return int(digits)


def microseconds() -> int:
    """Read the clock."""
    return (datetime.now(UTC) - EPOCH) // timedelta(microseconds=1)


def time(since_epoch: int) -> datetime:
    """Give a moment back as what the clock said."""
    return EPOCH + timedelta(microseconds=since_epoch)


def _row(values: tuple[int, str, str, int, int, int]) -> Row:
    number, session_id, status, sequence, created_at, recorded_at = values
    head = Head(
        session_id=session_id,
        status=Status(status),
        sequence=sequence,
        created_at=time(created_at),
        updated_at=time(recorded_at),
    )
    return Row(number=number, head=head)
