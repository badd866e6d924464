"""Lending connections."""

import asyncio

import httpx
import pytest

from app.llm.connections import Connections


async def test_a_client_whose_call_ended_well_is_lent_again():
    async with Connections(httpx.AsyncClient) as connections:
        async with connections.lend() as first:
            first.ended_well = True
        async with connections.lend() as second:
            assert second.client is first.client


async def test_a_client_is_closed_unless_its_call_ended_well():
    async with Connections(httpx.AsyncClient) as connections:
        async with connections.lend() as loan:
            pass
        assert loan.client.is_closed


async def test_no_client_is_lent_twice_at_a_time():
    async with (
        Connections(httpx.AsyncClient) as connections,
        connections.lend() as first,
        connections.lend() as second,
    ):
        assert first.client is not second.client


async def test_a_client_whose_call_failed_is_closed():
    async with Connections(httpx.AsyncClient) as connections:
        with pytest.raises(KeyError):
            async with connections.lend() as loan:
                raise KeyError
        assert loan.client.is_closed


async def test_a_client_whose_call_was_cancelled_is_closed():
    lent: list[httpx.AsyncClient] = []

    async def call(connections: Connections) -> None:
        async with connections.lend() as loan:
            lent.append(loan.client)
            await asyncio.sleep(60)

    async with Connections(httpx.AsyncClient) as connections:
        calling = asyncio.create_task(call(connections))
        await asyncio.sleep(0)
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
    assert lent[0].is_closed


async def test_no_more_clients_are_kept_than_allowed():
    async with Connections(httpx.AsyncClient, most_idle=1) as connections:
        async with connections.lend() as first, connections.lend() as second:
            first.ended_well = second.ended_well = True
        assert first.client.is_closed != second.client.is_closed
    assert first.client.is_closed
    assert second.client.is_closed


async def test_a_client_that_comes_back_after_the_end_is_closed():
    connections = Connections(httpx.AsyncClient)
    async with connections.lend() as loan:
        await connections.aclose()
        loan.ended_well = True
    assert loan.client.is_closed
