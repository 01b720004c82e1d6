"""All SQL of agencies."""

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.agencies.models import AgencyRow
from satudata.datasets.agencies.types import Agency, AgencyKind
from satudata.datasets.database.search import contains, words
from satudata.datasets.paging import Page, Position, cut
from satudata.validation.text import Text


class AgencyRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: AgencyRow) -> None:
        self._session.add(row)

    async def by_slug(self, slug: str) -> AgencyRow | None:
        return (
            await self._session.execute(select(AgencyRow).where(AgencyRow.slug == slug))
        ).scalar_one_or_none()

    async def lock(self, slug: str) -> AgencyRow | None:
        """The agency's row, held until the transaction ends: its datasets are registered one after the other."""
        statement = select(AgencyRow).where(AgencyRow.slug == slug).with_for_update()
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def by_id(self, agency_id: str) -> AgencyRow | None:
        return await self._session.get(AgencyRow, agency_id)

    async def by_field(self, field: str) -> AgencyRow | None:
        return (
            await self._session.execute(select(AgencyRow).where(AgencyRow.field == field))
        ).scalar_one_or_none()

    async def page(self, search: str | None, first: int, after: Position | None) -> Page[Agency]:
        """By Indonesian name, then slug."""
        matching = select(AgencyRow)
        for word in words(search):
            matching = matching.where(
                or_(
                    contains(func.lower(AgencyRow.name_id), word),
                    contains(func.lower(AgencyRow.name_en), word),
                    contains(AgencyRow.slug, word),
                )
            )
        total = (
            await self._session.execute(select(func.count()).select_from(matching.subquery()))
        ).scalar_one()
        if after is not None:
            name, slug = after
            matching = matching.where(
                or_(AgencyRow.name_id > name, (AgencyRow.name_id == name) & (AgencyRow.slug > slug))
            )
        ordered = matching.order_by(AgencyRow.name_id, AgencyRow.slug).limit(first + 1)
        rows = (await self._session.execute(ordered)).scalars()
        return cut([(to_agency(row), (row.name_id, row.slug)) for row in rows], first, total)


def to_agency(row: AgencyRow) -> Agency:
    return Agency(
        id=row.id,
        slug=row.slug,
        name=Text(row.name_id, row.name_en),
        kind=AgencyKind(row.kind),
        url=row.url,
        contact=row.contact,
    )
