"""A report as CSV for spreadsheets: a finding a line, UTF-8 with a byte-order mark so that Excel knows it.

Text that a spreadsheet would run as a formula gets an apostrophe in front. Values are those of the report, masked
where a column is personal.
"""

import csv
import io

from satudata.validation.contracts.model import DataContract
from satudata.validation.findings.catalogue import title_of, word
from satudata.validation.formulas import defused
from satudata.validation.reports.model import Report
from satudata.validation.text import Language

FIELDS = ("row", "column", "header", "value", "severity", "code", "rule", "message", "fix")


def render_csv(report: Report, language: Language, contract: DataContract) -> bytes:
    """RFC 4180 with commas; row and column are empty where a finding is about the whole file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([word(f"field.{name}").get(language) for name in FIELDS])
    for finding in report.findings:
        column = contract.by_name.get(finding.column or "")
        cells = (
            "" if finding.row is None else str(finding.row),
            finding.column or "",
            column.header if column else "",
            finding.value or "",
            word(f"severity.{finding.severity.value}").get(language),
            finding.code,
            title_of(finding.code).get(language),
            finding.message.get(language),
            finding.fix.get(language),
        )
        writer.writerow([defused(cell) for cell in cells])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")
