"""All SQL of people and their roles. Credentials have their own, in `credentials.py`."""

from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.access.principal import Role
from satudata.datasets.agencies.models import AgencyRow
from satudata.datasets.database.search import contains, words
from satudata.datasets.paging import Page, Position, cut
from satudata.datasets.people.models import PersonRow, RoleAssignmentRow
from satudata.datasets.people.types import Person, RoleAssignment


class PeopleRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: PersonRow | RoleAssignmentRow) -> None:
        self._session.add(row)

    async def by_id(self, person_id: str) -> PersonRow | None:
        return await self._session.get(PersonRow, person_id)

    async def by_email(self, email: str) -> PersonRow | None:
        return (
            await self._session.execute(select(PersonRow).where(PersonRow.email == email))
        ).scalar_one_or_none()

    async def page(self, search: str | None, first: int, after: Position | None) -> Page[Person]:
        """By name, then id."""
        matching = select(PersonRow)
        for word in words(search):
            matching = matching.where(
                or_(contains(func.lower(PersonRow.name), word), contains(PersonRow.email, word))
            )
        total = (
            await self._session.execute(select(func.count()).select_from(matching.subquery()))
        ).scalar_one()
        if after is not None:
            name, person_id = after
            matching = matching.where(
                or_(PersonRow.name > name, (PersonRow.name == name) & (PersonRow.id > person_id))
            )
        ordered = matching.order_by(PersonRow.name, PersonRow.id).limit(first + 1)
        rows = (await self._session.execute(ordered)).scalars()
        return cut([(to_person(row), (row.name, row.id)) for row in rows], first, total)

    async def assignment(self, assignment_id: str) -> tuple[RoleAssignmentRow, str | None] | None:
        """An assignment with the slug of its agency."""
        statement = (
            select(RoleAssignmentRow, AgencyRow.slug)
            .outerjoin(AgencyRow, AgencyRow.id == RoleAssignmentRow.agency_id)
            .where(RoleAssignmentRow.id == assignment_id)
            .with_for_update(of=RoleAssignmentRow)
        )
        found = (await self._session.execute(statement)).one_or_none()
        return (found[0], found[1]) if found else None

    async def roles(self, person_id: str, on: date | None = None) -> tuple[RoleAssignment, ...]:
        """All assignments of a person, oldest first; only those in force on a day when one is given."""
        statement = (
            select(RoleAssignmentRow, AgencyRow.slug)
            .outerjoin(AgencyRow, AgencyRow.id == RoleAssignmentRow.agency_id)
            .where(RoleAssignmentRow.person_id == person_id)
            .order_by(RoleAssignmentRow.start, RoleAssignmentRow.id)
        )
        if on is not None:
            statement = statement.where(
                RoleAssignmentRow.start <= on,
                or_(RoleAssignmentRow.until.is_(None), RoleAssignmentRow.until >= on),
            )
        rows = (await self._session.execute(statement)).all()
        return tuple(to_assignment(row, agency) for row, agency in rows)


def to_person(row: PersonRow) -> Person:
    return Person(id=row.id, name=row.name, email=row.email, created_at=row.created_at)


def to_assignment(row: RoleAssignmentRow, agency: str | None) -> RoleAssignment:
    return RoleAssignment(
        id=row.id,
        person_id=row.person_id,
        role=Role(row.role),
        agency=agency,
        region=row.region,
        start=row.start,
        until=row.until,
        decree=row.decree,
    )
