"""The PDDL domains that we ship, written by us."""

from functools import cache
from importlib import resources


@cache
def domain_text(name: str) -> str:
    """Read one of the shipped domains.

    Args:
        name: Its name, such as `blocksworld`.

    Returns:
        The domain as PDDL text.

    Raises:
        FileNotFoundError: if no domain of that name is shipped.
    """
    return resources.files(__name__).joinpath(f"{name}.pddl").read_text(encoding="utf-8")
