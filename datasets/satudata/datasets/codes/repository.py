"""All SQL of code lists and editions."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.codes.models import CodeListEditionRow, CodeListRow
from satudata.datasets.codes.types import CodeList
from satudata.datasets.paging import Page, Position, cut
from satudata.validation.text import Text


class CodeListRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: CodeListRow | CodeListEditionRow) -> None:
        self._session.add(row)

    async def by_slug(self, slug: str) -> CodeListRow | None:
        return (
            await self._session.execute(select(CodeListRow).where(CodeListRow.slug == slug))
        ).scalar_one_or_none()

    async def edition(self, slug: str, edition: str | None) -> CodeListEditionRow | None:
        """An edition of a list; the current one when `edition` is None."""
        statement = (
            select(CodeListEditionRow)
            .join(CodeListRow, CodeListRow.id == CodeListEditionRow.list_id)
            .where(
                CodeListRow.slug == slug,
                CodeListEditionRow.edition == (CodeListRow.current_edition if edition is None else edition),
            )
        )
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def editions(self, slug: str) -> tuple[str, ...]:
        """Editions of a list, the one imported last first; empty when there is no such list."""
        statement = (
            select(CodeListEditionRow.edition)
            .join(CodeListRow, CodeListRow.id == CodeListEditionRow.list_id)
            .where(CodeListRow.slug == slug)
            .order_by(CodeListEditionRow.imported_at.desc(), CodeListEditionRow.edition.desc())
        )
        return tuple((await self._session.execute(statement)).scalars())

    async def all_editions(self) -> Sequence[CodeListEditionRow]:
        return (await self._session.execute(select(CodeListEditionRow))).scalars().all()

    async def page(self, first: int, after: Position | None) -> Page[CodeList]:
        """Lists by slug."""
        total = (await self._session.execute(select(func.count()).select_from(CodeListRow))).scalar_one()
        matching = select(CodeListRow)
        if after is not None:
            matching = matching.where(CodeListRow.slug > after[0])
        ordered = matching.order_by(CodeListRow.slug).limit(first + 1)
        rows = (await self._session.execute(ordered)).scalars().all()
        found = [(to_code_list(row, await self.editions(row.slug)), (row.slug,)) for row in rows]
        return cut(found, first, total)


def to_code_list(row: CodeListRow, editions: tuple[str, ...]) -> CodeList:
    return CodeList(
        id=row.id,
        slug=row.slug,
        title=Text(row.title_id, row.title_en),
        authority=row.authority,
        edition=row.current_edition,
        editions=editions,
        license=row.license,
        attribution=row.attribution,
    )
