"""Casts are exact: whole columns and single cells agree, and every number style reads back what it wrote."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.counts import count

from satudata.validation.casting.cells import read_cell
from satudata.validation.casting.columns import cast_batch
from satudata.validation.casting.numbers import parse_number, written
from satudata.validation.contracts.date_formats import DateFormatError, date_format
from satudata.validation.contracts.model import Column, ColumnType, NumberStyle
from satudata.validation.text import Text


def column(kind: ColumnType, **options: Any) -> Column:
    return Column(name="x", header="x", type=kind, title=Text("x", "x"), **options)


def cast(texts: list[str | None], described: Column) -> tuple[list[Any], list[tuple[int, str]]]:
    batch = cast_batch(pl.DataFrame({"x": texts}, schema={"x": pl.String}), (described,))
    found = [(position, problems.code) for problems in batch.problems for position in problems.positions]
    return batch.typed["x"].to_list(), sorted(found)


DECIMAL = {
    style: column(ColumnType.DECIMAL, precision=18, scale=2, number_style=style) for style in NumberStyle
}

decimals = st.decimals(min_value=-(10**15), max_value=10**15, places=2)
styles = st.sampled_from(list(NumberStyle))
number_like = st.text(alphabet="0123456789.,-+eE \u00a0x", max_size=12)


@settings(deadline=None)
@given(decimals, styles)
def test_a_decimal_written_in_a_style_reads_back_exactly(value: Decimal, style: NumberStyle) -> None:
    assert parse_number(written(value, style), style) == value
    assert cast([written(value, style)], DECIMAL[style]) == ([value], [])


@settings(deadline=None, max_examples=count(full=400, ordinary=100))
@given(
    st.lists(number_like, min_size=1, max_size=20),
    styles,
    st.sampled_from([ColumnType.DECIMAL, ColumnType.INTEGER, ColumnType.FLOAT]),
)
def test_columns_and_cells_agree_on_numbers(texts: list[str], style: NumberStyle, kind: ColumnType) -> None:
    scaled = {"precision": 9, "scale": 3} if kind is ColumnType.DECIMAL else {}
    described = column(kind, number_style=style, missing_values=("-", "99", "1.5"), **scaled)
    values, problems = cast(list(texts), described)
    cells = [read_cell(text, described) for text in texts]
    assert values == [cell.value for cell in cells]
    assert problems == [
        (place, cell.problem.code) for place, cell in enumerate(cells) if cell.problem is not None
    ]


@settings(deadline=None)
@given(
    st.lists(st.text(alphabet="0123456789-/: TZ+", min_size=8, max_size=25), max_size=20),
    st.sampled_from([None, "dd-MM-yyyy", "d/M/yyyy", "yyyyMMdd"]),
)
def test_columns_and_cells_agree_on_dates(texts: list[str], pattern: str | None) -> None:
    described = column(ColumnType.DATE, date_format=pattern)
    values, problems = cast(list(texts), described)
    cells = [read_cell(text, described) for text in texts]
    assert values == [cell.value for cell in cells]
    assert [place for place, _ in problems] == [
        place for place, cell in enumerate(cells) if cell.problem is not None
    ]


@settings(deadline=None)
@given(
    st.dates(min_value=date(1, 1, 1)), st.sampled_from(["dd-MM-yyyy", "dd/MM/yyyy", "yyyy-MM-dd", "yyyyMMdd"])
)
def test_dates_round_trip(day: date, pattern: str) -> None:
    text = (
        pattern.replace("yyyy", f"{day.year:04d}")
        .replace("MM", f"{day.month:02d}")
        .replace("dd", f"{day.day:02d}")
    )
    described = column(ColumnType.DATE, date_format=pattern)
    assert cast([text], described) == ([day], [])
    assert read_cell(text, described).value == day


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)))
def test_moments_round_trip(moment: datetime) -> None:
    described = column(ColumnType.DATETIME)
    for text in (moment.isoformat(), moment.isoformat().replace("+00:00", "Z")):
        assert cast([text], described) == ([moment], [])
        assert read_cell(text, described).value == moment


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        (".97", NumberStyle.PLAIN, "0.97"),
        ("-.95", NumberStyle.PLAIN, "-0.95"),
        ("+5.", NumberStyle.PLAIN, "5"),
        ("007", NumberStyle.PLAIN, "7"),
        ("1.250", NumberStyle.PLAIN, "1.25"),
        ("1.234.567,89", NumberStyle.INDONESIAN, "1234567.89"),
        ("1234567,89", NumberStyle.INDONESIAN, "1234567.89"),
        ("1.234", NumberStyle.INDONESIAN, "1234"),
        (",5", NumberStyle.INDONESIAN, "0.5"),
        ("1,234,567.89", NumberStyle.ENGLISH, "1234567.89"),
        (" 12\u00a0", NumberStyle.PLAIN, "12"),
    ],
)
def test_numbers_that_are_read(text: str, style: NumberStyle, value: str) -> None:
    assert cast([text], DECIMAL[style]) == ([Decimal(value)], [])


@pytest.mark.parametrize(
    ("text", "style", "code"),
    [
        ("1.255", NumberStyle.PLAIN, "row.type"),
        ("1,5", NumberStyle.PLAIN, "row.type"),
        ("1.5", NumberStyle.INDONESIAN, "row.type"),
        ("1.23.456", NumberStyle.INDONESIAN, "row.type"),
        ("12.3456,7", NumberStyle.INDONESIAN, "row.type"),
        ("1,23,456", NumberStyle.ENGLISH, "row.type"),
        ("1_000", NumberStyle.PLAIN, "row.type"),
        ("\u0661\u0662", NumberStyle.PLAIN, "row.type"),
        ("NaN", NumberStyle.PLAIN, "row.type"),
        ("Rp5", NumberStyle.PLAIN, "row.type"),
        ("12345678901234567", NumberStyle.PLAIN, "row.range"),
        ("9" * 6_000, NumberStyle.INDONESIAN, "row.range"),
        ("1e999", NumberStyle.PLAIN, "row.range"),
    ],
)
def test_numbers_that_are_refused(text: str, style: NumberStyle, code: str) -> None:
    assert cast([text], DECIMAL[style]) == ([None], [(0, code)])


def test_scientific_notation_is_read_and_told() -> None:
    assert cast(["1.009e+08"], DECIMAL[NumberStyle.PLAIN]) == (
        [Decimal("100900000.00")],
        [(0, "row.damaged")],
    )


def test_a_number_in_another_style_is_shown_rewritten() -> None:
    problem = read_cell("1.234,56", DECIMAL[NumberStyle.PLAIN]).problem
    assert problem is not None
    example = problem.explain()["example"]
    assert isinstance(example, Text)
    assert example.id == "mungkin maksudnya 1234.56"


def test_integers() -> None:
    values, problems = cast(
        ["7", "5.0", "1e3", "1.5", "9223372036854775807", "9223372036854775808", ""],
        column(ColumnType.INTEGER),
    )
    assert values == [7, 5, 1000, None, 2**63 - 1, None, None]
    assert problems == [(2, "row.damaged"), (3, "row.type"), (5, "row.range")]


def test_booleans() -> None:
    values, problems = cast(
        ["Ya", "TIDAK", "true", "0", " y ", "mungkin", None, "1.0", "0,0", "Salah", "T"],
        column(ColumnType.BOOLEAN),
    )
    assert values == [True, False, True, False, True, None, None, True, False, False, False]
    assert problems == [(5, "row.type")]


def test_texts_keep_zeros_and_lose_only_outer_blanks() -> None:
    described = column(ColumnType.STRING, missing_values=("-", "n/a"))
    assert cast(["007", " a b ", "-", "", " n/a", None], described) == (
        ["007", "a b", None, None, None, None],
        [],
    )


def test_local_times_are_of_the_zone_of_the_contract() -> None:
    local = column(ColumnType.DATETIME, time_zone="Asia/Jakarta", date_format="dd/MM/yyyy HH:mm")
    assert cast(["31/01/2024 07:00"], local)[0] == [datetime(2024, 1, 31, tzinfo=UTC)]
    offsets = column(ColumnType.DATETIME, date_format="yyyy-MM-dd'T'HH:mm:ssX")
    texts = [
        "2024-01-31T07:00:00+07",
        "2024-01-31T00:00:00Z",
        "2024-01-31T07:00:00+07:00",
        "2024-01-31 00:00:00Z",
    ]
    values, problems = cast(list(texts), offsets)
    assert values == [datetime(2024, 1, 31, tzinfo=UTC)] * 3 + [None]
    assert problems == [(3, "row.type")]


def test_days_that_are_not_in_the_calendar() -> None:
    values, problems = cast(["2024-02-29", "2023-02-29", "2024-2-9", "0000-01-01"], column(ColumnType.DATE))
    assert values == [date(2024, 2, 29), None, None, None]
    assert [place for place, _ in problems] == [1, 2, 3]


@pytest.mark.parametrize(
    "pattern", ["dd-MM-yyyyy", "QQQ yyyy", "dd-MM-dd", "hh:mm", "dd-MM-yyyy 'tanpa akhir"]
)
def test_date_patterns_that_cannot_be_read_are_refused(pattern: str) -> None:
    with pytest.raises(DateFormatError):
        date_format(pattern)
