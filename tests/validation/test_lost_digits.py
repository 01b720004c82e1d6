"""Codes of sixteen digits and more that a spreadsheet has kept as numbers: told where most of a column looks so."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from satudata.validation.checking import check_file
from satudata.validation.contracts.model import DataContract, Severity
from satudata.validation.references import References, build_list
from satudata.validation.reports.model import Report, Verdict
from satudata.validation.rows.lost_digits import without_last_digits
from satudata.validation.text import Text

Make = Callable[..., DataContract]
Check = Callable[..., Report]

PEOPLE = ["3271010101900001", "3271014502910003", "3273020712880002", "3201120303750004"]
ROUNDED = [f"{code[:15]}0" for code in PEOPLE]


def number(**options: Any) -> dict[str, Any]:
    return {"name": "nomor", "logicalType": "string", **options}


SIXTEEN = number(logicalTypeOptions={"minLength": 16, "maxLength": 16})
DIGITS = number(logicalTypeOptions={"pattern": "^[0-9]{16,18}$"})


@pytest.mark.parametrize(
    ("cells", "places"),
    [
        (ROUNDED, [0, 1, 2, 3]),
        ([*ROUNDED, *PEOPLE[:3]], [0, 1, 2, 3]),
        ([None, "", *ROUNDED, "-"], [2, 3, 4, 5]),
        ([f"{code}00" for code in ROUNDED], [0, 1, 2, 3]),
        (PEOPLE, []),
        ([*ROUNDED, *PEOPLE], []),  # half of them
        ([*ROUNDED[:2], PEOPLE[0]], []),
        ([ROUNDED[0]] * 50, []),  # one code by itself
        (["100000000000000", "200000000000000", "300000000000000"], []),  # all of it fits
        (["0271010101900000", "0271014502910000", "0273020712880000"], []),  # no number begins so
        (["A271010101900000", "A271014502910000", "A273020712880000"], []),
        ([None, None], []),
    ],
)
def test_three_codes_and_most_of_a_column(cells: list[str | None], places: list[int]) -> None:
    assert without_last_digits(pl.Series(cells, dtype=pl.String)) == places


def test_a_long_column_is_judged_by_a_part_and_told_as_a_whole() -> None:
    right = [f"32{number:013d}1" for number in range(20_000)]
    lost = [f"33{number:013d}0" for number in range(30_000)]
    assert without_last_digits(pl.Series([*right, *lost])) == list(range(20_000, 50_000))
    assert without_last_digits(pl.Series([*right, *lost[:15_000]])) == []


@pytest.mark.parametrize("column", [SIXTEEN, DIGITS])
def test_each_is_told_as_a_warning(column: dict[str, Any], make_contract: Make, check: Check) -> None:
    report = check("nomor\n" + "\n".join([*ROUNDED, PEOPLE[0]]) + "\n", make_contract([column]))
    assert [(finding.code, finding.row, finding.value) for finding in report.findings] == [
        ("row.damaged", row, code) for row, code in enumerate(ROUNDED, start=2)
    ]
    assert {finding.severity for finding in report.findings} == {Severity.WARNING}
    assert "angka ke-16 dan seterusnya menjadi nol" in report.findings[0].message.id
    assert "digits from the 16th on have become zeros" in report.findings[0].message.en
    assert "mungkin" not in report.findings[0].fix.id
    assert report.verdict is Verdict.NEEDS_CONFIRMATION


def test_numbers_of_a_workbook_are_told(make_contract: Make, check: Check) -> None:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in [["nomor"], *([int(code)] for code in ROUNDED)]:
        book.active.append(row)
    book.save(buffer)
    report = check(buffer.getvalue(), make_contract([SIXTEEN]), name="data.xlsx")
    assert [(rule.code, rule.rows) for rule in report.rules] == [("row.damaged", (2, 3, 4, 5))]


def test_what_is_wrong_besides_stays_an_error(make_contract: Make, check: Check) -> None:
    """Seventeen digits where sixteen are wanted: the damage takes the place of the length."""
    report = check("nomor\n" + "\n".join([*ROUNDED, f"{ROUNDED[0]}0"]) + "\n", make_contract([SIXTEEN]))
    assert [(rule.code, rule.severity, rule.rows) for rule in report.rules] == [
        ("row.damaged", Severity.ERROR, (6,)),
        ("row.damaged", Severity.WARNING, (2, 3, 4, 5)),
    ]


@pytest.mark.parametrize(
    "column",
    [number(), number(enum=[{"value": code} for code in ROUNDED])],
    ids=["any text", "each one allowed"],
)
def test_columns_where_nobody_can_say_are_left_alone(
    column: dict[str, Any], make_contract: Make, check: Check
) -> None:
    assert check("nomor\n" + "\n".join(ROUNDED) + "\n", make_contract([column])).rules == ()


def test_codes_of_a_list_are_damaged_only_where_the_list_has_them_not(
    make_contract: Make, tmp_path: Path
) -> None:
    codes = pl.DataFrame({"code": [*PEOPLE, *ROUNDED[:1]], "label": list("abcde")})
    build_list(tmp_path / "lists", "contoh/nomor", "1", Text("nomor", "numbers"), "contoh", codes)
    path = tmp_path / "data.csv"
    path.write_text("nomor\n" + "\n".join(ROUNDED) + "\n")
    column = number(customProperties=[{"property": "codeList", "value": "contoh/nomor"}])
    report = check_file(path, make_contract([column]), References(tmp_path / "lists"))
    assert [(rule.code, rule.severity, rule.rows) for rule in report.rules] == [
        ("row.damaged", Severity.ERROR, (3, 4, 5))
    ]


def test_personal_numbers_are_masked(make_contract: Make, check: Check) -> None:
    personal = {**SIXTEEN, "customProperties": [{"property": "personalData", "value": "SPECIFIC"}]}
    report = check("nomor\n" + "\n".join(ROUNDED) + "\n", make_contract([personal]))
    assert len(report.findings) == 4
    for finding, code in zip(report.findings, ROUNDED, strict=True):
        assert finding.value == f"{code[:4]}**********{code[-2:]}"
        assert code not in f"{finding.message.id}{finding.message.en}{finding.fix.id}{finding.fix.en}"
