"""Where the objects of a schema stand: one list of names, filled in step by step.

Arguments come first. Behind them stand constants and the names of predicates, which never
change, and a place for each variable of a quantifier. Atoms are picked out of the list.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import TypeAlias

from planners.execution.state import GroundAtom

Places: TypeAlias = Mapping[str, int]
Names: TypeAlias = list[str]
Pick: TypeAlias = Callable[[Names], GroundAtom]


class Layout:
    """The list of names of one schema in the making.

    Args:
        parameters: The variables of the schema.
    """

    def __init__(self, parameters: tuple[str, ...]) -> None:
        self.template: Names = ["" for _ in parameters]
        self.places: Places = {name: place for place, name in enumerate(parameters)}
        self._fixed: dict[str, int] = {}

    def bind(self, names: tuple[str, ...], outer: Places) -> tuple[dict[str, int], tuple[int, ...]]:
        """Make room for the variables of a quantifier.

        Args:
            names: The variables.
            outer: The variables in scope with their places.

        Returns:
            The scope of the body, and the new places.
        """
        first = len(self.template)
        self.template.extend("" for _ in names)
        new = tuple(range(first, first + len(names)))
        return {**outer, **dict(zip(names, new, strict=True))}, new

    def place(self, term: str, scope: Places) -> int:
        """Return the place of a variable in scope or of a constant."""
        return scope[term] if term[0] == "?" else self._fix(term)

    def pick(self, head: str, terms: tuple[str, ...], scope: Places) -> Pick:
        """Make a function that picks a ground atom out of the filled list."""
        if not terms:
            # With one place alone, `itemgetter` returns no tuple.
            alone: GroundAtom = (head,)
            return lambda _: alone
        picked: Pick = itemgetter(self._fix(head), *(self.place(term, scope) for term in terms))
        return picked

    def _fix(self, name: str) -> int:
        place = self._fixed.get(name)
        if place is None:
            place = self._fixed[name] = len(self.template)
            self.template.append(name)
        return place
