"""What the version service returns."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from satudata.datasets.rows.query import Snapshot
from satudata.validation.text import Text


class VersionState(StrEnum):
    PUBLISHED = "PUBLISHED"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """A published version. A withdrawn one stays as a tombstone: its row is shown, its data is not.

    `snapshot` has the columns this version was published with (those of contract `contract_version`, which may be
    older than the dataset's newest contract).
    """

    id: str
    dataset_slug: str
    number: int
    contract_version: str
    state: VersionState
    published_at: datetime
    row_count: int
    sha256: str
    """Of the lake's Parquet file; also the name of its serving copies."""
    bytes: int
    snapshot: Snapshot
    report_key: str
    submission_id: str
    notes: Text | None = None
    erratum: Text | None = None
    withdrawn_at: datetime | None = None
    withdrawn_reason: Text | None = None
