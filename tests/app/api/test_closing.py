"""Waiting no longer than the process is to go on."""

import asyncio

import pytest

from app.api.closing import Closing


async def test_what_is_waited_for_comes_through():
    assert await Closing().or_result(asyncio.sleep(0, "result")) == "result"


async def test_all_who_wait_stop_when_it_is_set_and_what_they_waited_for_has_let_go():
    closing, let_go = Closing(), []

    async def held(number: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            let_go.append(number)

    waits = [asyncio.create_task(closing.or_result(held(number))) for number in range(3)]
    await asyncio.sleep(0)
    closing.set()
    closing.set()
    assert closing.is_set()
    assert await asyncio.gather(*waits) == [None, None, None]
    assert sorted(let_go) == [0, 1, 2]


async def test_once_it_is_set_nothing_is_waited_for():
    closing = Closing()
    closing.set()
    async with asyncio.timeout(5):
        assert await closing.or_result(asyncio.Event().wait()) is None


async def test_a_timeout_of_what_is_waited_for_is_its_own():
    with pytest.raises(TimeoutError):
        await Closing().or_result(asyncio.wait_for(asyncio.Event().wait(), 0.001))


async def test_a_waiter_that_is_cancelled_is_cancelled():
    closing = Closing()
    wait = asyncio.create_task(closing.or_result(asyncio.Event().wait()))
    await asyncio.sleep(0)
    wait.cancel()
    with pytest.raises(asyncio.CancelledError):
        await wait
    closing.set()
