"""One run of a scenario: stage, clients, watch, report, verdict."""

import asyncio
import os
import platform
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from deploy.loadtest import figures
from deploy.loadtest.client import Client, Deadline, Manners
from deploy.loadtest.driver import Driver
from deploy.loadtest.journal import Call, read_journal
from deploy.loadtest.loopback import Address
from deploy.loadtest.percentiles import Spread
from deploy.loadtest.records import Record
from deploy.loadtest.report import (
    Bound,
    Filled,
    Growth,
    Incident,
    Machine,
    Phase,
    Report,
    Sample,
    Step,
)
from deploy.loadtest.requests import Requests
from deploy.loadtest.stage import Setup, Stage, make_key, staged
from deploy.loadtest.watching import Watch

PACKAGES = ("modulo-planning", "fastapi", "uvicorn", "pydocket", "redis")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be run.

    Attributes:
        scenario: Its name.
        setup: What to start.
        address: A service that runs already, instead.
        key: API key for that service, or nothing.
        requests: What the clients ask for.
        manners: How they go about it.
        seed: Of all that happens at random.
        gets_per_second: `GET` requests that are timed beside.
        patience_seconds: How long sessions may go on when no more of them come.
        tenants: Those that need an API key.
        more: Further settings, for the report.
    """

    scenario: str
    setup: Setup = field(default_factory=Setup)
    address: Address | None = None
    key: str = ""
    requests: Requests = field(default_factory=Requests)
    manners: Manners = field(default_factory=Manners)
    seed: int = 0
    gets_per_second: float = 20.0
    patience_seconds: float = 60.0
    tenants: tuple[str, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)

    def described(self) -> dict[str, object]:
        """Give the settings as the report has them."""
        return {
            "seed": self.seed,
            "url": None if self.address is None else self.address.url,
            "gets_per_second": self.gets_per_second,
            "patience_seconds": self.patience_seconds,
            "requests": asdict(self.requests),
            "manners": asdict(self.manners),
            "setup": None if self.address is not None else self.setup.described(),
            **self.more,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A run that is under way.

    Attributes:
        wanted: What is run.
        stage: Against what.
        watch: What is seen from outside.
        began: Its start, in seconds of the wall clock.
        keys: API keys by tenant; none where nobody needs one.
    """

    wanted: Wanted
    stage: Stage
    watch: Watch
    began: float
    keys: Mapping[str, str] = field(default_factory=dict)

    def driver(self, seconds: float, *, tenant: str = "", first: int = 0) -> Driver:
        """Make a driver of clients.

        Args:
            seconds: How long sessions will come, from now.
            tenant: Whose they are. Only those of the first tenant are looked at beside.
            first: Index of the first session.
        """
        client = Client(
            address=self.stage.address,
            manners=self.wanted.manners,
            deadline=Deadline(time.time() + seconds + self.wanted.patience_seconds),
            key=self.keys.get(tenant, ""),
            seed=self.wanted.seed,
            run_name=f"{self.began:.6f}",
        )
        return Driver(
            client=client,
            requests=self.wanted.requests,
            tenant=tenant,
            first=first,
            know=self.watch.know if tenant in {"", *list(self.keys)[:1]} else lambda _: None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a scenario leaves: the sessions, and what only it knows."""

    records: Sequence[Record]
    steps: tuple[Step, ...] = ()
    knee: Step | None = None
    phases: tuple[Phase, ...] = ()
    filled: Filled | None = None
    growth: tuple[Growth, ...] = ()
    incidents: Sequence[Incident] = ()
    takeovers: Spread | None = None


Scenario = Callable[[Running], Awaitable[Played]]
Judge = Callable[[Report], Sequence[Bound]]


async def perform(wanted: Wanted, scenario: Scenario, judge: Judge) -> Report:
    """Run a scenario from beginning to end.

    Args:
        wanted: What to run.
        scenario: Has the sessions come.
        judge: Holds the report to its bounds.

    Raises:
        NotStarted: a program of the test did not come up.
    """
    async with staged(wanted.setup, wanted.address) as stage:
        load_before = os.getloadavg()[0]
        keys = {tenant: await make_key(stage, tenant) for tenant in wanted.tenants}
        if wanted.key:
            keys[""] = wanted.key
        key = next(iter(keys.values()), "")
        async with Watch(stage, gets_per_second=wanted.gets_per_second, key=key) as watch:
            running = Running(wanted=wanted, stage=stage, watch=watch, began=time.time(), keys=keys)
            played = await scenario(running)
        calls = None if stage.calls is None else _calls(stage)
        report = _report(running, played, calls, load_before)
    bounds = tuple(judge(report))
    verdict = "met" if all(bound.met for bound in bounds) else "missed"
    return report.model_copy(update={"bounds": bounds, "verdict": verdict})


def _calls(stage: Stage) -> tuple[Call, ...]:
    path = stage.calls
    return read_journal(path) if path is not None and path.exists() else ()


def _report(
    running: Running, played: Played, calls: Sequence[Call] | None, load_before: float
) -> Report:
    records, watch, began = played.records, running.watch, running.began
    return Report(
        scenario=running.wanted.scenario,
        verdict="missed",
        bounds=(),
        began_at=datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
        settings=running.wanted.described(),
        versions=versions(),
        machine=Machine(
            cpus=os.cpu_count() or 0,
            load_before=round(load_before, 2),
            load_after=round(os.getloadavg()[0], 2),
            cpu_shares=cpu_shares(watch.samples),
        ),
        ends=figures.ends(records),
        figures=figures.figures(records, watch.probes),
        integrity=figures.integrity(records, calls),
        traffic=figures.traffic(records, watch.probes, calls),
        steps=played.steps,
        knee=played.knee,
        phases=played.phases,
        filled=figures.with_gets(played.filled, watch.probes, began),
        growth=played.growth,
        incidents=tuple(played.incidents),
        takeover_seconds=played.takeovers,
        failures=figures.failures(records),
        moments=figures.moments(records, watch.probes, began),
        memory=tuple(
            sample.model_copy(update={"at": round(sample.at - began, 1)})
            for sample in watch.samples
        ),
    )


def versions() -> dict[str, str]:
    """Name the versions of what took part, where they are installed."""
    found = {"python": platform.python_version(), "system": platform.platform(terse=True)}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def cpu_shares(samples: Sequence[Sample]) -> dict[str, float]:
    """Say how much CPU each program took, in seconds per second; starts anew count together."""
    first: dict[tuple[str, int], Sample] = {}
    last: dict[tuple[str, int], Sample] = {}
    for sample in samples:
        first.setdefault((sample.program, sample.pid), sample)
        last[sample.program, sample.pid] = sample
    if not samples:
        return {}
    seconds = max(samples[-1].at - samples[0].at, 1e-9)
    taken: dict[str, float] = {}
    for key, begun in first.items():
        used = last[key].cpu_seconds - begun.cpu_seconds
        taken[key[0]] = taken.get(key[0], 0.0) + used
    return {program: round(used / seconds, 3) for program, used in taken.items()}


async def ended_after(seconds: float, ended: asyncio.Event) -> None:
    """Set an event when its time has come."""
    await asyncio.sleep(seconds)
    ended.set()
