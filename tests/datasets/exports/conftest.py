"""One small table with everything that spreadsheets get wrong, kept in a lake."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from satudata.datasets.exports.source import Selection
from satudata.datasets.files.keys import lake_key
from satudata.datasets.files.store import FileStore
from satudata.datasets.lake.snapshots import snapshot_of, write_snapshot
from satudata.datasets.rows.query import Snapshot
from satudata.validation.contracts.model import Column, ColumnType, DataContract
from satudata.validation.text import Text

NAMES: list[str | None] = [
    "Bandung",
    "=1+1",
    "+62",
    "-5",
    "-A1",
    "@SUM(A1)",
    "\tTab",
    'kutip "dua"',
    "baris\ndua",
]
NAMES += ["", None, "0012", "é, 日本"]


@dataclass
class Table:
    contract: DataContract
    snapshot: Snapshot
    parquet: Path
    files: FileStore

    @property
    def selection(self) -> Selection:
        return Selection.of(self.snapshot, self.contract)


def _column(name: str, kind: ColumnType, **more: Any) -> Column:
    return Column(name, name, kind, Text(name, name), **more)


def make_contract(*, secret: bool = True) -> DataContract:
    return DataContract(
        id="contoh/unduhan",
        version="1.0.0",
        status="active",
        agency="contoh",
        steward="contoh",
        title=Text("Unduhan", "Download"),
        description=Text("Unduhan", "Download"),
        columns=(
            _column("nomor", ColumnType.INTEGER, key_position=1),
            _column("nama", ColumnType.STRING),
            _column("rahasia", ColumnType.STRING, public=not secret),
            _column("jumlah", ColumnType.DECIMAL, precision=18, scale=2),
            _column("besar", ColumnType.INTEGER),
            _column("rasio", ColumnType.FLOAT),
            _column("aktif", ColumnType.BOOLEAN),
            _column("tanggal", ColumnType.DATE),
            _column("waktu", ColumnType.DATETIME),
        ),
    )


@pytest.fixture
def make_table(tmp_path: Path) -> Callable[..., Table]:
    """`rows` times over; `secret` says whether the column `rahasia` is kept from readers."""

    def make(rows: int = len(NAMES), *, secret: bool = True, names: list[str | None] = NAMES) -> Table:
        contract = make_contract(secret=secret)
        numbers = range(rows)
        amounts = [Decimal("-1250.50"), Decimal("9999999999999999.99"), None]
        days = [date(2024, 2, 29), date(1900, 3, 1), date(1899, 12, 31), None]
        arrays = {
            "nomor": list(numbers),
            "nama": [names[number % len(names)] for number in numbers],
            "rahasia": ["hanya untuk kami"] * rows,
            "jumlah": pa.array([amounts[number % 3] for number in numbers], pa.decimal128(18, 2)),
            "besar": pa.array([[2**53 + 1, -7, None][number % 3] for number in numbers], pa.int64()),
            "rasio": pa.array([[0.1, 1e300, None][number % 3] for number in numbers], pa.float64()),
            "aktif": pa.array([[True, False, None][number % 3] for number in numbers], pa.bool_()),
            "tanggal": pa.array([days[number % 4] for number in numbers], pa.date32()),
            "waktu": pa.array([datetime(2024, 1, 1, 7, 30, tzinfo=UTC)] * rows, pa.timestamp("us", "UTC")),
        }
        pq.write_table(pa.table(arrays), tmp_path / "typed.parquet")
        written = write_snapshot(tmp_path / "typed.parquet", contract, tmp_path / "snapshot.parquet")
        snapshot = snapshot_of(written, contract, 1)
        kept = tmp_path / "files" / lake_key(contract.id, written.sha256)
        kept.parent.mkdir(parents=True, exist_ok=True)
        written.path.rename(kept)
        return Table(contract, snapshot, kept, FileStore.from_url((tmp_path / "files").as_uri()))

    return make


@pytest.fixture
def table(make_table: Callable[..., Table]) -> Table:
    return make_table()


@pytest.fixture
def make_long(make_table: Callable[..., Table]) -> Callable[[int], Table]:
    """One row with a text of that length."""
    return lambda length: make_table(1, names=["x" * length])
