"""Files made to hurt a reader: noise, halves of files, bombs, entities, sheets and numbers of absurd size.

`HOSTILE` holds what cannot be read as the table of `files/upah.yaml`, `NASTY_TABLES` what is such a table all the
same. Each entry writes one file; `make(name, path)` calls it. Everything is seeded, nothing is larger than 100 MB.
"""

import io
import json
import random
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FILES = Path(__file__).parent / "files"
HEADER = b"Kode Wilayah,Nama Wilayah,Tahun,Upah\n"
ROW = b"3201,Kabupaten Bogor,2023,4500000\n"
MB = 1_000_000
SHEET = "xl/worksheets/sheet1.xml"

Build = Callable[[Path], object]


def noise(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


def of(content: Callable[[], bytes]) -> Build:
    return lambda path: path.write_bytes(content())


def repeated(start: bytes, unit: bytes, size: int, end: bytes = b"") -> Build:
    """`unit` over and over, written in pieces."""

    def build(path: Path) -> None:
        piece = unit * max(1, MB // len(unit))
        with path.open("wb") as file:
            file.write(start)
            for _ in range(size // len(piece)):
                file.write(piece)
            file.write(end)

    return build


def part(source: Callable[[], bytes], share: float) -> Build:
    """The beginning of a good file."""
    return of(lambda: (lambda content: content[: int(len(content) * share)])(source()))


def sample(name: str) -> Callable[[], bytes]:
    return lambda: (FILES / name).read_bytes()


def zipped(parts: Sequence[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return buffer.getvalue()


def workbook_with(**parts: bytes) -> Build:
    """A good workbook with some parts put in the place of others; `sheet` is the first sheet."""
    names = {
        "sheet": SHEET,
        "texts": "xl/sharedStrings.xml",
        "book": "xl/workbook.xml",
        "types": "[Content_Types].xml",
    }
    wanted = {names[name]: content for name, content in parts.items()}

    def build(path: Path) -> None:
        with zipfile.ZipFile(FILES / "sama-dengan-csv.xlsx") as good:
            kept = [(name, good.read(name)) for name in good.namelist() if name not in wanted]
        path.write_bytes(zipped([*kept, *wanted.items()]))

    return build


def opendocument_with(content: bytes) -> Build:
    def build(path: Path) -> None:
        with zipfile.ZipFile(FILES / "opendocument.ods") as good:
            kept = [(name, good.read(name)) for name in good.namelist() if name != "content.xml"]
        path.write_bytes(zipped([*kept, ("content.xml", content)]))

    return build


# -- XML


XML = b'<?xml version="1.0" encoding="UTF-8"?>'
LAUGHS = (
    b"<!DOCTYPE x ["
    + b"".join(
        b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10 if level else b"ha")
        for level in range(12)
    )
    + b"]>"
)
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def texts(doctype: bytes, text: bytes) -> bytes:
    return XML + doctype + b"<sst " + MAIN + b"><si><t>" + text + b"</t></si></sst>"


def worksheet(cells: bytes, more: bytes = b"", before: bytes = b"") -> bytes:
    return (
        XML
        + b"<worksheet "
        + MAIN
        + b">"
        + before
        + b"<sheetData>"
        + cells
        + b"</sheetData>"
        + more
        + b"</worksheet>"
    )


def cell(place: str, text: str) -> bytes:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'.encode()


def open_document(rows: bytes, doctype: bytes = b"") -> bytes:
    spaces = b" ".join(
        b'xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s:1.0"' % (name, name)
        for name in (b"office", b"table", b"text")
    )
    return (
        XML + doctype + b"<office:document-content " + spaces + b"><office:body><office:spreadsheet>"
        b'<table:table table:name="Data">' + rows + b"</table:table></office:spreadsheet></office:body>"
        b"</office:document-content>"
    )


REPEATED = (
    b'<table:table-row table:number-rows-repeated="%d"><table:table-cell office:value-type="string" '
    b'table:number-columns-repeated="%d"><text:p>x</text:p></table:table-cell></table:table-row>'
)


# -- archives that lie


def bomb(path: Path, name: str, size: int, unit: bytes = b" ") -> None:
    """A good workbook with one more part, or another first sheet, of that many bytes unpacked."""
    with (
        zipfile.ZipFile(FILES / "sama-dengan-csv.xlsx") as good,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        for kept in good.namelist():
            if kept != name:
                archive.writestr(kept, good.read(kept))
        with archive.open(name, "w") as target:
            for _ in range(size // MB):
                target.write(unit * MB)


def lying_size(path: Path) -> None:
    """A sheet of 300 MB whose size in the archive's lists is one kilobyte."""
    name = SHEET.encode()
    bomb(path, SHEET, 300 * MB)
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.index(name) - 30 + 22, 1_000)
    struct.pack_into("<I", data, data.rindex(name) - 46 + 24, 1_000)
    path.write_bytes(data)


def overlapping(path: Path) -> None:
    """A thousand entries of the archive's list that all point at the same megabyte."""
    one = bytearray(zipped([("xl/workbook.xml", bytes(MB))]))
    start, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    entries = bytes(one[start:end]) * 1_000
    close = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1_000, 1_000, len(entries), start, 0)
    path.write_bytes(bytes(one[:start]) + entries + close)


def with_password() -> bytes:
    content = bytearray((FILES / "satu-csv-di-dalam.zip").read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def nested_archives() -> bytes:
    inner = ROW * 10
    for depth in range(12):
        inner = zipped([(f"{depth}.zip" if depth else "data.csv", inner)])
    return inner


def locked_workbook() -> bytes:
    """What Excel writes for a workbook with a password: an old compound file with the parts of the encryption."""
    content = bytearray((FILES / "excel-97.xls").read_bytes())
    name = "Workbook".encode("utf-16-le")
    place = content.index(name)
    content[place : place + 64] = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0")
    struct.pack_into("<H", content, place + 64, 34)
    return bytes(content)


def odd_parquet(change: Callable[[bytearray], None]) -> Build:
    def content() -> bytes:
        data = bytearray((FILES / "bertipe.parquet").read_bytes())
        change(data)
        return bytes(data)

    return of(content)


def _huge_footer(data: bytearray) -> None:
    struct.pack_into("<I", data, len(data) - 8, 2**31)


def _noisy_footer(data: bytearray) -> None:
    (size,) = struct.unpack_from("<I", data, len(data) - 8)
    data[len(data) - 8 - size : len(data) - 8] = noise(size, 5)


def _deep(opening: bytes, count: int, start: bytes = b"", end: bytes = b"") -> Build:
    return of(lambda: start + opening * count + end)


HOSTILE: dict[str, Build] = {
    # Noise, alone and behind the first bytes of something
    "derau.csv": of(lambda: noise(100_000, 1)),
    "derau-satu-bita.csv": of(lambda: b"\x00\x01"),
    "derau-sebagai-xlsx.xlsx": of(lambda: b"PK\x03\x04" + noise(50_000, 2)),
    "derau-sebagai-xls.xls": of(lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise(50_000, 3)),
    "derau-sebagai-parquet.parquet": of(lambda: b"PAR1" + noise(50_000, 4) + b"PAR1"),
    "derau-sebagai-gzip.csv": of(lambda: b"\x1f\x8b\x08\x00" + noise(50_000, 5)),
    "derau-sesudah-bom.csv": of(lambda: b"\xef\xbb\xbf" + noise(50_000, 6)),
    "derau-utf-16.csv": of(lambda: b"\xff\xfe" + noise(50_001, 7)),
    "derau-sebagai-json.json": of(lambda: b'[{"' + noise(50_000, 8)),
    "derau-sebagai-objek.json": of(lambda: b'{"type": "FeatureCollection", "features": [' + noise(50_000, 9)),
    "derau-huruf.csv": of(lambda: noise(100_000, 10).translate(bytes(32 + n % 95 for n in range(256)))),
    "derau-bita-atas.csv": of(lambda: bytes(128 + b % 128 for b in noise(100_000, 11))),
    "gambar.csv": of(sample("gambar-bernama.csv")),
    "program.xlsx": of(lambda: b"MZ" + noise(10_000, 12)),
    "basis-data.csv": of(lambda: b"SQLite format 3\x00" + noise(10_000, 13)),
    # Halves of good files
    **{
        f"xlsx-terpotong-{share}.xlsx": part(sample("sama-dengan-csv.xlsx"), share)
        for share in (0.01, 0.3, 0.6, 0.9, 0.999)
    },
    **{f"ods-terpotong-{share}.ods": part(sample("opendocument.ods"), share) for share in (0.1, 0.5, 0.95)},
    **{f"xls-terpotong-{share}.xls": part(sample("excel-97.xls"), share) for share in (0.05, 0.2, 0.5)},
    **{
        f"parquet-terpotong-{share}.parquet": part(sample("bertipe.parquet"), share)
        for share in (0.01, 0.5, 0.99)
    },
    **{
        f"json-terpotong-{share}.json": part(sample("gempa-bersarang.json"), share)
        for share in (0.05, 0.5, 0.99)
    },
    **{
        f"zip-terpotong-{share}.zip": part(sample("satu-csv-di-dalam.zip"), share)
        for share in (0.2, 0.7, 0.95)
    },
    "jsonl-terpotong.jsonl": of(lambda: (FILES / "satu-objek-per-baris.jsonl").read_bytes()[:-9]),
    "geojson-terpotong.geojson": part(sample("titik.geojson"), 0.7),
    "utf-16-terpotong.csv": of(lambda: (FILES / "utf-16-tab.csv").read_bytes()[:-1]),
    "kutip-tidak-ditutup.csv": of(lambda: HEADER + ROW * 5 + b'3201,"Kabupaten\n' + ROW * 50_000),
    # Bombs
    "bom-bagian.xlsx": lambda path: bomb(path, "xl/worksheets/sheet9.xml", 80 * MB, bytes(1)),
    "bom-600-mb.xlsx": lambda path: bomb(path, SHEET, 600 * MB),
    "bom-berbohong.xlsx": lying_size,
    "bom-tumpang-tindih.xlsx": overlapping,
    "bom-ribuan-bagian.xlsx": of(
        lambda: zipped(
            [
                ("[Content_Types].xml", b""),
                ("xl/workbook.xml", b""),
                *((f"xl/{n}.xml", b"") for n in range(20_000)),
            ]
        )
    ),
    "bom-ods.ods": opendocument_with(b" " * (200 * MB)),
    "bom-di-dalam.zip": of(lambda: zipped([("data.csv", b"a" * (200 * MB))])),
    "zip-berlapis.zip": of(nested_archives),
    "zip-keluar-folder.zip": of(
        lambda: zipped([("../../../../tmp/satudata-tidak-boleh-ada.csv", b"x,y\n1,2\n")])
    ),
    "zip-berkata-sandi.zip": of(with_password),
    "kata-sandi.xlsx": of(locked_workbook),
    # Document types and entities
    "entitas-teks.xlsx": workbook_with(texts=texts(LAUGHS, b"&a11;")),
    "entitas-buku.xlsx": workbook_with(book=XML + LAUGHS + b"<workbook>&a11;</workbook>"),
    "entitas-jenis.xlsx": workbook_with(types=XML + LAUGHS + b"<Types>&a11;</Types>"),
    "entitas-jauh.xlsx": workbook_with(texts=texts(b"<!--" + b"-x" * 50_000 + b"-->" + LAUGHS, b"&a11;")),
    "entitas-utf-16.xlsx": workbook_with(
        texts=texts(LAUGHS, b"&a11;").replace(b"UTF-8", b"UTF-16").decode().encode("utf-16")
    ),
    "entitas-luar.xlsx": workbook_with(
        texts=texts(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', b"&e;")
    ),
    "entitas.ods": opendocument_with(open_document(REPEATED.replace(b"x</", b"&a11;</") % (1, 1), LAUGHS)),
    "entitas.xml": of(lambda: XML + LAUGHS + b"<a>&a11;</a>"),
    # Depth, length, width
    "json-dalam.json": _deep(b"[", 1_000_000),
    "json-objek-dalam.json": _deep(b'{"a":', 1_000_000),
    "json-rekaman-dalam.json": _deep(b'{"a":', 200_000, b'[{"Tahun": ', b"1" + b"}" * 200_000 + b"}]"),
    "geojson-dalam.geojson": _deep(
        b"[",
        200_000,
        b'{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"coordinates": ',
    ),
    "satu-baris-100-mb.csv": repeated(b"", b"a", 100 * MB),
    "satu-kutip-100-mb.csv": repeated(b'"', b"a,", 100 * MB),
    "satu-teks-100-mb.json": repeated(b'[{"Tahun": "', b"a", 100 * MB),
    "koma-20-mb.csv": repeated(b"", b",", 20 * MB, b"\n"),
    "kutip-20-mb.csv": repeated(b"", b'"', 20 * MB),
    "nol-50-mb.csv": repeated(b"", b"\x00", 50 * MB),
    "judul-lalu-nol.csv": repeated(HEADER, b"\x00", 20 * MB),
    "judul-lalu-baris-kosong.csv": repeated(HEADER, b"\n", 20 * MB),
    "sejuta-kolom.csv": of(
        lambda: b",".join(b"kolom_%d" % n for n in range(1_000_000)) + b"\n" + b"1," * 999_999 + b"1\n"
    ),
    # Sheets of absurd size, and places that do not exist
    "lembar-raksasa.xlsx": workbook_with(
        sheet=worksheet(
            b'<row r="1">'
            + cell("A1", "x")
            + b'</row><row r="1048576">'
            + cell("XFD1048576", "y")
            + b"</row>",
            before=b'<dimension ref="A1:XFD1048576"/>',
        )
    ),
    "gabungan-raksasa.xlsx": workbook_with(
        sheet=worksheet(
            b'<row r="1">' + cell("A1", "x") + b"</row>",
            b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        )
    ),
    "letak-mustahil.xlsx": workbook_with(
        sheet=worksheet(b'<row r="99999999999">' + cell("ZZZZZZZ99999999999", "x") + b"</row>")
    ),
    "ods-berulang.ods": opendocument_with(open_document(REPEATED % (10**9, 10**9))),
    "parquet-kaki-raksasa.parquet": odd_parquet(_huge_footer),
    "parquet-kaki-derau.parquet": odd_parquet(_noisy_footer),
}


# -- tables all the same


def giant_dictionary(path: Path) -> None:
    """Ten thousand times one text of 20 MB, which takes some kilobytes in the file."""
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), pa.array(["x" * (20 * MB)]))
    table = pa.table(
        {
            "Kode Wilayah": pa.array(["3201"] * 10_000),
            "Nama Wilayah": column,
            "Tahun": pa.array(range(10_000)),
            "Upah": pa.array([1] * 10_000),
        }
    )
    pq.write_table(table, path, compression="zstd")


def wide_json(path: Path) -> None:
    record = {"Kode Wilayah": "3201", "Nama Wilayah": "x", "Tahun": 2023, "Upah": 1}
    records = [{**record, f"k{n}": n} for n in range(30_000)]
    path.write_text(json.dumps(records))


NASTY_TABLES: dict[str, Build] = {
    "angka-raksasa.csv": of(
        lambda: (
            HEADER
            + b"".join(
                b"3201,x,%d,%s\n" % (2000 + n, number)
                for n, number in enumerate(
                    (
                        b"1e308",
                        b"1e999",
                        b"-1e999999999",
                        b"1e-999999999",
                        b"9" * 1_000_000,
                        b"0." + b"0" * 1_000_000 + b"1",
                        b"NaN",
                        b"inf",
                    )
                )
            )
        )
    ),
    "angka-raksasa.json": of(
        lambda: (
            b'[{"Kode Wilayah": "3201", "Nama Wilayah": "x", "Tahun": 1e999999999, "Upah": '
            + b"9" * 1_000_000
            + b"}]"
        )
    ),
    "kolom-lebih-sejuta.csv": of(
        lambda: HEADER.strip() + b"," + b",".join(b"k%d" % n for n in range(1_000_000)) + b"\n" + ROW
    ),
    "sel-berlebih.csv": of(lambda: HEADER + ROW + b"," * (20 * MB) + b"\n" + ROW),
    "sel-100-mb.csv": repeated(HEADER + b'3201,"', b"a", 100 * MB, b'",2023,1\n'),
    "kamus-raksasa.parquet": giant_dictionary,
    "kunci-berbeda-tiap-rekaman.json": wide_json,
}


def make(name: str, path: Path) -> None:
    """Write one of the files."""
    {**HOSTILE, **NASTY_TABLES}[name](path)
