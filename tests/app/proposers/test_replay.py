"""Recorded answers in the place of a model."""

import json

import pytest

from app.llm.chat import Tokens
from app.modulo.attempt import Ask, Attempt, Proposal, Reading
from app.modulo.budget import Budget
from app.modulo.proposer import ProposerBroken
from app.modulo.strategies.seeds import seed_of
from app.proposers.replay import Replay
from planners.task import Task

TASK = Task(domain="", problem="")


def attempt(number: int) -> Attempt:
    return Attempt(
        number=number,
        round=1,
        ask=Ask(proposer="replay"),
        proposal=Proposal(text=""),
        reading=Reading(plan=None),
        verdict=None,
    )


async def answer(replay: Replay, *, seed: int = 0, made: int = 0) -> Proposal:
    trace = tuple(attempt(number) for number in range(1, made + 1))
    return await replay.propose(TASK, Ask(proposer="replay", seed=seed), trace, Budget())


async def test_each_attempt_gets_the_answer_recorded_for_it():
    replay = Replay(["one", "two"])
    assert (await answer(replay, seed=seed_of(7, 1))).text == "one"
    assert (await answer(replay, seed=seed_of(7, 2))).text == "two"


async def test_attempts_of_one_round_get_different_answers_in_any_order():
    replay = Replay(["one", "two", "three"])
    texts = [(await answer(replay, seed=seed_of(0, number))).text for number in (3, 1, 2)]
    assert texts == ["three", "one", "two"]


async def test_an_ask_without_a_seed_is_for_the_attempt_behind_the_trace():
    assert (await answer(Replay(["one", "two"]), made=1)).text == "two"


async def test_running_out_of_answers_is_said_with_their_number():
    with pytest.raises(ProposerBroken, match="no answer for attempt 3: 2 were recorded"):
        await answer(Replay(["one", "two"]), made=2)


def test_it_works_on_any_task():
    assert Replay([]).refuses(TASK) is None
    assert Replay([], name="mine").name == "mine"


async def test_a_file_of_answers_is_read_in_order(tmp_path):
    file = tmp_path / "answers.jsonl"
    second = {"text": "two", "tokens": {"prompt": 5, "completion": 2}, "finish_reason": "length"}
    file.write_text(
        json.dumps({"text": "on\u2028e"}, ensure_ascii=False) + "\n\n" + json.dumps(second) + "\n",
        encoding="utf-8",
    )
    replay = Replay.from_file(file)
    assert (await answer(replay)).text == "on\u2028e"
    assert await answer(replay, made=1) == Proposal(
        text="two", tokens=Tokens(prompt=5, completion=2), finish_reason="length"
    )


async def test_the_log_of_a_session_is_read_by_the_numbers_of_its_attempts(tmp_path):
    file = tmp_path / "session.jsonl"
    events = [
        {"type": "session_created", "domain": "", "problem": ""},
        {"type": "attempt_finished", "attempt": {"number": 2, "text": "two", "round": 1}},
        {
            "type": "attempt_finished",
            "attempt": {
                "number": 1,
                "text": "one",
                "tokens": {"prompt": 9, "cached": 4, "completion": 3},
                "finish_reason": "stop",
                "proposal_seconds": 0.5,
                "seconds": 0.7,
            },
        },
        {"type": "solved", "attempt": 1},
    ]
    file.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    replay = Replay.from_file(file)
    assert await answer(replay) == Proposal(
        text="one", tokens=Tokens(prompt=9, cached=4, completion=3), seconds=0.5
    )
    assert (await answer(replay, made=1)).text == "two"


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"answer": "x"}',
        b'{"type": "attempt_finished"}',
        b'{"text": "x", "tokens": {"prompt": -1}}',
    ],
)
def test_an_illegible_recording_is_refused_with_its_name(tmp_path, content):
    file = tmp_path / "broken.jsonl"
    file.write_bytes(content)
    with pytest.raises(ProposerBroken, match=r"broken\.jsonl"):
        Replay.from_file(file)


def test_a_missing_recording_is_refused_with_its_name(tmp_path):
    with pytest.raises(ProposerBroken, match=r"nothing\.jsonl"):
        Replay.from_file(tmp_path / "nothing.jsonl")
