"""The report: JSON stable to the byte, text for people, and a seeded file in which nothing is missed."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

from satudata.validation.checking import CheckProgress
from satudata.validation.contracts.model import DataContract
from satudata.validation.findings.collecting import masked
from satudata.validation.reports.model import Report, Verdict
from satudata.validation.reports.text import render_text

Check = Callable[..., Report]
Make = Callable[..., DataContract]
HEADER = "Kode Wilayah,nama,tahun,upah\n"
WRONG = HEADER + "3201,Kabupaten Bogor,dua,1\n3299,x,2020,-5\n9101,Merauke,2020,1\n3201,Kota Bogor,2020,1\n"


def test_the_json_shape(check: Check, wages: DataContract) -> None:
    data = orjson.loads(check(WRONG, wages).to_json())
    assert list(data) == [
        "verdict",
        "rows",
        "columns",
        "contract",
        "editions",
        "counts",
        "findings",
        "rules",
        "measures",
    ]
    assert data["contract"] == {"id": "dinas-contoh/tabel", "version": "1.0.0"}
    assert data["counts"] == {"error": 3, "warning": 2, "info": 0}
    assert (data["rows"], data["columns"]) == (4, 4)
    assert set(data["findings"][0]) == {"code", "severity", "row", "column", "value", "message", "fix"}
    assert set(data["rules"][0]) == {"code", "severity", "column", "count", "rows"}
    assert set(data["measures"]["columns"]["upah"]) == {
        "count",
        "nulls",
        "distinct",
        "sum",
        "min",
        "max",
        "categories",
    }


def test_the_json_is_the_same_to_the_byte(check: Check, wages: DataContract) -> None:
    first = check(WRONG, wages)
    assert check(WRONG, wages, name="lain.txt", file_name="asli.csv").to_json() == first.to_json()
    assert Report.from_json(first.to_json()).to_json() == first.to_json()


def test_the_text_in_both_languages(check: Check, wages: DataContract) -> None:
    report = check(WRONG, wages)
    indonesian, english = render_text(report, "id"), render_text(report, "en")
    assert indonesian.startswith("DITOLAK  3 kesalahan, 2 peringatan\n")
    assert english.startswith("REJECTED  3 errors, 2 warnings\n")
    assert 'Baris 2: "dua" bukan bilangan bulat.' in indonesian
    assert "→ Write a whole number, for example 1234; leave it empty when there are no data." in english
    assert "\x1b[" not in indonesian
    assert "\x1b[31m" in render_text(report, "id", color=True)
    assert "Daftar kode kemendagri/kode-wilayah edisi 2025" in indonesian


def test_the_text_says_how_many_are_not_shown(check: Check, make_contract: Make) -> None:
    contract = make_contract([{"name": "a", "logicalType": "integer"}])
    text = render_text(check("a\n" + "x\n" * 1_500, contract), "id")
    assert "1.500 kali; baris 2, 3, 4" in text
    assert "… dan 1.495 lagi" in text


def test_a_terminal_is_not_driven_by_a_cell(check: Check, make_contract: Make) -> None:
    contract = make_contract(
        [{"name": "a", "logicalType": "integer"}, {"name": "b", "logicalType": "string"}]
    )
    text = render_text(check("a,b\n\x1b[2J\x07evil,x\n", contract), "en", color=False)
    assert "\x1b" not in text
    assert "\x07" not in text


def test_progress_goes_through_the_stages(check: Check, wages: DataContract, tmp_path: Path) -> None:
    seen: list[CheckProgress] = []
    check(f"{HEADER}3201,Bogor,2020,1\n", wages, progress=seen.append, output=tmp_path / "typed.parquet")
    stages = list(dict.fromkeys(progress.stage for progress in seen))
    assert stages == ["READING", "CASTING", "ROW_CHECKS", "STORING"]
    assert seen[-1] == CheckProgress("STORING", 1, 1)


def test_the_typed_table_has_the_types_of_the_contract(
    check: Check, wages: DataContract, tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    output = tmp_path / "typed.parquet"
    report = check(f"{HEADER}3273,Kota Bandung,2021,5.5\n\n3201,,2020,-\n", wages, output=output)
    assert report.verdict is Verdict.ACCEPTED
    schema = pq.read_schema(output)
    assert [str(field.type) for field in schema] == ["string", "string", "int64", "decimal128(18, 2)"]
    assert pl.read_parquet(output)["kode"].to_list() == ["3273", "3201"]


@pytest.mark.parametrize(
    ("value", "shown"), [("3201012345678901", "3201**********01"), ("rahasia", "*******"), ("", "")]
)
def test_masking(value: str, shown: str) -> None:
    assert masked(value) == shown


# -- the seeded file

SEEDED = 20_000
KINDS = ("type", "required", "range", "code", "pattern", "rule", "duplicate", "date")


@pytest.fixture(scope="module")
def seeded_contract(make_contract: Make) -> DataContract:
    code = {
        "name": "kode",
        "logicalType": "string",
        "required": True,
        "primaryKey": True,
        "primaryKeyPosition": 1,
        "customProperties": [
            {"property": "codeList", "value": "kemendagri/kode-wilayah"},
            {"property": "codeLevel", "value": "REGENCY"},
        ],
    }
    day = {
        "name": "hari",
        "logicalType": "date",
        "required": True,
        "primaryKey": True,
        "primaryKeyPosition": 2,
    }
    number = {"logicalType": "integer", "required": True}
    return make_contract(
        [
            {
                "name": "id",
                "logicalType": "string",
                "required": True,
                "logicalTypeOptions": {"pattern": "^R[0-9]{6}$"},
            },
            code,
            {**day, "logicalTypeOptions": {"format": "dd-MM-yyyy"}},
            {"name": "laki", **number, "logicalTypeOptions": {"minimum": 0, "maximum": 100_000}},
            {"name": "perempuan", **number},
            {"name": "jumlah", **number},
            {"name": "nama", "logicalType": "string", "required": True},
        ],
        rules=[
            {
                "name": "jumlah",
                "type": "custom",
                "engine": "pandera",
                "implementation": "jumlah = laki + perempuan",
            }
        ],
    )


def seed_errors(chance: random.Random) -> tuple[str, dict[tuple[str, int], str]]:
    """The file, and for each seeded error the rule and row that must be found."""
    codes = ["32.01", "32.71", "32.73", "63.02", "93.01"]
    rows = []
    for number in range(SEEDED):
        men, women = chance.randrange(50_000), chance.randrange(50_000)
        day = (date(2000, 1, 1) + timedelta(days=number // len(codes))).strftime("%d-%m-%Y")
        rows.append([f"R{number:06d}", codes[number % len(codes)], day, men, women, men + women, "Desa"])
    expected: dict[tuple[str, int], str] = {}
    for place, kind in zip(chance.sample(range(20, SEEDED), 160), KINDS * 20, strict=True):
        row: list[Any] = rows[place]
        if kind == "type":
            row[5], found = "banyak", ("row.type", "jumlah")
        elif kind == "required":
            row[6], found = "", ("row.required", "nama")
        elif kind == "range":
            row[3], row[5], found = -7, row[4] - 7, ("row.range", "laki")
        elif kind == "code":
            row[1], found = f"99.{place}", ("row.code", "kode")
        elif kind == "pattern":
            row[0], found = f"r{place}", ("row.pattern", "id")
        elif kind == "rule":
            row[5], found = row[5] + 1, ("row.rule", "jumlah")
        elif kind == "duplicate":
            row[1:3], found = rows[place % 20][1:3], ("key.duplicate", "kode")
        else:
            row[2], found = "31-02-2024", ("row.type", "hari")
        expected[found[0], place + 2] = found[1]
    lines = [",".join(map(str, row)) for row in rows]
    return "id,kode,hari,laki,perempuan,jumlah,nama\n" + "\n".join(lines) + "\n", expected


@pytest.mark.parametrize("seed", [1, 2])
def test_every_seeded_error_is_found_and_nothing_else(
    seed: int, check: Check, seeded_contract: DataContract
) -> None:
    content, expected = seed_errors(random.Random(seed))
    report = check(content, seeded_contract)
    assert report.rows == SEEDED
    assert {(finding.code, finding.row): finding.column for finding in report.findings} == expected
    assert sum(rule.count for rule in report.rules) == len(expected) == 160
