"""Character encodings: finds the one of a text file and gives a UTF-8 copy where the file is something else.

Order: what the contract says, byte-order mark, UTF-16 by its zero bytes, strict UTF-8, else Windows-1252, which
is only a guess and noted as such. No statistics: they were wrong on the files of research/validation.md.
"""

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.detection import HEAD, damaged, wide_encoding

CHUNK = 1 << 20
_GUESS = "windows-1252"


@dataclass(frozen=True, slots=True)
class TextFile:
    """A UTF-8 file with line feeds; `issues` tell of a guess."""

    path: Path
    issues: tuple[Issue, ...] = ()


@contextmanager
def as_utf8(path: Path, declared: str | None) -> Iterator[TextFile]:
    """The file itself when it is UTF-8, else a copy that lives as long as the context. Raises Unreadable."""
    encoding, guessed = find_encoding(path, declared)
    issues = (Issue("file.encoding", values={"encoding": "Windows-1252"}),) if guessed else ()
    if encoding == "utf-8" and not _old_line_ends(path):
        yield TextFile(path, issues)
        return
    with tempfile.TemporaryDirectory(prefix="satudata-text-") as folder:
        copy = Path(folder) / "utf-8.txt"
        _transcode(path, copy, encoding)
        yield TextFile(copy, issues)


def find_encoding(path: Path, declared: str | None) -> tuple[str, bool]:
    """A Python codec name and whether it is a guess."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if (wide := wide_encoding(head)) is not None:
        return wide, False
    if declared == _GUESS:
        return "cp1252", False
    if _is_utf8(path):
        return "utf-8", False
    return "cp1252", True


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    pending = False
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if pending or not chunk.isascii():
                    decoder.decode(chunk)
                    pending = bool(decoder.getstate()[0])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _old_line_ends(path: Path) -> bool:
    """Carriage returns only, as old Macintosh programs write."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    return b"\r" in head and b"\n" not in head


def _transcode(source: Path, target: Path, encoding: str) -> None:
    # Windows-1252 leaves five bytes undefined; they become the replacement character rather than an error.
    errors = "replace" if encoding == "cp1252" else "strict"
    try:
        with (
            source.open(encoding=encoding, errors=errors) as reader,
            target.open("w", encoding="utf-8", newline="\n") as writer,
        ):
            while text := reader.read(CHUNK):
                writer.write(text)
    except UnicodeError as error:
        raise damaged("CSV", word("detail.utf16")) from error
