"""`verify`: prove that everything the database claims still holds.

The audit chain, every version's Parquet by its hash, every raw file and report by its hash, every code list edition,
and files that no row names. Serving copies are not looked at: they are disposable.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

from satudata.datasets.codes.repository import CodeListRepository
from satudata.datasets.files.keys import lake_key, raw_key
from satudata.datasets.files.store import INCOMING, FileMissing
from satudata.datasets.services import Services
from satudata.datasets.submissions.repository import SubmissionRepository
from satudata.datasets.submissions.uploads import UploadRepository
from satudata.datasets.verification.types import ProblemKind, VerificationProblem
from satudata.datasets.versions.repository import VersionRepository

FOLDERS = ("raw", "reports", "lake", INCOMING)
ORPHAN_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Expected:
    """A file some row names, with the hash it must have."""

    key: str
    sha256: str


async def verify(services: Services, repair: bool = False) -> list[VerificationProblem]:
    """Every problem found; empty when all is well. `repair` removes orphans older than a day, and nothing else."""
    problems = [problem async for problem in _audit(services)]
    expected = await _expected(services)
    for file in sorted(expected.values(), key=lambda item: item.key):
        problem = await _check_file(services, file)
        if problem is not None:
            problems.append(problem)
    problems += [problem async for problem in _code_lists(services)]
    problems += [problem async for problem in _orphans(services, expected, repair=repair)]
    return problems


async def _audit(services: Services) -> AsyncIterator[VerificationProblem]:
    found = await services.audit.verify()
    if found is not None:
        yield VerificationProblem(ProblemKind.AUDIT_CHAIN, f"audit event {found.seq}", found.reason)


async def _expected(services: Services) -> dict[str, _Expected]:
    """All files that rows name, by key."""
    expected: list[_Expected] = []
    async with services.database.read() as session:
        for _, slug, raw, report, snapshot in await SubmissionRepository(session).all_files():
            expected.append(_Expected(raw_key(raw), raw))
            if report is not None:
                expected.append(_Expected(report, _hash_in(report)))
            if snapshot is not None:
                expected.append(_Expected(lake_key(slug, snapshot), snapshot))
        for version, slug in await VersionRepository(session).all():
            expected.append(_Expected(lake_key(slug, version.sha256), version.sha256))
            expected.append(_Expected(version.report_key, _hash_in(version.report_key)))
        for raw in await UploadRepository(session).waiting(services.clock.now()):
            expected.append(_Expected(raw_key(raw), raw))
    return {file.key: file for file in expected}


def _hash_in(key: str) -> str:
    return key.rsplit("/", 1)[-1].split(".", 1)[0]


async def _check_file(services: Services, file: _Expected) -> VerificationProblem | None:
    digest = hashlib.sha256()
    try:
        async for chunk in services.files.open_stream(file.key):
            digest.update(chunk)
    except FileMissing:
        return VerificationProblem(ProblemKind.MISSING_FILE, file.key, "the file is not there")
    if digest.hexdigest() != file.sha256:
        return VerificationProblem(
            ProblemKind.CHANGED_FILE, file.key, f"its SHA-256 is {digest.hexdigest()}, expected {file.sha256}"
        )
    return None


async def _code_lists(services: Services) -> AsyncIterator[VerificationProblem]:
    async with services.database.read() as session:
        editions = await CodeListRepository(session).all_editions()
    for edition in editions:
        path = services.config.references / edition.file
        if not path.exists():
            yield VerificationProblem(
                ProblemKind.MISSING_FILE, f"references/{edition.file}", "the file is not there"
            )
        elif hashlib.sha256(path.read_bytes()).hexdigest() != edition.sha256:
            yield VerificationProblem(
                ProblemKind.CHANGED_FILE, f"references/{edition.file}", f"its SHA-256 is not {edition.sha256}"
            )


async def _orphans(
    services: Services, expected: dict[str, _Expected], *, repair: bool
) -> AsyncIterator[VerificationProblem]:
    oldest_kept = services.clock.now() - ORPHAN_AGE
    for folder in FOLDERS:
        found = [item async for item in services.files.list(folder)]
        for key, size in found:
            if key in expected:
                continue
            problem = VerificationProblem(ProblemKind.ORPHAN_FILE, key, f"{size} bytes that no row names")
            if repair and await services.files.modified(key) < oldest_kept:
                await services.files.delete(key)
                problem = replace(problem, removed=True)
            yield problem
