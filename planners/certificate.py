"""Certificates: the states that a valid plan passes through, to be checked by others.

`docs/check_certificate.py` checks one with none of our code.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from planners.errors import BoundReached, NoCertificate
from planners.execution.ground import GroundStep
from planners.execution.meter import Meter
from planners.execution.numbers import Fault, term_text
from planners.execution.prepared import PreparedTask, prepare
from planners.execution.state import State
from planners.plan import Plan
from planners.task import Task
from planners.verdict import Invalid, Valid
from planners.verifier import verify

MAX_FACTS = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The proof of a plan, written out.

    Attributes:
        task: The task, as it was written.
        plan: The plan.
        proof: What the verifier made of it.
        states: The atoms that hold at first and behind each step, sorted, as PDDL.
        values: The numbers that steps change, likewise, each a decimal or a fraction under
            its function term.
    """

    task: Task
    plan: Plan
    proof: Valid
    states: tuple[tuple[str, ...], ...]
    values: tuple[dict[str, str], ...]

    def as_json(self) -> str:
        """Write it as JSON, the two texts of the task included."""
        cost = self.proof.cost
        return json.dumps(
            {
                "domain": self.task.domain,
                "problem": self.task.problem,
                "plan": [str(step) for step in self.plan.steps],
                "cost": None if cost is None else str(cost),
                "states": self.states,
                "values": self.values,
            },
            indent=1,
            ensure_ascii=False,
        )


def certify(task: Task, plan: Plan) -> Certificate | Invalid:
    """Verify a plan, and write down the states that it passes through.

    Args:
        task: The task.
        plan: A plan whose steps stand one behind the other.

    Returns:
        The certificate, or what is wrong with the plan.

    Raises:
        TaskError: one of its kinds, if the task cannot be read.
        BoundReached: past a bound of `verify`, or past `MAX_FACTS`.
        NoCertificate: the plan is temporal: its steps may overlap, so no list of states
            behind each of them tells what happens.
    """
    verdict = verify(task, plan)
    if isinstance(verdict, Invalid):
        return verdict
    if verdict.tolerance is not None:
        raise NoCertificate
    prepared = prepare(task)
    meter = Meter()
    steps, _ = prepared.ground(plan.steps, meter)
    states: list[tuple[str, ...]] = []
    values: list[dict[str, str]] = []
    facts = 0
    for state in _passed(prepared, steps, meter):
        states.append(tuple(str(literal) for literal in prepared.literals(state)))
        values.append({term_text(term): str(number) for term, number in state.values.items()})
        facts += len(states[-1]) + len(values[-1])
        if facts > MAX_FACTS:
            raise BoundReached("facts in one certificate", MAX_FACTS)
    return Certificate(
        task=task, plan=plan, proof=verdict, states=tuple(states), values=tuple(values)
    )


def _passed(prepared: PreparedTask, steps: list[GroundStep], meter: Meter) -> Iterator[State]:
    """Go through the states of a plan that is known to be valid."""
    state = prepared.start(meter)
    yield state
    for step in steps:
        update = step.effects.in_state(state)
        assert not isinstance(update, Fault), "a valid plan has no faults"
        state.apply(update)
        yield state
