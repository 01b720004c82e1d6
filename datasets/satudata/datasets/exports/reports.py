"""Reports of checks for people: HTML, CSV, annotated XLSX, and the table to be shown beside the findings.

They are made when first asked for, from the kept report and the uploaded file, in a child process of their own: the
readers are heavy, and a page must not wait behind a check. Files are named by what they hold and may be removed at
any time. The workbook holds the uploaded table as it is; everything else masks personal columns.
"""

import asyncio
import hashlib
import os
import tempfile
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import orjson

from satudata.datasets.exports.kept_files import touch, trim
from satudata.datasets.files.keys import raw_key
from satudata.datasets.files.store import FileStore
from satudata.datasets.jobs.checker import Checker
from satudata.datasets.submissions.types import Submission
from satudata.validation.contracts.model import DataContract
from satudata.validation.readers.reading import Reading
from satudata.validation.reports.excerpt import Excerpt
from satudata.validation.text import Language

MAX_BYTES = 1 << 30
FIRST_ROWS = 5
"""Rows under the header that are shown with how the file was read, whatever was found."""
LAYOUT = 1
"""Raised when a renderer changes: kept files of another layout are not used again."""


class ReportForm(StrEnum):
    HTML = "html"
    CSV = "csv"
    XLSX = "xlsx"
    TABLE = "table"
    """JSON of a `ReportTable`, for pages."""


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """All a rendering needs; picklable."""

    raw: Path
    file_name: str
    report: bytes
    contract_yaml: str
    form: ReportForm
    language: Language
    target: Path


@dataclass(frozen=True, slots=True)
class ReportTable:
    """What is shown beside a report; each None when the file cannot be shown as a table."""

    excerpt: Excerpt | None
    reading: Reading | None


class ReportStore:
    """Belongs to one event loop; `close` ends the child."""

    def __init__(
        self, folder: Path, files: FileStore, *, idle_seconds: float = 60.0, max_bytes: int = MAX_BYTES
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._files = files
        self._max_bytes = max_bytes
        self._child = Checker(idle_seconds)
        self._making: dict[str, asyncio.Task[Path]] = {}

    async def report(
        self,
        submission: Submission,
        report: bytes,
        contract: DataContract,
        form: ReportForm,
        language: Language,
    ) -> Path:
        """The finished file. `report` is the JSON the check wrote, `contract` the version it was checked against.

        Open it soon: a trim may remove it (an open file stays readable). Raises FileMissing when the upload is lost.
        """
        name = _name(submission, report, form, language)
        task = self._making.get(name)
        if task is None:
            making = self._made(submission, report, contract, form, language, self._folder / name)
            task = self._making[name] = asyncio.create_task(making)
            task.add_done_callback(lambda _: self._making.pop(name, None))
        return await asyncio.shield(task)

    async def table(self, submission: Submission, report: bytes, contract: DataContract) -> ReportTable:
        """Rows of the file to be shown beside the findings, and how the file was read. Raises as `report` does."""
        path = await self.report(submission, report, contract, ReportForm.TABLE, "id")
        made = orjson.loads(await asyncio.to_thread(path.read_bytes))
        return ReportTable(
            made["excerpt"] and Excerpt.from_dict(made["excerpt"]),
            made["reading"] and Reading.from_dict(made["reading"]),
        )

    async def close(self) -> None:
        await self._child.close()

    async def _made(
        self,
        submission: Submission,
        report: bytes,
        contract: DataContract,
        form: ReportForm,
        language: Language,
        target: Path,
    ) -> Path:
        if await asyncio.to_thread(touch, target):
            return target
        async with self._files.local_path(raw_key(submission.sha256)) as raw:
            request = ReportRequest(
                raw, submission.file_name, report, contract.source, form, language, target
            )
            await self._child.run(make_report, request)
        await asyncio.to_thread(trim, self._folder, self._max_bytes, target)
        return target


def make_report(request: ReportRequest) -> None:
    """Write `request.target`, whole or not at all. Runs in the child."""
    # Heavy: these load polars and the readers, and only the child may.
    from satudata.validation.contracts.loading import load_contract
    from satudata.validation.reports.csv_ import render_csv
    from satudata.validation.reports.excerpting import make_excerpt, reading_of
    from satudata.validation.reports.html import render_html
    from satudata.validation.reports.model import Report
    from satudata.validation.reports.xlsx import render_xlsx

    report, contract = Report.from_json(request.report), load_contract(request.contract_yaml)
    name = request.file_name
    match request.form:
        case ReportForm.CSV:
            data = render_csv(report, request.language, contract)
        case ReportForm.XLSX:
            data = render_xlsx(report, request.language, request.raw, contract, file_name=name)
        case ReportForm.HTML:
            excerpt = make_excerpt(report, request.raw, contract)
            data = render_html(report, request.language, contract, file_name=name, excerpt=excerpt).encode()
        case ReportForm.TABLE:
            excerpt = make_excerpt(report, request.raw, contract, first=FIRST_ROWS)
            reading = reading_of(report, request.raw, contract)
            data = orjson.dumps(
                {"excerpt": excerpt and excerpt.as_dict(), "reading": reading and asdict(reading)}
            )
    with tempfile.TemporaryDirectory(prefix=".making-", dir=request.target.parent) as scratch:
        part = Path(scratch, "part")
        part.write_bytes(data)
        os.replace(part, request.target)


def _name(submission: Submission, report: bytes, form: ReportForm, language: Language) -> str:
    described = repr(
        (LAYOUT, submission.dataset_slug, submission.contract_version, submission.file_name, language)
    )
    digest = hashlib.sha256(report + submission.sha256.encode() + described.encode()).hexdigest()
    return f"{digest}.{form}"
