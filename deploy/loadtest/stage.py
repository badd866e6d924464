"""What a load test runs against: started by the test on free ports, and ended with it."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.loadtest.connection import Request, ask
from deploy.loadtest.loopback import Address, free_port
from deploy.loadtest.programs import NotStarted, Program

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
START_SECONDS = 90.0
LOOK_SECONDS = 0.05
MODEL = "simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSetup:
    """The simulated model server.

    Attributes:
        slots: Calls that run at once.
        call_seconds: What each call takes in its slot.
        flawed: Probability that a first answer is wrong.
        falling: What a backprompt multiplies that by.
        seed: Same seed, same answers and faults.
        faults: As its command takes them.
    """

    slots: int = 32
    call_seconds: float = 0.2
    flawed: float = 0.7
    falling: float = 0.5
    seed: int = 0
    faults: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is to be started.

    Attributes:
        model: The simulated model server.
        workers: Processes that run sessions, with a Redis between; with 0 the one process
            that serves runs them, too, and keeps them in SQLite.
        concurrency: Sessions that run at once in each process that runs any.
        environment: More settings of Modulo, under their full names.
    """

    model: ModelSetup = field(default_factory=ModelSetup)
    workers: int = 0
    concurrency: int = 512
    environment: Mapping[str, str] = field(default_factory=dict)

    def described(self) -> dict[str, object]:
        """Give the settings as the report has them."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A service that answers, and what stands behind it.

    Attributes:
        address: Where it answers.
        folder: What its programs write; gone when the test ends.
        programs: By name: `model`, `redis`, `serve`, `worker-1` and so on; none where the
            service was there before.
        ports: Where each of them is asked whether it is ready.
        environment: What Modulo's programs are started with.
    """

    address: Address
    folder: Path
    programs: Mapping[str, Program] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def calls(self) -> Path | None:
        """The journal of the simulated model server, or None where it is not ours."""
        return self.folder / "calls.jsonl" if "model" in self.programs else None

    @property
    def workers(self) -> tuple[Program, ...]:
        """The programs that only run sessions."""
        return tuple(each for name, each in self.programs.items() if name.startswith("worker-"))

    async def start(self, name: str) -> None:
        """Start a program and wait until it is ready.

        Raises:
            NotStarted: it ended, or was not ready in time.
        """
        program = self.programs[name]
        program.start()
        ready = _redis_ready if name == "redis" else _http_ready
        path = "/health" if name == "model" else "/readyz"
        await _until(program, lambda: ready(self.ports[name], path))


async def _until(program: Program, ready: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while program.pid is not None and time.monotonic() < deadline:
        if await ready():
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise NotStarted(program.name, program.told())


async def _http_ready(port: int, path: str) -> bool:
    with suppress(OSError, TimeoutError):
        address = Address(host=HOST, port=port)
        return (await ask(address, Request(path=path), seconds=5.0)).status == 200
    return False


async def _redis_ready(port: int, _: str) -> bool:
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(5.0):
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(b"PING\r\n")
            said = await reader.readline()
            writer.close()
            # While it reads its file it says that it is loading.
            return said.startswith(b"+PONG")
    return False


@asynccontextmanager
async def staged(setup: Setup, address: Address | None) -> AsyncGenerator[Stage, None]:
    """Start what a test needs, and end all of it with the block, however that ends.

    Args:
        setup: What to start.
        address: A service that runs already; then nothing is started.

    Raises:
        NotStarted: a program did not come up, or is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="loadtest-") as name:
        folder = Path(name)
        if address is not None:
            yield Stage(address=address, folder=folder)
            return
        stage = _planned(setup, folder)
        try:
            for each in stage.programs:
                await stage.start(each)
            yield stage
        finally:
            # Those that use others first.
            for program in reversed(list(stage.programs.values())):
                await program.stop()


def _planned(setup: Setup, folder: Path) -> Stage:
    names = ["model", *(["redis"] if setup.workers else []), "serve"]
    names += [f"worker-{number}" for number in range(1, setup.workers + 1)]
    ports = {name: free_port() for name in names}
    environment = modulo_environment(setup, folder, ports)
    programs: dict[str, Program] = {}
    for name in names:
        more = {"MODULO_WORKER_PORT": str(ports[name])} if name.startswith("worker-") else {}
        programs[name] = Program(
            name,
            _command(name, setup, folder, ports[name]),
            environment={**environment, **more},
            folder=folder,
        )
    return Stage(
        address=Address(host=HOST, port=ports["serve"]),
        folder=folder,
        programs=programs,
        ports=ports,
        environment=environment,
    )


def _command(name: str, setup: Setup, folder: Path, port: int) -> tuple[str, ...]:
    if name == "model":
        return _model_command(setup.model, folder, port)
    if name == "redis":
        return _redis_command(folder, port)
    if name == "serve":
        return (modulo_program(), "serve", "--host", HOST, "--port", str(port))
    return (modulo_program(), "worker")


def _model_command(model: ModelSetup, folder: Path, port: int) -> tuple[str, ...]:
    options = {
        "port": port,
        "model": MODEL,
        "seed": model.seed,
        "slots": model.slots,
        # The time of a call is the same for all, and its answer comes in one piece: so the
        # simulation has time for many.
        "first": model.call_seconds,
        "prefill": 0,
        "token": 0,
        "chunk": 1_000_000,
        # A large task with a dozen answers is 33,000 tokens: the window is not what is tested.
        "context": 131_072,
        "flawed": model.flawed,
        "falling": model.falling,
        "faults": model.faults,
        "calls": folder / "calls.jsonl",
    }
    said = (part for name, value in options.items() for part in (f"--{name}", str(value)))
    return (sys.executable, "-m", "deploy.loadtest.model_server", *said)


def _redis_command(folder: Path, port: int) -> tuple[str, ...]:
    program = shutil.which("redis-server")
    if program is None:
        raise NotStarted("redis", "redis-server is not on the PATH")
    return (
        *(program, "--port", str(port), "--bind", HOST, "--dir", str(folder)),
        *("--save", "", "--appendonly", "yes", "--appendfsync", "everysec"),
    )


def modulo_program() -> str:
    """Find the command `modulo` of this Python.

    Raises:
        NotStarted: the project is not installed here.
    """
    program = Path(sys.executable).with_name("modulo")
    if not program.exists():
        raise NotStarted("modulo", f"there is no {program}; install the project")
    return str(program)


def modulo_environment(setup: Setup, folder: Path, ports: Mapping[str, int]) -> dict[str, str]:
    """Say what Modulo's programs are started with: nothing of the user's own settings."""
    inherited = {name: value for name, value in os.environ.items() if name[:7] != "MODULO_"}
    redis = {"MODULO_REDIS_URL": f"redis://{HOST}:{ports['redis']}/0"} if setup.workers else {}
    return {
        **inherited,
        "PYTHONPATH": str(ROOT),
        "XDG_STATE_HOME": str(folder / "state"),
        "MODULO_DATABASE": str(folder / "sessions.db"),
        "MODULO_MODEL_URL": f"http://{HOST}:{ports['model']}/v1",
        "MODULO_MODEL": MODEL,
        "MODULO_CONCURRENCY": str(setup.concurrency),
        **redis,
        **setup.environment,
    }


async def make_key(stage: Stage, tenant: str) -> str:
    """Make an API key for a tenant with `modulo keys create`.

    Raises:
        NotStarted: the command failed, or told no key.
    """
    command = (modulo_program(), "keys", "create", "--tenant", tenant)
    done = await asyncio.to_thread(
        lambda: subprocess.run(  # noqa: S603 (a program of ours)
            command,
            env=dict(stage.environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
        )
    )
    words = done.stdout.split()
    if done.returncode != 0 or not words:
        raise NotStarted("modulo keys", done.stderr or done.stdout)
    return words[-1]
