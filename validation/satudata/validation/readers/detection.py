"""What a file is, by its first bytes and never by its name.

Says which format of tables it is, or names what it is instead (`Unreadable`). How its cells come out is the
business of the reader of each format. Containers (ZIP, the old Office files) are looked into.
"""

import re
import zipfile
from enum import StrEnum
from pathlib import Path

from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.archive_guard import BROKEN_ARCHIVE
from satudata.validation.readers.compound_file import SIGNATURE, CompoundFile
from satudata.validation.text import Text

HEAD = 65_536
_BLANK = b" \t\r\n"


class FileFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    JSON = "json"
    JSONL = "jsonl"
    GEOJSON = "geojson"
    PARQUET = "parquet"
    ZIP = "zip"
    """An archive that may hold one of the others; `zip_file.py` looks for it."""


class Unreadable(Exception):
    """The file cannot be read as a table; `issues` say why."""

    def __init__(self, *issues: Issue) -> None:
        super().__init__(", ".join(issue.code for issue in issues))
        self.issues = issues


_COLLECTION = re.compile(r'"type"\s*:\s*"FeatureCollection"|"features"\s*:\s*\[\s*\{[^[]*"coordinates"')
_FEATURE = re.compile(r'"type"\s*:\s*"Feature"')
_TOPOLOGY = re.compile(r'"type"\s*:\s*"Topology"')

SPREADSHEET_SIGNS = (b"[Content_Types].xml", b"xl/", b"docProps/", b"application/vnd.oasis.opendocument")
"""One of them stands in the first bytes of every workbook that is a ZIP container."""

_NOT_TABLES = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"BM": "bmp",
    b"%PDF-": "pdf",
    b"{\\rtf": "rtf",
    b"\x1f\x8b": "gzip",
    b"Rar!": "rar",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
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
        form = detect_head(file.read(HEAD))
    if form is FileFormat.ZIP:
        return _inside_zip(path)
    return _inside_compound_file(path) if form is FileFormat.XLS else form


def detect_head(head: bytes) -> FileFormat:
    """The format by the first bytes alone: of containers only which kind they are (ZIP, XLS). Raises Unreadable."""
    if not head.strip(_BLANK + b"\xef\xbb\xbf\xff\xfe\x00"):
        raise Unreadable(Issue("file.empty"))
    if head.startswith(b"PAR1"):
        return FileFormat.PARQUET
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return FileFormat.ZIP
    if head.startswith(SIGNATURE):
        return FileFormat.XLS
    for start, kind in _NOT_TABLES.items():
        if head.startswith(start) and not (len(start) == 2 and _looks_like_text(head)):
            raise not_a_table(kind)
    if head[257:262] == b"ustar":
        raise not_a_table("tar")
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
    # A program that was stopped while saving leaves zero bytes at the end; they are told by row.
    head = head.rstrip(b"\0")
    controls = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\f\x1b")
    return controls * 200 <= len(head)


def _text_format(head: bytes) -> FileFormat:
    text = head.decode(wide_encoding(head) or "utf-8-sig", errors="replace").lstrip("\ufeff \t\r\n")
    lowered = text[:500].lower()
    if lowered.startswith(("<!doctype html", "<html", "<table", "<head", "<body", "<meta")):
        raise not_a_table("html")
    if lowered.startswith("<?xml") or (lowered.startswith("<") and "</" in text):
        if "urn:schemas-microsoft-com:office:spreadsheet" in lowered:
            raise not_a_table("xml_spreadsheet")
        raise not_a_table("html" if "<html" in lowered else "xml")
    if text.startswith("["):
        rest = text[1:].lstrip()
        return FileFormat.JSON if rest[:1] in ("{", "[", "]", "") else FileFormat.CSV
    return _object_format(text) if text.startswith("{") else FileFormat.CSV


def _object_format(text: str) -> FileFormat:
    if _TOPOLOGY.search(text) and '"arcs"' in text:
        raise not_a_table("topojson")
    if _COLLECTION.search(text) or (_FEATURE.search(text) and '"geometry"' in text):
        return FileFormat.GEOJSON
    first, _, rest = text.partition("\n")
    one_line = first.rstrip().endswith("}") and bool(rest.strip())
    return FileFormat.JSONL if one_line else FileFormat.JSON


def _inside_zip(path: Path) -> FileFormat:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()[:5_000])
            mimetype = b""
            if "mimetype" in names:
                with archive.open("mimetype") as stream:
                    mimetype = stream.read(200)
    except BROKEN_ARCHIVE as error:
        raise damaged(_container_kind(path), word("detail.zip")) from error
    if any(name.replace("\\", "/").casefold().endswith("xl/workbook.xml") for name in names):
        return FileFormat.XLSX
    if "xl/workbook.bin" in names:
        raise not_a_table("xlsb")
    if "content.xml" in names and "mimetype" in names:
        if b"spreadsheet" not in mimetype:
            raise not_a_table("opendocument")
        return FileFormat.ODS
    if "[Content_Types].xml" in names:
        raise not_a_table("office")
    return FileFormat.ZIP


def _container_kind(path: Path) -> str:
    """What somebody would call a container that cannot be opened."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    return "Excel" if any(sign in head for sign in SPREADSHEET_SIGNS) else "ZIP"


def _inside_compound_file(path: Path) -> FileFormat:
    try:
        with path.open("rb") as file:
            streams = {name.casefold() for name in CompoundFile(file).names}
    except (ValueError, OSError, MemoryError) as error:
        raise not_a_table("ole") from error
    if streams & {"workbook", "book"}:
        return FileFormat.XLS
    if "encryptedpackage" in streams:
        raise not_a_table("encrypted")
    raise not_a_table("ole")
