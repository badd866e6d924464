"""What VAL says, as read. Its words are those of its source (`applications/Validate`)."""

import pytest

from planners.process import Ended
from planners.validators.val import found_in

VALID = """Checking plan: plan
Plan executed successfully - checking goal
Plan valid
Final value: 2

Successful plans:
Value: 2
 plan 2
"""
PRECONDITION = """Checking plan: plan
Plan failed because of unsatisfied precondition in:
(switch-on a)

Plan failed to execute


Failed plans:
 plan
"""
GOAL = """Checking plan: plan
Plan executed successfully - checking goal
Goal not satisfied
Plan invalid


Failed plans:
 plan
"""
UNREADABLE = "Checking plan: plan\nBad plan description!\n\n\nFailed plans:\n plan\n"
QUERY = (
    "Checking plan: plan\nError occurred in validation attempt:\n  undefined\n\n\n"
    "Queries (validator failed):\n plan\n"
)
SUBJECT = VALID.replace("Plan valid", "Plan valid (subject to further invariant checks)")


@pytest.mark.parametrize(
    ("output", "code", "valid"),
    [
        (VALID, 0, True),
        (PRECONDITION, 1, False),
        (GOAL, 1, False),
        (UNREADABLE, 0, None),
        (UNREADABLE, 255, None),
        (QUERY, 0, None),
        (SUBJECT, 0, None),
        (VALID + PRECONDITION, 1, None),
        (VALID, 1, None),
        (VALID, -11, None),
        (PRECONDITION, 0, None),
        (PRECONDITION, -11, None),
        ("", 0, None),
        ("Problem in domain definition!\n", 255, None),
        ("; Plan valid, says the domain\n", 0, None),
    ],
)
def test_only_words_that_agree_with_each_other_and_with_the_exit_code_are_a_finding(
    output, code, valid
):
    found = found_in(Ended(code=code, output=output))
    assert found.valid is valid
    assert found.valid is True or found.reason
