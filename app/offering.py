"""How constructive critics come to what they offer: apart from the event loop, bounded, timed."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeAlias

from app.modulo.critique import Critique
from app.modulo.offer import Offer
from app.prompts.offers import critique_of
from planners.errors import BoundReached
from planners.execution.meter import Meter
from planners.verdict import Invalid, Verdict

# Half a second of work on one core, roughly; most tasks take a hundredth of that.
MOST_PARTS = 200_000

Look: TypeAlias = Callable[[Invalid, Meter], tuple[Offer | None, str]]
"""Gives an offer, or None and why there is none, charging a meter."""


async def offered(critic: str, verdict: Verdict, look: Look, *, sought: str) -> Critique:
    """Have a critic look for something to offer with a flaw.

    Args:
        critic: The critic's name.
        verdict: On the plan; of a valid one nothing is looked for.
        look: Looks, in a thread: other sessions go on meanwhile.
        sought: What it looks for, for the user.
    """
    if not isinstance(verdict, Invalid):
        return critique_of(critic, None, seconds=0.0, reason="there is nothing to mend.")
    return await asyncio.to_thread(_looked, critic, verdict, look, sought)


def _looked(critic: str, verdict: Invalid, look: Look, sought: str) -> Critique:
    began = time.thread_time()
    try:
        offer, reason = look(verdict, Meter(MOST_PARTS))
    except BoundReached:
        offer, reason = None, f"the task is too large to look for {sought}."
    return critique_of(critic, offer, seconds=time.thread_time() - began, reason=reason)
