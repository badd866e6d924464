"""The id of a session, in paths."""

from typing import Annotated

from fastapi import Path

SessionId = Annotated[
    str, Path(min_length=1, max_length=64, description="The `id` that the session was given.")
]
