"""A disagreement in the log: told in its place, and no end of the session."""

import json

from app.modulo.assurance import Assurance
from app.sessions.resume import Resumption
from app.sessions.sqlite import SqliteStore
from app.sessions.status import Status
from app.sessions.wire import read, written
from app.sessions.wire_request import SessionCreatedWire
from planners.opinion import Stand
from tests.app.modulo.lamps import GOOD, TASK
from tests.app.modulo.test_assurance import Fixed
from tests.app.sessions.parts import CREATED, REQUEST, Patient, SmallBank


class Once(Fixed):
    """Disagrees the first time, and agrees from then on."""

    async def judge(self, task, plan, verdict):
        self.stands = (Stand.DISAGREES if self.asked == 0 else Stand.AGREES,)
        return await super().judge(task, plan, verdict)


async def logged(tmp_path, referee) -> list[dict]:
    bank = SmallBank(Patient([GOOD]), referee=referee)
    async with SqliteStore(tmp_path / "sessions.db") as store:
        await store.create("s", CREATED)
        await Resumption(store=store, composer=bank, verifier=bank.verifier).take_up("s")
        assert (await store.head("s")).status is Status.SOLVED
        return [json.loads(written(entry.event)) for entry in await store.read("s")]


async def test_a_disagreement_stands_behind_its_attempt_and_the_session_goes_on(tmp_path):
    events = await logged(tmp_path, Once())
    assert [event["type"] for event in events] == [
        "session_created",
        "delivered",
        "attempt_started",
        "attempt_finished",
        "disagreement",
        "attempt_started",
        "attempt_finished",
        "solved",
    ]
    told = events[4]
    assert (told["attempt"], told["verdict"]) == (1, "valid")
    assert told["opinions"] == events[3]["attempt"]["opinions"]
    assert told["opinions"][0]["stand"] == "disagrees"
    assert read(json.dumps(told)).type == "disagreement"


async def test_the_outcome_says_what_assurance_was_reached(tmp_path):
    events = await logged(tmp_path, Fixed(Stand.AGREES, Stand.ABSTAINS))
    assert events[-1]["assurance"] == "double"
    assert [opinion["stand"] for opinion in events[-1]["opinions"]] == ["agrees", "abstains"]


def test_a_log_from_before_there_was_assurance_is_still_read():
    fields = json.loads(written(CREATED))
    del fields["assurance"]
    created = read(json.dumps(fields))
    assert isinstance(created, SessionCreatedWire)
    assert created.request() == REQUEST
    assert created.request().assurance is Assurance.SINGLE
    assert created.request().task == TASK
