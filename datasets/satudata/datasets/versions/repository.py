"""All SQL of published versions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.access.principal import Principal
from satudata.datasets.agencies.models import AgencyRow
from satudata.datasets.catalogue.models import DatasetRow
from satudata.datasets.catalogue.visibility import visible_datasets, with_agencies
from satudata.datasets.paging import Page, Position, cut
from satudata.datasets.rows.query import Snapshot, SnapshotColumn
from satudata.datasets.versions.models import VersionRow
from satudata.datasets.versions.types import DatasetVersion, VersionState
from satudata.validation.contracts.model import ColumnType
from satudata.validation.text import Text


class VersionRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: VersionRow) -> None:
        self._session.add(row)

    async def by_number(self, dataset_id: str, number: int) -> VersionRow | None:
        statement = select(VersionRow).where(VersionRow.dataset_id == dataset_id, VersionRow.number == number)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def by_id(self, version_id: str) -> VersionRow | None:
        return await self._session.get(VersionRow, version_id)

    async def of_submission(self, submission_id: str) -> VersionRow | None:
        statement = select(VersionRow).where(VersionRow.submission_id == submission_id)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def latest(self, dataset_id: str) -> VersionRow | None:
        """The highest-numbered version that is not withdrawn."""
        statement = (
            select(VersionRow)
            .where(VersionRow.dataset_id == dataset_id, VersionRow.state != VersionState.WITHDRAWN.value)
            .order_by(VersionRow.number.desc())
            .limit(1)
        )
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def before(self, dataset_id: str, number: int) -> VersionRow | None:
        """The highest-numbered version below `number` that is not withdrawn."""
        statement = (
            select(VersionRow)
            .where(
                VersionRow.dataset_id == dataset_id,
                VersionRow.number < number,
                VersionRow.state != VersionState.WITHDRAWN.value,
            )
            .order_by(VersionRow.number.desc())
            .limit(1)
        )
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def next_number(self, dataset_id: str) -> int:
        """One more than the highest ever given; withdrawn numbers are not used again. Lock the dataset's row first."""
        statement = select(func.max(VersionRow.number)).where(VersionRow.dataset_id == dataset_id)
        return ((await self._session.execute(statement)).scalar_one() or 0) + 1

    async def supersede(self, dataset_id: str) -> None:
        """Mark what is published as superseded."""
        await self._session.execute(
            update(VersionRow)
            .where(VersionRow.dataset_id == dataset_id, VersionRow.state == VersionState.PUBLISHED.value)
            .values(state=VersionState.SUPERSEDED.value)
        )

    async def of_dataset(self, dataset_id: str, first: int, before: int | None) -> Page[VersionRow]:
        """Newest first; `before` is the number to go on from."""
        matching = select(VersionRow).where(VersionRow.dataset_id == dataset_id)
        total = await self._count(matching)
        if before is not None:
            matching = matching.where(VersionRow.number < before)
        ordered = matching.order_by(VersionRow.number.desc()).limit(first + 1)
        rows = (await self._session.execute(ordered)).scalars()
        return cut([(row, (row.number,)) for row in rows], first, total)

    async def recent(
        self,
        principal: Principal,
        *,
        since: datetime | None,
        agencies: Sequence[str],
        datasets: Sequence[str],
        states: Sequence[VersionState],
        first: int,
        after: Position | None,
    ) -> Page[DatasetVersion]:
        """Newest first over all datasets the principal may see."""
        matching = with_agencies(
            select(VersionRow, DatasetRow.slug).join(DatasetRow, DatasetRow.id == VersionRow.dataset_id)
        ).where(visible_datasets(principal))
        if since is not None:
            matching = matching.where(VersionRow.published_at >= since)
        if agencies:
            matching = matching.where(AgencyRow.slug.in_(agencies))
        if datasets:
            matching = matching.where(DatasetRow.slug.in_(datasets))
        if states:
            matching = matching.where(VersionRow.state.in_([state.value for state in states]))
        total = await self._count(matching)
        if after is not None:
            at, last_id = datetime.fromisoformat(after[0]), after[1]
            matching = matching.where(
                or_(
                    VersionRow.published_at < at, and_(VersionRow.published_at == at, VersionRow.id < last_id)
                )
            )
        ordered = matching.order_by(VersionRow.published_at.desc(), VersionRow.id.desc()).limit(first + 1)
        rows = (await self._session.execute(ordered)).all()
        found = [(to_version(row, slug), (row.published_at.isoformat(), row.id)) for row, slug in rows]
        return cut(found, first, total)

    async def all(self) -> Sequence[tuple[VersionRow, str]]:
        """Every version with its dataset's slug."""
        statement = select(VersionRow, DatasetRow.slug).join(
            DatasetRow, DatasetRow.id == VersionRow.dataset_id
        )
        return [(row, slug) for row, slug in await self._session.execute(statement)]

    async def _count(self, matching: Select[*tuple[object, ...]]) -> int:
        return (
            await self._session.execute(select(func.count()).select_from(matching.subquery()))
        ).scalar_one()


def to_version(row: VersionRow, slug: str) -> DatasetVersion:
    return DatasetVersion(
        id=row.id,
        dataset_slug=slug,
        number=row.number,
        contract_version=row.contract_version,
        state=VersionState(row.state),
        published_at=row.published_at,
        row_count=row.row_count,
        sha256=row.sha256,
        bytes=row.bytes,
        snapshot=Snapshot(
            dataset=slug,
            number=row.number,
            sha256=row.sha256,
            row_count=row.row_count,
            columns=columns_from_json(row.columns),
            key=tuple(row.key),
            stored_order=tuple(row.stored_order),
        ),
        report_key=row.report_key,
        submission_id=row.submission_id,
        notes=text_of(row.notes_id, row.notes_en),
        erratum=text_of(row.erratum_id, row.erratum_en),
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=text_of(row.withdrawn_reason_id, row.withdrawn_reason_en),
    )


def text_of(indonesian: str | None, english: str | None) -> Text | None:
    """A text from its two columns; None when nothing was written."""
    return None if indonesian is None else Text(indonesian, english or indonesian)


def columns_to_json(columns: Sequence[SnapshotColumn]) -> list[dict[str, object]]:
    """Stored columns as kept in a row."""
    return [
        {
            "name": column.name,
            "type": column.type.value,
            "nullable": column.nullable,
            "scale": column.scale,
            "public": column.public,
        }
        for column in columns
    ]


def columns_from_json(stored: Sequence[dict[str, object]]) -> tuple[SnapshotColumn, ...]:
    """The inverse of `columns_to_json`."""
    return tuple(
        SnapshotColumn(
            name=str(column["name"]),
            type=ColumnType(str(column["type"])),
            nullable=bool(column["nullable"]),
            scale=int(str(column["scale"])),
            public=bool(column.get("public", True)),  # versions of the first homes do not say
        )
        for column in stored
    )
