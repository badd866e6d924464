"""What near the place where a plan fails would let it go on: found by search in the state there.

Whatever is found was executed. That it leads to the goal nobody has said.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter
from typing import TypeAlias

from planners.execution.ground import Condition, DerivedLiteral
from planners.execution.meter import Meter
from planners.execution.prepared import PreparedTask, prepare
from planners.execution.relations import Relations
from planners.execution.state import GroundAtom, State
from planners.plan import Plan, Step
from planners.relaxation.applicable import Applicable
from planners.relaxation.exploration import relaxation_of
from planners.task import Task

# How many first steps are tried where one does not do.
MOST_FIRST = 200
# How many other arguments of the failing step are offered.
MOST_INSTEAD = 3


@dataclass(frozen=True, slots=True)
class Insertion:
    """Steps behind which the failing step can be executed; behind the last, the goal holds.

    Attributes:
        steps: One or two, each of which can be executed where it stands.
    """

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Replacement:
    """The action of the failing step with other arguments, with which it can be executed.

    Attributes:
        steps: The nearest first; at most `MOST_INSTEAD`.
    """

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Omission:
    """The failing step is left out: the next one can be executed, or the goal holds.

    Attributes:
        step: The failing step.
    """

    step: Step


Nearby: TypeAlias = Insertion | Omission | Replacement
# Worse is greater: steps of the rest that cannot be executed, atoms of the goal that lack
# behind it, and what the steps are, so that the choice is always the same.
_Rank: TypeAlias = tuple[int, int, tuple[str, ...]]
_Ranked: TypeAlias = tuple[_Rank, Nearby]


def nearby(task: Task, plan: Plan, executed: int, meter: Meter) -> Nearby | None:
    """Find what would let a plan go on where it fails.

    First one step to insert or to leave out is looked for, then two steps to insert and other
    arguments. Of several the one is taken behind which more of the plan's other steps can be
    executed, then the one behind which less of the goal lacks.

    Args:
        task: A task that can be read.
        plan: A plan that is executed step by step: time stamps are not looked at.
        executed: How many of its steps can be executed.
        meter: Charged for what is looked at.

    Returns:
        What was found, or None. Of tasks with durative actions or stated times nothing is
        looked for.

    Raises:
        BoundReached: if the meter is exhausted.
    """
    prepared = prepare(task)
    if prepared.timed:
        return None
    applicable = Applicable(prepared, relaxation_of(task), meter)
    state, done = applicable.after(prepared.start(meter), plan.steps[:executed])
    if done < executed:
        return None
    failing, rest = plan.steps[executed : executed + 1], plan.steps[executed + 1 :]
    goal = target = prepared.goal(meter)
    if failing:
        ground, _ = prepared.ground(failing, meter)
        target = ground[0].condition if ground else None
    search = _Search(
        prepared=prepared,
        applicable=applicable,
        state=state,
        failing=failing,
        rest=rest,
        goal=goal,
        target=target,
    )
    one = chain(search.insertions(1), search.omissions())
    two = chain(search.insertions(2), search.replacements())
    for found in (one, two):
        best = min(found, key=itemgetter(0), default=None)
        if best is not None:
            return best[1]
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """The search from one state.

    Attributes:
        failing: The step that cannot be executed there; empty where the goal does not hold.
        rest: The steps behind it.
        target: What has to be met for going on; None where no state can.
    """

    prepared: PreparedTask
    applicable: Applicable
    state: State
    failing: tuple[Step, ...]
    rest: tuple[Step, ...]
    goal: Condition | None
    target: Condition | None

    def insertions(self, length: int) -> Iterator[_Ranked]:
        """Run through the insertions of so many steps, one or two."""
        target, failing = self.target, self.failing
        # Where the condition holds, the step fails for its effects or the plan for a constraint.
        if target is None or target.holds(self.state):
            return
        for steps in self._ways(target, length):
            behind, done = self.applicable.after(self.state, (*steps, *failing, *self.rest))
            if done >= length + len(failing) and (failing or target.holds(behind)):
                left = length + len(failing) + len(self.rest) - done
                yield self._rank(behind, left, steps), Insertion(steps)

    def omissions(self) -> Iterator[_Ranked]:
        """Leave the failing step out, if that helps."""
        if not self.failing:
            return
        behind, done = self.applicable.after(self.state, self.rest)
        if done or (not self.rest and self.goal is not None and self.goal.holds(behind)):
            yield self._rank(behind, len(self.rest) - done, ()), Omission(self.failing[0])

    def replacements(self) -> Iterator[_Ranked]:
        """Give the same action other arguments, as few of them as can be."""
        if not self.failing or self.failing[0].action not in self.prepared.task.actions:
            return
        failing = self.failing[0]
        found: list[tuple[int, _Rank, Step]] = []
        relations = self.applicable.relations(self.state)
        for step in self.applicable.steps(self.state, relations, failing.action):
            pairs = zip(step.arguments, failing.arguments, strict=False)
            changed = len(step.arguments) - sum(one == other for one, other in pairs)
            behind, done = self.applicable.after(self.state, (step, *self.rest))
            rank = self._rank(behind, len(self.rest) + 1 - done, (step,))
            found.append((changed, rank, step))
        found.sort(key=itemgetter(0, 1))
        fewest = [step for changed, _, step in found if changed == found[0][0]]
        if fewest:
            yield found[0][1], Replacement(tuple(fewest[:MOST_INSTEAD]))

    def _ways(self, target: Condition, length: int) -> Iterator[tuple[Step, ...]]:
        state = self.state
        relations = self.applicable.relations(state)
        if length == 1:
            for last in self._towards(state, relations, target):
                yield (last,)
            return
        for first in islice(self._any(state, relations), MOST_FIRST):
            between, _ = self.applicable.after(state, (first,))
            for last in self._towards(between, self.applicable.relations(between), target):
                yield first, last

    def _towards(self, state: State, relations: Relations, target: Condition) -> Iterator[Step]:
        """Run through the steps that may do something about what lacks, each once."""
        atoms, known = lacking(target, state)
        if not known:
            return self._any(state, relations)
        makers = (
            self.applicable.makers(state, relations, atom, positive=positive)
            for atom, positive in sorted(atoms)
        )
        return iter(dict.fromkeys(chain.from_iterable(makers)))

    def _any(self, state: State, relations: Relations) -> Iterator[Step]:
        for action in self.prepared.task.actions:
            yield from self.applicable.steps(state, relations, action)

    def _rank(self, state: State, left: int, steps: tuple[Step, ...]) -> _Rank:
        lacks = len(lacking(self.goal, state)[0]) if self.goal is not None else 0
        return left, lacks, tuple(map(str, steps))


def lacking(condition: Condition, state: State) -> tuple[set[tuple[GroundAtom, bool]], bool]:
    """Say which atoms a condition lacks in a state.

    Returns:
        Atoms that ought to hold (True) or not (False), of choices those of all options; and
        whether steps can change all that lacks by adding or deleting these.
    """
    found = {(atom, True) for atom in condition.needs - state.atoms}
    found |= {(atom, False) for atom in condition.bans & state.atoms}
    known = True
    for test in condition.tests:
        if not test.holds(state):
            known = False
            if isinstance(test, DerivedLiteral):
                found.add((test.atom, test.positive))
    for options in condition.choices:
        if not any(option.holds(state) for option in options):
            for option in options:
                atoms, complete = lacking(option, state)
                found |= atoms
                known = known and complete
    return found, known
