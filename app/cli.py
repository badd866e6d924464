"""`modulo` on the command line."""

import asyncio
import os
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.bank import open_bank
from app.cataloguing import catalogue
from app.console import (
    EXIT_CODES,
    AsJson,
    DomainFile,
    Exit,
    ProblemFile,
    number_of,
    problems_told,
    settings_with,
    task_of,
)
from app.evaluating import experiments
from app.generating import generators
from app.judging import check, validate
from app.keys import keys
from app.modulo.assurance import Assurance
from app.modulo.attempt import Feedback, History
from app.modulo.budget import Budget
from app.modulo.events import Cancelled, Event, Failed, Outcome, Solved, Unsolvable
from app.modulo.quality import Goal
from app.modulo.strategies.ladder import Rung
from app.modulo.watch import Watch
from app.planning import plan, repair
from app.sessions.request import LadderRequest, Mode, PlanRequest
from app.sessions.wire import wired, written
from app.settings import Settings, Words
from app.terminal import Screen
from planners.pddl import read_task

commands = typer.Typer(
    name="modulo",
    help="A language model proposes plans, a sound verifier decides.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
commands.add_typer(generators, name="generate")
commands.add_typer(experiments, name="evaluate")
commands.add_typer(keys, name="keys")

commands.command(epilog=EXIT_CODES)(validate)
commands.command(epilog=EXIT_CODES)(check)
commands.command(epilog=EXIT_CODES)(plan)
commands.command(epilog=EXIT_CODES)(repair)
commands.command()(catalogue)


@commands.command(epilog=EXIT_CODES)
def solve(
    domain: DomainFile,
    problem: ProblemFile,
    *,
    strategy: Annotated[
        str | None, typer.Option(help="See `modulo catalogue`; batch_repair unless said.")
    ] = None,
    mode: Annotated[
        Mode, typer.Option(help="autonomous: one proposal, judged; heuristic: the loop.")
    ] = Mode.HEURISTIC,
    attempts: Annotated[int, typer.Option(min=1, help="Proposals at most.")] = 16,
    tokens: Annotated[int | None, typer.Option(min=1, help="Tokens at most.")] = None,
    seconds: Annotated[float, typer.Option(min=0.001, help="Wall-clock time at most.")] = 120.0,
    feedback: Annotated[
        Feedback | None, typer.Option(help="How much of a flaw the backprompt tells.")
    ] = None,
    history: Annotated[
        History | None, typer.Option(help="Which earlier turns a backprompt repeats.")
    ] = None,
    cost_bound: Annotated[
        str | None, typer.Option(help="Accept no plan that costs more: a decimal or a fraction.")
    ] = None,
    preference: Annotated[
        str | None,
        typer.Option(help="What else the plan should be like, judged by the configured model."),
    ] = None,
    critic: Annotated[
        list[str] | None,
        typer.Option(
            help="Help to offer with a flaw: landmarks, relaxed_plan or nearest_repair. May be "
            "given several times."
        ),
    ] = None,
    assurance: Annotated[
        Assurance, typer.Option(help="double: independent validators are asked, too.")
    ] = Assurance.SINGLE,
    goal: Annotated[
        Goal, typer.Option(help="best: go on for better plans until the budget ends.")
    ] = Goal.ANY,
    watch: Annotated[
        list[Watch] | None,
        typer.Option(help="What sound planners look for beside the loop. May be given twice."),
    ] = None,
    rung: Annotated[
        list[Rung] | None,
        typer.Option(
            help="What planners do where the model does not get there, in this order (strategy "
            "ladder). May be given several times."
        ),
    ] = None,
    planners_after: Annotated[
        int | None, typer.Option(min=1, help="Attempts of the model before planners take over.")
    ] = None,
    planners_share: Annotated[
        float | None,
        typer.Option(min=0.001, max=1, help="Share of tokens and seconds before they do; 0.5."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same asks.")] = 0,
    plan: Annotated[
        Path | None, typer.Option(help="Write the plan to this file, in the IPC format.")
    ] = None,
    model_url: Annotated[
        str | None,
        typer.Option(help="Base URL of an OpenAI-compatible server, such as vLLM's /v1."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Name of the model on that server.")] = None,
    words: Annotated[
        Words | None,
        typer.Option(help="How that model is asked; apprentice where it serves our own."),
    ] = None,
    structured: Annotated[
        bool | None, typer.Option(help="Send a grammar made for the task (vLLM).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Solve a task: watch each attempt as it comes, until a plan is proven or the budget ends."""
    with problems_told(domain=domain, problem=problem):
        settings = settings_with(
            model_url=model_url, model=model, words=words, structured=structured
        )
        request = PlanRequest(
            task=task_of(domain, problem),
            mode=mode,
            strategy=strategy,
            budget=Budget(attempts=attempts, tokens=tokens, seconds=seconds),
            feedback=feedback,
            history=history,
            cost_bound=None if cost_bound is None else number_of(cost_bound, "--cost-bound"),
            preference=preference,
            critics=tuple(critic or ()),
            assurance=assurance,
            goal=goal,
            watch=tuple(watch or ()),
            ladder=ladder_of(rung, planners_after, planners_share),
            seed=seed,
        )
        try:
            outcome = asyncio.run(run(settings, request, as_json=as_json))
        except KeyboardInterrupt:
            outcome = Cancelled()
        if plan is not None and isinstance(outcome, Solved):
            plan.write_text(str(outcome.plan), encoding="utf-8")
    raise typer.Exit(exit_code(outcome))


@commands.command()
def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address; 127.0.0.1 unless said.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 8000 unless said, 0 for any.")] = None,
) -> None:
    """Serve Modulo over HTTP. Everything else is set by MODULO_ environment variables."""
    with problems_told():
        settings = settings_with(host=host, port=port)
        os.environ |= {"MODULO_HOST": settings.host, "MODULO_PORT": str(settings.port)}
        # In the place of this process: what serves is slow to load, and signals reach it.
        os.execv(sys.executable, [sys.executable, "-m", "app.main"])  # noqa: S606 (no shell)


@commands.command()
def worker(
    *,
    port: Annotated[
        int | None, typer.Option(help="Answer /livez, /readyz and /metrics on this port.")
    ] = None,
) -> None:
    """Run the sessions that API processes put into Redis. Needs MODULO_REDIS_URL."""
    with problems_told():
        settings = settings_with(worker_port=port)
        if settings.worker_port is not None:
            os.environ["MODULO_WORKER_PORT"] = str(settings.worker_port)
        os.execv(sys.executable, [sys.executable, "-m", "app.worker"])  # noqa: S606 (no shell)


def ladder_of(
    rungs: list[Rung] | None, after: int | None, share: float | None
) -> LadderRequest | None:
    """Make a ladder of what was said about it; None where nothing was."""
    if not rungs and after is None and share is None:
        return None
    usual = LadderRequest()
    return LadderRequest(
        rungs=tuple(rungs) if rungs else usual.rungs,
        after=after,
        share=usual.share if share is None else share,
    )


async def run(settings: Settings, request: PlanRequest, *, as_json: bool) -> Outcome:
    """Run one session and write it as it goes.

    Raises:
        RequestRefused: what is asked for is not on offer.
        TaskError: the task cannot be read.
    """
    console = Console(highlight=False)
    screen = Screen(console)
    async with open_bank(settings) as bank:
        await asyncio.to_thread(bank.check, request)
        if not as_json:
            proposer, strategy = bank.names(request)
            name = read_task(request.task).problem_name
            screen.opening(name, proposer, strategy, request.budget)
        outcome: Event | None = None
        async with aclosing(bank.compose(request).solve(request.task, request.budget)) as events:
            async for outcome in events:
                if as_json:
                    print(written(wired(outcome)), flush=True)
                else:
                    screen.show(outcome)
    if isinstance(outcome, Solved) and not as_json:
        console.print(f"\n{outcome.plan}", end="")
    return outcome  # type: ignore[return-value]  # the loop's last event is an outcome


def exit_code(outcome: Outcome) -> Exit:
    """Say an outcome as an exit code."""
    match outcome:
        case Solved():
            return Exit.SOLVED
        case Failed():
            return Exit.BROKEN
        case Unsolvable():
            return Exit.UNSOLVABLE
        case Cancelled():
            return Exit.CANCELLED
        case _:
            return Exit.NOT_SOLVED


def main() -> None:
    """Run the command line."""
    commands()
