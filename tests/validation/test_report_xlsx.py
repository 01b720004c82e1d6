"""The annotated workbook: the producer's own table in its own places, marked; corrected, it is accepted as it is."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from satudata.validation.contracts.model import DataContract
from satudata.validation.reports.model import Report, Verdict
from satudata.validation.reports.xlsx import render_xlsx, sheet_name

Check = Callable[..., Report]
Make = Callable[..., DataContract]
HEADER = "Kode Wilayah,nama,tahun,upah\n"
RIGHT = HEADER + "3201,Kabupaten Bogor,2019,1.5\n3271,Kota Bogor,2020,-\n3273,Kota Bandung,2021,7.25\n"
WRONG = HEADER + "3201,Kabupaten Bogor,dua,1.5\n3271,Kota Bogor,,-\n9999,Kota Bandung,2021,-5\n"


@pytest.fixture
def annotated(check: Check, wages: DataContract, tmp_path: Path) -> Callable[..., Any]:
    """The workbook of a checked file, opened by openpyxl."""

    def make(
        content: str | bytes = WRONG, contract: DataContract = wages, language: str = "id", **options: Any
    ) -> Any:
        report = check(content, contract)
        data = render_xlsx(report, language, tmp_path / "data.csv", contract, file_name="upah.csv", **options)  # type: ignore[arg-type]
        return openpyxl.load_workbook(io.BytesIO(data))

    return make


def saved(book: Any) -> bytes:
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_wrong_cells_are_coloured_and_commented_where_they_stand(annotated: Callable[..., Any]) -> None:
    sheet = annotated().worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["Kode Wilayah", "nama", "tahun", "upah"]
    assert sheet["C2"].value == "dua"
    assert '"dua" bukan bilangan bulat.' in sheet["C2"].comment.text
    assert "→ Tulis bilangan bulat" in sheet["C2"].comment.text
    assert sheet["C2"].fill.fgColor.rgb == sheet["C3"].fill.fgColor.rgb == "FFF8C9C4"
    assert sheet["C3"].value is None
    assert "wajib diisi" in sheet["C3"].comment.text
    assert sheet["B2"].comment is None
    assert sheet["B2"].fill.fill_type is None
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:D4"


def test_every_cell_is_text_and_stays_text_when_typed_into(annotated: Callable[..., Any]) -> None:
    sheet = annotated(HEADER + "03201,=1+1,dua,0010\n").worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["03201", "=1+1", "dua", "0010"]
    assert {cell.data_type for cell in sheet[2]} == {"s"}
    assert {cell.number_format for cell in sheet[2]} == {"@"}


def test_the_summary_says_what_was_found_and_leads_there(annotated: Callable[..., Any]) -> None:
    book = annotated()
    assert book.sheetnames == ["Data", "Ringkasan pemeriksaan"]
    summary = book.worksheets[1]
    texts = [str(cell.value) for row in summary for cell in row if cell.value is not None]
    assert texts[0] == "DITOLAK"
    assert "upah.csv" in texts
    assert any("kemendagri/kode-wilayah" in text for text in texts)
    links = {cell.hyperlink.location for row in summary for cell in row if cell.hyperlink}
    assert {"'Data'!C2", "'Data'!C3", "'Data'!A4", "'Data'!D4"} <= links
    assert annotated(language="en").sheetnames[1] == "Check summary"


def test_corrected_and_sent_again_it_is_the_right_file(
    annotated: Callable[..., Any], check: Check, wages: DataContract
) -> None:
    book = annotated()
    sheet = book.worksheets[0]
    sheet["C2"], sheet["C3"], sheet["A4"], sheet["D4"] = "2019", 2020, "3273", "7.25"
    again = check(saved(book), wages)
    assert again.verdict is Verdict.ACCEPTED, again.findings
    assert again.measures == check(RIGHT, wages).measures


def test_sent_again_uncorrected_it_says_the_same(
    annotated: Callable[..., Any], check: Check, wages: DataContract
) -> None:
    first = check(WRONG, wages)
    again = check(saved(annotated()), wages)
    assert again.rules == first.rules
    assert [finding.message for finding in again.findings] == [finding.message for finding in first.findings]


def test_title_rows_and_unknown_columns_keep_their_places(annotated: Callable[..., Any]) -> None:
    sheet = annotated(
        "Upah minimum;;;;\n\ncatatan;Kode Wilayah;nama;tahun;upah\nlihat;3201;Kabupaten Bogor;dua;1\n"
    ).worksheets[0]
    assert sheet["A1"].value == "Upah minimum"
    assert [cell.value for cell in sheet[4]] == ["lihat", "3201", "Kabupaten Bogor", "dua", "1"]
    assert sheet["D4"].comment is not None
    assert sheet.freeze_panes == "A4"


def test_a_workbook_with_merged_headers_and_an_error_cell_comes_back_the_same(
    annotated: Callable[..., Any], check: Check, make_contract: Make
) -> None:
    contract = make_contract(
        [
            {"name": "wilayah", "physicalName": "Wilayah", "logicalType": "string"},
            {"name": "padi_2014", "physicalName": "Padi 2014", "logicalType": "integer"},
            {"name": "padi_2015", "physicalName": "Padi 2015", "logicalType": "integer"},
        ],
        file={"sheet": "Produksi", "headerRow": 3, "headerRows": 2},
    )
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "Produksi"
    for row in (
        ["Produksi padi"],
        ["Wilayah", "Padi", None],
        [None, "2014", "2015"],
        ["Aceh", 1, "banyak"],
        ["#N/A", "#REF!", 3],
    ):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:C2")
    content = saved(book)
    first = check(content, contract)
    found = {(finding.code, finding.row, finding.column) for finding in first.findings}
    assert ("row.type", 4, "padi_2015") in found
    assert ("row.formula", 5, "padi_2014") in found
    made = annotated(content, contract)
    assert made.sheetnames[0] == "Produksi"
    again = check(saved(made), contract)
    assert {(finding.code, finding.row, finding.column) for finding in again.findings} == found


def test_findings_without_a_cell_are_in_the_summary_or_at_the_beginning_of_the_row(
    annotated: Callable[..., Any],
) -> None:
    book = annotated(HEADER + "3201,Kabupaten Bogor,2020\n")
    assert "sel" in book.worksheets[0]["A2"].comment.text
    missing = annotated("nama,tahun,upah\nBogor,2020,1\n")
    texts = [str(cell.value) for row in missing.worksheets[1] for cell in row]
    assert 'Kolom "Kode Wilayah" tidak ada di berkas.' in texts


def test_a_table_too_long_comes_as_an_excerpt_that_cannot_pass_for_the_table(
    annotated: Callable[..., Any], check: Check, wages: DataContract
) -> None:
    rows = [f"3201,Kabupaten Bogor,{2000 + number},1" for number in range(30)]
    rows[20] = "3201,Kabupaten Bogor,dua,1"
    book = annotated(HEADER + "\n".join(rows) + "\n", max_rows=10)
    sheet = book.worksheets[0]
    assert sheet.title == "Kutipan"
    assert [row[0].value for row in sheet] == ["Baris", "20", "21", "22", "23", "24"]
    assert sheet["D4"].comment is not None
    notes = [str(cell.value) for row in book.worksheets[1] for cell in row]
    assert any("hanya kutipan" in note for note in notes)
    assert check(saved(book), wages).verdict is Verdict.REJECTED


def test_a_file_that_is_no_table_gives_the_summary_alone(annotated: Callable[..., Any]) -> None:
    book = annotated(b"%PDF-1.7\n")
    assert book.sheetnames == ["Ringkasan pemeriksaan"]


def test_the_same_report_gives_the_same_bytes(check: Check, wages: DataContract, tmp_path: Path) -> None:
    report = check(WRONG, wages)
    made = {render_xlsx(report, "id", tmp_path / "data.csv", wages) for _ in range(2)}
    assert len(made) == 1


@pytest.mark.parametrize(
    ("wanted", "name"), [("Data 2024", "Data 2024"), ("a/b:c", "a b c"), ("'x'", "x"), ("n" * 40, "n" * 31)]
)
def test_names_of_sheets_are_those_excel_allows(wanted: str, name: str) -> None:
    assert sheet_name(wanted) == name
