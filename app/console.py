"""What commands have in common: files read, problems told, exit codes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from app.access.errors import RegisterUnavailable
from app.sessions.errors import RequestRefused
from app.settings import Settings
from app.terminal import placed
from planners.errors import PlanningError, TaskError
from planners.task import Task


class Exit(IntEnum):
    """What the exit code says."""

    SOLVED = 0
    NOT_SOLVED = 1
    BAD_INPUT = 2
    BROKEN = 3
    UNSOLVABLE = 4
    CANCELLED = 130


EXIT_CODES = (
    "Exit codes: 0 solved (or valid), 1 not solved (or invalid), 2 bad input (or refused), "
    "3 broken, 4 proven to have no plan, 130 cancelled."
)
DomainFile = Annotated[Path, typer.Argument(help="PDDL domain; - reads standard input.")]
ProblemFile = Annotated[Path, typer.Argument(help="PDDL problem.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for machines.")]


def settings_with(**said: Any) -> Settings:
    """Read the settings, with what was said on the command line before the environment.

    Raises:
        ValidationError: a setting is not what it should be.
    """
    return Settings(**{name: value for name, value in said.items() if value is not None})


def text_of(path: Path) -> str:
    """Read a file, or standard input for `-`.

    Raises:
        OSError: it cannot be read.
        UnicodeDecodeError: it is no UTF-8 text.
    """
    if str(path) == "-":
        return sys.stdin.read()
    return path.read_text(encoding="utf-8")


def task_of(domain: Path, problem: Path) -> Task:
    """Read the two files of a task. Raises as `text_of` does."""
    return Task(domain=text_of(domain), problem=text_of(problem))


def number_of(text: str, option: str) -> Fraction:
    """Read a decimal or a fraction."""
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        stop(Exit.BAD_INPUT, f"{option}: {text!r} is neither a decimal nor a fraction")


@contextmanager
def problems_told(**files: Path) -> Iterator[None]:
    """Tell problems in a few lines, without a traceback, and exit by their kind.

    Args:
        files: Where the texts come from that a `TaskError` may name: `domain`, `problem`.
    """
    try:
        yield
    except TaskError as problem:
        stop(Exit.BAD_INPUT, placed(problem, files))
    except (RequestRefused, PlanningError) as problem:
        stop(Exit.BAD_INPUT, str(problem))
    except RegisterUnavailable as problem:
        stop(Exit.BROKEN, str(problem))
    except UnicodeDecodeError as problem:
        stop(Exit.BAD_INPUT, f"not UTF-8 text: {problem}")
    except ValidationError as problem:
        for fault in problem.errors(include_url=False):
            print(f"modulo: {'.'.join(map(str, fault['loc']))}: {fault['msg']}", file=sys.stderr)
        raise typer.Exit(Exit.BAD_INPUT) from None
    except BrokenPipeError:
        # Whoever read has seen enough, as `head` does. Python would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(Exit.CANCELLED) from None
    except OSError as problem:
        stop(Exit.BAD_INPUT, f"{problem.filename or ''}: {problem.strerror or problem}")


def stop(code: Exit, message: str) -> NoReturn:
    """Write why, and exit."""
    print(f"modulo: {message}", file=sys.stderr)
    raise typer.Exit(code) from None
