"""Operations of one client wait for each other; those of others do not wait for them."""

import asyncio
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette

from satudata.graphql.errors import ApiError
from satudata.graphql.http import Caller, GraphQLEndpoint, graphql_routes
from satudata.graphql.turns import Turns

BY_YEAR = "{ data { dinasUji { kebunData { groups(by: [{waktu: YEAR}]) { aggregate { rowCount } } } } } }"
"""A scan, in a thread of its own."""


async def test_they_run_in_the_order_they_came():
    turns, order, running = Turns(2, 3, 10.0), [], 0

    async def work(number):
        nonlocal running
        async with turns.of("one"):
            running += 1
            assert running <= 2
            order.append(number)
            await asyncio.sleep(0.001)
            running -= 1

    await asyncio.gather(*map(work, range(5)))

    assert order == [0, 1, 2, 3, 4]
    assert turns.clients == 0


async def test_more_than_may_wait_are_refused_and_others_are_not():
    turns, go = Turns(1, 1, 10.0), asyncio.Event()

    async def work(client):
        async with turns.of(client):
            await go.wait()

    held = [asyncio.ensure_future(work("one")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(ApiError) as refused:
        await work("one")
    assert refused.value.details == {"retryAfterSeconds": 1, "reason": "CONCURRENCY"}
    other = [asyncio.ensure_future(work(client)) for client in ("two", None, None, None)]
    await asyncio.sleep(0)
    assert turns.clients == 2
    go.set()
    await asyncio.gather(*held, *other)
    assert turns.clients == 0


async def test_waiting_ends_and_leaves_nothing_behind():
    turns, go = Turns(1, 5, 0.01), asyncio.Event()

    async def work():
        async with turns.of("one"):
            await go.wait()

    first = asyncio.ensure_future(work())
    await asyncio.sleep(0)
    with pytest.raises(ApiError):
        await work()
    gone = asyncio.ensure_future(work())
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    go.set()
    await first
    assert turns.clients == 0
    await work()


async def test_a_client_with_too_many_at_once_is_told_over_http(asking):
    api, clients = asking.api, iter(["network a"] * 6 + ["network b"])
    before, api.config = api.config, replace(api.config, at_once_per_client=1, waiting_per_client=2)
    try:
        endpoint = GraphQLEndpoint(api, lambda _: Caller(client=next(clients)))
    finally:
        api.config = before
    transport = httpx.ASGITransport(Starlette(routes=graphql_routes(endpoint)))
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
        queries = [{"query": f"{BY_YEAR}\n# {number}"} for number in range(7)]
        answers = await asyncio.gather(*(client.post("/graphql", json=query) for query in queries))

    *one, other = answers
    assert sorted(answer.status_code for answer in one) == [200, 200, 200, 429, 429, 429]
    assert other.status_code == 200
    refused = next(answer for answer in one if answer.status_code == 429)
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["errors"][0]["extensions"]["reason"] == "CONCURRENCY"
