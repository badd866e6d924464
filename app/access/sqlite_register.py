"""API keys in one SQLite file, open in several processes at once."""

import asyncio
import os
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from app.access import sqlite_accounts
from app.access.caller import Quota
from app.access.errors import RegisterUnavailable, UnknownKey
from app.access.keys import Key, Registered
from app.access.register import Begun, Spending
from app.access.wire import quota_of, written
from app.sessions.clock import microseconds, time

Result = TypeVar("Result")
BUSY_SECONDS = 5.0
VERSION = 1
SCHEMA = """
CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL,
    tenant TEXT NOT NULL,
    quota TEXT NOT NULL,
    note TEXT NOT NULL,
    metrics INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE begun (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    at INTEGER NOT NULL,
    count INTEGER NOT NULL
) STRICT;
CREATE INDEX begun_by_key ON begun (key, at);
CREATE TABLE spent (
    key TEXT NOT NULL,
    day INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (key, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE installation (secret BLOB NOT NULL) STRICT;
"""
_COLUMNS = "id, digest, tenant, quota, note, metrics, created_at, revoked_at, used_at"


class SqliteRegister:
    """A `Register` in a file that its owner alone may read. Enter it on the loop that uses it.

    Args:
        path: The file; it is made where there is none.
        clock: Microseconds since 1970.
    """

    def __init__(self, path: Path, *, clock: Callable[[], int] = microseconds) -> None:
        self._path = path
        self._clock = clock
        # One thread: a connection is for one at a time, and no loop waits for the disk.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="keys")
        self._connection: sqlite3.Connection | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._on_thread(self._open)
        except BaseException:
            self._thread.shutdown(wait=False)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._on_thread(self._close)
        self._thread.shutdown()

    async def add(self, registered: Registered) -> None:
        """Remember a new key; see `Register`."""
        await self._write(partial(_add, registered=registered))

    async def find(self, key_id: str) -> Registered | None:
        """Give a key; see `Register`."""
        return await self._read(partial(_find, key_id=key_id))

    async def keys(self) -> tuple[Key, ...]:
        """Give all keys; see `Register`."""
        return await self._read(_keys)

    async def revoke(self, key_id: str, at: datetime) -> Key:
        """Have a key refused; see `Register`."""
        return await self._write(partial(_revoke, key_id=key_id, at=microseconds(at)))

    async def empty(self) -> bool:
        """Say that no key was ever made; see `Register`."""
        return await self._read(_empty)

    async def secret(self) -> bytes:
        """Give the secret of this register; see `Register`."""
        return await self._write(_secret)

    async def begin(self, key_id: str, quota: Quota, count: int) -> Begun:
        """Count pieces of work; see `Register`.

        This alone may be lost with the power, as it is forgotten in a minute: no request
        waits for the disk because of it.
        """
        if quota.per_minute is None and quota.tokens_per_day is None:
            return Begun(key_id=key_id, at=0, count=0)
        begin = partial(
            sqlite_accounts.begin, key_id=key_id, quota=quota, count=count, now=self._clock()
        )
        return await self._write(begin, durable=False)

    async def give_back(self, begun: Begun) -> None:
        """Count pieces of work no longer; see `Register`."""
        if begun.count:
            await self._write(partial(sqlite_accounts.give_back, begun=begun), durable=False)

    async def note(self, spent: Sequence[Spending], used: Mapping[str, datetime]) -> None:
        """Remember what was spent and used; see `Register`."""
        await self._write(
            partial(sqlite_accounts.note, spent=tuple(spent), used=dict(used), now=self._clock())
        )

    async def spent(self, key_id: str, day: int) -> int:
        """Say what was spent on a day; see `Register`."""
        return await self._read(partial(sqlite_accounts.spent, key_id=key_id, day=day))

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Made here, so that it is nobody else's from its first moment; the files beside it
        # get the rights of this one from SQLite.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        if self._path.stat().st_mode & 0o077:
            self._path.chmod(0o600)
        connection = sqlite3.connect(
            self._path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            _bring_up_to_date(connection, self._path)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _read(self, operation: Callable[[sqlite3.Connection], Result]) -> Result:
        return await self._on_thread(partial(operation, self._opened()))

    async def _write(
        self, operation: Callable[[sqlite3.Connection], Result], *, durable: bool = True
    ) -> Result:
        done = partial(_in_transaction, self._opened(), operation, durable)
        return await self._on_thread(done)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise RegisterUnavailable("it is closed")
        return self._connection

    async def _on_thread(self, work: Callable[[], Result]) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (sqlite3.Error, OSError) as problem:
            raise RegisterUnavailable(f"{self._path}: {problem}") from problem


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise RegisterUnavailable(f"{path} was written by a later version of Modulo")
    if version == 0:
        for statement in filter(str.strip, SCHEMA.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _in_transaction(
    connection: sqlite3.Connection,
    operation: Callable[[sqlite3.Connection], Result],
    durable: bool,
) -> Result:
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = operation(connection)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return result


def _add(connection: sqlite3.Connection, registered: Registered) -> None:
    key = registered.key
    connection.execute(
        f"INSERT INTO keys ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)",  # noqa: S608
        (
            *(key.key_id, registered.digest, key.tenant, written(key.quota), key.note),
            *(int(key.metrics), microseconds(key.created_at)),
        ),
    )


def _find(connection: sqlite3.Connection, key_id: str) -> Registered | None:
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM keys WHERE id = ?",  # noqa: S608
        (key_id,),
    ).fetchone()
    return None if found is None else _registered(found)


def _keys(connection: sqlite3.Connection) -> tuple[Key, ...]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM keys ORDER BY created_at, id")  # noqa: S608
    return tuple(_registered(row).key for row in rows)


def _revoke(connection: sqlite3.Connection, key_id: str, at: int) -> Key:
    connection.execute(
        "UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?", (at, key_id)
    )
    found = _find(connection, key_id)
    if found is None:
        raise UnknownKey(key_id)
    return found.key


def _empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM keys LIMIT 1").fetchone() is None


def _secret(connection: sqlite3.Connection) -> bytes:
    found = connection.execute("SELECT secret FROM installation").fetchone()
    if found is not None:
        kept: bytes = found[0]
        return kept
    made = secrets.token_bytes(32)
    connection.execute("INSERT INTO installation (secret) VALUES (?)", (made,))
    return made


def _registered(row: tuple[object, ...]) -> Registered:
    key_id, digest, tenant, quota, note, metrics, created_at, revoked_at, used_at = row
    assert isinstance(digest, bytes)
    assert isinstance(created_at, int)
    return Registered(
        key=Key(
            key_id=str(key_id),
            tenant=str(tenant),
            quota=quota_of(str(quota)),
            note=str(note),
            metrics=bool(metrics),
            created_at=time(created_at),
            revoked_at=time(revoked_at) if isinstance(revoked_at, int) else None,
            used_at=time(used_at) if isinstance(used_at, int) else None,
        ),
        digest=digest,
    )
