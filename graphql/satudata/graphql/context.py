"""What every resolver of one operation shares: who asks, in which language, by when, over which services."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import strawberry

from satudata.datasets.access.principal import Principal
from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.services import Services
from satudata.graphql.addresses import Addresses
from satudata.graphql.config import ApiConfig
from satudata.graphql.subscriptions.follower import Follower
from satudata.validation.text import Language

Found = TypeVar("Found")

NOBODY = Follower()

Introspect = Callable[[tuple[object, ...], Callable[[], Any]], Awaitable[Any]]
"""Completes one `__schema` or `__type` off the event loop; the key tells equal questions (`introspection.answer`)."""


class RequestContext:
    """Made once an operation. Reads of the same thing within it are shared through `once`."""

    def __init__(
        self,
        services: Services,
        config: ApiConfig,
        principal: Principal,
        language: Language,
        deadline: Deadline,
        introspect: Introspect,
        operation_key: tuple[object, ...],
        follower: Follower = NOBODY,
    ) -> None:
        self.services = services
        self.config = config
        self.principal = principal
        self.language: Language = language
        self.deadline = deadline
        self.follower = follower
        """Whoever opens a subscription; of no use to other operations."""
        self.addresses = Addresses(config.public_url)
        self.introspects = False
        """The operation asked about the schema."""
        self._introspect = introspect
        self._operation_key = operation_key
        self._reads: dict[tuple[object, ...], asyncio.Future[Any]] = {}  # Any: whatever the services answer

    def introspect(self, response_key: str | int, complete: Callable[[], Any]) -> Awaitable[Any]:
        """Complete an introspection field of this operation."""
        self.introspects = True
        return self._introspect((*self._operation_key, response_key), complete)

    async def once(self, key: tuple[object, ...], read: Callable[[], Awaitable[Found]]) -> Found:
        """`await read()`, shared by everything in this operation that asks for the same key."""
        future = self._reads.get(key)
        if future is None:
            future = self._reads[key] = asyncio.ensure_future(read())
        return await asyncio.shield(future)


Info = strawberry.Info[RequestContext, None]
