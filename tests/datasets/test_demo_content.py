"""The demo tables, each checked by its contract against the bundled code lists: verdicts, warnings, right answers.

The right answers are those of `datasets/satudata/datasets/demo/SOURCES.md`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from satudata.datasets.agencies.types import AgencyKind
from satudata.validation.checking import check_file
from satudata.validation.contracts.loading import load_contract
from satudata.validation.contracts.model import (
    AccessLevel,
    Column,
    ColumnType,
    DataContract,
    PersonalData,
    Severity,
)
from satudata.validation.references import References
from satudata.validation.reports.model import Report, Verdict

DATASETS = Path(str(files("satudata.datasets")))
DEMO = DATASETS / "demo"
REFERENCE = DATASETS / "reference"
MANIFEST: dict[str, Any] = yaml.safe_load((DEMO / "manifest.yaml").read_text("utf-8"))
ENTRIES: dict[str, dict[str, Any]] = {entry["slug"]: entry for entry in MANIFEST["datasets"]}


@dataclass(frozen=True)
class Answer:
    """What must come out of one table; `measures` holds parts of the report's measures by column."""

    rows: int
    measures: dict[str, dict[str, str | int]] = field(default_factory=dict)
    warnings: dict[str, int] = field(default_factory=dict)


ANSWERS = {
    "disnakertrans-jabar/upah-minimum": Answer(
        216,
        {
            "upah_minimum": {
                "count": 216,
                "sum": "629818597.37",
                "min": "1433901.15",
                "max": "5343430.00",
            },
            "tahun": {"min": "2017", "max": "2024", "distinct": 8},
            "kode_kabupaten_kota": {"distinct": 27},
        },
    ),
    "kemendagri/luas-penduduk": Answer(
        514,
        {
            "jumlah": {"count": 514, "sum": "284973643"},
            "laki_laki": {"sum": "143863392"},
            "perempuan": {"sum": "141110251"},
            "luas_km2": {"sum": "1890179.784"},
        },
    ),
    "bmkg/iklim-harian-bandung": Answer(
        366,
        {
            "rr": {"count": 310, "nulls": 56, "sum": "2142.3"},
            "tx": {"count": 365, "max": "34.5", "sum": "11135.2"},
            "tn": {"count": 364, "min": "16.2", "sum": "7528.3"},
            "tanggal": {"min": "2024-01-01", "max": "2024-12-31", "distinct": 366},
        },
    ),
    "bmkg/gempa-dirasakan": Answer(
        562, {"magnitudo": {"sum": "3127.8", "min": "5.0", "max": "7.9"}, "kode_gempa": {"distinct": 562}}
    ),
    "kemenkes/puskesmas": Answer(
        514, {"jumlah_puskesmas": {"sum": "10292"}}, {"row.code_superseded:kode_kab": 26}
    ),
    "bps/impor-pelabuhan": Answer(
        2907,
        {
            "nilai": {"count": 2907, "sum": "1324453060580"},
            "berat": {"count": 2907, "sum": "1394385342013"},
            "tahun": {"min": "1999", "max": "2014", "distinct": 16},
        },
    ),
    "lkpp/capaian-pengadaan": Answer(
        792,
        {
            "capaian_pengadaan": {"count": 527, "nulls": 265, "sum": "29633.59"},
            "capaian_kontrak": {"count": 443, "nulls": 349, "sum": "26183.63"},
            "capaian_pelaksanaan": {"count": 422, "nulls": 370, "sum": "22941.43"},
            "capaian_pho": {"count": 318, "nulls": 474, "sum": "11937.87"},
            "kode_provinsi": {"distinct": 33},
        },
        {"row.rule:capaian_kontrak": 17},
    ),
    "dlh-jakarta/ispu-bulanan": Answer(
        446,
        {
            "jumlah_hari": {"sum": "5538", "max": "30"},
            "bulan": {"min": "2010-01-01", "max": "2025-02-01"},
            "kategori": {"distinct": 6},
        },
    ),
    "kemendagri/wilayah": Answer(91599, {"code": {"distinct": 91599}, "parent_code": {"nulls": 38}}),
    "kemendagri/pulau": Answer(17373, {"code": {"distinct": 17373}, "regency_code": {"nulls": 56}}),
}


@dataclass(frozen=True)
class Checked:
    contract: DataContract
    report: Report
    rows: pl.DataFrame
    """The typed rows, as they would be published."""


def contract_of(slug: str) -> DataContract:
    return load_contract((DEMO / ENTRIES[slug]["contract"]).read_text("utf-8"))


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """`check(slug)` checks a demo table once for this module."""
    folder, done = tmp_path_factory.mktemp("checked"), {}
    references = References(REFERENCE)

    def run(slug: str) -> Checked:
        if slug not in done:
            contract, output = contract_of(slug), folder / f"{slug.replace('/', '.')}.parquet"
            report = check_file(DEMO / ENTRIES[slug]["file"], contract, references, output=output)
            assert report.verdict is not Verdict.REJECTED, [
                finding.as_dict() for finding in report.findings[:5]
            ]
            done[slug] = Checked(contract, report, pl.read_parquet(output))
        return done[slug]

    return run


def test_manifest_names_every_table_and_contract_once() -> None:
    assert set(ENTRIES) == set(ANSWERS)
    assert len(MANIFEST["datasets"]) == len(ENTRIES)
    assert {entry["contract"] for entry in ENTRIES.values()} == {
        f"contracts/{path.name}" for path in (DEMO / "contracts").iterdir()
    }
    agencies = {agency["slug"] for agency in MANIFEST["agencies"]}
    assert agencies == {slug.partition("/")[0] for slug in ENTRIES}
    for agency in MANIFEST["agencies"]:
        assert AgencyKind(agency["kind"])
        assert agency["name"]["id"]
        assert agency["name"]["en"]
        assert agency["url"].startswith("https://")


@pytest.mark.parametrize("slug", ENTRIES)
def test_contract_is_complete(slug: str) -> None:
    contract = contract_of(slug)
    assert contract.id == slug
    assert contract.agency == contract.steward == slug.partition("/")[0]
    assert contract.access_level is AccessLevel.OPEN
    assert contract.personal_data is PersonalData.NONE
    for text in (contract.title, contract.description, contract.limitations, contract.usage):
        assert text is not None
        assert text.id
        assert text.en
        assert text.id != text.en
    assert "Tabel demo" in contract.description.id
    assert "Demo table" in contract.description.en
    assert contract.license
    assert contract.topic
    assert contract.keywords
    assert contract.update_frequency
    assert contract.source_url
    assert contract.stored_order
    assert contract.key
    for column in contract.columns:
        assert column.title.id, column.name
        assert column.title.en, column.name
        assert column.description is not None, column.name
        assert column.description.en, column.name
    assert contract.headline is None or contract.by_name[contract.headline].unit


def test_integers_that_fit_32_bits_say_so() -> None:
    """GraphQL shows them as Int; the two measures of imports exceed it and are BigInt."""

    def bounded(column: Column) -> bool:
        limits = (column.minimum, column.maximum)
        return all(isinstance(limit, Decimal) and abs(limit) < 2**31 for limit in limits)

    wide = {
        f"{slug}.{column.name}"
        for slug in ENTRIES
        for column in contract_of(slug).columns
        if column.type is ColumnType.INTEGER and not bounded(column)
    }
    assert wide == {"bps/impor-pelabuhan.nilai", "bps/impor-pelabuhan.berat"}


@pytest.mark.parametrize("slug", ENTRIES)
def test_table_gives_its_right_answers(slug: str, check: Any) -> None:
    checked, answer = check(slug), ANSWERS[slug]
    report = checked.report
    assert report.rows == answer.rows
    assert report.measures["rows"] == answer.rows
    assert checked.rows.height == answer.rows
    for column, expected in answer.measures.items():
        found = report.measures["columns"][column]
        assert {key: found[key] for key in expected} == expected, column


@pytest.mark.parametrize("slug", ENTRIES)
def test_table_warns_of_exactly_what_its_steward_confirms(slug: str, check: Any) -> None:
    report, answer = check(slug).report, ANSWERS[slug]
    assert {rule.key: rule.count for rule in report.rules} == answer.warnings
    assert report.verdict is (Verdict.NEEDS_CONFIRMATION if answer.warnings else Verdict.ACCEPTED)
    assert {rule.severity for rule in report.rules} <= {Severity.WARNING}
    confirm = ENTRIES[slug].get("confirm")
    assert set(confirm["rules"] if confirm else ()) == set(answer.warnings)
    if confirm:
        assert confirm["reason"]["id"]
        assert confirm["reason"]["en"]


def test_superseded_codes_name_their_successors(check: Any) -> None:
    report = check("kemenkes/puskesmas").report
    findings = [finding for finding in report.findings if finding.code == "row.code_superseded"]
    merauke = next(finding for finding in findings if finding.value == "9101")
    assert "9301" in merauke.message.id + merauke.fix.id
    puskesmas = check("kemenkes/puskesmas").rows
    old = {finding.value for finding in findings}
    assert puskesmas.filter(pl.col("kode_kab").is_in(list(old)))["jumlah_puskesmas"].sum() == 406


def test_sums_by_year(check: Any) -> None:
    wages = check("disnakertrans-jabar/upah-minimum").rows.filter(pl.col("tahun") == 2024)
    assert wages.height == 27
    assert wages["upah_minimum"].sum() == Decimal("91004430.00")
    imports = check("bps/impor-pelabuhan").rows
    assert imports.filter(pl.col("tahun") == 2012)["nilai"].sum() == 191_691_991_673


def test_days_by_category(check: Any) -> None:
    days = check("dlh-jakarta/ispu-bulanan").rows.group_by("kategori").agg(pl.col("jumlah_hari").sum())
    assert dict(days.iter_rows()) == {
        "SEDANG": 3187,
        "TIDAK SEHAT": 1827,
        "BAIK": 316,
        "SANGAT TIDAK SEHAT": 203,
        "TIDAK ADA DATA": 4,
        "BERBAHAYA": 1,
    }


def test_missing_values_are_empty_and_not_zero(check: Any) -> None:
    rows = check("bmkg/iklim-harian-bandung").rows
    assert rows["rr"][15] is None  # 8888 in the file
    assert rows["rr"][12] is None  # a hyphen
    assert rows["rr"][13] == 0


def test_port_codes_of_digits_stay_text(check: Any) -> None:
    ports = check("bps/impor-pelabuhan").rows["kode_pelabuhan"]
    assert ports.dtype == pl.String
    assert ports[0] == "101"


def test_regions_by_level(check: Any) -> None:
    levels = check("kemendagri/wilayah").rows["level"].value_counts()
    assert dict(levels.iter_rows()) == {"PROVINCE": 38, "REGENCY": 514, "DISTRICT": 7285, "VILLAGE": 83762}


def test_islands_have_exact_coordinates_and_flags(check: Any) -> None:
    rows = {row["code"]: row for row in check("kemendagri/pulau").rows.iter_rows(named=True)}

    def degrees(degree: int, minute: int, second: str) -> Decimal:
        exact = degree + Decimal(minute) / 60 + Decimal(second) / 3600
        return exact.quantize(Decimal("0.000001"))

    north = rows["11.01.40001"]
    assert (north["name"], north["berpenduduk"], north["terluar"]) == ("Pulau Batukapal", False, False)
    assert (north["lintang"], north["bujur"]) == (degrees(3, 19, "3.44"), degrees(97, 7, "41.73"))
    south = rows["92.08.40050"]
    assert (south["lintang"], south["bujur"]) == (-degrees(3, 48, "49.54"), degrees(134, 1, "57.88"))
    assert sum(row["berpenduduk"] for row in rows.values()) == 1589
    assert sum(row["terluar"] for row in rows.values()) == 110


def test_bundled_lists_hold_the_codes_in_force_and_the_superseded() -> None:
    references = References(REFERENCE)
    assert {"kemendagri/kode-wilayah", "bps/kode-wilayah"} <= {info.id for info in references.lists()}
    edition = references.edition("kemendagri/kode-wilayah", None)
    assert edition == "300.2.2-2430-2025"
    codes = references.codes("kemendagri/kode-wilayah", edition)
    in_force = codes.filter(pl.col("valid_to").is_null())
    assert dict(in_force["level"].value_counts().iter_rows()) == {
        "PROVINCE": 38,
        "REGENCY": 514,
        "DISTRICT": 7285,
        "VILLAGE": 83762,
    }
    ended = codes.filter(pl.col("valid_to").is_not_null())
    assert ended.height == 26
    assert set(ended.explode("successors")["successors"]) <= set(in_force["code"])
    provinces = references.codes("bps/kode-wilayah", references.edition("bps/kode-wilayah", None))
    assert dict(provinces.filter(pl.col("code").is_in(["91", "94"])).select("code", "label").iter_rows()) == {
        "91": "Papua Barat",
        "94": "Papua",
    }
    assert dict(provinces["level"].value_counts().iter_rows()) == {"PROVINCE": 34, "REGENCY": 514}


def test_the_two_code_systems_differ_as_published() -> None:
    """Of 514 regencies 199 have another code with BPS; the count is that of the published bridging table."""
    facts = pl.read_csv(REFERENCE / "bps_regencies.csv", infer_schema=False)
    other = facts.filter(pl.col("code") != pl.col("kemendagri_code").str.replace(".", "", literal=True))
    assert (facts.height, facts["kemendagri_code"].n_unique(), other.height) == (514, 514, 199)


def test_documented_contract_loads() -> None:
    page = Path(__file__).parents[2] / "docs" / "contracts.md"
    example = re.search(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert example is not None
    contract = load_contract(example[1])
    assert contract.id == "dinkes-contoh/kunjungan"
    assert [column.name for column in contract.key] == ["kode_kab", "tahun"]
    assert len(contract.row_rules) == len(contract.set_rules) == 1
