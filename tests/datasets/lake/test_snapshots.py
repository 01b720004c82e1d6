"""The lake's file: sorted, typed, and the same bytes for the same rows."""

import hashlib
import math
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from satudata.datasets.lake.snapshots import ROW_GROUP_ROWS, SnapshotError, snapshot_of, write_snapshot
from satudata.datasets.rows.query import SnapshotColumn
from satudata.validation.contracts.model import Column, ColumnType, DataContract
from satudata.validation.text import Text


def contract(*columns: Column, sort: tuple[str, ...] = ()) -> DataContract:
    return DataContract(
        id="contoh/tabel",
        version="1.0.0",
        status="active",
        agency="contoh",
        steward="contoh",
        title=Text("Tabel", "Table"),
        description=Text("Tabel", "Table"),
        columns=columns,
        sort=sort,
    )


def column(name: str, kind: ColumnType, **more: Any) -> Column:
    return Column(name, name, kind, Text(name, name), **more)


FINE = datetime(2024, 1, 1, 0, 0, 0, 1, UTC)
NAME = column("nama", ColumnType.STRING)
YEAR = column("tahun", ColumnType.INTEGER, key_position=1)
CODE = column("kode", ColumnType.STRING, key_position=2)


def write(path: Path, **arrays: Any) -> Path:
    pq.write_table(pa.table(arrays), path)
    return path


def read(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows


def test_rows_are_sorted_by_the_declared_sort_then_the_key(tmp_path: Path) -> None:
    agreed = contract(CODE, NAME, YEAR, sort=("nama",))
    typed = write(
        tmp_path / "typed.parquet",
        kode=["b", "a", "c", "d", "e", "f"],
        nama=["é", None, "Z", "a", None, "a"],
        tahun=[1, 2, 1, 2, 1, 1],
    )
    written = write_snapshot(typed, agreed, tmp_path / "target.parquet")

    assert [(row["nama"], row["tahun"], row["kode"]) for row in read(written.path)] == [
        (
            "Z",
            1,
            "c",
        ),  # by bytes: capitals first, then small letters, then what is not ASCII, nulls at the end
        ("a", 1, "f"),
        ("a", 2, "d"),
        ("é", 1, "b"),
        (None, 1, "e"),
        (None, 2, "a"),
    ]
    snapshot = snapshot_of(written, agreed, number=3)
    assert (snapshot.dataset, snapshot.number, snapshot.row_count) == ("contoh/tabel", 3, 6)
    assert (snapshot.key, snapshot.stored_order) == (("tahun", "kode"), ("nama", "tahun", "kode"))
    assert written.bytes == written.path.stat().st_size
    assert written.sha256 == hashlib.sha256(written.path.read_bytes()).hexdigest()


def test_without_sort_and_key_the_files_order_stays(tmp_path: Path) -> None:
    names = [f"{number * 7919 % 1000}" for number in range(1000)]
    written = write_snapshot(
        write(tmp_path / "t.parquet", nama=names), contract(NAME), tmp_path / "s.parquet"
    )
    assert [row["nama"] for row in read(written.path)] == names


def test_every_type_keeps_its_value(tmp_path: Path) -> None:
    rows: dict[str, tuple[ColumnType, pa.DataType, list[Any], dict[str, int]]] = {
        "teks": (ColumnType.STRING, pa.large_string(), ["", "a\x00b", "😀", None], {}),
        "bulat": (ColumnType.INTEGER, pa.int64(), [-(2**63), 2**63 - 1, 0, None], {}),
        "uang": (
            ColumnType.DECIMAL,
            pa.decimal128(38, 2),
            [Decimal("9999999999999999.99"), Decimal("-0.01"), Decimal("0.00"), None],
            {"precision": 18, "scale": 2},
        ),
        "rasio": (ColumnType.FLOAT, pa.float64(), [0.1, 5e-324, -1e308, None], {}),
        "aktif": (ColumnType.BOOLEAN, pa.bool_(), [True, False, True, None], {}),
        "hari": (
            ColumnType.DATE,
            pa.date32(),
            [date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29), None],
            {},
        ),
        "waktu": (
            ColumnType.DATETIME,
            pa.timestamp("us", "UTC"),
            [FINE, datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC), None],
            {},
        ),
    }
    agreed = contract(*(column(name, kind, **more) for name, (kind, _, _, more) in rows.items()))
    typed = write(
        tmp_path / "t.parquet",
        **{name: pa.array(values, kind) for name, (_, kind, values, _) in rows.items()},
    )
    written = write_snapshot(typed, agreed, tmp_path / "s.parquet")

    assert pq.read_table(written.path).to_pydict() == {
        name: values for name, (_, _, values, _) in rows.items()
    }
    schema = pq.read_schema(written.path)
    assert [str(kind) for kind in schema.types] == [
        "string",
        "int64",
        "decimal128(18, 2)",
        "double",
        "bool",
        "date32[day]",
        "timestamp[us, tz=UTC]",
    ]
    assert [field.metadata[b"PARQUET:field_id"] for field in schema] == [
        b"1",
        b"2",
        b"3",
        b"4",
        b"5",
        b"6",
        b"7",
    ]
    assert written.columns[2] == SnapshotColumn("uang", ColumnType.DECIMAL, nullable=True, scale=2)


def test_floats_have_one_form(tmp_path: Path) -> None:
    agreed = contract(column("rasio", ColumnType.FLOAT))
    written = write_snapshot(
        write(tmp_path / "t.parquet", rasio=[math.nan, -0.0, math.inf]), agreed, tmp_path / "s.parquet"
    )
    nothing, zero, infinite = (row["rasio"] for row in read(written.path))
    assert nothing is None
    assert math.copysign(1, zero) == 1
    assert infinite == math.inf


def test_the_same_rows_are_the_same_bytes(tmp_path: Path) -> None:
    """However the checked file was cut into row groups, and with more rows than one of ours holds."""
    count = ROW_GROUP_ROWS * 2 + 17
    table = pa.table(
        {
            "kode": [f"{number * 7919 % 9973:04d}-{number}" for number in range(count)],
            "nama": [None if number % 11 == 0 else f"nama {number % 500}" for number in range(count)],
            "tahun": [2000 + number % 20 for number in range(count)],
        }
    )
    agreed = contract(CODE, NAME, YEAR, sort=("nama",))
    digests = set()
    for cut, group in (("one", count), ("many", 1000), ("odd", 33_333)):
        pq.write_table(table, tmp_path / f"{cut}.parquet", row_group_size=group)
        written = write_snapshot(tmp_path / f"{cut}.parquet", agreed, tmp_path / "s.parquet")
        digests.add(written.sha256)
    assert len(digests) == 1
    metadata = pq.read_metadata(tmp_path / "s.parquet")
    assert [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)] == [
        ROW_GROUP_ROWS
    ] * 2 + [17]
    assert metadata.row_group(0).column(0).compression == "ZSTD"
    assert metadata.metadata is None  # nothing of when, where or by whom


def test_a_required_null_is_our_fault(tmp_path: Path) -> None:
    typed = write(tmp_path / "t.parquet", tahun=pa.array([1, None], pa.int64()))
    with pytest.raises(SnapshotError, match="tahun"):
        write_snapshot(typed, contract(YEAR), tmp_path / "s.parquet")


@pytest.mark.parametrize("arrays", [{"lain": ["x"]}, {"tahun": ["two thousand"]}])
def test_another_file_is_our_fault(tmp_path: Path, arrays: dict[str, Any]) -> None:
    with pytest.raises(SnapshotError):
        write_snapshot(write(tmp_path / "t.parquet", **arrays), contract(YEAR), tmp_path / "s.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    with pytest.raises(SnapshotError):
        write_snapshot(tmp_path / "broken.parquet", contract(YEAR), tmp_path / "s.parquet")


def test_no_rows_are_a_file_too(tmp_path: Path) -> None:
    typed = write(tmp_path / "t.parquet", tahun=pa.array([], pa.int64()))
    written = write_snapshot(typed, contract(YEAR), tmp_path / "s.parquet")
    assert written.rows == 0
    assert pq.read_table(written.path).num_rows == 0
