"""`python -m deploy.loadtest.model_server`: a model server for load tests, without a model."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.loadtest.application import LoopbackServer, application, listening, url_of
from deploy.loadtest.author import Author
from deploy.loadtest.engine import Law
from deploy.loadtest.faults import KINDS, Faults, read_faults
from deploy.loadtest.journal import journal
from deploy.loadtest.simulation import Options, Simulation

FAULTS = "; ".join(f"{kind}: {meaning}" for kind, meaning in KINDS.items())


def _faults(text: str) -> Faults:
    try:
        return read_faults(text)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None


def serve(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8001,
    model: Annotated[str, typer.Option(help="Name of the model.")] = "simulated",
    seed: Annotated[int, typer.Option(help="Same seed, same answers and faults.")] = 0,
    slots: Annotated[int, typer.Option(min=1, help="Calls that run at once.")] = 16,
    queue: Annotated[
        int | None, typer.Option(min=0, help="Calls that may wait; one more gets 503.")
    ] = None,
    prefill: Annotated[
        float, typer.Option(min=0, help="Seconds per prompt token that is not cached.")
    ] = 0.0002,
    first: Annotated[float, typer.Option(min=0, help="Seconds before anything else.")] = 0.0,
    token: Annotated[float, typer.Option(min=0, help="Seconds per token of the answer.")] = 0.01,
    chunk: Annotated[int, typer.Option(min=1, help="Tokens in one event of a stream.")] = 1,
    thought: Annotated[int, typer.Option(min=0, help="Tokens of thought before a plan.")] = 24,
    flawed: Annotated[
        float, typer.Option(min=0, max=1, help="Probability that a first answer is wrong.")
    ] = 0.7,
    falling: Annotated[
        float, typer.Option(min=0, max=1, help="What a backprompt multiplies that by.")
    ] = 0.5,
    cache_blocks: Annotated[int, typer.Option(min=1, help="Of 16 tokens each.")] = 16_384,
    context: Annotated[int, typer.Option(min=1, help="Tokens of prompt and answer.")] = 32_768,
    faults: Annotated[
        Faults,
        typer.Option(
            parser=_faults,
            metavar="KIND=SHARE,...",
            help=f"Shares of calls that go wrong, 0 to 1. {FAULTS}.",
        ),
    ] = "",  # type: ignore[assignment]  # typer parses the default, too
    retry_after: Annotated[int, typer.Option(min=0, help="Seconds that a 429 asks for.")] = 1,
    calls: Annotated[
        Path | None, typer.Option(help="Add a line for each call to this file.", dir_okay=False)
    ] = None,
) -> None:
    """Serve OpenAI's chat protocol on 127.0.0.1: real plans, flawed ones, faults to order."""
    options = Options(
        model=model,
        author=Author(seed=seed, flawed=flawed, falling=falling, thought_tokens=thought),
        law=Law(prefill_seconds=prefill, token_seconds=token, first_seconds=first),
        faults=faults,
        slots=slots,
        queue=queue,
        chunk_tokens=chunk,
        cache_blocks=cache_blocks,
        context_tokens=context,
        retry_after_seconds=retry_after,
    )
    try:
        opened = listening(port)
    except OSError as problem:
        raise typer.BadParameter(f"port {port}: {problem.strerror}") from None
    with opened, journal(calls) as note:
        print(f"model {model!r} at {url_of(opened)}", flush=True)
        simulation = Simulation(options, note)
        LoopbackServer(application(simulation), signals=True).run(sockets=[opened])


if __name__ == "__main__":
    typer.run(serve)
