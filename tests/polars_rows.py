"""Rows found by polars straight from a snapshot's Parquet: a third opinion, with none of our SQL in it."""

import string
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import ROUND_FLOOR, Decimal, localcontext
from functools import reduce
from operator import and_, or_
from pathlib import Path
from typing import Any

import polars as pl

from satudata.datasets.rows.query import And, Condition, Not, Operator, Or, OrderTerm, Predicate

NUMBER = "__row__"
"""Row number from 1, in stored order."""

_BIG = 10**37


def read(path: Path) -> pl.DataFrame:
    """The snapshot with its row numbers."""
    return pl.read_parquet(path).with_row_index(NUMBER, offset=1)


def found(frame: pl.DataFrame, where: Predicate | None, order: Sequence[OrderTerm] = ()) -> pl.DataFrame:
    """The rows `where` is true for, in that order and then in stored order."""
    matching = frame if where is None else frame.filter(_expression(where, frame.schema))
    if not order:
        return matching
    return matching.sort(
        *(pl.col(term.column) for term in order),
        pl.col(NUMBER),
        descending=[*(term.descending for term in order), False],
        nulls_last=[*(not term.nulls_first for term in order), True],
        maintain_order=True,
    )


def _expression(predicate: Predicate, schema: pl.Schema) -> pl.Expr:
    match predicate:
        case And(parts):
            return reduce(and_, (_expression(part, schema) for part in parts), pl.lit(True))
        case Or(parts):
            return reduce(or_, (_expression(part, schema) for part in parts), pl.lit(False))
        case Not(part):
            return ~_expression(part, schema)
        case Condition():
            return _condition(predicate, schema[predicate.column])
    raise AssertionError(predicate)


def _condition(condition: Condition, kind: pl.DataType) -> pl.Expr:
    column, value = pl.col(condition.column), condition.value
    if condition.operator is Operator.IS_NULL:
        return column.is_null() if value else column.is_not_null()
    values = value if isinstance(value, tuple) else (value,)
    test: Callable[[Operator, Any], pl.Expr]
    if isinstance(kind, pl.Decimal) or kind.is_integer():
        scale = kind.scale if isinstance(kind, pl.Decimal) else 0
        whole = column.to_physical().cast(pl.Int128)

        def test(operator: Operator, given: Any) -> pl.Expr:
            return _number(whole, operator, Decimal(given), scale)
    elif kind == pl.String:
        text = _folded(column) if condition.ignore_case else column

        def test(operator: Operator, given: Any) -> pl.Expr:
            return _text(text, operator, _fold(given) if condition.ignore_case else given)
    else:

        def test(operator: Operator, given: Any) -> pl.Expr:
            if isinstance(given, datetime):
                given = given.astimezone(UTC)
            return _compared(column, operator, pl.lit(given, dtype=kind))

    return pl.when(column.is_not_null()).then(_combined(condition.operator, values, test))


def _combined(operator: Operator, values: Sequence[Any], test: Callable[[Operator, Any], pl.Expr]) -> pl.Expr:
    if operator in (Operator.IN, Operator.NOT_IN):
        among = reduce(or_, (test(Operator.EQ, value) for value in values), pl.lit(False))
        return among if operator is Operator.IN else ~among
    return test(operator, values[0])


def _number(whole: pl.Expr, operator: Operator, value: Decimal, scale: int) -> pl.Expr:
    """Compare scaled whole numbers; what lies between two of them, or beyond all, equals none."""
    with localcontext() as context:
        context.prec = 300
        scaled = value.scaleb(scale)
        floor = int(scaled.to_integral_value(ROUND_FLOOR))
        exact = scaled == floor
    bound = pl.lit(max(-_BIG, min(_BIG, floor)), dtype=pl.Int128)
    if exact:
        return _compared(whole, operator, bound)
    match operator:
        case Operator.EQ:
            return pl.lit(False)
        case Operator.NE:
            return pl.lit(True)
        case Operator.LT | Operator.LTE:
            return whole <= bound
    return whole > bound


def _text(text: pl.Expr, operator: Operator, value: str) -> pl.Expr:
    match operator:
        case Operator.CONTAINS:
            return text.str.contains(value, literal=True)
        case Operator.STARTS_WITH:
            return text.str.starts_with(value)
    return _compared(text, operator, pl.lit(value))


def _compared(left: pl.Expr, operator: Operator, right: pl.Expr) -> pl.Expr:
    match operator:
        case Operator.EQ:
            return left == right
        case Operator.NE:
            return left != right
        case Operator.LT:
            return left < right
        case Operator.LTE:
            return left <= right
        case Operator.GT:
            return left > right
        case Operator.GTE:
            return left >= right
    raise AssertionError(operator)


def _folded(column: pl.Expr) -> pl.Expr:
    return column.str.replace_many(list(string.ascii_uppercase), list(string.ascii_lowercase))


def _fold(text: str) -> str:
    return text.translate(str.maketrans(string.ascii_uppercase, string.ascii_lowercase))
