"""A real server on a free port, over a real store, with a small bank behind it."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.access.entrance import Entrance
from app.api.app import create_app
from app.api.server import Server
from app.api.service import Limits, Service
from app.bank import Bank
from app.proposers.sound import SoundPlanners
from app.sessions.redis_store import RedisStore
from app.sessions.runner import Runner
from app.sessions.sqlite import SqliteStore
from tests.app.sessions.parts import Patient, SmallBank

LAMPLIGHTER = {
    "name": "lamplighter",
    "summary": "plans with lamps",
    "version": None,
    "licence": "MIT",
    "source": "pip install lamplighter",
    "purposes": ["plan", "proof"],
    "features": ["negative conditions"],
}
CATALOGUE: Mapping[str, list[Mapping[str, object]]] = {
    "models": [{"name": "patient", "summary": "answers in turn"}],
    "strategies": [{"name": "resample", "summary": "asks afresh"}],
    "engines": [LAMPLIGHTER, {**LAMPLIGHTER, "name": "torch", "version": "1.2"}],
}
LIMITS = Limits(body_bytes=200_000, keep_alive_seconds=0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that runs, and a client for it."""

    client: httpx.AsyncClient
    server: Server
    service: Service


@asynccontextmanager
async def serve(
    folder: Path,
    proposer: Patient,
    limits: Limits = LIMITS,
    *,
    planners: SoundPlanners | None = None,
    bank: SmallBank | Bank | None = None,
    browser_origins: Sequence[str] = (),
    store: SqliteStore | RedisStore | None = None,
    runs: bool = True,
    entrance: Entrance | None = None,
    drain_seconds: float = 0.0,
) -> AsyncGenerator[Served, None]:
    """Serve; a `store` that is given is open, and stays so: several servers may share it.

    Where a server does not run sessions, another one over the same store has to.
    """
    opened: list[Service] = []

    @asynccontextmanager
    async def open_service() -> AsyncGenerator[Service, None]:
        parts = bank or SmallBank(proposer)
        async with (
            nullcontext(store) if store else SqliteStore(folder / "sessions.db") as remembers,
            Runner(
                store=remembers,
                composer=parts,
                verifier=parts.verifier,
                runs=runs,
                observers=entrance.observers if entrance else (),
            ) as runner,
        ):
            opened.append(
                Service(
                    store=remembers,
                    batches=remembers.batches,
                    runner=runner,
                    composer=parts,
                    verifier=parts.verifier,
                    planners=planners or SoundPlanners(),
                    catalogue=parts.catalogue if isinstance(parts, Bank) else lambda: CATALOGUE,
                    entrance=entrance or Entrance(),
                )
            )
            yield opened[0]

    app = create_app(open_service, version="0.0.0", limits=limits, browser_origins=browser_origins)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = Server(app, host="127.0.0.1", port=port, drain_seconds=drain_seconds)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            assert not serving.done(), "the server did not come up"
            await asyncio.sleep(0.005)
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
                yield Served(client=client, server=server, service=opened[0])
        finally:
            server.should_exit = True
            await serving


async def events(response: httpx.Response) -> AsyncGenerator[tuple[int, str, dict], None]:
    """Read server-sent events as they come: number, type and data of each."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
        elif not line and "data" in fields:
            yield int(fields["id"]), fields["event"], json.loads(fields["data"])
            fields = {}
