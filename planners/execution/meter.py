"""The bound on how much may be made of one plan."""

from planners.errors import BoundReached

MAX_PARTS = 2_000_000
PARTS = "ground conditions and effects in one plan"


class Meter:
    """Counts the ground conditions and effects that are made or read.

    Args:
        limit: How many are allowed.
    """

    __slots__ = ("_limit", "spent")

    def __init__(self, limit: int = MAX_PARTS) -> None:
        self._limit = limit
        self.spent = 0

    def spend(self, parts: int) -> None:
        """Count parts before they are made.

        Raises:
            BoundReached: if that is more than is allowed.
        """
        self.spent += parts
        if self.spent > self._limit:
            raise BoundReached(PARTS, self._limit)
