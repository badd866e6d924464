"""Judging plans off the event loop.

The verifier bounds its own work (`BoundReached`), so a thread is enough to keep an event
loop answering; nothing here can be killed.
"""

import asyncio

from planners.plan import Plan
from planners.task import Task
from planners.verdict import Verdict
from planners.verifier import verify


class VerifierThreads:
    """Verifies in the threads of the running event loop. Holds nothing, safe to share."""

    async def verify(self, task: Task, plan: Plan) -> Verdict:
        """Say whether a plan solves a task, and if not, what is wrong with it.

        Raises:
            TaskError: the task cannot be read.
            BoundReached: judging it would take more than the verifier allows itself.
        """
        return await asyncio.to_thread(verify, task, plan)
