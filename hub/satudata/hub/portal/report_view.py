"""The table beside a report, as the page of a submission shows it: rows around the findings of this page, cells marked.

The rows come from `hub.reports`, which reads the file in a child process. A page does not wait for that for ever:
without the table it shows the findings alone and says that the table is on its way.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from satudata.datasets.access.principal import Principal
from satudata.datasets.exports.reports import ReportTable
from satudata.datasets.submissions.types import Submission
from satudata.hub.assembly import Hub
from satudata.validation.contracts.model import Severity
from satudata.validation.readers.reading import Reading
from satudata.validation.reports.excerpt import Excerpt
from satudata.validation.reports.marking import ShownRow, cells_of, marked_rows
from satudata.validation.reports.model import Finding
from satudata.validation.text import Text

PATIENCE = 6.0
"""Seconds a page waits for the table."""
CONTEXT = 1

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TableBeside:
    """`cells` says for each finding of the page, counted from 1, the row and place of its cell (-1: the row's number).

    `headers` are those of the file by column, `first` the first rows.
    """

    columns: tuple[str, ...]
    headers: Mapping[str, str]
    rows: tuple[ShownRow, ...]
    cells: Mapping[int, tuple[int, int]]
    first: tuple[ShownRow, ...]
    header_row: int
    reading: Reading | None
    told: tuple[tuple[str, str, bool], ...]
    """How the file was read, for people: label (`labels.READING`), value, and whether it was guessed."""


async def table_beside(
    hub: Hub, principal: Principal, submission: Submission, nodes: Sequence[Mapping[str, Any]]
) -> tuple[TableBeside | None, bool]:
    """The table, and whether it is still being made. `nodes` are the findings shown, as the API gives them."""
    try:
        async with asyncio.timeout(PATIENCE):
            made = await report_table(hub, principal, submission)
    except TimeoutError:
        return None, True
    except Exception as error:  # a report without its table is still a report
        logger.warning("table of a report not shown", extra={"kind": type(error).__name__})
        return None, False
    if made.excerpt is None:
        return None, False
    return _view(made.excerpt, made.reading, nodes), False


async def report_table(hub: Hub, principal: Principal, submission: Submission) -> ReportTable:
    """The rows and the reading of a checked submission. Raises NotFound (also before there is a report)."""
    report = await hub.services.submissions.report_json(principal, submission.id)
    contract = await hub.services.catalogue.contract(submission.dataset_slug, submission.contract_version)
    return await hub.reports.table(submission, report, contract)


def _view(excerpt: Excerpt, reading: Reading | None, nodes: Sequence[Mapping[str, Any]]) -> TableBeside:
    findings = [_finding(node) for node in nodes]
    near = {
        row + step
        for row in (finding.row for finding in findings)
        if row is not None
        for step in range(-CONTEXT, CONTEXT + 1)
    }
    shown = replace(excerpt, rows={row: cells for row, cells in excerpt.rows.items() if row in near})
    first = replace(
        excerpt, rows={row: cells for row, cells in excerpt.rows.items() if row <= excerpt.header_row + 5}
    )
    rows = marked_rows(shown, findings)
    return TableBeside(
        columns=excerpt.columns,
        headers=dict(zip(excerpt.columns, excerpt.headers, strict=True)),
        rows=rows,
        cells=cells_of(rows),
        first=marked_rows(first, ()),
        header_row=excerpt.header_row,
        reading=reading,
        told=_told(reading) if reading else (),
    )


def _finding(node: Mapping[str, Any]) -> Finding:
    """A finding as the API tells it; texts are already in the language of the page."""
    message = node["message"]["value"]
    fix = node["fix"]["value"] if node["fix"] else ""
    return Finding(
        code=node["code"],
        severity=Severity(node["severity"].lower()),
        message=Text(message, message),
        fix=Text(fix, fix),
        row=node["row"],
        column=node["column"],
        value=node["value"],
    )


def _told(reading: Reading) -> tuple[tuple[str, str, bool], ...]:
    """What a person would want to know of how the file was read, in the order of the file."""
    guessed = reading.guessed().keys()
    shown = (
        ("format", _FORMATS.get(reading.format or "", reading.format), {"format"}),
        ("encoding", (reading.encoding or "").upper(), {"encoding"}),
        ("delimiter", reading.delimiter, {"delimiter"}),
        ("sheet", reading.sheet, {"sheet"}),
        ("header", _header(reading), {"headerRow", "headerRows"}),
        ("columns", _columns(reading), {"firstColumn", "lastColumn"}),
        ("footer", str(reading.footer_rows) if reading.footer_rows else None, {"footerRows"}),
    )
    return tuple((name, value, bool(settings & guessed)) for name, value, settings in shown if value)


def _header(reading: Reading) -> str | None:
    last, rows = reading.header_row, reading.header_rows or 1
    if last is None:
        return None
    return str(last) if rows == 1 else f"{last - rows + 1}–{last}"


def _columns(reading: Reading) -> str | None:
    """Only where the table is not the whole width."""
    first, last = reading.first_column or 1, reading.last_column
    if first == 1 and last is None:
        return None
    return f"{_letters(first)}–{_letters(last) if last else '…'}"


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


_FORMATS = {
    "csv": "CSV",
    "xlsx": "Excel (.xlsx)",
    "xls": "Excel 97 (.xls)",
    "ods": "OpenDocument (.ods)",
    "json": "JSON",
    "jsonl": "JSON Lines",
    "geojson": "GeoJSON",
    "parquet": "Parquet",
}
