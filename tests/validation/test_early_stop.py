"""A column that is not what the contract says: told once, with a guess why, and the check ends there."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import satudata.validation.checking as checking
from satudata.validation.checking import PROBE_ROWS, check_file, with_probe
from satudata.validation.contracts.model import DataContract
from satudata.validation.references import References
from satudata.validation.reports.model import Report, Verdict

Make = Callable[..., DataContract]
Check = Callable[..., Report]
REGIONS = "kemendagri/kode-wilayah"


def column(name: str, kind: str = "string", custom: Any = None, **options: Any) -> dict[str, Any]:
    settings = [{"property": key, "value": value} for key, value in (custom or {}).items()]
    return {"name": name, "logicalType": kind, "customProperties": settings, **options}


def of(report: Report, code: str) -> Any:
    (rule,) = (rule for rule in report.rules if rule.code == code)
    return rule


@pytest.fixture
def numbers(make_contract: Make) -> DataContract:
    return make_contract([column("id", "integer"), column("jumlah", "integer")])


def test_a_hopeless_column_is_summed_up_and_the_rest_of_the_file_is_left(
    check: Check, numbers: DataContract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "PROBE_ROWS", 2_000)
    lines = [f"{number},{'banyak' if number % 4 else number}" for number in range(5_000)]
    lines[3] = "x,banyak"
    report = check("id,jumlah\n" + "\n".join(lines) + "\n", numbers)
    assert (report.verdict, report.rows) == (Verdict.REJECTED, 2_000)
    (finding,) = (item for item in report.findings if item.code == "column.mismatch")
    assert (finding.column, finding.row) == ("jumlah", None)
    assert (
        '1500 dari 2000 baris (2 sampai 2001) melanggar "Isi bukan jenis yang diminta"' in finding.message.id
    )
    assert 'Isinya teks, misalnya "banyak"' in finding.message.id
    assert "berhenti setelah 2000 baris" in finding.message.id
    assert "stopped after 2000 rows" in finding.message.en
    types = {rule.column: rule.count for rule in report.rules if rule.code == "row.type"}
    assert types == {"id": 1, "jumlah": 1_500}, "counts are exact for what was read"
    assert sum(item.code == "row.type" and item.column == "jumlah" for item in report.findings) == 20
    assert report.measures["rows"] == 2_000
    assert report.measures["columns"]["jumlah"]["nulls"] == 1_500


def test_a_file_of_one_batch_is_checked_to_its_end(check: Check, numbers: DataContract) -> None:
    lines = [f"{number},banyak" for number in range(1_499)]
    report = check("id,jumlah\n" + "\n".join([*lines, "x,1"]) + "\n", numbers)
    assert report.rows == 1_500
    message = next(item.message for item in report.findings if item.code == "column.mismatch")
    assert "1499 dari 1500" in message.id
    assert "berhenti" not in message.id
    assert of(report, "column.mismatch").count == 1
    assert [(item.code, item.row) for item in report.findings if item.column == "id"] == [("row.type", 1_501)]


def test_small_files_are_told_cell_by_cell(check: Check, numbers: DataContract) -> None:
    report = check("id,jumlah\n" + "1,banyak\n" * 999, numbers)
    assert [(rule.code, rule.count) for rule in report.rules] == [("row.type", 999)]
    assert len(report.findings) == 999


def test_half_is_not_more_than_half(check: Check, numbers: DataContract) -> None:
    report = check("id,jumlah\n" + "1,banyak\n1,1\n" * 1_000, numbers)
    assert [rule.code for rule in report.rules] == ["row.type"]


def test_a_column_that_goes_wrong_later_ends_the_check_there(
    check: Check, numbers: DataContract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "PROBE_ROWS", 1_000)
    report = check("id,jumlah\n" + "1,1\n" * 1_000 + "1,x\n" * 3_000, numbers)
    message = next(item.message for item in report.findings if item.code == "column.mismatch")
    assert "3000 dari 3000 baris (1002 sampai 4001)" in message.id


def test_warnings_and_row_rules_do_not_end_a_check(check: Check, make_contract: Make) -> None:
    rule = {"name": "positif", "type": "custom", "engine": "pandera", "implementation": "jumlah > 5"}
    contract = make_contract(
        [
            column("kode", custom={"codeList": REGIONS, "codeLevel": "REGENCY"}),
            column("jumlah", "integer"),
        ],
        rules=[rule],
    )
    report = check("kode,jumlah\n" + "91.01,1\n" * 1_200, contract)
    assert {item.code: item.count for item in report.rules} == {
        "row.code_superseded": 1_200,
        "row.rule": 1_200,
    }


def test_set_rules_of_a_part_are_not_judged(
    check: Check, make_contract: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "PROBE_ROWS", 1_000)
    rule = {
        "name": "cukup",
        "type": "custom",
        "engine": "greatExpectations",
        "implementation": {"measure": "row_count", "min": 3_000},
    }
    contract = make_contract([column("jumlah", "integer")], rules=[rule])
    report = check("jumlah\n" + "x\n" * 4_000, contract)
    assert {item.code for item in report.rules} == {"column.mismatch", "row.type"}


# -- why


def guess(report: Report, name: str) -> tuple[str, str]:
    (finding,) = (item for item in report.findings if item.code == "column.mismatch" and item.column == name)
    return finding.message.en, finding.fix.en


WHY: list[tuple[str, dict[str, Any], Callable[[int], str], str, str]] = [
    (
        "other number style",
        column("x", "number", physicalType="decimal(18,2)"),
        lambda n: f'"{n % 900 + 1}.{n % 900 + 100:03d},50"',
        "written in the style 1.234,56",
        'numberStyle: "1.234,56"',
    ),
    (
        "other date format",
        column("x", "date"),
        lambda n: f"{n % 28 + 1:02d}/03/2024",
        "written like dd/MM/yyyy",
        "format: dd/MM/yyyy",
    ),
    (
        "codes with dots",
        column("x", custom={"codeList": REGIONS, "codeLevel": "REGENCY", "codeFormat": "PLAIN"}),
        lambda n: ("32.01", "32.71", "32.73")[n % 3],
        "in the form DOTTED",
        "codeFormat: DOTTED",
    ),
    (
        "names for codes",
        column("x", custom={"codeList": REGIONS, "codeLevel": "REGENCY"}),
        lambda n: ("Kabupaten Bogor", "Kota Bandung")[n % 2],
        "holds names, not codes",
        "codeMatch: NAME",
    ),
    (
        "capitals",
        column("x", enum=[{"value": "Tetap"}, {"value": "Sementara"}]),
        lambda n: ("TETAP", "SEMENTARA")[n % 2],
        "Only capitals and small letters differ",
        "capitals and small letters",
    ),
    ("nothing", column("x", required=True), lambda n: "", "almost empty", "written without required"),
    (
        "no idea",
        column("x", logicalTypeOptions={"pattern": "^[A-Z]{3}$"}),
        lambda n: f"kode-{n}",
        'It holds, for example, "kode-0"',
        "Compare the column with the contract",
    ),
]


@pytest.mark.parametrize("case", WHY, ids=[case[0] for case in WHY])
def test_the_guess(case: Any, check: Check, make_contract: Make) -> None:
    _, described, cell, why, remedy = case
    contract = make_contract([described, column("y")])
    report = check("x,y\n" + "".join(f"{cell(number)},a\n" for number in range(1_000)), contract)
    message, fix = guess(report, "x")
    assert why in message
    assert remedy in fix


def test_swapped_columns_point_at_each_other(check: Check, make_contract: Make) -> None:
    contract = make_contract(
        [
            column("kode", custom={"codeList": REGIONS, "codeFormat": "PLAIN"}),
            column("tanggal", "date"),
            column("kelas", enum=[{"value": "A"}, {"value": "B"}]),
        ]
    )
    report = check("kode,tanggal,kelas\n" + "2024-01-31,3201,A\n" * 1_000, contract)
    message, fix = guess(report, "kode")
    assert 'fit the column "tanggal"' in message
    assert "Swap the headers" in fix
    assert 'fit the column "kode"' in guess(report, "tanggal")[0]


def test_shifted_columns_too(check: Check, make_contract: Make) -> None:
    """An empty cell too many: every value stands one column to the right."""
    contract = make_contract(
        [
            column("tahun", "integer", logicalTypeOptions={"minimum": 2000, "maximum": 2100}),
            column("hari", "date"),
            column("kelas", enum=[{"value": "A"}, {"value": "B"}]),
        ]
    )
    report = check("tahun,hari,kelas\n" + "x,2024,2024-01-31\n" * 1_000, contract)
    assert 'fit the column "tahun"' in guess(report, "hari")[0]
    assert 'fit the column "hari"' in guess(report, "kelas")[0]


def test_examples_of_personal_columns_are_masked(check: Check, make_contract: Make) -> None:
    contract = make_contract([column("nik", "integer", custom={"personalData": "SPECIFIC"})])
    report = check("nik\n" + "A320101234567890\n" * 1_000, contract)
    assert b"A320101234567890" not in report.to_json()
    assert "A320**********90" in guess(report, "nik")[0]


# -- size


def test_the_probe_is_the_beginning_of_the_first_batch() -> None:
    import polars as pl

    frames = [pl.DataFrame({"a": range(PROBE_ROWS + 5)}), pl.DataFrame({"a": [1]})]
    assert [batch.height for batch in with_probe(iter(frames))] == [PROBE_ROWS, 5, 1]
    assert [batch.height for batch in with_probe(iter(frames[1:]))] == [1]
    assert list(with_probe(iter(()))) == []


def test_a_million_rows_wrong_in_every_column_end_soon(
    tmp_path: Path, make_contract: Make, references: References
) -> None:
    contract = make_contract(
        [
            column("kode", custom={"codeList": REGIONS, "codeFormat": "PLAIN"}, required=True),
            column("hari", "date"),
            *(column(f"n{number}", "number", physicalType="decimal(12,2)") for number in range(8)),
        ]
    )
    path = tmp_path / "data.csv"
    header = ",".join(described.header for described in contract.columns)
    line = "Desa,31/12/2024," + ",".join(f"angka{number}" for number in range(8)) + "\n"
    path.write_text(f"{header}\n" + line * 1_000_000)
    begun = time.process_time()
    report = check_file(path, contract, references)
    assert time.process_time() - begun < 10
    assert (report.rows, report.verdict) == (PROBE_ROWS, Verdict.REJECTED)
    assert {rule.column for rule in report.rules if rule.code == "column.mismatch"} == set(contract.by_name)
    assert len(report.findings) == 10 * 21
