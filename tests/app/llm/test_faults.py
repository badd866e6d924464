"""What a failed exchange means."""

import pickle

import httpx
import pytest

from app.llm import faults
from app.llm.answer import Fault
from app.llm.errors import ModelBroken, ModelRefused, ModelUnavailable, PromptTooLong


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, ModelRefused),
        ("422", ModelRefused),
        (429, ModelUnavailable),
        (500, ModelUnavailable),
        (None, ModelUnavailable),
        ("server_error", ModelUnavailable),
        ("²³¹", ModelUnavailable),
    ],
)
def test_an_error_inside_a_stream_is_judged_by_its_code(code, kind):
    assert type(faults.of_stream("m", Fault(message="x", code=code))) is kind


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (httpx.ConnectError("All connection attempts failed"), faults.Unanswered),
        (httpx.ConnectTimeout(""), faults.Unanswered),
        (httpx.RemoteProtocolError("Server disconnected without sending"), faults.Unanswered),
        (httpx.RemoteProtocolError("illegal status line"), ModelBroken),
        (httpx.ReadTimeout(""), ModelUnavailable),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"), ModelRefused),
        (httpx.DecodingError("incorrect header check"), ModelBroken),
    ],
)
def test_a_failure_before_the_answer_is_judged_by_its_kind(problem, kind):
    assert type(faults.of_transport("m", "http://h", problem, answering=False)) is kind


def test_a_failure_inside_the_answer_is_never_one_to_repeat():
    problem = httpx.RemoteProtocolError("peer closed connection")
    found = faults.of_transport("m", "http://h", problem, answering=True)
    assert type(found) is ModelUnavailable


def test_a_long_prompt_is_told_apart_from_a_long_answer():
    said = Fault(message="max_tokens=9 is past the maximum context length", param=None)
    asked = faults.of_status("m", 400, said, length_field="max_tokens")
    assert isinstance(asked, faults.LengthRefused)
    assert isinstance(faults.of_status("m", 400, said), PromptTooLong)


def test_errors_survive_the_trip_from_another_process():
    error = faults.Busy("m", "429", 3.0)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.model, copy.retry_after_seconds) == (faults.Busy, "m", 3.0)
