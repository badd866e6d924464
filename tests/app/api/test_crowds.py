"""Many readers at once, and readers that never read: measured on a server of its own."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest

from tests.app.api.test_plans import ASKED, AT_ONCE
from tests.app.api.test_shutdown import served


def memory_mebibytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise AssertionError("it is gone")


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def asking(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class Reader:
    """One stream over a connection of its own."""

    @classmethod
    async def of(cls, port: int, path: str) -> "Reader":
        self = cls()
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.writer.write(asking(path))
        return self

    async def until(self, event: str) -> None:
        async for line in self.reader:
            if line == f"event: {event}\n".encode():
                return
        raise AssertionError(f"the stream ended before {event}")


async def read_by_many(port: int, pid: int, sessions: int, each: int) -> tuple[float, int]:
    """Open streams, have the sessions cancelled; gives memory and descriptors while idle."""
    before, files = memory_mebibytes(pid), descriptors(pid)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        asked = [
            await client.post("/v1/plans", json=ASKED, headers=AT_ONCE) for _ in range(sessions)
        ]
        ids = [response.json()["id"] for response in asked]
        readers = [await Reader.of(port, f"/v1/plans/{one}/events") for one in ids * each]
        async with asyncio.timeout(60):
            await asyncio.gather(*(reader.until("attempt_started") for reader in readers))
            grown, opened = memory_mebibytes(pid) - before, descriptors(pid) - files
            for one in ids:
                assert (await client.post(f"/v1/plans/{one}/cancel")).status_code == 200
            await asyncio.gather(*(reader.until("cancelled") for reader in readers))
        assert (await client.get("/livez")).status_code == 200
    for reader in readers:
        reader.writer.close()
    return grown, opened


def test_a_thousand_idle_streams_all_get_their_next_event(tmp_path, record_property):
    with served(tmp_path, "3600") as (process, client):
        port = client.base_url.port
        grown, opened = asyncio.run(read_by_many(port, process.pid, sessions=20, each=50))
    record_property("mebibytes", grown)
    record_property("descriptors", opened)
    assert 1000 <= opened <= 1100
    assert grown < 200


@pytest.mark.sweep
def test_readers_that_never_read_cost_a_bounded_memory_and_hold_no_session_up(
    tmp_path, record_property
):
    """A log of 8 MB, and 60 readers that take none of it: 480 MB, were it held for each."""
    with served(tmp_path, "0.02", "100000") as (process, client):
        port = client.base_url.port
        asked = {**ASKED, "budget": {"attempts": 80, "seconds": 60}}
        session_id = client.post("/v1/plans", json=asked, headers=AT_ONCE).json()["id"]
        before = memory_mebibytes(process.pid)
        idle = []
        for _ in range(60):
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", port))
            one.sendall(asking(f"/v1/plans/{session_id}/events"))
            idle.append(one)
        session = client.get(f"/v1/plans/{session_id}", params={"wait": 60}).json()
        assert session["status"] == "exhausted"
        assert session["spent"]["attempts"] == 80
        whole = client.get(f"/v1/plans/{session_id}/events")
        assert len(whole.content) > 8_000_000
        grown = memory_mebibytes(process.pid) - before
        assert client.get("/livez").status_code == 200
        for one in idle:
            one.close()
    record_property("mebibytes", grown)
    # 41 as measured; 303 where each reader held the whole log.
    assert grown < 160
