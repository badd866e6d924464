"""Whoever sends a request, as the routes see them."""

from typing import Annotated

from fastapi import Depends

from app.access.caller import Caller


async def _caller() -> Caller:
    return Caller()


CallerHere = Annotated[Caller, Depends(_caller)]
