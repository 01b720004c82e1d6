"""How a table stands in a text file: which separator, and where its header is, judged by the contract's headers.

The separator is the one under which most headers are found; of several, the one that cuts the records most evenly.
The contract's own comes first, but when no header is found with it the others are tried and that is told.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from satudata.validation.contracts.model import DataContract
from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.detection import damaged, wide_encoding
from satudata.validation.readers.header_row import HeaderRow, find_header, no_header
from satudata.validation.readers.limits import check_columns, too_large

DELIMITERS = (",", ";", "\t", "|")
HEAD_CHARACTERS = 262_144
_COMPARED = 200
"""How many records below the header are compared in width."""
_NAMES = {"\t": "tab"}

csv.field_size_limit(16 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class Dialect:
    """`title_lines` are physical lines above the record that gives the width, `lines` those down to the header's end.

    The width is given by the widest record of the header, `below` records of it stand under that one; `separators`
    stand in all these lines.
    """

    delimiter: str
    header: HeaderRow
    width: int
    title_lines: int
    below: int
    lines: int
    separators: int
    issues: tuple[Issue, ...] = ()
    uncertain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Attempt:
    delimiter: str
    records: list[list[str]]
    lines: list[int]
    """For each record, how many physical lines end with it."""
    header: HeaderRow | None = field(default=None)

    @property
    def matched(self) -> int:
        return self.header.matched if self.header else 0

    @property
    def evenness(self) -> float:
        """Share of the records below the header that are as wide as it."""
        if self.header is None:
            return 0.0
        wanted = len(self.records[self.header.index])
        below = [record for record in self.records[self.header.index + 1 :] if any(record)]
        return sum(len(record) == wanted for record in below) / len(below) if below else 1.0


def find_dialect(path: Path, contract: DataContract) -> Dialect:
    """The dialect of a UTF-8 file. Raises Unreadable."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.read(HEAD_CHARACTERS)
        whole = not file.read(1)
    wanted = contract.file.delimiter
    attempts = [
        _attempt(head, whole, delimiter, contract) for delimiter in ((wanted,) if wanted else DELIMITERS)
    ]
    best = max(attempts, key=_goodness)
    if best.header is None and wanted:
        attempts += [
            _attempt(head, whole, delimiter, contract) for delimiter in DELIMITERS if delimiter != wanted
        ]
        best = max(attempts, key=_goodness)
    if best.header is None:
        widest = max(attempts, key=lambda attempt: max(map(len, attempt.records), default=0))
        check_columns(max(map(len, widest.records), default=0))
        if not whole and not any(sign in head for sign in "\r\n"):
            raise too_large(word("detail.line", limit=HEAD_CHARACTERS))
        raise no_header(widest.records, contract)
    return _dialect(head, best, best.header, _doubt(best, attempts, wanted))


def has_header(head: bytes, contract: DataContract) -> bool:
    """Whether text that begins so holds the headers of the contract, whatever the separator."""
    text = head.decode(wide_encoding(head) or "utf-8-sig", errors="replace")
    return any(_attempt(text, False, delimiter, contract).header is not None for delimiter in DELIMITERS)


def _goodness(attempt: _Attempt) -> tuple[int, float]:
    return attempt.matched, attempt.evenness


def _attempt(head: str, whole: bool, delimiter: str, contract: DataContract) -> _Attempt:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    lines: list[int] = []
    try:
        for record in islice(reader, HeaderRow.SEARCHED + _COMPARED):
            records.append(record)
            lines.append(reader.line_num)
    except csv.Error as error:
        if not records:
            raise damaged("CSV", word("detail.other", error=error)) from error
    if not whole and len(records) < HeaderRow.SEARCHED + _COMPARED:
        # The last one is cut off where the head ends.
        del records[-1:], lines[-1:]
    return _Attempt(delimiter, records, lines, find_header(records[: HeaderRow.SEARCHED], contract))


def _doubt(best: _Attempt, attempts: Iterable[_Attempt], wanted: str | None) -> str | None:
    """The separator that might be meant as well, or that the contract means."""
    if wanted is not None:
        return wanted if best.delimiter != wanted else None
    for other in attempts:
        if other.delimiter == best.delimiter or _goodness(other) < _goodness(best):
            continue
        if other.records != best.records:
            return other.delimiter
    return None


def _dialect(head: str, best: _Attempt, header: HeaderRow, doubt: str | None) -> Dialect:
    span = range(header.index + 1 - header.rows, header.index + 1)
    widest = max(span, key=lambda index: (len(best.records[index]), index))
    width = len(best.records[widest])
    check_columns(width)
    lines = best.lines[header.index]
    separators = sum(line.count(best.delimiter) for line in io.StringIO(head, newline="").readlines()[:lines])
    issues: tuple[Issue, ...] = ()
    if doubt is not None:
        values = {
            "found": _shown(best.delimiter),
            "other": _shown(doubt),
            "setting": _written(best.delimiter),
        }
        issues = (Issue("file.delimiter", values=values),)
    return Dialect(
        best.delimiter,
        header,
        width,
        ([0, *best.lines])[widest],
        header.index - widest,
        lines,
        separators,
        issues,
        ("delimiter",) if issues else (),
    )


def _shown(delimiter: str) -> str:
    return _NAMES.get(delimiter, f'"{delimiter}"')


def _written(delimiter: str) -> str:
    return '"\\t"' if delimiter == "\t" else f'"{delimiter}"'
