"""Whether the client of a request is still there."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request

Value = TypeVar("Value")

# What the metrics count of a client that has left; nobody reads the answer.
CLIENT_CLOSED_REQUEST = 499


async def while_there(request: Request, work: Coroutine[Any, Any, Value]) -> Value | None:
    """Do some work as long as the client is there; None where it hangs up before the end.

    Args:
        request: Its body has been read.
        work: Cancelled when the client leaves, and over before this returns.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.wait({working, leaving})


async def _gone(request: Request) -> None:
    # Behind the body, which has been read, nothing comes but this.
    while (await request.receive())["type"] != "http.disconnect":
        pass
