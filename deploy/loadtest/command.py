"""What the commands of the load tests have in common: options, signals, what they print."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
import uvloop

from deploy.loadtest.faults import read_faults
from deploy.loadtest.loopback import Address, NotLoopback, loopback
from deploy.loadtest.percentiles import Spread
from deploy.loadtest.picture import NoPicture, can_draw, draw
from deploy.loadtest.programs import NotStarted
from deploy.loadtest.report import Report

MISSED = 1
BAD_INPUT = 2
NOT_RUN = 3
INTERRUPTED = 130
EXIT_CODES = (
    "Exit codes: 0 all bounds met, 1 one missed, 2 wrong input, 3 a program did not start, "
    "130 interrupted."
)


def _address(url: str) -> Address:
    try:
        return loopback(url)
    except NotLoopback as problem:
        raise typer.BadParameter(str(problem)) from None


def _faults(text: str) -> str:
    try:
        read_faults(text)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None
    return text


Url: TypeAlias = Annotated[
    Address | None,
    typer.Option(
        "--url",
        parser=_address,
        metavar="URL",
        help="A service that runs already on this machine; nothing is started then.",
    ),
]
Key: TypeAlias = Annotated[
    str,
    typer.Option(
        envvar="LOADTEST_KEY", show_default=False, help="API key for that service, if it wants one."
    ),
]
Seed: TypeAlias = Annotated[
    int, typer.Option(min=0, max=1_000_000, help="Same seed, same arrivals, tasks and answers.")
]
Out: TypeAlias = Annotated[
    Path, typer.Option(file_okay=False, help="Folder for the report and the picture.")
]
Picture: TypeAlias = Annotated[bool, typer.Option(help="Draw the report; needs matplotlib.")]
Workers: TypeAlias = Annotated[
    int,
    typer.Option(
        min=0,
        max=8,
        help="`modulo worker`s, with a Redis; with 0 `modulo serve` runs the sessions itself.",
    ),
]
Slots: TypeAlias = Annotated[
    int, typer.Option(min=1, max=4096, help="Calls that the simulated model answers at once.")
]
CallSeconds: TypeAlias = Annotated[
    float, typer.Option(min=0.0, max=600.0, help="What each call takes in its slot.")
]
Flawed: TypeAlias = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Probability that a first answer is wrong.")
]
Falling: TypeAlias = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="What each backprompt multiplies that by.")
]
Faults: TypeAlias = Annotated[
    str,
    typer.Option(
        parser=_faults,
        metavar="KIND=SHARE,...",
        help="Shares of calls that go wrong, as deploy.loadtest.model_server takes them.",
    ),
]
Strategy: TypeAlias = Annotated[str, typer.Option(help="How sessions go about it.")]
HangUp: TypeAlias = Annotated[
    float,
    typer.Option(
        min=0.0, max=1.0, help="Probability behind each event that its client hangs up and returns."
    ),
]
Poll: TypeAlias = Annotated[
    bool, typer.Option(help="Clients wait by long polls, and read each log once at its end.")
]
Seconds: TypeAlias = Annotated[
    float, typer.Option(min=1.0, max=3600.0, help="How long sessions come.")
]
Rate: TypeAlias = Annotated[
    float, typer.Option(min=0.01, max=1000.0, help="Sessions per second on average.")
]
Gets: TypeAlias = Annotated[
    float, typer.Option(min=0.0, max=500.0, help="`GET`s per second that are timed beside.")
]
FOLDER = Path("loadtest")


def command(scenario: Callable[..., None]) -> None:
    """Run a scenario as the command that its module is."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(epilog=EXIT_CODES)(scenario)
    app()


def finish(work: Coroutine[Any, Any, Report], *, out: Path, picture: bool) -> None:
    """Run to the end, write what came of it, and exit by its verdict.

    Args:
        work: Makes the report. An interrupt or SIGTERM ends it, and it ends what it started.
        out: Folder for `SCENARIO.json` and `SCENARIO.png`.
        picture: Whether to draw.
    """
    try:
        if picture:
            can_draw()
        report = uvloop.run(_until_signal(work))
    except (NotStarted, NoPicture) as problem:
        work.close()
        typer.echo(str(problem), err=True)
        raise typer.Exit(NOT_RUN) from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        typer.echo("stopped; all that was started has ended", err=True)
        raise typer.Exit(INTERRUPTED) from None
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{report.scenario}.json"
    path.write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    typer.echo("\n".join([*told(report), f"report: {path}"]))
    if picture:
        draw(report, path.with_suffix(".png"))
        typer.echo(f"picture: {path.with_suffix('.png')}")
    if report.verdict == "missed":
        raise typer.Exit(MISSED)


async def _until_signal(work: Coroutine[Any, Any, Report]) -> Report:
    task = asyncio.ensure_future(work)
    # SIGINT cancels us by asyncio's own doing.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def told(report: Report) -> list[str]:
    """Say a report in some lines."""
    ends, figures, traffic = report.ends, report.figures, report.traffic
    lines = [
        f"{report.scenario}: {ends.scheduled} sessions in {figures.seconds:.1f} s, "
        f"{ends.solved} solved, {ends.exhausted} exhausted, {ends.failed} failed; "
        f"at most {figures.most_in_flight} in flight",
        f"offered {figures.offered_rate:g}/s, goodput {figures.goodput:g}/s, "
        f"attempts {figures.attempt_rate:g}/s ({_mean(figures.attempts)} a session, "
        f"{_mean(figures.tokens)} tokens)",
        _line("to a valid plan", figures.plan_seconds),
        _line("to the first attempt", figures.first_attempt_seconds),
        _line("waiting for a worker", figures.queue_seconds),
        _line("until accepted", figures.accept_seconds),
        _line("verifier, each attempt", figures.verifier_seconds),
        _line("silence before taken up again", figures.silence_seconds),
        _line("GET of a session", figures.get_session_seconds),
        _line("GET of a list", figures.get_list_seconds),
        f"streams broken {traffic.reconnects}, hung up {traffic.hung_up}; sessions taken up "
        f"again {traffic.redeliveries}; requests refused at first {traffic.refusals}",
        f"load {report.machine.load_before:g} to {report.machine.load_after:g} on "
        f"{report.machine.cpus} CPUs; CPU by program {_shares(report)}",
    ]
    told_by = {**traffic.troubles, **report.failures}
    lines += [f"  {said}: {times}x" for said, times in told_by.items()]
    lines += _more(report)
    for bound in report.bounds:
        seen = "nothing" if bound.seen is None else f"{bound.seen:g}"
        lines.append(f"{'met   ' if bound.met else 'MISSED'} {bound.name}: {seen} ({bound.wanted})")
    return [*lines, f"bounds {report.verdict}"]


def _more(report: Report) -> list[str]:
    lines = [
        f"step {step.rate:g}/s: offered {step.offered:g}/s, goodput {step.goodput:g}/s, "
        f"p50 {step.plan_p50} s, p95 {step.plan_p95} s"
        for step in report.steps
    ]
    if report.steps:
        knee = "below the first step" if report.knee is None else f"{report.knee.offered:g}/s"
        lines.append(f"knee: {knee}")
    if (filled := report.filled) is not None:
        lines.append(
            f"within {filled.seconds:.0f} s: {filled.goodput:g} valid plans/s of "
            f"{filled.allowed:g} that the slots allow at {filled.attempts:g} attempts each"
        )
        lines.append(_line("GET of a session then", filled.get_session_seconds))
    if report.takeover_seconds is not None:
        lines.append(_line("from a kill to another worker", report.takeover_seconds))
    lines += [
        f"{each.tenant or 'everybody'}, {each.phase}: {each.sessions} sessions, "
        f"p50 {each.plan_seconds.p50} s, p95 {each.plan_seconds.p95} s"
        for each in report.phases
    ]
    lines += [
        f"memory of {each.program}: {each.from_mebibytes:g} MiB, then at most "
        f"{each.most_mebibytes:g} MiB"
        for each in report.growth
    ]
    return lines


def _line(name: str, seen: Spread) -> str:
    if not seen.count:
        return f"{name}: nothing seen"
    return f"{name}: p50 {seen.p50:g} s, p95 {seen.p95:g} s, p99 {seen.p99:g} s ({seen.count})"


def _mean(seen: Spread) -> str:
    return "none" if seen.mean is None else f"{seen.mean:.2f}"


def _shares(report: Report) -> str:
    shares = report.machine.cpu_shares.items()
    return ", ".join(f"{program} {share:.2f}" for program, share in shares) or "not seen"
