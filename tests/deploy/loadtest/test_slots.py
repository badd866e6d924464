"""Slots and the queue before them."""

import asyncio

import pytest

from deploy.loadtest.slots import QueueFull, Slots


class Guests:
    """Each takes a place, notes when it is in, and leaves when told."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.entered: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.doors: dict[str, asyncio.Event] = {}

    async def comes(self, name: str, priority: int = 0) -> None:
        self.doors[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._visit(name, priority))
        await asyncio.sleep(0)

    async def leaves(self, name: str) -> None:
        self.doors[name].set()
        await self.tasks[name]
        await asyncio.sleep(0)

    async def _visit(self, name: str, priority: int) -> None:
        with self.slots.place(priority) as turn:
            await turn.came
            self.entered.append(name)
            await self.doors[name].wait()


async def test_those_who_wait_come_in_one_after_the_other_in_order():
    guests = Guests(Slots(2))
    for name in "abcd":
        await guests.comes(name)
    assert guests.entered == ["a", "b"]
    assert (guests.slots.running, guests.slots.waiting) == (2, 2)
    await guests.leaves("b")
    assert guests.entered == ["a", "b", "c"]
    for name in "acd":
        await guests.leaves(name)
    assert guests.entered == ["a", "b", "c", "d"]
    assert (guests.slots.running, guests.slots.waiting, guests.slots.most_running) == (0, 0, 2)


async def test_a_lower_priority_number_comes_in_before_those_who_wait_longer():
    guests = Guests(Slots(1))
    await guests.comes("first")
    await guests.comes("batch", priority=1)
    await guests.comes("interactive", priority=0)
    await guests.leaves("first")
    await guests.leaves("interactive")
    await guests.leaves("batch")
    assert guests.entered == ["first", "interactive", "batch"]


async def test_one_more_than_may_wait_is_refused_at_once():
    slots = Slots(1, most_waiting=1)
    with slots.place(), slots.place():
        with pytest.raises(QueueFull), slots.place():
            pass
        assert (slots.running, slots.waiting) == (1, 1)
    assert (slots.running, slots.waiting) == (0, 0)


@pytest.mark.parametrize("name", ["running", "waiting"])
async def test_whoever_is_cancelled_frees_what_it_held(name):
    guests = Guests(Slots(1))
    for each in ("running", "waiting", "last"):
        await guests.comes(each)
    guests.tasks[name].cancel()
    await asyncio.gather(guests.tasks[name], return_exceptions=True)
    assert (guests.slots.running, guests.slots.waiting) == (1, 1)
    await guests.leaves({"running": "waiting", "waiting": "running"}[name])
    await guests.leaves("last")
    assert (guests.slots.running, guests.slots.waiting) == (0, 0)


async def test_a_turn_that_comes_to_one_who_was_just_cancelled_is_passed_on():
    guests = Guests(Slots(1))
    for each in ("first", "second", "third"):
        await guests.comes(each)
    guests.doors["first"].set()
    await guests.tasks["first"]
    guests.tasks["second"].cancel()
    await asyncio.gather(guests.tasks["second"], return_exceptions=True)
    await asyncio.sleep(0)
    assert guests.entered[-1] == "third"
    await guests.leaves("third")
    assert (guests.slots.running, guests.slots.waiting) == (0, 0)


def test_no_slot_at_all_is_refused():
    with pytest.raises(ValueError, match="at least 1 slot"):
        Slots(0)
