"""PDDL as clients send it: always the text itself."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.api.models import MOST_CHARACTERS

_URL = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*://")


def _no_url(text: str) -> str:
    # Other solvers fetch what a URL leads to. We send nothing anywhere on a client's word.
    if _URL.match(text):
        raise PydanticCustomError("url", "send the text itself; what a URL leads to is not fetched")
    return text


GivenText = Annotated[str, Field(max_length=MOST_CHARACTERS), AfterValidator(_no_url)]
GivenPddl = Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS), AfterValidator(_no_url)]
