"""The hierarchy of types: who stands above whom, and what may stand for what."""

from collections.abc import Mapping

from planners.pddl.formula import OBJECT

Types = tuple[str, ...]


class Hierarchy:
    """Answers questions about types, and remembers the answers.

    Args:
        parents: Each type with its direct supertypes, `object` with none. Not cyclic.
    """

    def __init__(self, parents: Mapping[str, Types]) -> None:
        self._parents = parents
        self._above: dict[str, frozenset[str]] = {}
        self._object_fits: dict[tuple[Types, Types], bool] = {}
        self._variable_fits: dict[tuple[Types, Types], bool] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._parents

    def above(self, name: str) -> frozenset[str]:
        """Return a type and all types above it."""
        found = self._above.get(name)
        if found is None:
            seen = {name, OBJECT}
            front = [name]
            while front:
                for parent in self._parents[front.pop()]:
                    if parent not in seen:
                        seen.add(parent)
                        front.append(parent)
            found = self._above[name] = frozenset(seen)
        return found

    def object_fits(self, declared: Types, wanted: Types) -> bool:
        """Say whether an object may stand where one of the wanted types is asked for.

        An object of `(either a b)` is of both types.
        """
        fits = self._object_fits.get((declared, wanted))
        if fits is None:
            fits = any(not self.above(name).isdisjoint(wanted) for name in declared)
            self._object_fits[declared, wanted] = fits
        return fits

    def variable_fits(self, declared: Types, wanted: Types) -> bool:
        """Say whether every object that a variable stands for is of a wanted type."""
        fits = self._variable_fits.get((declared, wanted))
        if fits is None:
            fits = all(not self.above(name).isdisjoint(wanted) for name in declared)
            self._variable_fits[declared, wanted] = fits
        return fits

    def overlap(self, declared: Types, wanted: Types) -> bool:
        """Say whether a type of one side stands above or below one of the other."""
        return any(
            one in self.above(other) or other in self.above(one)
            for one in declared
            for other in wanted
        )


def cyclic(parents: Mapping[str, Types]) -> str | None:
    """Find a type that stands above itself, or None. Does not recurse."""
    done: set[str] = set()
    for root in parents:
        path: set[str] = set()
        front = [(root, False)]
        while front:
            name, leaving = front.pop()
            if leaving:
                path.discard(name)
                done.add(name)
            elif name in path:
                return name
            elif name not in done:
                path.add(name)
                front.append((name, True))
                front.extend((parent, False) for parent in parents[name])
    return None
