"""The excerpt of the table: the right rows and cells whatever the format, and nobody's personal data."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from satudata.validation.contracts.model import DataContract, Severity
from satudata.validation.reports.excerpt import Excerpt
from satudata.validation.reports.excerpting import make_excerpt, reading_of
from satudata.validation.reports.marking import cells_of, chosen, marked_rows
from satudata.validation.reports.model import Finding, Report
from satudata.validation.text import Text

Check = Callable[..., Report]
Make = Callable[..., DataContract]
ROWS = [["Kode Wilayah", "nama", "tahun", "upah"]] + [
    ["3201", "Kabupaten Bogor", "dua" if number == 5 else str(2000 + number), "1"] for number in range(20)
]


def workbook(rows: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def zipped(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("data.csv", content)
    return made.getvalue()


CSV = "\n".join(map(",".join, ROWS)).encode()
FILES = {
    "csv": CSV,
    "semicolon": "\n".join(map(";".join, ROWS)).encode("utf-16"),
    "zip": zipped(CSV),
    "xlsx": workbook(ROWS),
    "json": json.dumps([dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]).encode(),
}


@pytest.mark.parametrize("name", FILES)
def test_the_row_with_the_finding_comes_with_the_rows_around_it(
    name: str, check: Check, wages: DataContract, tmp_path: Path
) -> None:
    report = check(FILES[name], wages)
    excerpt = make_excerpt(report, tmp_path / "data.csv", wages)
    assert excerpt is not None
    assert excerpt.headers == ("Kode Wilayah", "nama", "tahun", "upah")
    assert excerpt.columns == ("kode", "nama", "tahun", "upah")
    assert list(excerpt.rows) == [6, 7, 8]
    assert excerpt.rows[7] == ("3201", "Kabupaten Bogor", "dua", "1")
    assert excerpt.complete
    assert Excerpt.from_dict(json.loads(json.dumps(excerpt.as_dict()))) == excerpt


def test_title_rows_and_columns_in_another_order(check: Check, wages: DataContract, tmp_path: Path) -> None:
    content = "Upah minimum,,,,\n,,,,\ncatatan,upah,tahun,nama,Kode Wilayah\n-,1,dua,Bogor,3201\n"
    report = check(content, wages)
    excerpt = make_excerpt(report, tmp_path / "data.csv", wages)
    assert excerpt is not None
    assert excerpt.header_row == 3
    assert excerpt.headers == ("upah", "tahun", "nama", "Kode Wilayah")
    assert excerpt.rows == {4: ("1", "dua", "Bogor", "3201")}


def test_personal_columns_are_masked_also_where_nothing_was_found(
    check: Check, make_contract: Make, tmp_path: Path
) -> None:
    personal = [{"property": "personalData", "value": "SPECIFIC"}]
    contract = make_contract(
        [
            {"name": "nik", "logicalType": "string", "customProperties": personal},
            {"name": "umur", "logicalType": "integer"},
        ]
    )
    report = check("nik,umur\n3201012345678901,lima\n3201012345678902\n", contract)
    excerpt = make_excerpt(report, tmp_path / "data.csv", contract)
    assert excerpt is not None
    assert excerpt.rows[2] == ("3201**********01", "lima")
    assert "2345678" not in repr(excerpt)


def test_a_record_that_may_have_slipped_is_masked_whole(
    check: Check, make_contract: Make, tmp_path: Path
) -> None:
    personal = [{"property": "personalData", "value": "SPECIFIC"}]
    contract = make_contract(
        [
            {"name": "nama", "logicalType": "string"},
            {"name": "nik", "logicalType": "string", "customProperties": personal},
            {"name": "umur", "logicalType": "integer"},
        ]
    )
    report = check("nama,nik,umur\nBudi,3201012345678901,5\n3201012345678902,5\n", contract)
    assert "row.cells" in {finding.code for finding in report.findings}
    excerpt = make_excerpt(report, tmp_path / "data.csv", contract)
    assert excerpt is not None
    assert excerpt.rows[3][0] == "3201**********02"
    assert excerpt.rows[2][0] == "Budi"


def test_a_large_report_gets_rows_of_every_rule(check: Check, wages: DataContract, tmp_path: Path) -> None:
    rows = [f"3201,Bogor,x{number},1" for number in range(900)] + ["3201,Bogor,2001,-1"]
    report = check(ROWS_HEAD + "\n".join(rows) + "\n", wages)
    excerpt = make_excerpt(report, tmp_path / "data.csv", wages, cells=400, context=0)
    assert excerpt is not None
    assert not excerpt.complete
    assert len(excerpt.rows) <= 100
    assert 902 in excerpt.rows


ROWS_HEAD = "Kode Wilayah,nama,tahun,upah\n"


def test_a_file_that_is_no_table_has_no_excerpt(check: Check, wages: DataContract, tmp_path: Path) -> None:
    report = check(b"\x89PNG\r\n\x1a\n....", wages)
    assert make_excerpt(report, tmp_path / "data.csv", wages) is None
    assert reading_of(report, tmp_path / "data.csv", wages) is None


def test_first_rows_are_there_without_a_finding(check: Check, wages: DataContract, tmp_path: Path) -> None:
    report = check(ROWS_HEAD.replace(",", ";") + "3201;Kabupaten Bogor;2020;1\n", wages)
    assert make_excerpt(report, tmp_path / "data.csv", wages) is None
    excerpt = make_excerpt(report, tmp_path / "data.csv", wages, first=5)
    assert excerpt is not None
    assert excerpt.rows == {2: ("3201", "Kabupaten Bogor", "2020", "1")}
    reading = reading_of(report, tmp_path / "data.csv", wages)
    assert reading is not None
    assert (reading.format, reading.delimiter, reading.header_row) == ("csv", ";", 1)


# -- marks


def finding(row: int | None, column: str | None, severity: Severity = Severity.ERROR) -> Finding:
    return Finding("row.type", severity, Text("a", "a"), Text("b", "b"), row, column, None)


def test_cells_are_marked_with_the_numbers_of_their_findings() -> None:
    excerpt = Excerpt(("a", "b"), ("A", "B"), 1, {2: ("x", "y"), 3: ("", "z"), 9: ("p", "q")})
    found = [
        finding(2, "b", Severity.WARNING),
        finding(2, "b"),
        finding(3, None),
        finding(None, "a"),
        finding(7, "a"),
    ]
    rows = marked_rows(excerpt, found)
    assert [(row.number, row.gap) for row in rows] == [(2, False), (3, False), (9, True)]
    assert rows[0].cells[1].numbers == (1, 2)
    assert rows[0].cells[1].severity is Severity.ERROR
    assert rows[0].cells[0].severity is None
    assert rows[1].head.numbers == (3,)
    assert cells_of(rows) == {1: (2, 1), 2: (2, 1), 3: (3, -1)}


def test_findings_are_chosen_fairly() -> None:
    many = [finding(row, "a") for row in range(2, 50)] + [finding(60, "b"), finding(61, "b")]
    kept = chosen(many, 4)
    assert [(item.row, item.column) for item in kept] == [(2, "a"), (3, "a"), (60, "b"), (61, "b")]
    assert chosen(many, 1_000) == tuple(many)
