"""Whole columns of text into typed columns: plain cells by one polars expression, the rest one by one.

Every expression here accepts only what `cells.py` would accept with the same value; a cell it leaves null goes
through `cells.py`, which finds the value after all (blanks around it, another spelling) or says what is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from satudata.validation.casting.cells import FALSE, ISO_DATETIME, TRUE, Value, read_cell
from satudata.validation.casting.numbers import number_regex, separators
from satudata.validation.contracts.date_formats import DateFormat, date_format
from satudata.validation.contracts.model import Column, ColumnType, NumberStyle
from satudata.validation.control_characters import CONTROL

_ISO_ZONED = "%Y-%m-%dT%H:%M:%S%.f%#z"
_ISO_LOCAL = "%Y-%m-%dT%H:%M:%S%.f"


@dataclass(frozen=True, slots=True)
class ColumnProblems:
    """Cells of a column that one rule objects to: ascending positions in the batch, and the cells' texts."""

    column: Column
    code: str
    positions: list[int]
    texts: list[str]

    def describe(self, n: int) -> tuple[str, Mapping[str, object]]:
        """The n-th cell's text and what fills its message. The cell is read again: few of them are ever told."""
        text = self.texts[n]
        problem = read_cell(text, self.column).problem
        return text, problem.explain() if problem else {}


@dataclass(frozen=True, slots=True)
class CastBatch:
    """`typed` has one column for each contract column given, in the order and type of the contract."""

    typed: pl.DataFrame
    problems: list[ColumnProblems]


def polars_type(column: Column) -> pl.DataType:
    """The polars type of a contract column."""
    return {
        ColumnType.STRING: pl.String(),
        ColumnType.INTEGER: pl.Int64(),
        ColumnType.DECIMAL: pl.Decimal(column.precision or 18, column.scale),
        ColumnType.FLOAT: pl.Float64(),
        ColumnType.BOOLEAN: pl.Boolean(),
        ColumnType.DATE: pl.Date(),
        ColumnType.DATETIME: pl.Datetime("us", "UTC"),
    }[column.type]


def cast_batch(
    raw: pl.DataFrame, columns: tuple[Column, ...], formulas: Mapping[str, list[int]] | None = None
) -> CastBatch:
    """Cast the text columns of `raw` that the contract columns name.

    `formulas` gives by column the positions of a spreadsheet's errors and of formulas without result: they have
    no value, unless the contract counts their text as missing.
    """
    problems: list[ColumnProblems] = []
    raw = _without_formulas(raw, columns, formulas or {}, problems)
    raw = _without_control_characters(raw, columns, problems)
    untouched = _clean_texts(raw, [column for column in columns if column.type is ColumnType.STRING])
    plain = raw.select(
        pl.col(column.name) if column.name in untouched else _plain_cells(column).alias(column.name)
        for column in columns
    )
    typed = [
        plain[column.name]
        if column.type is ColumnType.STRING
        else _with_open_cells(plain[column.name], raw[column.name], column, problems)
        for column in columns
    ]
    return CastBatch(pl.DataFrame(typed), problems)


def _without_formulas(
    raw: pl.DataFrame,
    columns: tuple[Column, ...],
    formulas: Mapping[str, list[int]],
    problems: list[ColumnProblems],
) -> pl.DataFrame:
    for column in columns:
        if positions := formulas.get(column.name):
            raw = _set_aside(raw, column, positions, "row.formula", problems)
    return raw


def _without_control_characters(
    raw: pl.DataFrame, columns: tuple[Column, ...], problems: list[ColumnProblems]
) -> pl.DataFrame:
    texts = [column for column in columns if column.type is ColumnType.STRING]
    if not texts or raw.is_empty():
        return raw
    found = raw.select(pl.col(column.name).str.contains(CONTROL).any() for column in texts)
    for column in texts:
        if found[column.name][0]:
            positions = raw[column.name].str.contains(CONTROL).arg_true().to_list()
            raw = _set_aside(raw, column, positions, "row.control_character", problems)
    return raw


def _set_aside(
    raw: pl.DataFrame, column: Column, positions: list[int], code: str, problems: list[ColumnProblems]
) -> pl.DataFrame:
    """The batch without these cells, which are told; those that the contract counts as missing are not told."""
    texts = raw[column.name].gather(positions).to_list()
    told = [
        (position, text)
        for position, text in zip(positions, texts, strict=True)
        if text.strip() not in column.missing_values
    ]
    if not told:
        return raw
    places = [position for position, _ in told]
    problems.append(ColumnProblems(column, code, places, [text for _, text in told]))
    gone = pl.Series(places, dtype=pl.UInt32)
    kept = pl.when(~pl.int_range(pl.len(), dtype=pl.UInt32).is_in(gone.implode()))
    return raw.with_columns(kept.then(pl.col(column.name)).alias(column.name))


def _clean_texts(raw: pl.DataFrame, columns: list[Column]) -> set[str]:
    """Text columns without outer blanks, empty texts and words for missing: they are right as they are."""
    candidates = [column.name for column in columns if not column.missing_values]
    if not candidates or raw.is_empty():
        return set()
    clean = raw.select(
        (
            (pl.col(name).str.strip_chars().str.len_bytes().sum() == pl.col(name).str.len_bytes().sum())
            & (pl.col(name).str.len_bytes().min().fill_null(1) > 0)
        ).alias(name)
        for name in candidates
    )
    return {name for name in candidates if clean[name][0]}


def _with_open_cells(
    plain: pl.Series, raw: pl.Series, column: Column, problems: list[ColumnProblems]
) -> pl.Series:
    """Put in what the expression did not take although the cell holds something."""
    if plain.null_count() == raw.null_count():
        return plain
    positions = (plain.is_null() & (raw.str.len_bytes() > 0)).fill_null(value=False).arg_true()
    if positions.is_empty():
        return plain
    places, texts = positions.to_list(), raw.gather(positions).to_list()
    known: dict[str, tuple[Value | None, str | None]] = {}
    by_code: dict[str, ColumnProblems] = {}
    found: list[int] = []
    values: list[Value] = []
    for position, text in zip(places, texts, strict=True):
        if text not in known:
            cell = read_cell(text, column)
            known[text] = cell.value, cell.problem.code if cell.problem else None
        value, code = known[text]
        if code is not None:
            if code not in by_code:
                by_code[code] = ColumnProblems(column, code, [], [])
            by_code[code].positions.append(position)
            by_code[code].texts.append(text)
        if value is not None:
            found.append(position)
            values.append(value)
    problems += by_code.values()
    return plain.scatter(found, pl.Series(values, dtype=polars_type(column))) if found else plain


def _plain_cells(column: Column) -> pl.Expr:
    text = pl.col(column.name)
    if column.type is ColumnType.STRING:
        stripped = text.str.strip_chars()
        filled = stripped.str.len_bytes() > 0
        return pl.when(filled & ~stripped.is_in(column.missing_values)).then(stripped)
    if column.missing_values:
        text = pl.when(~text.is_in(column.missing_values)).then(text)
    if column.type is ColumnType.INTEGER:
        return _integers(text, column)
    if column.type in (ColumnType.DECIMAL, ColumnType.FLOAT):
        scale = column.scale if column.type is ColumnType.DECIMAL else None
        shaped = pl.when(text.str.contains(number_regex(column.number_style, scale))).then(text)
        return _digits(shaped, column.number_style).cast(polars_type(column), strict=False)
    if column.type is ColumnType.BOOLEAN:
        words = {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False)}
        return text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
    return _dates(text, column) if column.type is ColumnType.DATE else _moments(text, column)


def _integers(text: pl.Expr, column: Column) -> pl.Expr:
    if column.number_style is NumberStyle.PLAIN:
        return text.cast(pl.Int64, strict=False)
    shaped = pl.when(text.str.contains(number_regex(column.number_style, 0))).then(text)
    return _digits(shaped, column.number_style).cast(pl.Int64, strict=False)


def _digits(text: pl.Expr, style: NumberStyle) -> pl.Expr:
    thousands, sign = separators(style)
    bare = text.str.replace_all(thousands, "", literal=True) if thousands else text
    return bare.str.replace(sign, ".", literal=True) if sign != "." else bare


def _dates(text: pl.Expr, column: Column) -> pl.Expr:
    form = date_format(column.date_format or "yyyy-MM-dd")
    days = pl.when(text.str.contains(form.regex)).then(text).str.to_date(form.strptime, strict=False)
    return pl.when(days.dt.year() >= 1).then(days)


def _moments(text: pl.Expr, column: Column) -> pl.Expr:
    if column.date_format is not None:
        form = date_format(column.date_format)
        return _moments_as(pl.when(text.str.contains(form.regex)).then(text), form, column)
    shaped = pl.when(text.str.contains(ISO_DATETIME)).then(text)
    zoned = _moments_as(shaped, DateFormat(_ISO_ZONED, ""), column)
    return zoned.fill_null(_moments_as(shaped, DateFormat(_ISO_LOCAL, ""), column))


def _moments_as(text: pl.Expr, form: DateFormat, column: Column) -> pl.Expr:
    if form.zoned:
        moments = text.str.to_datetime(form.strptime, strict=False, time_unit="us", time_zone="UTC")
    else:
        local = text.str.to_datetime(form.strptime, strict=False, time_unit="us")
        zone = local.dt.replace_time_zone(column.time_zone, ambiguous="earliest", non_existent="null")
        moments = zone.dt.convert_time_zone("UTC")
    return pl.when(moments.dt.year() >= 1).then(moments)
