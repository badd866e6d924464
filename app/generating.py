"""`modulo generate`: tasks of the domains that Modulo ships."""

from pathlib import Path
from typing import Annotated

import typer

from app.console import problems_told
from planners.generators.blocksworld import generate as generate_blocksworld
from planners.generators.logistics import generate as generate_logistics
from planners.task import Task

generators = typer.Typer(help="Make tasks of the domains that Modulo ships.", no_args_is_help=True)

Seed = Annotated[int, typer.Option(min=0, help="Same seed, same task.")]
Out = Annotated[
    Path | None,
    typer.Option(help="Folder for domain.pddl and problem.pddl; else the problem is printed."),
]


@generators.command("blocksworld")
def blocksworld(
    *,
    blocks: Annotated[int, typer.Option(min=2, max=200, help="How many blocks.")] = 5,
    seed: Seed = 0,
    out: Out = None,
) -> None:
    """Make a blocksworld task: any state to any state, each as likely as another."""
    give(generate_blocksworld(blocks=blocks, seed=seed), out)


@generators.command("logistics")
def logistics(
    *,
    cities: Annotated[int, typer.Option(min=2, max=50, help="Cities, each with a truck.")] = 3,
    places: Annotated[int, typer.Option(min=2, max=50, help="Places in each city.")] = 3,
    airplanes: Annotated[int, typer.Option(min=1, max=50, help="How many airplanes.")] = 1,
    packages: Annotated[int, typer.Option(min=1, max=500, help="How many packages.")] = 4,
    seed: Seed = 0,
    out: Out = None,
) -> None:
    """Make a logistics task: every package has to go to a place in another city."""
    made = generate_logistics(
        cities=cities, places=places, airplanes=airplanes, packages=packages, seed=seed
    )
    give(made.task, out)


def give(task: Task, out: Path | None) -> None:
    """Write the two files of a task, or print its problem where no folder is named."""
    if out is None:
        print(task.problem, end="")
        return
    with problems_told():
        out.mkdir(parents=True, exist_ok=True)
        (out / "domain.pddl").write_text(task.domain, encoding="utf-8")
        (out / "problem.pddl").write_text(task.problem, encoding="utf-8")
