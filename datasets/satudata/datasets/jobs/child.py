"""What runs in the checker process: a check from raw file to report and snapshot, all in the job's work folder.

Repeating it is harmless, even twice at once: each run works in a folder of its own and moves finished files into
place, and equal input gives equal files. `outcome.json` is moved last: while it is there, the rest is.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from satudata.datasets.rows.query import SnapshotColumn
from satudata.datasets.submissions.progress import write_progress
from satudata.datasets.submissions.types import CheckProgress, CheckStage
from satudata.datasets.versions.repository import columns_from_json, columns_to_json

REPORT, SNAPSHOT, OUTCOME = "report.json", "snapshot.parquet", "outcome.json"
PROGRESS_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """All a check needs; picklable. `previous` holds the measures of the version before, `foreign` by
    `agency/dataset.column` the rows of the datasets referred to.
    """

    raw: Path
    file_name: str
    contract_yaml: str
    references: Path
    previous: Mapping[str, Any] | None
    foreign: Mapping[str, Path]
    work: Path


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """The snapshot a check made: what a version row will need."""

    sha256: str
    bytes: int
    rows: int
    columns: tuple[SnapshotColumn, ...]


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """The result of a check, small enough to pass around; the report and the rows lie in the work folder."""

    verdict: str
    rows: int
    errors: int
    warnings: int
    report_sha256: str
    snapshot: StoredSnapshot | None


def check_in_child(request: CheckRequest) -> CheckOutcome:
    """Check the raw file; write report and, unless rejected, the sorted snapshot into `request.work`."""
    # Heavy: these load pandera, Great Expectations, polars and pyarrow, and only this process may.
    from satudata.datasets.lake.snapshots import write_snapshot
    from satudata.validation.checking import check_file
    from satudata.validation.contracts.loading import load_contract
    from satudata.validation.contracts.model import Severity
    from satudata.validation.references.folder import References
    from satudata.validation.reports.model import Verdict

    request.work.mkdir(parents=True, exist_ok=True)
    own = Path(tempfile.mkdtemp(prefix="run-", dir=request.work))
    tell = _Teller(request.work)
    try:
        contract = load_contract(request.contract_yaml)
        typed = own / "typed.parquet"
        report = check_file(
            request.raw,
            contract,
            References(request.references),
            file_name=request.file_name,
            previous=request.previous,
            foreign=request.foreign,
            output=typed,
            progress=lambda heard: tell(heard.stage, heard.done, heard.total),
        )
        stored: StoredSnapshot | None = None
        if report.verdict is not Verdict.REJECTED:
            tell(CheckStage.STORING, 0, report.rows)
            file = write_snapshot(typed, contract, own / SNAPSHOT)
            stored = StoredSnapshot(file.sha256, file.bytes, file.rows, file.columns)
        data = report.to_json()
        outcome = CheckOutcome(
            verdict=report.verdict.value,
            rows=report.rows,
            errors=report.count(Severity.ERROR),
            warnings=report.count(Severity.WARNING),
            report_sha256=hashlib.sha256(data).hexdigest(),
            snapshot=stored,
        )
        _finish(own, request.work, data, outcome)
        return outcome
    finally:
        shutil.rmtree(own, ignore_errors=True)


def read_outcome(work: Path) -> CheckOutcome | None:
    """What a finished check left in its work folder; None while there is none."""
    try:
        raw = orjson.loads((work / OUTCOME).read_bytes())
    except FileNotFoundError:
        return None
    kept = raw["snapshot"]
    return CheckOutcome(
        verdict=raw["verdict"],
        rows=raw["rows"],
        errors=raw["errors"],
        warnings=raw["warnings"],
        report_sha256=raw["report_sha256"],
        snapshot=kept
        and StoredSnapshot(kept["sha256"], kept["bytes"], kept["rows"], columns_from_json(kept["columns"])),
    )


def _finish(own: Path, work: Path, report: bytes, outcome: CheckOutcome) -> None:
    """Move the files into place, the outcome last."""
    (own / REPORT).write_bytes(report)
    snapshot = outcome.snapshot
    (own / OUTCOME).write_bytes(
        orjson.dumps(
            {
                "verdict": outcome.verdict,
                "rows": outcome.rows,
                "errors": outcome.errors,
                "warnings": outcome.warnings,
                "report_sha256": outcome.report_sha256,
                "snapshot": snapshot
                and {
                    "sha256": snapshot.sha256,
                    "bytes": snapshot.bytes,
                    "rows": snapshot.rows,
                    "columns": columns_to_json(snapshot.columns),
                },
            }
        )
    )
    for name in (SNAPSHOT, REPORT, OUTCOME):
        if (own / name).exists():
            os.replace(own / name, work / name)


class _Teller:
    """Writes progress when the stage changes, else at most a few times a second."""

    def __init__(self, work: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._work = work
        self._clock = clock
        self._stage: str | None = None
        self._told = float("-inf")

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        now = self._clock()
        if stage == self._stage and now - self._told < PROGRESS_SECONDS:
            return
        self._stage, self._told = stage, now
        write_progress(self._work, CheckProgress(CheckStage(stage), done, total, datetime.now(UTC)))
