"""Functions with objects as values, read as relations with the value as one more argument.

`(= (loc ?t) ?c)` is the atom `(loc ?t ?c)`. Where `(loc ?t)` stands for an object, a new
variable stands there instead, and the atom says what it is. `planners.pddl.assignments`
sees to it that no function has two values.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from planners.pddl.formula import And, Atom, Exists, Formula, Parameter
from planners.pddl.model import Effect, ForallEffect, When
from planners.pddl.types import Types

UNDEFINED = "undefined"

_VALUE = "?value"
# Names have an upper bound; what is made from them stays below it.
_MAX_STEM = 200


@dataclass(frozen=True, slots=True)
class ObjectFunction:
    """A function with objects as values.

    Attributes:
        parameters: What it is a function of.
        types: Types of which one must fit its values.
    """

    parameters: tuple[Parameter, ...]
    types: Types

    @property
    def relation(self) -> tuple[Parameter, ...]:
        """The parameters of the relation that it is read as."""
        return (*self.parameters, Parameter(_VALUE, self.types))


class FreshNames:
    """Names of variables that a text does not use, and those given out.

    Args:
        taken: The variables of the text.
    """

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken
        self._given: set[str] = set()
        self._numbers: dict[str, int] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._given

    def like(self, stem: str, scope: Container[str]) -> str:
        """Give a name out that no variable in scope has. Others may have it elsewhere."""
        number = self._numbers[stem] = self._free(stem, self._numbers.get(stem, 1))
        while _numbered(stem, number) in scope:
            number = self._free(stem, number + 1)
        name = _numbered(stem, number)
        self._given.add(name)
        return name

    def unlike_all(self, stem: str) -> str:
        """Give a name out that no other variable has."""
        name = _numbered(stem, len(self._given) + 2)
        while name in self._taken or name in self._given:
            name += "+"
        self._given.add(name)
        return name

    def _free(self, stem: str, number: int) -> int:
        while _numbered(stem, number) in self._taken:
            number += 1
        return number


class Lookups:
    """The values of object functions that one atom, expression or effect reads.

    Args:
        bound: The variables in scope with their types.
        names: Where names of new variables come from.

    Attributes:
        scope: The variables in scope, the new ones among them.
    """

    def __init__(self, bound: Mapping[str, Types], names: FreshNames) -> None:
        self.scope = bound
        self._names = names
        self._found: dict[Atom, Parameter] = {}

    def value(self, function: str, terms: tuple[str, ...], types: Types) -> str:
        """Return the variable that stands for the value of a function of these terms."""
        key = Atom(function, terms)
        if key not in self._found:
            name = self._names.like(f"?{function}", self.scope)
            # Most formulas look nothing up, so the scope is not copied before.
            self.scope = {**self.scope, name: types}
            self._found[key] = Parameter(name, types)
        return self._found[key].name

    def around(self, formula: Formula) -> Formula:
        """Say that the values exist and that the formula holds of them."""
        if not self._found:
            return formula
        return Exists(tuple(self._found.values()), And((*self._atoms(), formula)))

    def around_effect(self, effect: Effect) -> Effect:
        """Let the effect take place for the values, which exist at most once each."""
        if not self._found:
            return effect
        return ForallEffect(tuple(self._found.values()), When(all_of(self._atoms()), effect))

    def _atoms(self) -> tuple[Atom, ...]:
        return tuple(
            Atom(key.predicate, (*key.terms, parameter.name))
            for key, parameter in self._found.items()
        )


def all_of(parts: tuple[Formula, ...]) -> Formula:
    """Return the conjunction of formulas: a formula itself where it stands alone."""
    return parts[0] if len(parts) == 1 else And(parts)


def _numbered(stem: str, number: int) -> str:
    stem = stem[:_MAX_STEM]
    return stem if number == 1 else f"{stem}-{number}"
