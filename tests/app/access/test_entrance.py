from datetime import UTC, datetime

import pytest

from app.access.caller import Caller, Quota
from app.access.entrance import Entrance
from app.access.errors import BudgetOverQuota, KeyRefused
from app.access.keys import Registered, mint
from app.access.sqlite_register import SqliteRegister
from app.modulo.budget import Budget

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Counting(SqliteRegister):
    """A register that counts how often a key is looked up."""

    looked_up = 0

    async def find(self, key_id: str) -> Registered | None:
        self.looked_up += 1
        return await super().find(key_id)


@pytest.fixture
async def register(tmp_path):
    async with Counting(tmp_path / "keys.db") as register:
        yield register


async def made(register: SqliteRegister, **quota: int) -> tuple[Registered, str]:
    registered, text = mint(
        tenant="lab", quota=Quota(**quota), note="", metrics=False, created_at=NOW
    )
    await register.add(registered)
    return registered, text


async def test_a_key_is_believed_for_a_second_and_then_looked_up_again(register):
    now = [0.0]
    entrance = Entrance(register, clock=lambda: now[0])
    registered, text = await made(register, sessions=3)
    for now[0] in (0.0, 0.5, 0.9):
        caller = await entrance.caller(text)
        assert caller == Caller(tenant="lab", key=registered.key.key_id, quota=Quota(sessions=3))
    assert register.looked_up == 1
    await register.revoke(registered.key.key_id, NOW)
    await entrance.caller(text)
    now[0] = 1.0
    with pytest.raises(KeyRefused):
        await entrance.caller(text)
    assert register.looked_up == 2


async def test_guesses_are_not_remembered(register):
    entrance = Entrance(register)
    await made(register)
    for number in range(50):
        with pytest.raises(KeyRefused):
            await entrance.caller(f"mk_aaaaaaaa{number % 8 + 2}a_{'b' * 43}")
    assert not entrance._remembered


async def test_a_wrong_secret_does_not_get_in_by_the_memory_of_the_right_one(register):
    entrance = Entrance(register)
    _, text = await made(register)
    await entrance.caller(text)
    with pytest.raises(KeyRefused):
        await entrance.caller(text[:-1] + ("a" if text[-1] != "a" else "b"))


async def test_the_bounds_of_a_revoked_key_are_none_to_begin_with(register):
    entrance = Entrance(register, fresh_seconds=0)
    registered, _ = await made(register, per_minute=2)
    assert await entrance.quota(registered.key.key_id) == Quota(per_minute=2)
    await register.revoke(registered.key.key_id, NOW)
    with pytest.raises(KeyRefused):
        await entrance.begin(registered.key.key_id)
    assert await entrance.quota(None) == Quota()


async def test_what_fails_to_begin_is_given_back(register):
    entrance = Entrance(register)
    registered, _ = await made(register, per_minute=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with entrance.beginning(registered.key.key_id):
                raise ZeroDivisionError
    async with entrance.beginning(registered.key.key_id):
        pass


@pytest.mark.parametrize(
    ("budget", "limit"),
    [
        (Budget(attempts=4, tokens=10, seconds=1.0), "attempts"),
        (Budget(attempts=3, tokens=None, seconds=1.0), "tokens"),
        (Budget(attempts=3, tokens=10, seconds=None), "seconds"),
        (Budget(attempts=3, tokens=10, seconds=5.0), None),
    ],
)
def test_a_budget_above_a_bound_is_refused_and_no_limit_is_above_any(budget, limit):
    quota = Quota(budget_attempts=3, budget_tokens=10, budget_seconds=5.0)
    Quota().check(budget)
    if limit is None:
        quota.check(budget)
        return
    with pytest.raises(BudgetOverQuota) as refused:
        quota.check(budget)
    assert refused.value.limit == limit


def test_a_budget_is_cut_where_nobody_asked_for_it():
    quota = Quota(budget_attempts=3, budget_tokens=10, budget_seconds=5.0)
    asked = Budget(attempts=9, tokens=None, seconds=120.0)
    assert quota.cut(asked) == Budget(attempts=3, tokens=10, seconds=5.0)
    assert quota.cut(asked, {"seconds"}) == Budget(attempts=3, tokens=10, seconds=120.0)
    assert Quota().cut(asked) == asked
    low = Budget(attempts=1, tokens=1, seconds=1.0)
    assert quota.cut(low) == low
