"""Batches in the SQLite file of the sessions. The schema forgets them with their last one."""

import sqlite3

from app.sessions.batches import Batch, BatchPage
from app.sessions.clock import microseconds, time
from app.sessions.cursor import cursor, number_of
from app.sessions.errors import UnknownBatch
from app.sessions.sqlite_thread import SqliteThread

_BATCH = "SELECT number, id, tenant, total, created_at FROM batches"


class SqliteBatches:
    """`Batches` in a file that is open."""

    def __init__(self, sqlite: SqliteThread) -> None:
        self._sqlite = sqlite

    async def begin(self, batch_id: str, *, tenant: str, total: int) -> Batch:
        """Remember a batch; see `Batches`."""

        def insert(connection: sqlite3.Connection) -> Batch:
            connection.execute(
                "INSERT INTO batches (id, tenant, total, created_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (id) DO NOTHING",
                (batch_id, tenant, total, microseconds()),
            )
            return _find(connection, batch_id)

        return await self._sqlite.run(insert)

    async def batch(self, batch_id: str) -> Batch:
        """Give a batch; see `Batches`."""
        return await self._sqlite.run(lambda connection: _find(connection, batch_id))

    async def page(self, *, tenant: str, limit: int, after: str | None = None) -> BatchPage:
        """List a tenant's batches; see `Batches`."""
        before = None if after is None else number_of(after)

        def select(connection: sqlite3.Connection) -> BatchPage:
            found = connection.execute(
                f"{_BATCH} WHERE tenant = ? AND number < coalesce(?, 9e18) "
                "ORDER BY number DESC LIMIT ?",
                (tenant, before, limit + 1),
            ).fetchall()
            given = found[:limit]
            return BatchPage(
                batches=tuple(_batch(row) for row in given),
                next=cursor(given[-1][0]) if len(found) > limit else None,
            )

        return await self._sqlite.run(select)


def _find(connection: sqlite3.Connection, batch_id: str) -> Batch:
    row = connection.execute(f"{_BATCH} WHERE id = ?", (batch_id,)).fetchone()
    if row is None:
        raise UnknownBatch(batch_id)
    return _batch(row)


def _batch(row: tuple[int, str, str, int, int]) -> Batch:
    _, batch_id, tenant, total, created_at = row
    return Batch(batch_id=batch_id, tenant=tenant, total=total, created_at=time(created_at))
