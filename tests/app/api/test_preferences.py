import pytest

from app.api.preferences import Patience, patience


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], Patience(seconds=25.0)),
        (["wait=10"], Patience(seconds=10.0, applied="wait=10")),
        (["WAIT = 10"], Patience(seconds=10.0, applied="wait=10")),
        (['wait="10"'], Patience(seconds=10.0, applied="wait=10")),
        (["wait=0"], Patience(seconds=0.0, applied="wait=0")),
        (["wait=600"], Patience(seconds=60.0, applied="wait=60")),
        (["respond-async"], Patience(seconds=0.0, applied="respond-async")),
        (["wait=10, respond-async"], Patience(seconds=0.0, applied="respond-async")),
        (["handling=lenient", "wait=3;x=y"], Patience(seconds=3.0, applied="wait=3")),
        (["wait=-1"], Patience(seconds=25.0)),
        (["wait=soon"], Patience(seconds=25.0)),
        (["wait=" + "9" * 500], Patience(seconds=25.0)),
        ([",,;;=,"], Patience(seconds=25.0)),
    ],
)
def test_what_a_client_prefers_is_kept_to_and_what_is_not_understood_passed_over(headers, expected):
    assert patience(headers, otherwise=25.0, most=60.0) == expected
