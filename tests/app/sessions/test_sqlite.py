import asyncio
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.sessions.errors import BrokenLog, StaleWriter, StoreUnavailable
from app.sessions.sqlite import SqliteStore
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
