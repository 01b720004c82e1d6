"""Cells that must be told: spreadsheet errors, formulas without a result, control characters."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import polars as pl
import pytest

from satudata.validation.contracts.model import DataContract
from satudata.validation.reports.model import Report

Check = Callable[..., Report]
Make = Callable[..., DataContract]

COLUMNS: list[dict[str, Any]] = [
    {"name": "kode", "physicalName": "Kode Wilayah", "logicalType": "string", "required": True},
    {"name": "nama", "logicalType": "string"},
    {"name": "tanggal", "logicalType": "date"},
    {"name": "nilai", "logicalType": "number", "physicalType": "decimal(12,2)"},
]
HEADERS = ["Kode Wilayah", "nama", "tanggal", "nilai"]


def workbook(rows: list[list[Any]]) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def formula_workbook() -> bytes:
    return workbook(
        [
            HEADERS,
            ["0101", "#REF!", date(2024, 1, 31), "=1/0"],
            ["=1+1", "#N/A", None, "#N/A"],
            ["0103", "a", None, 1],
            [None, None, None, '=SUM("D2:D4")'],
        ]
    )


def test_formula_errors_and_formulas_without_result_are_told(make_contract: Make, check: Check) -> None:
    columns = [
        *COLUMNS[:3],
        {**COLUMNS[3], "customProperties": [{"property": "missingValues", "value": ["#N/A"]}]},
    ]
    report = check(formula_workbook(), make_contract(columns))
    assert report.rows == 4
    assert [(finding.code, finding.row, finding.column, finding.value) for finding in report.findings] == [
        ("row.formula", 2, "nama", "#REF!"),
        ("row.formula", 2, "nilai", "=1/0"),
        ("row.formula", 3, "kode", "=1+1"),
        ("row.formula", 3, "nama", "#N/A"),
        ("row.required", 5, "kode", ""),
        ("row.formula", 5, "nilai", '=SUM("D2:D4")'),
    ]


def test_a_total_row_of_formulas_is_a_footer(make_contract: Make, check: Check) -> None:
    report = check(formula_workbook(), make_contract(COLUMNS, file={"footerRows": 1}))
    assert report.rows == 3
    assert {finding.row for finding in report.findings} == {2, 3}


def sheet_xml(cells: str) -> bytes:
    """A workbook with these rows below the header."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([HEADERS]))) as source,
        zipfile.ZipFile(buffer, "w") as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"</row></sheetData>", f"</row>{cells}</sheetData>".encode())
            target.writestr(name, content)
    return buffer.getvalue()


def test_formulas_with_a_result_are_read_and_cells_need_no_reference(
    make_contract: Make, check: Check
) -> None:
    content = sheet_xml(
        '<row r="2"><c t="str"><f>A1</f><v>01</v></c><c t="str"><f>A9</f><v></v></c><c/>'
        '<c><f t="shared" si="0"/><v>5</v></c></row>'
        '<row><c r="A3" t="inlineStr"><is><t>02</t></is></c><c t="e"><v>#NAME?</v></c><c/>'
        '<c><f t="shared" si="0"/></c></row>'
    )
    report = check(content, make_contract(COLUMNS))
    assert report.rows == 2
    assert [(finding.code, finding.row, finding.column, finding.value) for finding in report.findings] == [
        ("row.formula", 3, "nama", "#NAME?"),
        ("row.formula", 3, "nilai", "=…"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        f"{','.join(HEADERS)}\n0101,Kabu\0paten,,1\n0102,a\x7fb,,2\n" + "0103,Kota Contoh,,3\n" * 20,
        json.dumps(
            [
                {"Kode Wilayah": "0101", "nama": "Kabu\0paten", "tanggal": None, "nilai": 1},
                {"Kode Wilayah": "0102", "nama": "a\x7fb", "tanggal": None, "nilai": 2},
            ]
        ),
        sheet_xml(
            '<row r="2"><c t="inlineStr"><is><t>0101</t></is></c>'
            '<c t="inlineStr"><is><t>Kabu_x0000_paten</t></is></c></row>'
            '<row r="3"><c t="inlineStr"><is><t>0102</t></is></c>'
            '<c t="inlineStr"><is><t>a_x007F_b</t></is></c></row>'
        ),
    ],
    ids=["csv", "json", "xlsx"],
)
def test_control_characters_are_told_and_shown(
    content: bytes | str, make_contract: Make, check: Check
) -> None:
    report = check(content, make_contract([COLUMNS[0], {**COLUMNS[1], "required": True}, *COLUMNS[2:]]))
    assert [(finding.code, finding.row, finding.column, finding.value) for finding in report.findings] == [
        ("row.control_character", 2, "nama", "Kabu\\u0000paten"),
        ("row.control_character", 3, "nama", "a\\u007fb"),
    ]
    assert "Kabu\\u0000paten" in report.findings[0].message.id


def test_control_characters_in_parquet_and_in_numbers(make_contract: Make, check: Check) -> None:
    frame = pl.DataFrame({"kode": ["a\tb\n", "\x1f"], "nilai": ["1\0", "2"]})
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    columns = [{"name": "kode", "logicalType": "string"}, {"name": "nilai", "logicalType": "integer"}]
    report = check(buffer.getvalue(), make_contract(columns))
    assert [(finding.code, finding.row, finding.value) for finding in report.findings] == [
        ("row.type", 2, "1\\u0000"),
        ("row.control_character", 3, "\\u001f"),
    ]


def test_a_nul_far_down_in_a_csv_is_told(make_contract: Make, check: Check) -> None:
    content = "kode\n" + "0101\n" * 40_000 + "01\x0001\n"
    report = check(content, make_contract([{"name": "kode", "logicalType": "string"}]))
    assert [(finding.code, finding.row, finding.value) for finding in report.findings] == [
        ("row.control_character", 40_002, "01\\u000001")
    ]
