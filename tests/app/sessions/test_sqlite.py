import asyncio
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.sessions.clock import time
from app.sessions.errors import BrokenLog, StaleWriter, StoreUnavailable
from app.sessions.origin import DEFAULT_TENANT, Origin
from app.sessions.sqlite import SqliteStore
from app.sessions.sqlite_rows import page_statement
from app.sessions.sqlite_schema import SCHEMA
from app.sessions.status import Status
from app.sessions.store import Filter, IdempotencyKey
from app.sessions.wire import CancelledWire, DeliveredWire, FailedWire
from tests.app.sessions.parts import CREATED

WRITER = """
import asyncio, os, signal, sys
from pathlib import Path
from app.sessions.sqlite import SqliteStore
from app.sessions.wire import DeliveredWire
from tests.app.sessions.parts import CREATED

async def write():
    async with SqliteStore(Path(sys.argv[1])) as store:
        await store.create("s", CREATED)
        await store.append("s", DeliveredWire(), expected=1)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(write())
"""


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "deeper" / "sessions.db"


def test_what_was_written_survives_a_kill_of_the_process(path):
    done = subprocess.run([sys.executable, "-c", WRITER, path], check=False, timeout=60)
    assert done.returncode == -9

    async def read():
        async with SqliteStore(path) as store:
            return [entry.event.type for entry in await store.read("s")]

    assert asyncio.run(read()) == ["session_created", "delivered"]


async def test_a_second_user_of_the_file_is_turned_away(path):
    async with SqliteStore(path):
        with pytest.raises(StoreUnavailable, match="another process uses"):
            async with SqliteStore(path):
                pass
    async with SqliteStore(path) as store:
        await store.ping()


async def test_a_file_that_is_no_database_is_refused(path):
    path.parent.mkdir()
    path.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        async with SqliteStore(path):
            pass


async def test_a_file_of_a_later_version_is_refused(path):
    async with SqliteStore(path):
        pass
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreUnavailable, match="later version"):
        async with SqliteStore(path):
            pass


async def test_a_folder_that_cannot_be_written_is_said_to_be_unavailable(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable):
        async with SqliteStore(tmp_path / "file" / "sessions.db"):
            pass


async def test_a_closed_store_is_unavailable(path):
    async with SqliteStore(path) as store:
        await store.create("s", CREATED)
    with pytest.raises(StoreUnavailable, match="closed"):
        await store.head("s")


async def test_a_full_disk_fails_what_did_not_fit_and_nothing_else(path):
    async with SqliteStore(path) as store:
        await store.create("s", CREATED)
        await store._sqlite.run(lambda connection: connection.execute("PRAGMA max_page_count = 20"))
        long = FailedWire(reason="x" * 500_000)
        with pytest.raises(StoreUnavailable, match="full"):
            await store.append("s", long, expected=1)
        await store._sqlite.run(
            lambda connection: connection.execute("PRAGMA max_page_count = 9999")
        )
        assert (await store.append("s", long, expected=1)).sequence == 2


async def test_one_refused_event_does_not_undo_those_committed_with_it(path):
    async with SqliteStore(path) as store:
        await store.create("s", CREATED)
        await store.create("t", CREATED)
        results = await asyncio.gather(
            store.append("s", DeliveredWire(), expected=1),
            store.append("t", DeliveredWire(), expected=9),
            store.append("none", DeliveredWire(), expected=1),
            store.append("s", CancelledWire(), expected=2),
            return_exceptions=True,
        )
        assert isinstance(results[1], StaleWriter)
        assert [entry.event.type for entry in await store.read("s")][1:] == [
            "delivered",
            "cancelled",
        ]


async def test_an_operation_that_breaks_is_undone_alone(path):
    async with SqliteStore(path) as store:
        await store.create("s", CREATED)

        def breaks(connection):
            connection.execute("DELETE FROM events")
            raise ValueError("broken")

        good = store.append("s", DeliveredWire(), expected=1)
        with pytest.raises(ValueError, match="broken"):
            await store._sqlite.run(breaks)
        await good
        assert len(await store.read("s")) == 2


async def test_what_is_erased_stands_in_no_file_any_more(path):
    secret = b"between-you-and-me"
    async with SqliteStore(path) as store:
        await store.create("s", CREATED.model_copy(update={"preference": secret.decode()}))
        await store.append("s", CancelledWire(), expected=1)
        assert any(secret in file.read_bytes() for file in path.parent.iterdir())
        await store.erase("s")
        assert not any(secret in file.read_bytes() for file in path.parent.iterdir())


@pytest.mark.parametrize("line", ["{", '{"type": "solved"}', '{"type": "of a time to come"}', "[]"])
async def test_a_damaged_event_is_named_and_other_sessions_are_not_touched(path, line):
    async with SqliteStore(path) as store:
        await store.create("s", CREATED)
        await store.create("t", CREATED)
        await store._sqlite.run(
            lambda connection: (
                connection.execute(
                    "UPDATE events SET event = ? WHERE session = 1", (line,)
                ).rowcount
            )
        )
        with pytest.raises(BrokenLog, match="event 1"):
            await store.read("s")
        assert await store.read("t")


async def test_the_event_loop_goes_on_while_the_disk_is_slow(path):
    disk = threading.Event()
    async with SqliteStore(path) as store:
        slow = asyncio.create_task(store._sqlite.run(lambda connection: disk.wait(10)))
        waiting = asyncio.create_task(store.create("s", CREATED))
        await asyncio.sleep(0.02)
        assert not slow.done()
        assert not waiting.done()
        disk.set()
        await waiting
        assert await slow


def of_version_1(path: Path, sessions: int) -> None:
    """Write a file as version 1 of the schema did, whose requests knew no origin."""
    path.parent.mkdir()
    line = CREATED.model_dump_json(exclude={"origin", "webhook"}, exclude_none=True)
    with sqlite3.connect(path) as connection:
        connection.executescript(f"{SCHEMA[0]} PRAGMA user_version = 1;")
        for number in range(1, sessions + 1):
            status = "cancelled" if number % 2 else "queued"
            connection.execute(
                "INSERT INTO sessions (id, status, created_at, key, fingerprint) "
                "VALUES (?, ?, ?, ?, 'f')",
                (f"s{number}", status, number, f"k{number}"),
            )
            events = [(1, line)]
            if number % 2:
                events.append((2, '{"type":"cancelled"}'))
            connection.executemany(
                "INSERT INTO events VALUES (?, ?, ?, ?)",
                [(number, sequence, number * 10 + sequence, text) for sequence, text in events],
            )
    connection.close()


async def test_a_file_of_the_first_version_opens_and_goes_on(path):
    of_version_1(path, 5)
    async with SqliteStore(path) as store:
        page = await store.page(limit=10, wanted=Filter(tenant=DEFAULT_TENANT))
        assert [head.session_id for head in page.heads] == ["s5", "s4", "s3", "s2", "s1"]
        assert page.heads[0].origin == Origin()
        assert await store.counts() == {Status.CANCELLED: 3, Status.QUEUED: 2}
        found = await store.find(IdempotencyKey(key="k4", fingerprint="f"))
        assert found is not None
        assert found.session_id == "s4"
        await store.append("s4", CancelledWire(), expected=1)
        assert await store.counts() == {Status.CANCELLED: 4, Status.QUEUED: 1}
        # Those that had ended before are forgotten by when they ended, too.
        assert await store.expire(ended_before=time(32), limit=10) == 1
        assert await store.expire(ended_before=time(33), limit=10) == 1
        assert [head.session_id for head in (await store.page(limit=10)).heads] == [
            "s5",
            "s4",
            "s2",
        ]


STATUSES = [None, Status.FAILED]
TENANTS = [None, "t"]
BATCHES = [None, "b"]


@pytest.mark.parametrize("before", [None, 7])
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("tenant", TENANTS)
@pytest.mark.parametrize("batch", BATCHES)
async def test_no_page_is_found_by_looking_through_all_sessions(
    path, before, status, tenant, batch
):
    wanted = Filter(status=status, tenant=tenant, batch=batch)
    statement = page_statement(wanted, before)
    values = {"status": "failed", "tenant": "t", "batch": "b", "before": 7, "limit": 3}

    def explain(connection):
        # For the lists as such: what joins the last events to a page takes its few rows.
        inner = statement[
            statement.index("(SELECT * FROM sessions") + 1 : statement.index(") AS s")
        ]
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {inner}", values)]

    async with SqliteStore(path) as store:
        plan = await store._sqlite.run(explain)
    assert not any("TEMP B-TREE" in line for line in plan)
    if batch is not None:
        index = "sessions_by_batch_and_status" if status else "sessions_by_batch"
        assert f"USING INDEX {index} (batch=?" in plan[0]
    elif tenant is not None:
        index = "sessions_by_tenant_and_status" if status else "sessions_by_tenant"
        assert f"USING INDEX {index} (tenant=?" in plan[0]
    elif status is not None:
        assert "USING INDEX sessions_by_status (status=?" in plan[0]
    else:
        # By the table's own key, from its end: it stops when the page is full.
        assert plan in (
            ["SCAN sessions"],
            ["SEARCH sessions USING INTEGER PRIMARY KEY (rowid<?)"],
        )


async def test_what_is_looked_up_often_has_an_index(path):
    statements = {
        "SELECT count(*) FROM sessions WHERE holder IS ? AND status IN ('queued', 'running')": (
            "unfinished_by_holder (holder=?)"
        ),
        "SELECT number FROM sessions WHERE ended_at < ? ORDER BY ended_at, number LIMIT 9": (
            "sessions_by_end (ended_at<?)"
        ),
        "SELECT session FROM notices WHERE due_at <= ? ORDER BY due_at, session LIMIT 1": (
            "notices_by_due (due_at<?)"
        ),
        "SELECT * FROM batches WHERE tenant = ? AND number < 9 ORDER BY number DESC": (
            "batches_by_tenant (tenant=? AND number<?)"
        ),
    }
    async with SqliteStore(path) as store:
        for statement, index in statements.items():
            plan = await store._sqlite.run(
                lambda connection, statement=statement: connection.execute(
                    f"EXPLAIN QUERY PLAN {statement}", (1,)
                ).fetchall()
            )
            assert [index in row[3] for row in plan] == [True], plan
