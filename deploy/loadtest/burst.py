"""`python -m deploy.loadtest.burst`: a crowd comes at once into a steady stream."""

from typing import Annotated

import typer

from deploy.loadtest.arrivals import burst as crowd_in_stream
from deploy.loadtest.bounds import at_most, nothing_lost, some_solved
from deploy.loadtest.command import (
    FOLDER,
    CallSeconds,
    Gets,
    Key,
    Out,
    Picture,
    Rate,
    Seconds,
    Seed,
    Slots,
    Url,
    Workers,
    command,
    finish,
)
from deploy.loadtest.report import Bound, Report
from deploy.loadtest.requests import Requests
from deploy.loadtest.run import Wanted, perform
from deploy.loadtest.scenarios import arriving
from deploy.loadtest.stage import ModelSetup, Setup


def burst(
    *,
    url: Url = None,
    key: Key = "",
    rate: Rate = 4.0,
    seconds: Seconds = 40.0,
    count: Annotated[
        int, typer.Option(min=1, max=5000, help="Sessions that come within one second.")
    ] = 200,
    at: Annotated[float, typer.Option(min=0.0, help="When, in seconds from the start.")] = 10.0,
    most_p99: Annotated[
        float, typer.Option(min=0.1, help="Bound of p99 to a valid plan, in seconds.")
    ] = 30.0,
    workers: Workers = 0,
    slots: Slots = 64,
    call_seconds: CallSeconds = 0.5,
    gets: Gets = 20.0,
    seed: Seed = 0,
    out: Out = FOLDER,
    picture: Picture = True,
) -> None:
    """A crowd comes within a second; all of it has to be served, and none too late."""
    if at + 1.0 > seconds:
        raise typer.BadParameter("the crowd comes before the stream ends: --at + 1 <= --seconds")
    wanted = Wanted(
        scenario="burst",
        setup=Setup(
            workers=workers,
            concurrency=max(512, count),
            model=ModelSetup(slots=slots, call_seconds=call_seconds, seed=seed),
        ),
        address=url,
        key=key,
        requests=Requests(seed=seed),
        seed=seed,
        gets_per_second=gets,
        patience_seconds=120.0,
        more={"rate": rate, "seconds": seconds, "count": count, "at": at},
    )

    def judged(report: Report) -> tuple[Bound, ...]:
        return (
            *nothing_lost(report),
            some_solved(report, 0.9),
            at_most("p99 to a valid plan", report.figures.plan_seconds.p99, most_p99, " s"),
        )

    scenario = arriving(crowd_in_stream(rate, seconds, count, at, seed))
    finish(perform(wanted, scenario, judged), out=out, picture=picture)


if __name__ == "__main__":
    command(burst)
