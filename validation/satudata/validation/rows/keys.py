"""Values that may stand only once, compared over all batches: the contract's key and its unique columns.

Only the compared columns and the record numbers are kept. Rows are hashed first; equal hashes are compared in full.
"""

from dataclasses import dataclass

import polars as pl

from satudata.validation.readers.table import ROW


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row whose values stood before: its record number, that of the first one, and the values."""

    row: int
    first: int
    values: tuple[object, ...]


class RepeatFinder:
    """Collects the compared columns of each batch; rows with an empty one among them are left out."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._parts: list[pl.DataFrame] = []

    def add(self, typed: pl.DataFrame, rows: pl.Series) -> None:
        """Take in a batch; `rows` are its record numbers."""
        part = typed.select(self.names).with_columns(rows.alias(ROW))
        self._parts.append(part.drop_nulls(self.names))

    def repeats(self) -> list[Repeat]:
        """Rows whose values stand in an earlier row, in file order."""
        if not self._parts:
            return []
        frame = pl.concat(self._parts, rechunk=False)
        hashes = frame.select(pl.struct(self.names).hash()).to_series()
        ordered = hashes.sort()
        twice = ordered.filter(ordered == ordered.shift(1)).unique()
        if twice.is_empty():
            return []
        alike = frame.filter(hashes.is_in(twice.implode()))
        first = pl.col(ROW).min().over(self.names).alias("first")
        later = alike.with_columns(first).filter(pl.col(ROW) != pl.col("first")).sort(ROW)
        return [Repeat(row, begun, tuple(values)) for *values, row, begun in later.rows()]
