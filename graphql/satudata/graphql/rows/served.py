"""Which datasets serve rows in one epoch, found one by one as documents mention them, never all at once.

A dataset serves rows when the asking principal may see it and a version of it was published. Its types come from the
contract of that version, which may be older than the newest contract.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass, field
from typing import TypeVar

from satudata.datasets.access.principal import ANONYMOUS, Principal
from satudata.datasets.catalogue.types import Dataset
from satudata.datasets.services import Services
from satudata.datasets.versions.types import DatasetVersion
from satudata.graphql.caching import BoundedCache
from satudata.graphql.mentions import Mentions, Pair
from satudata.graphql.rows.naming import DatasetAddress
from satudata.graphql.rows.types import RowTypes, StaticTypes
from satudata.validation.contracts.model import DataContract
from satudata.validation.contracts.value_lists import is_value_list

KEPT_ANSWERS = 10_000
KEPT_TYPES = 1_000
_MANY = 4
"""So many datasets not asked about before are looked for together first."""


_serial = itertools.count()


@dataclass(frozen=True)
class ServedDataset:
    """A dataset with rows: its newest version and the types made from that version's contract.

    `latest` is the newest version not withdrawn, or, when all are, the newest tombstone: the field stays, so that a
    document about it and others is still answered, and says why there are no rows.
    """

    dataset: Dataset
    latest: DatasetVersion
    contract: DataContract
    types: RowTypes
    serial: int = field(default_factory=_serial.__next__, compare=False)
    """Two with one serial are one object."""

    @property
    def address(self) -> DatasetAddress:
        return DatasetAddress.of(self.dataset.slug)


@dataclass(frozen=True)
class Scope:
    """What of the rows one schema shows. `agencies` are agency fields, those of the datasets included."""

    datasets: tuple[ServedDataset, ...] = ()
    agencies: tuple[str, ...] = ()
    any_rows: bool = False
    """Whether there is anything under `data` at all."""
    linked: tuple[ServedDataset, ...] = ()
    """Those under `data` of codes; each has a column that is bound to a code list."""

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for scopes that look the same, in whatever epoch."""
        datasets, linked = (tuple(item.serial for item in items) for items in (self.datasets, self.linked))
        return (datasets, self.agencies, self.any_rows, linked)


EMPTY = Scope()


def linkable(datasets: tuple[ServedDataset, ...]) -> tuple[ServedDataset, ...]:
    """Those whose rows can be found by a code."""
    return tuple(item for item in datasets if item.types.is_linked)


Answer = TypeVar("Answer")


class TypeStore:
    """Row types by contract and datasets as they were found, kept across epochs.

    So publishing a dataset does not make anew what was made from others.
    """

    def __init__(self, static: StaticTypes) -> None:
        self.static = static
        self._found: BoundedCache[Pair, ServedDataset] = BoundedCache(KEPT_TYPES, KEPT_TYPES)
        self._kept: BoundedCache[tuple[object, ...], RowTypes] = BoundedCache(KEPT_TYPES, KEPT_TYPES)

    def of(self, contract: DataContract, earlier: tuple[DataContract, ...]) -> RowTypes:
        """The types of a contract version; `earlier` as in `RowTypes`."""
        key = (contract.id, contract.version, contract.source, *(other.version for other in earlier))
        types = self._kept.get(key)
        if types is None:
            types = RowTypes(contract, self.static, earlier)
            self._kept.put(key, types, 1)
        return types

    def same(self, pair: Pair, found: ServedDataset) -> ServedDataset:
        """What was found behind two fields before, when nothing about it has changed since."""
        before = self._found.get(pair)
        if before == found:
            return before
        self._found.put(pair, found, 1)
        return found


class RowCatalogue:
    """Answers about one epoch, each asked of the catalogue once. Thrown away when the epoch changes."""

    def __init__(self, services: Services, types: TypeStore, epoch: int) -> None:
        self.epoch = epoch
        self._services = services
        self._types = types
        self._answers: BoundedCache[tuple[object, ...], asyncio.Future[object]] = BoundedCache(
            KEPT_ANSWERS, KEPT_ANSWERS
        )

    async def scope(self, mentions: Mentions, principal: Principal) -> Scope:
        """The datasets and agencies of a document, as this principal sees them."""
        datasets = await self._found(mentions.pairs, principal)
        linked = linkable(await self._found(mentions.linked, principal))
        if not datasets and not linked and not await self._serves(None, principal):
            return EMPTY
        agencies = {item.address.agency_field for item in datasets}
        for agency in sorted(mentions.agencies - agencies):
            if await self._serves(agency, principal):
                agencies.add(agency)
        return Scope(datasets, tuple(sorted(agencies)), True, linked)

    async def _found(self, pairs: Set[Pair], principal: Principal) -> tuple[ServedDataset, ...]:
        known = await self._known(pairs, principal)
        found = [await self.find(pair, principal) for pair in sorted(known)]
        return tuple(item for item in found if item is not None)

    async def find(self, pair: Pair, principal: Principal) -> ServedDataset | None:
        """The dataset behind two fields; None when it does not serve rows to this principal."""
        found = await self._once(("dataset", pair), lambda: self._find(pair, ANONYMOUS))
        if found is None and principal.grants:
            return await self._once(("dataset", pair, principal), lambda: self._find(pair, principal))
        return found

    async def everything(self) -> tuple[ServedDataset, ...]:
        """Every open dataset that serves rows, by agency and dataset."""
        fields = await self._services.catalogue.fields(ANONYMOUS)
        found = [await self.find((item.agency_field, item.dataset_field), ANONYMOUS) for item in fields]
        return tuple(item for item in found if item is not None)

    async def _known(self, pairs: Set[Pair], principal: Principal) -> Set[Pair]:
        """Without those that are no datasets, found out in one read: a document may name many."""
        unasked = {pair for pair in pairs if self._answers.get(("dataset", pair)) is None}
        if len(unasked) < _MANY:
            return pairs
        return (pairs - unasked) | await self._services.catalogue.known_fields(unasked, principal)

    async def _serves(self, agency: str | None, principal: Principal) -> bool:
        catalogue = self._services.catalogue
        if await self._once(("serves", agency), lambda: catalogue.serves_rows(ANONYMOUS, agency)):
            return True
        if not principal.grants:
            return False
        return await self._once(
            ("serves", agency, principal), lambda: catalogue.serves_rows(principal, agency)
        )

    async def _find(self, pair: Pair, principal: Principal) -> ServedDataset | None:
        catalogue = self._services.catalogue
        dataset = await catalogue.by_field(*pair, principal)
        if dataset is None:
            return None
        latest = dataset.latest
        if latest is None:
            versions = await self._services.versions.list(dataset.slug, principal, first=1)
            if not versions.items:
                return None
            latest = versions.items[0]
        contract = dataset.contract
        if contract.version != latest.contract_version:
            contract = await catalogue.contract(dataset.slug, latest.contract_version)
        types = self._types.of(contract, await self._earlier(latest, contract))
        return self._types.same(pair, ServedDataset(dataset, latest, contract, types))

    async def _earlier(self, latest: DatasetVersion, contract: DataContract) -> tuple[DataContract, ...]:
        """The contracts of older versions, where they bear on the types."""
        if latest.number == 1 or not any(map(is_value_list, contract.public_columns)):
            return ()
        found = await self._services.catalogue.published_contracts(latest.dataset_slug)
        return tuple(other for other in found if other.version != contract.version)

    async def _once(self, key: tuple[object, ...], ask: Callable[[], Awaitable[Answer]]) -> Answer:
        future: asyncio.Future[Answer] | None = self._answers.get(key)  # type: ignore[assignment]  # by key, one type each
        if future is None:
            future = asyncio.ensure_future(ask())
            self._answers.put(key, future, 1)  # type: ignore[arg-type]  # as above
        if future.done() and not future.cancelled() and future.exception() is None:
            return future.result()  # most of the time, and a shield is not free
        try:
            return await asyncio.shield(future)
        except Exception:
            self._answers.drop(key)
            raise
