"""The register of people and their dated roles."""

from datetime import date, timedelta, timezone

from satudata.datasets import checks
from satudata.datasets.access.policy import Action, not_found_text, require
from satudata.datasets.access.principal import Principal, Role, RoleGrant
from satudata.datasets.agencies.repository import AgencyRepository
from satudata.datasets.audit.acts import Acts
from satudata.datasets.clock import Clock
from satudata.datasets.database.engine import Database
from satudata.datasets.errors import InvalidInput, NotFound
from satudata.datasets.identifiers import new_id
from satudata.datasets.paging import Page, Position, page_size
from satudata.datasets.people.models import PersonRow, RoleAssignmentRow
from satudata.datasets.people.repository import PeopleRepository, to_assignment, to_person
from satudata.datasets.people.types import Person, RoleAssignment
from satudata.validation.text import Text

JAKARTA = timezone(timedelta(hours=7))
"""Decrees count days in western Indonesian time."""

ROLES_OF_AN_AGENCY = frozenset({Role.PRODUCER, Role.SUPPORTING_STEWARD, Role.STEWARD})


class PeopleService:
    """The secretariat (and the operator) registers people and assigns roles."""

    def __init__(self, database: Database, acts: Acts, clock: Clock) -> None:
        self._database = database
        self._acts = acts
        self._clock = clock

    async def create(self, principal: Principal, name: str, email: str) -> Person:
        """Register a person. Raises NotAllowed, InvalidInput (an address that is taken)."""
        role = require(principal, Action.CREATE_PERSON)
        row = PersonRow(id=new_id(), name=checks.line(name, "name"), email=checks.email(email, "email"))
        async with self._acts.begin(principal) as act:
            repository = PeopleRepository(act.session)
            if await repository.by_email(row.email) is not None:
                raise InvalidInput(
                    Text("Alamat surel ini sudah terdaftar.", "This e-mail address is registered already."),
                    ("email",),
                )
            row.created_at = act.at
            repository.add(row)
            act.record("person.create", f"person:{row.id}", role=role)
        return to_person(row)

    async def get(self, person_id: str) -> Person:
        """For the layers above, about the acting person. Raises NotFound."""
        async with self._database.read() as session:
            row = await PeopleRepository(session).by_id(person_id)
        if row is None:
            raise NotFound(not_found_text(Text("Petugas ini", "This person")))
        return to_person(row)

    async def find(self, email: str) -> Person | None:
        """The person with that address: for signing in and for the command line."""
        async with self._database.read() as session:
            row = await PeopleRepository(session).by_email(email.strip().lower())
        return to_person(row) if row else None

    async def list(
        self, principal: Principal, search: str | None = None, first: int = 50, after: Position | None = None
    ) -> Page[Person]:
        """People by name. Raises NotAllowed."""
        require(principal, Action.VIEW_PEOPLE)
        async with self._database.read() as session:
            return await PeopleRepository(session).page(search, page_size(first), after)

    async def assign_role(
        self,
        principal: Principal,
        person_id: str,
        role: Role,
        agency: str | None = None,
        *,
        region: str | None = None,
        start: date,
        until: date | None = None,
        decree: str | None = None,
    ) -> RoleAssignment:
        """Give a role for a period, `until` included. `agency` is a slug.

        Raises NotAllowed, NotFound (person, agency), InvalidInput (a role that needs an agency, an empty period).
        """
        by = require(principal, Action.ASSIGN_ROLE)
        _check_assignment(role, agency, start, until)
        row = RoleAssignmentRow(
            id=new_id(),
            person_id=person_id,
            role=role.value,
            region=checks.optional_line(region, "region"),
            start=start,
            until=until,
            decree=checks.optional_line(decree, "decree"),
        )
        async with self._acts.begin(principal) as act:
            repository = PeopleRepository(act.session)
            if await repository.by_id(person_id) is None:
                raise NotFound(not_found_text(Text("Petugas ini", "This person")), ("person",))
            if agency is not None:
                found = await AgencyRepository(act.session).by_slug(agency)
                if found is None:
                    raise NotFound(
                        not_found_text(Text(f"Instansi {agency}", f"Agency {agency}")), ("agency",)
                    )
                row.agency_id = found.id
            repository.add(row)
            act.record(
                "role.assign",
                f"person:{person_id}",
                role=by,
                assigned=role.value,
                agency=agency,
                region=row.region,
                start=start.isoformat(),
                until=until.isoformat() if until else None,
                decree=row.decree,
            )
        return to_assignment(row, agency)

    async def end_role(self, principal: Principal, assignment_id: str, last_day: date) -> RoleAssignment:
        """Let an assignment end with `last_day`. Raises NotAllowed, NotFound."""
        by = require(principal, Action.ASSIGN_ROLE)
        async with self._acts.begin(principal) as act:
            found = await PeopleRepository(act.session).assignment(assignment_id)
            if found is None:
                raise NotFound(
                    not_found_text(Text("Penetapan peran ini", "This assignment")), ("assignment",)
                )
            row, agency = found
            row.until = last_day
            act.record(
                "role.end",
                f"person:{row.person_id}",
                role=by,
                assigned=row.role,
                agency=agency,
                until=last_day.isoformat(),
            )
        return to_assignment(row, agency)

    async def roles(self, person_id: str) -> tuple[RoleAssignment, ...]:
        """Every assignment of a person, past and future too: for the person and for whoever looks after roles."""
        async with self._database.read() as session:
            return await PeopleRepository(session).roles(person_id)

    async def grants(self, person_id: str, on: date) -> tuple[RoleGrant, ...]:
        """The roles in force on a day."""
        async with self._database.read() as session:
            assignments = await PeopleRepository(session).roles(person_id, on)
        return tuple(
            RoleGrant(
                role=item.role,
                agency=item.agency,
                region=item.region,
                start=item.start,
                until=item.until,
                decree=item.decree,
            )
            for item in assignments
        )

    async def principal_of(self, person_id: str) -> Principal:
        """The person with today's roles, ready to act. Raises NotFound."""
        person = await self.get(person_id)
        today = self._clock.now().astimezone(JAKARTA).date()
        return Principal(
            person_id=person.id,
            name=person.name,
            email=person.email,
            grants=await self.grants(person_id, today),
        )


def _check_assignment(role: Role, agency: str | None, start: date, until: date | None) -> None:
    if role in ROLES_OF_AN_AGENCY and agency is None:
        raise InvalidInput(
            Text(f"Peran {role} harus menyebut instansinya.", f"The role {role} must name its agency."),
            ("agency",),
        )
    if until is not None and until < start:
        raise InvalidInput(
            Text("Hari terakhir mendahului hari pertama.", "The last day comes before the first."), ("until",)
        )
