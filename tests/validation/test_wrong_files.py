"""Files that are no table, or hardly one: each is told with a `file.*` rule, in both languages, and never raises."""

import io
import struct
import zipfile
from collections.abc import Callable

import polars as pl
import pytest

from satudata.validation.checking import report_is_unreadable
from satudata.validation.contracts.model import DataContract
from satudata.validation.reports.model import Report, Verdict

Check = Callable[..., Report]


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(50)
WORKBOOK = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}

FILES = {
    "zero bytes": (b"", "file.empty", ""),
    "blanks": (b" \r\n\t\n", "file.empty", ""),
    "PNG named .csv": (PNG, "file.not_a_table", "PNG"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "file.not_a_table", "PDF"),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(40), "file.not_a_table", "JPEG"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "file.not_a_table", ".xls"),
    "ZIP of nothing": (zipped({}), "file.archive", "ZIP"),
    "Word": (
        zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b""}),
        "file.not_a_table",
        "Office",
    ),
    "OpenDocument": (zipped({"mimetype": b"x", "content.xml": b""}), "file.not_a_table", "OpenDocument"),
    "HTML named .xls": (
        b"<html><body><table><tr><td>1</td></tr></table></body></html>",
        "file.not_a_table",
        "HTML",
    ),
    "XML": (b'<?xml version="1.0"?><a/>', "file.not_a_table", "XML"),
    "gzip": (b"\x1f\x8b\x08\x00" + bytes(20), "file.not_a_table", "gzip"),
    "noise": (bytes(range(256)) * 20, "file.not_a_table", "biner"),
    "half a ZIP": (zipped(WORKBOOK)[:60], "file.unreadable", "Excel"),
    "broken workbook": (zipped(WORKBOOK), "file.unreadable", "Excel"),
    "half a Parquet": (parquet(pl.DataFrame({"kode": ["1"]}))[:-20], "file.unreadable", "Parquet"),
    "cut-off JSON": (b'[{"kode": "3201"}, {"kode": ', "file.unreadable", "JSON"),
    "JSON without a comma": (b'[{"kode": "3201"} {"kode": "3201"}]', "file.unreadable", "JSON"),
    "JSON of numbers": (b'[{"kode": "3201"}, 5]', "file.unreadable", "JSON"),
    "deep JSON": (b'[{"a": ' + b"[" * 100_000 + b"]", "file.unreadable", "JSON"),
    "empty JSON array": (b"[]", "file.no_rows", ""),
    "a quote never closed": (
        b'Kode Wilayah,nama,tahun,upah\n3201,x,2020,1\n3201,"x,2021,1\n' * 3,
        "file.unreadable",
        "kutip",
    ),
    "no header": (b"3201,Kabupaten Bogor,2020,1\n", "file.header", "Kode Wilayah, nama, tahun, upah"),
    "prose": (b"Dengan hormat, bersama ini kami sampaikan data.\n", "file.header", "Dengan hormat"),
    "header only": (b"Kode Wilayah,nama,tahun,upah\n", "file.no_rows", ""),
    "header and blank rows": (b"Kode Wilayah,nama,tahun,upah\n,,,\n\n", "file.no_rows", ""),
    "wrong JSON keys": (b'[{"x": 1}]', "file.header", "Kode Wilayah"),
    "zip bomb": (zipped({**WORKBOOK, "xl/sheet.xml": bytes(30_000_000)}), "file.unsafe", "MB"),
    "many parts": (zipped({**WORKBOOK, **{f"xl/{n}": b"" for n in range(2_001)}}), "file.unsafe", "2003"),
    "entities": (
        zipped(
            {
                **WORKBOOK,
                "xl/sharedStrings.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
            }
        ),
        "file.unsafe",
        "DOCTYPE",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_table_is_named(name: str, check: Check, wages: DataContract) -> None:
    content, code, words = FILES[name]
    report = check(content, wages)
    assert report.verdict is Verdict.REJECTED
    assert report_is_unreadable(report)
    assert (report.rows, report.measures) == (0, {"rows": 0, "columns": {}})
    (finding,) = (finding for finding in report.findings if finding.code.startswith("file."))
    assert finding.code == code
    assert words in finding.message.id
    assert finding.message.en != finding.message.id
    assert finding.fix.id != finding.fix.en
    assert Report.from_json(report.to_json()) == report


def test_a_table_with_mistakes_is_not_unreadable(check: Check, wages: DataContract) -> None:
    report = check("Kode Wilayah,nama,tahun,upah\n3201,Kabupaten Bogor,x,1\n", wages)
    assert report.verdict is Verdict.REJECTED
    assert not report_is_unreadable(report)


def test_a_corrupt_member_of_a_workbook(check: Check, wages: DataContract) -> None:
    content = bytearray(zipped({**WORKBOOK, "xl/a.xml": b"<a>" + b"x" * 5_000}, zipfile.ZIP_STORED))
    content[content.index(b"xxxx") + 10] ^= 0xFF
    report = check(bytes(content), wages)
    assert [finding.code for finding in report.findings] == ["file.unreadable"]


def test_nothing_is_left_of_an_output_when_the_file_is_refused(
    check: Check, wages: DataContract, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    output = tmp_path / "typed.parquet"
    check("Kode Wilayah,nama,tahun,upah\n3201,Kabupaten Bogor,x,1\n", wages, output=output)
    check(PNG, wages, output=output)
    assert not list(tmp_path.glob("typed*"))
