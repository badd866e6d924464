"""Which formulas hold in a state, in three values.

A comparison with an undefined number, or over a division by zero, is neither true nor false
(None), and so is what depends on it (Kleene's strong connectives). A condition holds only
where it is true. Atoms are true or false, derived ones too.
"""

from collections.abc import Callable, Set
from dataclasses import dataclass
from fractions import Fraction
from operator import eq, ge, gt, le, lt

from planners.pddl.formula import (
    And,
    Atom,
    Comparison,
    Exists,
    Forall,
    Formula,
    FunctionTerm,
    Imply,
    Not,
    Or,
)
from tests.planners.naive.arithmetic import Values, terms_of, value
from tests.planners.naive.substitution import put_in
from tests.planners.naive.universe import Universe

Fact = tuple[str, tuple[str, ...]]
RELATIONS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": lt,
    "<=": le,
    "=": eq,
    ">=": ge,
    ">": gt,
}


@dataclass(frozen=True)
class View:
    """What is looked at to tell what is true.

    Attributes:
        universe: The objects.
        facts: What holds where an atom stands under no negation, or an even number.
        banned: What holds where it stands under an odd number; in a state, the same.
        values: The numbers.
    """

    universe: Universe
    facts: Set[Fact]
    banned: Set[Fact]
    values: Values

    def truth(self, formula: Formula, *, even: bool = True) -> bool | None:
        match formula:
            case Atom("=", (left, right)):
                return left == right
            case Atom(predicate, terms):
                return (predicate, terms) in (self.facts if even else self.banned)
            case Comparison(operator, left, right):
                sides = value(left, self.values), value(right, self.values)
                return None if None in sides else RELATIONS[operator](*sides)
            case Not(operand):
                return opposite(self.truth(operand, even=not even))
            case And(operands):
                return conjunction([self.truth(operand, even=even) for operand in operands])
            case Or(operands):
                found = [opposite(self.truth(operand, even=even)) for operand in operands]
                return opposite(conjunction(found))
            case Imply(premise, conclusion):
                return self.truth(Or((Not(premise), conclusion)), even=even)
            case Forall() | Exists():
                return self.truth(written_out(formula, self.universe), even=even)

    def holds(self, formula: Formula) -> bool:
        return self.truth(formula) is True


def opposite(found: bool | None) -> bool | None:
    return None if found is None else not found


def conjunction(found: list[bool | None]) -> bool | None:
    if False in found:
        return False
    return None if None in found else True


def written_out(formula: Forall | Exists, universe: Universe) -> Formula:
    instances = tuple(
        put_in(formula.body, each) for each in universe.written_out(formula.parameters)
    )
    return And(instances) if isinstance(formula, Forall) else Or(instances)


def mentioned(formula: Formula, universe: Universe) -> set[Fact | FunctionTerm]:
    """Collect the ground atoms and numbers that stand in a ground formula."""
    match formula:
        case Atom("=", _):
            return set()
        case Atom(predicate, terms):
            return {(predicate, terms)}
        case Comparison(_, left, right):
            return {*terms_of(left), *terms_of(right)}
        case Not(operand):
            return mentioned(operand, universe)
        case And(operands) | Or(operands):
            return set().union(*(mentioned(operand, universe) for operand in operands))
        case Imply(premise, conclusion):
            return mentioned(premise, universe) | mentioned(conclusion, universe)
        case Forall() | Exists():
            return mentioned(written_out(formula, universe), universe)
