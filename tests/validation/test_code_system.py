"""Codes of the other system are told once for a column, with the evidence; never because of stray wrong names.

The lists are those that come with the package: 514 regencies, 199 of them with another code in the other system.
"""

import random
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import satudata.validation.checking as checking
from satudata.validation.checking import check_file
from satudata.validation.contracts.model import DataContract, Severity
from satudata.validation.references import References, build_list
from satudata.validation.reports.model import Report
from satudata.validation.text import Text

Make = Callable[..., DataContract]
Check = Callable[..., Report]
Rows = list[tuple[str, ...]]
KEMENDAGRI, BPS = "kemendagri/kode-wilayah", "bps/kode-wilayah"


@pytest.fixture(scope="module")
def lists() -> References:
    return References(Path(str(files("satudata.datasets"))) / "reference")


@pytest.fixture(scope="module")
def regencies(lists: References) -> dict[str, Rows]:
    """Code without dots and label of every regency in force, by list."""
    return {
        name: lists.codes(name)
        .filter((pl.col("level") == "REGENCY") & pl.col("valid_to").is_null())
        .select(pl.col("code").str.replace(".", "", literal=True), "label")
        .rows()
        for name in (KEMENDAGRI, BPS)
    }


@pytest.fixture
def check_rows(tmp_path: Path, lists: References, make_contract: Make) -> Check:
    """Check rows of code and, where they have one, name against a code list."""

    def run(
        rows: Iterable[tuple[str, ...]], code_list: str, form: str = "PLAIN", level: str = "REGENCY"
    ) -> Report:
        rows = list(rows)
        settings = {"codeList": code_list, "codeLevel": level, "codeFormat": form}
        columns: list[dict[str, Any]] = [
            {
                "name": "kode",
                "logicalType": "string",
                "customProperties": [{"property": key, "value": value} for key, value in settings.items()],
            },
            {
                "name": "nama",
                "logicalType": "string",
                "customProperties": [{"property": "nameOf", "value": "kode"}],
            },
        ]
        contract = make_contract(columns[: len(rows[0])])
        path = tmp_path / "data.csv"
        header = ",".join(column.header for column in contract.columns)
        path.write_text(f"{header}\n" + "".join(",".join(row) + "\n" for row in rows))
        return check_file(path, contract, lists)

    return run


def counts(report: Report) -> dict[str, int]:
    return {rule.key: rule.count for rule in report.rules}


@pytest.mark.parametrize(("declared", "used"), [(KEMENDAGRI, BPS), (BPS, KEMENDAGRI)])
def test_a_column_of_the_other_system_is_one_finding(
    declared: str, used: str, check_rows: Check, regencies: dict[str, Rows]
) -> None:
    report = check_rows(regencies[used], declared)
    (finding,) = (item for item in report.findings if item.severity is Severity.ERROR)
    assert (finding.code, finding.row, finding.column) == ("row.code_system", None, "kode")
    other = used.split("/")[0].upper()
    assert f"kode {other}, bukan kode dari {declared}" in finding.message.id
    assert f"codeList: {used}" in finding.fix.en
    assert "1101 = Kabupaten" in finding.message.en
    assert counts(report)["row.code_system:kode"] in (199, 200)
    assert {key for key in counts(report) if key.startswith("row.code")} == {"row.code_system:kode"}
    (rule,) = (rule for rule in report.rules if rule.code == "row.code_system")
    assert rule.rows[:5] == (2, 3, 4, 5, 6)
    assert len(rule.rows) == 20


def test_codes_alone_are_enough_when_only_the_other_list_has_them(
    check_rows: Check, regencies: dict[str, Rows]
) -> None:
    """No names beside the codes: 28 of the BPS codes were never codes of Kemendagri, 7 are superseded ones."""
    report = check_rows([row[:1] for row in regencies[BPS]], KEMENDAGRI)
    assert counts(report) == {"row.code_system:kode": 28, "row.code_superseded:kode": 7}
    assert counts(check_rows([row[:1] for row in regencies[KEMENDAGRI]], BPS)) == {"row.code_system:kode": 35}


def test_one_province_is_enough(check_rows: Check, regencies: dict[str, Rows]) -> None:
    """In every province that numbers differently; in the others both systems have the same codes."""
    same = {"17", "32", "33", "34", "35", "36", "51", "52", "63"}
    for province in sorted({code[:2] for code, _ in regencies[BPS]}):
        report = check_rows([row for row in regencies[BPS] if row[0][:2] == province], KEMENDAGRI)
        errors = {rule.code for rule in report.rules if rule.severity is Severity.ERROR}
        assert errors == (set() if province in same else {"row.code_system"}), province


def test_provinces_padded_to_four_digits(check_rows: Check) -> None:
    rows = [("9100", "Prov. Papua Barat"), ("9400", "Prov. Papua"), ("3200", "Prov. Jawa Barat")]
    report = check_rows(rows, KEMENDAGRI, "PADDED4", "PROVINCE")
    assert counts(report) == {"row.code_system:kode": 2}
    assert "9100 = Papua Barat → 9200" in report.findings[0].message.id


def test_codes_without_the_dots_of_the_list_are_another_matter(
    check_rows: Check, regencies: dict[str, Rows]
) -> None:
    """`1112` where the list writes `11.12`: only rows whose name says BPS count as evidence for BPS."""
    report = check_rows(regencies[KEMENDAGRI], KEMENDAGRI, "DOTTED")
    assert counts(report) == {"row.code:kode": 514}
    assert "Mungkin maksudnya 11.01?" in report.findings[0].fix.id
    report = check_rows(regencies[BPS], KEMENDAGRI, "DOTTED")
    assert counts(report)["row.code_system:kode"] == 200


def test_stray_wrong_names_never_speak_for_another_system(
    check_rows: Check, regencies: dict[str, Rows]
) -> None:
    """Twenty names in the wrong row: a name agrees with the other system by chance in 1 of 514."""
    chance = random.Random(20261124)
    right = regencies[KEMENDAGRI]
    for _ in range(8):
        rows = list(right)
        for place in chance.sample(range(len(rows)), 20):
            rows[place] = rows[place][0], chance.choice(right)[1]
        found = counts(check_rows(rows, KEMENDAGRI))
        assert set(found) <= {"row.code_name:nama"}
        assert found["row.code_name:nama"] >= 18


def test_a_single_row_of_the_other_system_is_told_as_what_it_is(
    check_rows: Check, regencies: dict[str, Rows]
) -> None:
    rows = [*regencies[KEMENDAGRI][1:], ("1101", "Kabupaten Simeulue")]
    report = check_rows(rows, KEMENDAGRI)
    assert counts(report) == {"row.code_name:nama": 1}
    (finding,) = report.findings
    assert (finding.row, finding.value) == (515, "Kabupaten Simeulue")
    assert "kode 1101, yaitu Kabupaten Aceh Selatan" in finding.message.id


def test_a_few_rows_of_the_other_system_among_many_wrong_names_are_told_as_names(
    check_rows: Check, regencies: dict[str, Rows]
) -> None:
    right = regencies[KEMENDAGRI]
    shifted = [(code, right[(place + 7) % len(right)][1]) for place, (code, _) in enumerate(right)][:60]
    report = check_rows(
        [*shifted, ("1101", "Simeulue"), ("1102", "Aceh Singkil"), ("1103", "Aceh Selatan")], KEMENDAGRI
    )
    assert set(counts(report)) == {"row.code_name:nama"}
    assert counts(report)["row.code_name:nama"] >= 60


def test_evidence_adds_up_over_batches(
    check_rows: Check, regencies: dict[str, Rows], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row of the other system in each of three batches; 1,000 right rows between them."""
    monkeypatch.setattr(checking, "PROBE_ROWS", 1_000)
    right = [row for row in regencies[KEMENDAGRI] if row[0][:2] == "32"] * 40
    rows = [
        ("1101", "Simeulue"),
        *right[:990],
        ("1102", "Aceh Singkil"),
        *right[:990],
        ("1103", "Aceh Selatan"),
    ]
    report = check_rows(rows, KEMENDAGRI)
    assert counts(report) == {"row.code_system:kode": 3}
    assert report.rules[0].rows == (2, 993, 1984)


def test_a_list_without_a_counterpart_has_no_other_system(
    tmp_path: Path, make_contract: Make, check: Check
) -> None:
    folder = tmp_path / "lists"
    frame = pl.DataFrame({"code": ["1", "2"], "label": ["Satu", "Dua"]})
    build_list(folder, "contoh/warna", "1", Text("Warna", "Colours"), "contoh", frame)
    contract = make_contract(
        [
            {
                "name": "kode",
                "logicalType": "string",
                "customProperties": [{"property": "codeList", "value": "contoh/warna"}],
            }
        ]
    )
    path = tmp_path / "data.csv"
    path.write_text("kode\n3\n4\n5\n6\n")
    assert counts(check_file(path, contract, References(folder))) == {"row.code:kode": 4}
