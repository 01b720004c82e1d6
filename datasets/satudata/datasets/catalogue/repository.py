"""All SQL of datasets and contract versions, but for searching (`search.py`)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.access.principal import Principal
from satudata.datasets.agencies.models import AgencyRow
from satudata.datasets.catalogue.models import ContractVersionRow, DatasetRow
from satudata.datasets.catalogue.types import CatalogueTotals, DatasetField
from satudata.datasets.catalogue.visibility import Steward, visible_datasets, with_agencies
from satudata.datasets.versions.models import VersionRow
from satudata.validation.contracts.model import AccessLevel


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """A dataset with what belongs to it, as rows."""

    dataset: DatasetRow
    agency: AgencyRow
    steward: AgencyRow
    latest: VersionRow | None


def dataset_records() -> Select[*tuple[Any, ...]]:
    """Selects dataset, agency, steward and newest version not withdrawn."""
    statement: Select[*tuple[Any, ...]] = with_agencies(select(DatasetRow, AgencyRow, Steward, VersionRow))
    return statement.outerjoin(
        VersionRow,
        and_(VersionRow.dataset_id == DatasetRow.id, VersionRow.number == DatasetRow.latest_number),
    )


_BY_FIELD = (
    dataset_records()
    .add_columns(ContractVersionRow.yaml)
    .join(
        ContractVersionRow,
        and_(
            ContractVersionRow.dataset_id == DatasetRow.id,
            ContractVersionRow.version == DatasetRow.contract_version,
        ),
    )
    .where(AgencyRow.field == bindparam("agency_field"), DatasetRow.field == bindparam("dataset_field"))
)
"""Made once: making it anew takes as long as running it."""


class CatalogueRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: DatasetRow | ContractVersionRow) -> None:
        self._session.add(row)

    async def record(self, slug: str) -> DatasetRecord | None:
        return await self._record(dataset_records().where(DatasetRow.slug == slug))

    async def record_by_id(self, dataset_id: str) -> DatasetRecord | None:
        return await self._record(dataset_records().where(DatasetRow.id == dataset_id))

    async def record_by_field(
        self, agency_field: str, dataset_field: str
    ) -> tuple[DatasetRecord, str] | None:
        """A dataset with the text of its newest contract, in one read: rows are waiting for it."""
        fields = {"agency_field": agency_field, "dataset_field": dataset_field}
        row = (await self._session.execute(_BY_FIELD, fields)).one_or_none()
        return (DatasetRecord(*row[:4]), row[4]) if row else None

    async def records(self, slugs: Sequence[str]) -> dict[str, DatasetRecord]:
        """Several datasets by slug; those that are not there are left out."""
        rows = await self._session.execute(dataset_records().where(DatasetRow.slug.in_(slugs)))
        return {row[0].slug: DatasetRecord(*row) for row in rows}

    async def lock(self, slug: str) -> DatasetRow | None:
        """The dataset's row, held until the transaction ends."""
        statement = select(DatasetRow).where(DatasetRow.slug == slug).with_for_update()
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def by_field(self, agency_id: str, field: str) -> DatasetRow | None:
        """The agency's dataset with that GraphQL field."""
        statement = select(DatasetRow).where(DatasetRow.agency_id == agency_id, DatasetRow.field == field)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def contract_version(self, dataset_id: str, version: str) -> ContractVersionRow | None:
        statement = select(ContractVersionRow).where(
            ContractVersionRow.dataset_id == dataset_id, ContractVersionRow.version == version
        )
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def published_contract_versions(self, slug: str) -> tuple[str, ...]:
        """The contract versions that a dataset's published versions were checked against, the newest first."""
        statement = (
            select(VersionRow.contract_version)
            .join(DatasetRow, DatasetRow.id == VersionRow.dataset_id)
            .where(DatasetRow.slug == slug)
            .group_by(VersionRow.contract_version)
            .order_by(func.max(VersionRow.number).desc())
        )
        return tuple((await self._session.execute(statement)).scalars())

    async def fields(self, principal: Principal) -> tuple[DatasetField, ...]:
        """Names of all datasets the principal may see, in order of agency and dataset."""
        statement = (
            with_agencies(select(DatasetRow.slug, AgencyRow.field, DatasetRow.field))
            .where(visible_datasets(principal))
            .order_by(AgencyRow.field, DatasetRow.field)
        )
        return tuple(DatasetField(*row) for row in await self._session.execute(statement))

    async def known_fields(
        self, pairs: Collection[tuple[str, str]], principal: Principal
    ) -> set[tuple[str, str]]:
        """Those of the pairs (agency field, dataset field) that are datasets the principal may see."""
        statement = with_agencies(select(AgencyRow.field, DatasetRow.field)).where(
            visible_datasets(principal), tuple_(AgencyRow.field, DatasetRow.field).in_(pairs)
        )
        return {(agency, dataset) for agency, dataset in await self._session.execute(statement)}

    async def serves_rows(self, principal: Principal, agency_field: str | None) -> bool:
        """Whether any dataset the principal may see, of that agency when one is named, has a version to read."""
        statement = with_agencies(select(DatasetRow.id)).where(
            visible_datasets(principal), DatasetRow.latest_number.is_not(None)
        )
        if agency_field is not None:
            statement = statement.where(AgencyRow.field == agency_field)
        return (await self._session.execute(statement.limit(1))).first() is not None

    async def topics(self, principal: Principal) -> list[tuple[str, int]]:
        """Topics in use with their number of visible datasets."""
        statement = (
            with_agencies(select(DatasetRow.topic, func.count()))
            .where(visible_datasets(principal), DatasetRow.topic.is_not(None))
            .group_by(DatasetRow.topic)
            .order_by(DatasetRow.topic)
        )
        return [(topic, count) for topic, count in await self._session.execute(statement)]

    async def totals(self) -> CatalogueTotals:
        """Of open datasets."""
        statement = (
            select(
                func.count(),
                func.count(func.distinct(DatasetRow.agency_id)),
                func.coalesce(func.sum(VersionRow.row_count), 0),
            )
            .select_from(DatasetRow)
            .outerjoin(
                VersionRow,
                and_(VersionRow.dataset_id == DatasetRow.id, VersionRow.number == DatasetRow.latest_number),
            )
            .where(DatasetRow.access_level == AccessLevel.OPEN.value)
        )
        datasets, agencies, rows = (await self._session.execute(statement)).one()
        return CatalogueTotals(datasets=datasets, agencies=agencies, rows=int(rows))

    async def _record(self, statement: Select[*tuple[Any, ...]]) -> DatasetRecord | None:
        row = (await self._session.execute(statement)).one_or_none()
        return DatasetRecord(*row) if row else None
