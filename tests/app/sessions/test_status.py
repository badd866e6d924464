import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sessions.status import Status, status_after, status_of
from app.sessions.wire import StoredEvent

TYPES = [
    form.model_fields["type"].default for form in typing.get_args(typing.get_args(StoredEvent)[0])
]


@pytest.mark.parametrize(
    ("types", "status"),
    [
        (["session_created"], Status.QUEUED),
        (["session_created", "delivered"], Status.RUNNING),
        (["session_created", "delivered", "attempt_started", "attempt_finished"], Status.RUNNING),
        (["session_created", "delivered", "attempt_started", "released"], Status.QUEUED),
        (["session_created", "cancelled"], Status.CANCELLED),
        (["session_created", "delivered", "solved"], Status.SOLVED),
        (["session_created", "delivered", "exhausted"], Status.EXHAUSTED),
        (["session_created", "delivered", "unsolvable"], Status.UNSOLVABLE),
        (["session_created", "delivered", "failed"], Status.FAILED),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_status_is_a_fold_over_the_log(types, status):
    assert status_of(types) is status


@pytest.mark.parametrize("event_type", TYPES)
def test_every_stored_event_has_its_place_in_the_fold(event_type):
    assert status_after(Status.QUEUED, event_type) in Status


@given(st.lists(st.sampled_from(TYPES)))
def test_an_outcome_stays_what_it_is(types):
    folded = status_of(["session_created", "solved", *types])
    assert folded is Status.SOLVED
