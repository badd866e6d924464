"""`modulo keys`: API keys are made, listed and revoked."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer

from app.access.caller import Quota
from app.access.errors import UnknownKey
from app.access.keys import Key, mint, parts
from app.access.register import DAY_MICROSECONDS, Register
from app.console import AsJson, Exit, problems_told, stop
from app.register import open_register
from app.sessions.clock import microseconds
from app.settings import Settings

Result = TypeVar("Result")

keys = typer.Typer(
    help="API keys: who may use the service, and how much. They are in Redis where "
    "MODULO_REDIS_URL names one, else in the file MODULO_KEYS.",
    no_args_is_help=True,
)


@keys.command()
def create(
    *,
    tenant: Annotated[str, typer.Option(help="Whose sessions it sees and makes.")],
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
    sessions: Annotated[
        int | None, typer.Option(min=1, help="Unfinished sessions at once, at most.")
    ] = None,
    per_minute: Annotated[
        int | None, typer.Option(min=1, help="Requests that begin work in any minute, at most.")
    ] = None,
    tokens_per_day: Annotated[
        int | None, typer.Option(min=1, help="Tokens of all its sessions by day (UTC), at most.")
    ] = None,
    budget_attempts: Annotated[
        int | None, typer.Option(min=1, help="Attempts that one session may ask for.")
    ] = None,
    budget_tokens: Annotated[
        int | None, typer.Option(min=1, help="Tokens that one session may ask for.")
    ] = None,
    budget_seconds: Annotated[
        float | None, typer.Option(min=0.001, help="Seconds that one session may ask for.")
    ] = None,
    metrics: Annotated[
        bool, typer.Option("--metrics", help="It may read /metrics, which counts everybody.")
    ] = False,
) -> None:
    """Make a key and print it, this once: nobody can show it again."""
    quota = Quota(
        sessions=sessions,
        per_minute=per_minute,
        tokens_per_day=tokens_per_day,
        budget_attempts=budget_attempts,
        budget_tokens=budget_tokens,
        budget_seconds=budget_seconds,
    )
    now = datetime.now(UTC)
    try:
        registered, text = mint(
            tenant=tenant, quota=quota, note=note, metrics=metrics, created_at=now
        )
    except ValueError as problem:
        stop(Exit.BAD_INPUT, f"--tenant: {problem}")
    _with_register(lambda register: register.add(registered))
    print(text)
    shown = f"{registered.key.prefix} of tenant {tenant} was made; it is shown this once"
    print(f"modulo: {shown}", file=sys.stderr)


@keys.command(name="list")
def list_keys(*, as_json: AsJson = False) -> None:
    """List all keys, the revoked ones too, with what each may and has spent today."""
    rows = _with_register(_all)
    if as_json:
        print(json.dumps([_as_json(key, spent) for key, spent in rows], indent=2))
    elif not rows:
        print("no key was made yet")
    else:
        print("\n".join(_table([_HEAD, *(_row(key, spent) for key, spent in rows)])))


@keys.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The id, as `modulo keys list` shows it.")],
) -> None:
    """Have a key refused from now on; what runs for it goes on."""
    # Whoever has the whole key at hand may say that, too.
    read = parts(key)
    key_id = key.removeprefix("mk_") if read is None else read[0]
    revoked = _with_register(lambda register: register.revoke(key_id, datetime.now(UTC)))
    print(f"{revoked.prefix} of tenant {revoked.tenant} is revoked")


async def _all(register: Register) -> list[tuple[Key, int]]:
    today = microseconds() // DAY_MICROSECONDS
    return [(key, await register.spent(key.key_id, today)) for key in await register.keys()]


def _with_register(work: Callable[[Register], Coroutine[Any, Any, Result]]) -> Result:
    """Do something with the register that the settings name; tell problems and exit."""

    async def opened(settings: Settings) -> Result:
        async with open_register(settings) as register:
            return await work(register)

    with problems_told():
        try:
            return asyncio.run(opened(Settings()))
        except UnknownKey as problem:
            stop(Exit.BAD_INPUT, str(problem))


_HEAD = ("key", "tenant", "made", "used", "spent today", "may", "note")


def _row(key: Key, spent: int) -> tuple[str, ...]:
    used = "never" if key.used_at is None else f"{key.used_at:%Y-%m-%d %H:%M}"
    if key.revoked_at is not None:
        used = f"revoked {key.revoked_at:%Y-%m-%d}"
    made = f"{key.created_at:%Y-%m-%d}"
    return (key.prefix, key.tenant, made, used, f"{spent} tokens", _bounds(key), key.note)


def _bounds(key: Key) -> str:
    bounds = [f"{name}={most:.15g}" for name, most in _quota(key).items()]
    return " ".join([*bounds, *(["metrics"] if key.metrics else [])]) or "anything"


def _quota(key: Key) -> dict[str, float]:
    return {name: most for name, most in asdict(key.quota).items() if most is not None}


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _as_json(key: Key, spent: int) -> dict[str, object]:
    moments = {
        name: None if moment is None else moment.isoformat()
        for name, moment in (
            ("created_at", key.created_at),
            ("used_at", key.used_at),
            ("revoked_at", key.revoked_at),
        )
    }
    return {
        "id": key.key_id,
        "tenant": key.tenant,
        "note": key.note,
        "metrics": key.metrics,
        "quota": _quota(key),
        "tokens_today": spent,
        **moments,
    }
