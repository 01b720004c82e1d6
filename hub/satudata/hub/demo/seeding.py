"""Seeding a demo home: every bundled dataset goes the way a real one does, from upload to publication.

The same services, roles, audit and jobs as over HTTP; no row is written past them. Each step looks first at what is
there, so an interrupted run goes on where it stopped.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from satudata.datasets.access.principal import Principal
from satudata.datasets.errors import NotFound
from satudata.datasets.services import Services
from satudata.datasets.submissions.types import ReviewDecision, Submission, SubmissionState
from satudata.hub.demo import marker
from satudata.hub.demo.accounts import AUTHORITY, SECRETARIAT, AccountMaker, accounts_of, producer, steward
from satudata.hub.demo.manifest import DemoDataset, Manifest
from satudata.hub.identity.service import Identity
from satudata.hub.jobs.runner import JobRunner
from satudata.hub.settings import Settings, secret_of
from satudata.hub.storage import identity_of, open_storage
from satudata.validation.text import Text

CHUNK = 1 << 20
JOB_SECONDS = 600.0
POLL_SECONDS = 0.1
_ENDED = frozenset(
    {SubmissionState.FAILED, SubmissionState.REJECTED, SubmissionState.RETURNED, SubmissionState.WITHDRAWN}
)


class SeedingError(Exception):
    """The demo could not be published. `message` says which dataset and why."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(frozen=True, slots=True)
class SeedProgress:
    """`done` of `total` datasets are published; `dataset` is the one worked on, in that state."""

    done: int
    total: int
    dataset: str | None = None
    state: str = ""
    rows: int | None = None
    seconds: float | None = None


Report = Callable[[SeedProgress], None]


async def seed_home(settings: Settings, manifest: Manifest, report: Report) -> None:
    """Make the home of `settings` a finished demo, with a job runner of its own meanwhile. Raises SeedingError."""
    runner = JobRunner(settings)
    async with open_storage(settings, runner) as services:
        runner.begin(services)
        try:
            identity = identity_of(services, settings, secret_of(settings))
            await Seeder(settings.home, services, identity, manifest, report).run()
        finally:
            await runner.close()


class Seeder:
    """Use: `await Seeder(...).run()`; needs jobs to be running."""

    def __init__(
        self, home: Path, services: Services, identity: Identity, manifest: Manifest, report: Report
    ) -> None:
        self._home = home
        self._services = services
        self._manifest = manifest
        self._report = report
        self._people = AccountMaker(services, identity, home)

    async def run(self) -> None:
        """Make the home a finished demo. Raises SeedingError."""
        marker.mark(self._home, finished=False)
        secretariat = await self._people.ensure(SECRETARIAT)
        await self._agencies(secretariat)
        for account in accounts_of(self._manifest.agencies):
            await self._people.ensure(account, secretariat)
        await self._services.codes.import_bundled(await self._people.principal(AUTHORITY))
        total = len(self._manifest.datasets)
        for done, dataset in enumerate(self._manifest.datasets):
            started = time.monotonic()
            rows = await self._dataset(dataset, done)
            seconds = time.monotonic() - started
            self._report(
                SeedProgress(done + 1, total, dataset.slug, SubmissionState.PUBLISHED, rows, seconds)
            )
        marker.mark(self._home, finished=True)

    async def _agencies(self, secretariat: Principal) -> None:
        for agency in self._manifest.agencies:
            try:
                await self._services.agencies.get(agency.slug)
            except NotFound:
                await self._services.agencies.create(
                    secretariat, agency.slug, agency.name, agency.kind, agency.url
                )

    async def _dataset(self, demo: DemoDataset, done: int) -> int:
        """Bring one dataset to its first version; the number of its rows."""
        stewarding = await self._people.principal(steward(demo.agency))
        dataset = await self._services.catalogue.register(
            stewarding, demo.contract.read_text(encoding="utf-8")
        )
        if dataset.latest is None:
            submission = await self._open_submission(demo, stewarding) or await self._submit(demo)
            await self._bring_to_publication(demo, submission.id, stewarding, done)
            dataset = await self._services.catalogue.get(demo.slug, stewarding)
        return dataset.latest.row_count if dataset.latest else 0

    async def _open_submission(self, demo: DemoDataset, stewarding: Principal) -> Submission | None:
        page = await self._services.submissions.list(stewarding, dataset=demo.slug, first=50)
        return next((item for item in page.items if item.state not in _ENDED), None)

    async def _submit(self, demo: DemoDataset) -> Submission:
        producing = await self._people.principal(producer(demo.agency))
        submissions = self._services.submissions
        size, digest = await asyncio.to_thread(_measure, demo.file)
        upload = await submissions.create_upload(producing, demo.file.name, size, digest)
        await submissions.receive_upload(producing, upload.id, _chunks(demo.file))
        return await submissions.submit(producing, demo.slug, upload.id, idempotency_key=f"demo:{upload.id}")

    async def _bring_to_publication(
        self, demo: DemoDataset, submission_id: str, stewarding: Principal, done: int
    ) -> None:
        """Do, for every state on the way, what the people whose turn it is would do."""
        submissions = self._services.submissions
        deadline = time.monotonic() + JOB_SECONDS
        seen: tuple[SubmissionState, str] | None = None
        while time.monotonic() < deadline:
            submission = await submissions.get(stewarding, submission_id)
            stage = submission.progress.stage.value if submission.progress else ""
            if (submission.state, stage) != seen:
                seen = (submission.state, stage)
                self._report(
                    SeedProgress(
                        done, len(self._manifest.datasets), demo.slug, stage or submission.state.value
                    )
                )
            if submission.state is SubmissionState.PUBLISHED:
                return
            if submission.state in _ENDED:
                raise await self._ended(demo, submission, stewarding)
            if submission.state is SubmissionState.IN_REVIEW:
                await self._accept(demo, submission, stewarding)
            elif submission.state is SubmissionState.AUTHORITY_REVIEW:
                await self._accept(demo, submission, await self._people.principal(AUTHORITY))
            elif submission.state is SubmissionState.APPROVED and submission.publish_requested_at is None:
                await submissions.publish(stewarding, submission.id, expected_state=submission.state)
            else:
                await asyncio.sleep(POLL_SECONDS)
        raise SeedingError(
            Text(
                id=f"{demo.slug} tidak selesai dalam {JOB_SECONDS:.0f} detik. Jalankan `satudata demo` lagi.",
                en=f"{demo.slug} was not finished within {JOB_SECONDS:.0f} seconds. Run `satudata demo` again.",
            )
        )

    async def _accept(self, demo: DemoDataset, submission: Submission, reviewer: Principal) -> None:
        await self._services.submissions.review(
            reviewer,
            submission.id,
            ReviewDecision.ACCEPT,
            reason=demo.reason.id if demo.reason else None,
            confirmed_rules=demo.confirmed_rules,
            expected_state=submission.state,
        )

    async def _ended(self, demo: DemoDataset, submission: Submission, stewarding: Principal) -> SeedingError:
        reason = submission.steps[-1].reason or "" if submission.steps else ""
        if submission.state is SubmissionState.REJECTED:
            found = await self._services.submissions.report(stewarding, submission.id)
            reason = "; ".join(f"{rule.key} ({rule.count})" for rule in found.rules) if found else ""
        return SeedingError(
            Text(
                id=f"{demo.slug} berakhir {submission.state.value}: {reason}",
                en=f"{demo.slug} ended as {submission.state.value}: {reason}",
            )
        )


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
