"""CSV in detail: separators, encodings, odd bytes, ragged records, long lines; and what comes out as it went in."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.counts import count

from satudata.validation.contracts.model import DataContract
from satudata.validation.readers import csv_text, limits
from satudata.validation.readers.detection import Unreadable
from satudata.validation.readers.opening import open_table
from satudata.validation.readers.table import ROW
from satudata.validation.reports.model import Report, Verdict

Make = Callable[..., DataContract]
Read = Callable[..., Any]
Check = Callable[..., Report]

TEXTS = [{"name": name, "logicalType": "string"} for name in ("kode", "nama", "ket")]


@pytest.fixture(scope="module")
def texts(make_contract: Make) -> DataContract:
    return make_contract(TEXTS)


def refused(content: bytes | str, contract: DataContract, read: Read) -> list[str]:
    with pytest.raises(Unreadable) as raised:
        read(content, contract)
    return [issue.code for issue in raised.value.issues]


# -- separators


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_separator_that_gives_the_headers(sign: str, texts: DataContract, read: Read) -> None:
    others = "".join({",", ";", "\t", "|"} - {sign})
    content = f"kode{sign}nama{sign}ket\n01{sign}a{others}b{sign}{others}\n"
    table = read(content, texts)
    assert table.rows == [(2, "01", f"a{others}b", others)]
    assert (table.reading.delimiter, table.reading.uncertain, table.issues) == (sign, (), [])


def test_a_single_column_is_cut_by_the_sign_that_is_no_text(make_contract: Make, read: Read) -> None:
    contract = make_contract([{"name": "alamat", "logicalType": "string"}])
    table = read("alamat\nJl. Merdeka, Bandung\nJl. Asia Afrika\n", contract)
    assert [row[1] for row in table.rows] == ["Jl. Merdeka, Bandung", "Jl. Asia Afrika"]
    assert table.issues == []


def test_two_separators_that_do_as_well_are_told(make_contract: Make, check: Check) -> None:
    content = "nama,a;b\nx,1;2\ny,3;4\n"
    columns = [{"name": "nama", "logicalType": "string"}, {"name": "b", "logicalType": "string"}]
    report = check(content, make_contract(columns))
    (finding,) = (finding for finding in report.findings if finding.code == "file.delimiter")
    assert finding.message.id == 'Kolom dibaca dengan pemisah ",", bukan ";".'
    assert 'delimiter: ",".' in finding.fix.en
    declared = check(content, make_contract(columns, file={"delimiter": ","}))
    assert "file.delimiter" not in [rule.code for rule in declared.rules]


def test_another_separator_than_the_contract_says(make_contract: Make, check: Check) -> None:
    report = check("kode\tnama\tket\n01\ta\tb\n", make_contract(TEXTS, file={"delimiter": ";"}))
    assert (report.rows, report.verdict) == (1, Verdict.NEEDS_CONFIRMATION)
    (finding,) = report.findings
    assert 'separator tab, not ";"' in finding.message.en
    assert 'delimiter: "\\t"' in finding.fix.id


# -- characters


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_certain(codec: str, texts: DataContract, read: Read) -> None:
    table = read("kode;nama;ket\n01;Curaçao – “kota”;€\n".encode(codec), texts)
    assert table.rows == [(2, "01", "Curaçao – “kota”", "€")]
    assert (table.reading.encoding, table.issues) == (codec[:6].rstrip("-"), [])


def test_windows_1252_is_told_with_its_setting(
    texts: DataContract, make_contract: Make, check: Check
) -> None:
    content = "kode;nama;ket\n01;Curaçao;5 – 7\n".encode("cp1252")
    (finding,) = check(content, texts).findings
    assert "encoding: windows-1252" in finding.fix.id
    assert check(content, make_contract(TEXTS, file={"encoding": "windows-1252"})).rules == ()


def test_utf_8_is_utf_8_whatever_the_contract_says(make_contract: Make, read: Read) -> None:
    contract = make_contract(TEXTS, file={"encoding": "windows-1252"})
    assert read("kode;nama;ket\n01;Curaçao;–\n", contract).rows == [(2, "01", "Curaçao", "–")]


def test_bytes_that_are_no_characters_are_an_error(make_contract: Make, check: Check) -> None:
    contract = make_contract(TEXTS, file={"encoding": "windows-1252"})
    report = check(b"kode;nama;ket\n01;a\x81b;\x8d\xe9\n", contract)
    assert [(finding.code, finding.severity) for finding in report.findings] == [("file.characters", "error")]
    assert report.findings[0].message.en.startswith("2 characters")


def test_nul_bytes_at_the_end_of_a_file(texts: DataContract, check: Check) -> None:
    """What a disk leaves behind when a program was stopped while saving."""
    content = "kode;nama;ket\n" + "01;a;b\n" * 300 + "\0" * 2_000
    report = check(content, texts)
    assert [(finding.code, finding.row) for finding in report.findings] == [
        ("row.cells", 302),
        ("row.control_character", 302),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str, texts: DataContract, read: Read) -> None:
    assert read(end.join(["kode;nama;ket", "01;a;b", "02;c;d", ""]), texts).rows == [
        (2, "01", "a", "b"),
        (3, "02", "c", "d"),
    ]


# -- records


def test_a_long_row_is_told_and_nothing_is_shifted(texts: DataContract, read: Read) -> None:
    table = read("kode,nama,ket\n01,a,b\n02,c,d,e,f\n03,g,h\n", texts)
    assert table.rows == [(2, "01", "a", "b"), (3, "02", "c", "d"), (4, "03", "g", "h")]
    assert [(code, row) for code, row, _ in table.codes] == [("row.cells", 3)]


def test_a_row_taken_away_as_a_footer_is_not_ragged_too(
    texts: DataContract, make_contract: Make, read: Read
) -> None:
    content = "kode,nama,ket\n01,a,b\n02,c,d\nSumber: Dinas Contoh\n"
    assert [code for code, *_ in read(content, texts).codes] == ["row.footer"]
    assert read(content, make_contract(TEXTS, file={"footerRows": 1})).issues == []


def test_blank_in_the_columns_of_the_table_is_blank(make_contract: Make, read: Read) -> None:
    contract = make_contract(TEXTS, file={"lastColumn": 3})
    table = read("kode,nama,ket,,x\n01,a,b,,1\n,,,,2\n ,,,,3\n02,c,d,,4\n", contract)
    assert table.rows == [(2, "01", "a", "b"), (5, "02", "c", "d")]


# -- limits


@pytest.mark.parametrize(
    "content",
    [
        b"kode;nama;ket\n01;" + b"x" * 20_000_000 + b";b\n",
        b"kode;nama;ket\n" + b"01;a;b\n" * 1_000 + b"x" * 17_000_000,
        b"x" * 20_000_000,
        b"kode;" * 4_000_000,
    ],
    ids=["a cell", "the end", "a word", "headers"],
)
def test_an_endless_line_is_refused(content: bytes, texts: DataContract, read: Read) -> None:
    assert refused(content, texts, read) == ["file.too_large"]


def test_a_quote_that_is_never_closed_is_not_taken_into_memory(texts: DataContract, read: Read) -> None:
    lines = ["01;a;b\n"] * 3_000_000
    lines[70_000] = '02;"a;b\n'
    with pytest.raises(Unreadable) as raised:
        read("kode;nama;ket\n" + "".join(lines), texts)
    assert [(issue.code, issue.row) for issue in raised.value.issues] == [("file.unreadable", 70_002)]


def test_a_sign_of_inches_far_from_any_other_quote_opens_nothing(
    texts: DataContract, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_text, "MAX_LINE", 1_100_000)
    rows = count(full=400_000, ordinary=250_000)
    lines = ["01;a;b\n"] * rows
    lines[70_000] = '02;pipa 5";b\n'
    table = read("kode;nama;ket\n" + "".join(lines), texts)
    assert (len(table.rows), table.issues) == (rows, [])
    assert table.rows[70_000] == (70_002, "02", 'pipa 5"', "b")


@pytest.mark.parametrize(
    "cell", ['pipa 5"', '"pipa" 5', 'a "b" c', '"a ""b"" c"', 'pipa 5" dan 6"'], ids=lambda cell: cell
)
def test_loose_quotes_are_text(cell: str, texts: DataContract, read: Read) -> None:
    content = f"kode;nama;ket\n01;a;b\n02;{cell};c\n03;{cell};d\n04;e;f\n"
    (text,) = next(csv.reader([cell]))
    table = read(content, texts)
    assert table.issues == []
    assert [row[1:] for row in table.rows[1:3]] == [("02", text, "c"), ("03", text, "d")]


def test_blank_lines_without_end_are_not_taken_into_memory(texts: DataContract, read: Read) -> None:
    table = read("kode;nama;ket\n" + "\n" * 3_000_000 + "01;a;b\n\n02;c\n", texts)
    assert table.rows == [(3_000_002, "01", "a", "b"), (3_000_004, "02", "c", None)]
    assert table.codes == [("row.cells", 3_000_004, None)]


def test_too_many_cells(monkeypatch: pytest.MonkeyPatch, texts: DataContract, check: Check) -> None:
    monkeypatch.setattr(limits, "MAX_CELLS", 2_000_000)
    report = check("kode,nama,ket\n" + "1,a,b\n" * 700_000, texts)
    assert [finding.code for finding in report.findings] == ["file.too_large"]
    assert "2 000 000" in report.findings[0].message.id


@pytest.mark.parametrize(("bound", "value"), [("BATCH_ROWS", 1_000), ("_BATCH_CELLS", 3_000)])
def test_batches_stream(
    texts: DataContract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    """No batch has more rows or cells than a batch may have, so memory grows neither with length nor with width."""
    monkeypatch.setattr(f"satudata.validation.readers.table.{bound}", value)
    path = tmp_path / "long.csv"
    path.write_text("kode,nama,ket\n" + "1,a,b\n" * 20_500)
    with open_table(path, texts) as table:
        batches = list(table.batches)
    assert max(batch.height for batch in batches) <= 1_000
    assert pl.concat(batch.select(ROW) for batch in batches)[ROW].to_list() == list(range(2, 20_502))


# -- what is written is what is read

CONTROLS = "".join(map(chr, [*range(9), 11, 12, 13, *range(14, 32), 127]))
cells = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters=CONTROLS), max_size=8
)
western = st.text(st.sampled_from("abc ,;|\t\"\n'éçñ€–1234"), max_size=8)


def written(rows: list[list[str]], delimiter: str, end: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
    writer.writerow(["kode", "nama", "ket"])
    writer.writerows(rows)
    return text.getvalue()


many = settings(
    max_examples=count(full=120, ordinary=30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@many
@given(
    rows=st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_table_in_any_dress(
    rows: list[list[str]], delimiter: str, codec: str, end: str, make_contract: Make, read: Read
) -> None:
    contract = make_contract(TEXTS, file={"footerRows": 0})
    # A first cell that is not blank: a record of blanks alone is none.
    rows = [[f"{number}", *row[1:]] for number, row in enumerate(rows)]
    table = read(written(rows, delimiter, end).encode(codec), contract)
    assert [[cell or "" for cell in row[1:]] for row in table.rows] == rows
    assert [row[0] for row in table.rows] == list(range(2, 2 + len(rows)))
    assert table.issues == []


@many
@given(
    lines=st.lists(st.text('ab;" \n', max_size=8), max_size=8),
    batch=st.sampled_from([2, 500_000]),
    names=st.sampled_from([("kode",), ("kode", "nama", "ket")]),
)
def test_quotes_and_ragged_records_mean_what_they_mean_to_a_csv_reader(
    lines: list[str], batch: int, names: tuple[str, ...], make_contract: Make, read: Read
) -> None:
    """Loose quotes, quotes inside cells, long and short records: the cells that Python's csv module finds, or told."""
    contract = make_contract(TEXTS[: len(names)], file={"footerRows": 0, "delimiter": ";"})
    content = "\n".join(lines)
    records = list(csv.reader(io.StringIO(content + "\nEND\n", newline=""), delimiter=";"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("satudata.validation.readers.table.BATCH_ROWS", batch)
        try:
            table = read(f"{';'.join(names)}\n{content}\n", contract)
        except Unreadable as unreadable:
            assert [issue.code for issue in unreadable.issues] == ["file.unreadable"]  # noqa: PT017
            assert records[-1] != ["END"]
            return
    assert records[-1] == ["END"]
    width = len(names)
    wanted = [
        (row, *(record + [""] * width)[:width])
        for row, record in enumerate(records[:-1], start=2)
        if any(cell.strip() for cell in record[:width])
    ]
    ragged = [
        row
        for row, record in enumerate(records[:-1], start=2)
        if any(cell.strip() for cell in record)
        and (len(record) < width or any(cell.strip() for cell in record[width:]))
    ]
    assert [row for code, row, _ in table.codes if code == "row.cells"] == ragged
    if not ragged or '"' not in content:
        # Among records told as ragged, text behind a closing quote may go to another cell.
        assert [(row[0], *(cell or "" for cell in row[1:])) for row in table.rows] == wanted


@many
@given(rows=st.lists(st.lists(western, min_size=3, max_size=3), min_size=1, max_size=6))
def test_any_western_table_in_windows_1252(rows: list[list[str]], make_contract: Make, read: Read) -> None:
    contract = make_contract(TEXTS, file={"footerRows": 0, "encoding": "windows-1252"})
    rows = [["é", *row[1:]] for row in rows]
    table = read(written(rows, ";", "\r\n").encode("cp1252"), contract)
    assert [[cell or "" for cell in row[1:]] for row in table.rows] == rows
    assert table.issues == []


@many
@given(
    content=st.binary(max_size=300) | st.text('ab01,;\t|"\n\r é', max_size=200).map(str.encode),
    begin=st.sampled_from(
        [b"", b"kode,nama,ket\n", b"kode;nama;ket\r\n", b"\xff\xfek\x00", b"[{", b"PK\x03\x04"]
    ),
)
def test_any_bytes_are_a_table_or_unreadable(
    content: bytes, begin: bytes, texts: DataContract, read: Read
) -> None:
    try:
        table = read(begin + content, texts)
    except Unreadable:
        return
    numbers = [row[0] for row in table.rows]
    assert numbers == sorted(set(numbers))
    assert all(any(cell and cell.strip() for cell in row[1:]) for row in table.rows)
