"""Numbers as agencies write them: signs, blanks, percent, parentheses, units, and what stands for no value."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.counts import count

from satudata.validation.casting.cells import read_cell
from satudata.validation.casting.columns import cast_batch
from satudata.validation.casting.number_forms import parse_form
from satudata.validation.casting.numbers import parse_number, separators, written
from satudata.validation.contracts.model import Column, ColumnType, NumberForm, NumberStyle, PersonalData
from satudata.validation.findings.catalogue import rule
from satudata.validation.text import Text

PLAIN, INDONESIAN, ENGLISH = NumberStyle.PLAIN, NumberStyle.INDONESIAN, NumberStyle.ENGLISH
ALL = tuple(NumberForm)


def column(kind: ColumnType = ColumnType.DECIMAL, **options: Any) -> Column:
    scaled = {"precision": 18, "scale": 2} if kind is ColumnType.DECIMAL else {}
    return Column(name="x", header="x", type=kind, title=Text("x", "x"), **{**scaled, **options})


def cast(texts: list[str], described: Column) -> tuple[list[Any], list[tuple[int, str]]]:
    batch = cast_batch(pl.DataFrame({"x": texts}, schema={"x": pl.String}), (described,))
    found = [(position, problems.code) for problems in batch.problems for position in problems.positions]
    return batch.typed["x"].to_list(), sorted(found)


def told(text: str, described: Column) -> tuple[Text, Text]:
    """Message and fix of a refused cell, through the column's cast."""
    batch = cast_batch(pl.DataFrame({"x": [text]}), (described,))
    assert batch.typed["x"].to_list() == [None]
    (problems,) = batch.problems
    value, values = problems.describe(0)
    return rule(problems.code).tell(value=value, **values)


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        (".97", PLAIN, "0.97"),
        ("-.95", PLAIN, "-0.95"),
        ("+5", PLAIN, "5"),
        ("−5", PLAIN, "-5"),
        ("–5,5", INDONESIAN, "-5.5"),
        ("\u00a012\u202f", PLAIN, "12"),
        ("\u200b7\ufeff", PLAIN, "7"),
        ("1 234,56", NumberStyle.SPACED_COMMA, "1234.56"),
        ("1\u00a0234\u202f567,8", NumberStyle.SPACED_COMMA, "1234567.8"),
        ("1\u2009234.5", NumberStyle.SPACED_POINT, "1234.5"),
        ("1234.5", NumberStyle.SPACED_POINT, "1234.5"),
        ("1.5e3", INDONESIAN, "1500"),
        ("1,5e3", INDONESIAN, "1500"),
    ],
)
def test_signs_and_blanks(text: str, style: NumberStyle, value: str) -> None:
    assert cast([text], column(number_style=style))[0] == [Decimal(value)]


@pytest.mark.parametrize(
    ("text", "style", "words"),
    [
        ("1 234", PLAIN, ["gaya penulisan 1234.56", "mungkin maksudnya 1234", 'numberStyle: "1 234.56"']),
        ("1\u00a0234,5", INDONESIAN, ["mungkin maksudnya 1.234,5", 'numberStyle: "1 234,56"']),
        ("- 5", PLAIN, ["ada spasi di dalam angka", "mungkin maksudnya -5."]),
        ("1,5", PLAIN, ["mungkin maksudnya 1.5", 'numberStyle: "1.234,56"']),
        ("1.234", PLAIN, ["paling banyak 2 angka", "mungkin maksudnya 1234", 'numberStyle: "1.234,56"']),
        ("12.5%", PLAIN, ["tanda persen", "mungkin maksudnya 12.5", "numberForms: [PERCENT]"]),
        ("12,5 persen", INDONESIAN, ["tanda persen", "mungkin maksudnya 12,5", "numberForms: [PERCENT]"]),
        ("(123)", PLAIN, ["dalam kurung", "mungkin maksudnya -123", "numberForms: [PARENTHESES]"]),
        ("Rp1.500.000,-", INDONESIAN, ["ada satuan", "1.500.000.", "unit: rupiah dan numberForms: [UNIT]"]),
        ("123 sapi", PLAIN, ["ada satuan", "mungkin maksudnya 123", "unit: sapi dan numberForms: [UNIT]"]),
        ("5,2 juta", PLAIN, ["kata juta", "mungkin maksudnya 5200000."]),
        ("Rp 3 Miliar", INDONESIAN, ["kata Miliar", "mungkin maksudnya 3.000.000.000."]),
        ("12,5 r)", INDONESIAN, ["tanda catatan", "mungkin maksudnya 12,5."]),
        ("12.5*", PLAIN, ["tanda catatan", "mungkin maksudnya 12.5."]),
        ("'12.5", PLAIN, ["tanda kutip", "mungkin maksudnya 12.5."]),
        ('"12,5"', INDONESIAN, ["tanda kutip", "mungkin maksudnya 12,5."]),
        ("Rp -", PLAIN, ["format Akuntansi", "mungkin maksudnya 0."]),
        ("1O0", PLAIN, ["bukan bilangan.", "misalnya 1234.56; kosongkan"]),
    ],
)
def test_a_refused_number_says_what_is_meant_and_what_would_allow_it(
    text: str, style: NumberStyle, words: list[str]
) -> None:
    message, fix = told(text, column(number_style=style))
    for wanted in words:
        assert wanted in f"{message.id} {fix.id}"
    assert message.en != message.id
    assert fix.en != fix.id


@pytest.mark.parametrize("text", ["Rp 1.000", "(1.000)", "1.000 %"])
def test_thousands_or_decimals_are_not_guessed(text: str) -> None:
    """Where the style has no thousands, 1.000 may be one or a thousand."""
    message, fix = told(text, column())
    assert "(" in message.id.removeprefix(f'"{text}"')
    assert "maksudnya" not in fix.id


def test_a_unit_that_is_not_the_column_s_is_named_and_never_converted() -> None:
    message, fix = told("123 kg", column(unit="ton", number_forms=ALL))
    assert "satuan di sel kilogram, di kontrak ton" in message.id
    assert "123" not in fix.id.replace("1234.56", "")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5 %", "12.5"),
        ("12,5%", "12.5"),
        ("(12,5 %)", "-12.5"),
        ("(12,5)%", "-12.5"),
        ("(1.234,5)", "-1234.5"),
        ("( 5 )", "-5"),
        ("1.000 rupiah", "1000"),
        ("Rp 1.000", "1000"),
        ("Rp. 1.000,50", "1000.5"),
        ("IDR1.000", "1000"),
        ("rp1.000,-", "1000"),
        ("1.000,--", "1000"),
        ("(Rp 1.000)", "-1000"),
        ("Rp (1.000)", "-1000"),
        ("-Rp 5", "-5"),
        ("Rp -5", "-5"),
        ("Rp\u00a05", "5"),
        ("−Rp 5", "-5"),
    ],
)
def test_forms_that_the_contract_allows(text: str, value: str) -> None:
    described = column(number_style=INDONESIAN, number_forms=ALL, unit="rupiah")
    assert cast([text], described) == ([Decimal(value)], [])


@pytest.mark.parametrize(
    "text", ["(-5)", "-(5)", "(5", "5)", "5 % %", "Rp Rp 5", "Rp 5 %", "()", "Rp", "%", "5 ton"]
)
def test_forms_that_say_nothing_are_refused(text: str) -> None:
    described = column(number_style=INDONESIAN, number_forms=ALL, unit="rupiah")
    assert cast([text], described) == ([None], [(0, "row.type")])


def test_a_form_that_is_not_allowed_is_refused_beside_one_that_is() -> None:
    described = column(number_forms=(NumberForm.PERCENT,), unit="persen")
    values, problems = cast(["5 %", "(5)", "5"], described)
    assert (values, problems) == ([Decimal(5), None, Decimal(5)], [(1, "row.type")])
    assert "numberForms: [PERCENT, PARENTHESES]" in told("(5)", described)[1].id


def test_percent_keeps_the_number_as_written() -> None:
    described = column(ColumnType.FLOAT, number_forms=(NumberForm.PERCENT,))
    assert cast(["12.5 %"], described) == ([12.5], [])


@pytest.mark.parametrize("kind", [ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT])
def test_missing_numbers_are_compared_by_value(kind: ColumnType) -> None:
    described = column(kind, missing_values=("-", "8888", "9999.0", "abc"))
    values, problems = cast(["8888", "8888.0", "09999", "9999", "-", "abc", "888", "8.888e3"], described)
    assert values == [None, None, None, None, None, None, 888, None]
    assert problems == []


def test_missing_numbers_are_read_in_the_style_of_the_column_else_plainly() -> None:
    described = column(number_style=INDONESIAN, missing_values=("9999", "-8888.5", "9.998"))
    values, _ = cast(["9.999", "9999,0", "-8.888,5", "9998", "9,998"], described)
    assert values[:4] == [None] * 4
    assert cast(["9,99"], described)[0] == [Decimal("9.99")]


def test_missing_numbers_of_a_text_column_are_compared_as_text() -> None:
    described = column(ColumnType.STRING, missing_values=("8888",))
    assert cast(["8888", "8888.0", "08888"], described) == ([None, "8888.0", "08888"], [])


@pytest.mark.parametrize("text", ["-", "n/a", "NA", "...", "–", "tidak ada data", "Belum tersedia", "NULL"])
@pytest.mark.parametrize("kind", [ColumnType.INTEGER, ColumnType.DATE, ColumnType.BOOLEAN])
def test_words_that_look_like_no_data_say_so_and_name_the_setting(text: str, kind: ColumnType) -> None:
    message, fix = told(text, column(kind))
    assert "tampaknya berarti tidak ada data" in message.id
    assert "seems to mean no data" in message.en
    assert "missingValues" in fix.id
    assert "kosongkan" in fix.id


def test_a_whole_number_written_with_a_fraction_of_zero_is_whole() -> None:
    assert cast(["20254860.0", "20254860,0"], column(ColumnType.INTEGER)) == (
        [20254860, None],
        [(1, "row.type")],
    )
    assert cast(["20.254.860,00"], column(ColumnType.INTEGER, number_style=INDONESIAN)) == ([20254860], [])


def test_messages_about_personal_data_do_not_repeat_the_cell() -> None:
    described = column(personal_data=PersonalData.SPECIFIC, unit="ton")
    for text in ("7531 kg", "(7531)", "7.531,5"):
        problem = read_cell(text, described).problem
        assert problem is not None
        message, fix = rule(problem.code).tell(value="****", **problem.explain())
        assert "7" not in f"{message.id} {fix.id}".replace("1.234,56", "")


# -- properties

styles = st.sampled_from(list(NumberStyle))
forms = st.lists(st.sampled_from(ALL), unique=True).map(tuple)
units = st.sampled_from([None, "rupiah", "persen", "ton", "juta rupiah", "m2", "orang (jiwa)"])
PIECES = "Rp|Rp.|rp | |\u00a0|(|)|-|−|%| persen|ton|jiwa|m2|,-|,|.|+|1|23|456|000|0|e3|juta"
pieces = st.sampled_from(PIECES.split("|"))
number_like = st.lists(pieces, max_size=7).map("".join) | st.text(
    alphabet="0123456789.,-+()% \u00a0Rpton", max_size=10
)
kinds = st.sampled_from([ColumnType.DECIMAL, ColumnType.INTEGER, ColumnType.FLOAT])


@settings(deadline=None, max_examples=count(full=400, ordinary=100))
@given(st.lists(number_like, min_size=1, max_size=25), styles, forms, units, kinds)
def test_columns_and_cells_agree_on_forms(
    texts: list[str], style: NumberStyle, allowed: tuple[NumberForm, ...], unit: str | None, kind: ColumnType
) -> None:
    described = column(kind, number_style=style, number_forms=allowed, unit=unit, missing_values=("-", "23"))
    values, problems = cast(texts, described)
    cells = [read_cell(text, described) for text in texts]
    assert values == [cell.value for cell in cells]
    assert problems == [(n, cell.problem.code) for n, cell in enumerate(cells) if cell.problem is not None]


@settings(deadline=None, max_examples=count(full=300, ordinary=80))
@given(st.text(max_size=40) | number_like, styles, forms, units, kinds)
def test_no_text_raises_and_every_problem_can_be_told(
    text: str, style: NumberStyle, allowed: tuple[NumberForm, ...], unit: str | None, kind: ColumnType
) -> None:
    problem = read_cell(text, column(kind, number_style=style, number_forms=allowed, unit=unit)).problem
    if problem is not None:
        message, fix = rule(problem.code).tell(value=text, **problem.explain())
        assert message.id
        assert fix.en


amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


@settings(deadline=None)
@given(amounts, styles, st.sampled_from(["{}", "{} %", "{}%", "Rp {}", "Rp{}", "{} rupiah", "({})"]))
def test_a_number_written_in_a_form_reads_back_exactly(
    value: Decimal, style: NumberStyle, shape: str
) -> None:
    if shape == "({})":
        value = -abs(value)
    text = shape.format(written(abs(value) if shape == "({})" else value, style))
    assert cast([text], column(number_style=style, number_forms=ALL, unit="rupiah")) == ([value], [])


@settings(deadline=None)
@given(number_like, styles)
def test_a_bare_number_means_the_same_with_and_without_forms(text: str, style: NumberStyle) -> None:
    bare = parse_number(text, style)
    if bare is not None and not set(text) & set("eE"):
        assert parse_form(text, style, ALL, "rupiah") == bare


@settings(deadline=None)
@given(amounts, styles)
def test_what_is_meant_is_written_so_that_it_reads_back(value: Decimal, style: NumberStyle) -> None:
    described = column(number_style=style)
    text = f"{written(value, style)} %"
    problem = read_cell(text, described).problem
    assert problem is not None
    example = problem.explain()["example"]
    assert isinstance(example, Text)
    meant = example.id.removeprefix("mungkin maksudnya ")
    if meant != example.id:
        assert read_cell(meant, described).value == value
    else:
        assert style is PLAIN
        assert separators(style)[1] == "."
