"""How values are spread: percentiles by the nearest rank, which are values that were seen."""

import math
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, Field


class Spread(BaseModel):
    """How the values of one quantity are spread. Empty where none was seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    count: int = Field(description="How many values there are.")
    mean: float | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    most: float | None = Field(default=None, description="The largest.")


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least a share of all values does not exceed.

    Args:
        values: At least one, in any order.
        share: Above 0 and at most 1.
    """
    if not values or not 0.0 < share <= 1.0:
        raise ValueError(f"no percentile {share} of {len(values)} values")
    # A product such as 0.07 * 100 lies just above its whole number.
    rank = math.ceil(share * len(values) - 1e-9)
    return sorted(values)[max(0, rank - 1)]


def spread(values: Iterable[float | None], digits: int = 4) -> Spread:
    """Sum up values; what is None was not seen and does not count."""
    seen = sorted(value for value in values if value is not None)
    if not seen:
        return Spread(count=0)
    p50, p95, p99 = (round(percentile(seen, share), digits) for share in (0.5, 0.95, 0.99))
    mean = round(math.fsum(seen) / len(seen), digits)
    return Spread(
        count=len(seen), mean=mean, p50=p50, p95=p95, p99=p99, most=round(seen[-1], digits)
    )
