"""A page between its question and its rows: the statement that finds it, and how found rows become a `RowPage`."""

from dataclasses import dataclass
from typing import Any, Self

from satudata.datasets.rows.parts import RowParts, pages_statement, parts_values
from satudata.datasets.rows.planner import Region
from satudata.datasets.rows.query import RowPage, RowQuery, SnapshotColumn
from satudata.datasets.rows.sql import Engine, SortKey, Source, Statement, page_statement
from satudata.datasets.rows.values import (
    Stored,
    decode_column,
    foreign_position,
    position_value,
    stored_of_position,
)


@dataclass(frozen=True, slots=True)
class After:
    """A query's `after`: the stored values of the order's columns, and the row number."""

    values: dict[str, Stored | None]
    row: int

    @classmethod
    def read(cls, query: RowQuery, columns: dict[str, SnapshotColumn]) -> Self | None:
        """None when the query has none. Raises InvalidInput for a position of another question."""
        if query.after is None:
            return None
        *values, row = query.after or (None,)
        if len(values) != len(query.order) or not isinstance(row, int) or isinstance(row, bool):
            raise foreign_position()
        if not 1 <= row <= query.snapshot.row_count:
            raise foreign_position()
        stored = {
            term.column: stored_of_position(columns[term.column], value)
            for term, value in zip(query.order, values, strict=True)
        }
        return cls(stored, row)


class Find:
    """The search for a page: its statement on either engine, and the values in the statement's asking order."""

    def __init__(
        self,
        region: Region,
        rows: int,
        keys: tuple[SortKey, ...],
        position: After | None,
        limit: int,
        skip: int,
    ) -> None:
        self._filter, self.values = region.filter(rows)
        self.keys = keys
        self.position = position
        self._nulls: tuple[bool, ...] | None = None
        if position is not None:
            at = [position.values[key.column] for key in keys]
            self._nulls = tuple(value is None for value in at)
            self.values += [*(value for value in at if value is not None), position.row]
        self.places = limit + skip
        """How many rows in order have to be seen."""
        self.values += [limit, skip]

    def statement(self, source: Source, columns: tuple[str, ...]) -> Statement:
        return page_statement(source, columns, self._filter, self.keys, self._nulls)

    def statement_of_index(self, source: Source, *, matched: bool, few: bool) -> Statement:
        """Row numbers from an index copy (see `page_statement`); a search comes before all other values."""
        return page_statement(source, (), self._filter, self.keys, self._nulls, matched, few)

    def statement_of_parts(self, source: Source, parts: RowParts) -> tuple[Statement, list[Any]]:
        """The same search within each part, with all its values; `skip` and `limit` name the first and last place."""
        text = pages_statement(source, parts.column, parts.are_values, self._filter, self.keys, self._nulls)
        *values, last, first = self.values
        return text, [*parts_values(source.engine, parts), *values, first, last]


def page_of(
    query: RowQuery,
    columns: dict[str, SnapshotColumn],
    wanted: tuple[str, ...],
    found: list[tuple[Any, ...]],
    engine: Engine,
) -> RowPage:
    """Rows of (number, *wanted), one more than asked when there is a next page, as a page. Works column by column."""
    rows = found[: query.first]
    numbers, *stored = zip(*rows, strict=True) if rows else [()] * (len(wanted) + 1)
    at = dict(zip(wanted, stored, strict=True))
    ordered = [[position_value(value) for value in at[term.column]] for term in query.order]
    decoded = [decode_column(columns[name], at[name]) for name in query.columns]
    return RowPage(
        rows=list(zip(*decoded, strict=True)) if decoded else [()] * len(rows),
        positions=list(zip(*ordered, numbers, strict=True)),
        has_next=len(found) > query.first,
        engine=engine,
    )
