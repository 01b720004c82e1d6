"""The row checks of a contract: for each an expression that says which rows are right, and words for the others.

`running.py` gives the expressions to pandera. Required cells are pandera's own `nullable`; types were settled
by the cast before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import polars as pl

from satudata.validation.casting.numbers import written
from satudata.validation.contracts.expressions import parse_expression
from satudata.validation.contracts.model import Column, ColumnType, RowRule, Severity
from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import masked
from satudata.validation.findings.suggesting import near
from satudata.validation.rows.codes import SUGGESTED, CodeBook
from satudata.validation.rows.place_names import same_place
from satudata.validation.text import Text

ENUM_SHOWN = 12

Row = Mapping[str, Any]
Right = Callable[[pl.LazyFrame], pl.LazyFrame]
Describe = Callable[[str, Row], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class RowCheck:
    """`right` gives one boolean for each row; `describe(text, typed row)` the template values of a wrong one."""

    label: str
    code: str
    column: str
    right: Right
    describe: Describe
    severity: Severity | None = None


def checks_of(
    columns: tuple[Column, ...], rules: tuple[RowRule, ...], books: Mapping[str, CodeBook]
) -> list[RowCheck]:
    """All row checks that the columns at hand allow, in contract order; `books` by column name."""
    by_name = {column.name: column for column in columns}
    checks: list[RowCheck] = []
    for column in columns:
        checks += _value_checks(column)
        if column.name in books:
            checks += _code_checks(column, books[column.name])
        if column.name_of in books:
            checks.append(_name_check(column, by_name[column.name_of or ""], books[column.name_of or ""]))
    checks += [_rule_check(rule, by_name) for rule in rules if set(rule.columns) <= set(by_name)]
    return checks


def bounds_text(low: object, high: object) -> Text:
    """`1 sampai 9`, `paling kecil 1` or `paling besar 9`."""
    if low is not None and high is not None:
        return word("bounds.between", low=low, high=high)
    return word("bounds.least", low=low) if low is not None else word("bounds.most", high=high)


def _on(expression: pl.Expr) -> Right:
    """Null is right: empty cells are the business of `required`."""
    return lambda frame: frame.select(expression.fill_null(value=True))


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
    return RowCheck("row.range", "row.range", column.name, _on(right), lambda text, _: {"bounds": bounds})


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

    return RowCheck("row.length", "row.length", column.name, _on(right), describe)


def _pattern_check(column: Column, pattern: str, value: pl.Expr) -> RowCheck:
    def describe(text: str, row: Row) -> Mapping[str, object]:
        return {"pattern": pattern}

    return RowCheck("row.pattern", "row.pattern", column.name, _on(value.str.contains(pattern)), describe)


def _enum_check(column: Column, value: pl.Expr) -> RowCheck:
    allowed = ", ".join(column.enum[:ENUM_SHOWN]) + (", …" if len(column.enum) > ENUM_SHOWN else "")
    members = [int(text) for text in column.enum] if column.type is ColumnType.INTEGER else list(column.enum)

    def describe(text: str, row: Row) -> Mapping[str, object]:
        close = near(text.strip(), column.enum)
        return {"allowed": allowed, "hint": word("hint.value", near=close) if close else word("hint.none")}

    return RowCheck("row.enum", "row.enum", column.name, _on(value.is_in(members)), describe)


# -- codes


def _code_checks(column: Column, book: CodeBook) -> list[RowCheck]:
    value = pl.col(column.name)
    suggestions: dict[str, Text] = {}

    def unknown(text: str, row: Row) -> Mapping[str, object]:
        code = text.strip()
        if code not in suggestions and len(suggestions) < SUGGESTED:
            suggestions[code] = book.suggestion(code)
        hint = suggestions.get(code, word("hint.none"))
        return {"list": book.title, "edition": book.edition, "example": book.example, "hint": hint}

    def wrong_level(text: str, row: Row) -> Mapping[str, object]:
        entry = book.entry(text.strip())
        wanted = word(f"level.{book.binding.level}")
        found = word(f"level.{entry.level}") if entry and entry.level in _LEVELS else word("level.other")
        return {"found": found, "wanted": wanted, "example": book.example}

    def superseded(text: str, row: Row) -> Mapping[str, object]:
        entry = book.entry(text.strip())
        successors = [book.written(code) for code in entry.successors] if entry else []
        listed: object = ", ".join(successors) or word("successors.unknown")
        return {"until": entry.valid_to if entry else "", "successors": listed}

    checks = [RowCheck("row.code", "row.code", column.name, _on(value.is_in(book.known)), unknown)]
    if len(book.superseded[0]):
        right = ~value.is_in(book.superseded)
        checks.append(
            RowCheck("row.code_superseded", "row.code_superseded", column.name, _on(right), superseded)
        )
    if len(book.other_levels[0]):
        right = ~value.is_in(book.other_levels)
        checks.append(RowCheck("row.code_level", "row.code_level", column.name, _on(right), wrong_level))
    return checks


_LEVELS = ("COUNTRY", "PROVINCE", "REGENCY", "DISTRICT", "VILLAGE")


def _name_check(column: Column, code_column: Column, book: CodeBook) -> RowCheck:
    """The name beside a code is the code's label; looked at once for each different pair."""
    code, name = code_column.name, column.name
    seen: dict[tuple[str, str], bool] = {}

    def agrees(pair: tuple[str, str]) -> bool:
        if pair not in seen:
            entry = book.entry(pair[0])
            seen[pair] = entry is None or same_place(pair[1], entry.label)
        return seen[pair]

    def right(frame: pl.LazyFrame) -> pl.LazyFrame:
        pairs = frame.select(pl.col(code).alias("code"), pl.col(name).alias("name")).collect()
        known = pairs.unique().drop_nulls()
        verdicts = known.with_columns(
            right=pl.Series([agrees(pair) for pair in known.rows()], dtype=pl.Boolean)
        )
        joined = pairs.join(verdicts, on=["code", "name"], how="left", maintain_order="left")
        return joined.lazy().select(pl.col("right").fill_null(value=True))

    def describe(text: str, row: Row) -> Mapping[str, object]:
        entry = book.entry(row[code])
        return {"code": row[code], "label": entry.label if entry else ""}

    return RowCheck("row.code_name", "row.code_name", column.name, right, describe)


# -- rules


def _rule_check(rule: RowRule, by_name: Mapping[str, Column]) -> RowCheck:
    expression = parse_expression(rule.expression, by_name)

    def describe(text: str, row: Row) -> Mapping[str, object]:
        cells = [_cell(by_name[name], row[name]) for name in rule.columns]
        both = Text(", ".join(cell.id for cell in cells), ", ".join(cell.en for cell in cells))
        message = Text(rule.message.id, rule.message.get("en"))
        return {"rule": message, "cells": both, "expression": rule.expression}

    right = _on(pl.sql_expr(expression.sql))
    return RowCheck(f"row.rule {rule.name}", "row.rule", rule.columns[0], right, describe, rule.severity)


def _cell(column: Column, value: Any) -> Text:
    if value is None:
        empty = word("cell.empty")
        return Text(f"{column.header} {empty.id}", f"{column.header} {empty.en}")
    text = written(value, column.number_style) if isinstance(value, Decimal) else str(value)
    shown = f"{column.header} = {text if column.personal_data == 'NONE' else masked(text)}"
    return Text(shown, shown)
