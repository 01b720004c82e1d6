"""Rows on standard output, page by page: as a table for people, as CSV, or as one JSON object a line."""

import csv
import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence

from satudata.hub.cli.query.columns import Json, as_text, value_at
from satudata.hub.cli.query.formats import Format
from satudata.validation.formulas import FORMULA_STARTS, looks_like_formula

Path = tuple[str, ...]


class RowWriter(ABC):
    """Takes pages of rows; `columns` are paths into a row."""

    def __init__(self, columns: Sequence[Path]) -> None:
        self._columns = columns
        self._names = [".".join(path) for path in columns]

    @abstractmethod
    def write(self, rows: Sequence[Json]) -> None:
        """One page."""

    def _cells(self, row: Json) -> list[str]:
        return [as_text(value_at(row, path)) for path in self._columns]


class TableWriter(RowWriter):
    """Columns as wide as the first page needs them; later rows that are wider are still written whole."""

    _widths: list[int] | None = None

    def write(self, rows: Sequence[Json]) -> None:
        lines = [[" ".join(cell.split()) for cell in self._cells(row)] for row in rows]
        if self._widths is None:
            lines.insert(0, self._names)
            self._widths = [max(len(line[index]) for line in lines) for index in range(len(self._names))]
        for line in lines:
            print(
                "  ".join(cell.ljust(width) for cell, width in zip(line, self._widths, strict=True)).rstrip()
            )


class CsvWriter(RowWriter):
    """With a head, and an apostrophe before a text that a spreadsheet would run, as in the hub's downloads."""

    def __init__(self, columns: Sequence[Path]) -> None:
        super().__init__(columns)
        self._writer = csv.writer(sys.stdout, lineterminator="\n")
        self._writer.writerow(self._names)

    def write(self, rows: Sequence[Json]) -> None:
        self._writer.writerows([_defused(cell) for cell in self._cells(row)] for row in rows)


class JsonLinesWriter(RowWriter):
    """Each row as it came, one a line."""

    def write(self, rows: Sequence[Json]) -> None:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))


WRITERS: dict[Format, type[RowWriter]] = {
    Format.TABLE: TableWriter,
    Format.CSV: CsvWriter,
    Format.JSONL: JsonLinesWriter,
}


def _defused(cell: str) -> str:
    return f"'{cell}" if cell and cell[0] in FORMULA_STARTS and looks_like_formula(cell) else cell
