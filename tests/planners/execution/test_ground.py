import pytest

from planners.execution.ground import Condition, Effects
from planners.execution.state import State, Update

P, Q, R = ("p",), ("q",), ("r", "a")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Condition(), True),
        (Condition(needs=frozenset({P})), True),
        (Condition(needs=frozenset({P, Q})), False),
        (Condition(bans=frozenset({Q})), True),
        (Condition(bans=frozenset({P})), False),
        (Condition(choices=((Condition(frozenset({Q})), Condition(frozenset({R}))),)), True),
        (Condition(choices=((Condition(frozenset({Q})),), (Condition(frozenset({R})),))), False),
        (Condition(choices=((),)), False),
    ],
)
def test_a_condition_holds_where_needs_bans_and_choices_do(condition, holds):
    assert condition.holds(State({P, R}, {})) is holds


def test_effects_under_conditions_take_place_where_these_held_before():
    inner = Effects(adds=frozenset({R}))
    nested = Effects(deletes=frozenset({P}), whens=((Condition(frozenset({P})), inner),))
    effects = Effects(adds=frozenset({Q}), whens=((Condition(frozenset({P})), nested),))
    assert effects.in_state(State({P}, {})) == Update({Q, R}, {P})
    assert effects.in_state(State(set(), {})) == Update({Q})
