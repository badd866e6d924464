"""What every register of API keys owes, in a file and in Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from app.access.caller import Quota
from app.access.errors import OverQuota, RegisterUnavailable, TooMuchAtOnce, UnknownKey
from app.access.keys import Registered, mint
from app.access.redis_register import RedisRegister
from app.access.register import DAY_MICROSECONDS, Begun, Register, Spending
from app.access.sqlite_register import SqliteRegister

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = 1_000_000


@dataclass
class Hands:
    """A clock that stands until it is moved, at noon of some day."""

    now: int = 20_000 * DAY_MICROSECONDS + DAY_MICROSECONDS // 2

    def __call__(self) -> int:
        return self.now

    def move(self, *, seconds: float) -> None:
        self.now += int(seconds * SECOND)

    @property
    def day(self) -> int:
        return self.now // DAY_MICROSECONDS


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture(params=["sqlite", "redis"])
def another(request, tmp_path, clock) -> Callable[[], SqliteRegister | RedisRegister]:
    """Make one more register over the same keys, as a second process has it."""
    if request.param == "sqlite":
        return lambda: SqliteRegister(tmp_path / "new" / "keys.db", clock=clock)
    url = request.getfixturevalue("redis_url")
    return lambda: RedisRegister(url, clock=clock)


@pytest.fixture
async def register(another) -> AsyncIterator[Register]:
    async with another() as register:
        yield register


def made(tenant: str = "lab", *, created_at: datetime = NOON, **quota: int) -> Registered:
    registered, _ = mint(
        tenant=tenant, quota=Quota(**quota), note="of «lab»", metrics=True, created_at=created_at
    )
    return registered


async def begin(register: Register, count: int = 1, **quota: int) -> int:
    """Give the seconds to wait, 0 where the work may begin."""
    try:
        await register.begin("k", Quota(**quota), count)
    except OverQuota as refused:
        return refused.retry_after_seconds
    return 0


async def test_what_was_added_is_found_as_it_was(register):
    one = made(sessions=3, per_minute=60, budget_attempts=10)
    await register.add(one)
    assert await register.find(one.key.key_id) == one
    assert await register.find("another") is None


async def test_keys_are_listed_oldest_first(register):
    later, earlier = made(created_at=NOON + timedelta(seconds=1)), made()
    await register.add(later)
    await register.add(earlier)
    assert await register.keys() == (earlier.key, later.key)


async def test_a_register_is_empty_until_the_first_key_and_never_again(register):
    assert await register.empty()
    one = made()
    await register.add(one)
    assert not await register.empty()
    await register.revoke(one.key.key_id, NOON)
    assert not await register.empty()


async def test_a_revoked_key_keeps_its_first_date(register):
    one = made()
    await register.add(one)
    revoked = replace(one.key, revoked_at=NOON)
    assert await register.revoke(one.key.key_id, NOON) == revoked
    assert await register.revoke(one.key.key_id, NOON + timedelta(days=1)) == revoked
    assert await register.find(one.key.key_id) == replace(one, key=revoked)


async def test_revoking_a_key_that_is_none_says_so_and_makes_none(register):
    with pytest.raises(UnknownKey):
        await register.revoke("another", NOON)
    assert await register.keys() == ()


async def test_another_process_sees_keys_at_once(register, another):
    async with another() as beside:
        one = made()
        await beside.add(one)
        assert await register.find(one.key.key_id) == one
        await register.revoke(one.key.key_id, NOON)
        found = await beside.find(one.key.key_id)
        assert found is not None
        assert found.key.revoked_at == NOON


async def test_the_secret_of_an_installation_stays_the_same(register, another):
    secret = await register.secret()
    async with another() as beside:
        assert await beside.secret() == secret
    assert len(secret) == 32
    assert await register.empty()


async def test_in_any_minute_no_more_begins_than_may(register, clock):
    for _ in range(3):
        assert await begin(register, per_minute=3) == 0
        clock.move(seconds=10)
    assert await begin(register, per_minute=3) == 30
    clock.move(seconds=29.999_999)
    assert await begin(register, per_minute=3) == 1
    clock.move(seconds=0.000_001)
    assert await begin(register, per_minute=3) == 0
    assert await begin(register, per_minute=3) == 10


async def test_who_waits_as_long_as_was_said_gets_in(register, clock):
    sizes = (2, 1, 3, 1)
    for size in sizes:
        assert await begin(register, size, per_minute=7) == 0
        clock.move(seconds=7.3)
    for size in (4, 1, 6, 7):
        wait = await begin(register, size, per_minute=7)
        clock.move(seconds=max(0, wait - 1))
        assert wait == 0 or await begin(register, size, per_minute=7) == 1
        clock.move(seconds=1)
        assert await begin(register, size, per_minute=7) == 0


@dataclass
class Plainly:
    """The same minute, counted in the plainest way."""

    most: int
    begun: list[tuple[int, int]]

    def begin(self, now: int, count: int) -> int:
        self.begun = [(at, size) for at, size in self.begun if at + 60 * SECOND > now]
        free = self.most - sum(size for _, size in self.begun)
        for at, size in [(now - 60 * SECOND, 0), *self.begun]:
            free += size
            if free >= count:
                wait = at + 60 * SECOND - now
                break
        if wait == 0:
            self.begun.append((now, count))
        return -(-wait // SECOND)


@pytest.mark.parametrize("seed", range(3))
async def test_any_course_of_events_is_counted_as_in_the_plainest_way(register, clock, seed):
    random = Random(seed)
    plainly = Plainly(most=12, begun=[])
    for _ in range(150):
        clock.move(seconds=random.choice((0, 0.000_001, 0.5, 3, 8, 30, 61)) * random.random())
        count = random.randint(1, 6)
        waits = await begin(register, count, per_minute=12), plainly.begin(clock.now, count)
        assert waits[0] == waits[1]
        if waits[0] == 0 and random.random() < 0.3:
            await register.give_back(Begun(key_id="k", at=clock.now, count=count))
            plainly.begun.remove((clock.now, count))


async def test_more_than_fits_into_a_minute_is_told_so_and_counts_nothing(register):
    with pytest.raises(TooMuchAtOnce):
        await begin(register, 4, per_minute=3)
    with pytest.raises(TooMuchAtOnce):
        await begin(register, 4, per_minute=3, tokens_per_day=100)
    assert await begin(register, 3, per_minute=3) == 0


async def test_work_given_back_may_be_begun_again(register):
    begun = await register.begin("k", Quota(per_minute=2), 2)
    assert await begin(register, per_minute=2) == 60
    await register.give_back(begun)
    await register.give_back(begun)
    assert await begin(register, 2, per_minute=2) == 0
    assert await begin(register, per_minute=2) == 60


async def test_keys_do_not_count_for_each_other(register):
    assert await begin(register, per_minute=1) == 0
    await register.begin("another", Quota(per_minute=1), 1)


async def test_requests_at_the_same_time_do_not_pass_the_bound_together(register, another):
    async with another() as beside:
        waits = await asyncio.gather(
            *(begin(place, per_minute=10) for _ in range(20) for place in (register, beside))
        )
    assert waits.count(0) == 10


async def test_without_bounds_nothing_is_counted(register):
    begun = await register.begin("k", Quota(sessions=1), 5)
    assert begun.count == 0
    await register.give_back(begun)


async def test_when_the_tokens_of_a_day_are_spent_the_next_day_is_waited_for(register, clock):
    bounds = {"tokens_per_day": 100, "per_minute": 10}
    await register.note([Spending(key_id="k", day=clock.day, tokens=99)], {})
    assert await begin(register, **bounds) == 0
    await register.note([Spending(key_id="k", day=clock.day, tokens=1)], {})
    assert await register.spent("k", clock.day) == 100
    assert await begin(register, **bounds) == 12 * 3600
    clock.move(seconds=12 * 3600 - 0.5)
    assert await begin(register, **bounds) == 1
    clock.move(seconds=0.5)
    assert await begin(register, **bounds) == 0


async def test_days_long_past_are_forgotten_and_yesterday_is_not(register, clock):
    for day in (clock.day, clock.day + 1, clock.day + 2):
        await register.note([Spending(key_id="k", day=day, tokens=5)], {})
        clock.move(seconds=86_400)
    days = (clock.day - 3, clock.day - 2, clock.day - 1)
    assert [await register.spent("k", day) for day in days] == [0, 5, 5]


async def test_when_a_key_was_seen_is_remembered_and_never_goes_back(register):
    one = made()
    await register.add(one)
    await register.note([], {one.key.key_id: NOON})
    await register.note([], {one.key.key_id: NOON - timedelta(hours=1), "another": NOON})
    assert await register.keys() == (replace(one.key, used_at=NOON),)


async def test_accounts_survive_a_restart(register, another):
    await register.note([Spending(key_id="k", day=20_000, tokens=7)], {})
    assert await begin(register, per_minute=1) == 0
    async with another() as later:
        assert await later.spent("k", 20_000) == 7
        assert await begin(later, per_minute=1) == 60


async def test_redis_has_a_clock_that_all_replicas_share(redis_url):
    async with RedisRegister(redis_url) as register:
        assert await begin(register, per_minute=1) == 0
        assert await begin(register, per_minute=1) in {59, 60}


async def test_a_redis_that_is_away_is_told_as_such():
    with pytest.raises(RegisterUnavailable):
        async with RedisRegister("redis://127.0.0.1:9/0"):
            pass
