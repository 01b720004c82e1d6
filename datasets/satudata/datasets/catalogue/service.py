"""The catalogue: what there is, and what its contracts say. Registering a contract is in `registration.py`."""

import asyncio
from collections.abc import Collection, Sequence

from satudata.datasets.access.policy import Action, Resource, can, not_found_text, require, require_visible
from satudata.datasets.access.principal import Principal
from satudata.datasets.agencies.repository import to_agency
from satudata.datasets.catalogue.contracts import Contracts
from satudata.datasets.catalogue.kept_reading import with_reading
from satudata.datasets.catalogue.registration import Registration
from satudata.datasets.catalogue.repository import CatalogueRepository, DatasetRecord
from satudata.datasets.catalogue.search import DatasetSearch, matches
from satudata.datasets.catalogue.topics import topic_name
from satudata.datasets.catalogue.types import (
    CatalogueTotals,
    ContractDiff,
    Dataset,
    DatasetField,
    DatasetFilter,
    DatasetOrder,
    DatasetPage,
    Topic,
)
from satudata.datasets.catalogue.visibility import dataset_resource
from satudata.datasets.database.engine import Database
from satudata.datasets.errors import NotFound, StateConflict
from satudata.datasets.paging import Position, page_size
from satudata.datasets.submissions.types import Submission
from satudata.datasets.versions.repository import to_version
from satudata.validation.contracts.model import DataContract
from satudata.validation.readers.reading import Reading
from satudata.validation.text import Text


class CatalogueService:
    """A dataset one may not see does not exist: NotFound, the same as for one that never did."""

    def __init__(self, database: Database, contracts: Contracts, registration: Registration) -> None:
        self._database = database
        self._contracts = contracts
        self._registration = registration

    async def register(
        self,
        principal: Principal,
        contract_yaml: str,
        expected_version: str | None = None,
        dry_run: bool = False,
    ) -> Dataset:
        """Register a dataset by its first contract, or a new contract version of one. Stewards of the agency may.

        The same version with the same text changes nothing. `expected_version` is the version the caller believes
        to be the newest. With `dry_run` everything is checked and nothing stored.
        Raises NotAllowed, StateConflict (another version is the newest), InvalidInput: code CONTRACT_INVALID with
        `problems`, CONTRACT_VERSION_TAKEN, CONTRACT_VERSION_NOT_HIGHER, CONTRACT_BREAKING (needs a new major).
        """
        plan = await self._registration.register(principal, contract_yaml, expected_version, dry_run=dry_run)
        if plan.stored:
            return await self.get(plan.contract.id, principal)
        latest = plan.record.latest if plan.record else None
        return Dataset(
            id=plan.dataset.id,
            slug=plan.contract.id,
            agency=to_agency(plan.agency),
            steward=to_agency(plan.steward),
            contract=plan.contract,
            latest=to_version(latest, plan.contract.id) if latest else None,
            created_at=plan.dataset.created_at,
            updated_at=plan.dataset.updated_at,
        )

    async def keep_reading(self, principal: Principal, submission: Submission, reading: Reading) -> Dataset:
        """Register the next patch of the contract, with what was guessed in reading this submission's file.

        Who may register a contract may; a contract that says it all already stays as it is.
        Raises NotFound, NotAllowed, StateConflict (the file was read by an older contract), InvalidInput (the contract
        is written in a way that cannot be added to).
        """
        dataset = await self.get(submission.dataset_slug, principal)
        require(principal, Action.REGISTER_DATASET, Resource(agency=dataset.agency.slug))
        contract, read_by = dataset.contract, submission.contract_version
        if reading.settled_by(contract.file):
            return dataset
        if contract.version != read_by:
            raise StateConflict(
                Text(
                    f"Berkas ini dibaca menurut kontrak versi {read_by}, sedangkan yang berlaku versi "
                    f"{contract.version}. Unggah berkasnya lagi, lalu simpan cara bacanya di sana.",
                    f"This file was read by version {read_by} of the contract, and version {contract.version} is in "
                    "force. Upload the file again and keep its reading there.",
                ),
                actual_state=contract.version,
            )
        text = await asyncio.to_thread(with_reading, contract, reading)
        await self._registration.register(principal, text, read_by, reading_of=submission.id)
        return await self.get(submission.dataset_slug, principal)

    async def compare(self, principal: Principal, contract_yaml: str) -> ContractDiff | None:
        """What a contract would change against the newest version; None for a dataset that is new.

        Raises NotAllowed, InvalidInput (CONTRACT_INVALID).
        """
        return await self._registration.compare(principal, contract_yaml)

    async def get(self, slug: str, principal: Principal) -> Dataset:
        """The dataset `agency/dataset`. Raises NotFound."""
        async with self._database.read() as session:
            record = await CatalogueRepository(session).record(slug)
        return await self._visible(record, principal, Text(f"Dataset {slug}", f"Dataset {slug}"))

    async def get_by_id(self, dataset_id: str, principal: Principal) -> Dataset:
        """The dataset with that id. Raises NotFound."""
        async with self._database.read() as session:
            record = await CatalogueRepository(session).record_by_id(dataset_id)
        return await self._visible(record, principal, Text("Dataset ini", "This dataset"))

    async def by_field(self, agency_field: str, dataset_field: str, principal: Principal) -> Dataset | None:
        """The dataset behind `data { <agency_field> { <dataset_field> } }`; None when not there or not visible."""
        async with self._database.read() as session:
            found = await CatalogueRepository(session).record_by_field(agency_field, dataset_field)
        if found is None:
            return None
        record, text = found
        if not can(principal, Action.VIEW_DATASET, _resource(record)):
            return None
        contract = await self._contracts.of((record.dataset.slug, record.dataset.contract_version), text)
        return _dataset(record, contract)

    async def known_fields(
        self, pairs: Collection[tuple[str, str]], principal: Principal
    ) -> set[tuple[str, str]]:
        """Those of the pairs (agency field, dataset field) that are datasets the principal may see, in one read."""
        async with self._database.read() as session:
            return await CatalogueRepository(session).known_fields(pairs, principal)

    async def fields(self, principal: Principal) -> tuple[DatasetField, ...]:
        """Slug and GraphQL names of every dataset the principal may see; light enough for 100,000."""
        async with self._database.read() as session:
            return await CatalogueRepository(session).fields(principal)

    async def serves_rows(self, principal: Principal, agency_field: str | None = None) -> bool:
        """Whether any dataset the principal may see, of that agency when one is named, has a version to read."""
        async with self._database.read() as session:
            return await CatalogueRepository(session).serves_rows(principal, agency_field)

    async def contract(self, slug: str, version: str) -> DataContract:
        """A contract version of a dataset the caller has been given. Raises NotFound."""
        try:
            async with self._database.read() as session:
                return await self._contracts.get(session, slug, version)
        except KeyError:
            what = Text(f"Kontrak {slug} versi {version}", f"Contract {slug} version {version}")
            raise NotFound(not_found_text(what)) from None

    async def published_contracts(self, slug: str) -> tuple[DataContract, ...]:
        """The contracts that versions of a dataset the caller has been given were checked against, the newest first."""
        async with self._database.read() as session:
            versions = await CatalogueRepository(session).published_contract_versions(slug)
            found = await self._contracts.get_many(session, [(slug, version) for version in versions])
        return tuple(found[slug, version] for version in versions)

    async def search(
        self,
        principal: Principal,
        text: str | None = None,
        filters: DatasetFilter | None = None,
        order: DatasetOrder = DatasetOrder.RELEVANCE,
        first: int = 20,
        after: Position | None = None,
    ) -> DatasetPage:
        """Datasets with every word of `text`. Without a text, RELEVANCE means newest first."""
        search = DatasetSearch(principal, text, filters or DatasetFilter())
        async with self._database.read() as session:
            page = await search.page(session, order, page_size(first), after)
            facets = await search.facets(session)
        datasets = await self._datasets(page.items)
        return DatasetPage(
            items=datasets,
            positions=page.positions,
            total=page.total,
            has_next=page.has_next,
            matches=tuple(matches(dataset.contract, dataset.agency.name, text) for dataset in datasets),
            facets=facets,
        )

    async def topics(self, principal: Principal) -> tuple[Topic, ...]:
        """Topics in use, with the number of datasets the principal may see."""
        async with self._database.read() as session:
            found = await CatalogueRepository(session).topics(principal)
        return tuple(Topic(topic, topic_name(topic), count) for topic, count in found)

    async def totals(self) -> CatalogueTotals:
        """What the hub holds for everybody."""
        async with self._database.read() as session:
            return await CatalogueRepository(session).totals()

    async def _visible(self, record: DatasetRecord | None, principal: Principal, what: Text) -> Dataset:
        if record is None:
            raise NotFound(not_found_text(what))
        require_visible(principal, Action.VIEW_DATASET, _resource(record), what)
        return (await self._datasets([record]))[0]

    async def _datasets(self, records: Sequence[DatasetRecord]) -> tuple[Dataset, ...]:
        keys = [(record.dataset.slug, record.dataset.contract_version) for record in records]
        async with self._database.read() as session:
            contracts = await self._contracts.get_many(session, keys)
        return tuple(_dataset(record, contracts[key]) for record, key in zip(records, keys, strict=True))


def _resource(record: DatasetRecord) -> Resource:
    return dataset_resource(record.dataset, record.agency.slug, record.steward.slug)


def _dataset(record: DatasetRecord, contract: DataContract) -> Dataset:
    row = record.dataset
    return Dataset(
        id=row.id,
        slug=row.slug,
        agency=to_agency(record.agency),
        steward=to_agency(record.steward),
        contract=contract,
        latest=to_version(record.latest, row.slug) if record.latest else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
