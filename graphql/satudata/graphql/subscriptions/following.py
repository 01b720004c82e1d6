"""A subscription under way: each event of its source becomes an answer, made as a request of its own would be."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson

from graphql import GraphQLError
from satudata.datasets.errors import DomainError
from satudata.graphql.budget import Budget
from satudata.graphql.caching import BoundedCache
from satudata.graphql.errors import ApiError, render_errors
from satudata.graphql.outcome import ExecutionOutcome
from satudata.graphql.subscriptions.follower import Event, Follower

KEPT_ANSWERS = 32


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it is sent: a whole response body, and the id to come back with."""

    body: bytes
    id: str | None = None


class Following:
    """Iterates over what is to be told; ends when there will be nothing more, or after an error of the source.

    `answer` makes the answer to one event, for which the follower pays `price`; None is not told.
    """

    def __init__(
        self,
        source: AsyncIterator[Event],
        answer: Callable[[Event], Awaitable[ExecutionOutcome | None]],
        price: int,
        follower: Follower,
    ) -> None:
        self._source = source
        self._answer = answer
        self._price = price
        self.follower = follower

    async def told(self) -> AsyncGenerator[Told]:
        """The answers in order. Close it to let go of the source."""
        last = b""
        try:
            async with aclosing(self._source) as source:  # type: ignore[type-var]  # an async generator
                async for event in source:
                    outcome = await self._answer(event)
                    if outcome is None:
                        continue
                    await _pay(self.follower.budget, self._price)
                    if not (event.only_news and outcome.body == last):
                        yield Told(outcome.body, event.id)
                    last = outcome.body
                    if not outcome.started:
                        return
        except (ApiError, DomainError) as error:
            yield self.refusal(error)
        except Exception as fault:
            yield self.refusal(fault)

    def refusal(self, error: Exception) -> Told:
        """What is told last when it cannot go on."""
        errors = render_errors(
            [GraphQLError(str(error), original_error=error)],
            self.follower.language,
            anonymous=self.follower.principal.person_id is None,
        )
        return Told(orjson.dumps({"errors": errors}))


class Together:
    """Answers to events, each worked out once for all who are told the same: visitors with the same question."""

    def __init__(self) -> None:
        self._made: BoundedCache[tuple[object, ...], asyncio.Future[ExecutionOutcome | None]] = BoundedCache(
            KEPT_ANSWERS, KEPT_ANSWERS
        )

    async def answer(
        self, key: tuple[object, ...], make: Callable[[], Coroutine[Any, Any, ExecutionOutcome | None]]
    ) -> ExecutionOutcome | None:
        """What `make` gave to the first who asked with that key; it goes on when he leaves."""
        made = self._made.get(key)
        if made is None:
            made = asyncio.ensure_future(make())
            self._made.put(key, made, 1)
        return await asyncio.shield(made)


async def _pay(budget: Budget | None, price: int) -> None:
    """Take the price of an event, waiting for the budget to have it: late rather than lost."""
    if budget is None:
        return
    cost = min(price, budget.quota.cost)
    wait = budget.take(cost)
    while wait:
        await asyncio.sleep(wait)
        wait = budget.take(cost)
