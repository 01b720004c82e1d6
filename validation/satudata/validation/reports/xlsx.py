"""A report as a spreadsheet: the uploaded table in the same rows and columns, its wrong cells coloured and commented.

The first sheet is the producer's own file, nothing masked and nothing changed: each cell is the text the reader saw, as
text, so that no spreadsheet program turns a code into a number. Corrected there and uploaded again it is checked like
any file; the comments and the second sheet (`summary_sheet.py`) are not read. A file with more rows than a sheet
should hold comes as an excerpt, which is not for uploading and says so.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from satudata.validation.contracts.model import DataContract, Severity
from satudata.validation.control_characters import visible
from satudata.validation.findings.catalogue import word
from satudata.validation.readers.detection import Unreadable
from satudata.validation.reports.marking import SIGNS
from satudata.validation.reports.model import Finding, Report
from satudata.validation.reports.source import ErrorText, SourceTable, open_source
from satudata.validation.reports.summary_sheet import Summary, write_summary
from satudata.validation.text import Language

MAX_ROWS = 200_000
MAX_COLUMNS = 16_384
MAX_CELL = 32_767
MAX_COMMENTS = 5_000
"""Beyond so many, cells are coloured only: each comment is a drawing that opens with the file."""
CONTEXT = 2
_MADE = datetime(1980, 1, 1)
_WIDTH_ROWS = 200
_FILLS = {Severity.ERROR: "#F8C9C4", Severity.WARNING: "#FBE3A6", Severity.INFO: "#CDE7EE"}
_RANK = {severity: rank for rank, severity in enumerate(Severity)}


def render_xlsx(
    report: Report,
    language: Language,
    path: Path,
    contract: DataContract,
    *,
    file_name: str = "",
    max_rows: int = MAX_ROWS,
) -> bytes:
    """The workbook; `path` is the file that was checked. A file without a table gives the summary alone."""
    made = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_urls": False,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": _MADE})
        summary = Summary(report, language, file_name)
        try:
            with open_source(path, contract) as source:
                whole = report.rows <= max_rows
                sheet = _Sheet(book, report, contract, source, language, whole)
                sheet.write()
                summary = Summary(report, language, file_name, sheet.name, sheet.first_cells, sheet.notes)
        except Unreadable:
            pass
        write_summary(book, summary)
    return made.getvalue()


@dataclass
class _Sheet:
    """The sheet with the table. `first_cells` says by rule and column where the first marked cell stands (A1 style)."""

    book: Any  # xlsxwriter ships no types
    report: Report
    contract: DataContract
    source: SourceTable
    language: Language
    whole: bool
    first_cells: dict[tuple[str, str | None], str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        if not self.whole:
            return word("sheet.excerpt").get(self.language)
        return sheet_name(self.source.sheet or self.contract.file.sheet or "Data")

    def write(self) -> None:
        sheet = self.book.add_worksheet(self.name)
        text = self.book.add_format({"num_format": "@"})
        bold = self.book.add_format({"num_format": "@", "bold": True, "bottom": 1})
        marked = {
            severity: self.book.add_format({"num_format": "@", "bg_color": color, "border": 1})
            for severity, color in _FILLS.items()
        }
        shift = 0 if self.whole else 1
        marks = self._marks()
        widths: dict[int, int] = {}
        comments = too_long = last = 0
        for line, (number, cells) in enumerate(self._rows(marks)):
            row = number - 1 if self.whole else line
            if shift:
                shown = word("field.row").get(self.language) if number == self.source.header_row else number
                sheet.write_string(row, 0, str(shown), bold)
            found = marks.get(number, {})
            for place in range(max(len(cells), max(found, default=-1) + 1)):
                value = cells[place] if place < len(cells) else ""
                if len(value) > MAX_CELL:
                    value, too_long = value[:MAX_CELL], too_long + 1
                findings = found.get(place, ())
                plain = bold if number == self.source.header_row else text
                style = marked[_worst(findings)] if findings else plain
                if isinstance(value, ErrorText):
                    # Still an error when the file comes back; what it was stands in the comment.
                    sheet.write_formula(row, place + shift, "=NA()", style, "#N/A")
                elif value:
                    sheet.write_string(row, place + shift, visible(value), style)
                elif findings:
                    sheet.write_blank(row, place + shift, None, style)
                if findings:
                    self._note_first(findings, row, place + shift)
                    if comments < MAX_COMMENTS:
                        comments += 1
                        sheet.write_comment(
                            row, place + shift, self._comment(findings), _comment_box(findings)
                        )
                if line < _WIDTH_ROWS:
                    widths[place + shift] = max(widths.get(place + shift, 6), min(len(value), 48))
            last = row
        header = self.source.header_row - 1 if self.whole else 0
        for place, width in widths.items():
            sheet.set_column(place, place, width + 3, text)
        sheet.freeze_panes(header + 1, shift)
        if self.source.places and last > header:
            places = self.source.places.values()
            sheet.autofilter(header, min(places) + shift, last, max(places) + shift)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})
        self._tell(comments, too_long)

    def _rows(self, marks: Mapping[int, object]) -> Iterator[tuple[int, Sequence[str]]]:
        if self.whole:
            for number, cells in self.source.rows():
                yield number, cells[:MAX_COLUMNS]
            return
        wanted = {row + step for row in marks for step in range(-CONTEXT, CONTEXT + 1)}
        end = max(wanted, default=0)
        for number, cells in self.source.rows():
            if number > end + 1:
                return
            if number == self.source.header_row or (number > self.source.header_row and number in wanted):
                yield number, cells[: MAX_COLUMNS - 1]

    def _marks(self) -> dict[int, dict[int, list[Finding]]]:
        """By row number and place; what has a row but no column marks the first cell of the contract's columns."""
        marks: dict[int, dict[int, list[Finding]]] = {}
        left = min(self.source.places.values(), default=0)
        for finding in self.report.findings:
            place = self.source.places.get(finding.column or "")
            row = finding.row
            if row is None and place is not None:
                row = self.source.header_row
            if row is not None:
                marks.setdefault(row, {}).setdefault(left if place is None else place, []).append(finding)
        return marks

    def _note_first(self, findings: Sequence[Finding], row: int, place: int) -> None:
        for finding in findings:
            self.first_cells.setdefault((finding.code, finding.column), _address(row, place))

    def _comment(self, findings: Sequence[Finding]) -> str:
        told = [
            f"{SIGNS[finding.severity]} {finding.message.get(self.language)}\n→ {finding.fix.get(self.language)}"
            for finding in findings
        ]
        return "\n\n".join(told)[:MAX_CELL]

    def _tell(self, comments: int, too_long: int) -> None:
        if not self.whole:
            self.notes.append(word("sheet.is_excerpt").get(self.language))
        elif self.report.findings:
            self.notes.append(word("sheet.how").get(self.language))
        if comments == MAX_COMMENTS:
            self.notes.append(word("sheet.few_comments", count=comments).get(self.language))
        if too_long:
            self.notes.append(word("sheet.too_long", count=too_long).get(self.language))


def sheet_name(wanted: str) -> str:
    """The name as Excel allows it: 31 characters, none of []:*?/\\, no apostrophe at the ends."""
    cleaned = "".join(" " if character in "[]:*?/\\" else character for character in visible(wanted))
    return cleaned.strip(" '")[:31].strip(" '") or "Data"


def _worst(findings: Sequence[Finding]) -> Severity:
    return min((finding.severity for finding in findings), key=_RANK.__getitem__)


def _comment_box(findings: Sequence[Finding]) -> dict[str, object]:
    return {"x_scale": 2.2, "y_scale": min(4.0, 1.1 * len(findings)), "font_size": 9}


def _address(row: int, place: int) -> str:
    letters, left = "", place + 1
    while left:
        left, rest = divmod(left - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
