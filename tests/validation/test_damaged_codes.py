"""Codes that spreadsheets spoil: named with what is probably meant, told once, and never repaired."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satudata.validation.contracts.model import (
    CodeBinding,
    CodeFormat,
    Column,
    ColumnType,
    DataContract,
    Severity,
)
from satudata.validation.findings.catalogue import word
from satudata.validation.references import References, build_list
from satudata.validation.reports.model import Report, Verdict
from satudata.validation.rows.codes import CodeBook
from satudata.validation.rows.damage import damages_of, values_of
from satudata.validation.text import Text

Make = Callable[..., DataContract]
Check = Callable[..., Report]

AGES = ("0-4", "5-9", "10-14", "15-19", "75+")


def column(**options: Any) -> Column:
    return Column(name="x", header="x", type=ColumnType.STRING, title=Text("x", "x"), **options)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> References:
    folder = tmp_path_factory.mktemp("lists")
    rows = [
        ("11", "Aceh", "PROVINCE"),
        ("11.01", "Aceh Selatan", "REGENCY"),
        ("11.10", "Aceh Utara", "REGENCY"),
    ]
    rows += [("32.01", "Bogor", "REGENCY"), ("32.01.10", "Cibinong", "DISTRICT")]
    regions = pl.DataFrame(rows, schema=["code", "label", "level"], orient="row")
    build_list(folder, "contoh/wilayah", "1", Text("wilayah", "regions"), "contoh", regions)
    activities = pl.DataFrame({"code": ["A", "01", "011", "0111", "10", "1010"], "label": list("abcdef")})
    build_list(folder, "contoh/kbli", "1", Text("kbli", "activities"), "contoh", activities)
    return References(folder)


def of_list(
    lists: References, name: str, form: CodeFormat = CodeFormat.DOTTED, level: str | None = None
) -> Any:
    binding = CodeBinding(f"contoh/{name}", level=level, format=form)
    return values_of(column(code=binding), CodeBook.open(binding, lists))


PATTERNS = {
    "npsn": values_of(column(pattern="^[A-Z0-9][0-9]{7}$"), None),
    "dotted": values_of(column(pattern="^[0-9]{2}[.][0-9]{2}$"), None),
    "nik": values_of(column(pattern="^[0-9]{16}$"), None),
    "ages": values_of(column(enum=AGES), None),
    "two": values_of(column(enum=("01", "02", "10")), None),
    "four": values_of(column(min_length=4, max_length=4), None),
    "any": values_of(column(pattern="^.{5,}$"), None),
}


@pytest.mark.parametrize(
    ("known", "cell", "kind", "meant"),
    [
        ("npsn", "1234567", "zeros", ("01234567",)),
        ("npsn", "20254860.0", "float", ("20254860",)),
        ("npsn", "1254860,00", "float", ("01254860",)),
        ("npsn", "20.254.860", "thousands", ("20254860",)),
        ("npsn", "20 254 860", "thousands", ("20254860",)),
        ("npsn", "2025 4860", "blanks", ("20254860",)),
        ("npsn", "'20254860", "quote", ("20254860",)),
        ("npsn", '="20254860"', "quote", ("20254860",)),
        ("npsn", "20254860\u200b", "unseen", ("20254860",)),
        ("npsn", "2.0254860E+07", "exponent", ("20254860",)),
        ("npsn", "2.02549E+07", "scientific", ()),
        ("nik", "3.27301E+15", "scientific", ()),
        ("dotted", "11.1", "zeros", ("11.10",)),
        ("dotted", "1.1", "zeros", ("01.10",)),
        ("dotted", "11,1", "comma", ("11.10",)),
        ("dotted", "11,01", "comma", ("11.01",)),
        ("dotted", "1-Mar", "date", ("03.01", "01.03")),
        ("dotted", "2024-03-01 00:00:00", "date", ("03.01", "01.03")),
        ("ages", "9-May", "date", ("5-9",)),
        ("ages", "05-Sep", "date", ("5-9",)),
        ("ages", "2024-05-09", "date", ("5-9",)),
        ("ages", "14-Okt", "date", ("10-14",)),
        ("ages", "10/14/2024", "date", ("10-14",)),
        ("ages", "1-Jan", "date", ()),
        ("two", "1", "zeros", ("01",)),
        ("two", "2.0", "float", ("02",)),
        ("four", "101", "zeros", ("0101",)),
    ],
)
def test_kinds_of_damage(known: str, cell: str, kind: str, meant: tuple[str, ...]) -> None:
    damage = damages_of([cell], PATTERNS[known])[cell]
    assert (damage.kind, damage.meant) == (f"damage.{kind}", meant)
    assert word(damage.kind).en


@pytest.mark.parametrize(
    ("known", "cell"),
    [
        ("npsn", "abc"),
        ("npsn", "123456789"),
        ("npsn", "7"),  # seven zeros are more than codes have in front
        ("npsn", "2025486a"),
        ("ages", "4-9"),
        ("ages", "lima"),
        ("two", "3"),
        ("four", "abc"),
        ("any", "12"),
        ("any", ""),
        ("npsn", "9" * 500),
    ],
)
def test_what_is_only_wrong_is_not_called_damaged(known: str, cell: str) -> None:
    assert damages_of([cell], PATTERNS[known]) == {}


@pytest.mark.parametrize(
    ("name", "form", "level", "cell", "meant"),
    [
        ("wilayah", CodeFormat.DOTTED, "REGENCY", "11.1", ("11.10",)),
        ("wilayah", CodeFormat.DOTTED, "REGENCY", "11.0", ("11",)),
        ("wilayah", CodeFormat.DOTTED, "REGENCY", "3.201", ("32.01",)),
        ("wilayah", CodeFormat.DOTTED, "REGENCY", "3201.0", ("32.01",)),
        ("wilayah", CodeFormat.PLAIN, "REGENCY", "3.201", ("3201",)),
        ("wilayah", CodeFormat.PLAIN, "REGENCY", "3.201E+03", ("3201",)),
        ("wilayah", CodeFormat.PLAIN, None, "3.2011E+05", ("320110",)),
        ("kbli", CodeFormat.DOTTED, None, "1", ("01",)),
        ("kbli", CodeFormat.DOTTED, None, "11", ("011",)),
        ("kbli", CodeFormat.DOTTED, None, "111.0", ("0111",)),
    ],
)
def test_damage_to_codes_of_a_list(
    lists: References, name: str, form: CodeFormat, level: str | None, cell: str, meant: tuple[str, ...]
) -> None:
    assert damages_of([cell], of_list(lists, name, form, level))[cell].meant == meant


def test_another_writing_of_a_code_is_not_damage(lists: References) -> None:
    assert damages_of(["32.01", "1101"], of_list(lists, "wilayah", CodeFormat.PLAIN)) == {}
    assert damages_of(["3201", "1101"], of_list(lists, "wilayah", CodeFormat.DOTTED)) == {}


CODES: list[dict[str, Any]] = [
    {
        "name": "kode",
        "logicalType": "string",
        "logicalTypeOptions": {"pattern": "^[0-9]{8}$", "minLength": 8, "maxLength": 8},
        "required": True,
    },
    {"name": "umur", "logicalType": "string", "enum": [{"value": value} for value in AGES]},
    {
        "name": "wilayah",
        "logicalType": "string",
        "customProperties": [{"property": "codeList", "value": "kemendagri/kode-wilayah"}],
    },
]


def test_a_damaged_cell_is_told_once_as_an_error(make_contract: Make, check: Check) -> None:
    report = check(
        "kode,umur,wilayah\n01254860,5-9,32.01\n1254860,9-Mei,63.02\n12548600,10-14,32.1\nX,x,63.2\n",
        make_contract(CODES),
    )
    assert [(finding.row, finding.column, finding.code) for finding in report.findings] == [
        (3, "kode", "row.damaged"),
        (3, "umur", "row.damaged"),
        (4, "wilayah", "row.code"),
        (5, "kode", "row.length"),
        (5, "kode", "row.pattern"),
        (5, "umur", "row.enum"),
        (5, "wilayah", "row.code"),
    ]
    zeros, ages = report.findings[:2]
    assert zeros.severity is Severity.ERROR
    assert zeros.value == "1254860"
    assert "angka nol di depan atau di belakang hilang" in zeros.message.id
    assert "mungkin 01254860" in zeros.fix.id
    assert "set the cell format to Text" in zeros.fix.en
    assert "mungkin 5-9" in ages.fix.id
    assert report.verdict is Verdict.REJECTED


def test_the_value_is_never_repaired(make_contract: Make, check: Check, tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    report = check("kode,umur,wilayah\n1254860,9-Mei,\n", make_contract(CODES), output=output)
    assert report.rules
    assert not output.exists()


def test_personal_codes_are_masked_and_nothing_is_proposed(make_contract: Make, check: Check) -> None:
    nik = {**CODES[0], "customProperties": [{"property": "personalData", "value": "SPECIFIC"}]}
    report = check("kode\n1254860\n", make_contract([nik]))
    (finding,) = report.findings
    assert finding.value == "*******"
    assert "1254860" not in f"{finding.message.id}{finding.fix.id}{finding.fix.en}"


def test_a_key_without_a_form_in_scientific_notation_is_a_warning(make_contract: Make, check: Check) -> None:
    key = {"name": "nomor", "logicalType": "string", "primaryKey": True, "required": True}
    report = check("nomor\nA-1\n3.27E+15\n2E5\n", make_contract([key, {**CODES[1], "required": False}][:1]))
    (finding,) = report.findings
    assert (finding.row, finding.code, finding.severity) == (3, "row.damaged", Severity.WARNING)
    assert report.verdict is Verdict.NEEDS_CONFIRMATION


# -- properties

numbers = st.lists(st.integers(min_value=0, max_value=10**8 - 1), min_size=1, max_size=30)
cell_like = st.text(max_size=26) | st.from_regex(r"[0-9]{0,3}[-/., E+'][0-9A-Za-z+]{0,6}", fullmatch=True)


@settings(deadline=None, max_examples=40)
@given(numbers)
def test_what_a_number_cell_makes_of_a_code_leads_back_to_it(chosen: list[int]) -> None:
    codes = {}
    for number in chosen:
        for cell in (str(number), f"{number}.0", f"{number:,}", f"{number:,}".replace(",", ".")):
            if len(str(number)) >= 2:
                codes[cell] = f"{number:08d}"
    damages = damages_of(list(codes), PATTERNS["npsn"])
    assert {cell: damages[cell].meant for cell in codes if cell != codes[cell]} == {
        cell: (code,) for cell, code in codes.items() if cell != code
    }


@settings(deadline=None, max_examples=40)
@given(st.lists(cell_like, max_size=30))
def test_no_cell_raises_and_only_right_values_are_proposed(cells: list[str]) -> None:
    for name, values in PATTERNS.items():
        for damage in damages_of(cells, values).values():
            frame = pl.DataFrame({"text": list(damage.meant)}, schema={"text": pl.String}).select(
                values.right
            )
            assert frame.to_series().all(), name
