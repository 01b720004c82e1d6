"""Two accepted date styles in one column: counted over all batches, told once for the column when they are doubtful.

A mixture that the contract allows is right. `row.date_style` is a warning for the one that gives itself away: a
style with days up to 12 only beside one with days above 12 only. That is what is left when a spreadsheet has taken
the month for the day wherever it could.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from satudata.validation.casting.dates import column_forms
from satudata.validation.contracts.date_formats import EXCEL
from satudata.validation.contracts.model import Column
from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.text import Text

_LAST_MONTH = 12
_ENOUGH = 8
"""So many days are all below 13 by chance once in two thousand times."""


@dataclass(frozen=True, slots=True)
class StyleCount:
    """How often a form occurs, from which position on, and how many of its days are 12 or less."""

    form: str
    count: int
    first: int
    low_days: int


@dataclass(frozen=True, slots=True)
class BatchStyles:
    """The date forms of one column in one batch; `first` of each counts from the start of the batch."""

    column: Column
    counts: tuple[StyleCount, ...]


def styles_of(column: Column, values: pl.Series, positions: pl.Series, forms: pl.Series) -> BatchStyles:
    """Count the forms of a batch: `forms` at `positions`, and the column's own form at all other values."""
    own = pl.Series([column_forms(column)[0]], dtype=pl.String).new_from_index(0, len(values))
    by_cell = own.scatter(positions, forms) if len(positions) else own
    frame = pl.DataFrame({"value": values, "form": by_cell}).with_row_index("place").drop_nulls()
    counted = frame.group_by("form", maintain_order=True).agg(
        pl.len().alias("count"),
        pl.col("place").min().alias("first"),
        (pl.col("value").dt.day() <= _LAST_MONTH).sum().alias("low"),
    )
    return BatchStyles(column, tuple(StyleCount(*row) for row in counted.rows()))


class DateStyles:
    """Collects the forms of all batches."""

    def __init__(self) -> None:
        self._columns: dict[str, Column] = {}
        self._counts: dict[tuple[str, str], StyleCount] = {}

    def add(self, styles: Iterable[BatchStyles], rows: pl.Series) -> None:
        """Take in a batch; `rows` are its record numbers."""
        for batch in styles:
            name = batch.column.name
            self._columns[name] = batch.column
            for found in batch.counts:
                known = self._counts.get((name, found.form), StyleCount(found.form, 0, rows[found.first], 0))
                self._counts[name, found.form] = StyleCount(
                    found.form, known.count + found.count, known.first, known.low_days + found.low_days
                )

    def issues(self) -> list[Issue]:
        """One issue for each column with such styles, at the first row of the one with low days."""
        return [issue for name in self._columns if (issue := self._issue(self._columns[name])) is not None]

    def _issue(self, column: Column) -> Issue | None:
        counts = [self._counts[column.name, form] for form in column_forms(column) if self._has(column, form)]
        low = [each for each in counts if each.count >= _ENOUGH and each.low_days == each.count]
        high = [each for each in counts if each.low_days == 0]
        if not low or not high:
            return None
        values = {"styles": _listed([*low, *high]), "format": column_forms(column)[0]}
        return Issue("row.date_style", low[0].first, column.name, None, values)

    def _has(self, column: Column, form: str) -> bool:
        return (column.name, form) in self._counts


def _listed(counts: list[StyleCount]) -> Text:
    each = [
        word("style.count", form=_name(count.form), count=count.count, first=count.first) for count in counts
    ]
    return Text(", ".join(text.id for text in each), ", ".join(text.en for text in each))


def _name(form: str) -> object:
    return word("style.excel") if form == EXCEL else form
