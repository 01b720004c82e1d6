"""Damaged files of every format: whatever the bytes, a check answers with a report."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from tests.counts import count

from satudata.validation.contracts.model import DataContract
from satudata.validation.reports.model import Report

FRAME = pl.DataFrame(
    {
        "Kode Wilayah": ["3201", "3271", "3273"] * 8,
        "nama": ["Kabupaten Bogor", "Kota Bogor", 'Kota "Bandung", Jawa Barat'] * 8,
        "tahun": [str(2000 + number) for number in range(24)],
        "upah": ["1234.5", "", "-"] * 8,
    }
)


def _csv() -> bytes:
    return FRAME.write_csv().encode()


def _workbook(method: int) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in [FRAME.columns, *FRAME.rows()]:
        book.active.append(list(row))
    book.save(buffer)
    packed = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(packed, "w", method) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return packed.getvalue()


def _parquet() -> bytes:
    buffer = io.BytesIO()
    FRAME.write_parquet(buffer, compression="uncompressed")
    return buffer.getvalue()


FORMATS: dict[str, Callable[[], bytes]] = {
    "csv": _csv,
    "utf-16": lambda: _csv().decode().encode("utf-16"),
    "json": lambda: json.dumps(FRAME.to_dicts()).encode(),
    "jsonl": lambda: FRAME.write_ndjson().encode(),
    "xlsx": lambda: _workbook(zipfile.ZIP_DEFLATED),
    "xlsx, not packed": lambda: _workbook(zipfile.ZIP_STORED),
    "parquet": _parquet,
}


def damage(content: bytes, chance: random.Random) -> bytes:
    """Cut off, with a piece missing, or with some bytes changed."""
    data = bytearray(content)
    way = chance.random()
    if way < 0.2:
        return bytes(data[: chance.randrange(len(data))])
    if way < 0.3:
        start = chance.randrange(len(data))
        return bytes(data[:start] + data[start + chance.randrange(1, 40) :])
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        data[chance.randrange(len(data))] = chance.choice([chance.randrange(256), *b'",;\n\r\x00[{'])
    return bytes(data)


@pytest.mark.parametrize("name", FORMATS)
def test_a_damaged_file_never_raises(
    name: str, check: Callable[..., Report], wages: DataContract, tmp_path: Path
) -> None:
    content, chance = FORMATS[name](), random.Random(name)
    assert check(content, wages).rows == 24
    for _ in range(count(full=25, ordinary=8)):
        report = check(damage(content, chance), wages, output=tmp_path / "typed.parquet")
        assert report.verdict in ("ACCEPTED", "NEEDS_CONFIRMATION", "REJECTED")
        assert Report.from_json(report.to_json()) == report
