"""Errors sown at random into a good table: a check finds every one, in its row, under its rule, and nothing else.

Each kind of error changes one row of its own, so that what must be found is known exactly. The seed is fixed; the
full count (`make test-all`) sows the same kinds into 200,000 rows.
"""

import csv
import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
import yaml

from satudata.validation.checking import check_file
from satudata.validation.contracts.loading import load_contract
from satudata.validation.contracts.model import DataContract
from satudata.validation.references import References, build_list
from satudata.validation.reports.model import Report
from satudata.validation.text import Text

SEED = 20_260_101
SMALL, FULL = 2_000, 200_000
EACH = 6
"""So many errors of each kind in the small table; twenty times as many in the full one."""

Row = dict[str, Any]
Told = tuple[int, str | None, str]
"""Record number, column, rule code."""
FORMULA = object()
"""A cell that holds a formula whose result is an error."""

STATUSES = ("tetap", "sementara", "sangat sementara")
DISTRICTS = 90


def column(name: str, kind: str, custom: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    described = {"name": name, "logicalType": kind, **parts}
    if custom:
        described["customProperties"] = [{"property": key, "value": value} for key, value in custom.items()]
    return described


LIST = {"codeList": "contoh/wilayah", "codeSystem": "KEMENDAGRI"}
INDONESIAN = {"numberStyle": "1.234,56"}
CONTRACT = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "dinas-contoh/tabur",
    "version": "1.0.0",
    "status": "active",
    "schema": [
        {
            "name": "tabur",
            "properties": [
                column(
                    "nomor",
                    "string",
                    required=True,
                    unique=True,
                    logicalTypeOptions={"pattern": "^R[0-9]{7}$"},
                ),
                column(
                    "kode",
                    "string",
                    {**LIST, "codeLevel": "REGENCY", "codeFormat": "DOTTED"},
                    required=True,
                    primaryKey=True,
                    primaryKeyPosition=1,
                ),
                column("nama", "string", {"nameOf": "kode"}),
                column(
                    "hari",
                    "date",
                    required=True,
                    primaryKey=True,
                    primaryKeyPosition=2,
                    logicalTypeOptions={"format": "dd-MM-yyyy"},
                ),
                column("npsn", "string", required=True, logicalTypeOptions={"pattern": "^[0-9]{8}$"}),
                column("desa", "string", {**LIST, "codeLevel": "VILLAGE", "codeFormat": "PLAIN"}),
                column("status", "string", enum=[{"value": status} for status in STATUSES]),
                column("catatan", "string", logicalTypeOptions={"maxLength": 40}),
                column(
                    "total", "integer", required=True, logicalTypeOptions={"minimum": 0, "maximum": 1_000_000}
                ),
                column("laki", "integer", logicalTypeOptions={"minimum": 0}),
                column("perempuan", "integer", logicalTypeOptions={"minimum": 0}),
                column("rasio", "number", physicalType="decimal(9,3)"),
                column("nilai", "number", {**INDONESIAN, "unit": "ton"}, physicalType="decimal(14,2)"),
                column(
                    "sekolah",
                    "string",
                    relationships=[{"type": "foreignKey", "to": "dinas-contoh.sekolah.id"}],
                ),
                column("lokasi", "string", {"geometry": {"type": "POINT"}}),
                column("asal", "string", {**LIST, "codeLevel": "REGENCY", "codeMatch": "NAME"}),
                column("aktif", "boolean"),
            ],
            "quality": [
                {
                    "name": "jumlah",
                    "type": "custom",
                    "engine": "pandera",
                    "severity": "error",
                    "description": "Total harus sama dengan laki-laki ditambah perempuan.",
                    "implementation": "total = laki + perempuan",
                }
            ],
        }
    ],
    "customProperties": [
        {"property": "sdi", "value": {"agency": "dinas-contoh", "title": {"id": "Tabur", "en": "Sown"}}}
    ],
}
COLUMNS = [described["name"] for described in CONTRACT["schema"][0]["properties"]]  # type: ignore[index]
NUMBERS = {"total", "laki", "perempuan", "rasio", "nilai"}


def regency(number: int) -> str:
    return f"{11 + number // 10}.{10 + number % 10}"


def regency_name(number: int) -> str:
    syllables = ("ba", "ru", "ma", "lo", "ti", "so", "ke", "ni", "pu", "da")
    return (
        f"Kabupaten {syllables[number % 10]}{syllables[number // 10]}{syllables[number * 7 % 10]}raya".title()
    )


def village(number: int) -> str:
    return f"{regency(number % DISTRICTS)}.01.{2001 + number // DISTRICTS}"


def regencies(shift: int = 0) -> list[Row]:
    """90 regencies of nine provinces with their districts; the last one gave way to the one before it in 2022."""
    rows: list[Row] = [{"code": f"{11 + n}", "label": f"Provinsi {n}", "level": "PROVINCE"} for n in range(9)]
    for number in range(DISTRICTS):
        code, old = regency(number), number == DISTRICTS - 1
        rows += [
            {
                "code": code,
                "label": regency_name((number + shift) % DISTRICTS),
                "level": "REGENCY",
                "parent": code[:2],
                "valid_to": date(2022, 7, 25) if old else None,
                "successors": [regency(number - 1)] if old else None,
                "former_labels": [f"Kabupaten Lama {chr(65 + number)}"] if number < 20 else None,
            },
            {"code": f"{code}.01", "label": f"Kecamatan {number}", "level": "DISTRICT", "parent": code},
        ]
    return rows


def build(folder: Path, list_id: str, rows: Sequence[Row]) -> None:
    frame = pl.DataFrame(list(rows), infer_schema_length=None)
    authority = list_id.partition("/")[0]
    build_list(
        folder, list_id, "2025", Text(f"Wilayah {authority}", f"Regions of {authority}"), authority, frame
    )


@pytest.fixture(scope="module")
def code_lists(tmp_path_factory: pytest.TempPathFactory) -> References:
    """The regencies, 900 villages, and a regency and a city that share their name."""
    folder = tmp_path_factory.mktemp("lists")
    villages = [
        {
            "code": village(number),
            "label": f"Desa {number}",
            "level": "VILLAGE",
            "parent": village(number)[:8],
        }
        for number in range(900)
    ]
    twins = [
        {"code": "19.98", "label": "Kabupaten Kembar", "level": "REGENCY", "parent": "19"},
        {"code": "19.99", "label": "Kota Kembar", "level": "REGENCY", "parent": "19"},
    ]
    build(folder, "contoh/wilayah", [*regencies(), *villages, *twins])
    return References(folder)


@pytest.fixture(scope="module")
def schools(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    path = tmp_path_factory.mktemp("schools") / "schools.parquet"
    pl.DataFrame({"id": [f"S{number}" for number in range(500)]}).write_parquet(path)
    return {"dinas-contoh/sekolah.id": path}


@pytest.fixture(scope="module")
def contract() -> DataContract:
    return load_contract(yaml.safe_dump(CONTRACT, allow_unicode=True))


# -- a good table


def good_row(number: int, chance: random.Random) -> Row:
    place = number % (DISTRICTS - 1)
    men, women = chance.randrange(1_000), chance.randrange(1_000)
    place_on_earth = [chance.randrange(9_500, 14_100) / 100, chance.randrange(-1_100, 600) / 100]
    return {
        "nomor": f"R{number:07d}",
        "kode": regency(place),
        "nama": regency_name(place),
        "hari": date(2000, 1, 1) + timedelta(days=number // (DISTRICTS - 1)),
        "npsn": f"{10_000_000 + chance.randrange(90_000_000)}",
        "desa": village(chance.randrange(900)).replace(".", ""),
        "status": chance.choice(STATUSES),
        "catatan": chance.choice(["", "baik", 'berkata "ya", lalu pergi', "dua\nbaris"]),
        "total": men + women,
        "laki": men,
        "perempuan": women,
        "rasio": chance.randrange(-99_999, 99_999) / 1_000,
        "nilai": chance.randrange(100_000_000) / 100,
        "sekolah": f"S{chance.randrange(500)}",
        "lokasi": json.dumps({"type": "Point", "coordinates": place_on_earth}),
        "asal": regency_name(chance.randrange(DISTRICTS - 1)),
        "aktif": chance.choice([True, False]),
    }


def shown(name: str, value: Any) -> str:
    """A good value as the contract wants it written in a text file."""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, date):
        return value.strftime("%d-%m-%Y")
    if name == "nilai" and not isinstance(value, str):
        return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
    return str(value)


# -- the kinds of error


@dataclass(frozen=True)
class Kind:
    """`spoil` changes one good row; `told` are the column and the rule that must name it."""

    name: str
    column: str | None
    code: str
    spoil: Callable[[Row, random.Random], Any]
    formats: tuple[str, ...] = ("csv", "xlsx")


def sets(**cells: Any) -> Callable[[Row, random.Random], None]:
    return lambda row, chance: row.update(cells)


def picks(name: str, *values: Any) -> Callable[[Row, random.Random], None]:
    return lambda row, chance: row.update({name: chance.choice(values)})


def _coded(row: Row, code: str, name: str) -> None:
    """Another code, on a day no other row has, so that the key stays the only one."""
    row.update(kode=code, nama=name, hari=date(2100, 1, 1) + timedelta(days=int(row["nomor"][1:])))


def _unknown_code(row: Row, chance: random.Random) -> None:
    _coded(row, chance.choice(["99.99", "11.99", "xx"]), row["nama"])


def _other_level(row: Row, chance: random.Random) -> None:
    province = chance.randrange(9)
    _coded(row, f"{11 + province}", f"Provinsi {province}")


def _superseded(row: Row, chance: random.Random) -> None:
    _coded(row, regency(DISTRICTS - 1), regency_name(DISTRICTS - 1))


def _lost_last_zero(row: Row, chance: random.Random) -> None:
    place = 10 * chance.randrange(8)
    _coded(row, regency(place)[:-1], regency_name(place))


def _other_name(row: Row, chance: random.Random) -> None:
    row["nama"] = regency_name((int(row["nomor"][1:]) + chance.randrange(1, DISTRICTS - 1)) % (DISTRICTS - 1))


def _lost_first_zero(row: Row, chance: random.Random) -> None:
    row["npsn"] = f"{chance.randrange(1_000_000, 9_999_999)}"


def _as_float(row: Row, chance: random.Random) -> None:
    row["npsn"] += ".0"


def _scientific(row: Row, chance: random.Random) -> None:
    row["desa"] = f"{float(row['desa']):.5E}"


def _small_letter(row: Row, chance: random.Random) -> None:
    row["nomor"] = row["nomor"].lower()


def _mistyped_name(row: Row, chance: random.Random) -> None:
    row["asal"] = row["asal"].replace("raya", "rayya")


def _footnote(row: Row, chance: random.Random) -> None:
    row["asal"] += chance.choice([" *", "*)", " 1)"])


def _wrong_sum(row: Row, chance: random.Random) -> None:
    row["total"] += chance.choice([1, 10, 1_000])


def _twice(key: Sequence[str]) -> Callable[[Row, random.Random], Row]:
    return lambda row, chance: {name: row[name] for name in key}


PARIS = '{"type": "Point", "coordinates": [2.35, 48.85]}'
SWAPPED = '{"type": "Point", "coordinates": [-6.9, 107.6]}'
LINE = '{"type": "LineString", "coordinates": [[107, -6], [108, -6]]}'

KINDS = (
    Kind("number in the plain style", "nilai", "row.type", picks("nilai", "1234.5", "1.5", "99.99")),
    Kind("number in the English style", "nilai", "row.type", picks("nilai", "1,234,567.89", "12,345.6")),
    Kind("decimal comma among points", "rasio", "row.type", picks("rasio", "1,5", "-0,25", "12,125")),
    Kind("letters in a number", "total", "row.type", picks("total", "seratus", "1O0", "12x", "?")),
    Kind("fraction in a whole number", "laki", "row.type", picks("laki", "12.5", "0.1")),
    Kind("too many decimals", "rasio", "row.type", picks("rasio", "1.23456", "0.00001")),
    Kind("percent sign", "rasio", "row.type", picks("rasio", "12.5 %", "7%")),
    Kind("unit in a cell", "nilai", "row.type", picks("nilai", "123 ton", "1.000 kg", "Rp5.000")),
    Kind("accountant's brackets", "rasio", "row.type", picks("rasio", "(123)", "(1.5)")),
    Kind("missing required text", "npsn", "row.required", picks("npsn", "", "  ")),
    Kind("missing required number", "total", "row.required", sets(total="")),
    Kind("missing key", "hari", "row.required", sets(hari="")),
    Kind("below the range", "perempuan", "row.range", sets(perempuan=-1, laki="")),
    Kind("above the range", "total", "row.range", sets(total=1_000_001, laki="")),
    Kind("more digits than fit", "nilai", "row.range", picks("nilai", "123456789012345,00")),
    Kind("text too long", "catatan", "row.length", sets(catatan="x" * 41)),
    Kind("small letter for a capital", "nomor", "row.pattern", _small_letter),
    Kind("mistyped choice", "status", "row.enum", picks("status", "tetab", "sementra", "TETAP")),
    Kind("unknown code", "kode", "row.code", _unknown_code),
    Kind("code of another level", "kode", "row.code_level", _other_level),
    Kind("superseded code", "kode", "row.code_superseded", _superseded),
    Kind("name of another place", "nama", "row.code_name", _other_name),
    Kind("lost zero at the end of a code", "kode", "row.damaged", _lost_last_zero),
    Kind("lost zero at the start of a number", "npsn", "row.damaged", _lost_first_zero),
    Kind("code with a decimal point", "npsn", "row.damaged", _as_float),
    Kind("code in scientific notation", "desa", "row.damaged", _scientific),
    Kind("number in scientific notation", "rasio", "row.damaged", picks("rasio", "1.5e1", "2E+02")),
    Kind(
        "impossible day",
        "hari",
        "row.type",
        picks("hari", "31-02-2024", "30-02-2023", "31-04-2022", "29-02-2023"),
    ),
    Kind(
        "day in another style",
        "hari",
        "row.type",
        picks("hari", "2024-01-31", "1 Agustus 2024", "31/01/2024"),
    ),
    Kind("neither yes nor no", "aktif", "row.type", picks("aktif", "mungkin", "2")),
    Kind("unknown name", "asal", "row.name", picks("asal", "Xyzwq Vvvv", "Kota Qqqqqq")),
    Kind("mistyped name", "asal", "row.near_name", _mistyped_name),
    Kind("former name", "asal", "row.name_superseded", picks("asal", "Kabupaten Lama A", "Kab. Lama T")),
    Kind("name of two places", "asal", "row.name_ambiguous", picks("asal", "Kembar", "KEMBAR")),
    Kind("footnote mark", "asal", "row.footnote", _footnote),
    Kind("repeated key", "kode", "key.duplicate", _twice(("kode", "nama", "hari"))),
    Kind("repeated number", "nomor", "row.unique", _twice(("nomor",))),
    Kind("wrong sum", "total", "row.rule", _wrong_sum),
    Kind("unknown in the other dataset", "sekolah", "row.reference", picks("sekolah", "S500", "T1", "s1")),
    Kind("point outside the country", "lokasi", "row.geometry", picks("lokasi", PARIS, SWAPPED)),
    Kind("no point", "lokasi", "row.geometry", picks("lokasi", "POINT(107 -6)", '{"type": "Point"}', LINE)),
    Kind(
        "control character", "catatan", "row.control_character", picks("catatan", "a\x07b", "x\x1f"), ("csv",)
    ),
    Kind("row too short", None, "row.cells", sets(aktif=None, asal=None), ("csv",)),
    Kind("row too long", None, "row.cells", sets(lebih="x"), ("csv",)),
    Kind("error of a formula", "rasio", "row.formula", sets(rasio=FORMULA), ("xlsx",)),
    Kind("error of a formula in a text", "status", "row.formula", sets(status=FORMULA), ("xlsx",)),
)


@dataclass
class Sown:
    rows: list[Row]
    told: set[Told] = field(default_factory=set)


def sow(count: int, form: str) -> Sown:
    """A table with errors of every kind of that format, each in a row that no other error touches."""
    chance = random.Random(SEED)
    sown = Sown([good_row(number, chance) for number in range(count)])
    kinds = [kind for kind in KINDS if form in kind.formats]
    # The first rows stay good: repeats copy from them, so that the later row is the one told.
    places = chance.sample(
        range(count // 10, count), len(kinds) * EACH * (count // SMALL if count > SMALL else 1)
    )
    originals = iter(chance.sample(range(count // 10), count // 10))
    for turn, place in enumerate(places):
        kind, row = kinds[turn % len(kinds)], sown.rows[place]
        source = sown.rows[next(originals)] if kind.code in ("key.duplicate", "row.unique") else row
        row.update(kind.spoil(source, chance) or {})
        sown.told.add((place + 2, kind.column, kind.code))
    return sown


# -- the two formats


def as_csv(rows: Sequence[Row]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in rows:
        cells = [shown(name, row[name]) for name in COLUMNS if row[name] is not None]
        writer.writerow([*cells, *([row["lebih"]] if "lebih" in row else [])])
    return buffer.getvalue().encode()


def as_xlsx(rows: Sequence[Row], path: Path) -> None:
    """Good numbers and days as a spreadsheet holds them, everything else as text."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet, day = book.add_worksheet("Data"), book.add_format({"num_format": "dd-mm-yyyy"})
    sheet.write_row(0, 0, COLUMNS)
    for number, row in enumerate(rows, start=1):
        for place, name in enumerate(COLUMNS):
            value = row[name]
            if value is FORMULA:
                sheet.write_formula(number, place, "=1/0", None, "#DIV/0!")
            elif isinstance(value, bool):
                sheet.write_boolean(number, place, value)
            elif isinstance(value, int | float):
                sheet.write_number(number, place, value)
            elif isinstance(value, date):
                sheet.write_datetime(number, place, value, day)  # type: ignore[arg-type]
            elif value != "":
                sheet.write_string(number, place, value)
    book.close()


def told_in(report: Report) -> Iterator[Told]:
    for finding in report.findings:
        assert finding.row is not None, finding
        yield finding.row, finding.column, finding.code


def compare(found: set[Told], sown: set[Told]) -> None:
    missed, invented = sorted(sown - found, key=str), sorted(found - sown, key=str)
    recall, precision = 1 - len(missed) / len(sown), 1 - len(invented) / max(1, len(found))
    assert (recall, precision) == (1.0, 1.0), f"missed {missed[:10]}, invented {invented[:10]}"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("count", [SMALL, pytest.param(FULL, marks=pytest.mark.full)])
def test_every_sown_error_is_found_and_nothing_else(
    form: str,
    count: int,
    contract: DataContract,
    code_lists: References,
    schools: dict[str, Path],
    tmp_path: Path,
) -> None:
    sown, path = sow(count, form), tmp_path / f"tabur.{form}"
    if form == "csv":
        path.write_bytes(as_csv(sown.rows))
    else:
        as_xlsx(sown.rows, path)
    assert len({code for _, _, code in sown.told}) >= 14
    report = check_file(path, contract, code_lists, foreign=schools, max_findings=1_000_000)
    assert report.rows == count
    found = list(told_in(report))
    assert len(found) == len(set(found)), "the same thing is told twice"
    compare(set(found), sown.told)
    assert sum(rule.count for rule in report.rules) == len(sown.told)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_without_errors_has_no_findings(
    form: str, contract: DataContract, code_lists: References, schools: dict[str, Path], tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    rows, path = [good_row(number, chance) for number in range(SMALL)], tmp_path / f"baik.{form}"
    if form == "csv":
        path.write_bytes(as_csv(rows))
    else:
        as_xlsx(rows, path)
    assert check_file(path, contract, code_lists, foreign=schools).rules == ()


def test_there_are_at_least_twenty_kinds_in_both_formats() -> None:
    for form in ("csv", "xlsx"):
        assert len([kind for kind in KINDS if form in kind.formats]) >= 35
    assert len({kind.name for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_codes_of_another_system_are_told_once_with_their_rows(form: str, tmp_path: Path) -> None:
    """The other list numbers every place one further; the names beside the codes give it away."""
    build(tmp_path / "lists", "contoh/wilayah", regencies())
    build(tmp_path / "lists", "lain/wilayah", regencies(shift=1))
    properties = [
        column("kode", "string", {**LIST, "codeLevel": "REGENCY", "codeFormat": "DOTTED"}, required=True),
        column("nama", "string", {"nameOf": "kode"}),
    ]
    document = {**CONTRACT, "schema": [{"name": "kode", "properties": properties}]}
    chance = random.Random(SEED)
    right = [(regency(number), regency_name(number)) for number in range(DISTRICTS - 1)] * 2
    foreign = sorted(chance.sample(range(len(right)), 60))
    rows = [list(cells) for cells in right]
    for place in foreign:
        rows[place][1] = regency_name((place % (DISTRICTS - 1)) + 1)
    path = tmp_path / f"sistem.{form}"
    if form == "csv":
        path.write_text("kode,nama\n" + "".join(",".join(cells) + "\n" for cells in rows))
    else:
        book = xlsxwriter.Workbook(str(path))
        sheet = book.add_worksheet("Data")
        for number, cells in enumerate([["kode", "nama"], *rows]):
            for place, text in enumerate(cells):
                sheet.write_string(number, place, text)
        book.close()
    report = check_file(path, load_contract(yaml.safe_dump(document)), References(tmp_path / "lists"))
    (rule,) = report.rules
    assert (rule.code, rule.column, rule.count) == ("row.code_system", "kode", 60)
    assert list(rule.rows) == [place + 2 for place in foreign[:20]]
