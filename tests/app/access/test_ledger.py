import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from app.access.errors import RegisterUnavailable
from app.access.ledger import Ledger
from app.access.register import Spending
from app.access.sqlite_register import SqliteRegister
from app.llm.chat import Tokens
from app.modulo.attempt import Ask, Attempt, Proposal, Reading
from app.modulo.critique import Critique, Opinion
from app.modulo.events import AttemptFinished
from app.sessions.observer import Observed
from app.sessions.origin import Origin
from app.sessions.wire import DeliveredWire, wired

DAY = 20_000
AT = DAY * 86_400 + 5.0
CRITIC = Critique(
    critic="preference",
    hard=False,
    opinion=Opinion.ACCEPT,
    message="",
    tokens=Tokens(prompt=100, completion=20),
)
ATTEMPT = Attempt(
    number=1,
    round=1,
    ask=Ask(proposer="p"),
    proposal=Proposal(text="", tokens=Tokens(prompt=10, cached=8, completion=5)),
    reading=Reading(plan=None),
    verdict=None,
    critiques=(CRITIC,),
)
FINISHED = wired(AttemptFinished(attempt=ATTEMPT))
COST = 135


def session(key: str | None = "k") -> Observed:
    return Observed(
        session_id="s", origin=Origin(key=key), created_at=datetime.fromtimestamp(AT, UTC)
    )


@pytest.fixture
async def register(tmp_path):
    async with SqliteRegister(tmp_path / "keys.db", clock=lambda: int(AT * 1e6)) as register:
        yield register


async def test_attempts_are_counted_with_their_critics_by_key_and_day(register):
    async with Ledger(register, every_seconds=0.01) as ledger:
        ledger.saw(session(), FINISHED, AT)
        ledger.saw(session("other"), FINISHED, AT + 86_400)
        ledger.saw(session(), FINISHED, AT)
        ledger.saw(session(), DeliveredWire(), AT)
        ledger.saw(session(None), FINISHED, AT)
        ledger.left(session())
        async with asyncio.timeout(10):
            while await register.spent("k", DAY) == 0:  # noqa: ASYNC110 (it tells nobody)
                await asyncio.sleep(0.01)
        assert await register.spent("k", DAY) == 2 * COST
    assert await register.spent("other", DAY + 1) == COST


async def test_what_was_not_written_yet_is_written_at_the_end(register):
    async with Ledger(register, every_seconds=3600) as ledger:
        ledger.saw(session(), FINISHED, AT)
        assert await register.spent("k", DAY) == 0
    assert await register.spent("k", DAY) == COST


class Shaky:
    """A register that can be written to only now and then."""

    def __init__(self) -> None:
        self.away = True
        self.noted: list[tuple[Sequence[Spending], Mapping[str, datetime]]] = []

    async def note(self, spent: Sequence[Spending], used: Mapping[str, datetime]) -> None:
        if self.away:
            raise RegisterUnavailable("later")
        self.noted.append((spent, used))


async def test_what_cannot_be_written_now_is_written_later_and_once():
    register = Shaky()
    ledger = Ledger(register)
    ledger.saw(session(), FINISHED, AT)
    ledger.used("k")
    await ledger.write()
    ledger.saw(session(), FINISHED, AT)
    register.away = False
    await ledger.write()
    await ledger.write()
    ((spent, used),) = register.noted
    assert spent == [Spending(key_id="k", day=DAY, tokens=2 * COST)]
    assert set(used) == {"k"}


async def test_that_a_key_is_used_is_written_once_a_minute():
    register = Shaky()
    register.away = False
    ledger = Ledger(register)
    for _ in range(3):
        ledger.used("k")
        await ledger.write()
    assert len(register.noted) == 1
