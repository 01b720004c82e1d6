"""Published versions: reading them, their reports, and withdrawing one. Publishing is a job (`jobs.publish`)."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime

from satudata.datasets import checks
from satudata.datasets.access.policy import Action, not_found_text, require, require_visible
from satudata.datasets.access.principal import Principal
from satudata.datasets.audit.acts import Acts
from satudata.datasets.catalogue.repository import CatalogueRepository, DatasetRecord
from satudata.datasets.catalogue.visibility import dataset_resource
from satudata.datasets.database.engine import Database
from satudata.datasets.errors import InvalidInput, NotFound, StateConflict
from satudata.datasets.files.store import FileStore
from satudata.datasets.paging import Page, Position, page_size
from satudata.datasets.versions.repository import VersionRepository, to_version
from satudata.datasets.versions.types import DatasetVersion, VersionState
from satudata.validation.reports.model import Report
from satudata.validation.text import Text

KEPT_EDITIONS = 10_000


class VersionService:
    """Versions of datasets one may not see do not exist."""

    def __init__(self, database: Database, acts: Acts, files: FileStore) -> None:
        self._database = database
        self._acts = acts
        self._files = files
        self._editions: OrderedDict[str, Mapping[str, str]] = OrderedDict()

    async def get(self, slug: str, number: int | None, principal: Principal) -> DatasetVersion:
        """A version by number, withdrawn ones as tombstones; with None the newest one not withdrawn.

        Raises NotFound; its code is NO_VERSION when nothing is published.
        """
        async with self._database.read() as session:
            record = await _dataset(CatalogueRepository(session), slug, principal)
            if number is None:
                row = record.latest
            else:
                row = await VersionRepository(session).by_number(record.dataset.id, number)
        if row is not None:
            return to_version(row, slug)
        if number is None:
            raise NotFound(
                Text(
                    f"Dataset {slug} tidak memiliki versi yang tayang: belum ada, atau sudah ditarik.",
                    f"The dataset {slug} has no version in force: none yet, or withdrawn.",
                ),
                ("version",),
                "NO_VERSION",
            )
        raise NotFound(
            not_found_text(Text(f"Versi {number} dari {slug}", f"Version {number} of {slug}")),
            ("version",),
            "UNKNOWN_VERSION",
        )

    async def readable(self, slug: str, number: int | None, principal: Principal) -> DatasetVersion:
        """A version whose rows may be read. Raises NotFound: NO_VERSION, or VERSION_WITHDRAWN with the reason."""
        version = await self.get(slug, number, principal)
        if version.state is VersionState.WITHDRAWN:
            reason = version.withdrawn_reason or Text("-", "-")
            raise NotFound(
                Text(
                    f"Versi {version.number} dari {slug} telah ditarik: {reason.id}",
                    f"Version {version.number} of {slug} was withdrawn: {reason.en or reason.id}",
                ),
                ("version",),
                "VERSION_WITHDRAWN",
            )
        return version

    async def before(self, slug: str, number: int, principal: Principal) -> DatasetVersion | None:
        """The last version before that number that is not withdrawn; None when there is none. Raises NotFound."""
        async with self._database.read() as session:
            record = await _dataset(CatalogueRepository(session), slug, principal)
            row = await VersionRepository(session).before(record.dataset.id, number)
        return None if row is None else to_version(row, slug)

    async def get_by_id(self, version_id: str, principal: Principal) -> DatasetVersion:
        """The version with that id. Raises NotFound."""
        what = Text("Versi ini", "This version")
        async with self._database.read() as session:
            row = await VersionRepository(session).by_id(version_id)
            record = await CatalogueRepository(session).record_by_id(row.dataset_id) if row else None
        if row is None or record is None:
            raise NotFound(not_found_text(what))
        _require_visible(record, principal, what)
        return to_version(row, record.dataset.slug)

    async def list(
        self, slug: str, principal: Principal, first: int = 20, after: Position | None = None
    ) -> Page[DatasetVersion]:
        """All versions of a dataset, newest first, tombstones too. Raises NotFound."""
        async with self._database.read() as session:
            record = await _dataset(CatalogueRepository(session), slug, principal)
            page = await VersionRepository(session).of_dataset(
                record.dataset.id, page_size(first), after[0] if after else None
            )
        return Page(
            items=tuple(to_version(row, slug) for row in page.items),
            positions=page.positions,
            total=page.total,
            has_next=page.has_next,
        )

    async def recent(
        self,
        principal: Principal,
        *,
        since: datetime | None = None,
        agencies: Sequence[str] = (),
        datasets: Sequence[str] = (),
        states: Sequence[VersionState] = (),
        first: int = 50,
        after: Position | None = None,
    ) -> Page[DatasetVersion]:
        """Versions of all datasets one may see, newest first."""
        async with self._database.read() as session:
            return await VersionRepository(session).recent(
                principal,
                since=since,
                agencies=agencies,
                datasets=datasets,
                states=states,
                first=page_size(first),
                after=after,
            )

    async def withdraw(self, principal: Principal, slug: str, number: int, reason: Text) -> DatasetVersion:
        """Take a version's rows away, leaving a tombstone with the reason. Stewards of the agency may.

        Readers of the newest version get the one before it, if it still stands; that one is PUBLISHED again.
        Raises NotFound, NotAllowed, InvalidInput, StateConflict (withdrawn already).
        """
        cleaned = checks.text(reason, "reason")
        if cleaned is None:
            raise InvalidInput(
                Text(
                    "Tuliskan alasan penarikan; alasan ini dipublikasikan.",
                    "Say why: the reason is published.",
                ),
                ("reason",),
            )
        async with self._acts.begin(principal) as act:
            catalogue, versions = CatalogueRepository(act.session), VersionRepository(act.session)
            await catalogue.lock(slug)
            record = await _dataset(catalogue, slug, principal)
            resource = dataset_resource(record.dataset, record.agency.slug, record.steward.slug)
            role = require(principal, Action.WITHDRAW_VERSION, resource)
            row = await versions.by_number(record.dataset.id, number)
            if row is None:
                raise NotFound(
                    not_found_text(Text(f"Versi {number} dari {slug}", f"Version {number} of {slug}")),
                    ("number",),
                )
            if row.state == VersionState.WITHDRAWN.value:
                raise StateConflict(
                    Text(f"Versi {number} sudah ditarik.", f"Version {number} has been withdrawn already."),
                    ("number",),
                    actual_state=row.state,
                )
            row.state = VersionState.WITHDRAWN.value
            row.withdrawn_at = act.at
            row.withdrawn_reason_id, row.withdrawn_reason_en = cleaned.id, cleaned.en
            await act.session.flush()
            latest = await versions.latest(record.dataset.id)
            restored = None
            if latest is not None and latest.state != VersionState.PUBLISHED.value:
                latest.state, restored = VersionState.PUBLISHED.value, latest.number
            record.dataset.latest_number = latest.number if latest else None
            record.dataset.published_at = latest.published_at if latest else None
            record.dataset.updated_at = act.at
            act.record(
                "version.withdraw",
                f"dataset:{slug}",
                role=role,
                number=number,
                sha256=row.sha256,
                restored=restored,
            )
            act.changes_what_readers_see()
        return to_version(row, slug)

    async def code_editions(self, version: DatasetVersion) -> Mapping[str, str]:
        """The edition of each code list the version was checked against, by list; read once a version."""
        known = self._editions.get(version.id)
        if known is None:
            known = (await self.report(version)).editions
            self._editions[version.id] = known
            if len(self._editions) > KEPT_EDITIONS:
                self._editions.popitem(last=False)
        return known

    async def report(self, version: DatasetVersion) -> Report:
        """The report of the check it passed, for a version the caller has been given."""
        return Report.from_json(await self.report_json(version))

    async def report_json(self, version: DatasetVersion) -> bytes:
        """That report's bytes as the check wrote them."""
        return await self._files.read(version.report_key)


async def _dataset(catalogue: CatalogueRepository, slug: str, principal: Principal) -> DatasetRecord:
    what = Text(f"Dataset {slug}", f"Dataset {slug}")
    record = await catalogue.record(slug)
    if record is None:
        raise NotFound(not_found_text(what), ("dataset",))
    _require_visible(record, principal, what)
    return record


def _require_visible(record: DatasetRecord, principal: Principal, what: Text) -> None:
    resource = dataset_resource(record.dataset, record.agency.slug, record.steward.slug)
    require_visible(principal, Action.VIEW_DATASET, resource, what)
