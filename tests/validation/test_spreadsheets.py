"""Spreadsheets as agencies have them, in the three formats: types, merged cells, sheets, ways of showing numbers."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import xlwt  # type: ignore[import-untyped]  # for old files only, it has no types
from openpyxl.comments import Comment
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from satudata.validation.contracts.model import DataContract
from satudata.validation.reports.model import Report, Verdict

from . import ods

Check = Callable[..., Report]
Make = Callable[..., DataContract]
Rows = Sequence[Sequence[Any]]

COLUMNS: list[dict[str, Any]] = [
    {"name": "provinsi", "logicalType": "string", "required": True},
    {"name": "kota", "logicalType": "string", "required": True},
    {"name": "nilai", "logicalType": "number", "physicalType": "decimal(12,2)"},
]
HEADERS = ["provinsi", "kota", "nilai"]
DATA = [["Jawa Barat", "Kota Bogor", 1.5], ["Jawa Barat", "Kota Bandung", 2]]


def custom(**values: Any) -> list[dict[str, Any]]:
    return [{"property": name, "value": value} for name, value in values.items()]


def xlsx(
    sheets: Mapping[str, Rows], hidden: Sequence[str] = (), change: Callable[..., None] | None = None
) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "hidden"
    if change is not None:
        change(book.worksheets[0])
    book.save(buffer)
    return buffer.getvalue()


def xls(
    sheets: Mapping[str, Rows], hidden: Sequence[str] = (), change: Callable[..., None] | None = None
) -> bytes:
    book, buffer = xlwt.Workbook(), io.BytesIO()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name, cell_overwrite_ok=True)
        sheet.visibility = int(name in hidden)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value is not None:
                    sheet.write(number, place, *_old(value))
    if change is not None:
        change(book.get_sheet(0))
    book.save(buffer)
    return buffer.getvalue()


def _old(value: Any) -> tuple[Any, ...]:
    if isinstance(value, timedelta):
        return value.total_seconds() / 86_400, xlwt.easyxf(num_format_str="[h]:mm:ss")
    if isinstance(value, datetime):
        return value, xlwt.easyxf(num_format_str="dd/mm/yyyy hh:mm:ss")
    return (value, xlwt.easyxf(num_format_str="dd/mm/yyyy")) if isinstance(value, date) else (value,)


BOOKS: dict[str, Callable[..., bytes]] = {"xlsx": xlsx, "xls": xls, "ods": ods.ods}


@pytest.fixture(params=BOOKS)
def book(request: pytest.FixtureRequest) -> Callable[..., bytes]:
    return BOOKS[request.param]


@pytest.fixture
def table(make_contract: Make) -> DataContract:
    return make_contract(COLUMNS)


@pytest.fixture
def read(check: Check, tmp_path: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """The rows of a file that is accepted."""

    def run(content: bytes, contract: DataContract) -> list[tuple[Any, ...]]:
        output = tmp_path / "typed.parquet"
        report = check(content, contract, output=output)
        assert report.findings == ()
        return pl.read_parquet(output).rows()

    return run


def told(report: Report) -> list[tuple[str, int | None, str | None]]:
    return [(finding.code, finding.row, finding.column) for finding in report.findings]


# -- cells


def test_typed_cells(book: Callable[..., bytes], make_contract: Make, read: Callable[..., Any]) -> None:
    columns = [
        {"name": "teks", "logicalType": "string"},
        {"name": "angka", "logicalType": "number", "physicalType": "decimal(18,4)"},
        {"name": "hari", "logicalType": "date", "logicalTypeOptions": {"format": "dd-MM-yyyy"}},
        {
            "name": "saat",
            "logicalType": "timestamp",
            "logicalTypeOptions": {"timezone": False, "defaultTimezone": "Asia/Jakarta"},
        },
        {"name": "ya", "logicalType": "boolean"},
        {"name": "lama", "logicalType": "string"},
    ]
    moment = datetime(2024, 1, 2, 3, 4, 5)
    rows = [
        ["teks", "angka", "hari", "saat", "ya", "lama"],
        ["0101", 0.1 + 0.2, date(2024, 1, 2), moment, True, timedelta(hours=30, minutes=2, seconds=3)],
        [" Kab.\u00a0 Aceh \u00a0", -1e-4, date(1900, 3, 1), moment, False, timedelta(hours=25)],
        [3201, 123456789012, None, None, None, "26:00"],
        ["01\n02", 5, None, None, None, None],
    ]
    found = read(book({"Data": rows}), make_contract(columns))
    assert [row[:3] + row[4:] for row in found] == [
        ("0101", Decimal("0.3000"), date(2024, 1, 2), True, "30:02:03"),
        ("Kab.\u00a0 Aceh", Decimal("-0.0001"), date(1900, 3, 1), False, "25:00:00"),
        ("3201", Decimal("123456789012.0000"), None, None, "26:00"),
        ("01\n02", Decimal("5.0000"), None, None, None),
    ]
    assert [row[3].isoformat() for row in found[:2]] == ["2024-01-01T20:04:05+00:00"] * 2


def test_line_ends_quotes_and_commas_in_texts(table: DataContract, read: Callable[..., Any]) -> None:
    texts = ["a\nb", 'kata "dalam" kutip', "koma, titik; koma", '"', "_x000D_x", "x_x000D_\ny"]
    rows = [HEADERS, *[[text, f"{text}.", number] for number, text in enumerate(texts)]]
    found = [row[0] for row in read(xlsx({"Data": rows}), table)]
    assert found[:4] == texts[:4]
    assert len(found) == len(texts)


def test_numbers_take_the_style_of_the_contract_and_texts_do_not(
    book: Callable[..., bytes], make_contract: Make, check: Check
) -> None:
    columns = [*COLUMNS[:2], {**COLUMNS[2], "customProperties": custom(numberStyle="1.234,56")}]
    rows = [HEADERS, ["a", "b", 1234.5], ["a", "b", "1.234,5"], ["a", "b", "1,234.5"]]
    assert told(check(book({"Data": rows}), make_contract(columns))) == [("row.type", 4, "nilai")]


def test_dates_of_the_mac(make_contract: Make, read: Callable[..., Any]) -> None:
    columns = [{"name": "hari", "logicalType": "date"}]
    made, buffer = openpyxl.Workbook(), io.BytesIO()
    made.epoch = CALENDAR_MAC_1904
    sheet = made.worksheets[0]
    sheet.append(["hari"])
    sheet.append([date(2024, 8, 17)])
    made.save(buffer)
    assert read(buffer.getvalue(), make_contract(columns)) == [(date(2024, 8, 17),)]
    old, buffer = xlwt.Workbook(), io.BytesIO()
    old.dates_1904 = True
    page = old.add_sheet("Data")
    page.write(0, 0, "hari")
    page.write(1, 0, date(2024, 8, 17), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    old.save(buffer)
    assert read(buffer.getvalue(), make_contract(columns)) == [(date(2024, 8, 17),)]


def test_row_numbers_are_those_of_the_spreadsheet(
    book: Callable[..., bytes], make_contract: Make, check: Check
) -> None:
    rows = [
        [],
        [],
        [None, *HEADERS],
        [],
        [None, "a", "b", "x"],
        [None, " ", "\u00a0", None],
        [None, "a", "b", "y"],
    ]
    contract = make_contract(COLUMNS, file={"headerRow": 3})
    report = check(book({"Data": rows}), contract)
    assert told(report) == [("row.type", 5, "nilai"), ("row.type", 7, "nilai")]
    assert report.rows == 2


def test_cells_beyond_the_header_are_a_column_without_name(
    book: Callable[..., bytes], table: DataContract, check: Check
) -> None:
    rows = [HEADERS, ["a", "b", 1], ["a", "b", 1, None, "x"]]
    report = check(book({"Data": rows}), table)
    assert [(finding.code, finding.value) for finding in report.findings] == [("column.unknown", "(5)")]


# -- errors and formulas


def failing_cells(form: str) -> bytes:
    rows: list[list[Any]] = [HEADERS, ["a", "b", "=1/0"], ["a", "b", 2]]
    if form == "ods":
        rows[1][2], rows[2][1] = ods.formula("=1/0", "#DIV/0!"), ods.formula("=B1", "#REF!")
        return ods.ods({"Data": rows})
    if form == "xlsx":
        rows[1][2], rows[2][1] = "#DIV/0!", "#REF!"
        return xlsx({"Data": rows})

    def errors(sheet: Any) -> None:
        sheet.row(1).set_cell_error(2, "#DIV/0!")
        sheet.row(2).set_cell_error(1, "#REF!")

    return xls({"Data": rows}, change=errors)


@pytest.mark.parametrize("form", BOOKS)
def test_error_cells_are_told(form: str, table: DataContract, check: Check) -> None:
    report = check(failing_cells(form), table)
    assert [(finding.code, finding.row, finding.column, finding.value) for finding in report.findings] == [
        ("row.formula", 2, "nilai", "#DIV/0!"),
        ("row.formula", 3, "kota", "#REF!"),
    ]


def test_a_formula_without_result_in_opendocument(table: DataContract, check: Check) -> None:
    rows = [HEADERS, ["a", "b", ods.formula("=[.A1]*2")]]
    (finding,) = check(ods.ods({"Data": rows}), table).findings
    assert (finding.code, finding.row, finding.value) == ("row.formula", 2, "=[.A1]*2")


# -- merged cells


def merged_provinces(form: str) -> bytes:
    """Two header rows merged over columns, a province merged over its cities, a total merged over two cells."""
    rows = [
        ["provinsi", "kota", "nilai", None],
        [None, None, "lama", "baru"],
        ["Jawa Barat", "Kota Bogor", 1, 2],
        [None, "Kota Bandung", 1, 2],
        [None, "Kota Depok", 1, 2],
        ["JUMLAH", None, 3, 6],
    ]
    ranges = [(0, 1, 0, 0), (0, 1, 1, 1), (0, 0, 2, 3), (2, 4, 0, 0), (5, 5, 0, 1)]
    if form == "xlsx":

        def merge(sheet: Worksheet) -> None:
            for top, bottom, left, right in ranges:
                sheet.merge_cells(None, top + 1, left + 1, bottom + 1, right + 1)

        return xlsx({"Data": rows}, change=merge)
    if form == "xls":
        return xls({"Data": rows}, change=lambda sheet: [sheet.merge(*each) for each in ranges])
    covered = ods.Raw(ods.COVERED)
    return ods.ods(
        {
            "Data": [
                [ods.merged("provinsi", down=2), ods.merged("kota", down=2), ods.merged("nilai", across=2)],
                [covered, covered, "lama", "baru"],
                [ods.merged("Jawa Barat", down=3), *rows[2][1:]],
                [covered, *rows[3][1:]],
                [covered, *rows[4][1:]],
                [ods.merged("JUMLAH", across=2), 3, 6],
            ]
        }
    )


@pytest.mark.parametrize("form", BOOKS)
def test_merged_cells_in_header_and_data(form: str, make_contract: Make, check: Check) -> None:
    values = [
        {**COLUMNS[2], "name": "nilai_lama", "physicalName": "nilai lama"},
        {**COLUMNS[2], "name": "nilai_baru", "physicalName": "nilai baru"},
    ]
    file = {"headerRow": 2, "headerRows": 2, "footerRows": 1}
    report = check(merged_provinces(form), make_contract([*COLUMNS[:2], *values], file=file))
    assert told(report) == [("row.merged", 4, "provinsi"), ("row.merged", 5, "provinsi")]
    assert "A3:A5" in report.findings[0].message.id
    assert "A3" in report.findings[0].message.en
    assert report.rows == 3


def test_merged_cells_do_no_harm_elsewhere(make_contract: Make, read: Callable[..., Any]) -> None:
    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("E3:E4")

    rows = [["Laporan", None, None], [*HEADERS, None, "x"], *[[*row, None, None] for row in DATA]]
    contract = make_contract(COLUMNS, file={"headerRow": 2, "lastColumn": 3})
    assert len(read(xlsx({"Data": rows}, change=merge), contract)) == 2


# -- sheets


def test_of_two_sheets_that_fit_the_first_is_read_and_both_are_named(
    book: Callable[..., bytes], make_contract: Make, check: Check
) -> None:
    content = book({"Catatan": [["x"]], "Januari": [HEADERS, *DATA], "Februari": [HEADERS, DATA[0]]})
    report = check(content, make_contract(COLUMNS))
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert report.rows == 2
    (finding,) = report.findings
    assert (finding.code, finding.value) == ("file.sheet_choice", "Januari")
    assert '"Februari"' in finding.message.en
    assert 'sheet: "Januari"' in finding.fix.en
    chosen = check(content, make_contract(COLUMNS, file={"sheet": "Februari"}))
    assert (chosen.findings, chosen.rows) == ((), 1)


def test_a_hidden_sheet_that_fits_better_is_named(
    book: Callable[..., bytes], table: DataContract, check: Check
) -> None:
    content = book({"Ringkas": [HEADERS[:2], DATA[0][:2]], "Lengkap": [HEADERS, *DATA]}, hidden=["Lengkap"])
    findings = {finding.code: finding for finding in check(content, table).findings}
    assert set(findings) == {"column.missing", "file.sheet_choice"}
    choice = findings["file.sheet_choice"]
    assert '"Lengkap" (tersembunyi)' in choice.message.id


def test_only_a_hidden_sheet_fits(book: Callable[..., bytes], make_contract: Make, check: Check) -> None:
    content = book({"Sampul": [["x"]], "Isi": [HEADERS, *DATA]}, hidden=["Isi"])
    (finding,) = check(content, make_contract(COLUMNS)).findings
    assert (finding.code, finding.value) == ("file.sheet_hidden", "Isi")
    assert check(content, make_contract(COLUMNS, file={"sheet": "isi "})).findings == ()


def test_our_own_summary_and_comments_are_left_alone(
    book: Callable[..., bytes], table: DataContract, check: Check
) -> None:
    summary = [HEADERS, ["x", "y", "z"]]
    for name in ("Ringkasan pemeriksaan", "Check summary"):
        assert check(book({name: summary, "Data": [HEADERS, *DATA]}), table).findings == ()


def test_comments_are_no_content(table: DataContract, read: Callable[..., Any]) -> None:
    def comment(sheet: Worksheet) -> None:
        sheet["B2"].comment = Comment("Salah: tulis Kota Bogor", "pemeriksa")
        sheet["F9"].comment = Comment("di luar tabel", "pemeriksa")

    expected = [
        ("Jawa Barat", "Kota Bogor", Decimal("1.50")),
        ("Jawa Barat", "Kota Bandung", Decimal("2.00")),
    ]
    assert read(xlsx({"Data": [HEADERS, *DATA]}, change=comment), table) == expected
    rows = [HEADERS, ["Jawa Barat", ods.commented("Kota Bogor", "Salah"), 1.5], DATA[1]]
    assert read(ods.ods({"Data": rows}), table) == expected


# -- numbers shown in a way of their own


def shown_numbers(form: str) -> bytes:
    rows: list[list[Any]] = [["kode", "bagian"], [123, 0.125], [4567, 1.5]]
    if form == "ods":
        numbers = [[ods.padded(code), ods.percent(share)] for code, share in rows[1:]]
        return ods.ods({"Data": [rows[0], *numbers]})
    if form == "xlsx":

        def formats(sheet: Worksheet) -> None:
            for number in (2, 3):
                sheet.cell(number, 1).number_format = "00000"
                sheet.cell(number, 2).number_format = "0.00%"

        return xlsx({"Data": rows}, change=formats)

    def old_formats(sheet: Any) -> None:
        for number, (code, share) in enumerate(rows[1:], start=1):
            sheet.write(number, 0, code, xlwt.easyxf(num_format_str="00000"))
            sheet.write(number, 1, share, xlwt.easyxf(num_format_str="0%"))

    return xls({"Data": rows}, change=old_formats)


CODE: dict[str, Any] = {"name": "kode", "logicalType": "string"}
SHARE: dict[str, Any] = {"name": "bagian", "logicalType": "number", "physicalType": "decimal(9,4)"}


@pytest.mark.parametrize("form", BOOKS)
def test_what_is_shown_and_what_is_stored_is_told(
    form: str, make_contract: Make, check: Check, tmp_path: Path
) -> None:
    output = tmp_path / "typed.parquet"
    report = check(shown_numbers(form), make_contract([CODE, SHARE]), output=output)
    assert [(finding.code, finding.row, finding.value) for finding in report.findings] == [
        ("column.padded", 2, "00123"),
        ("column.percent", 2, "0.125"),
    ]
    assert "12.5 %" in report.findings[1].message.en
    assert pl.read_parquet(output).rows() == [("00123", Decimal("0.1250")), ("04567", Decimal("1.5000"))]


@pytest.mark.parametrize("form", BOOKS)
def test_a_contract_that_says_which_is_meant_ends_the_warnings(
    form: str, make_contract: Make, read: Callable[..., Any], check: Check
) -> None:
    code = {**CODE, "logicalTypeOptions": {"minLength": 5, "maxLength": 5}}
    percents = {**SHARE, "customProperties": custom(numberForms=["PERCENT"], numberStyle="1.234,56")}
    assert read(shown_numbers(form), make_contract([code, percents])) == [
        ("00123", Decimal("12.5000")),
        ("04567", Decimal("150.0000")),
    ]
    number = {"name": "kode", "logicalType": "integer"}
    shares = {**SHARE, "logicalTypeOptions": {"maximum": 1}}
    report = check(shown_numbers(form), make_contract([number, shares]))
    assert told(report) == [("row.range", 3, "bagian")]
