"""Details of the sheets of an OpenDocument spreadsheet: merged cells, errors, formulas without a result, percents,
padded numbers, times.

A fast look over `content.xml` says whether there may be any; only then it is parsed, once for all sheets.
"""

import re
import zipfile
from typing import IO
from xml.parsers import expat

from satudata.validation.readers.sheet_details import PERCENT, SPAN, SheetDetails
from satudata.validation.readers.xlsx_scan import Attributes, holds, parse

CONTENT = "content.xml"
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _STYLE = f"{_ODF}table:1.0 ", f"{_ODF}office:1.0 ", f"{_ODF}style:1.0 "
_NUMBER, _TEXT = f"{_ODF}datastyle:1.0 ", f"{_ODF}text:1.0 "
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_CELL, _COVERED = f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"
_STYLE_NAME = f"{_TABLE}style-name"
_SIGNS = (b"-spanned=", b":formula=", b"time-value=", b"percentage", b'"error"', b"min-integer-digits=")
_ERROR = re.compile(r"#[A-Z0-9/]{1,7}[!?]?|#N/A|Err:[0-9]{3}")


def scan_ods(archive: zipfile.ZipFile) -> list[SheetDetails]:
    """Details of each sheet in order. Raises ValueError, Refused, KeyError, or what zipfile raises."""
    with archive.open(CONTENT) as stream:
        if not holds(stream, _SIGNS):
            return []
    with archive.open(CONTENT) as stream:
        return _Scan().run(stream)


class _Scan:
    """One pass over the document. `_row` and `_column` count what repeated elements stand for."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._sheets: list[SheetDetails] = []
        self._padded: dict[str, str] = {}
        """By name of a number style the zeros it pads to."""
        self._forms: dict[str, str] = {}
        """The same by name of a cell style."""
        self._number_style = ""
        self._columns: list[tuple[int, str]] = []
        """Default cell styles: up to which column, and which."""
        self._row = self._rows = 0
        self._column = 0
        self._tables = 0
        self._notes: list[tuple[int, int, str | None, list[str] | None, bool]] = []
        """Of the row at hand: first column, how many, form, text of what is hidden, whether it surely is."""
        self._comment = 0
        self._texts: list[str] | None = None

    def run(self, stream: IO[bytes]) -> list[SheetDetails]:
        self._parser.EndElementHandler = self._end
        parse(stream, self._start, self._parser)
        return self._sheets

    def _start(self, name: str, attributes: Attributes) -> None:
        if name in (_CELL, _COVERED):
            self._cell(name, attributes)
        elif name == f"{_TABLE}table-row":
            self._row += self._rows
            self._rows = _count(attributes.get(f"{_TABLE}number-rows-repeated"), MAX_ROWS)
            self._column = 0
        elif name == f"{_TABLE}table":
            self._tables += 1
            if self._tables == 1:
                self._sheets.append(SheetDetails(merged=[]))
                self._row = self._rows = 0
                self._columns = []
        elif name == f"{_TABLE}table-column":
            self._column_style(attributes)
        elif name == f"{_OFFICE}annotation":
            self._comment += 1
            self._parser.CharacterDataHandler = None
        elif name == f"{_TEXT}p" and self._texts is not None and not self._comment:
            self._parser.CharacterDataHandler = self._texts.append
        else:
            self._styles(name, attributes)

    def _end(self, name: str) -> None:
        if name == f"{_TEXT}p":
            self._parser.CharacterDataHandler = None
        elif name in (_CELL, _COVERED):
            self._texts = None
        elif name == f"{_OFFICE}annotation":
            self._comment -= 1
        elif name == f"{_TABLE}table-row":
            self._note_row()
        elif name == f"{_TABLE}table":
            self._tables -= 1

    # -- how numbers are shown

    def _styles(self, name: str, attributes: Attributes) -> None:
        if name == f"{_NUMBER}number-style":
            self._number_style = attributes.get(f"{_STYLE}name", "")
        elif name == f"{_NUMBER}number" and self._number_style:
            digits = _count(attributes.get(f"{_NUMBER}min-integer-digits"), 40)
            if digits > 1 and attributes.get(f"{_NUMBER}decimal-places", "0") == "0":
                self._padded[self._number_style] = "0" * digits
            self._number_style = ""
        elif name == f"{_STYLE}style":
            form = self._padded.get(attributes.get(f"{_STYLE}data-style-name", ""))
            if form is not None:
                self._forms[attributes.get(f"{_STYLE}name", "")] = form

    def _column_style(self, attributes: Attributes) -> None:
        first = self._columns[-1][0] if self._columns else 0
        repeated = _count(attributes.get(f"{_TABLE}number-columns-repeated"), MAX_COLUMNS)
        self._columns.append((first + repeated, attributes.get(f"{_TABLE}default-cell-style-name", "")))

    def _form(self, attributes: Attributes) -> str | None:
        kind = attributes.get(f"{_OFFICE}value-type")
        if kind == "percentage":
            return PERCENT
        if kind == "time":
            return SPAN
        if kind != "float" or not self._forms:
            return None
        style = attributes.get(_STYLE_NAME)
        if style is None:
            style = next((name for end, name in self._columns if self._column < end), "")
        return self._forms.get(style)

    # -- cells

    def _cell(self, name: str, attributes: Attributes) -> None:
        repeated = _count(attributes.get(f"{_TABLE}number-columns-repeated"), MAX_COLUMNS)
        form = self._form(attributes)
        formula = attributes.get(f"{_TABLE}formula")
        told = attributes.get(f"{_CALC}value-type") == "error"
        if told or formula is not None:
            without_result = f"{_OFFICE}value-type" not in attributes
            self._texts = [] if told or not without_result else [_formula(formula or "")]
            self._notes.append((self._column, repeated, form, self._texts, told or without_result))
        elif form is not None:
            self._notes.append((self._column, repeated, form, None, False))
        across = _count(attributes.get(f"{_TABLE}number-columns-spanned"), MAX_COLUMNS)
        down = _count(attributes.get(f"{_TABLE}number-rows-spanned"), MAX_ROWS)
        if (across > 1 or down > 1) and name == _CELL and self._sheets:
            top = self._row + 1
            self._sheets[-1].merge((top, self._column, top + down - 1, self._column + across - 1))
        self._column += repeated

    def _note_row(self) -> None:
        notes, self._notes = self._notes, []
        if not self._sheets:
            return
        details = self._sheets[-1]
        for row in range(self._row + 1, self._row + self._rows + 1) if notes else ():
            for first, repeated, form, texts, surely in notes:
                text = "".join(texts or ()).strip()
                hidden = texts is not None and (surely or _ERROR.fullmatch(text) is not None)
                for column in range(first, first + repeated):
                    if hidden:
                        details.hide(row, column, text or "#")
                    elif form is not None:
                        details.show(row, column, form)


def _count(text: str | None, most: int) -> int:
    """A number of repetitions, at least 1."""
    return max(1, min(int(text), most)) if text is not None and text.isdecimal() and len(text) < 12 else 1


def _formula(text: str) -> str:
    return "=" + text.partition("=")[2] if "=" in text else f"={text or '…'}"
