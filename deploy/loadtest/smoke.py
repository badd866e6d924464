"""`python -m deploy.loadtest.smoke`: a minute's look at whether it all works under some load."""

from typing import Annotated

import typer

from deploy.loadtest.arrivals import poisson
from deploy.loadtest.bounds import at_most, nothing_lost, some_solved
from deploy.loadtest.client import Manners
from deploy.loadtest.command import FOLDER, Key, Out, Picture, Seed, Url, Workers, command, finish
from deploy.loadtest.report import Bound, Report
from deploy.loadtest.requests import Requests
from deploy.loadtest.run import Wanted, perform
from deploy.loadtest.scenarios import arriving
from deploy.loadtest.stage import ModelSetup, Setup

SECONDS = 10.0
FAULTS = "429=0.02,503=0.02,cut=0.02"
# Far above what a run takes, for machines that do other things as well.
MOST_PLAN_SECONDS = 15.0


def judged(report: Report) -> tuple[Bound, ...]:
    """Hold a run to its bounds."""
    return (
        *nothing_lost(report),
        some_solved(report, 0.9),
        at_most("p95 to a valid plan", report.figures.plan_seconds.p95, MOST_PLAN_SECONDS, " s"),
    )


def smoke(
    *,
    url: Url = None,
    key: Key = "",
    rate: Annotated[
        float, typer.Option(min=0.1, max=50.0, help="Sessions per second, for ten seconds.")
    ] = 4.0,
    workers: Workers = 0,
    seed: Seed = 0,
    out: Out = FOLDER,
    picture: Picture = True,
) -> None:
    """Some dozens of sessions in ten seconds, a model with faults, clients that hang up."""
    wanted = Wanted(
        scenario="smoke",
        setup=Setup(
            workers=workers, model=ModelSetup(slots=32, call_seconds=0.1, seed=seed, faults=FAULTS)
        ),
        address=url,
        key=key,
        requests=Requests(seed=seed),
        manners=Manners(hang_up=0.1, reread=True),
        seed=seed,
        gets_per_second=10.0,
        patience_seconds=30.0,
        more={"rate": rate, "seconds": SECONDS},
    )
    scenario = arriving(poisson(rate, SECONDS, seed))
    finish(perform(wanted, scenario, judged), out=out, picture=picture)


if __name__ == "__main__":
    command(smoke)
