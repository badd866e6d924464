"""A response that ends with its client: what makes it is cancelled when the client leaves."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi import Response
from starlette.types import Receive, Scope, Send


class CutOff(Exception):
    """Raised by a body to have the connection closed where it stands."""


class Refused(Exception):
    """Raised by a body before anything else, to have another response sent instead.

    Attributes:
        response: That one.
    """

    def __init__(self, response: Response) -> None:
        super().__init__(response)
        self.response = response


class Exchange(Response):
    """Sends its head once the body is accepted, and its body as it is made.

    The first piece of the body, an empty one, says that it is accepted; it is not sent.

    Starlette's own stream would do, but for `CutOff`, which no server offers.
    """

    def __init__(self, body: AsyncGenerator[bytes, None], *, media_type: str) -> None:
        super().__init__(media_type=media_type)
        # Or it would say that the body has no byte.
        del self.headers["content-length"]
        self._made = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI asks."""
        sending = asyncio.ensure_future(self._send(send))
        leaving = asyncio.ensure_future(_client_leaves(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            results = await asyncio.gather(sending, leaving, return_exceptions=True)
        if isinstance(results[0], Refused):
            await results[0].response(scope, receive, send)
        elif isinstance(results[0], Exception):
            raise results[0]

    async def _send(self, send: Send) -> None:
        head = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        async with aclosing(self._made) as pieces:
            await anext(pieces)
            await send(head)
            try:
                async for piece in pieces:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            except CutOff:
                # Without the last message of a body uvicorn closes the connection.
                return
            await send({"type": "http.response.body", "body": b""})


async def _client_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
