"""What derived predicates hold: the well-founded model, as the limit of two sequences.

There are no strata here. One sequence holds too little, the other too much; each is got by
deriving all that can be derived while negated derived atoms are read from the last of the
other. Where the rules are stratified both end in the same set (Van Gelder 1993), which is
then the one that strata give.
"""

from planners.pddl.formula import And, Atom, Comparison, Exists, Forall, Formula, Imply, Not, Or
from planners.pddl.model import LiftedTask
from tests.planners.naive.arithmetic import Values, terms_of
from tests.planners.naive.substitution import put_in
from tests.planners.naive.truth import Fact, View
from tests.planners.naive.universe import Universe


class Derivation:
    def __init__(self, task: LiftedTask) -> None:
        self.universe = Universe(task)
        self.rules = [
            (Atom(axiom.predicate, tuple(each.values())), put_in(axiom.body, each))
            for axiom in task.axioms
            for each in self.universe.written_out(axiom.parameters)
        ]
        self.axioms = task.axioms

    def complete(self, facts: frozenset[Fact], values: Values) -> frozenset[Fact]:
        """Return the facts with all that is derived from them."""
        little = facts
        while True:
            much = self.consequences(facts, values, little)
            more = self.consequences(facts, values, much)
            if more == little:
                assert little == much, "the rules are not stratified"
                return little
            little = more

    def consequences(
        self, facts: frozenset[Fact], values: Values, banned: frozenset[Fact]
    ) -> frozenset[Fact]:
        """Derive until nothing new comes, with negated atoms read from `banned`."""
        found = facts
        while True:
            view = View(self.universe, found, banned, values)
            new = {(head.predicate, head.terms) for head, body in self.rules if view.holds(body)}
            if new <= found:
                return found
            found |= new

    def support(self, predicate: str) -> set[str]:
        """Collect the predicates and functions that a predicate depends on, itself included."""
        found = {predicate}
        while True:
            bodies = [axiom.body for axiom in self.axioms if axiom.predicate in found]
            new = set[str]().union(*map(names_in, bodies))
            if new <= found:
                return found
            found |= new


def names_in(formula: Formula) -> set[str]:
    match formula:
        case Atom(predicate, _):
            return {predicate}
        case Comparison(_, left, right):
            return {term.function for term in terms_of(left) | terms_of(right)}
        case Not(operand) | Forall(_, operand) | Exists(_, operand):
            return names_in(operand)
        case And(operands) | Or(operands):
            return set[str]().union(*map(names_in, operands))
        case Imply(premise, conclusion):
            return names_in(premise) | names_in(conclusion)
