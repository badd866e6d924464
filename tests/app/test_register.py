"""Who gets in, by the settings: where a service is open, and where it does not start."""

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from app.access.caller import Caller, Quota
from app.access.errors import KeyRefused
from app.access.keys import mint
from app.register import Unprotected, is_loopback, open_access, open_register, who_gets_in
from app.settings import Settings
from planners.generators.blocksworld import generate

REACHABLE = ("0.0.0.0", "::", "192.0.2.1", "example.org", "", "127.0.0.1.example.org")
LOOPBACK = ("127.0.0.1", "127.0.0.2", "::1", "localhost")


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(keys=tmp_path / "keys.db", database=tmp_path / "sessions.db")


def at(settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(update=changes)


async def make_a_key(settings: Settings, *, revoked: bool = False) -> str:
    now = datetime.now(UTC)
    registered, text = mint(tenant="lab", quota=Quota(), note="", metrics=False, created_at=now)
    async with open_register(settings) as register:
        await register.add(registered)
        if revoked:
            await register.revoke(registered.key.key_id, now)
    return text


def test_only_what_always_means_this_machine_is_loopback():
    assert not any(map(is_loopback, REACHABLE))
    assert all(map(is_loopback, LOOPBACK))


@pytest.mark.parametrize("host", REACHABLE)
async def test_a_service_that_others_can_reach_does_not_start_without_keys(settings, host):
    with pytest.raises(Unprotected) as refused:
        await who_gets_in(at(settings, host=host))
    assert "modulo keys create" in str(refused.value)
    assert "MODULO_TRUST_NETWORK" in str(refused.value)


async def test_it_starts_with_a_key_and_where_the_network_is_trusted(settings):
    trusted = at(settings, host="0.0.0.0", trust_network=True)
    assert "MODULO_TRUST_NETWORK" in await who_gets_in(trusted)
    await make_a_key(settings)
    for one in (trusted, at(settings, host="0.0.0.0"), settings):
        assert await who_gets_in(one) == "an API key is needed for every request"


async def test_on_loopback_it_says_that_it_is_open(settings):
    for host in LOOPBACK:
        said = await who_gets_in(at(settings, host=host))
        assert "open without API keys to everybody on this machine" in said


async def test_a_revoked_key_still_says_that_keys_are_needed(settings):
    await make_a_key(settings, revoked=True)
    assert await who_gets_in(settings) == "an API key is needed for every request"
    async with open_access(settings) as entrance:
        with pytest.raises(KeyRefused):
            await entrance.caller(None)


@pytest.mark.parametrize(
    ("changes", "is_open", "is_local"),
    [
        ({}, True, True),
        ({"host": "0.0.0.0"}, False, False),
        ({"trust_network": True}, True, False),
        ({"host": "0.0.0.0", "trust_network": True}, True, False),
    ],
)
async def test_where_it_is_open_and_where_to_its_machine_alone(
    settings, changes, is_open, is_local
):
    changed = at(settings, **changes)
    async with open_access(changed) as entrance:
        assert (await entrance.is_open(), await entrance.is_local()) == (is_open, is_local)
    key = await make_a_key(settings)
    async with open_access(changed) as entrance:
        assert (await entrance.is_open(), await entrance.is_local()) == (False, False)
        assert isinstance(await entrance.caller(key), Caller)


async def test_keys_are_in_redis_where_there_is_one(settings, redis_url):
    over = at(settings, redis_url=redis_url)
    key = await make_a_key(over)
    async with open_access(over) as entrance:
        assert (await entrance.caller(key)).tenant == "lab"
    assert not settings.keys.exists()


def serve(settings: Settings, *, module: str = "app.main", **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module],
        env={
            **os.environ,
            "MODULO_KEYS": str(settings.keys),
            "MODULO_DATABASE": str(settings.database),
            **more,
        },
        cwd=Path(__file__).parents[2],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.sweep
def test_the_program_says_why_it_does_not_start(settings):
    with serve(settings, MODULO_HOST="0.0.0.0", MODULO_PORT="0") as process:
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait(60) == 1
    assert said.startswith("modulo: others can reach 0.0.0.0")
    assert "Traceback" not in said


@pytest.mark.sweep
async def test_a_running_service_closes_with_the_first_key_that_is_made_beside_it(settings):
    port = free_port()
    with serve(settings, MODULO_PORT=port) as process:
        try:
            assert process.stderr is not None
            assert "open without API keys" in process.stderr.readline()
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
                until(client, 200)
                key = await make_a_key(settings)
                until(client, 401)
                until(client, 200, {"Authorization": f"Bearer {key}"})
        finally:
            process.terminate()
            process.wait(30)
    # The ledger was written when the service ended.
    async with open_register(settings) as register:
        assert (await register.keys())[0].used_at is not None


@pytest.mark.sweep
async def test_what_a_worker_spends_counts_in_every_replica(settings, redis_url):
    over = at(settings, redis_url=redis_url)
    ports = (free_port(), free_port())
    task = generate(blocks=3, seed=1)
    body = {"domain": task.domain, "problem": task.problem}
    now = datetime.now(UTC)
    quota = Quota(tokens_per_day=1)
    registered, key = mint(tenant="lab", quota=quota, note="", metrics=False, created_at=now)
    async with open_register(over) as register:
        await register.add(registered)
    headers = {"Authorization": f"Bearer {key}"}
    with ExitStack() as running:
        for more in (*({"MODULO_PORT": port} for port in ports), {"module": "app.worker"}):
            process = running.enter_context(serve(settings, MODULO_REDIS_URL=redis_url, **more))
            running.callback(process.terminate)
        first, second = (
            running.enter_context(
                httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=70, headers=headers)
            )
            for port in ports
        )
        until(first, 200)
        until(second, 200)
        asked = first.post("/v1/plans", json=body, headers={"Prefer": "wait=60"})
        assert asked.json()["status"] == "solved"
        # Written down within a second.
        deadline = time.monotonic() + 20
        for client in (second, first):
            while (refused := client.post("/v1/plans", json=body)).status_code != 429:
                assert time.monotonic() < deadline
            assert refused.json()["quota"] == "tokens_per_day"


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def until(client: httpx.Client, status: int, headers: dict[str, str] | None = None) -> None:
    """Ask until the answer is this."""
    deadline = time.monotonic() + 60
    while True:
        try:
            if client.get("/v1/catalogue", headers=headers).status_code == status:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.1)
