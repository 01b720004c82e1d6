"""Measures of each column, folded over batches, in the shape of the report.

Sums, minima and maxima are exact and written as text. Distinct values are counted exactly up to a limit; beyond
it, or where a long column hardly repeats itself, they are unknown (null) unless a rule asks for them. Category
counts are kept for columns with few values, so that the next version can be compared without this file; never
for columns with personal data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Any

import polars as pl

from satudata.validation.contracts.model import Column, ColumnType, PersonalData

DISTINCT_LIMIT = 200_000
CATEGORIES = 50
_SAMPLE = 20_000
_ALL_DIFFERENT = 0.9

_SUMMED = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT)
_ORDERED = (*_SUMMED, ColumnType.DATE, ColumnType.DATETIME)
_EXACT = Context(prec=60)


@dataclass
class _Column:
    column: Column
    limited: bool
    count: int = 0
    nulls: int = 0
    sum: Decimal | float = Decimal(0)
    minimum: Any = None
    maximum: Any = None
    distinct: pl.Series | None = None
    too_many: bool = False
    categories: dict[str, int] | None = field(default_factory=dict)

    def give_up(self) -> None:
        """The values turned out to be too many to be counted."""
        self.too_many, self.distinct, self.categories = True, None, None


class Measures:
    """Folds batches. `exact_distinct` names the columns whose distinct values are counted without limit."""

    def __init__(self, columns: tuple[Column, ...], exact_distinct: frozenset[str] = frozenset()) -> None:
        self.rows = 0
        self._columns = [
            _Column(
                column, column.name not in exact_distinct, categories={} if _categorical(column) else None
            )
            for column in columns
        ]

    def add(self, typed: pl.DataFrame) -> None:
        """Take in a batch of typed columns."""
        self.rows += typed.height
        if typed.is_empty():
            return
        parts = typed.select(
            part.alias(f"{state.column.name} {name}")
            for state in self._columns
            for name, part in _parts(state.column).items()
        ).row(0, named=True)
        for state in self._columns:
            self._fold(state, parts)
        counted = [state for state in self._columns if not self._gives_up(state, typed[state.column.name])]
        # One pass over each column, all columns at once.
        found = typed.select(_different(state).alias(state.column.name) for state in counted)
        for state in counted:
            self._fold_values(state, found[state.column.name][0])

    def distinct_values(self, name: str) -> pl.Series | None:
        """The different values of a column so far; None when there are too many."""
        state = next(state for state in self._columns if state.column.name == name)
        if state.too_many:
            return None
        return pl.Series([], dtype=pl.String) if state.distinct is None else state.distinct

    def as_report(self) -> dict[str, Any]:
        """`{"rows", "columns": {name: {"count", "nulls", "distinct", "sum", "min", "max", "categories"}}}`."""
        return {"rows": self.rows, "columns": {state.column.name: _report(state) for state in self._columns}}

    def _fold(self, state: _Column, parts: Mapping[str, Any]) -> None:
        name = state.column.name
        nulls = parts[f"{name} nulls"]
        present = parts[f"{name} rows"] - nulls
        state.nulls += nulls
        state.count += present
        if not present:
            return
        if state.column.type is ColumnType.FLOAT:
            state.sum = float(state.sum) + parts[f"{name} sum"]
        elif state.column.type in _SUMMED:
            state.sum = _EXACT.add(Decimal(state.sum), Decimal(parts[f"{name} sum"]))
        if state.column.type in _ORDERED:
            low, high = parts[f"{name} min"], parts[f"{name} max"]
            state.minimum = low if state.minimum is None else min(state.minimum, low)
            state.maximum = high if state.maximum is None else max(state.maximum, high)

    def _gives_up(self, state: _Column, values: pl.Series) -> bool:
        """Whether the different values of the column are not counted, or not any more."""
        if not state.too_many and state.limited and _looks_endless(values):
            state.give_up()
        return state.too_many

    def _fold_values(self, state: _Column, found: pl.Series) -> None:
        """`found` are the different values of a batch, or where there are categories those with their counts."""
        values = found if state.categories is None else found.struct.field("value")
        different = values if state.distinct is None else pl.concat([state.distinct, values]).unique()
        if state.limited and len(different) > DISTINCT_LIMIT:
            state.give_up()
            return
        state.distinct = different
        if state.categories is None:
            return
        if len(different) > max(CATEGORIES, len(state.column.enum)):
            state.categories = None
            return
        for value, count in zip(values, found.struct.field("count"), strict=True):
            state.categories[value] = state.categories.get(value, 0) + count


def _different(state: _Column) -> pl.Expr:
    value = pl.col(state.column.name).drop_nulls()
    found = value.unique() if state.categories is None else value.alias("value").value_counts(name="count")
    return found.implode()


def _looks_endless(values: pl.Series) -> bool:
    """A batch beyond the limit whose beginning hardly repeats itself: not worth counting."""
    return len(values) > DISTINCT_LIMIT and values.head(_SAMPLE).n_unique() > _SAMPLE * _ALL_DIFFERENT


def _categorical(column: Column) -> bool:
    return column.type is ColumnType.STRING and column.personal_data is PersonalData.NONE


def _parts(column: Column) -> dict[str, pl.Expr]:
    value = pl.col(column.name)
    parts = {"rows": pl.len(), "nulls": value.null_count()}
    if column.type is ColumnType.INTEGER:
        parts["sum"] = value.cast(pl.Int128).sum().cast(pl.String)
    elif column.type in _SUMMED:
        parts["sum"] = value.sum()
    if column.type in _ORDERED:
        parts |= {"min": value.min(), "max": value.max()}
    return parts


def _report(state: _Column) -> dict[str, Any]:
    summed = state.column.type in _SUMMED and state.count > 0
    return {
        "count": state.count,
        "nulls": state.nulls,
        "distinct": None if state.too_many else 0 if state.distinct is None else len(state.distinct),
        "sum": _text(state.sum, state.column) if summed else None,
        "min": _text(state.minimum, state.column),
        "max": _text(state.maximum, state.column),
        "categories": dict(sorted(state.categories.items())) if state.categories is not None else None,
    }


def _text(value: Any, column: Column) -> str | None:
    if value is None:
        return None
    if isinstance(value, Decimal):
        scale = column.scale if column.type is ColumnType.DECIMAL else 0
        return format(value.quantize(Decimal(1).scaleb(-scale), context=_EXACT), "f")
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else repr(value)
