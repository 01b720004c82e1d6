"""The ways in which agencies write one and the same table: all of them give the same typed rows."""

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from satudata.validation.contracts.model import DataContract
from satudata.validation.readers.table import BATCH_ROWS
from satudata.validation.reports.model import Report, Verdict

Check = Callable[..., Report]
Make = Callable[..., DataContract]

COLUMNS = [
    {"name": "kode", "physicalName": "Kode Wilayah", "logicalType": "string", "required": True},
    {"name": "nama", "logicalType": "string"},
    {"name": "tanggal", "logicalType": "date"},
    {"name": "nilai", "logicalType": "number", "physicalType": "decimal(12,2)"},
]
ROWS = [
    ("0101", "Kota Contoh", date(2024, 1, 31), Decimal("1234.50")),
    ("0102", "Kabupaten Contoh", date(2024, 2, 1), Decimal("-0.95")),
    ("0103", None, None, None),
]
HEADER = "Kode Wilayah,nama,tanggal,nilai"
PLAIN = f"{HEADER}\n0101,Kota Contoh,2024-01-31,1234.50\n0102,Kabupaten Contoh,2024-02-01,-.95\n0103,,,\n"
INDONESIAN = (
    "Kode Wilayah;nama;tanggal;nilai\r\n0101;Kota Contoh;31-01-2024;1.234,50\r\n"
    "0102;Kabupaten Contoh;01-02-2024;-0,95\r\n0103;;;\r\n"
)


def custom(**values: Any) -> list[dict[str, Any]]:
    return [{"property": name, "value": value} for name, value in values.items()]


@pytest.fixture
def typed(check: Check, tmp_path: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """The rows that come out of an accepted file."""

    def run(content: bytes | str, contract: DataContract) -> list[tuple[Any, ...]]:
        output = tmp_path / "typed.parquet"
        report = check(content, contract, output=output)
        assert report.rules == ()
        assert report.verdict is Verdict.ACCEPTED
        return pl.read_parquet(output).rows()

    return run


@pytest.fixture
def plain(make_contract: Make) -> DataContract:
    return make_contract(COLUMNS)


@pytest.fixture
def indonesian(make_contract: Make) -> DataContract:
    return make_contract(
        [
            *COLUMNS[:2],
            {**COLUMNS[2], "logicalTypeOptions": {"format": "dd-MM-yyyy"}},
            {**COLUMNS[3], "customProperties": custom(numberStyle="1.234,56")},
        ]
    )


def workbook(rows: list[list[Any]], **sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "Data"
    for row in rows:
        book.active.append(row)
    for title, more in sheets.items():
        sheet = book.create_sheet(title)
        for row in more:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


SPREADSHEET: list[list[Any]] = [
    ["Kode Wilayah", "nama", "tanggal", "nilai"],
    ["0101", "Kota Contoh", date(2024, 1, 31), 1234.5],
    ["0102", "Kabupaten Contoh", datetime(2024, 2, 1), -0.95],
    ["0103"],
]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", "|").encode(),
        PLAIN.replace(HEADER, " KODE  wilayah ,Nama, tanggal,NILAI").encode(),
        PLAIN.replace(HEADER, "kode_wilayah,Nama,tanggal,nilai").encode(),
        ("\n,,,\n" + PLAIN).encode(),
        PLAIN.replace("0102,", "\n,,,\n0102,").encode(),
        (PLAIN + ",,,\n\n   \n").encode(),
        PLAIN.replace("Kota Contoh", '" Kota Contoh\u00a0"').encode(),
        PLAIN.rstrip("\n").encode(),
        PLAIN.replace("0103,,,", "0103,,,,").encode(),
        PLAIN.replace("\n", ",\n").encode(),
    ],
    ids=lambda content: repr(content[:30]),
)
def test_csv_variants(content: bytes, plain: DataContract, typed: Callable[..., Any]) -> None:
    assert typed(content, plain) == ROWS


def test_indonesian_numbers_and_dates(indonesian: DataContract, typed: Callable[..., Any]) -> None:
    assert typed(INDONESIAN, indonesian) == ROWS


def test_windows_1252_is_read_and_told(
    check: Check, plain: DataContract, make_contract: Make, tmp_path: Path
) -> None:
    content = PLAIN.replace("Kota Contoh", "Cura\u00e7ao \u2013 kota").encode("cp1252")
    output = tmp_path / "typed.parquet"
    report = check(content, plain, output=output)
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert [(rule.code, rule.severity) for rule in report.rules] == [("file.encoding", "warning")]
    assert pl.read_parquet(output)["nama"][0] == "Cura\u00e7ao \u2013 kota"
    declared = make_contract(COLUMNS, file={"encoding": "windows-1252"})
    assert check(content, declared).verdict is Verdict.ACCEPTED


def test_a_line_break_inside_quotes_is_one_record(check: Check, plain: DataContract, tmp_path: Path) -> None:
    content = f'{HEADER}\n0101,"Kota\nContoh, ""A""",,\n0102,x,salah,\n'
    report = check(content, plain)
    assert [(finding.row, finding.column, finding.value) for finding in report.findings] == [
        (3, "tanggal", "salah")
    ]


def test_a_quote_far_down_is_a_quote(check: Check, make_contract: Make) -> None:
    contract = make_contract(
        [{"name": "nomor", "logicalType": "integer"}, {"name": "teks", "logicalType": "string"}]
    )
    lines = [f"{number},a" for number in range(40_000)]
    lines[35_000] = '35000,"a, b"'
    report = check("nomor,teks\n" + "\n".join(lines) + "\n", contract)
    assert report.verdict is Verdict.ACCEPTED
    assert report.measures["columns"]["teks"]["categories"] == {"a": 39_999, "a, b": 1}


@pytest.mark.parametrize(
    ("line", "cells"),
    [("0102,a,b,2024-02-01,1", 5), ("0102,a", 2), ("0102", 1)],
)
def test_ragged_rows_are_named_not_repaired(line: str, cells: int, check: Check, plain: DataContract) -> None:
    report = check(f"{HEADER}\n0101,a,,1\n{line}\n0103,a,,1\n", plain)
    (finding,) = (finding for finding in report.findings if finding.code == "row.cells")
    assert finding.row == 3
    assert f"{cells} sel, seharusnya 4" in finding.message.id


def test_a_short_and_a_long_row_do_not_cancel_out(check: Check, plain: DataContract) -> None:
    report = check(f'{HEADER}\n0101,"a,b"\n0102,a,b,,1\n0103,a,,1\n', plain)
    assert [finding.row for finding in report.findings if finding.code == "row.cells"] == [2, 3]


def test_ragged_rows_beyond_the_first_batch(check: Check, make_contract: Make) -> None:
    contract = make_contract(
        [{"name": "a", "logicalType": "integer"}, {"name": "b", "logicalType": "integer"}]
    )
    lines = [f"{number},1" for number in range(BATCH_ROWS + 10)]
    lines[BATCH_ROWS + 3] += ",9"
    report = check("a,b\n" + "\n".join(lines) + "\n", contract)
    assert report.rows == BATCH_ROWS + 10
    assert [(finding.code, finding.row) for finding in report.findings] == [("row.cells", BATCH_ROWS + 5)]
    assert report.measures["columns"]["b"]["sum"] == str(BATCH_ROWS + 10)


def test_a_side_table_is_cut_off(make_contract: Make, typed: Callable[..., Any]) -> None:
    contract = make_contract(COLUMNS, file={"firstColumn": 2, "lastColumn": 5})
    lines = PLAIN.splitlines()
    content = "\n".join(f"no{n},{line},,keterangan {n}" for n, line in enumerate(lines)) + "\n"
    assert typed(content, contract) == ROWS


def test_a_column_without_header_counts_only_when_it_holds_something(
    check: Check, plain: DataContract
) -> None:
    empty = "\n".join(f"{line}," for line in PLAIN.splitlines())
    assert check(empty, plain).verdict is Verdict.ACCEPTED
    report = check(empty.replace("-.95,", "-.95,rahasia"), plain)
    assert [(finding.code, finding.value) for finding in report.findings] == [("column.unknown", "(5)")]


def test_missing_unknown_and_double_columns(check: Check, plain: DataContract) -> None:
    report = check("Kode Wilayah,Nama ,nama,tangal,catatan\n0101,a,b,2024-01-31,x\n", plain)
    found = {(finding.code, finding.column, finding.value): finding for finding in report.findings}
    assert set(found) == {
        ("column.duplicate", "nama", None),
        ("column.missing", "tanggal", None),
        ("column.missing", "nilai", None),
        ("column.unknown", None, "tangal"),
        ("column.unknown", None, "catatan"),
    }
    assert 'Mungkin maksudnya kolom "tangal"?' in found["column.missing", "tanggal", None].fix.id
    assert "Perhaps" not in found["column.missing", "nilai", None].fix.en


# -- spreadsheets


def test_a_spreadsheet(plain: DataContract, typed: Callable[..., Any]) -> None:
    assert typed(workbook(SPREADSHEET), plain) == ROWS


def test_a_spreadsheet_for_an_indonesian_contract(
    indonesian: DataContract, typed: Callable[..., Any]
) -> None:
    assert typed(workbook(SPREADSHEET), indonesian) == ROWS


def test_title_rows_total_row_and_other_sheets(make_contract: Make, check: Check, tmp_path: Path) -> None:
    contract = make_contract(COLUMNS, file={"headerRow": 3, "footerRows": 1})
    rows = [["Laporan"], [], *SPREADSHEET, [], [None, "JUMLAH", None, 1233.55], []]
    rows[4] = ["0102", "Kabupaten Contoh", "bukan tanggal", -0.95]
    output = tmp_path / "typed.parquet"
    report = check(workbook([["Petunjuk"]], Isi=rows), contract, output=output)
    assert report.rows == 3
    assert [(finding.row, finding.column) for finding in report.findings] == [(5, "tanggal")]


def test_a_table_that_begins_in_the_middle_of_the_sheet(make_contract: Make, check: Check) -> None:
    rows = [[], [None, None, "Judul"], [None, *SPREADSHEET[0]], [None, "0101", "a", "x", 1]]
    report = check(workbook(rows), make_contract(COLUMNS))
    assert [(finding.code, finding.row) for finding in report.findings] == [
        ("file.header_row", 3),
        ("row.type", 4),
    ]


def test_the_sheet_of_the_contract(make_contract: Make, check: Check) -> None:
    content = workbook([["x"]], Isi=SPREADSHEET)
    assert check(content, make_contract(COLUMNS, file={"sheet": "isi"})).rows == 3
    report = check(content, make_contract(COLUMNS, file={"sheet": "Lain"}))
    assert [finding.code for finding in report.findings] == ["file.sheet"]
    assert "Data, Isi" in report.findings[0].message.id


def test_hidden_sheets_are_not_read(plain: DataContract, check: Check) -> None:
    book = openpyxl.Workbook()
    hidden = book.create_sheet("Rahasia")
    for row in SPREADSHEET:
        hidden.append(row)
    hidden.sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    report = check(buffer.getvalue(), plain)
    assert [(finding.code, finding.value) for finding in report.findings] == [
        ("file.sheet_hidden", "Rahasia")
    ]


def test_spreadsheet_numbers_keep_the_digits_people_see(
    make_contract: Make, typed: Callable[..., Any]
) -> None:
    contract = make_contract(
        [
            {"name": "kode", "logicalType": "string"},
            {"name": "nilai", "logicalType": "number", "physicalType": "decimal(18,4)"},
        ]
    )
    rows = [["kode", "nilai"], [3201, 0.1 + 0.2], [12.5, 1e-4], [3201012345678901, 123456789012]]
    assert typed(workbook(rows), contract) == [
        ("3201", Decimal("0.3000")),
        ("12.5", Decimal("0.0001")),
        ("3201012345678901", Decimal("123456789012.0000")),
    ]


# -- JSON

RECORDS = [
    {
        "id": "a1",
        "tempat": {"lintang": 2.88, "Bujur Timur": 127.5},
        "besar": 5,
        "ya": True,
        "waktu": "2022-12-15T03:31:09Z",
    },
    {
        "id": "a2",
        "tempat": {"lintang": -6.25, "Bujur Timur": 105.04},
        "besar": 5.10,
        "ya": None,
        "waktu": None,
        "tag": None,
    },
]
QUAKES = [
    {"name": "id", "logicalType": "string", "required": True, "primaryKey": True},
    {
        "name": "lintang",
        "physicalName": "tempat.lintang",
        "logicalType": "number",
        "physicalType": "decimal(8,4)",
    },
    {"name": "tempat_bujur_timur", "logicalType": "number", "physicalType": "decimal(8,4)"},
    {"name": "besar", "logicalType": "number", "physicalType": "decimal(3,1)"},
    {"name": "ya", "logicalType": "boolean"},
    {"name": "waktu", "logicalType": "timestamp"},
    {"name": "tag", "logicalType": "string"},
    {"name": "tidak_pernah_ada", "logicalType": "string"},
]
TIME = datetime(2022, 12, 15, 3, 31, 9, tzinfo=UTC)
QUAKE_ROWS = [
    ("a1", Decimal("2.8800"), Decimal("127.5000"), Decimal("5.0"), True, TIME, None, None),
    ("a2", Decimal("-6.2500"), Decimal("105.0400"), Decimal("5.1"), None, None, None, None),
]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=2).encode("utf-8-sig"),
        "\n".join(json.dumps(record) for record in RECORDS),
        json.dumps({"total": 2, "data": RECORDS}),
        json.dumps({"gempa": RECORDS, "catatan": ["x"]}),
        json.dumps(RECORDS).encode("utf-16"),
    ],
    ids=["array", "indented with BOM", "lines", "under data", "the only list of objects", "UTF-16"],
)
def test_json_variants(content: bytes | str, make_contract: Make, typed: Callable[..., Any]) -> None:
    assert typed(content, make_contract(QUAKES)) == QUAKE_ROWS


def test_json_numbers_are_never_floats(make_contract: Make, typed: Callable[..., Any]) -> None:
    contract = make_contract([{"name": "n", "logicalType": "number", "physicalType": "decimal(18,2)"}])
    content = '[{"n": 9007199254740993.01}, {"n": 0.10}, {"n": 12e2}, {"n": "7.5"}]'
    assert typed(content, contract) == [
        (Decimal("9007199254740993.01"),),
        (Decimal("0.10"),),
        (Decimal("1200.00"),),
        (Decimal("7.50"),),
    ]


def test_json_numbers_and_texts_for_an_indonesian_contract(
    make_contract: Make, typed: Callable[..., Any]
) -> None:
    column = {"name": "n", "logicalType": "number", "physicalType": "decimal(18,2)"}
    contract = make_contract([{**column, "customProperties": custom(numberStyle="1.234,56")}])
    assert typed('[{"n": 1.5}, {"n": "1.500,25"}]', contract) == [(Decimal("1.50"),), (Decimal("1500.25"),)]


def test_the_first_json_record_is_row_two(make_contract: Make, check: Check) -> None:
    report = check(json.dumps([{"id": "a"}, {"id": "b", "besar": "x"}, {"besar": 1}]), make_contract(QUAKES))
    assert [(finding.code, finding.row) for finding in report.findings] == [
        ("row.type", 3),
        ("row.required", 4),
    ]


def test_a_required_key_that_no_record_has_is_a_missing_column(make_contract: Make, check: Check) -> None:
    report = check('[{"besar": 1, "lain": [1, 2]}]', make_contract(QUAKES))
    assert {(rule.code, rule.column) for rule in report.rules} == {
        ("column.missing", "id"),
        ("column.unknown", None),
    }


def test_json_is_streamed_over_chunks(make_contract: Make, check: Check) -> None:
    records = [{"id": f"{number}-{'x' * 200}", "besar": number % 9} for number in range(12_000)]
    report = check(json.dumps(records), make_contract(QUAKES))
    assert (report.verdict, report.rows) == (Verdict.ACCEPTED, 12_000)


# -- Parquet


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def test_parquet(plain: DataContract, indonesian: DataContract, typed: Callable[..., Any]) -> None:
    frame = pl.DataFrame(ROWS, schema=["Kode Wilayah", "nama", "tanggal", "nilai"], orient="row")
    for contract in (plain, indonesian):
        assert typed(parquet(frame), contract) == ROWS
        assert typed(parquet(frame.with_columns(pl.col("nilai").cast(pl.Float64))), contract) == ROWS


def test_parquet_times_and_rows(make_contract: Make, check: Check, typed: Callable[..., Any]) -> None:
    contract = make_contract(QUAKES[:1] + QUAKES[4:6])
    frame = pl.DataFrame({"id": ["a"], "ya": [True], "waktu": [TIME]})
    assert typed(parquet(frame), contract) == [("a", True, TIME)]
    report = check(parquet(pl.concat([frame, frame])), contract)
    assert [(finding.code, finding.row) for finding in report.findings] == [("key.duplicate", 3)]
