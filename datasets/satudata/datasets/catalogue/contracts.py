"""Stored contracts, parsed once: registered text never changes, so a parsed contract is good for ever."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.catalogue.models import ContractVersionRow, DatasetRow
from satudata.validation.contracts.loading import reload_contract
from satudata.validation.contracts.model import DataContract

KEPT = 2_000
SHORT = 4_096
"""Characters of a contract that is read sooner than another thread would begin to."""

Key = tuple[str, str]
"""Dataset slug and contract version."""


class Contracts:
    """The `KEPT` contracts used last, by dataset slug and contract version."""

    def __init__(self) -> None:
        self._parsed: OrderedDict[Key, DataContract] = OrderedDict()

    async def get(self, session: AsyncSession, slug: str, version: str) -> DataContract:
        """One contract. Raises KeyError when there is none of that version."""
        return (await self.get_many(session, [(slug, version)]))[slug, version]

    async def of(self, key: Key, text: str) -> DataContract:
        """One contract whose text is at hand."""
        if key not in self._parsed:
            short = len(text) <= SHORT
            self._keep(
                key, reload_contract(text) if short else await asyncio.to_thread(reload_contract, text)
            )
        self._parsed.move_to_end(key)
        return self._parsed[key]

    async def get_many(self, session: AsyncSession, keys: Iterable[Key]) -> dict[Key, DataContract]:
        """Several contracts, reading and parsing those not kept."""
        found: dict[Key, DataContract] = {}
        missing: list[Key] = []
        for key in dict.fromkeys(keys):
            if key in self._parsed:
                self._parsed.move_to_end(key)
                found[key] = self._parsed[key]
            else:
                missing.append(key)
        if missing:
            texts = await self._texts(session, missing)
            found |= await asyncio.to_thread(_parse_all, texts)
            for key in missing:
                self._keep(key, found[key])
        return found

    def _keep(self, key: Key, contract: DataContract) -> None:
        self._parsed[key] = contract
        while len(self._parsed) > KEPT:
            self._parsed.popitem(last=False)

    @staticmethod
    async def _texts(session: AsyncSession, keys: list[Key]) -> dict[Key, str]:
        statement = (
            select(DatasetRow.slug, ContractVersionRow.version, ContractVersionRow.yaml)
            .join(DatasetRow, DatasetRow.id == ContractVersionRow.dataset_id)
            .where(tuple_(DatasetRow.slug, ContractVersionRow.version).in_(keys))
        )
        return {(slug, version): yaml for slug, version, yaml in await session.execute(statement)}


def _parse_all(texts: dict[Key, str]) -> dict[Key, DataContract]:
    return {key: reload_contract(text) for key, text in texts.items()}
