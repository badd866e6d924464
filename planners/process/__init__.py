"""Programs of others: each run under limits, and gone with all that it has started and written."""

from planners.process.program import Ended, run
from planners.process.workplace import workplace

__all__ = ["Ended", "run", "workplace"]
