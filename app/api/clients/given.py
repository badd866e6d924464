"""Sessions that end as they begin: a task that is refused, a plan that is only to be judged.

Clients poll for what came of a request, over any replica, so that has to stand in the store.
No model is asked for it.
"""

import asyncio
from dataclasses import replace
from uuid import uuid4

from app.api.service import Service
from app.modulo.attempt import Reading, Unread
from app.modulo.budget import Budget
from app.modulo.loop import Modulo
from app.modulo.strategies.autonomous import Autonomous
from app.proposers.replay import Replay
from app.sessions.request import Mode, PlanRequest
from app.sessions.wire import FailedWire, StoredEvent, wired
from app.sessions.wire_request import SessionCreatedWire
from planners.errors import PlanSyntaxError
from planners.plan import read_plan
from planners.task import Task

# Stands where else the name of a model does. There is none of this name, so a session that a
# crash leaves unfinished is refused when it is taken up, and nobody is asked.
GIVEN = "given by the client"


class PlanFile:
    """Reads a plan file strictly, where the loop's usual reader looks for a plan in prose."""

    async def read(self, task: Task, text: str) -> Reading:  # noqa: ARG002 (as every reader)
        """Read the plan, or say which line is none."""
        try:
            return Reading(plan=await asyncio.to_thread(read_plan, text))
        except PlanSyntaxError as problem:
            line = Unread(line=problem.line, text=problem.found[:200], reason=str(problem))
            return Reading(plan=None, unread=(line,))


async def fail(service: Service, request: PlanRequest, reason: str) -> str:
    """Make a session that has failed for a reason, and give its id."""
    return await _ended(service, request, (FailedWire(reason=reason),))


async def judge(service: Service, request: PlanRequest, plan: str) -> str:
    """Make a session in which a given plan was judged, and give its id.

    Args:
        service: Whose verifier judges it.
        request: The task, and whose it is; the rest says nothing.
        plan: In the IPC format.
    """
    loop = Modulo(
        strategy=Autonomous(proposer=GIVEN),
        proposers={GIVEN: Replay([plan], name=GIVEN)},
        reader=PlanFile(),
        verifier=service.verifier,
    )
    one = replace(request, mode=Mode.AUTONOMOUS, model=GIVEN, budget=Budget(attempts=1))
    events = [wired(event) async for event in loop.solve(one.task, one.budget)]
    return await _ended(service, one, events)


async def _ended(
    service: Service, request: PlanRequest, events: list[StoredEvent] | tuple[StoredEvent, ...]
) -> str:
    head = await service.store.create(uuid4().hex, SessionCreatedWire.of(request))
    for event in events:
        head = await service.store.append(head.session_id, event, expected=head.sequence)
    return head.session_id
