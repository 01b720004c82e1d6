"""Downloads made once and kept: a folder of files named by content, so that a repeated download is a file send."""

from enum import StrEnum
from pathlib import Path

from satudata.datasets.files.store import FileStore
from satudata.datasets.rows.query import Snapshot
from satudata.validation.contracts.model import DataContract


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


class ExportStore:
    """The folder may be emptied at any time. `max_bytes` bounds it: what was asked for longest ago goes first."""

    def __init__(self, folder: Path, files: FileStore, *, max_bytes: int = 2 << 30) -> None: ...

    async def export(
        self,
        snapshot: Snapshot,
        contract: DataContract,
        format: ExportFormat,
        about: tuple[tuple[str, str], ...] = (),
    ) -> Path:
        """The finished file. `contract` is the one the version was published with (it says what is public);
        `about` are the lines (label, text) of an XLSX's info sheet: title, agency, version, licence, citation.

        Raises LimitReached when a sheet cannot hold the rows; FileMissing when the lake has lost the file.
        """
