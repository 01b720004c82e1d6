"""Spreadsheets made to do harm, or broken: each ends soon, in little memory, with a sentence, and leaves nothing."""

import io
import os
import random
import re
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import repeat
from pathlib import Path

import openpyxl
import psutil
import pytest
import xlwt  # type: ignore[import-untyped]  # for old files only, it has no types
from tests.counts import count

from satudata.validation.checking import report_is_unreadable
from satudata.validation.contracts.model import DataContract
from satudata.validation.readers import spreadsheet_process
from satudata.validation.readers.detection import FileFormat, Unreadable
from satudata.validation.reports.model import Report

from . import ods

Check = Callable[..., Report]
Make = Callable[..., DataContract]
Change = Callable[[bytes], Iterable[bytes]]

SECONDS = 10
GIGABYTE = 1 << 30
HEADERS = ["provinsi", "kota", "nilai"]
SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(rows: int = 1) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in [HEADERS, *[["a", "b", number] for number in range(rows)]]:
        book.worksheets[0].append(row)
    book.save(buffer)
    return buffer.getvalue()


def old_workbook() -> bytes:
    book, buffer = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Data")
    for place, header in enumerate(HEADERS):
        sheet.write(0, place, header)
        sheet.write(1, place, "1")
    book.save(buffer)
    return buffer.getvalue()


def changed(parts: Mapping[str, Change], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook with some parts replaced; they are written piece by piece, as they may be huge."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as source,
        zipfile.ZipFile(buffer, "w", method, compresslevel=1) as target,
    ):
        for name in {**dict.fromkeys(source.namelist()), **parts}:
            old = source.read(name) if name in source.namelist() else b""
            with target.open(name, "w", force_zip64=False) as part:
                for piece in parts[name](old) if name in parts else [old]:
                    part.write(piece)
    return buffer.getvalue()


def with_rows(rows: Iterable[bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    def insert(sheet: bytes) -> Iterator[bytes]:
        before, sign, after = sheet.partition(b"</sheetData>")
        yield before
        yield from rows
        yield sign + after

    return changed({SHEET: insert}, method)


def zeros(megabytes: int) -> Iterable[bytes]:
    return repeat(bytes(1_000_000), megabytes)


def entities() -> bytes:
    nested = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{nested}]>'.encode()


def lying() -> bytes:
    """900 MB of zeros whose directory entry says 5,000 bytes."""
    content = bytearray(changed({SHEET: lambda _: zeros(900)}))
    entry = content.rindex(SHEET.encode()) - 46
    assert struct.unpack_from("<I", content, entry + 24) == (900_000_000,)
    struct.pack_into("<I", content, entry + 24, 5_000)
    return bytes(content)


def merged_ranges() -> bytes:
    ranges = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (row, row) for row in range(1, 1_000_001))
    merged = b"</sheetData><mergeCells>" + ranges + b"</mergeCells>"
    return changed({SHEET: lambda old: [old.replace(b"</sheetData>", merged)]})


def cyclic_styles() -> bytes:
    base, cells = (
        '<cellStyleXfs><xf xfId="0"/></cellStyleXfs>',
        '<cellXfs><xf xfId="1"/><xf xfId="0"/></cellXfs>',
    )
    styles = f"<styleSheet {MAIN}>{base}{cells}</styleSheet>"
    return changed({"xl/styles.xml": lambda _: [styles.encode()]})


def sheets(count: int) -> bytes:
    relation = 'r:id="rId1" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    more = "".join(f'<sheet name="s{number}" sheetId="{number + 9}" {relation}/>' for number in range(count))
    return changed({"xl/workbook.xml": lambda old: [old.replace(b"</sheets>", more.encode() + b"</sheets>")]})


def with_password(content: bytes) -> bytes:
    """An Excel 97 file whose second record says that what follows is encrypted."""
    start = content.index(b"\x09\x08\x10\x00")
    second = start + 4 + struct.unpack_from("<H", content, start + 2)[0]
    return content[:second] + b"\x2f\x00" + content[second + 2 :]


def repeated(rows: str, columns: str, kind: str = "float") -> bytes:
    cell = f'<table:table-cell office:value-type="{kind}" office:value="1" table:number-columns-repeated="{columns}"/>'
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    return ods.document(f'<table:table table:name="a">{row}</table:table>')


FILES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "half an xlsx": (lambda: workbook(50)[:3_000], "file.unreadable", "Excel"),
    "an xlsx without its end": (lambda: workbook()[:-30], "file.unreadable", "Excel"),
    "noise with the signature of an xlsx": (
        lambda: b"PK\x03\x04" + random.Random(1).randbytes(100_000),
        "file.unreadable",
        "ZIP",
    ),
    "zeros that unpack to 1 GB": (lambda: changed({SHEET: lambda _: zeros(1_000)}), "file.unsafe", "953 MB"),
    "a bomb that lies about its size": (lying, "file.unsafe", "MB"),
    "a bomb of shared strings": (
        lambda: changed({"xl/sharedStrings.xml": lambda _: repeat(b"<si><t>a</t></si>" * 100_000, 90)}),
        "file.unsafe",
        "MB",
    ),
    "more cells than there may be": (
        lambda: with_rows(repeat(b"<row>" + b"<c/>" * 100_000 + b"</row>", 121), zipfile.ZIP_STORED),
        "file.too_large",
        "12 000 000",
    ),
    "entities": (
        lambda: changed({SHEET: lambda old: [entities(), old.replace(b"<v>0</v>", b"<v>&a9;</v>")]}),
        "file.unsafe",
        SHEET,
    ),
    "entities far down": (
        lambda: changed({SHEET: lambda old: [b"<!--", b"x" * 2_000_000, b"-->", entities(), old]}),
        "file.unsafe",
        SHEET,
    ),
    "a million merged ranges": (merged_ranges, "file.too_large", "100000"),
    "a cell at the end of the sheet": (
        lambda: with_rows([b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>']),
        "file.too_large",
        "12 000 000",
    ),
    "a cell far to the right": (
        lambda: with_rows([b'<row r="3"><c r="XFD3"><v>1</v></c></row>']),
        "file.too_large",
        "XFD",
    ),
    "a reference beyond any sheet": (
        lambda: with_rows([b'<row r="99999999999"><c r="ZZZZZZ99999999999"><v>1</v></c></row>']),
        "file.",
        "",
    ),
    "a text that is not there": (
        lambda: with_rows([b'<row r="3"><c r="A3" t="s"><v>999999999</v></c></row>']),
        "file.unreadable",
        "Excel",
    ),
    "twenty thousand sheets": (lambda: sheets(20_000), "file.too_large", "20001"),
    "half an xls": (lambda: old_workbook()[:2_700], "file.", ""),
    "an xls with a password": (lambda: with_password(old_workbook()), "file.not_a_table", "kata sandi"),
    "an ods of 17 billion cells": (lambda: repeated("1048576", "16384"), "file.too_large", "sel"),
    "an ods beyond any number": (lambda: repeated("9" * 30, "9" * 9), "file.unreadable", "OpenDocument"),
    "an ods of a million rows of percents": (
        lambda: repeated("1048576", "9", "percentage"),
        "file.too_large",
        "sel",
    ),
    "a document that is no spreadsheet": (
        lambda: old_workbook().replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le")),
        "file.not_a_table",
        "Office",
    ),
}


@pytest.fixture
def table(make_contract: Make) -> DataContract:
    return make_contract([{"name": name, "logicalType": "string"} for name in HEADERS])


@contextmanager
def watched_children() -> Iterator[list[int]]:
    """Bytes that spreadsheet children hold, looked at every few milliseconds.

    A child that has not yet started its own program still counts the pages of this process, so it is left out.
    """
    seen, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.005):
            with suppress(psutil.Error):
                for child in psutil.Process().children(recursive=True):
                    if "satudata.validation.readers.spreadsheet_child" in child.cmdline():
                        seen.append(child.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


HEAVY = ("a bomb that lies about its size", "an ods of a million rows of percents")
"""In `make test-all` only; ordinarily `test_hostile_files.py` has one bomb that lies and one ods of the kind."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.full) if name in HEAVY else name for name in FILES]
)
def test_it_ends_with_a_sentence(name: str, table: DataContract, check: Check) -> None:
    make, code, words = FILES[name]
    content = make()
    started = time.monotonic()
    with watched_children() as peak:
        report = check(content, table)
    assert time.monotonic() - started < SECONDS
    assert max(peak) < GIGABYTE
    assert report_is_unreadable(report)
    (finding,) = report.findings
    assert finding.code.startswith(code), finding.message.id
    assert words in finding.message.id
    assert "Traceback" not in finding.message.en


@pytest.mark.parametrize(
    "content",
    [
        lambda: changed({SHEET: lambda old: [re.sub(rb'(<dimension ref=")[^"]*', rb"\1A1:XFD1048576", old)]}),
        cyclic_styles,
        lambda: with_rows([b"<a>" * 100_000]),
    ],
    ids=["a dimension of the whole sheet", "styles in a circle", "elements inside elements"],
)
def test_what_only_looks_bad_is_read(content: Callable[[], bytes], table: DataContract, check: Check) -> None:
    started = time.monotonic()
    assert check(content(), table).rows == 1
    assert time.monotonic() - started < SECONDS


def test_old_workbooks_with_changed_bytes(table: DataContract, check: Check) -> None:
    content, chance = old_workbook(), random.Random(97)
    for _ in range(count(full=40, ordinary=12)):
        damaged = bytearray(content)
        for _ in range(chance.choice([1, 4, 20])):
            damaged[chance.randrange(8, len(damaged))] = chance.randrange(256)
        report = check(bytes(damaged), table)
        assert Report.from_json(report.to_json()) == report


# -- the child process


def path_of(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "buku.xlsx"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("limit", "value", "code", "words"),
    [("WALL_SECONDS", 0.0, "file.unsafe", "lama"), ("MEMORY", 1, "file.too_large", "sel")],
)
def test_a_child_that_takes_too_much_is_ended(
    limit: str,
    value: float,
    code: str,
    words: str,
    table: DataContract,
    check: Check,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spreadsheet_process, limit, value)
    monkeypatch.setattr(spreadsheet_process, "LOOK_EVERY", 0.0)
    (finding,) = check(workbook(), table).findings
    assert finding.code == code
    assert words in finding.message.id


def test_a_child_that_is_killed_is_no_traceback(tmp_path: Path) -> None:
    path = path_of(tmp_path, workbook())
    with spreadsheet_process.spreadsheet_process(path, FileFormat.XLSX, tmp_path) as process:
        assert [sheet.name for sheet in process.sheets(None)] == ["Sheet"]
        process.kill()
        with pytest.raises(Unreadable):
            process.cells("Sheet", 1)


def test_the_child_gets_nothing_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUDATA_SECRET", "rahasia")
    path = path_of(tmp_path, workbook())
    with spreadsheet_process.spreadsheet_process(path, FileFormat.XLSX, tmp_path) as process:
        process.sheets(None)
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
        assert b"PYTHONPATH" in environment
        assert b"rahasia" not in environment
        assert b"HOME" not in environment


def test_modules_of_the_current_folder_are_not_imported(
    table: DataContract, check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "zipfile.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    assert check(workbook(), table).rows == 1


def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    path = path_of(tmp_path, workbook())
    program = f"""
import time
from pathlib import Path
from satudata.validation.readers.detection import FileFormat
from satudata.validation.readers.spreadsheet_process import spreadsheet_process
with spreadsheet_process(Path({str(path)!r}), FileFormat.XLSX, Path({str(tmp_path)!r})) as process:
    process.sheets(None)
    print(process.pid, flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, signal.SIGSTOP)  # it cannot notice by itself that nobody talks to it any more
        os.kill(parent.pid, signal.SIGKILL)
    assert _ends(child)


def _ends(pid: int) -> bool:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
    return False


def test_nothing_is_left_in_the_temporary_folder(
    table: DataContract, check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sementara"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    check(workbook(), table)
    check(workbook()[:3_000], table)
    assert list(folder.iterdir()) == []
