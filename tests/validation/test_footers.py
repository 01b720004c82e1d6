"""Rows at the end that are no records: taken away and told; rows that may be records stay."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from satudata.validation.contracts.model import DataContract
from satudata.validation.readers.table import ROW, without_footer
from satudata.validation.reports.model import Report, Verdict

Make = Callable[..., DataContract]
Read = Callable[..., Any]
Check = Callable[..., Report]


def custom(**values: Any) -> list[dict[str, Any]]:
    return [{"property": name, "value": value} for name, value in values.items()]


CODE = {
    "name": "kode",
    "logicalType": "string",
    "required": True,
    "primaryKey": True,
    "primaryKeyPosition": 1,
    "customProperties": custom(codeList="kemendagri/kode-wilayah", codeLevel="REGENCY", codeFormat="PLAIN"),
}
NAME = {"name": "nama", "logicalType": "string", "customProperties": custom(nameOf="kode")}
YEAR = {"name": "tahun", "logicalType": "integer", "primaryKey": True, "primaryKeyPosition": 2}
VALUE = {"name": "nilai", "logicalType": "number", "physicalType": "decimal(12,2)"}
CODED = [CODE, NAME, YEAR, VALUE]
NAMED = [{"name": "wilayah", "logicalType": "string", "required": True, "primaryKey": True}, VALUE]
LOOSE = [{"name": "kelompok", "logicalType": "string"}, {"name": "rincian", "logicalType": "string"}, VALUE]


def allowing(*values: str) -> dict[str, Any]:
    """The name column with a list of allowed values."""
    rule = {
        "type": "library",
        "metric": "invalidValues",
        "mustBe": 0,
        "arguments": {"validValues": [*values]},
    }
    return {**NAMED[0], "quality": [rule]}


CODED_ROWS = "kode,nama,tahun,nilai\n3201,Kabupaten Bogor,2024,1\n3271,Kota Bogor,2024,2\n"
NAMED_ROWS = "wilayah,nilai\nAceh,1\nRiau,2\nPapua Selatan,\n"
LOOSE_ROWS = "kelompok,rincian,nilai\nPadi,Sawah,1\nPadi,Ladang,2\n"


@pytest.mark.parametrize(
    ("columns", "rows", "footer"),
    [
        (CODED, CODED_ROWS, ",JUMLAH,,3\n"),
        (CODED, CODED_ROWS, "Jumlah,,,3\n"),
        (CODED, CODED_ROWS, "00,INDONESIA,2024,3\n"),
        (CODED, CODED_ROWS, ",Total Jawa Barat,2024,3\n"),
        (CODED, CODED_ROWS, ",J U M L A H,2024,3\n"),
        (CODED, CODED_ROWS, ",Jumlah,,3\n,Rata-rata,,1.5\n"),
        (CODED, CODED_ROWS, "Jumlah/Total 2024,,,3\nSumber: Dinas Contoh\n"),
        (CODED, CODED_ROWS, "Sumber : BPS,,,\n"),
        (CODED, CODED_ROWS, "Sumber,BPS,,\n"),
        (CODED, CODED_ROWS, "*) Angka sementara,,,\n"),
        (CODED, CODED_ROWS, "Catatan: data belum final,,,\nyang lain menyusul,,,\n"),
        (CODED, CODED_ROWS, ",,,Kepala Dinas\n,,,ttd\n"),
        (CODED, CODED_ROWS, "Data ini masih bersifat sementara dan akan diperbarui,,,\n"),
        (NAMED, NAMED_ROWS, "INDONESIA,3\n"),
        (NAMED, NAMED_ROWS, "Grand Total,3\n"),
        (NAMED, NAMED_ROWS, "Keterangan: - berarti tidak ada data,\n"),
        (LOOSE, LOOSE_ROWS, "Jumlah,,3\n"),
        (LOOSE, LOOSE_ROWS, ",Jumlah,3\n"),
        (LOOSE, LOOSE_ROWS, "Source: Statistics Office,,\n"),
    ],
)
def test_what_is_no_record_is_taken_away_and_told(
    columns: list[dict[str, Any]], rows: str, footer: str, make_contract: Make, read: Read
) -> None:
    contract = make_contract(columns)
    table = read(rows + footer, contract)
    begins = rows.count("\n") + 1
    count = footer.count("\n")
    assert table.rows == read(rows, contract).rows
    assert [(code, row) for code, row, _ in table.codes] == [
        ("row.footer", begins + number) for number in range(count)
    ]
    assert {issue.values["count"] for issue in table.issues} == {count}


@pytest.mark.parametrize(
    ("columns", "content"),
    [
        (CODED, CODED_ROWS + "3273,Kota Bandung,,\n"),
        (CODED, CODED_ROWS + "3273,,,\n"),
        (CODED, CODED_ROWS + ",,,5\n"),
        (CODED, CODED_ROWS + "Sumber Agung,Sumber Agung,2024,5\n"),
        (CODED, "kode,nama,tahun,nilai\n,Indonesia,2023,1\n3201,Kabupaten Bogor,2024,1\n,Indonesia,2024,1\n"),
        (NAMED, NAMED_ROWS + "Papua Tengah,\n"),
        (NAMED, NAMED_ROWS + "Sumber Jaya,5\n"),
        (NAMED, "wilayah,nilai\nIndonesia,1\n"),
        (NAMED, "wilayah,nilai\nAceh,1\nTotal,1\nRiau,2\nTotal,2\n"),
        (NAMED, NAMED_ROWS + "INDONESIA,3\nMaluku,5\n"),
        (LOOSE, LOOSE_ROWS + "Padi,Jumlah,3\n"),
        (LOOSE, LOOSE_ROWS + "Jagung,,\n"),
        (LOOSE, LOOSE_ROWS + "Jumlah penduduk,Kota,3\n"),
        ([{"name": "catatan", "logicalType": "string"}], "catatan\nJumlah\nSumber: saya\n"),
        ([allowing("Aceh", "Riau"), VALUE], NAMED_ROWS),
        ([allowing("Aceh", "Riau", "Total"), VALUE], "wilayah,nilai\nRiau,2\nTotal,3\n"),
    ],
)
def test_what_may_be_a_record_stays(
    columns: list[dict[str, Any]], content: str, make_contract: Make, read: Read
) -> None:
    table = read(content, make_contract(columns))
    assert len(table.rows) == content.count("\n") - 1
    assert [code for code in table.codes if code[0] == "row.footer"] == []


def test_a_country_that_stands_everywhere_is_no_total(make_contract: Make, read: Read) -> None:
    columns = [{**NAMED[0], "primaryKeyPosition": 1}, YEAR, VALUE]
    lines = [f"INDONESIA,{year},1" for year in range(1990, 2024)]
    assert len(read("wilayah,tahun,nilai\n" + "\n".join(lines) + "\n", make_contract(columns)).rows) == 34


def test_a_word_far_above_counts_too(make_contract: Make) -> None:
    """The word stands in an earlier batch: what ends the file with it is a record like that one."""
    contract = make_contract(NAMED)

    def batch(first: int, names: list[str]) -> pl.DataFrame:
        rows = range(first, first + len(names))
        return pl.DataFrame({ROW: rows, "wilayah": names, "nilai": ["1"] * len(names)})

    places = [f"Kabupaten {number}" for number in range(50)]
    for first, footers in (("Indonesia", 0), ("Kabupaten", 1)):
        issues: list[Any] = []
        batches = [batch(2, [first, *places]), batch(53, [*places, "Indonesia"])]
        kept = pl.concat(without_footer(iter(batches), contract, issues))
        assert kept.height == 102 - footers
        assert [issue.row for issue in issues] == [103] * footers


def test_a_short_last_batch_is_looked_at_together_with_the_one_before(make_contract: Make) -> None:
    contract = make_contract(NAMED)
    names = [f"Kabupaten {number}" for number in range(30)]
    first = pl.DataFrame({ROW: range(2, 32), "wilayah": names, "nilai": ["1"] * 30})
    last = pl.DataFrame({ROW: [32], "wilayah": ["Jumlah"], "nilai": ["30"]}, schema=first.schema)
    issues: list[Any] = []
    assert sum(batch.height for batch in without_footer(iter([first, last]), contract, issues)) == 30
    assert [issue.row for issue in issues] == [32]


def test_a_footer_is_an_error_with_its_row_and_remedy(make_contract: Make, check: Check) -> None:
    content = CODED_ROWS + ",JUMLAH,,3\n\nSumber: BPS\n"
    report = check(content, make_contract(CODED))
    assert (report.rows, report.verdict) == (2, Verdict.REJECTED)
    assert [(finding.code, finding.row, finding.column, finding.value) for finding in report.findings] == [
        ("row.footer", 4, "nama", "JUMLAH"),
        ("row.footer", 6, "kode", "Sumber: BPS"),
    ]
    assert "footerRows: 2" in report.findings[0].fix.id
    accepted = check(content, make_contract(CODED, file={"footerRows": 2}))
    assert (accepted.rows, accepted.rules) == (2, ())


def test_the_contract_can_say_that_nothing_is_a_footer(make_contract: Make, read: Read) -> None:
    table = read(NAMED_ROWS + "INDONESIA,3\n", make_contract(NAMED, file={"footerRows": 0}))
    assert (len(table.rows), table.issues) == (4, [])


def test_a_personal_value_in_a_footer_is_masked(make_contract: Make, check: Check) -> None:
    secret = {**NAMED[0], "customProperties": custom(personalData="GENERAL")}
    report = check(
        NAMED_ROWS + "Catatan: Budi Santoso,\n", make_contract([secret, VALUE], personalData="GENERAL")
    )
    (finding,) = report.findings
    assert finding.code == "row.footer"
    assert "Budi" not in report.to_json().decode()
