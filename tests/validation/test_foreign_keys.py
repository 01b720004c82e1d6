"""Columns that refer to a published dataset: typed comparison, near misses, targets that cannot be compared with."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from satudata.validation.contracts.errors import ContractError
from satudata.validation.contracts.model import DataContract, ForeignKey
from satudata.validation.contracts.references import foreign_files
from satudata.validation.reports.model import Report, Verdict

Make = Callable[..., DataContract]
Check = Callable[..., Report]
TARGET = "dinas-contoh/sekolah.npsn"


def referring(to: str = "dinas-contoh.sekolah.npsn", **options: Any) -> dict[str, Any]:
    column = {"name": "npsn", "logicalType": "string", "relationships": [{"type": "foreignKey", "to": to}]}
    return {**column, **options}


@pytest.fixture
def schools(tmp_path: Path) -> Path:
    """The published rows of `dinas-contoh/sekolah`."""
    path = tmp_path / "sekolah.parquet"
    frame = pl.DataFrame(
        {
            "npsn": ["20100001", "20100002", "20100002", None, "20255555"],
            "nomor": [1, 2, 3, None, 5],
            "luas": pl.Series(["1.50", "2.25", None, "3.00", "4.00"]).cast(pl.Decimal(10, 2)),
            "nama": ["SMA Negeri 1 Bandung", "SMA Negeri 2 Bandung", "SD Merdeka", "SD Cibeunying", None],
        }
    )
    frame.write_parquet(path)
    return path


def test_a_value_that_is_not_published_is_told_with_the_nearest(
    check: Check, make_contract: Make, schools: Path
) -> None:
    contract = make_contract([referring()])
    report = check("npsn\n20100001\n20100003\n\nabc\n 20255555 \n", contract, foreign={TARGET: schools})
    assert [(item.code, item.row, item.value) for item in report.findings] == [
        ("row.reference", 3, "20100003"),
        ("row.reference", 5, "abc"),
    ]
    first, second = (f"{item.message.id} {item.fix.id}" for item in report.findings)
    assert f"tidak ada di {TARGET}" in first
    assert "Mungkin maksudnya 2010000" in first
    assert "Mungkin" not in second
    assert report.verdict is Verdict.REJECTED


def test_names_are_suggested_too(check: Check, make_contract: Make, schools: Path) -> None:
    contract = make_contract([referring("dinas-contoh.sekolah.nama")])
    report = check("npsn\nSMA Negri 1 Bandung\n", contract, foreign={"dinas-contoh/sekolah.nama": schools})
    assert "Perhaps SMA Negeri 1 Bandung is meant?" in report.findings[0].fix.en


@pytest.mark.parametrize(
    ("column", "options", "content", "wrong"),
    [
        ("nomor", {"logicalType": "integer"}, "1\n4\n5\n", ["4"]),
        ("luas", {"logicalType": "number", "physicalType": "decimal(10,2)"}, "1.5\n2.250\n1.51\n", ["1.51"]),
        ("nomor", {"logicalType": "number", "physicalType": "decimal(12,1)"}, "1.0\n2.5\n", ["2.5"]),
    ],
)
def test_numbers_are_compared_as_numbers(
    column: str,
    options: Any,
    content: str,
    wrong: list[str],
    check: Check,
    make_contract: Make,
    schools: Path,
) -> None:
    contract = make_contract([referring(f"dinas-contoh.sekolah.{column}", **options)])
    report = check(f"npsn\n{content}", contract, foreign={f"dinas-contoh/sekolah.{column}": schools})
    assert [item.value for item in report.findings] == wrong
    assert {item.code for item in report.findings} == {"row.reference"}


@pytest.mark.parametrize(
    ("to", "options", "known", "why"),
    [
        ("dinas-contoh.sekolah.npsn", {}, False, "belum diterbitkan"),
        ("dinas-contoh.sekolah.kode", {}, True, "terbit tanpa kolom itu"),
        ("dinas-contoh.sekolah.nomor", {}, True, "terbit dengan kolom berjenis lain"),
        ("dinas-contoh.sekolah.npsn", {"logicalType": "integer"}, True, "terbit dengan kolom berjenis lain"),
    ],
)
def test_a_target_that_cannot_be_compared_with_is_a_warning_not_a_crash(
    to: str, options: Any, known: bool, why: str, check: Check, make_contract: Make, schools: Path
) -> None:
    contract = make_contract([referring(to, **options)])
    target = str(contract.columns[0].reference)
    report = check("npsn\n1\n2\n", contract, foreign={target: schools} if known else None)
    (finding,) = report.findings
    assert (finding.code, finding.column, finding.row) == ("column.reference", "npsn", None)
    assert target in finding.message.id
    assert why in finding.message.id
    assert "--dataset dinas-contoh/sekolah=BERKAS" in finding.fix.id
    assert report.verdict is Verdict.NEEDS_CONFIRMATION


def test_a_missing_column_is_not_compared(check: Check, make_contract: Make) -> None:
    contract = make_contract([referring(), {"name": "lain", "logicalType": "string"}])
    report = check("lain\na\n", contract)
    assert [rule.code for rule in report.rules] == ["column.missing"]


def test_the_contract_names_dataset_and_column(make_contract: Make) -> None:
    contract = make_contract([referring("dinas-pendidikan-kota.data-sekolah.kode_npsn")])
    reference = contract.columns[0].reference
    assert reference == ForeignKey("dinas-pendidikan-kota/data-sekolah", "kode_npsn")
    files = {"dinas-pendidikan-kota/data-sekolah": Path("a"), "lain/lain": Path("b")}
    assert foreign_files(contract, files) == {"dinas-pendidikan-kota/data-sekolah.kode_npsn": Path("a")}


@pytest.mark.parametrize("to", ["dinas-contoh/sekolah.npsn", "sekolah.npsn", "a.b.c.d", "Dinas.sekolah.npsn"])
def test_other_writings_of_a_target_are_told(to: str, make_contract: Make) -> None:
    with pytest.raises(ContractError) as refused:
        make_contract([referring(to)])
    (problem,) = refused.value.problems
    assert problem.code == "contract.reference"
    assert problem.path == "schema[0].properties[0].relationships[0].to"
    assert "agency.dataset.column" in problem.fix.en


def test_one_reference_a_column(make_contract: Make) -> None:
    column = referring()
    with pytest.raises(ContractError) as refused:
        make_contract([{**column, "relationships": column["relationships"] * 2}])
    assert [problem.code for problem in refused.value.problems] == ["contract.one_reference"]


def test_many_values_of_the_target_do_no_harm(check: Check, make_contract: Make, tmp_path: Path) -> None:
    path = tmp_path / "besar.parquet"
    pl.DataFrame({"npsn": [f"{number:08d}" for number in range(300_000)]}).write_parquet(path)
    contract = make_contract([referring()])
    content = "npsn\n" + "\n".join(f"{number:08d}" for number in range(0, 300_001, 100)) + "\n99999999\n"
    report = check(content, contract, foreign={TARGET: path})
    assert [item.value for item in report.findings] == ["00300000", "99999999"]
    assert Decimal(report.measures["columns"]["npsn"]["count"]) == 3002
