"""Tagged cells of `spreadsheet_child.py` as the text the contract asks for, a column at a time.

Text stays as it is. Numbers get the decimal sign of the contract, dates its form. A number shown as a percent is
written as people see it where the contract takes percents; one shown with zeros in front keeps them in a text column.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import polars as pl

from satudata.validation.contracts.model import Column, ColumnType, NumberForm
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.rendering import renderer, styled
from satudata.validation.readers.table import ROW

_NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT)
_PER_CENT = Decimal("0.01")


@dataclass
class CellText:
    """Turns the cells of one column into text; remembers what must be told of them."""

    column: Column
    hidden: set[int] = field(default_factory=set)
    """Rows with an error or a formula without result."""
    issues: list[Issue] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)

    def texts(self, cells: pl.Series, rows: pl.Series) -> pl.Series:
        """`cells` is a column of tagged cells, `rows` its row numbers."""
        texts = cells.str.slice(1).fill_null("")
        tags = cells.str.head(1)
        kinds = set(tags.unique().drop_nulls().to_list()) - {"t", "b", "u", ""}
        for kind in sorted(kinds):
            here = tags == kind
            if kind == "e":
                self.hidden.update(rows.filter(here.fill_null(value=False)).to_list())
            else:
                texts = _mapped(texts, here, self._written(kind))
                self._tell(kind, cells, texts, here, rows)
        return texts.alias(self.column.name)

    def _written(self, kind: str) -> Callable[[pl.Series], pl.Series]:
        column = self.column
        if kind == "n":
            return self._styled
        if kind == "p":
            if NumberForm.PERCENT in column.number_forms:
                return self._percents
            return self._styled
        if kind == "z":
            if column.type is ColumnType.STRING:
                return lambda texts: texts
            return lambda texts: texts.str.replace(r"^0+([0-9])", "$1")
        render = renderer(column)
        if kind == "d":
            return _each(lambda text: render(date.fromisoformat(text)))
        if kind == "m":
            return _each(lambda text: render(datetime.fromisoformat(text)))
        return lambda texts: texts

    def _styled(self, texts: pl.Series) -> pl.Series:
        sign = styled(".", self.column.number_style)
        return texts if sign == "." else texts.str.replace(".", sign, literal=True)

    def _percents(self, texts: pl.Series) -> pl.Series:
        style = self.column.number_style

        def shown(text: str) -> str:
            return f"{styled(_plain(Decimal(text) / _PER_CENT), style)} %"

        return _each(shown)(texts)

    def _tell(self, kind: str, cells: pl.Series, texts: pl.Series, here: pl.Series, rows: pl.Series) -> None:
        """Once a column: what is shown and what is read differ, and the contract does not say which is meant."""
        told = kind in self._told
        if kind == "p" and not told and not self._knows_percent():
            place = here.arg_true()[0]
            raw = cells[place][1:]
            values = {
                "shown": f"{_plain(Decimal(raw) / _PER_CENT)} %",
                "read": texts[place],
                "name": self.column.name,
            }
            self.issues.append(Issue("column.percent", rows[place], self.column.name, texts[place], values))
            self._told.add(kind)
        elif kind == "z" and not told and self.column.type is ColumnType.STRING and not self._knows_width():
            place = here.arg_true()[0]
            values = {"shown": texts[place], "stored": texts[place].lstrip("0") or "0"}
            self.issues.append(Issue("column.padded", rows[place], self.column.name, texts[place], values))
            self._told.add(kind)

    def _knows_percent(self) -> bool:
        """Whether the contract says that percents are wanted, or that the column holds shares up to 1."""
        column = self.column
        if column.type not in _NUMBERS:
            return False
        share = isinstance(column.maximum, Decimal) and column.maximum <= 1
        return share or NumberForm.PERCENT in column.number_forms

    def _knows_width(self) -> bool:
        """Whether the contract itself would catch a code with too few or too many digits."""
        column = self.column
        return bool(column.code or column.pattern or column.enum or column.min_length or column.max_length)


def with_rows(frame: pl.DataFrame, columns: list[pl.Series]) -> pl.DataFrame:
    """A batch of a table: the row numbers of `frame` and these columns."""
    return pl.DataFrame([frame[ROW], *columns])


def _mapped(texts: pl.Series, here: pl.Series, written: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """The texts with those marked by `here` rewritten."""
    if here.all() and not here.has_nulls():
        return written(texts)
    places = here.arg_true()
    return texts.scatter(places, written(texts.gather(places)))


def _each(written: Callable[[str], str | None]) -> Callable[[pl.Series], pl.Series]:
    """A function over texts as one over a column; each different text is rewritten once."""

    def run(texts: pl.Series) -> pl.Series:
        different = texts.unique()
        new = pl.Series([written(text) for text in different.to_list()], dtype=pl.String)
        return texts.replace_strict(different, new, return_dtype=pl.String)

    return run


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
