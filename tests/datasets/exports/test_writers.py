"""What is in a download: every value exactly, no formula, nothing that is not public."""

import csv
import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from satudata.datasets.errors import LimitReached
from satudata.datasets.exports.csv_writer import write_csv
from satudata.datasets.exports.xlsx_writer import MAX_CELL, MAX_ROWS, write_xlsx
from satudata.validation.formulas import looks_like_formula

if TYPE_CHECKING:
    from .conftest import Table

HEADER = ["nomor", "nama", "jumlah", "besar", "rasio", "aktif", "tanggal", "waktu"]


def csv_rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))


def test_csv_holds_every_value(table: "Table", tmp_path: Path) -> None:
    write_csv(table.parquet, table.selection, tmp_path / "t.csv")
    header, *rows = csv_rows(tmp_path / "t.csv")
    assert header == HEADER
    assert rows[:3] == [
        ["0", "Bandung", "-1250.50", "9007199254740993", "0.1", "true", "2024-02-29", "2024-01-01T07:30:00Z"],
        ["1", "'=1+1", "9999999999999999.99", "-7", "1e+300", "false", "1900-03-01", "2024-01-01T07:30:00Z"],
        ["2", "+62", "", "", "", "", "1899-12-31", "2024-01-01T07:30:00Z"],
    ]


def test_csv_runs_no_formula(table: "Table", tmp_path: Path) -> None:
    write_csv(table.parquet, table.selection, tmp_path / "t.csv")
    names = [row[1] for row in csv_rows(tmp_path / "t.csv")[1:]]
    assert names == [
        *(
            "Bandung",
            "'=1+1",
            "+62",
            "-5",
            "'-A1",
            "'@SUM(A1)",
            "'\tTab",
            'kutip "dua"',
            "baris\ndua",
            "",
            "",
            "0012",
        ),
        "é, 日本",
    ]


@pytest.mark.parametrize(
    "text", ["=1", "=cmd|' /C calc'!A0", "-1+1", "+A1", "@x", "\t=1", "\r=1", "-", "--5", "+62 812"]
)
def test_a_formula_is_known(text: str) -> None:
    assert looks_like_formula(text)


@pytest.mark.parametrize("text", ["", "a=1", "-5", "+62", "-1.234,56", "-1,234.56", "12", "'=1"])
def test_a_plain_text_is_none(text: str) -> None:
    assert not looks_like_formula(text)


def test_xlsx_has_values_and_no_formulas(table: "Table", tmp_path: Path) -> None:
    about = (("Judul", "Unduhan"), ("Sitasi", "=HYPERLINK(1)"))
    write_xlsx(table.parquet, table.selection, tmp_path / "t.xlsx", about)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["data", "info"]
    header, *rows = book["data"].iter_rows()
    assert [cell.value for cell in header] == HEADER
    assert all(cell.data_type != "f" and cell.hyperlink is None for row in rows for cell in row)
    first, second, third = ([cell.value for cell in row] for row in rows[:3])
    assert first == [
        0,
        "Bandung",
        -1250.5,
        "9007199254740993",
        0.1,
        True,
        datetime(2024, 2, 29),
        "2024-01-01T07:30:00Z",
    ]
    assert second[1:7] == ["=1+1", "9999999999999999.99", -7, 1e300, False, datetime(1900, 3, 1)]
    assert third == [2, "+62", None, None, None, None, "1899-12-31", "2024-01-01T07:30:00Z"]
    assert rows[0][2].number_format == "0.00"
    assert rows[3][1].value == "-5"
    assert rows[3][1].data_type == "s"
    info = [[cell.value for cell in row] for row in book["info"].iter_rows()]
    assert info == [["Judul", "Unduhan"], ["Sitasi", "=HYPERLINK(1)"]]
    assert book["info"]["B2"].data_type == "s"


def test_the_same_rows_are_the_same_bytes(table: "Table", tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_xlsx(table.parquet, table.selection, tmp_path / f"{name}.xlsx", (("Judul", "Unduhan"),))
        write_csv(table.parquet, table.selection, tmp_path / f"{name}.csv")
    for suffix in (".xlsx", ".csv"):
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_more_rows_than_a_sheet_holds_are_refused(table: "Table", tmp_path: Path) -> None:
    large = replace(table.selection, snapshot=replace(table.snapshot, row_count=MAX_ROWS + 1))
    with pytest.raises(LimitReached) as refused:
        write_xlsx(table.parquet, large, tmp_path / "t.xlsx")
    assert "CSV" in refused.value.message.id


def test_text_that_no_cell_holds_is_refused_and_not_cut(make_long: Any, tmp_path: Path) -> None:
    fits, too_long = make_long(MAX_CELL), make_long(MAX_CELL + 1)
    write_xlsx(fits.parquet, fits.selection, tmp_path / "fits.xlsx")
    with pytest.raises(LimitReached):
        write_xlsx(too_long.parquet, too_long.selection, tmp_path / "t.xlsx")
