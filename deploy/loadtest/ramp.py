"""`python -m deploy.loadtest.ramp`: a rising rate, up to the knee."""

from typing import Annotated

import typer

from deploy.loadtest.bounds import at_least, nothing_lost
from deploy.loadtest.command import (
    FOLDER,
    CallSeconds,
    Falling,
    Flawed,
    Gets,
    Key,
    Out,
    Picture,
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
from deploy.loadtest.scenarios import rising
from deploy.loadtest.stage import ModelSetup, Setup


def rates_between(first: float, last: float, steps: int) -> tuple[float, ...]:
    """Give rates from the first to the last, each as many times the one before."""
    if steps == 1:
        return (first,)
    times = (last / first) ** (1.0 / (steps - 1))
    return tuple(first * times**place for place in range(steps))


def ramp(
    *,
    url: Url = None,
    key: Key = "",
    first: Annotated[
        float, typer.Option(min=0.1, max=1000.0, help="Sessions per second of the first step.")
    ] = 4.0,
    last: Annotated[
        float, typer.Option(min=0.1, max=1000.0, help="Of the last, if it comes to that.")
    ] = 64.0,
    steps: Annotated[int, typer.Option(min=2, max=30, help="How many.")] = 9,
    step_seconds: Annotated[float, typer.Option(min=2.0, max=300.0, help="Length of each.")] = 15.0,
    least_knee: Annotated[
        float | None, typer.Option(min=0.0, help="Bound: the knee lies at least so high.")
    ] = None,
    workers: Workers = 0,
    slots: Slots = 64,
    call_seconds: CallSeconds = 0.5,
    flawed: Flawed = 0.7,
    falling: Falling = 0.5,
    strategy: Strategy = "backprompt",
    gets: Gets = 20.0,
    seed: Seed = 0,
    out: Out = FOLDER,
    picture: Picture = True,
) -> None:
    """Raise the rate step by step until goodput falls behind, and tell where that begins.

    The knee is the last step before the first whose goodput is below 0.9 of the offered rate,
    or whose p95 to a valid plan is above three times that of the first step.
    """
    wanted = Wanted(
        scenario="ramp",
        setup=Setup(
            workers=workers,
            concurrency=4096,
            model=ModelSetup(
                slots=slots, call_seconds=call_seconds, flawed=flawed, falling=falling, seed=seed
            ),
        ),
        address=url,
        key=key,
        requests=Requests(seed=seed, strategy=strategy),
        seed=seed,
        gets_per_second=gets,
        patience_seconds=120.0,
        more={"first": first, "last": last, "steps": steps, "step_seconds": step_seconds},
    )

    def judged(report: Report) -> tuple[Bound, ...]:
        knee = None if report.knee is None else report.knee.offered
        wanted_knee = 0.0 if least_knee is None else least_knee
        return (*nothing_lost(report), at_least("knee", knee, wanted_knee, " sessions/s"))

    scenario = rising(rates_between(first, last, steps), step_seconds)
    finish(perform(wanted, scenario, judged), out=out, picture=picture)


if __name__ == "__main__":
    command(ramp)
