"""One writer a format, from a lake file to a local file, in constant memory. Public columns only, formula-safe."""

from pathlib import Path

from satudata.datasets.rows.query import Snapshot
from satudata.validation.contracts.model import DataContract


def write_csv(parquet: Path, snapshot: Snapshot, contract: DataContract, target: Path) -> None:
    """RFC 4180, UTF-8, comma, header = column names, values in output form; null is an empty cell."""


def write_xlsx(
    parquet: Path,
    snapshot: Snapshot,
    contract: DataContract,
    target: Path,
    about: tuple[tuple[str, str], ...] = (),
) -> None:
    """A sheet `data` with the rows and a sheet `info` with the lines of `about` (label, text)."""
