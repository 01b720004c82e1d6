"""Takes the excerpt of an uploaded table: the rows with findings, each with a row above and below it.

Only columns of the contract are in it, in the order of the file, and personal ones are masked as in the report.
A record with too few or too many cells may have slipped by a column: with personal columns it is masked whole.
"""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from satudata.validation.contracts.model import DataContract, PersonalData
from satudata.validation.control_characters import visible
from satudata.validation.findings.collecting import masked
from satudata.validation.readers.detection import Unreadable
from satudata.validation.readers.opening import open_table
from satudata.validation.readers.reading import Reading
from satudata.validation.reports.excerpt import Excerpt
from satudata.validation.reports.model import Report
from satudata.validation.reports.source import SourceTable, open_source

CELLS = 6_000
"""About so many cells are shown at most, but always some rows."""
LEAST_ROWS = 20
CELL_SHOWN = 60


def make_excerpt(
    report: Report,
    path: Path,
    contract: DataContract,
    *,
    cells: int = CELLS,
    context: int = 1,
    first: int = 0,
) -> Excerpt | None:
    """The rows with findings and `context` rows around each, and the `first` rows under the header.

    None when there is no table to show or nothing in it to point at.
    """
    try:
        with open_source(path, contract) as source:
            return _excerpt(report, source, contract, cells, context, first)
    except Unreadable:
        return None


def reading_of(report: Report, path: Path, contract: DataContract) -> Reading | None:
    """How the file was read, rows left out at its end among them; None when it cannot be read as a table."""
    try:
        with open_table(path, contract) as table:
            reading = table.reading
    except Unreadable:
        return None
    footers = sum(rule.count for rule in report.rules if rule.code == "row.footer")
    declared = contract.file.footer_rows
    return reading and reading.with_footer(declared or footers, uncertain=declared is None and footers > 0)


def _excerpt(
    report: Report, source: SourceTable, contract: DataContract, cells: int, context: int, first: int
) -> Excerpt | None:
    names = sorted(source.places, key=source.places.__getitem__)
    most = max(LEAST_ROWS, cells // max(1, len(names)))
    found = list(dict.fromkeys(_rows_by_turns(report)))
    wanted = _with_context(found, most, context)
    wanted |= set(range(source.header_row + 1, source.header_row + 1 + first))
    if not wanted or not names:
        return None
    columns = [contract.by_name[name] for name in names]
    personal = [column.personal_data is not PersonalData.NONE for column in columns]
    slipped = {finding.row for finding in report.findings if finding.code == "row.cells"}
    rows: dict[int, tuple[str, ...]] = {}
    for number, record in _only(source, wanted):
        hide = any(personal) and number in slipped
        rows[number] = tuple(
            _shown(record, source.places[name], hidden or hide)
            for name, hidden in zip(names, personal, strict=True)
        )
    headers = tuple(visible(source.headers[name]) for name in names)
    return Excerpt(tuple(names), headers, source.header_row, rows, set(found) <= set(rows))


def _rows_by_turns(report: Report) -> Iterator[int]:
    """Rows with findings: the first of every rule and column, then their second ones, and so on."""
    queues: dict[tuple[str, str | None], list[int]] = {}
    for finding in report.findings:
        if finding.row is not None:
            queues.setdefault((finding.code, finding.column), []).append(finding.row)
    for turn in range(max(map(len, queues.values()), default=0)):
        for queue in queues.values():
            if turn < len(queue):
                yield queue[turn]


def _with_context(found: Sequence[int], most: int, context: int) -> set[int]:
    wanted: set[int] = set()
    for row in found:
        wider = wanted | set(range(row - context, row + context + 1))
        if len(wider) > most:
            break
        wanted = wider
    return wanted


def _only(source: SourceTable, wanted: Collection[int]) -> Iterator[tuple[int, Sequence[str]]]:
    last = max(wanted)
    for number, record in source.rows():
        if number > last:
            return
        if number in wanted and number > source.header_row and any(cell.strip() for cell in record):
            yield number, record


def _shown(record: Sequence[str], place: int, hidden: bool) -> str:
    text = visible(record[place]) if place < len(record) else ""
    if hidden:
        return masked(text)
    return text if len(text) <= CELL_SHOWN else text[: CELL_SHOWN - 1] + "…"
