"""Merged cells among the data of a sheet: only the first cell of each holds the value, the others are told.

A province merged over its regencies looks as if every row had it. It is not filled in, because a merge may also be
a heading between rows or mere decoration; the finding says where it is and how to take it apart.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from satudata.validation.contracts.model import Column
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.sheet_details import Merged, column_letters
from satudata.validation.readers.table import ROW


class MergedCells:
    """`rows` grows while batches go by: by column the rows in which a merged cell covers a cell of it."""

    def __init__(self, merged: Sequence[Merged], places: Mapping[int, Column]) -> None:
        self._ranges = {place: _covering(merged, place) for place in places}
        self._columns = dict(places)
        self._found: dict[int, array[int]] = {}
        self.rows: dict[str, set[int]] = {}

    def noted(self, batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """The batches as they are; rows that never come by, such as a total at the end, are not told."""
        wanted = [place for place, ranges in self._ranges.items() if ranges]
        for batch in batches:
            numbers = batch[ROW].to_list() if wanted else []
            for place in wanted:
                covered = _rows_within(numbers, self._ranges[place])
                if covered:
                    self._found.setdefault(place, array("I")).extend(covered)
                    self.rows.setdefault(self._columns[place].name, set()).update(covered)
            yield batch

    def issues(self) -> Iterator[Issue]:
        """After the batches: one for each covered cell."""
        for place, rows in self._found.items():
            ranges = self._ranges[place]
            starts = [start for start, _ in ranges]
            for row in rows:
                # Ranges that overlap are no spreadsheet's work; any of them will do.
                _, (top, left, bottom, right) = ranges[bisect_right(starts, row) - 1]
                values = {
                    "range": f"{column_letters(left)}{top}:{column_letters(right)}{bottom}",
                    "first": f"{column_letters(left)}{top}",
                }
                yield Issue("row.merged", row, self._columns[place].name, None, values)


def _covering(merged: Sequence[Merged], place: int) -> list[tuple[int, Merged]]:
    """The ranges that cover cells of a column beside the one they begin in, with the first row of these."""
    found = []
    for ranges in merged:
        top, left, bottom, right = ranges
        start = top + 1 if place == left else top
        if left <= place <= right and start <= bottom:
            found.append((start, ranges))
    return sorted(found)


def _rows_within(numbers: Sequence[int], ranges: Sequence[tuple[int, Merged]]) -> list[int]:
    """Which of these ascending row numbers are covered; each row once, however many ranges overlap."""
    covered: list[int] = []
    done = 0
    for start, (_, _, bottom, _) in ranges:
        begin = max(done, bisect_left(numbers, start))
        end = bisect_right(numbers, bottom)
        covered += numbers[begin:end]
        done = max(done, end)
    return covered
