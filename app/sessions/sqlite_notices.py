"""Notices in the SQLite file of the sessions. An outcome makes one due: see `sqlite_rows`."""

import sqlite3
from datetime import datetime

from app.sessions.clock import microseconds
from app.sessions.notices import Notice
from app.sessions.sqlite_thread import SqliteThread


class SqliteNotices:
    """`Notices` in a file that is open."""

    def __init__(self, sqlite: SqliteThread) -> None:
        self._sqlite = sqlite

    async def claim(self, *, lease_seconds: float) -> Notice | None:
        """Take the notice that is due longest; see `Notices`."""

        def take(connection: sqlite3.Connection) -> Notice | None:
            now = microseconds()
            found = connection.execute(
                "UPDATE notices SET due_at = ?, tries = tries + 1 WHERE session = ("
                "SELECT session FROM notices WHERE due_at <= ? ORDER BY due_at, session LIMIT 1) "
                "RETURNING (SELECT id FROM sessions WHERE number = session), tries - 1",
                (now + round(lease_seconds * 1_000_000), now),
            ).fetchall()
            return Notice(session_id=found[0][0], tries=found[0][1]) if found else None

        return await self._sqlite.run(take)

    async def settle(self, session_id: str, *, again_at: datetime | None) -> None:
        """Say what became of a notice; see `Notices`."""

        def settle(connection: sqlite3.Connection) -> None:
            its = "session = (SELECT number FROM sessions WHERE id = ?)"
            if again_at is None:
                connection.execute(f"DELETE FROM notices WHERE {its}", (session_id,))  # noqa: S608
            else:
                connection.execute(
                    f"UPDATE notices SET due_at = ? WHERE {its}",  # noqa: S608  # constants alone
                    (microseconds(again_at), session_id),
                )

        await self._sqlite.run(settle)
