"""The whole of this layer, assembled: `open_services` gives a `Services` with one service a noun.

Read a service to know its rules, its repository to know its SQL, its types to know what it returns.
"""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from satudata.datasets.agencies.service import AgencyService
from satudata.datasets.audit.acts import Acts
from satudata.datasets.audit.service import AuditService
from satudata.datasets.catalogue.contracts import Contracts
from satudata.datasets.catalogue.registration import Registration
from satudata.datasets.catalogue.service import CatalogueService
from satudata.datasets.clock import Clock, SystemClock
from satudata.datasets.codes.service import CodeService
from satudata.datasets.config import DatasetsConfig
from satudata.datasets.database.engine import Database
from satudata.datasets.database.epoch import Epoch
from satudata.datasets.documents.service import DocumentService
from satudata.datasets.files.store import FileStore
from satudata.datasets.jobs.check import CheckJob
from satudata.datasets.jobs.checker import Checker
from satudata.datasets.jobs.core import JobCore
from satudata.datasets.jobs.pending import pending_jobs
from satudata.datasets.jobs.protocol import JobBody, JobKind, Jobs
from satudata.datasets.jobs.publish import PublishJob
from satudata.datasets.people.credentials import CredentialStore
from satudata.datasets.people.service import PeopleService
from satudata.datasets.rows.changes import ChangeReader
from satudata.datasets.rows.query import Snapshot
from satudata.datasets.rows.reader import RowReader
from satudata.datasets.serving.copies import build_copies
from satudata.datasets.serving.store import ServingStore
from satudata.datasets.submissions.service import SubmissionService
from satudata.datasets.versions.comparing import ComparisonService
from satudata.datasets.versions.service import VersionService
from satudata.datasets.watching.service import WatchService


@dataclass(frozen=True, slots=True)
class Services:
    """Open for the life of a process and one event loop; `close()` ends the child processes and connections."""

    config: DatasetsConfig
    clock: Clock
    database: Database
    epoch: Epoch
    files: FileStore
    agencies: AgencyService
    people: PeopleService
    credentials: CredentialStore
    catalogue: CatalogueService
    submissions: SubmissionService
    versions: VersionService
    comparisons: ComparisonService
    codes: CodeService
    documents: DocumentService
    watching: WatchService
    audit: AuditService
    rows: RowReader
    serving: ServingStore
    checker: Checker
    builder: Checker
    """A second child for serving copies, so that a reader who needs one never waits behind a check."""
    bodies: dict[JobKind, JobBody]

    def attach_jobs(self, jobs: Jobs) -> None:
        """Name the runner, when it needs these services to be made first."""
        self.submissions.jobs = jobs

    def job(self, kind: JobKind) -> JobBody:
        """The job's steps, for a runner."""
        return self.bodies[kind]

    async def pending_jobs(self) -> list[tuple[JobKind, str]]:
        """(kind, submission) of every row that a job should be working on, oldest first."""
        return await pending_jobs(self.database, self.clock)

    async def clear_lost_work(self) -> None:
        """Remove work folders of jobs that will not go on: a cancelled check leaves its own behind."""
        folders = await asyncio.to_thread(lambda: list(self.config.work.iterdir()))
        wanted = {submission_id for _, submission_id in await self.pending_jobs()}
        for folder in folders:
            if folder.name not in wanted:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def close(self) -> None:
        """End what was opened; running work in the children is cut off and will be repeated."""
        await self.watching.close()
        await self.checker.close()
        await self.builder.close()
        await self.comparisons.close()
        await self.rows.close()
        self.serving.close()
        self.codes.close()
        await self.database.close()


async def open_services(
    config: DatasetsConfig, jobs: Jobs | None = None, clock: Clock | None = None
) -> Services:
    """Make the services. The database must be migrated (`satudata.datasets.migrations.upgrade`)."""
    for folder in (config.home, config.references, config.serving, config.work):
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    return _assemble(config, jobs, clock or SystemClock())


def _assemble(config: DatasetsConfig, jobs: Jobs | None, clock: Clock) -> Services:
    database = Database(config.database)
    epoch = Epoch(database)
    acts = Acts(database, epoch, clock)
    files = FileStore.from_url(config.files)
    contracts = Contracts()
    catalogue = CatalogueService(database, contracts, Registration(database, acts, contracts))
    versions = VersionService(database, acts, files)
    checker, builder = Checker(config.checker_idle_seconds), Checker(config.checker_idle_seconds)
    serving = ServingStore(
        config.serving, files, _Builder(files, builder, config.serving), max_bytes=config.serving_max_bytes
    )
    core = JobCore(config, database, acts, clock, files, checker, serving)
    check = CheckJob(core)
    bodies: dict[JobKind, JobBody] = {
        JobKind.CHECK: check,
        JobKind.PUBLISH: PublishJob(core, contracts, check),
    }
    return Services(
        config=config,
        clock=clock,
        database=database,
        epoch=epoch,
        files=files,
        agencies=AgencyService(database, acts),
        people=PeopleService(database, acts, clock),
        credentials=CredentialStore(database, acts, clock),
        catalogue=catalogue,
        submissions=SubmissionService(database, acts, clock, files, config, jobs),
        versions=versions,
        comparisons=ComparisonService(versions, catalogue, ChangeReader(serving)),
        codes=CodeService(database, acts, config.references),
        documents=DocumentService(database, clock),
        watching=WatchService(database, epoch, config),
        audit=AuditService(database),
        rows=RowReader(serving),
        serving=serving,
        checker=checker,
        builder=builder,
        bodies=bodies,
    )


@dataclass(frozen=True, slots=True)
class _Builder:
    """Makes serving copies in the second child (`serving.store.Build`)."""

    files: FileStore
    checker: Checker
    folder: Path

    async def __call__(self, key: str, snapshot: Snapshot) -> None:
        async with self.files.local_path(key) as parquet:
            await self.checker.run(build_copies, parquet, snapshot, self.folder)
