"""Writes the files of this folder that are not plain UTF-8 text. Run: python tests/validation/files/make.py.

Figures, places and persons are invented. Every container gets one fixed date, so that the bytes change only with
the libraries that pack them; test_corpus.py compares what is inside with what this script would write today.
"""

import datetime
import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import polars as pl
import xlsxwriter
import xlwt

FOLDER = Path(__file__).parent
_DAY = (2024, 1, 1, 0, 0, 0)
HEADER = ("Kode Wilayah", "Nama Wilayah", "Tahun", "Upah")
WAGES: tuple[tuple[Any, ...], ...] = (
    ("3201", "Kabupaten Bogor", 2023, 4500000),
    ("3271", "Kota Bogor", 2023, 4600000.5),
    ("3273", "Kota Bandung", 2023, 4000000),
)
WITH_ERRORS: tuple[tuple[Any, ...], ...] = (
    ("3201", "Kabupaten Bogor", 2023, 4500000.25),
    ("3299", "Kabupaten Bogor", 2023, 4600000),
    ("3271", "Kota Bandung", 1999, -1),
    ("3273", "Kota Bandung", "dua ribu", "x"),
    ("3201", "Kabupaten Bogor", 2023, 1.005),
)


# -- containers


def zipped(parts: Sequence[tuple[str, bytes]]) -> bytes:
    """A ZIP archive with these members in this order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts:
            member = zipfile.ZipInfo(name, _DAY)
            member.external_attr = 0o644 << 16
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _dated(archive: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as read:
        return zipped([(name, read.read(name)) for name in read.namelist()])


def workbook(fill: Callable[[Any], None]) -> bytes:
    """An XLSX file; `fill` gets the xlsxwriter workbook."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": datetime.datetime(*_DAY)})
    fill(book)
    book.close()
    return _dated(buffer.getvalue())


def sheet_of(book: Any, name: str, rows: Sequence[Sequence[Any]], first: int = 0) -> Any:
    sheet = book.add_worksheet(name)
    for number, row in enumerate(rows, start=first):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, place, cell)
            elif cell is not None:
                sheet.write(number, place, cell)
    return sheet


# -- text in other encodings


def windows_1252() -> bytes:
    text = (
        "No. Registrasi;Nama Fasilitas;Jenis;Kunjungan;Catatan\r\n"
        "R-001;Klinik Dé Mélati;Klinik;12;5 – 7 °C\r\n"
        "R-002;Klinik “Mawar”;Klinik;13;biaya 5 €\r\n"
    )
    return text.encode("cp1252")


def utf_16_tab() -> bytes:
    rows = [HEADER, *[[str(cell) for cell in row] for row in WAGES]]
    return "\r\n".join("\t".join(row) for row in rows).encode("utf-16")


# -- workbooks


def stacked_header(book: Any) -> None:
    sheet = book.add_worksheet("Tabel 1")
    sheet.merge_range("A1:A3", "Provinsi")
    sheet.merge_range("B1:E1", "Produksi Tanaman Pangan (Ton)")
    sheet.merge_range("B2:C2", "Padi")
    sheet.merge_range("D2:E2", "Jagung")
    sheet.write_row("B3", [2023, 2024, 2023, 2024])
    rows = [
        ("ACEH", 1000, 1100, 10, 11),
        ("JAWA BARAT", 9000, 9100, 90, 91),
        ("PAPUA SELATAN", "-", 50, "-", 5),
        ("INDONESIA", 10000, 10250, 100, 107),
    ]
    for number, row in enumerate(rows, start=3):
        sheet.write_row(number, 0, row)


def hidden_sheet(book: Any) -> None:
    """The sheet one sees lacks a column; a hidden one has them all."""
    sheet_of(book, "Ringkasan", [HEADER[:3], *(row[:3] for row in WAGES)])
    sheet_of(book, "Data lengkap", [HEADER, *WAGES]).hide()


def old_hidden_sheet(book: Any) -> None:
    sheet_of(book, "Data", [HEADER, *WAGES])
    sheet_of(book, "Data lama", [HEADER, *WAGES[:1]]).very_hidden()


def only_a_hidden_sheet(book: Any) -> None:
    sheet_of(book, "Petunjuk", [["Datanya disembunyikan."]])
    sheet_of(book, "Data", [HEADER, *WAGES]).hide()


def second_sheet(book: Any) -> None:
    sheet_of(book, "Petunjuk", [["Isi lembar Data."], ["Jangan mengubah judul kolom."]])
    sheet_of(book, "Data", [HEADER, *WAGES])


def two_sheets(book: Any) -> None:
    sheet_of(book, "2023", [HEADER, *WAGES])
    sheet_of(book, "2022", [HEADER, ("3204", "Kabupaten Bandung", 2022, 3900000)])


def formulas(book: Any) -> None:
    sheet = sheet_of(
        book, "Data", [HEADER, *WAGES, *[("3204", "Kabupaten Bandung", 2020 + n) for n in range(4)]]
    )
    sheet.write_formula("D2", "=2250000*2", None, 4500000)
    sheet.write_formula("D5", "=NA()", None, "#N/A")
    sheet.write_formula("D6", "=Lembar9!A1", None, "#REF!")
    sheet.write_formula("D7", "=1/0", None, "#DIV/0!")
    sheet.write_formula("D8", "=D2*2", None, "")


def formatted_codes(book: Any) -> None:
    """Numbers that only their format shows with the zero in front, as most real registers hold them."""
    header = ("Kode Kabupaten", "Kode Desa", "NPSN", "Kode Instansi")
    rows = [
        ("32.01", "3201011001", 20254860, "01010001"),
        ("32.71", "3201011002", 20254861, "01010002"),
    ]
    sheet = sheet_of(book, "Data", [header, *rows])
    eight = book.add_format({"num_format": "00000000"})
    two = book.add_format({"num_format": "0.00"})
    sheet.write_row("A4", ["", 3201011001, 20254862])
    sheet.write_number("A4", 32.73, two)
    sheet.write_number("D4", 1010003, eight)
    sheet.write_number("A5", 11.1)
    sheet.write_row("B5", [3201011002, 20254863])
    sheet.write_number("D5", 1010004)


def real_dates(book: Any) -> None:
    sheet = sheet_of(book, "Data", [("No", "Tanggal", "Kegiatan")])
    day = book.add_format({"num_format": "dd mmmm yyyy"})
    sheet.write_row("A2", [1, None, "tanggal Excel"])
    sheet.write_datetime("B2", datetime.datetime(2024, 8, 17), day)
    sheet.write_row("A3", [2, "18-08-2024", "tanggal sebagai teks"])
    sheet.write_row("A4", [3, 45523, "angka seri tanpa format tanggal"])


def beside(book: Any) -> None:
    rows = [
        ("TANGGAL", "TAVG", "RR", None, "ID STASIUN", 99999),
        ("01-01-2024", 25.3, 37.1, None, "Nama", "Stasiun Rekaan"),
        ("02-01-2024", 25.6, 8888, None, "Lintang", -7.00001),
        ("03-01-2024", 24.9, "-"),
        ("04-01-2024", 22, 9999, None, "KETERANGAN:"),
        ("05-01-2024", 23.9, 32.5, None, "8888: tidak terukur"),
    ]
    sheet_of(book, "Data", rows)


def bomb() -> bytes:
    """A workbook with a part that grows from twelve kilobytes to twelve megabytes."""
    book = workbook(lambda book: sheet_of(book, "Data", [HEADER, *WAGES]) and None)
    with zipfile.ZipFile(io.BytesIO(book)) as read:
        parts = [(name, read.read(name)) for name in read.namelist()]
    return zipped([*parts, ("xl/worksheets/sheet9.xml", bytes(12_000_000))])


def entities() -> bytes:
    """A workbook whose texts come from a document type with nested and external entities."""
    book = workbook(lambda book: sheet_of(book, "Data", [HEADER, *WAGES]) and None)
    texts = (
        b'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY c SYSTEM "file:///etc/passwd">]><sst><si><t>&b;&c;</t></si></sst>'
    )
    with zipfile.ZipFile(io.BytesIO(book)) as read:
        parts = [
            (name, texts if name == "xl/sharedStrings.xml" else read.read(name)) for name in read.namelist()
        ]
    return zipped(parts)


def excel_97(rows: Sequence[Sequence[Any]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def opendocument(rows: Sequence[Sequence[Any]]) -> bytes:
    names = ("office:1.0", "table:1.0", "text:1.0")
    spaces = " ".join(
        f'xmlns:{name.partition(":")[0]}="urn:oasis:names:tc:opendocument:xmlns:{name}"' for name in names
    )
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Data">{body}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return zipped(
        [
            ("mimetype", kind.encode()),
            ("content.xml", content.encode()),
            ("META-INF/manifest.xml", manifest.encode()),
        ]
    )


def _ods_cell(cell: Any) -> str:
    text = f"<text:p>{escape(str(cell))}</text:p>"
    if isinstance(cell, str):
        return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{cell}">{text}</table:table-cell>'


def typed_parquet() -> bytes:
    frame = pl.DataFrame(
        {
            "Kode Wilayah": ["3201", "3271", "3273"],
            "Nama Wilayah": ["Kabupaten Bogor", None, "Kota Bandung"],
            "Tahun": pl.Series([2023, 2023, 1999], dtype=pl.Int16),
            "Upah": pl.Series([Decimal("4500000.25"), None, Decimal("4000000.00")], dtype=pl.Decimal(18, 2)),
        }
    )
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="uncompressed")
    return buffer.getvalue()


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _text(rows: Sequence[Sequence[Any]]) -> bytes:
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def files() -> Iterator[tuple[str, bytes]]:
    """Name and content of every file this script writes."""
    yield "windows-1252-titik-koma.csv", windows_1252()
    yield "utf-16-tab.csv", utf_16_tab()
    yield "gambar-bernama.csv", png()
    yield "xlsx-bernama.csv", workbook(lambda book: sheet_of(book, "Data", [HEADER, *WAGES]) and None)
    yield "judul-bertingkat-gabungan.xlsx", workbook(stacked_header)
    yield "lembar-tersembunyi-lebih-cocok.xlsx", workbook(hidden_sheet)
    yield "lembar-lama-tersembunyi.xlsx", workbook(old_hidden_sheet)
    yield "hanya-lembar-tersembunyi.xlsx", workbook(only_a_hidden_sheet)
    yield "lembar-kedua.xlsx", workbook(second_sheet)
    yield "dua-lembar-cocok.xlsx", workbook(two_sheets)
    yield "rumus-galat-dan-tanpa-hasil.xlsx", workbook(formulas)
    yield "kode-angka-berformat-nol.xlsx", workbook(formatted_codes)
    yield "tanggal-dan-angka-seri.xlsx", workbook(real_dates)
    yield "tabel-samping.xlsx", workbook(beside)
    yield "bom-zip.xlsx", bomb()
    yield "entitas.xlsx", entities()
    yield (
        "sama-dengan-csv.xlsx",
        workbook(lambda book: sheet_of(book, "Data", [HEADER, *WITH_ERRORS]) and None),
    )
    yield "excel-97.xls", excel_97([HEADER, *WITH_ERRORS])
    yield "opendocument.ods", opendocument([HEADER, *WITH_ERRORS])
    yield "bertipe.parquet", typed_parquet()
    yield "satu-csv-di-dalam.zip", zipped([("data/upah.csv", _text([HEADER, *WAGES]))])
    yield (
        "dua-csv-di-dalam.zip",
        zipped([("a.csv", _text([HEADER, *WAGES[:1]])), ("b.csv", _text([HEADER, *WAGES[1:]]))]),
    )
    yield "tanpa-tabel.zip", zipped([("foto.png", png())])


def main(folder: Path) -> None:
    for name, content in files():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
