"""`python -m deploy.loadtest.steady`: sessions at one rate for a while."""

from typing import Annotated

import typer

from deploy.loadtest.arrivals import poisson
from deploy.loadtest.bounds import at_least, at_most, nothing_lost, some_solved
from deploy.loadtest.client import Manners
from deploy.loadtest.command import (
    FOLDER,
    CallSeconds,
    Falling,
    Faults,
    Flawed,
    Gets,
    HangUp,
    Key,
    Out,
    Picture,
    Poll,
    Rate,
    Seconds,
    Seed,
    Slots,
    Strategy,
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

LEAST_SHARE = 0.85


def steady(
    *,
    url: Url = None,
    key: Key = "",
    rate: Rate = 10.0,
    seconds: Seconds = 60.0,
    most_p95: Annotated[
        float, typer.Option(min=0.1, help="Bound of p95 to a valid plan, in seconds.")
    ] = 10.0,
    workers: Workers = 0,
    slots: Slots = 64,
    call_seconds: CallSeconds = 0.5,
    flawed: Flawed = 0.7,
    falling: Falling = 0.5,
    faults: Faults = "",
    strategy: Strategy = "backprompt",
    hang_up: HangUp = 0.0,
    poll: Poll = False,
    gets: Gets = 20.0,
    seed: Seed = 0,
    out: Out = FOLDER,
    picture: Picture = True,
) -> None:
    """Sessions at one rate; goodput has to keep up with it, and p95 to stay within bounds."""
    wanted = Wanted(
        scenario="steady",
        setup=Setup(
            workers=workers,
            model=ModelSetup(
                slots=slots,
                call_seconds=call_seconds,
                flawed=flawed,
                falling=falling,
                faults=faults,
                seed=seed,
            ),
        ),
        address=url,
        key=key,
        requests=Requests(seed=seed, strategy=strategy),
        manners=Manners(hang_up=hang_up, poll=poll),
        seed=seed,
        gets_per_second=gets,
        more={"rate": rate, "seconds": seconds},
    )

    def judged(report: Report) -> tuple[Bound, ...]:
        figures = report.figures
        kept_up = figures.goodput / max(1e-9, report.ends.scheduled / figures.seconds)
        return (
            *nothing_lost(report),
            some_solved(report, 0.9),
            at_least("goodput over offered rate", round(kept_up, 4), LEAST_SHARE),
            at_most("p95 to a valid plan", figures.plan_seconds.p95, most_p95, " s"),
        )

    scenario = arriving(poisson(rate, seconds, seed))
    finish(perform(wanted, scenario, judged), out=out, picture=picture)


if __name__ == "__main__":
    command(steady)
