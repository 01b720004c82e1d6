"""Details of an XLSX sheet out of its XML: errors, formulas without a result, percents and padded numbers.

A fast look over the bytes says whether there may be any; only then the sheet is parsed. The container has passed
`archive_guard.py`; a document type is refused here once more.
"""

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO
from xml.parsers import expat

from satudata.validation.readers.sheet_details import SheetDetails, built_in_form, form_of

Attributes = dict[str, str]

_CHUNK = 1 << 20
_HIDING = (b'"e"', b"'e'", b"<f", b":f")
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_LONGEST_SIGN = 64
_FEW = 40
_NOT_XML = bytes(code if code >= 32 or code in b"\t\n\r" else ord("?") for code in range(256))
"""calamine reads over raw control characters, expat does not."""


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """By name of the sheet the part that holds it. Raises ValueError, KeyError or what zipfile raises."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet_element(name: str, attributes: Attributes) -> None:
        if _local(name) == "sheet":
            relation = [value for key, value in attributes.items() if key.endswith(":id")]
            ids.setdefault(attributes.get("name", ""), "".join(relation[:1]))

    def relation_element(name: str, attributes: Attributes) -> None:
        if _local(name) == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    parts = _parts(archive)
    for part, handler in (
        ("xl/workbook.xml", sheet_element),
        ("xl/_rels/workbook.xml.rels", relation_element),
    ):
        with archive.open(parts[part]) as stream:
            parse(stream, handler)
    found = ((name, parts.get(_absolute(targets.get(relation, "")))) for name, relation in ids.items())
    return {name: part for name, part in found if part is not None}


def scan_xlsx(archive: zipfile.ZipFile, part: str) -> SheetDetails:
    """Raises ValueError, Refused, or what zipfile raises."""
    forms = _forms(archive)
    signs = [*_HIDING, *(f" s={quote}{style}{quote}".encode() for style in forms for quote in "\"'")]
    with archive.open(part) as stream:
        if not holds(stream, signs):
            return SheetDetails()
    with archive.open(part) as stream:
        return _Scan(forms).run(stream)


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    return {name.replace("\\", "/").casefold(): name for name in archive.namelist()}


def _absolute(target: str) -> str:
    target = target.replace("\\", "/")
    if target.startswith("/"):
        return target.lstrip("/").casefold()
    path = target if target.startswith("xl/") else posixpath.normpath(f"xl/{target}")
    return path.casefold()


def _forms(archive: zipfile.ZipFile) -> dict[str, str]:
    """By number of a cell style, how it shows numbers, where that matters."""
    part = _parts(archive).get("xl/styles.xml")
    if part is None:
        return {}
    codes: dict[str, str] = {}
    forms: dict[str, str] = {}
    inside = False
    count = 0

    def start(name: str, attributes: Attributes) -> None:
        nonlocal inside, count
        local = _local(name)
        if local == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif local in ("cellXfs", "cellStyleXfs", "dxfs"):
            inside = local == "cellXfs"
        elif local == "xf" and inside:
            number = attributes.get("numFmtId", "0")
            form = form_of(codes[number]) if number in codes else built_in_form(_whole(number))
            if form is not None:
                forms[str(count)] = form
            count += 1

    with archive.open(part) as stream:
        parse(stream, start)
    return forms


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def holds(stream: IO[bytes], signs: Sequence[bytes]) -> bool:
    """Whether one of the signs stands in a part. More than a few signs are not looked for: then there may be any."""
    if len(signs) > _FEW:
        return True
    tail = b""
    while chunk := stream.read(_CHUNK):
        seen = tail + chunk
        if any(sign in seen for sign in signs):
            return True
        tail = seen[-_LONGEST_SIGN:]
    return False


def _local(name: str) -> str:
    return name.rpartition(":")[2]


@contextmanager
def _expat_errors() -> Iterator[None]:
    try:
        yield
    except expat.ExpatError as error:
        raise ValueError(f"XML: {error}") from error


def parse(
    stream: IO[bytes], start: Callable[[str, Attributes], None], parser: expat.XMLParserType | None = None
) -> None:
    """Feed a part to a parser that refuses document types. Raises ValueError."""
    parser = parser or expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_document_type
    with _expat_errors():
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk.translate(_NOT_XML))
        parser.Parse(b"", True)


def _refuse_document_type(*_: object) -> None:
    raise ValueError("DOCTYPE")


class _Scan:
    """One pass over the cells of a sheet."""

    def __init__(self, forms: Mapping[str, str]) -> None:
        self._parser = expat.ParserCreate()
        self._forms = forms
        self._details = SheetDetails()
        self._row = 0
        self._reference = ""
        self._after = 0
        """How many cells without a reference have followed the one with `_reference`."""
        self._inside = False
        self._type = ""
        self._form: str | None = None
        self._formula: list[str] | None = None
        self._value: list[str] | None = None

    def run(self, stream: IO[bytes]) -> SheetDetails:
        self._parser.EndElementHandler = self._end
        parse(stream, self._start, self._parser)
        return self._details

    def _start(self, name: str, attributes: Attributes) -> None:
        local = _local(name)
        if local == "c":
            self._inside, self._formula, self._value = True, None, None
            self._type = attributes.get("t", "")
            self._form = self._forms.get(attributes.get("s", ""))
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
            if self._form is not None and self._value is not None and self._type in ("", "n"):
                self._details.show(*self._place(), self._form)

    def _judge(self) -> None:
        value = "".join(self._value or ()).strip()
        if self._type == "e":
            text = value or "#"
        elif value or (self._type == "str" and self._value is not None):
            return  # a formula with its result, which may be the empty text
        else:
            # A formula shared with cells above has no text of its own.
            text = f"={''.join(self._formula or ()) or '…'}"
        self._details.hide(*self._place(), text)

    def _place(self) -> tuple[int, int]:
        row, column = self._row, -1
        if (found := _REFERENCE.fullmatch(self._reference)) is not None:
            row = int(found[2])
            column = 0
            for letter in found[1].upper():
                column = column * 26 + ord(letter) - ord("A") + 1
            column -= 1
        return row, column + self._after
