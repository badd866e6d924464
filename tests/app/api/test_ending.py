import asyncio

from app.api.ending import Ending


async def test_two_signals_in_one_turn_of_the_loop_end_the_process_too(served):
    ending = Ending(served.service, drain_seconds=60.0)
    ending.asked()
    ending.asked()
    async with asyncio.timeout(10):
        await ending.over.wait()
    assert served.service.closing.is_set()
