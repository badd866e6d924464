"""What would make a literal hold that does not. Only asked where a plan has a flaw."""

from collections.abc import Iterable, Iterator, Mapping

from planners.condition import Compound, Condition, Literal
from planners.execution.world import World
from planners.pddl.formula import EQUALS, Atom
from planners.pddl.types import Types


def literals_in(conditions: Iterable[Condition]) -> Iterator[Literal]:
    """Run through the literals among conditions and their nearest options, equalities apart."""
    for condition in conditions:
        if isinstance(condition, Literal):
            if condition.predicate != EQUALS:
                yield condition
        elif isinstance(condition, Compound):
            yield from literals_in(condition.nearest)


def producers(world: World, literal: Literal) -> tuple[str, ...]:
    """Name the actions that have a literal among their effects for some arguments."""
    found = (
        name
        for name, atom, types in world.makers.get((literal.predicate, literal.positive), ())
        if _fits(world, atom, types, literal.arguments)
    )
    return tuple(dict.fromkeys(found))


def _fits(world: World, atom: Atom, types: Mapping[str, Types], arguments: tuple[str, ...]) -> bool:
    """Say whether objects of the right types can be put into an atom to make it ground so."""
    chosen: dict[str, str] = {}
    for term, name in zip(atom.terms, arguments, strict=True):
        if not term.startswith("?"):
            fits = term == name
        else:
            fits = chosen.setdefault(term, name) == name
            fits = fits and world.hierarchy.object_fits(world.task.objects[name], types[term])
        if not fits:
            return False
    return True
