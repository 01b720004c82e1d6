"""The report as CSV: one line a finding, readable by Excel and by programs, never a formula."""

import csv
import io
from collections.abc import Callable

import pytest

from satudata.validation.contracts.model import DataContract
from satudata.validation.formulas import defused
from satudata.validation.reports.csv_ import render_csv
from satudata.validation.reports.model import Report

Check = Callable[..., Report]
Make = Callable[..., DataContract]


def lines(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_line_for_each_finding(check: Check, wages: DataContract) -> None:
    report = check("Kode Wilayah,nama,tahun,upah\n3201,Kabupaten Bogor,dua,-5\n", wages)
    head, *found = lines(render_csv(report, "id", wages))
    assert head == [
        "Baris",
        "Kolom",
        "Judul kolom",
        "Nilai",
        "Tingkat",
        "Kode aturan",
        "Aturan",
        "Apa yang salah",
        "Cara memperbaiki",
    ]
    assert len(found) == len(report.findings) == 2
    assert found[0][:6] == ["2", "tahun", "tahun", "dua", "kesalahan", "row.type"]
    assert found[1][3] == "-5", "a plain number stays one"
    english = lines(render_csv(report, "en", wages))
    assert english[0][0] == "Row"
    assert english[1][7] == '"dua" is not a whole number.'


def test_the_header_of_the_file_is_told_and_the_whole_file_has_no_row(
    check: Check, wages: DataContract
) -> None:
    report = check("nama,tahun,upah\nBogor,2020,1\n", wages)
    [line] = [line for line in lines(render_csv(report, "id", wages))[1:] if line[5] == "column.missing"]
    assert line[:3] == ["", "kode", "Kode Wilayah"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(start: str, check: Check, make_contract: Make) -> None:
    contract = make_contract([{"name": "a", "logicalType": "integer"}])
    report = check(f"a\n{start}CMD|'/C calc'!A0\n", contract)
    for line in lines(render_csv(report, "id", contract)):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in line)
    assert f"'{start}CMD" in render_csv(report, "id", contract).decode()


def test_numbers_are_left_alone() -> None:
    assert [defused(text) for text in ("-5", "+62", "-1.234,56", "-", "=1", "\tx", "teks")] == [
        "-5",
        "+62",
        "-1.234,56",
        "'-",
        "'=1",
        "'\tx",
        "teks",
    ]


def test_personal_values_stay_masked(check: Check, make_contract: Make) -> None:
    personal = [{"property": "personalData", "value": "GENERAL"}]
    contract = make_contract(
        [
            {
                "name": "nik",
                "logicalType": "string",
                "logicalTypeOptions": {"pattern": "^x$"},
                "customProperties": personal,
            }
        ]
    )
    report = check("nik\n3201012345678901\n", contract)
    assert "2345678" not in render_csv(report, "id", contract).decode()
