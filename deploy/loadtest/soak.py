"""`python -m deploy.loadtest.soak`: thousands of sessions, and memory that has to stay flat."""

from typing import Annotated

import typer

from deploy.loadtest.bounds import at_most, nothing_lost, some_solved
from deploy.loadtest.client import Manners
from deploy.loadtest.command import (
    FOLDER,
    CallSeconds,
    Gets,
    Out,
    Picture,
    Poll,
    Seed,
    Slots,
    Workers,
    command,
    finish,
)
from deploy.loadtest.report import Bound, Report
from deploy.loadtest.requests import Requests
from deploy.loadtest.run import Wanted, perform
from deploy.loadtest.scenarios import kept
from deploy.loadtest.stage import ModelSetup, Setup

MOST_TIMES = 1.1


def judged(report: Report) -> tuple[Bound, ...]:
    """Hold a run to its bounds."""
    flat = [at_most(f"memory of {each.program}", each.times, MOST_TIMES) for each in report.growth]
    seen = at_most("programs whose memory was not seen", 0 if flat else None, 0)
    return (*nothing_lost(report), some_solved(report, 0.9), *flat, seen)


def soak(
    *,
    sessions: Annotated[int, typer.Option(min=10, max=100_000, help="In all.")] = 10_000,
    flat_from: Annotated[
        int, typer.Option(min=1, help="Memory is compared from the end of this session on.")
    ] = 1000,
    in_flight: Annotated[int, typer.Option(min=1, max=5000, help="At once.")] = 100,
    seconds: Annotated[
        float, typer.Option(min=1.0, max=7200.0, help="After so long no more begin.")
    ] = 1800.0,
    workers: Workers = 1,
    slots: Slots = 128,
    call_seconds: CallSeconds = 0.2,
    poll: Poll = False,
    gets: Gets = 5.0,
    seed: Seed = 0,
    out: Out = FOLDER,
    picture: Picture = True,
) -> None:
    """Many sessions, so many at a time; memory must not grow by more than a tenth."""
    if flat_from >= sessions:
        raise typer.BadParameter("memory is compared before the last session: --flat-from")
    wanted = Wanted(
        scenario="soak",
        setup=Setup(
            workers=workers, model=ModelSetup(slots=slots, call_seconds=call_seconds, seed=seed)
        ),
        requests=Requests(seed=seed),
        manners=Manners(poll=poll),
        seed=seed,
        gets_per_second=gets,
        patience_seconds=120.0,
        more={"sessions": sessions, "in_flight": in_flight, "flat_from": flat_from},
    )
    scenario = kept(in_flight, most=sessions, seconds=seconds, flat_from=flat_from)
    finish(perform(wanted, scenario, judged), out=out, picture=picture)


if __name__ == "__main__":
    command(soak)
