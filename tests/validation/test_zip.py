"""ZIP archives: the one table in them is read, anything else is refused before it is unpacked."""

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from satudata.validation.contracts.model import DataContract
from satudata.validation.readers import zip_file
from satudata.validation.readers.detection import Unreadable
from satudata.validation.reports.model import Report, Verdict

Make = Callable[..., DataContract]
Read = Callable[..., Any]

CSV = b"kode;nama\n01;a\n02;b\n"
ROWS = [(2, "01", "a"), (3, "02", "b")]


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def workbook() -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in (["kode", "nama"], ["01", "a"], ["02", "b"]):
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def codes(make_contract: Make) -> DataContract:
    return make_contract([{"name": name, "logicalType": "string"} for name in ("kode", "nama")])


def refusal(content: bytes, contract: DataContract, read: Read) -> tuple[str, str]:
    with pytest.raises(Unreadable) as raised:
        read(content, contract)
    (issue,) = raised.value.issues
    detail = issue.values.get("detail", issue.values.get("kind", ""))
    return issue.code, getattr(detail, "en", str(detail))


@pytest.mark.parametrize(
    ("parts", "form"),
    [
        ({"data.csv": CSV}, "csv"),
        ({"a/b/data": CSV}, "csv"),
        ({"data.csv": CSV, "__MACOSX/._data.csv": b"\x00\x05", "Thumbs.db": b"x", "a/": b""}, "csv"),
        ({"data.csv": CSV, "BACA.txt": b"Data ini dari dinas, tahun 2024.\n"}, "csv"),
        ({"data.csv": CSV, "peta.png": b"\x89PNG\r\n\x1a\n", "panduan.pdf": b"%PDF-1.7"}, "csv"),
        ({"data.json": b'[{"kode": "01", "nama": "a"}, {"kode": "02", "nama": "b"}]'}, "json"),
        ({"data.xlsx": workbook()}, "xlsx"),
        ({"data.xlsx": workbook(), "catatan.txt": b"halo"}, "xlsx"),
        ({"utf-16.csv": CSV.decode().encode("utf-16")}, "csv"),
    ],
)
def test_the_one_table_in_an_archive(
    parts: dict[str, bytes], form: str, codes: DataContract, read: Read, tmp_path: Path
) -> None:
    table = read(zipped(parts), codes)
    assert (table.rows, table.issues, table.reading.format) == (ROWS, [], form)
    assert {entry.name for entry in tmp_path.iterdir()} == {"data"}


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({}, "no table"),
        ({"a/": b""}, "no table"),
        ({"a.csv": CSV, "b.csv": CSV}, "2: a.csv, b.csv"),
        ({"a.png": b"\x89PNG\r\n\x1a\n", "b.pdf": b"%PDF-1.7"}, "no table"),
        ({f"{number}.csv": CSV for number in range(30)}, "there are 30"),
        ({"a.zip": zipped({"data.csv": CSV})}, "another archive"),
        ({"a.zip": zipped({"data.csv": CSV}), "b.txt": b"halo"}, "no table"),
    ],
)
def test_none_or_several(parts: dict[str, bytes], words: str, codes: DataContract, read: Read) -> None:
    code, detail = refusal(zipped(parts), codes, read)
    assert code == "file.archive"
    assert words in detail


def test_what_is_inside_is_named(codes: DataContract, read: Read) -> None:
    assert refusal(zipped({"a.csv": b"%PDF-1.7"}), codes, read) == ("file.not_a_table", "a PDF document")
    assert refusal(zipped({"a.csv": b""}), codes, read)[0] == "file.empty"
    assert refusal(zipped({"a.csv": b"x;y\n1;2\n"}), codes, read)[0] == "file.header"


def test_bombs(codes: DataContract, read: Read) -> None:
    assert refusal(zipped({"a.csv": bytes(30_000_000)}), codes, read)[0] == "file.unsafe"
    many = {f"{number}.csv": b"" for number in range(zip_file.MAX_MEMBERS + 1)}
    assert refusal(zipped(many), codes, read)[0] == "file.unsafe"


def test_a_member_may_be_too_large(codes: DataContract, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_file, "MAX_UNPACKED", 10)
    assert refusal(zipped({"a.csv": CSV}), codes, read)[0] == "file.too_large"


def test_a_size_that_lies(codes: DataContract, read: Read, tmp_path: Path) -> None:
    """The directory says 4 bytes, the member holds more: only so much is taken, and the sum does not fit."""
    content = bytearray(zipped({"a.csv": CSV * 50}))
    size = (len(CSV) * 50).to_bytes(4, "little")
    for place in (content.index(size), content.rindex(size)):
        content[place : place + 4] = (4).to_bytes(4, "little")
    assert refusal(bytes(content), codes, read)[0] == "file.unreadable"


def test_a_password(codes: DataContract, read: Read) -> None:
    content = bytearray(zipped({"a.csv": CSV}))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    code, detail = refusal(bytes(content), codes, read)
    assert (code, "password" in detail) == ("file.unreadable", True)


def test_a_damaged_archive(codes: DataContract, read: Read) -> None:
    whole = zipped({"a.csv": CSV * 1_000})
    assert refusal(whole[:-30], codes, read)[0] == "file.unreadable"
    broken = bytearray(whole)
    broken[60] ^= 0xFF
    assert refusal(bytes(broken), codes, read)[0] == "file.unreadable"


def test_nothing_is_left_behind(
    codes: DataContract, read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    read(zipped({"data.csv": CSV}), codes)
    refusal(zipped({"a.csv": b"x;y\n1;2\n"}), codes, read)
    assert list(folder.iterdir()) == []


def test_findings_name_the_rows_of_the_table_inside(
    make_contract: Make, check: Callable[..., Report]
) -> None:
    contract = make_contract(
        [{"name": "kode", "logicalType": "integer"}, {"name": "nama", "logicalType": "string"}]
    )
    report = check(zipped({"data.csv": CSV.replace(b"02", b"x")}), contract)
    assert report.verdict is Verdict.REJECTED
    assert [(finding.code, finding.row) for finding in report.findings] == [("row.type", 3)]
