"""The row checks of a contract: for each an expression that says which rows are right, and words for the others.

`running.py` gives the expressions to pandera. Required cells are pandera's own `nullable`; types were settled
by the cast before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import polars as pl

from satudata.validation.casting.numbers import written
from satudata.validation.contracts.expressions import parse_expression
from satudata.validation.contracts.model import Column, ColumnType, PersonalData, RowRule
from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import masked
from satudata.validation.findings.suggesting import near
from satudata.validation.rows.check import Row, RowCheck, on
from satudata.validation.rows.code_checks import code_check, footnote_check, label_check, name_check
from satudata.validation.rows.codes import CodeBook
from satudata.validation.rows.foreign_keys import ForeignValues, reference_check
from satudata.validation.rows.geometry import geometry_check
from satudata.validation.rows.names import NameBook
from satudata.validation.text import Text

ENUM_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Lists:
    """What columns are compared with, each by the name of the column: code lists, name lists, published values."""

    books: Mapping[str, CodeBook]
    names: Mapping[str, NameBook]
    foreign: Mapping[str, ForeignValues]


def checks_of(columns: tuple[Column, ...], rules: tuple[RowRule, ...], lists: Lists) -> list[RowCheck]:
    """All row checks that the columns at hand allow, in contract order."""
    by_name = {column.name: column for column in columns}
    checks: list[RowCheck] = []
    for column in columns:
        checks += _value_checks(column)
        checks += _list_checks(column, by_name, lists)
        if column.geometry is not None:
            checks.append(geometry_check(column, column.geometry))
    checks += [_rule_check(rule, by_name) for rule in rules if set(rule.columns) <= set(by_name)]
    return checks


def _list_checks(column: Column, by_name: Mapping[str, Column], lists: Lists) -> list[RowCheck]:
    checks = []
    if column.name in lists.books:
        checks.append(code_check(column, lists.books[column.name]))
    if column.name_of is not None and column.name_of in lists.books:
        book = lists.books[column.name_of]
        checks.append(label_check(column, by_name[column.name_of], book))
        checks.append(footnote_check(column, lambda: book.labels["label"].to_list()))
    if column.name in lists.names:
        names = lists.names[column.name]
        checks.append(name_check(column, names))
        checks.append(footnote_check(column, lambda: [label for _, label, _ in names.entries]))
    if column.name in lists.foreign:
        checks.append(reference_check(column, lists.foreign[column.name]))
    return checks


def bounds_text(low: object, high: object) -> Text:
    """`1 sampai 9`, `paling kecil 1` or `paling besar 9`."""
    if low is not None and high is not None:
        return word("bounds.between", low=low, high=high)
    return word("bounds.least", low=low) if low is not None else word("bounds.most", high=high)


def _value_checks(column: Column) -> list[RowCheck]:
    checks = []
    value = pl.col(column.name)
    if column.minimum is not None or column.maximum is not None:
        checks.append(_range_check(column, value))
    if column.min_length is not None or column.max_length is not None:
        checks.append(_length_check(column, value))
    if column.pattern is not None:
        checks.append(_pattern_check(column, column.pattern, value))
    if column.enum:
        checks.append(_enum_check(column, value))
    return checks


def _range_check(column: Column, value: pl.Expr) -> RowCheck:
    right = pl.lit(value=True)
    if (low := _literal(column, column.minimum, ROUND_CEILING)) is not None:
        right = right & (value >= low)
    if (high := _literal(column, column.maximum, ROUND_FLOOR)) is not None:
        right = right & (value <= high)
    bounds = bounds_text(*(_shown(column, bound) for bound in (column.minimum, column.maximum)))
    return RowCheck("row.range", "row.range", column.name, on(right), lambda text, _: {"bounds": bounds})


def _literal(column: Column, bound: Decimal | date | None, rounding: str) -> pl.Expr | None:
    if bound is None:
        return None
    if isinstance(bound, Decimal):
        if column.type is ColumnType.INTEGER:
            return pl.lit(int(bound.to_integral_value(rounding)), dtype=pl.Int64)
        return pl.lit(float(bound)) if column.type is ColumnType.FLOAT else pl.lit(bound)
    dtype = pl.Date() if column.type is ColumnType.DATE else pl.Datetime("us", "UTC")
    return pl.lit(bound, dtype=dtype)


def _shown(column: Column, bound: Decimal | date | None) -> str | None:
    if isinstance(bound, Decimal):
        return written(bound, column.number_style)
    return None if bound is None else bound.isoformat()


def _length_check(column: Column, value: pl.Expr) -> RowCheck:
    length = value.str.len_chars()
    right = (length >= (column.min_length or 0)) & (length <= (column.max_length or 2**31))
    bounds = bounds_text(column.min_length, column.max_length)

    def describe(text: str, row: Row) -> Mapping[str, object]:
        return {"found": len(text.strip()), "bounds": bounds}

    return RowCheck("row.length", "row.length", column.name, on(right), describe)


def _pattern_check(column: Column, pattern: str, value: pl.Expr) -> RowCheck:
    def describe(text: str, row: Row) -> Mapping[str, object]:
        meant = _fitting(text.strip(), pattern) if column.personal_data is PersonalData.NONE else None
        hint = word("hint.value", near=meant) if meant else word("hint.none")
        return {"pattern": pattern, "hint": hint}

    return RowCheck("row.pattern", "row.pattern", column.name, on(value.str.contains(pattern)), describe)


def _fitting(text: str, pattern: str) -> str | None:
    """The text in other capitals, or without blanks and signs, where that has the form."""
    bare = re.sub(r"[^\w]|_", "", text)
    ways = [text.upper(), text.lower(), text.replace(" ", ""), bare, bare.upper()]
    # By polars, as the check itself: its expressions take linear time whatever a contract says.
    place = pl.Series(ways).str.contains(pattern).index_of(True)
    return None if place is None else ways[place]


def _enum_check(column: Column, value: pl.Expr) -> RowCheck:
    allowed = ", ".join(column.enum[:ENUM_SHOWN]) + (", …" if len(column.enum) > ENUM_SHOWN else "")
    members = [int(text) for text in column.enum] if column.type is ColumnType.INTEGER else list(column.enum)

    def describe(text: str, row: Row) -> Mapping[str, object]:
        close = near(text.strip(), column.enum)
        return {"allowed": allowed, "hint": word("hint.value", near=close) if close else word("hint.none")}

    return RowCheck("row.enum", "row.enum", column.name, on(value.is_in(members)), describe)


# -- rules


def _rule_check(rule: RowRule, by_name: Mapping[str, Column]) -> RowCheck:
    expression = parse_expression(rule.expression, by_name)

    def describe(text: str, row: Row) -> Mapping[str, object]:
        cells = [_cell(by_name[name], row[name]) for name in rule.columns]
        both = Text(", ".join(cell.id for cell in cells), ", ".join(cell.en for cell in cells))
        message = Text(rule.message.id, rule.message.get("en"))
        return {"rule": message, "cells": both, "expression": rule.expression}

    right = on(pl.sql_expr(expression.sql))
    return RowCheck(f"row.rule {rule.name}", "row.rule", rule.columns[0], right, describe, rule.severity)


def _cell(column: Column, value: Any) -> Text:
    if value is None:
        empty = word("cell.empty")
        return Text(f"{column.header} {empty.id}", f"{column.header} {empty.en}")
    text = written(value, column.number_style) if isinstance(value, Decimal) else str(value)
    shown = f"{column.header} = {text if column.personal_data == 'NONE' else masked(text)}"
    return Text(shown, shown)
