"""`python -m deploy.loadtest.crowd`: many sessions in flight, and a model that is the limit."""

from typing import Annotated

import typer

from deploy.loadtest.bounds import at_least, at_most, nothing_lost, some_solved
from deploy.loadtest.client import Manners
from deploy.loadtest.command import (
    FOLDER,
    CallSeconds,
    Falling,
    Flawed,
    Gets,
    Out,
    Picture,
    Poll,
    Seconds,
    Seed,
    Slots,
    Strategy,
    Workers,
    command,
    finish,
)
from deploy.loadtest.report import Bound, Report
from deploy.loadtest.requests import Requests
from deploy.loadtest.run import Wanted, perform
from deploy.loadtest.scenarios import kept
from deploy.loadtest.stage import ModelSetup, Setup

MOST = 50_000
LEAST_SHARE = 0.9
MOST_GET_SECONDS = 0.05


def judged(report: Report) -> tuple[Bound, ...]:
    """Hold a run to its bounds."""
    filled = report.filled
    get = None if filled is None else filled.get_session_seconds.p99
    share = None if filled is None else filled.share
    return (
        *nothing_lost(report),
        some_solved(report, 0.9),
        at_least("goodput over what the slots allow", share, LEAST_SHARE),
        at_most("p99 of GET of a session", get, MOST_GET_SECONDS, " s"),
        at_most("GETs that failed", report.figures.get_failures, 0),
    )


def crowd(
    *,
    in_flight: Annotated[
        int, typer.Option(min=1, max=5000, help="Sessions in flight all the time.")
    ] = 500,
    seconds: Seconds = 60.0,
    workers: Workers = 1,
    slots: Slots = 64,
    call_seconds: CallSeconds = 1.0,
    flawed: Flawed = 0.7,
    falling: Falling = 0.5,
    strategy: Strategy = "backprompt",
    poll: Poll = False,
    gets: Gets = 20.0,
    seed: Seed = 0,
    out: Out = FOLDER,
    picture: Picture = True,
) -> None:
    """Keep many sessions in flight: the model has to be the limit, and `GET` to stay quick.

    What the slots allow follows from the time of a call and from how many attempts a valid
    plan took in this run.
    """
    wanted = Wanted(
        scenario="crowd",
        setup=Setup(
            workers=workers,
            concurrency=in_flight + 100,
            model=ModelSetup(
                slots=slots, call_seconds=call_seconds, flawed=flawed, falling=falling, seed=seed
            ),
        ),
        requests=Requests(seed=seed, strategy=strategy, seconds=600.0),
        manners=Manners(poll=poll),
        seed=seed,
        gets_per_second=gets,
        patience_seconds=120.0,
        more={"in_flight": in_flight, "seconds": seconds},
    )
    scenario = kept(in_flight, most=MOST, seconds=seconds)
    finish(perform(wanted, scenario, judged), out=out, picture=picture)


if __name__ == "__main__":
    command(crowd)
