"""A ground goal, as far as it can be reached: what of it is wanted."""

from collections.abc import Mapping

from planners.execution.ground import Condition, DerivedLiteral
from planners.execution.state import GroundAtom


def wanted(condition: Condition | None, levels: Mapping[GroundAtom, int]) -> set[GroundAtom] | None:
    """Say which atoms have to be reached for a condition to hold, or None where none will do.

    Of a choice the option is taken whose atoms can be reached in the fewest rounds together.
    Negations and comparisons are taken for true.

    Args:
        condition: The condition, or None where no state can meet it.
        levels: The atoms that can be reached, with their rounds.
    """
    if condition is None:
        return None
    found = own_atoms(condition)
    if not found <= levels.keys():
        return None
    for options in condition.choices:
        several = (wanted(option, levels) for option in options)
        best = min(
            (option for option in several if option is not None),
            key=lambda atoms: (sum(levels[atom] for atom in atoms), sorted(atoms)),
            default=None,
        )
        if best is None:
            return None
        found |= best
    return found


def own_atoms(condition: Condition) -> set[GroundAtom]:
    """List the atoms that have to hold whichever options are chosen."""
    derived = (test for test in condition.tests if isinstance(test, DerivedLiteral))
    return {*condition.needs, *(test.atom for test in derived if test.positive)}
