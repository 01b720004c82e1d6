"""Row rules: what may be written, what is refused and where, and that whatever is accepted also runs."""

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.counts import count

from satudata.validation.contracts.expressions import parse_expression
from satudata.validation.contracts.model import Column, ColumnType
from satudata.validation.contracts.tokens import ExpressionError
from satudata.validation.text import Text

TYPES = {
    "a": ColumnType.INTEGER,
    "b": ColumnType.INTEGER,
    "d": ColumnType.DECIMAL,
    "f": ColumnType.FLOAT,
    "s": ColumnType.STRING,
    "t": ColumnType.DATE,
    "w": ColumnType.DATETIME,
    "ya": ColumnType.BOOLEAN,
}
COLUMNS = {
    name: Column(
        name=name,
        header=name,
        type=kind,
        title=Text(name, name),
        precision=18 if name == "d" else None,
        scale=2 if name == "d" else 0,
    )
    for name, kind in TYPES.items()
}
FRAME = pl.DataFrame(
    {
        "a": [1, 2, None, 0, 2**63 - 1, -(2**63)],
        "b": [3, 0, 4, None, 2**63 - 1, 7],
        "d": pl.Series(
            [Decimal("0.10"), Decimal("0.30"), None, Decimal("-1.00"), Decimal("9999999999999999.99"), None],
            dtype=pl.Decimal(18, 2),
        ),
        "f": [0.5, None, 1e300, 0.0, -1e308, 1e-300],
        "s": ["abc", "O'Neil", None, "", "x" * 50, "ü"],
        "t": [
            date(2024, 1, 31),
            date(2020, 2, 29),
            None,
            date(1999, 12, 31),
            date(1, 1, 1),
            date(9999, 12, 31),
        ],
        "w": pl.Series(
            [datetime(2024, 1, 31, 5, tzinfo=UTC), None, None, datetime(2000, 1, 1, tzinfo=UTC), None, None]
        ).cast(pl.Datetime("us", "UTC")),
        "ya": [True, False, None, True, None, False],
    }
)


def run(text: str) -> list[bool | None]:
    expression = parse_expression(text, COLUMNS)
    return FRAME.head(4).select(pl.sql_expr(expression.sql).alias("x"))["x"].to_list()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1", [True, False, None, False]),
        ("a + b = 4 and not a > 1", [True, False, None, None]),
        ("a / b < 1", [True, None, None, None]),
        ("d + 0.2 = 0.3", [True, False, None, False]),
        ("d * 10 >= 1", [True, True, None, False]),
        ("a between 1 and 2", [True, True, None, False]),
        ("a not in (1, 2)", [False, False, None, True]),
        ("s like 'a%' or s = 'O''Neil'", [True, True, None, False]),
        ("length(s) = 3", [True, False, None, False]),
        ("upper(left(s, 1)) = 'A'", [True, False, None, False]),
        ("t >= '2020-02-29'", [True, True, None, False]),
        ("t < DATE '2024-01-31'", [False, True, None, True]),
        ("year(t) = 2024 and month(w) = 1", [True, False, None, False]),
        ("date(w) = t", [True, None, None, False]),
        ("coalesce(a, 9) <> 9", [True, True, False, True]),
        ("case when ya then a else b end = 1", [True, False, False, False]),
        ("s is null or ya", [True, False, True, True]),
        ('"a" % 2 = 1', [True, False, None, False]),
        ("-a < 0", [True, True, None, False]),
        ("round(d, 1) = 0.1 or f > 1", [True, None, True, False]),
    ],
)
def test_what_rules_mean(text: str, expected: list[bool | None]) -> None:
    assert run(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a + 1 > a",
        "a * 2 > a",
        "a * a > a",
        "d * d > d",
        "d * d * d * d > 1",
        "d * 3 > 29999999999999999",
        "a - d < a",
    ],
)
def test_large_numbers_neither_wrap_around_nor_raise(text: str) -> None:
    expression = parse_expression(text, COLUMNS)
    assert FRAME.slice(4, 1).select(pl.sql_expr(expression.sql).alias("x"))["x"].to_list() == [True]


def test_columns_are_named_in_order_of_appearance() -> None:
    assert parse_expression("b > 1 and a + b = 2", COLUMNS).columns == ("b", "a")


@pytest.mark.parametrize(
    ("text", "reason", "position"),
    [
        ("(select 1) = a", "unknown_column", 2),
        ("a = (select max(a) from self)", "unknown_column", 6),
        ("a == 1", "unexpected", 4),
        ("sum(a) > 1", "unknown_function", 1),
        ("cast(s as integer) = 1", "unknown_function", 1),
        ("c = 1", "unknown_column", 1),
        ("a = 'x'", "kinds", 8),
        ("a", "not_a_condition", 2),
        ("1 = 1", "no_column", 6),
        ("a = 1;", "unexpected", 6),
        ("a = 1 -- x", "unknown_column", 10),
        ("a between 1", "expected", 12),
        ("t > DATE '2024-02-30'", "date", 22),
        ("round(a, b) = 1", "kinds", 12),
        ("abs(a, 1) = 1", "arguments", 10),
        ("s like lower(s)", "expected", 16),
        ("(" * 60 + "a = 1" + ")" * 60, "too_long", 40),
        ("a = 1 and " * 300 + "a = 1", "too_long", 1),
        ("a = $1", "unexpected", 4),
        ("and", "unknown_column", 1),
        ("a = NULL", "unexpected", 5),
    ],
)
def test_what_is_refused_and_where(text: str, reason: str, position: int) -> None:
    with pytest.raises(ExpressionError) as raised:
        parse_expression(text, COLUMNS)
    assert raised.value.reason == reason
    assert abs(raised.value.position + 1 - position) <= 1
    assert raised.value.message.id != raised.value.message.en


numbers = st.recursive(
    st.sampled_from(["a", "b", "d", "f", "1", "0", "2.50"]),
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from("+-*/%"), part).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(st.sampled_from(["abs", "ceil", "floor", "round"]), part).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(st.sampled_from(["coalesce", "nullif", "greatest", "least"]), part, part).map(
            lambda p: f"{p[0]}({p[1]}, {p[2]})"
        ),
        part.map(lambda p: f"-{p}"),
    ),
    max_leaves=5,
)
texts = st.recursive(
    st.sampled_from(["s", "'x'", "''"]),
    lambda part: st.one_of(
        st.tuples(st.sampled_from(["upper", "lower", "trim"]), part).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(part, part).map(lambda p: f"({p[0]} || {p[1]})"),
        part.map(lambda p: f"substr({p}, 1, 2)"),
        part.map(lambda p: f"replace({p}, 'a', 'b')"),
    ),
    max_leaves=3,
)
comparisons = st.one_of(
    st.tuples(numbers, st.sampled_from(["=", "<>", "<", "<=", ">", ">=", "!="]), numbers).map(" ".join),
    st.tuples(texts, st.sampled_from(["=", "<", ">="]), texts).map(" ".join),
    st.tuples(numbers, numbers, numbers).map(lambda p: f"{p[0]} between {p[1]} and {p[2]}"),
    st.tuples(numbers, numbers, numbers).map(lambda p: f"{p[0]} not in ({p[1]}, {p[2]})"),
    numbers.map(lambda p: f"{p} is not null"),
    st.sampled_from(
        ["t > '2020-01-01'", "date(w) = t", "year(w) < 2000", "ya", "length(s) > 2", "starts_with(s, 'a')"]
    ),
)
conditions = st.recursive(
    comparisons,
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["and", "or"]), part).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        part.map(lambda p: f"not ({p})"),
        st.tuples(part, numbers, numbers).map(lambda p: f"case when {p[0]} then {p[1]} else {p[2]} end > 1"),
    ),
    max_leaves=4,
)


@settings(max_examples=count(full=500, ordinary=150), deadline=None)
@given(conditions)
def test_whatever_is_accepted_runs(text: str) -> None:
    try:
        expression = parse_expression(text, COLUMNS)
    except ExpressionError:
        return
    result = FRAME.select(pl.sql_expr(expression.sql).fill_null(value=True).alias("x"))["x"]
    assert result.dtype == pl.Boolean
