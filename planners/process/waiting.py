"""Waiting that a cancellation puts off but does not end."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Wait for work that must not be left half done.

    Raises:
        asyncio.CancelledError: this was cancelled in the meantime; the work is done all the same.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as problem:
            cancelled = problem
    if cancelled is not None:
        # What the work itself has raised is less than that we were told to stop.
        task.exception()
        raise cancelled
    return task.result()
