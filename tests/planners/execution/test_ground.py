import pytest

from planners.execution.ground import Condition, Effects

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
    assert condition.holds({P, R}) is holds


def test_effects_under_conditions_take_place_where_these_held_before():
    inner = Effects(adds=frozenset({R}), cost=2)
    nested = Effects(
        deletes=frozenset({P}), whens=((Condition(frozenset({P})), inner),), undefined="(f)"
    )
    effects = Effects(adds=frozenset({Q}), cost=1, whens=((Condition(frozenset({P})), nested),))
    assert effects.in_state({P}) == Effects(
        adds=frozenset({Q, R}), deletes=frozenset({P}), cost=3, undefined="(f)"
    )
    assert effects.in_state(set()) == Effects(adds=frozenset({Q}), cost=1)
