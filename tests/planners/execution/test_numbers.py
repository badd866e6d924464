from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planners.errors import BoundReached
from planners.execution.arithmetic import TOTAL_TIME, ground_expression
from planners.execution.changes import NumericChange, new_numbers
from planners.execution.numbers import (
    MAX_BITS,
    Fault,
    Fixed,
    Fluent,
    GroundComparison,
    Operation,
    bounded,
    value_of,
)
from planners.execution.state import State
from planners.execution.world import World
from planners.pddl.formula import And, Arithmetic, FunctionTerm, StepDuration, TotalTime
from planners.pddl.model import ActionSchema, LiftedTask, NumericEffect
from planners.plan import decimal
from planners.verdict import ConflictingEffects, DivisionByZero, UndefinedValue

F, G = ("f", "a"), ("g",)
NUMBERS = st.fractions(-1000, 1000, max_denominator=60)


def fixed(number: int | Fraction) -> Fixed:
    return Fixed(number, str(number))


def change(operator: str, amount: int | Fraction) -> NumericChange:
    return NumericChange(operator, F, fixed(amount))


@pytest.mark.parametrize(
    ("operator", "numbers", "value"),
    [
        ("+", (1, 2, 3), 6),
        ("*", (2, 3, Fraction(1, 2)), 3),
        ("-", (1, Fraction(1, 3)), Fraction(2, 3)),
        ("-", (4,), -4),
        ("/", (1, 3), Fraction(1, 3)),
        ("/", (0, 3), 0),
    ],
)
def test_an_operation_is_computed_exactly(operator, numbers, value):
    found = value_of(Operation(operator, tuple(map(fixed, numbers))), {})
    assert found == value
    assert isinstance(found, int) is (Fraction(value).denominator == 1)


@given(st.lists(NUMBERS, min_size=1, max_size=5), st.lists(NUMBERS, min_size=1, max_size=5))
def test_nothing_is_ever_rounded(left, right):
    total = Operation("+", tuple(map(fixed, left)))
    product = Operation("*", tuple(map(fixed, right)))
    expected = sum(left)
    for factor in right:
        expected *= factor
    assert value_of(Operation("*", (total, product)), {}) == expected


@pytest.mark.parametrize("operator", ["<", "<=", "=", ">=", ">"])
@pytest.mark.parametrize("right", [Fluent(G), Operation("/", (fixed(1), Fluent(F)))])
def test_without_a_value_neither_a_comparison_nor_its_negation_holds(operator, right):
    for positive in (True, False):
        comparison = GroundComparison(operator, Fluent(F), right, positive)
        assert not comparison.holds(State(set(), {F: 0}))


@given(NUMBERS, NUMBERS, st.sampled_from(["<", "<=", "=", ">=", ">"]))
def test_with_values_either_a_comparison_or_its_negation_holds(left, right, operator):
    state = State(set(), {F: left, G: right})
    holds = GroundComparison(operator, Fluent(F), Fluent(G)).holds(state)
    assert (
        GroundComparison(operator, Fluent(F), Fluent(G), positive=False).holds(state) is not holds
    )
    expected = {"<": left < right, "=": left == right, ">": left > right}
    expected |= {"<=": left <= right, ">=": left >= right}
    assert holds is expected[operator]


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ([("increase", 2), ("increase", 3)], 15),
        ([("increase", 2), ("decrease", 5)], 7),
        ([("scale-up", 3), ("scale-up", 2)], 60),
        ([("scale-up", 3), ("scale-down", 4)], Fraction(15, 2)),
        ([("assign", 4)], 4),
        ([("assign", 4), ("assign", Fraction(8, 2))], 4),
    ],
)
def test_changes_of_one_number_at_once_come_to_one_value(changes, value):
    changes = [change(*each) for each in changes]
    assert new_numbers(changes, {F: 10}) == {F: value}
    assert new_numbers(changes[::-1], {F: 10}) == {F: value}


@pytest.mark.parametrize(
    "changes",
    [
        [("assign", 1), ("assign", 2)],
        [("assign", 1), ("increase", 0)],
        [("scale-up", 1), ("assign", 10)],
        [("increase", 1), ("scale-up", 2)],
        [("scale-down", 2), ("decrease", 1)],
    ],
)
def test_changes_of_one_number_whose_order_would_matter_are_in_conflict(changes):
    for listed in (changes, changes[::-1]):
        found = new_numbers([change(*each) for each in listed], {F: 10})
        assert found == Fault(ConflictingEffects, "(f a)")


@pytest.mark.parametrize("operator", ["increase", "decrease", "scale-up", "scale-down"])
def test_what_has_no_value_can_be_assigned_to_and_not_be_changed_otherwise(operator):
    assert new_numbers([change("assign", 1)], {}) == {F: 1}
    assert new_numbers([change(operator, 1)], {}) == Fault(UndefinedValue, "(f a)")


def test_an_amount_without_a_value_is_a_fault_that_names_what_has_none():
    amount = Operation("+", (fixed(1), Fluent(G)))
    assert new_numbers([NumericChange("assign", F, amount)], {}) == Fault(UndefinedValue, "(g)")


def test_division_by_zero_is_a_fault_that_names_the_division():
    amount = Operation("/", (fixed(1), Operation("-", (Fluent(G), fixed(2)))))
    found = new_numbers([NumericChange("increase", F, amount)], {F: 1, G: 2})
    assert found == Fault(DivisionByZero, "(/ 1 (- (g) 2))")
    found = new_numbers([NumericChange("scale-down", F, Fluent(G))], {F: 1, G: 0})
    assert found == Fault(DivisionByZero, "(/ (f a) (g))")


def test_amounts_are_computed_in_the_state_before():
    swap = [NumericChange("assign", F, Fluent(G)), NumericChange("assign", G, Fluent(F))]
    assert new_numbers(swap, {F: 1, G: 2}) == {F: 2, G: 1}


def test_a_number_that_grows_too_big_reaches_a_bound():
    square = [NumericChange("assign", F, Operation("*", (Fluent(F), Fluent(F))))]
    values = {F: 3}
    for _ in range(11):
        values |= new_numbers(square, values)
    assert values == {F: 3 ** (2**11)}
    with pytest.raises(BoundReached, match="bits in one number"):
        new_numbers(square, values)


@given(st.integers(1, MAX_BITS), st.integers(0, MAX_BITS), st.booleans())
def test_every_number_within_the_bound_can_be_written(bits, twos, negative):
    top = (2**bits - 1) * (-1 if negative else 1)
    number = bounded(Fraction(top, 2 ** min(twos, MAX_BITS - 1)))
    assert Fraction(str(number)) == Fraction(decimal(Fraction(number))) == number


@pytest.mark.parametrize("operator", ["+", "*"])
def test_a_number_too_big_is_never_made_on_the_way(operator):
    huge = Fraction(1, 2 ** (MAX_BITS - 1) + 1)
    other = Fraction(1, 2 ** (MAX_BITS - 1) + 3)
    many = Operation(operator, (Fixed(huge, "huge"), Fixed(other, "other")) * 1_000)
    with pytest.raises(BoundReached):
        value_of(many, {})


@pytest.mark.parametrize(
    ("operator", "amount", "defined", "gain"),
    [
        ("increase", fixed(2), True, 2),
        ("decrease", fixed(2), True, -2),
        ("increase", fixed(2), False, None),
        ("increase", fixed(Fraction(1, 2)), True, None),
        ("increase", Fluent(G), True, None),
        ("assign", fixed(2), True, None),
        ("scale-up", fixed(2), True, None),
    ],
)
def test_only_a_known_whole_rise_of_what_has_a_value_is_a_gain(operator, amount, defined, gain):
    assert NumericChange(operator, F, amount, defined).gain == gain


WORLD = World(
    LiftedTask(
        domain_name="d",
        problem_name="p",
        types={"object": ()},
        objects={"a": ("object",)},
        predicates={},
        actions={
            "go": ActionSchema(
                name="go",
                parameters=(),
                precondition=And(),
                effect=NumericEffect("increase", FunctionTerm("fuel"), Fraction(1)),
            )
        },
        init=frozenset(),
        init_values={FunctionTerm("fuel"): Fraction(3), FunctionTerm("far", ("a",)): Fraction(7)},
        goal=And(),
    )
)


def test_functions_that_nothing_changes_are_settled_when_objects_are_put_in():
    fuel, far = FunctionTerm("fuel"), FunctionTerm("far", ("?x",))
    half = Arithmetic("/", (far, Fraction(2)))
    found = ground_expression(Arithmetic("+", (fuel, half)), {"?x": "a"}, WORLD)
    assert found == Operation("+", (Fluent(("fuel",)), Fixed(Fraction(7, 2), "(/ (far a) 2)")))
    assert value_of(found, WORLD.start_values) == Fraction(13, 2)


def test_a_division_by_zero_is_left_for_the_state_to_find():
    nothing = Arithmetic("-", (FunctionTerm("far", ("a",)), Fraction(7)))
    found = ground_expression(Arithmetic("/", (Fraction(1), nothing)), {}, WORLD)
    assert str(found) == "(/ 1 (- (far a) 7))"
    assert value_of(found, {}) is None


def test_the_duration_and_the_total_time_are_put_in():
    doubled = Arithmetic("*", (StepDuration(), Fraction(2)))
    assert value_of(ground_expression(doubled, {"?duration": "7/2"}, WORLD), {}) == 7
    assert value_of(ground_expression(TotalTime(), {}, WORLD), {TOTAL_TIME: 4}) == 4
