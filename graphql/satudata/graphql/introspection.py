"""The schema as documents: introspection and SDL, made once an epoch for each question, in a thread of its own.

Requests only wait for the first answer after a change; they never do this work on the event loop. What is shown is what
anyone may see: open datasets.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import orjson

from graphql import GraphQLSchema
from satudata.datasets.access.principal import ANONYMOUS
from satudata.datasets.errors import NotFound
from satudata.graphql.caching import BoundedCache
from satudata.graphql.mentions import Mentions, Pair
from satudata.graphql.rows.naming import DatasetAddress
from satudata.graphql.rows.served import RowCatalogue, Scope, linkable
from satudata.graphql.scoped import Resolvers, build_apart
from satudata.graphql.sdl import print_sdl
from satudata.validation.text import Text

KEPT_ANSWERS = 200
KEPT_BYTES = 64_000_000

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class SdlDocument:
    """A printed schema. `etag` is a strong entity tag, quotes included."""

    text: bytes
    etag: str


class Introspection:
    """Keeps the whole schema of the newest epoch asked about, and answers made from it."""

    def __init__(self, resolvers: Resolvers) -> None:
        self._resolvers = resolvers
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="introspection")
        self._answers: BoundedCache[tuple[object, ...], Any] = BoundedCache(KEPT_ANSWERS, KEPT_BYTES)
        self._making: dict[tuple[object, ...], asyncio.Future[Any]] = {}
        self._whole: tuple[int, GraphQLSchema] | None = None

    async def whole(self, catalogue: RowCatalogue) -> GraphQLSchema:
        """The schema with every open dataset, built once an epoch."""
        if self._whole is None or self._whole[0] != catalogue.epoch:
            schema = await self._single(("whole", catalogue.epoch), lambda: self._build_whole(catalogue))
            self._whole = (catalogue.epoch, schema)
        return self._whole[1]

    async def answer(self, key: tuple[object, ...], complete: Callable[[], Any]) -> orjson.Fragment:
        """A completed `__schema` or `__type`, as JSON. `complete` runs in the thread, once for each key."""
        return orjson.Fragment(await self._kept(key, lambda: self._run(lambda: orjson.dumps(complete()))))

    async def sdl(self, catalogue: RowCatalogue, datasets: Collection[str] | None) -> SdlDocument:
        """The whole schema, or a slice with only these datasets (slugs). Raises NotFound naming those without rows."""
        names = None if datasets is None else tuple(sorted(set(datasets)))
        text: bytes = await self._kept(("sdl", catalogue.epoch, names), lambda: self._print(catalogue, names))
        return SdlDocument(text, f'"{hashlib.sha256(text).hexdigest()[:32]}"')

    def close(self) -> None:
        """End the thread once what it does is done."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _build_whole(self, catalogue: RowCatalogue) -> GraphQLSchema:
        everything = await catalogue.everything()
        agencies = tuple(sorted({item.address.agency_field for item in everything}))
        scope = Scope(everything, agencies, bool(everything), linkable(everything))
        return await self._run(partial(build_apart, scope, self._resolvers))

    async def _print(self, catalogue: RowCatalogue, datasets: tuple[str, ...] | None) -> bytes:
        if datasets is None:
            schema = await self.whole(catalogue)
            return await self._run(lambda: print_sdl(schema).encode())
        pairs: set[Pair] = set()
        for slug in datasets:
            if "/" in slug:
                address = DatasetAddress.of(slug)
                pairs.add((address.agency_field, address.dataset_field))
        scope = await catalogue.scope(Mentions(pairs, linked=pairs), ANONYMOUS)
        missing = sorted(set(datasets) - {item.dataset.slug for item in scope.datasets})
        if missing:
            raise NotFound(_no_rows(", ".join(missing)))
        return await self._run(lambda: print_sdl(build_apart(scope, self._resolvers)).encode())

    async def _kept(self, key: tuple[object, ...], make: Callable[[], Awaitable[bytes]]) -> bytes:
        kept: bytes | None = self._answers.get(key)
        if kept is None:
            kept = await self._single(key, make)
            self._answers.put(key, kept, len(kept))
        return kept

    async def _single(self, key: tuple[object, ...], make: Callable[[], Awaitable[Made]]) -> Made:
        """Make something once, however many ask for it at the same time."""
        future: asyncio.Future[Made] | None = self._making.get(key)
        if future is None:
            future = self._making[key] = asyncio.ensure_future(make())
            future.add_done_callback(lambda _: self._making.pop(key, None))
        return await asyncio.shield(future)

    async def _run(self, work: Callable[[], Made]) -> Made:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _no_rows(names: str) -> Text:
    return Text(
        f"Tidak ada data terbuka dengan nama {names}. Periksa penulisannya: instansi/dataset.",
        f"There is no open data called {names}. Check how it is written: agency/dataset.",
    )
