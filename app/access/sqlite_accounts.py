"""What was begun and spent with each key, in SQLite: a sliding minute, and days."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.access.caller import Quota
from app.access.errors import OverQuota, TooMuchAtOnce
from app.access.register import DAY_MICROSECONDS, MINUTE_MICROSECONDS, Begun, Spending
from app.access.waiting import until_midnight, whole_seconds
from app.sessions.clock import microseconds


def begin(
    connection: sqlite3.Connection, *, key_id: str, quota: Quota, count: int, now: int
) -> Begun:
    """Count pieces of work; see `Register.begin`."""
    _refuse_when_spent(connection, key_id, quota, now)
    most = quota.per_minute
    if most is None:
        return Begun(key_id=key_id, at=now, count=0)
    if count > most:
        raise TooMuchAtOnce(count, most)
    connection.execute(
        "DELETE FROM begun WHERE key = ? AND at <= ?", (key_id, now - MINUTE_MICROSECONDS)
    )
    begun: int = connection.execute(
        "SELECT coalesce(sum(count), 0) FROM begun WHERE key = ?", (key_id,)
    ).fetchone()[0]
    if begun + count > most:
        free_at = _free_at(connection, key_id, begun + count - most)
        raise OverQuota("per_minute", most, whole_seconds(free_at - now))
    connection.execute("INSERT INTO begun (key, at, count) VALUES (?, ?, ?)", (key_id, now, count))
    return Begun(key_id=key_id, at=now, count=count)


def _refuse_when_spent(connection: sqlite3.Connection, key_id: str, quota: Quota, now: int) -> None:
    most = quota.tokens_per_day
    if most is not None and spent(connection, key_id=key_id, day=now // DAY_MICROSECONDS) >= most:
        raise OverQuota("tokens_per_day", most, until_midnight(now))


def _free_at(connection: sqlite3.Connection, key_id: str, needed: int) -> int:
    """Say when so many pieces are older than a minute, if no more come."""
    rows = connection.execute(
        "SELECT at, count FROM begun WHERE key = ? ORDER BY at, number", (key_id,)
    )
    for at, count in rows:
        needed -= count
        if needed <= 0:
            return int(at) + MINUTE_MICROSECONDS
    raise AssertionError("more is needed than was begun")


def give_back(connection: sqlite3.Connection, *, begun: Begun) -> None:
    """Count pieces of work no longer; see `Register.give_back`."""
    connection.execute(
        "DELETE FROM begun WHERE number = (SELECT number FROM begun "
        "WHERE key = ? AND at = ? AND count = ? LIMIT 1)",
        (begun.key_id, begun.at, begun.count),
    )


def note(
    connection: sqlite3.Connection,
    *,
    spent: Sequence[Spending],
    used: Mapping[str, datetime],
    now: int,
) -> None:
    """Remember what was spent and used; see `Register.note`."""
    connection.executemany(
        "INSERT INTO spent (key, day, tokens) VALUES (?, ?, ?) "
        "ON CONFLICT (key, day) DO UPDATE SET tokens = tokens + excluded.tokens",
        [(one.key_id, one.day, one.tokens) for one in spent],
    )
    connection.execute("DELETE FROM spent WHERE day < ?", (now // DAY_MICROSECONDS - 1,))
    connection.executemany(
        "UPDATE keys SET used_at = max(coalesce(used_at, 0), ?) WHERE id = ?",
        [(microseconds(at), key_id) for key_id, at in used.items()],
    )


def spent(connection: sqlite3.Connection, *, key_id: str, day: int) -> int:
    """Say what was spent on a day; see `Register.spent`."""
    found = connection.execute(
        "SELECT tokens FROM spent WHERE key = ? AND day = ?", (key_id, day)
    ).fetchone()
    return 0 if found is None else int(found[0])
