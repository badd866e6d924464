"""Ground simple actions (PDDL 2.1, definition 6): what happens at one instant for one step."""

from collections.abc import Iterable
from dataclasses import dataclass

from planners.pddl.formula import Expression, Formula, FunctionTerm
from planners.pddl.model import Effect, LiftedTask
from tests.planners.naive.arithmetic import terms_of
from tests.planners.naive.change import (
    ADDING,
    Change,
    State,
    added,
    carried_out,
    conditions_in,
    deleted,
    faults,
    flattened,
    numbers_read,
    numeric,
)
from tests.planners.naive.derivation import Derivation
from tests.planners.naive.truth import Fact, View, mentioned
from tests.planners.naive.universe import Universe

# A kind of flaw, the index of the step, and the function term where one is meant.
Flaw = tuple[str, int, str]


@dataclass(frozen=True)
class Simple:
    """Attributes:
    index: The step that it belongs to; below 0 for what happens without one.
    amounts: Expressions that are looked at beside precondition and effect.
    """

    index: int
    precondition: Formula
    effect: Effect
    amounts: tuple[Expression, ...] = ()


class Instants:
    """Judges and carries out what happens at one instant."""

    def __init__(self, task: LiftedTask) -> None:
        self.task = task
        self.universe = Universe(task)
        self.derivation = Derivation(task)

    def first_state(self) -> State:
        facts = {(literal.predicate, literal.arguments) for literal in self.task.init}
        return State(frozenset(facts), dict(self.task.init_values))

    def view(self, state: State) -> View:
        facts = self.derivation.complete(state.facts, state.values)
        return View(self.universe, facts, facts, state.values)

    def changes(self, simple: Simple, view: View) -> list[Change]:
        return flattened(simple.effect, view)

    def flaws(self, simple: Simple, view: View) -> set[Flaw]:
        """Collect all that keeps a simple action from being carried out by itself."""
        if not view.holds(simple.precondition):
            return {("precondition", simple.index, "")}
        found = faults(self.changes(simple, view), view.values)
        return {(kind, simple.index, term) for kind, term in found}

    def touched(
        self, one: Simple, first: View, other: Simple, second: View
    ) -> set[Fact | FunctionTerm]:
        """Collect what one action changes and the other must not meet (definition 12).

        Args:
            one: The action.
            first: What is seen before it.
            other: The other action.
            second: What is seen before that.
        """
        mine, theirs = self.changes(one, first), self.changes(other, second)
        looks = mentioned(other.precondition, self.universe)
        looks |= conditions_in(other.effect, self.universe) | numbers_read(theirs)
        looks |= set[FunctionTerm]().union(*map(terms_of, other.amounts))
        writes = added(mine) | deleted(mine)
        found = {fact for fact in writes if self.sees(looks, fact)}
        found |= added(mine) & deleted(theirs)
        for change in numeric(mine):
            same = [each for each in numeric(theirs) if each.function == change.function]
            if self.sees(looks, change.function) or any(
                not {change.operator, each.operator} <= ADDING for each in same
            ):
                found.add(change.function)
        return found

    def sees(self, looks: set[Fact | FunctionTerm], written: Fact | FunctionTerm) -> bool:
        """Say whether what is looked at depends on what is written.

        What is derived depends on all atoms of the predicates in its rules.
        """
        if written in looks:
            return True
        derived = {axiom.predicate for axiom in self.task.axioms}
        asked = {look[0] for look in looks if isinstance(look, tuple)} & derived
        name = written[0] if isinstance(written, tuple) else written.function
        return any(name in self.derivation.support(predicate) for predicate in asked)

    def after(self, together: Iterable[Simple], state: State) -> State:
        """Carry out simple actions that have no flaws."""
        view = self.view(state)
        changes = [change for simple in together for change in self.changes(simple, view)]
        return carried_out(changes, state)


def text(term: Fact | FunctionTerm) -> str:
    return f"({' '.join((term[0], *term[1]))})" if isinstance(term, tuple) else str(term)
