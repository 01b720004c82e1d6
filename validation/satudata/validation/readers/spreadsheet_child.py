"""The child process that opens spreadsheets: `python -m satudata.validation.readers.spreadsheet_child`.

Whatever a file does to a parser, it does it here: within limits of memory and time, in an empty environment, and
never longer than the parent lives. The child knows no contract. It tells how every sheet begins, is told which one
is wanted, and writes that sheet's cells to a CSV file in which the first letter of a cell says what it was:

`t` text, `n` number, `b` true or false, `d` date, `m` date and time, `h` time of day, `u` span of time, `p` number
shown as a percent, `z` number shown with zeros in front, `e` error or formula without a result. Empty cells are empty.

Start-up counts: only the standard library and calamine are imported.
"""

import csv
import json
import os
import re
import resource
import sys
import zipfile
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine as calamine

from satudata.validation.readers.archive_guard import BROKEN_ARCHIVE, guard_archive
from satudata.validation.readers.compound_file import CompoundFile
from satudata.validation.readers.ods_scan import scan_ods
from satudata.validation.readers.refusal import Refused, broken, password, too_large
from satudata.validation.readers.sheet_details import MAX_MERGED, SPAN, Merged, SheetDetails, column_letters
from satudata.validation.readers.xls_scan import STREAMS, read_globals, scan_xls
from satudata.validation.readers.xlsx_scan import scan_xlsx, sheet_parts

MAX_XLS = 256 * 1024 * 1024
_CHUNK_ROWS = 20_000
MAX_SHEETS = 1_000
_KEPT_CELLS = 2_000_000
"""Sheets with fewer cells than that together are kept between the two steps."""
_MEGABYTE = 1_048_576
_TIME_OF_ODS = re.compile(r"-?PT([0-9]+)H([0-9]+)M([0-9]+)(?:[.,][0-9]*)?S")
_BROKEN = (*BROKEN_ARCHIVE, calamine.CalamineError, LookupError, ArithmeticError)
"""What calamine and our own scans raise on a workbook that is not what it should be."""


def main() -> None:
    """Read requests from standard input, a JSON object a line, and answer each with one line."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", closefd=True)
    os.dup2(2, 1)  # whatever a library prints must not get among the answers
    workbook: _Workbook | None = None
    limits: dict[str, Any] = {}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if workbook is None:
                limits = request["limits"]
                _protect(limits, request["parent"])
                workbook = _Workbook(Path(request["path"]), request["format"], limits)
                answer: dict[str, Any] = {"sheets": workbook.sheets(request["sheet"])}
            else:
                answer = workbook.write(request["sheet"], request["above"], Path(request["to"]))
        except Refused as refused:
            answer = {"refused": [refused.code, refused.detail, dict(refused.values)]}
        except MemoryError:
            answer = _refusal(too_large("detail.sheet_cells", limit=limits["cells"]))
        except calamine.PasswordError:
            answer = _refusal(password())
        except _BROKEN as error:
            answer = _refusal(_broken(str(error)[:120] or type(error).__name__, limits))
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # how a failed assertion in Rust comes out
                raise
            too_big = "capacity" in str(error)
            answer = _refusal(
                too_large("detail.sheet_cells", limit=limits["cells"]) if too_big else broken("detail.crash")
            )
        out.write(json.dumps(answer) + "\n")
        out.flush()
        if "refused" in answer:
            return


def _refusal(refused: Refused) -> dict[str, Any]:
    return {"refused": [refused.code, refused.detail, dict(refused.values)]}


def _broken(error: str, limits: dict[str, Any]) -> Refused:
    if "limit exceeded" in error.casefold():
        return too_large("detail.sheet_cells", limit=limits["cells"])
    return broken("detail.content", error=error)


def _protect(limits: dict[str, Any], parent: int) -> None:
    """Bounds on what this process may use, and its end when the parent ends."""
    if sys.platform == "linux":
        import ctypes

        kill_with_parent, killed = 1, 9  # PR_SET_PDEATHSIG, SIGKILL
        ctypes.CDLL(None).prctl(kill_with_parent, killed, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, limits["memory"])
    _limit(resource.RLIMIT_FSIZE, limits["disk"])


def _limit(kind: int, value: int) -> None:
    with suppress(ValueError, OSError):  # stricter already, or not known to this system
        resource.setrlimit(kind, (value, value))


def _limit_time(limits: dict[str, Any], unpacked: int) -> None:
    """From the start of the process: so many seconds, and more for each megabyte of content."""
    first, each = limits["seconds"], limits["seconds_a_megabyte"]
    _limit(resource.RLIMIT_CPU, int(first + each * (unpacked / _MEGABYTE)) + 1)


class _Workbook:
    def __init__(self, path: Path, form: str, limits: dict[str, Any]) -> None:
        self._path = path
        self._form = form
        self._limits = limits
        self._stream = b""
        self._parts: dict[str, str] = {}
        self._sizes: dict[str, int] = {}
        self._ods: list[SheetDetails] | None = None
        most = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(limits["seconds"]) + 1, most))
        if form == "xls":
            _limit_time(limits, path.stat().st_size)
            self._open_xls()
        else:
            _limit_time(limits, guard_archive(path))
            if form == "xlsx":
                with zipfile.ZipFile(path) as archive:
                    self._parts = sheet_parts(archive)
                    self._sizes = {part.filename: part.file_size for part in archive.infolist()}
        # calamine goes by the name of a file.
        named = Path(f"book.{form}")
        named.symlink_to(path)
        self._book = calamine.CalamineWorkbook.from_path(str(named))
        every = self._book.sheets_metadata
        if len(every) > MAX_SHEETS:
            raise too_large("detail.sheets", count=len(every), limit=MAX_SHEETS)
        self._positions = {sheet.name: position for position, sheet in enumerate(every)}
        self._sheets = [sheet for sheet in every if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        self._kept: dict[str, calamine.CalamineSheet] = {}

    def _open_xls(self) -> None:
        if (size := self._path.stat().st_size) > MAX_XLS:
            has, limit = f"{size // _MEGABYTE} MB", f"{MAX_XLS // _MEGABYTE} MB"
            raise too_large("detail.unpacked", unpacked=has, limit=limit)
        with self._path.open("rb") as file:
            container = CompoundFile(file)
            name = next((name for name in sorted(container.names) if name.casefold() in STREAMS), None)
            if name is None:
                raise ValueError("no workbook stream")
            self._stream = container.read(name, MAX_XLS)
        self._xls = read_globals(self._stream)

    # -- the first step: how every sheet begins

    def sheets(self, only: str | None) -> list[dict[str, Any]]:
        """In the order of the workbook. `only` names the one sheet to look into, the others are just named."""
        wanted = None if only is None else only.strip().casefold()
        begin: dict[str, dict[str, Any]] = {}
        # The biggest sheet comes last, so that it is still at hand when it is the one wanted.
        for sheet in sorted(self._sheets, key=lambda sheet: self._size(sheet.name)):
            begin[sheet.name] = {
                "name": sheet.name,
                "visible": sheet.visible == calamine.SheetVisibleEnum.Visible,
            }
            if wanted is None or sheet.name.strip().casefold() == wanted:
                begin[sheet.name] |= self._beginning(sheet.name)
        return [begin[sheet.name] for sheet in self._sheets]

    def _size(self, name: str) -> int:
        return self._sizes.get(self._parts.get(name, ""), 0)

    def _beginning(self, name: str) -> dict[str, Any]:
        sheet = self._sheet(name)
        first = sheet.start[1] if sheet.start is not None else 0
        head = [
            [*[""] * first, *map(_tagged, row)][: self._limits["columns"]]
            for row in islice(sheet.iter_rows(), HEAD_ROWS)
        ]
        merged = [ranges for ranges in self._merged(name, sheet) if ranges[0] <= HEAD_ROWS]
        return {"columns": first + sheet.width, "head": head, "merged": merged}

    def _sheet(self, name: str) -> calamine.CalamineSheet:
        if name in self._kept:
            return self._kept[name]
        if sum(sheet.height * sheet.width for sheet in self._kept.values()) > _KEPT_CELLS:
            self._kept.clear()
        self._kept[name] = self._book.get_sheet_by_name(name)
        return self._kept[name]

    def _merged(self, name: str, sheet: calamine.CalamineSheet) -> list[Merged]:
        if self._form == "ods":
            return self._details(name).merged or []
        ranges = sheet.merged_cell_ranges or []
        if len(ranges) > MAX_MERGED:
            raise too_large("detail.merged", limit=MAX_MERGED)
        return [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in ranges]

    def _details(self, name: str) -> SheetDetails:
        if self._form == "xls":
            return scan_xls(self._stream, self._xls, self._positions[name])
        with zipfile.ZipFile(self._path) as archive:
            if self._form == "xlsx":
                return scan_xlsx(archive, self._parts[name]) if name in self._parts else SheetDetails()
            if self._ods is None:
                self._ods = scan_ods(archive)
        position = self._positions[name]
        return self._ods[position] if position < len(self._ods) else SheetDetails()

    # -- the second step: the cells of one sheet

    def write(self, name: str, above: int, to: Path) -> dict[str, Any]:
        """Write the rows below the first `above` ones to the file `to`."""
        sheet = self._sheet(name)
        self._kept = {name: sheet}
        details = self._details(name)
        hidden = {row: cells for row, cells in details.hidden.items() if row > above}
        start = sheet.start[1] if sheet.start is not None else 0
        first = min([start, *map(min, hidden.values())])
        last = max([start + sheet.width, *(max(cells) + 1 for cells in hidden.values())])
        if last - first > self._limits["columns"]:
            raise too_large(
                "detail.sheet_columns", column=column_letters(last - 1), limit=self._limits["columns"]
            )
        rows = _Rows(sheet, first, last - first, details)
        count = above
        with to.open("w", encoding="utf-8", errors="replace", newline="") as file:
            # With both signs of a line end, texts that hold either of them are quoted.
            writer = csv.writer(file, lineterminator="\r\n")
            for columns in rows.chunks(above, hidden):
                count += len(columns[0])
                writer.writerows(zip(*columns, strict=True))
        merged = [ranges for ranges in self._merged(name, sheet) if ranges[2] > above]
        return {"first": first, "columns": last - first, "rows": count - above, "merged": merged}


class _Rows:
    """The cells of a sheet by columns, a chunk of rows at a time, tagged; details put in."""

    def __init__(self, sheet: calamine.CalamineSheet, first: int, width: int, details: SheetDetails) -> None:
        self._sheet = sheet
        self._first = first
        self._width = width
        self._shown = details.shown

    def chunks(self, above: int, hidden: dict[int, dict[int, str]]) -> Iterator[list[list[str]]]:
        if not self._width:
            return
        rows = self._rows(above, max(hidden, default=0))
        number = above + 1
        while chunk := list(islice(rows, _CHUNK_ROWS)):
            columns = [_tagged_column(values) for values in zip(*chunk, strict=True)]
            end = number + len(chunk)
            for place, forms in self._shown.items():
                for form, shown in forms.items():
                    column = columns[place - self._first] if 0 <= place - self._first < self._width else []
                    for row in shown[bisect_left(shown, number) : bisect_left(shown, end)] if column else ():
                        column[row - number] = _shown_as(column[row - number], form)
            for row in range(number, end) if hidden else ():
                for place, text in hidden.get(row, {}).items():
                    columns[place - self._first][row - number] = f"e{text}"
            yield columns
            number = end

    def _rows(self, above: int, until: int) -> Iterator[Sequence[Any]]:
        """All rows of the same width, up to row `until` at least."""
        start = self._sheet.start[1] if self._sheet.start is not None else 0
        left = [""] * (start - self._first)
        right = [""] * (self._width - len(left) - self._sheet.width)
        count = 0
        for count, row in enumerate(self._sheet.iter_rows(), start=1):
            if count > above:
                yield [*left, *row, *right] if left or right else row
        for _ in range(max(count, above), until):
            yield [""] * self._width


HEAD_ROWS = 100
"""How many rows are handed over for the header to be found in."""


def _tagged_column(values: Sequence[Any]) -> list[str]:
    kinds = set(map(type, values))
    if kinds == {str}:
        return [f"t{value}" if value else "" for value in values]
    if kinds == {float}:
        return [
            f"n{int(value)}" if value.is_integer() and -1e15 < value < 1e15 else _number(value)
            for value in values
        ]
    return [_tagged(value) for value in values]


def _tagged(value: Any) -> str:
    return _TAGGED[type(value)](value)


def _number(value: float) -> str:
    """The 15 digits that a spreadsheet shows, without exponent."""
    if value.is_integer() and abs(value) < 2**63:
        return f"n{int(value)}"
    text = f"{value:.15g}"
    if "e" not in text:
        return f"n{text}"
    from decimal import Decimal

    return f"n{Decimal(text):f}" if value - value == 0 else f"t{text}"


def _span(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    sign, seconds = "-" * (seconds < 0), abs(seconds)
    return f"u{sign}{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


_TAGGED: dict[type, Callable[[Any], str]] = {
    str: lambda value: f"t{value}" if value else "",
    bool: lambda value: "btrue" if value else "bfalse",
    int: lambda value: f"n{value}",
    float: _number,
    date: lambda value: f"d{value.isoformat()}",
    datetime: lambda value: f"m{value.isoformat()}",
    time: lambda value: f"h{value.isoformat()}",
    timedelta: _span,
    type(None): lambda _: "",
}


def _shown_as(cell: str, form: str) -> str:
    if form == SPAN:
        if (found := _TIME_OF_ODS.fullmatch(cell[1:])) is None:
            return cell
        sign = "-" * cell.startswith("t-")
        return f"u{sign}{int(found[1])}:{found[2]:0>2}:{found[3]:0>2}"
    if not cell.startswith("n"):
        return cell
    if form == "%":
        return f"p{cell[1:]}"
    padded = cell[1:].zfill(len(form))
    return f"z{padded}" if cell[1:].isdecimal() and padded != cell[1:] else cell


if __name__ == "__main__":
    main()
