"""Which engine answers, and where it must look. Two questions decide: how many rows, and in what order.

Stored order is the friend: tests on the leading columns of the declared sort (equal, then a range) mean one range of
row numbers, found by two index look-ups. What is left after that is read inline from SQLite when it is a point, a
page in stored order, or a few thousand rows; everything else scans, and scanning is DuckDB's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from satudata.datasets.rows.conditions import AllOf, Atom, Formula, conjuncts, shape, values_of
from satudata.datasets.rows.query import OrderTerm, Snapshot
from satudata.datasets.rows.sql import Filter, SortKey
from satudata.datasets.rows.values import Stored
from satudata.datasets.serving.facts import Facts

Edges = Callable[[Formula, tuple[str, ...]], tuple[int, int] | None]
"""First and last row number that pass a test on leading columns; None when none does."""

_RANGES = ("<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Region:
    """The rows to look at: numbers `low` to `high`, of which those that pass `rest` match (all, when it is None).

    `at_most` bounds how many rows an index leaves to be looked at.
    """

    low: int
    high: int
    rest: Formula | None
    at_most: int

    @property
    def empty(self) -> bool:
        return self.low > self.high

    @property
    def rows(self) -> int:
        return self.high - self.low + 1

    def after(self, row: int) -> "Region":
        """The part of it beyond that row number."""
        low = max(self.low, row + 1)
        return Region(low, self.high, self.rest, min(self.at_most, self.high - low + 1))

    def filter(self, all_rows: int) -> tuple[Filter, list[Any]]:
        """The SQL filter that makes the region out of a table of `all_rows` rows, and its values."""
        ranged = self.low > 1 or self.high < all_rows
        values: list[Any] = [] if self.rest is None else list(values_of(self.rest))
        if ranged:
            values += [self.low, self.high]
        return Filter(None if self.rest is None else shape(self.rest), ranged), values


def locate(snapshot: Snapshot, facts: Facts, where: Formula | None, edges: Edges) -> Region:
    """Narrow the table down to the region a condition can be true in."""
    parts = conjuncts(where)
    by_key = _by_key(snapshot, parts)
    if by_key <= 1:
        return Region(1, snapshot.row_count, where, by_key)  # the key's index finds it at once
    inside, rest = _leading(parts, facts.ordered)
    low, high = 1, snapshot.row_count
    if inside:
        found = edges(AllOf(tuple(inside)), facts.ordered)
        low, high = found or (1, 0)
    remaining: Formula | None = None
    if rest:
        remaining = rest[0] if len(rest) == 1 else AllOf(tuple(rest))
    return Region(low, high, remaining, min(high - low + 1, by_key))


def _leading(parts: list[Formula], ordered: tuple[str, ...]) -> tuple[list[Formula], list[Formula]]:
    """Split into tests that together mean one range of stored order, and the others."""
    inside: list[Formula] = []
    rest = list(parts)
    for name in ordered:
        equal = next((part for part in rest if _is(part, name, ("=",))), None)
        if equal is not None:
            inside.append(equal)
            rest.remove(equal)
            continue
        between = [part for part in rest if _is(part, name, _RANGES)]
        inside += between
        rest = [part for part in rest if part not in between]
        break
    return inside, rest


def _is(part: Formula, column: str, kinds: tuple[str, ...]) -> bool:
    return isinstance(part, Atom) and part.column == column and part.kind in kinds and not part.fold


def fixed_values(parts: list[Formula]) -> dict[str, Stored]:
    """Columns that have one value in every matching row, with that value."""
    return {
        part.column: part.values[0]
        for part in parts
        if isinstance(part, Atom) and part.kind == "=" and not part.fold
    }


def _by_key(snapshot: Snapshot, parts: list[Formula]) -> int:
    """How many rows the key's index leaves at most, which is every row when the key is not asked for."""
    if not snapshot.key:
        return snapshot.row_count
    if fixed_values(parts).keys() >= set(snapshot.key):
        return 1
    if len(snapshot.key) == 1:
        lists = [
            len(part.values)
            for part in parts
            if _is(part, snapshot.key[0], ("in",)) and isinstance(part, Atom)
        ]
        return min(lists, default=snapshot.row_count)
    return snapshot.row_count


def sort_keys(snapshot: Snapshot, where: Formula | None, order: tuple[OrderTerm, ...]) -> tuple[SortKey, ...]:
    """What to sort by before the row number; nothing when the asked order is stored order.

    A column with one value in every matching row orders nothing, so it is left out on both sides.
    """
    nullable = {column.name: column.nullable for column in snapshot.columns}
    fixed = fixed_values(conjuncts(where))
    asked = [term for term in order if term.column not in fixed]
    stored = [name for name in snapshot.stored_order if name not in fixed]
    if len(asked) <= len(stored) and all(
        term.column == name and not term.descending and not (term.nulls_first and nullable[name])
        for term, name in zip(asked, stored, strict=False)
    ):
        return ()
    keys: dict[str, SortKey] = {}
    for term in asked:  # a second term on a column orders nothing more
        keys.setdefault(
            term.column, SortKey(term.column, term.descending, term.nulls_first, nullable[term.column])
        )
    return tuple(keys.values())
