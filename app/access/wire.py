"""Quotas as they stand in a register: JSON, in which bounds that are none are left out."""

import json
from dataclasses import asdict

from pydantic import TypeAdapter, ValidationError

from app.access.caller import Quota
from app.access.errors import RegisterUnavailable

_QUOTA: TypeAdapter[Quota] = TypeAdapter(Quota)


def written(quota: Quota) -> str:
    """Write a quota."""
    return json.dumps({name: most for name, most in asdict(quota).items() if most is not None})


def quota_of(text: str) -> Quota:
    """Read a quota back.

    Raises:
        RegisterUnavailable: it is none; better nobody gets in than without bounds.
    """
    try:
        return _QUOTA.validate_json(text)
    except ValidationError:
        raise RegisterUnavailable("a quota in it cannot be read") from None
