"""What a file is, by its first bytes and never by its name.

Says CSV, XLSX, JSON, JSONL or Parquet, or names what it is instead (`Unreadable`). How its cells come out is
the business of the reader of each format.
"""

import struct
import zipfile
import zlib
from enum import StrEnum
from pathlib import Path

from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.text import Text

HEAD = 65_536
_BLANK = b" \t\r\n"
BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
)
"""What zipfile raises on containers that are damaged, encrypted or packed in an unusual way."""


class FileFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"


class Unreadable(Exception):
    """The file cannot be read as a table; `issues` say why."""

    def __init__(self, *issues: Issue) -> None:
        super().__init__(", ".join(issue.code for issue in issues))
        self.issues = issues


_NOT_TABLES = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"BM": "bmp",
    b"%PDF-": "pdf",
    b"{\\rtf": "rtf",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "ole",
    b"\x1f\x8b": "gzip",
    b"Rar!": "rar",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"SQLite format 3\x00": "sqlite",
    b"MZ": "program",
    b"\x7fELF": "program",
}


def not_a_table(kind: str) -> Unreadable:
    """`kind` is the part after `kind.` in the words of the messages."""
    return Unreadable(Issue("file.not_a_table", values={"kind": word(f"kind.{kind}")}))


def damaged(kind: str, detail: Text, row: int | None = None) -> Unreadable:
    """The file is of that kind, but broken."""
    return Unreadable(Issue("file.unreadable", row=row, values={"kind": kind, "detail": detail}))


def detect(path: Path) -> FileFormat:
    """The format of a file that may hold a table. Raises Unreadable for everything else."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(_BLANK + b"\xef\xbb\xbf\xff\xfe\x00"):
        raise Unreadable(Issue("file.empty"))
    if head.startswith(b"PAR1"):
        return FileFormat.PARQUET
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _inside_zip(path)
    for start, kind in _NOT_TABLES.items():
        if head.startswith(start) and not (len(start) == 2 and _looks_like_text(head)):
            raise not_a_table(kind)
    if not _looks_like_text(head):
        raise not_a_table("binary")
    return _text_format(head)


def wide_encoding(head: bytes) -> str | None:
    """UTF-16 by its byte-order mark, or by the zero bytes that ASCII text has in it."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = head[:2_000]
    zeros_even, zeros_odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if half >= 4 and zeros_odd > half * 0.7 and zeros_even < half * 0.1:
        return "utf-16-le"
    if half >= 4 and zeros_even > half * 0.7 and zeros_odd < half * 0.1:
        return "utf-16-be"
    return None


def _looks_like_text(head: bytes) -> bool:
    if wide_encoding(head):
        return True
    controls = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\f\x1b")
    return controls * 200 <= len(head)


def _text_format(head: bytes) -> FileFormat:
    text = head.decode(wide_encoding(head) or "utf-8-sig", errors="replace").lstrip("\ufeff \t\r\n")
    lowered = text[:500].lower()
    if lowered.startswith(("<!doctype html", "<html", "<table", "<head", "<body", "<meta")):
        raise not_a_table("html")
    if lowered.startswith("<?xml") or (lowered.startswith("<") and "</" in text):
        raise not_a_table("html" if "<html" in lowered else "xml")
    if text.startswith("["):
        rest = text[1:].lstrip()
        return FileFormat.JSON if rest[:1] in ("{", "]", "") else FileFormat.CSV
    if text.startswith("{"):
        first, _, rest = text.partition("\n")
        one_line = first.rstrip().endswith("}") and rest.lstrip().startswith("{")
        return FileFormat.JSONL if one_line else FileFormat.JSON
    return FileFormat.CSV


def _inside_zip(path: Path) -> FileFormat:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()[:5_000])
    except BROKEN_ARCHIVE as error:
        raise damaged("Excel", word("detail.zip")) from error
    if any(name.endswith("xl/workbook.xml") for name in names):
        return FileFormat.XLSX
    if "xl/workbook.bin" in names:
        raise not_a_table("xlsb")
    if "content.xml" in names and "mimetype" in names:
        raise not_a_table("ods")
    if "[Content_Types].xml" in names:
        raise not_a_table("office")
    raise not_a_table("zip")
