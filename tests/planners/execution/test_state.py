from hypothesis import given
from hypothesis import strategies as st

from planners.execution.meter import Meter
from planners.execution.state import State, Update

ATOMS = st.frozensets(st.sampled_from([(name,) for name in "abcdef"]), max_size=4)
NUMBERS = st.dictionaries(st.sampled_from([("f",), ("g",)]), st.integers(0, 3), max_size=2)
UPDATES = st.lists(st.tuples(st.builds(Update, ATOMS, ATOMS, NUMBERS), st.booleans()), max_size=8)


class Mirrored:
    """Follows a state; checks all that it is told."""

    def __init__(self, atoms) -> None:
        self.then = set(atoms)
        self.told = 0

    @property
    def atoms(self):
        return {(*atom, "derived") for atom in self.then}

    def update(self, atoms, values, difference, meter):
        assert difference.added == atoms - self.then
        assert difference.removed == self.then - atoms
        self.then = set(atoms)
        self.told += 1

    def copy(self):
        return Mirrored(self.then)


class Mirror:
    """Derives, for each atom that holds, one of another name."""

    def derive(self, atoms, values, meter):
        self.last = Mirrored(atoms)
        return self.last


@given(ATOMS, UPDATES)
def test_derived_atoms_are_told_by_what_a_state_differs_from_the_last_one_asked(first, updates):
    state = State(set(first), {}, Mirror(), Meter())
    atoms, values = set(first), {}
    for update, asked in updates:
        state.apply(update)
        atoms = (atoms - update.deletes) | update.adds
        values |= update.numbers
        if asked:
            assert state.derived == {(*atom, "derived") for atom in atoms}
    assert (state.atoms, state.values) == (atoms, values)


def test_nothing_is_derived_before_it_is_asked_for_and_nothing_twice():
    mirror = Mirror()
    state = State({("a",)}, {}, mirror, Meter())
    state.apply(Update({("b",)}, {("a",)}))
    assert not hasattr(mirror, "last")
    assert state.derived == state.derived == {("b", "derived")}
    state.apply(Update({("a",)}))
    state.apply(Update({("c",)}, {("a",)}))
    assert mirror.last.told == 0
    assert state.derived == state.derived == {("b", "derived"), ("c", "derived")}
    assert mirror.last.told == 1


@given(ATOMS, UPDATES, UPDATES)
def test_a_copy_of_a_state_goes_its_own_way(first, before, behind):
    state = State(set(first), {}, Mirror(), Meter())
    for update, asked in before:
        state.apply(update)
        assert not asked or state.derived is not None
    atoms, values, derived = set(state.atoms), dict(state.values), state.derived
    copy = state.copy()
    for update, _ in behind:
        copy.apply(update)
    assert copy.derived == {(*atom, "derived") for atom in copy.atoms}
    assert (state.atoms, state.values, state.derived) == (atoms, values, derived)
