"""Character encodings: finds the one of a text file and gives a UTF-8 copy where the file is something else.

Order: byte-order mark, UTF-16 by its zero bytes, strict UTF-8, else Windows-1252, which is only a guess and noted as
such unless the contract says so. No statistics: they call Indonesian text in Windows-1252 Polish.
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
_NAMES = {"utf-8": "utf-8", "cp1252": "windows-1252"}


@dataclass(frozen=True, slots=True)
class TextFile:
    """A UTF-8 file with line feeds; `issues` tell of a guess. `encoding` is the one of the original."""

    path: Path
    encoding: str
    issues: tuple[Issue, ...] = ()
    uncertain: tuple[str, ...] = ()


@contextmanager
def as_utf8(path: Path, declared: str | None) -> Iterator[TextFile]:
    """The file itself when it is UTF-8, else a copy that lives as long as the context. Raises Unreadable."""
    codec = find_codec(path)
    encoding = _NAMES.get(codec, "utf-16")
    guessed = codec == "cp1252" and declared != encoding
    issues = (
        [Issue("file.encoding", values={"encoding": "Windows-1252", "setting": encoding})] if guessed else []
    )
    uncertain = ("encoding",) if guessed else ()
    if codec == "utf-8" and not _old_line_ends(path):
        yield TextFile(path, encoding)
        return
    with tempfile.TemporaryDirectory(prefix="satudata-text-") as folder:
        copy = Path(folder) / "utf-8.txt"
        if lost := _transcode(path, copy, codec):
            issues.append(Issue("file.characters", values={"count": lost}))
        yield TextFile(copy, encoding, tuple(issues), uncertain)


def find_codec(path: Path) -> str:
    """The Python codec that reads the file."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if (wide := wide_encoding(head)) is not None:
        return wide
    return "utf-8" if _is_utf8(path) else "cp1252"


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


def _transcode(source: Path, target: Path, codec: str) -> int:
    """Write the copy. The answer is how many bytes stand for no character."""
    # Windows-1252 leaves five bytes undefined; they become the replacement character rather than an end of it all.
    errors = "replace" if codec == "cp1252" else "strict"
    lost = 0
    try:
        with (
            source.open(encoding=codec, errors=errors) as reader,
            target.open("w", encoding="utf-8", newline="\n") as writer,
        ):
            while text := reader.read(CHUNK):
                lost += text.count("\ufffd") if codec == "cp1252" else 0
                writer.write(text)
    except UnicodeError as error:
        raise damaged("CSV", word("detail.utf16")) from error
    return lost
