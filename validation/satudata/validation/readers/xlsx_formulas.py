"""Cells of a sheet that calamine gives as empty although they hold something: errors and uncached formulas.

They are looked for in the XML of the sheet, and only when a fast look says that there may be some. The container
has passed the guard of `xlsx_file.py`; a DOCTYPE further down in a part is refused here.
"""

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.parsers import expat

Attributes = dict[str, str]
HiddenCells = dict[int, dict[int, str]]
"""Row number (from 1), then column (from 0), then what to show: `#REF!`, or `=A1+1`."""

TEXT_KEPT = 1_000
_CHUNK = 1 << 20
_SIGNS = (b'"e"', b"'e'", b"<f", b":f")
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_NOT_XML = bytes(code if code >= 32 or code in b"\t\n\r" else ord("?") for code in range(256))
"""calamine reads over raw control characters, expat does not."""


def hidden_cells(path: Path, sheet: str) -> HiddenCells:
    """Error cells and formulas without a result. Raises ValueError or what zipfile raises."""
    with zipfile.ZipFile(path) as archive:
        parts = {name.replace("\\", "/").casefold(): name for name in archive.namelist()}
        part = parts[_part_of(archive, parts, sheet).casefold()]
        with archive.open(part) as stream:
            if not _may_hide(stream):
                return {}
        with archive.open(part) as stream:
            return _Scan().run(stream)


def _part_of(archive: zipfile.ZipFile, parts: dict[str, str], sheet: str) -> str:
    """The part that holds the sheet, by the relations of the workbook."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet_element(name: str, attributes: Attributes) -> None:
        if _local(name) == "sheet":
            relation = [value for key, value in attributes.items() if key.endswith(":id")]
            ids.setdefault(attributes.get("name", ""), "".join(relation[:1]))

    def relation_element(name: str, attributes: Attributes) -> None:
        if _local(name) == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    for part, handler in (
        ("xl/workbook.xml", sheet_element),
        ("xl/_rels/workbook.xml.rels", relation_element),
    ):
        with archive.open(parts[part]) as stream:
            _parse(stream, handler)
    target = targets[ids[sheet]].replace("\\", "/")
    if target.startswith("/"):
        return target.lstrip("/")
    return target if target.startswith("xl/") else posixpath.normpath(f"xl/{target}")


def _may_hide(stream: IO[bytes]) -> bool:
    tail = b""
    while chunk := stream.read(_CHUNK):
        seen = tail + chunk
        if any(sign in seen for sign in _SIGNS):
            return True
        tail = seen[-2:]
    return False


def _local(name: str) -> str:
    return name.rpartition(":")[2]


@contextmanager
def _expat_errors() -> Iterator[None]:
    try:
        yield
    except expat.ExpatError as error:
        raise ValueError(f"XML: {error}") from error


def _parse(
    stream: IO[bytes], start: Callable[[str, Attributes], None], parser: expat.XMLParserType | None = None
) -> None:
    parser = parser or expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with _expat_errors():
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk.translate(_NOT_XML))
        parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    raise ValueError("DOCTYPE")


class _Scan:
    """One pass over the cells of a sheet."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._cells: HiddenCells = {}
        self._row = 0
        self._reference = ""
        self._after = 0
        """How many cells without a reference have followed the one with `_reference`."""
        self._inside = False
        self._type = ""
        self._formula: list[str] | None = None
        self._value: list[str] | None = None

    def run(self, stream: IO[bytes]) -> HiddenCells:
        self._parser.EndElementHandler = self._end
        _parse(stream, self._start, self._parser)
        return self._cells

    def _start(self, name: str, attributes: Attributes) -> None:
        local = _local(name)
        if local == "c":
            self._inside, self._formula, self._value = True, None, None
            self._type = attributes.get("t", "")
            if "r" in attributes:
                self._reference, self._after = attributes["r"], 0
            else:
                self._after += 1
        elif local == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._reference, self._after = "", 0
        elif self._inside and local in ("f", "v", "is"):
            texts: list[str] = []
            if local == "f":
                self._formula = texts
            else:
                self._value = texts
            if local == "is" or self._type == "e" or self._formula is not None:
                self._parser.CharacterDataHandler = texts.append

    def _end(self, name: str) -> None:
        local = _local(name)
        if local in ("f", "v", "is"):
            self._parser.CharacterDataHandler = None
        elif local == "c":
            self._inside = False
            if self._type == "e" or self._formula is not None:
                self._judge()

    def _judge(self) -> None:
        value = "".join(self._value or ()).strip()
        if self._type == "e":
            text = value or "#"
        elif value or (self._type == "str" and self._value is not None):
            return  # a formula with its result, which may be the empty text
        else:
            # A formula shared with cells above has no text of its own.
            text = f"={''.join(self._formula or ()) or '…'}"
        row, column = self._place()
        self._cells.setdefault(row, {})[column] = text[:TEXT_KEPT]

    def _place(self) -> tuple[int, int]:
        row, column = self._row, -1
        if (found := _REFERENCE.fullmatch(self._reference)) is not None:
            row = int(found[2])
            column = 0
            for letter in found[1].upper():
                column = column * 26 + ord(letter) - ord("A") + 1
            column -= 1
        return row, column + self._after
