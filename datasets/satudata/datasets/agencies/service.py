"""The register of agencies."""

from satudata.datasets import checks
from satudata.datasets.access.policy import Action, not_found_text, require
from satudata.datasets.access.principal import Principal
from satudata.datasets.agencies.models import AgencyRow
from satudata.datasets.agencies.repository import AgencyRepository, to_agency
from satudata.datasets.agencies.types import Agency, AgencyKind
from satudata.datasets.audit.acts import Acts
from satudata.datasets.database.engine import Database
from satudata.datasets.errors import InvalidInput, NotFound
from satudata.datasets.identifiers import new_id
from satudata.datasets.paging import Page, Position, page_size
from satudata.validation.contracts.naming import camel_case
from satudata.validation.text import Text

RESERVED = frozenset({"data", "region-data", "code-data"})
"""Their row types in GraphQL would be called as the types that hold agencies (`Data_<Agency>`)."""


class AgencyService:
    """Anybody may look; the secretariat (and the operator) registers."""

    def __init__(self, database: Database, acts: Acts) -> None:
        self._database = database
        self._acts = acts

    async def create(
        self,
        principal: Principal,
        slug: str,
        name: Text,
        kind: AgencyKind,
        url: str | None = None,
        contact: str | None = None,
    ) -> Agency:
        """Register an agency. Raises NotAllowed, InvalidInput (a slug that is taken, or looks like another's)."""
        role = require(principal, Action.CREATE_AGENCY)
        if slug in RESERVED:
            raise InvalidInput(
                Text(
                    f"Nama “{slug}” dipakai oleh API. Pilih nama lain.",
                    f"The API uses the name “{slug}”. Choose another.",
                ),
                ("slug",),
            )
        row = AgencyRow(
            id=new_id(),
            slug=checks.slug(slug, "slug"),
            field=camel_case(slug),
            name_id=checks.line(name.id, "name"),
            name_en=checks.optional_line(name.en, "name") or checks.line(name.id, "name"),
            kind=kind.value,
            url=checks.optional_line(url, "url"),
            contact=checks.optional_line(contact, "contact"),
        )
        async with self._acts.begin(principal) as act:
            repository = AgencyRepository(act.session)
            taken = await repository.by_field(row.field)
            if taken is not None:
                raise InvalidInput(
                    Text(
                        f"Nama “{slug}” sudah dipakai atau terlalu mirip dengan “{taken.slug}”. Pilih nama lain.",
                        f"The name “{slug}” is taken or too close to “{taken.slug}”. Choose another.",
                    ),
                    ("slug",),
                )
            row.created_at = act.at
            repository.add(row)
            act.record("agency.create", f"agency:{slug}", role=role, kind=kind.value)
            act.changes_what_readers_see()
        return to_agency(row)

    async def get(self, slug: str) -> Agency:
        """The agency of that slug. Raises NotFound."""
        async with self._database.read() as session:
            row = await AgencyRepository(session).by_slug(slug)
        if row is None:
            raise NotFound(not_found_text(Text(f"Instansi {slug}", f"Agency {slug}")), ("slug",))
        return to_agency(row)

    async def get_by_id(self, agency_id: str) -> Agency | None:
        """The agency of that id, if there is one."""
        async with self._database.read() as session:
            row = await AgencyRepository(session).by_id(agency_id)
        return to_agency(row) if row else None

    async def by_field(self, field: str) -> Agency | None:
        """The agency behind a GraphQL field such as `disnakertransJabar`."""
        async with self._database.read() as session:
            row = await AgencyRepository(session).by_field(field)
        return to_agency(row) if row else None

    async def list(
        self, search: str | None = None, first: int = 50, after: Position | None = None
    ) -> Page[Agency]:
        """Agencies by name, those whose name or slug has every word of `search`."""
        async with self._database.read() as session:
            return await AgencyRepository(session).page(search, page_size(first), after)
