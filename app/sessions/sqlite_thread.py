"""A thread of its own for a SQLite file; calls that come together commit together.

Nothing here knows what is stored. One thread and one connection: SQLite writes one at a
time anyway, and the event loop never waits for the disk.
"""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeAlias, TypeVar

from app.sessions.errors import StoreUnavailable

Item = TypeVar("Item")
Result = TypeVar("Result")
Bulk: TypeAlias = Callable[[sqlite3.Connection, Sequence[Item]], Sequence[Result | Exception]]
Settled: TypeAlias = list[tuple["Call", Any]]
BUSY_SECONDS = 5.0
BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call:
    """An operation and who waits for it.

    Attributes:
        operation: What to do in the transaction, for all items that came one after
            another at once; None to stop the thread.
        item: What to do it with.
        done: Takes the result, on the loop that waits.
        then: Told of each good result, on that loop, also when nobody waits any more.
        checkpoint: Empty the write-ahead log after the commit.
    """

    operation: Bulk[Any, Any] | None
    item: Any
    done: asyncio.Future[Any]
    then: Callable[[Any], None] | None = None
    checkpoint: bool = False


class SqliteThread:
    """Runs operations on one SQLite file, in order, off the event loop.

    What has returned is on the disk: the log is written ahead and synchronised at each
    commit. The file belongs to one process at a time; a lock that dies with the process
    sees to it.
    """

    def __init__(self, path: Path, schema: Sequence[str]) -> None:
        """Take the file's path and its schema: the statements of each version in turn."""
        self._path = path
        self._schema = tuple(schema)
        self._calls: SimpleQueue[Call] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> None:
        """Open the file, making it or bringing it up to date where needed.

        Raises:
            StoreUnavailable: the file cannot be used, or another process uses it.
        """
        loop = asyncio.get_running_loop()
        opened: asyncio.Future[None] = loop.create_future()
        # A daemon: a process that ends without closing must not hang on it, and a commit
        # cut short is undone when the file is opened again.
        work = Thread(
            target=self._work, args=(loop, opened), name=f"sqlite {self._path.name}", daemon=True
        )
        work.start()
        await opened
        self._loop = loop

    def call(
        self,
        operation: Bulk[Item, Result],
        item: Item,
        *,
        then: Callable[[Result], None] | None = None,
        checkpoint: bool = False,
    ) -> asyncio.Future[Result]:
        """Have an operation done in a transaction. It is under way when this returns.

        Items of one operation that are called for one after another reach it together:
        each statement costs the thread a wait for the interpreter's lock, so one
        statement for many items is what keeps it fast beside a busy event loop.

        Args:
            operation: Gets the connection and the items, on the thread; gives a result or
                an exception for each. Must not begin or commit. What it raises undoes all
                that it did.
            item: What to do it with.
            then: Told of a good result, on the loop, also when nobody waits any more.
            checkpoint: Empty the write-ahead log after the commit, so that what was
                deleted stands nowhere any more.

        Returns:
            The result, once it is on the disk; cancelling it undoes nothing. It raises what
            the operation raised, or `StoreUnavailable` when SQLite could not do it.

        Raises:
            StoreUnavailable: the file is closed.
        """
        if self._loop is None:
            raise StoreUnavailable("it is closed")
        done: asyncio.Future[Result] = self._loop.create_future()
        self._calls.put(
            Call(operation=operation, item=item, done=done, then=then, checkpoint=checkpoint)
        )
        return done

    async def run(
        self, operation: Callable[[sqlite3.Connection], Result], *, checkpoint: bool = False
    ) -> Result:
        """Run an operation of one item; see `call`."""

        def alone(
            connection: sqlite3.Connection, items: Sequence[Callable[..., Result]]
        ) -> list[Result]:
            return [item(connection) for item in items]

        # A function of this call alone, so that no other call is undone with it.
        return await self.call(alone, operation, checkpoint=checkpoint)

    async def close(self) -> None:
        """Finish what was called before, then let go of the file."""
        if self._loop is not None:
            done: asyncio.Future[None] = self._loop.create_future()
            self._loop = None
            self._calls.put(Call(operation=None, item=None, done=done))
            await done

    def _work(self, loop: asyncio.AbstractEventLoop, opened: asyncio.Future[None]) -> None:
        try:
            lock = _lock(self._path)
            connection = _connect(self._path, self._schema, lock)
        except (OSError, sqlite3.Error, StoreUnavailable) as problem:
            _tell(loop, _refuse, opened, problem)
            return
        _tell(loop, opened.set_result, None)
        stop: Call | None = None
        while stop is None:
            batch = self._next_batch()
            stop = batch.pop() if batch[-1].operation is None else None
            if batch:
                _tell(loop, _settle, _run(connection, batch))
        connection.close()
        os.close(lock)
        _tell(loop, _settle, [(stop, None)])

    def _next_batch(self) -> list[Call]:
        batch = [self._calls.get()]
        while len(batch) < BATCH and batch[-1].operation is not None:
            try:
                batch.append(self._calls.get_nowait())
            except Empty:
                break
        return batch


def _lock(path: Path) -> int:
    """Keep other processes off the file; the lock ends with this process, however it ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise StoreUnavailable(f"another process uses {path}") from None
    return lock


def _connect(path: Path, schema: Sequence[str], lock: int) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        _bring_up_to_date(connection, path, schema)
    except BaseException:
        os.close(lock)
        raise
    return connection


def _bring_up_to_date(connection: sqlite3.Connection, path: Path, schema: Sequence[str]) -> None:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(schema):
        raise StoreUnavailable(
            f"{path} was written by a later version (schema {version}; this one knows "
            f"{len(schema)})"
        )
    for number, statements in enumerate(schema[version:], version + 1):
        connection.executescript(
            f"BEGIN IMMEDIATE; {statements} PRAGMA user_version = {number}; COMMIT;"
        )


def _run(connection: sqlite3.Connection, batch: list[Call]) -> Settled:
    """Run a batch in one transaction. A failing disk fails all of it."""
    settled: Settled = []
    try:
        connection.execute("BEGIN IMMEDIATE")
        for operation, calls in groupby(batch, key=lambda call: call.operation):
            assert operation is not None
            settled.extend(_run_together(connection, operation, list(calls)))
        connection.execute("COMMIT")
        if any(call.checkpoint for call in batch):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as problem:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        return [(call, StoreUnavailable(str(problem))) for call in batch]
    return settled


def _run_together(
    connection: sqlite3.Connection, operation: Bulk[Any, Any], calls: list[Call]
) -> Settled:
    connection.execute("SAVEPOINT together")
    try:
        results = operation(connection, [call.item for call in calls])
    except sqlite3.OperationalError:
        raise
    except Exception as problem:
        connection.execute("ROLLBACK TO together")
        results = [problem] * len(calls)
    connection.execute("RELEASE together")
    return list(zip(calls, results, strict=True))


def _tell(loop: asyncio.AbstractEventLoop, callback: Callable[..., None], *values: Any) -> None:
    try:
        loop.call_soon_threadsafe(callback, *values)
    except RuntimeError:
        # The loop is closed: nobody waits any more, and what was committed stays so.
        return


def _settle(settled: Settled) -> None:
    for call, result in settled:
        good = not isinstance(result, Exception)
        if good and call.then is not None:
            call.then(result)
        if call.done.cancelled():
            continue
        if good:
            call.done.set_result(result)
        else:
            call.done.set_exception(result)


def _refuse(opened: asyncio.Future[None], problem: Exception) -> None:
    if not opened.cancelled():
        unavailable = problem if isinstance(problem, StoreUnavailable) else None
        opened.set_exception(unavailable or StoreUnavailable(str(problem)))
