"""Estimates with bootstrap intervals.

The tasks are what is drawn again; several runs of one task are made one number before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Statistic: TypeAlias = Callable[[Floats], Floats]
"""Turns samples, shape (samples, tasks, columns), into a number each, shape (samples,)."""

SAMPLES = 10_000
CONFIDENCE = 0.95
# Samples made at once, so that memory does not follow their number.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval.

    Attributes:
        value: Of the tasks that were seen.
        low: Lower end of the interval.
        high: Upper end of the interval.
        tasks: How many were seen.
    """

    value: float
    low: float
    high: float
    tasks: int


def median(samples: Floats) -> Floats:
    """Give the median of the first column."""
    return np.asarray(np.median(samples[:, :, 0], axis=1))


def mean(samples: Floats) -> Floats:
    """Give the mean of the first column."""
    return np.asarray(samples[:, :, 0].mean(axis=1))


def median_difference(samples: Floats) -> Floats:
    """Give the median over tasks of the first column less the second."""
    return np.asarray(np.median(samples[:, :, 0] - samples[:, :, 1], axis=1))


def mean_difference(samples: Floats) -> Floats:
    """Give the mean over tasks of the first column less the second."""
    return np.asarray((samples[:, :, 0] - samples[:, :, 1]).mean(axis=1))


def estimate(
    statistic: Statistic,
    *columns: Sequence[float],
    seed: int = 0,
    samples: int = SAMPLES,
    confidence: float = CONFIDENCE,
) -> Estimate | None:
    """Estimate a statistic, with a percentile bootstrap interval.

    With several columns this is the paired bootstrap: a task is drawn with all its columns.

    Args:
        statistic: One of those above.
        columns: A number for each task, in the same order of tasks.
        seed: Same seed, same interval.
        samples: How many are drawn.
        confidence: Of the interval, between 0 and 1.

    Returns:
        The estimate, or None where there is no task.

    Raises:
        ValueError: the columns differ in length.

    Source:
        Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    if len({len(column) for column in columns}) != 1:
        raise ValueError("every column has a number for each task")
    table = np.array(columns, dtype=np.float64).T
    tasks = len(table)
    if tasks == 0:
        return None
    random = np.random.default_rng(seed)
    drawn = np.concatenate(
        [
            statistic(table[random.integers(tasks, size=(min(_AT_ONCE, samples - done), tasks))])
            for done in range(0, samples, _AT_ONCE)
        ]
    )
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    value = statistic(table[np.newaxis])[0]
    return Estimate(value=float(value), low=float(low), high=float(high), tasks=tasks)
