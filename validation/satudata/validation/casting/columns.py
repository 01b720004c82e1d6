"""Whole columns of text into typed columns: plain cells by one polars expression, the rest one by one.

Every expression here accepts only what `cells.py` would accept with the same value; a cell it leaves null goes
through `cells.py`, which finds the value after all (blanks around it, another spelling) or says what is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from satudata.validation.casting.cells import FALSE, TRUE, Cell, Value, missing_numbers, read_cell
from satudata.validation.casting.date_styles import BatchStyles, styles_of
from satudata.validation.casting.dates import ISO_DATETIME, column_forms
from satudata.validation.casting.number_forms import surroundings
from satudata.validation.casting.numbers import number_regex, separators, thousands_regex, written
from satudata.validation.casting.text_scan import TextScan, text_scan
from satudata.validation.contracts.date_formats import DateFormat, date_format
from satudata.validation.contracts.model import Column, ColumnType, NumberStyle
from satudata.validation.control_characters import CONTROL
from satudata.validation.date_forms import contradicting

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
    """`typed` has one column for each contract column given, in the order and type of the contract.

    `styles` tells which date forms occur, for columns that accept several.
    """

    typed: pl.DataFrame
    problems: list[ColumnProblems]
    styles: list[BatchStyles]


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
    scans = {
        column.name: text_scan(raw[column.name]) for column in columns if column.type is ColumnType.STRING
    }
    raw = _without_control_characters(raw, columns, scans, problems)
    untouched = _clean_texts(raw, columns, scans)
    regular = _regular_dates(raw, columns)
    plain = raw.select(
        pl.col(column.name)
        if column.name in untouched
        else _plain_cells(column, regular=column.name in regular).alias(column.name)
        for column in columns
    )
    plain = _without_missing(plain, columns)
    typed: list[pl.Series] = []
    styles: list[BatchStyles] = []
    for column in columns:
        if column.type is ColumnType.STRING:
            typed.append(plain[column.name])
            continue
        opened = _open_cells(plain[column.name], raw[column.name], column)
        typed.append(_with_open_cells(plain[column.name], opened, column, problems))
        if column.date_formats:
            styles.append(styles_of(column, typed[-1], opened.positions, opened.forms()))
    return CastBatch(pl.DataFrame(typed), problems, styles)


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
    raw: pl.DataFrame,
    columns: tuple[Column, ...],
    scans: Mapping[str, TextScan],
    problems: list[ColumnProblems],
) -> pl.DataFrame:
    for column in columns:
        if column.name in scans and scans[column.name].may_hold_control:
            positions = raw[column.name].str.contains(CONTROL).arg_true().to_list()
            if positions:
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


def _clean_texts(raw: pl.DataFrame, columns: tuple[Column, ...], scans: Mapping[str, TextScan]) -> set[str]:
    """Text columns without outer blanks, empty texts and words for missing: they are right as they are."""
    candidates = [column.name for column in columns if column.name in scans and not column.missing_values]
    padded = [name for name in candidates if scans[name].may_be_padded]
    clean = raw.select(
        (
            (pl.col(name).str.strip_chars().str.len_bytes().sum() == pl.col(name).str.len_bytes().sum())
            & (pl.col(name).str.len_bytes().min().fill_null(1) > 0)
        ).alias(name)
        for name in padded
    )
    return {name for name in candidates if name not in padded or clean[name][0]}


@dataclass(frozen=True, slots=True)
class _OpenCells:
    """Cells the expression did not take although they hold something. Equal texts are read once."""

    positions: pl.Series
    texts: pl.Series
    read: Mapping[str, Cell]

    def forms(self) -> pl.Series:
        """The date form that read each of them; null where none did."""
        return self._looked_up({text: cell.form for text, cell in self.read.items()}, pl.String())

    def codes(self) -> pl.Series:
        """The rule that objects to each of them; null where none does."""
        codes = {text: cell.problem.code for text, cell in self.read.items() if cell.problem is not None}
        return self._looked_up(codes, pl.String())

    def values(self, dtype: pl.DataType) -> pl.Series:
        """Their values."""
        return self._looked_up({text: cell.value for text, cell in self.read.items()}, dtype)

    def _looked_up(self, answers: Mapping[str, Value | None], dtype: pl.DataType) -> pl.Series:
        if not answers:
            return pl.Series([None] * len(self.texts), dtype=dtype)
        places = {text: place for place, text in enumerate(answers)}
        known = pl.Series(list(answers.values()), dtype=dtype)
        return known.gather(self.texts.replace_strict(places, default=None, return_dtype=pl.UInt32))


def _open_cells(plain: pl.Series, raw: pl.Series, column: Column) -> _OpenCells:
    if plain.null_count() == raw.null_count():
        positions = pl.Series([], dtype=pl.UInt32)
    else:
        positions = (plain.is_null() & (raw.str.len_bytes() > 0)).fill_null(value=False).arg_true()
    texts = raw.gather(positions)
    return _OpenCells(
        positions,
        texts,
        {text: read_cell(text, column) for text in texts.unique(maintain_order=True).to_list()},
    )


def _with_open_cells(
    plain: pl.Series, opened: _OpenCells, column: Column, problems: list[ColumnProblems]
) -> pl.Series:
    """Put in the values of open cells, and note what is wrong with the others."""
    if opened.positions.is_empty():
        return plain
    wrong = dict.fromkeys(cell.problem.code for cell in opened.read.values() if cell.problem is not None)
    codes = opened.codes() if wrong else pl.Series([], dtype=pl.String)
    for code in wrong:
        here = codes.eq_missing(pl.Series([code]))
        positions, texts = opened.positions.filter(here).to_list(), opened.texts.filter(here).to_list()
        problems.append(ColumnProblems(column, code, positions, texts))
    if all(cell.value is None for cell in opened.read.values()):
        return plain
    values = opened.values(polars_type(column))
    found = values.is_not_null()
    return plain.scatter(opened.positions.filter(found), values.filter(found))


def _regular_dates(raw: pl.DataFrame, columns: tuple[Column, ...]) -> set[str]:
    """Date columns all of whose cells are written as the contract says: a column repeats the same few of them."""
    forms = {
        column.name: form.regex
        for column in columns
        if column.type is ColumnType.DATE and (form := _fast_form(column)) is not None
    }
    found = raw.select(pl.col(name).unique().str.contains(regex).all() for name, regex in forms.items())
    return {name for name in forms if found[name][0]}


def _plain_cells(column: Column, *, regular: bool = False) -> pl.Expr:
    text = pl.col(column.name)
    if column.type is ColumnType.STRING:
        stripped = text.str.strip_chars()
        filled = stripped.str.len_bytes() > 0
        return pl.when(filled & ~stripped.is_in(column.missing_values)).then(stripped)
    if column.missing_values:
        text = pl.when(~text.is_in(column.missing_values)).then(text)
    if column.type in (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT):
        return _numbers(text, column)
    if column.type is ColumnType.BOOLEAN:
        words = {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False)}
        return text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
    if column.type is ColumnType.DATE:
        return _dates(text, column, regular=regular)
    return _moments(text, column)


def _numbers(text: pl.Expr, column: Column) -> pl.Expr:
    style = column.number_style
    if column.number_forms:
        text = _bare(text, column)
    if column.type is ColumnType.INTEGER and style is NumberStyle.PLAIN:
        return text.cast(pl.Int64, strict=False)
    scale = {ColumnType.INTEGER: 0, ColumnType.DECIMAL: column.scale}.get(column.type)
    shaped = pl.when(text.str.contains(number_regex(style, scale))).then(text)
    return _digits(shaped, style).cast(polars_type(column), strict=False)


def _bare(text: pl.Expr, column: Column) -> pl.Expr:
    """The commonest of the forms of `number_forms.py` taken off; what is left over goes the slow road."""
    around = surroundings(column.number_style, column.number_forms, column.unit)
    if around.parentheses:
        text = text.str.replace(r"^\(([^()]*)\)$", "-${1}")
    if around.before or around.after:
        sides = (f"^{around.before}" if around.before else "", f"{around.after}$" if around.after else "")
        text = text.str.replace("|".join(filter(None, sides)), "")
    return text.str.replace(f"{around.dash}$", "") if around.dash else text


def _without_missing(plain: pl.DataFrame, columns: tuple[Column, ...]) -> pl.DataFrame:
    """Numbers that stand for no value are compared by value: `9999.0` is 9999."""
    kept = []
    for column in columns:
        if numbers := _missing_values(column):
            values = pl.Series(numbers, dtype=polars_type(column)).implode()
            kept.append(pl.when(~pl.col(column.name).is_in(values)).then(column.name).alias(column.name))
    return plain.with_columns(kept) if kept else plain


def _missing_values(column: Column) -> list[Value]:
    """The declared missing values that a number column could hold."""
    if column.type not in (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT):
        return []
    style, open_column = column.number_style, replace(column, missing_values=())
    cells = (
        read_cell(written(number, style), open_column)
        for number in missing_numbers(column.missing_values, style)
    )
    return [cell.value for cell in cells if cell.value is not None]


def _digits(text: pl.Expr, style: NumberStyle) -> pl.Expr:
    thousands, sign = separators(style)
    if thousands == " ":
        text = text.str.replace_all(thousands_regex(style), "")
    elif thousands:
        text = text.str.replace_all(thousands, "", literal=True)
    return text.str.replace(sign, ".", literal=True) if sign != "." else text


def _dates(text: pl.Expr, column: Column, *, regular: bool) -> pl.Expr:
    form = _fast_form(column)
    if form is None or form.strptime is None:
        return pl.repeat(None, pl.len(), dtype=pl.Date())
    shaped = text if regular else pl.when(text.str.contains(form.regex)).then(text)
    days = shaped.str.to_date(form.strptime, strict=False)
    return pl.when(days.is_between(date.min, date.max)).then(days)


def _fast_form(column: Column) -> DateFormat | None:
    """The column's own form, unless another one may read the same cell differently."""
    forms = column_forms(column)
    return None if contradicting(forms) else date_format(forms[0])


def _moments(text: pl.Expr, column: Column) -> pl.Expr:
    form = _fast_form(column)
    if form is None or form.strptime is None:
        return pl.repeat(None, pl.len(), dtype=pl.Datetime("us", "UTC"))
    if column.date_format is not None:
        shaped = pl.when(text.str.contains(form.regex)).then(text)
        return _moments_as(shaped, form.strptime, form.zoned, column)
    shaped = pl.when(text.str.contains(ISO_DATETIME)).then(text)
    zoned = _moments_as(shaped, _ISO_ZONED, True, column)
    return zoned.fill_null(_moments_as(shaped, _ISO_LOCAL, False, column))


def _moments_as(text: pl.Expr, strptime: str, zoned: bool, column: Column) -> pl.Expr:
    if zoned:
        moments = text.str.to_datetime(strptime, strict=False, time_unit="us", time_zone="UTC")
    else:
        local = text.str.to_datetime(strptime, strict=False, time_unit="us")
        zone = local.dt.replace_time_zone(column.time_zone, ambiguous="earliest", non_existent="null")
        moments = zone.dt.convert_time_zone("UTC")
    return pl.when(moments.dt.year().is_between(1, 9999)).then(moments)
