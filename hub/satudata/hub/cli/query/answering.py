"""What becomes of answers: data on standard output, what the hub refused and how far it is on standard error."""

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from satudata.hub.cli.output import REFUSED, USAGE, fail, note
from satudata.hub.cli.progress import counted
from satudata.hub.cli.query.asking import Answer
from satudata.hub.cli.query.columns import Fields, RowList, value_at
from satudata.hub.cli.query.formats import Format
from satudata.hub.cli.query.writing import WRITERS, RowWriter
from satudata.validation.text import Text


def write_json(answer: Answer) -> None:
    """The whole answer; exit code 1 where it has errors."""
    print(json.dumps(answer.body, ensure_ascii=False, indent=2))
    if answer.errors:
        _tell(answer.errors)
        raise SystemExit(REFUSED)


class RowOutput:
    """The rows of the one list a document asks for, answer after answer; nothing of them is kept."""

    def __init__(self, fields: Fields, output_format: Format) -> None:
        self._fields = fields
        self._format = output_format
        self._list: RowList | None = None
        self._writer: RowWriter | None = None
        self._done = 0
        self._started = time.monotonic()
        self._moving = sys.stderr.isatty() and not sys.stdout.isatty()

    def write(self, answer: Answer) -> None:
        """The rows of one answer. Ends the program with exit code 1 after those of an answer that has errors."""
        place = self._place(answer)
        if place is not None:
            rows = value_at(answer.data, place.path) or []
            self._writer_of(place).write(rows)
            self._done += len(rows)
            if self._moving:
                total = value_at(answer.data, (*place.path[:-1], "totalCount"))
                self._show(total if isinstance(total, int) else None)
        if answer.errors:
            self._clear()
            _tell(answer.errors)
            if self._done:
                note(
                    Text(
                        id=f"Berhenti setelah {self._done} baris; hasilnya belum lengkap.",
                        en=f"Stopped after {self._done} rows; the result is not complete.",
                    )
                )
            raise SystemExit(REFUSED)

    def finish(self, *, more: bool, every: bool) -> None:
        """Say how many rows were written, or that there are more."""
        self._clear()
        if more and not every:
            note(
                Text(
                    id=f"{self._done} baris pertama; masih ada lagi. Tambahkan --all untuk semuanya.",
                    en=f"The first {self._done} rows; there are more. Add --all for all of them.",
                )
            )
        elif every:
            note(Text(id=f"{self._done} baris, lengkap.", en=f"{self._done} rows, complete."))

    def _place(self, answer: Answer) -> RowList | None:
        """Where the rows are; None in an answer that errors have left without any."""
        if self._list is None:
            found = self._fields.lists(answer.data)
            if len(found) != 1 and not answer.errors:
                _refuse(found)
            self._list = found[0] if len(found) == 1 else None
        return self._list

    def _writer_of(self, place: RowList) -> RowWriter:
        if self._writer is None:
            self._writer = WRITERS[self._format](self._fields.columns(place.selection))
        return self._writer

    def _show(self, total: int | None) -> None:
        rate = self._done / max(time.monotonic() - self._started, 0.001)
        print(f"\r\x1b[2K{counted(self._done, total, rate)}", end="", file=sys.stderr, flush=True)

    def _clear(self) -> None:
        sys.stdout.flush()
        if self._moving:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)


def _tell(errors: Sequence[dict[str, Any]]) -> None:
    """Each error in a line: its place, what is wrong and what to do, its code."""
    for error in errors:
        place = ".".join(str(key) for key in error.get("path") or ())
        code = (error.get("extensions") or {}).get("code")
        words = [place, str(error.get("message", ""))]
        print(f"satudata: {': '.join(filter(None, words))}{f' ({code})' if code else ''}", file=sys.stderr)


def _refuse(found: list[RowList]) -> None:
    if not found:
        fail(
            Text(
                id="Jawaban ini tidak memuat daftar baris. Pakai --format json.",
                en="This answer holds no list of rows. Use --format json.",
            ),
            USAGE,
        )
    names = ", ".join(place.name for place in found)
    fail(
        Text(
            id=f"Jawaban ini memuat beberapa daftar: {names}. Minta satu saja, atau pakai --format json.",
            en=f"This answer holds several lists: {names}. Ask for one only, or use --format json.",
        ),
        USAGE,
    )
