from app.reading import Lexicon, read_answer

LEXICON = Lexicon(actions={"open": 1, "close": 1}, objects=["door", "gate"])


def steps_of(text: str) -> list[str]:
    plan = read_answer(text, LEXICON).plan
    assert plan is not None
    return [str(step) for step in plan.steps]


def test_stamps_sort_the_steps():
    assert steps_of("2.0: (close door)\n1.0: (open door)\n") == ["(open door)", "(close door)"]


def test_steps_without_stamps_stay_as_written():
    assert steps_of("(close door)\n(open door)\n") == ["(close door)", "(open door)"]


def test_two_steps_of_one_stamp_are_never_read_as_a_sequence_in_silence():
    reading = read_answer("0.000: (open door)\n0.000: (open gate)\n1.000: (close door)\n", LEXICON)
    (note,) = reading.unread
    assert (note.line, note.text) == (2, "(open gate)")
    assert "parallel" in note.reason
