"""SQL of both engines, made with SQLAlchemy Core from shapes and kept: compiling costs more than a page does.

A statement depends on the shape of a question only (columns, kinds of tests, order), never on its values; these
are bound when it runs, in the order in which the functions here ask for parameters. No value is ever written into
the text, and names come from contracts and are quoted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    FromClause,
    Select,
    TableClause,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from satudata.datasets.rows.conditions import Shape
from satudata.datasets.serving.facts import ROW, TABLE, TRIGRAMS

KEPT_STATEMENTS = 2_048
NO_OFFSET: ColumnElement[Any] = literal_column("0")
"""SQLAlchemy makes a parameter of its own for SQLite when there is none."""


class Engine(StrEnum):
    SQLITE = "sqlite"
    DUCKDB = "duckdb"


_DIALECTS: dict[Engine, Dialect] = {
    Engine.SQLITE: sqlite.dialect(paramstyle="qmark"),
    Engine.DUCKDB: postgresql.dialect(paramstyle="numeric_dollar"),  # type: ignore[no-untyped-call] # SQLAlchemy leaves it so
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows are: the engine, and in DuckDB the name the copy is attached by."""

    engine: Engine
    schema: str | None = None


_AS_MULTIPLICATION = 8
"""SQLAlchemy puts no parentheses around what an operator it does not know joins, unless told how it binds."""


def quotient(number: ColumnElement[Any], divisor: ColumnElement[Any]) -> ColumnElement[Any]:
    """Whole-number division in DuckDB's SQL, towards zero."""
    return number.op("//", precedence=_AS_MULTIPLICATION)(divisor)


def remainder(number: ColumnElement[Any], divisor: ColumnElement[Any]) -> ColumnElement[Any]:
    """What is left of the division, at least zero; the divisor is positive."""
    modulo = ("%", _AS_MULTIPLICATION)
    return (number.op(*modulo)(divisor) + divisor).op(*modulo)(divisor)


@dataclass(frozen=True, slots=True)
class SortKey:
    column: str
    descending: bool
    nulls_first: bool
    nullable: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """`slots[i]` is the place, among the values in asking order, of what parameter i is bound to."""

    text: str
    slots: tuple[int, ...]

    def bind(self, values: Sequence[Any]) -> list[Any]:
        return [values[slot] for slot in self.slots]


class Writer:
    """Expressions over one copy's table; counts the parameters it hands out."""

    def __init__(self, source: Source, *, matched: bool = False, few: bool = False) -> None:
        """`matched`: only rows that a full-text search (the first value) finds in an index copy's trigrams.

        `few`: rows are sorted by their numbers, not found in that order.
        """
        self.engine = source.engine
        self.table: TableClause = sql_table(TABLE, schema=source.schema)
        self.rows: FromClause = self.table
        self.row = self.column(ROW)
        self._few = few
        self._asked = 0
        self._searches: list[ColumnElement[bool]] = []
        if matched:
            texts = sql_table(TRIGRAMS)
            row: ColumnElement[Any] = sql_column("rowid", _selectable=texts)
            self.rows = texts.join(self.table, self.row == row)
            self.row = row  # SQLite then answers in that order as it finds
            search = literal_column(TRIGRAMS).op("MATCH", is_comparison=True)
            self._searches.append(search(self.parameter()))

    def column(self, name: str) -> ColumnElement[Any]:
        column: ColumnElement[Any] = sql_column(name, _selectable=self.table)
        return column

    def parameter(self) -> ColumnElement[Any]:
        self._asked += 1
        return bindparam(f"p{self._asked - 1}")

    def parameters(self, count: int) -> list[ColumnElement[Any]]:
        return [self.parameter() for _ in range(count)]

    def compile(self, statement: Select[Any]) -> Statement:
        compiled = statement.compile(dialect=_DIALECTS[self.engine])
        assert isinstance(compiled, SQLCompiler)
        names = compiled.positiontup or []
        return Statement(compiled.string, tuple(int(name[1:]) for name in names))

    # ---- conditions

    def filtered(self, filter: "Filter") -> list[ColumnElement[bool]]:
        """What rows must meet. Values: of the search; of the condition; low, high."""
        conditions = list(self._searches)
        if filter.shape is not None:
            conditions.append(self.condition(filter.shape))
        if filter.ranged:
            low, high = self.parameters(2)
            conditions.append(self.row.between(low, high))
        return conditions

    def condition(self, shape: Shape) -> ColumnElement[bool]:
        match shape:
            case ("and", *parts):
                return and_(true(), *map(self.condition, parts))
            case ("or", *parts):
                return or_(false(), *map(self.condition, parts))
            case ("not", part):
                return not_(self.condition(part))
            case (kind, name, count, fold):
                return self._test(kind, self.column(name), self.parameters(count), fold)
            case _:
                raise AssertionError(f"not a shape: {shape!r}")

    def _test(
        self, kind: str, column: ColumnElement[Any], values: list[ColumnElement[Any]], fold: bool
    ) -> ColumnElement[bool]:
        match kind:
            case "null":
                return column.is_(None)
            case "not null":
                return column.is_not(None)
            case "always":
                return case((column.is_not(None), true()))
            case "never":
                return case((column.is_not(None), false()))
        if not fold:
            return self._compare(kind, column, values)
        if self.engine is Engine.SQLITE:  # its lower() folds A-Z only, which is what is asked
            return self._compare(kind, func.lower(column), values)
        return self._folded_in_duckdb(kind, column, values)

    def _folded_in_duckdb(
        self, kind: str, column: ColumnElement[Any], values: list[ColumnElement[Any]]
    ) -> ColumnElement[bool]:
        """translate() folds A-Z only but is thirteen times slower than lower(), which folds more.

        Whatever matches after translate() matches after lower(), so lower() goes first and weeds out.
        """
        exact = func.translate(
            column, literal_column(f"'{ascii_uppercase}'"), literal_column(f"'{ascii_lowercase}'")
        )
        if kind in ("<", "<=", ">", ">="):
            return self._compare(kind, exact, values)
        positive = {"<>": "=", "not in": "in"}.get(kind, kind)
        weeded = not_(self._compare(positive, func.lower(column), [func.lower(value) for value in values]))
        matched = case((weeded, false()), else_=self._compare(positive, exact, values))
        return matched if kind == positive else not_(matched)

    def _compare(
        self, kind: str, column: ColumnElement[Any], values: list[ColumnElement[Any]]
    ) -> ColumnElement[bool]:
        value = values[0]
        match kind:
            case "in":
                return column.in_(values)
            case "not in":
                return column.not_in(values)
            case "contains" if self.engine is Engine.SQLITE:
                return func.instr(column, value) > literal_column("0")
            case "contains":
                return func.contains(column, value)
            case "starts" if self.engine is Engine.SQLITE:
                return func.instr(column, value) == literal_column("1")
            case "starts":
                return func.starts_with(column, value)
            case _:
                return column.op(kind, is_comparison=True)(value)

    # ---- order

    def ordering(self, keys: tuple[SortKey, ...]) -> list[ColumnElement[Any]]:
        """The keys, then the row number."""
        row = self.row + literal_column("0") if self._few else self.row
        return [*(self.sorted(self.column(key.column), key) for key in keys), row.asc()]

    def sorted(self, expression: ColumnElement[Any], key: SortKey) -> ColumnElement[Any]:
        directed = expression.desc() if key.descending else expression.asc()
        if not key.nullable:
            return directed
        return directed.nulls_first() if key.nulls_first else directed.nulls_last()

    def after(self, keys: tuple[SortKey, ...], nulls: tuple[bool, ...]) -> ColumnElement[bool]:
        """Rows that come later than a position, where `nulls[i]` says that its value of key i is null."""
        values = [None if null else self.parameter() for null in nulls]
        later: ColumnElement[bool] = self.row > self.parameter()
        for key, value in reversed(list(zip(keys, values, strict=True))):
            column = self.column(key.column)
            same = column.is_(None) if value is None else column == value
            beyond = self._beyond(key, column, value)
            later = and_(same, later) if beyond is None else or_(beyond, and_(same, later))
        if self.engine is Engine.SQLITE and keys and not keys[0].nullable:  # an index can begin here
            first = self.column(keys[0].column)
            return and_(first <= values[0] if keys[0].descending else first >= values[0], later)
        return later

    def _beyond(
        self, key: SortKey, column: ColumnElement[Any], value: ColumnElement[Any] | None
    ) -> ColumnElement[bool] | None:
        if value is None:
            return column.is_not(None) if key.nulls_first else None
        beyond = column < value if key.descending else column > value
        if key.nullable and not key.nulls_first:
            return or_(beyond, column.is_(None))
        return beyond


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows: a condition, a range of row numbers (`ranged`: two values), or both. Values: condition, low, high."""

    shape: Shape | None = None
    ranged: bool = False


@lru_cache(maxsize=KEPT_STATEMENTS)
def page_statement(
    source: Source,
    columns: tuple[str, ...],
    filter: Filter,
    keys: tuple[SortKey, ...],
    after_nulls: tuple[bool, ...] | None,
    matched: bool = False,
    few: bool = False,
) -> Statement:
    """Row number and columns of a page. Values: filter; of `after` those not null and its row; limit; offset.

    Of index copies: with `matched` a search in their trigrams comes before the filter; `few` has SQLite find all rows
    by the index and sort them, where it might rather look through the table in its order until the page is full.
    """
    writer = Writer(source, matched=matched, few=few)
    conditions = writer.filtered(filter)
    if after_nulls is not None:
        conditions.append(writer.after(keys, after_nulls))
    statement = select(writer.row, *map(writer.column, columns)).select_from(writer.rows).where(*conditions)
    statement = (
        statement.order_by(*writer.ordering(keys)).limit(writer.parameter()).offset(writer.parameter())
    )
    return writer.compile(statement)


@lru_cache(maxsize=KEPT_STATEMENTS)
def count_statement(source: Source, filter: Filter, matched: bool = False) -> Statement:
    writer = Writer(source, matched=matched)
    return writer.compile(select(func.count()).select_from(writer.rows).where(*writer.filtered(filter)))


@lru_cache(maxsize=KEPT_STATEMENTS)
def at_most_statement(shape: Shape | None) -> Statement:
    """How many rows of an index copy pass, counted up to the last value; without a shape, those a search finds."""
    writer = Writer(Source(Engine.SQLITE), matched=shape is None)
    conditions = writer.filtered(Filter(shape))
    rows = sql_table(TRIGRAMS) if shape is None else writer.table
    some: Select[Any] = select(literal_column("1")).select_from(rows).where(*conditions)
    return writer.compile(
        select(func.count()).select_from(some.limit(writer.parameter()).offset(NO_OFFSET).subquery())
    )


@lru_cache(maxsize=KEPT_STATEMENTS)
def edge_statement(shape: Shape, ordered: tuple[str, ...], last: bool) -> Statement:
    """Number of the first (or last) row that passes a test on leading columns of the stored order, by its index."""
    writer = Writer(Source(Engine.SQLITE))
    keys = [writer.column(name) for name in (*ordered, ROW)]
    statement = select(writer.row).select_from(writer.table).where(writer.condition(shape))
    directed = [key.desc() if last else key.asc() for key in keys]
    return writer.compile(statement.order_by(*directed).limit(literal_column("1")).offset(NO_OFFSET))


@lru_cache(maxsize=KEPT_STATEMENTS)
def rows_statement(columns: tuple[str, ...]) -> Statement:
    """Row number and columns of the rows whose numbers stand in a JSON list (the one value), in no order. SQLite."""
    writer = Writer(Source(Engine.SQLITE))
    numbers = func.json_each(writer.parameter()).table_valued("value")
    statement = select(writer.row, *map(writer.column, columns)).select_from(writer.table)
    return writer.compile(statement.where(writer.row.in_(select(numbers.c.value))))
