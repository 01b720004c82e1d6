"""The second sheet of an annotated workbook: verdict, counts, and each rule with a link to its first marked cell.

Readers know the sheet by its name (`readers/own_sheets.py`) and leave it alone when the workbook is uploaded again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from satudata.validation.contracts.model import Severity
from satudata.validation.findings.catalogue import title_of, word
from satudata.validation.readers.own_sheets import SUMMARY_SHEET
from satudata.validation.reports.model import Report
from satudata.validation.text import Language

_HEADERS = ("severity", "rule", "column", "count", "first", "message", "fix", "code")
_WIDTHS = (13, 30, 24, 10, 12, 60, 60, 20)
_COLORS = {"REJECTED": "#9C1C1C", "NEEDS_CONFIRMATION": "#6F4A00", "ACCEPTED": "#1D5F36"}


@dataclass(frozen=True, slots=True)
class Summary:
    """What the sheet says; `table` is the name of the sheet its links lead to."""

    report: Report
    language: Language
    file_name: str = ""
    table: str | None = None
    first_cells: Mapping[tuple[str, str | None], str] = field(default_factory=dict)
    notes: Sequence[str] = ()


def write_summary(book: Any, summary: Summary) -> None:  # Any: xlsxwriter ships no types
    """Add the sheet to the workbook."""
    report, language = summary.report, summary.language
    sheet = book.add_worksheet(SUMMARY_SHEET.get(language))
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    top = book.add_format({"valign": "top"})
    link = book.add_format({"valign": "top", "font_color": "#00637A", "underline": 1})
    verdict = book.add_format({"bold": True, "font_size": 16, "font_color": _COLORS[report.verdict.value]})
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.write_string(0, 0, word(f"verdict.{report.verdict.value}").get(language), verdict)
    sheet.write_string(1, 0, summary.file_name, bold)
    contract = word("report.contract", contract=report.contract_id, version=report.contract_version)
    sheet.write_string(2, 0, contract.get(language))
    counts = word(
        "report.counts", errors=report.count(Severity.ERROR), warnings=report.count(Severity.WARNING)
    )
    size = word("report.size", rows=report.rows, columns=report.columns)
    sheet.write_string(3, 0, f"{counts.get(language)}; {size.get(language)}")
    line = 4
    for list_name, edition in sorted(report.editions.items()):
        sheet.write_string(line, 0, word("report.edition", list=list_name, edition=edition).get(language))
        line += 1
    for note in summary.notes:
        sheet.write_string(line, 0, note)
        line += 1
    line += 1
    for place, name in enumerate(_HEADERS):
        sheet.write_string(line, place, word(f"field.{name}").get(language), head)
    sheet.freeze_panes(line + 1, 0)
    examples = {(finding.code, finding.column): finding for finding in reversed(report.findings)}
    for row, rule in enumerate(report.rules, start=line + 1):
        example = examples.get((rule.code, rule.column))
        sheet.write_string(row, 0, word(f"severity.{rule.severity.value}").get(language), top)
        sheet.write_string(row, 1, title_of(rule.code).get(language), wrapped)
        sheet.write_string(row, 2, rule.column or "", top)
        sheet.write_number(row, 3, rule.count, top)
        cell = summary.first_cells.get((rule.code, rule.column))
        if cell is not None and summary.table is not None:
            target = f"internal:'{summary.table.replace(chr(39), chr(39) * 2)}'!{cell}"
            sheet.write_url(row, 4, target, link, cell)
        if example is not None:
            sheet.write_string(row, 5, example.message.get(language)[:2_000], wrapped)
            sheet.write_string(row, 6, example.fix.get(language)[:2_000], wrapped)
        sheet.write_string(row, 7, rule.code, top)
