"""What calamine does not say about a sheet's cells, found by the scans of each format (`xlsx_scan`, `xls_scan`,
`ods_scan`): errors and formulas without a result, how numbers are shown, merged cells.

Rows are numbered from 1 as a spreadsheet shows them, columns from 0.
"""

import re
from array import array
from dataclasses import dataclass, field

from satudata.validation.readers.refusal import too_large

TEXT_KEPT = 1_000
MAX_MERGED = 100_000
MAX_NOTES = 8_000_000
"""How many cells of a sheet may be shown in a way of their own."""

PERCENT = "%"
SPAN = "h"
"""A time of OpenDocument: always a span, written as `PT12H30M00S`."""

Merged = tuple[int, int, int, int]
"""First row (from 1), first column (from 0), last row, last column."""

_FIRST_SECTION = re.compile(r"((?:\"[^\"]*\"|\\.|\[[^\]]*\]|[^;])*)")
_LITERAL = re.compile(r"\"[^\"]*\"|\\.|_.|\*.|\[[^\]]*\]")


@dataclass
class SheetDetails:
    """Of one sheet. `merged` is None where calamine knows them itself."""

    hidden: dict[int, dict[int, str]] = field(default_factory=dict)
    """By row and column what stands in cells that come as empty: `#REF!`, or `=A1+1` for a formula without result."""
    shown: dict[int, dict[str, "array[int]"]] = field(default_factory=dict)
    """By column and form (`%`, `000`, `h`) the rows, ascending, of the cells that are shown like that."""
    merged: list[Merged] | None = None
    notes: int = 0

    def hide(self, row: int, column: int, text: str) -> None:
        self._count()
        self.hidden.setdefault(row, {})[column] = text[:TEXT_KEPT]

    def show(self, row: int, column: int, form: str) -> None:
        self._count()
        forms = self.shown.setdefault(column, {})
        if form not in forms:
            forms[form] = array("I")
        forms[form].append(row)

    def merge(self, ranges: Merged) -> None:
        if self.merged is None:
            self.merged = []
        self.merged.append(ranges)
        if len(self.merged) > MAX_MERGED:
            raise too_large("detail.merged", limit=MAX_MERGED)

    def _count(self) -> None:
        self.notes += 1
        if self.notes > MAX_NOTES:
            raise too_large("detail.sheet_cells", limit=f"{MAX_NOTES // 1_000_000} 000 000")


def form_of(code: str) -> str | None:
    """`%` for a format that shows percents, `000` for one that only pads with zeros, None for any other."""
    found = _FIRST_SECTION.match(code)
    bare = _LITERAL.sub("", found[1] if found else code).strip()
    if PERCENT in bare:
        return PERCENT
    return bare if len(bare) > 1 and set(bare) == {"0"} and bare == code.strip() else None


def built_in_form(number: int) -> str | None:
    """The same for the number formats that Excel has by number only: 9 is `0%`, 10 is `0.00%`."""
    return PERCENT if number in (9, 10) else None


def column_letters(place: int) -> str:
    """A column's name in a spreadsheet, from its place counted from 0."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
