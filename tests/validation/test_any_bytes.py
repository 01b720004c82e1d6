"""Whatever the bytes, a check answers with a report; and what a good file holds comes out as it went in."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.counts import count

from satudata.validation.checking import check_file
from satudata.validation.contracts.model import DataContract
from satudata.validation.references import References
from satudata.validation.reports.model import Report, Verdict

Make = Callable[..., DataContract]
HEADERS = ("Kode Wilayah", "nama", "tahun", "upah")
STARTS = (
    b"",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PAR1",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\x1f\x8b\x08",
    b"[{",
    b"[",
    b"{",
    b'{"type": "FeatureCollection", "features": [',
    b"<?xml ",
    ",".join(HEADERS).encode() + b"\n",
    ";".join(HEADERS).encode() + b"\r\n",
    "\t".join(HEADERS).encode("utf-16"),
)
NAMES = st.sampled_from(
    ["a.csv", "a.xlsx", "a.xls", "a.ods", "a.json", "a.parquet", "a.zip", "a", "a.b.geojson"]
)
table_bytes = st.text(alphabet=',;\t|"\n\r 0123456789.-xé\u00a0[]{}:', max_size=300).map(str.encode)
anything = st.one_of(st.binary(max_size=400), table_bytes)
quick = settings(
    max_examples=count(full=250, ordinary=60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
fewer = settings(quick, max_examples=count(full=120, ordinary=30))


@quick
@given(start=st.sampled_from(STARTS), rest=anything, name=NAMES)
def test_a_check_of_any_bytes_is_a_report(
    start: bytes, rest: bytes, name: str, wages: DataContract, references: References, tmp_path: Path
) -> None:
    path, output = tmp_path / name, tmp_path / "typed.parquet"
    path.write_bytes(start + rest)
    output.unlink(missing_ok=True)
    report = check_file(path, wages, references, output=output)
    assert report.verdict in tuple(Verdict)
    assert output.exists() is (report.verdict is not Verdict.REJECTED)
    assert (report.verdict is Verdict.REJECTED) is any(rule.severity == "error" for rule in report.rules)
    assert Report.from_json(report.to_json()) == report
    path.unlink()
    assert {entry.name for entry in tmp_path.iterdir()} <= {"typed.parquet"}


# -- what is written is what is read

TEXTS = [{"name": name, "logicalType": "string"} for name in ("satu", "dua", "tiga")]
CONTROLS = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 127]))
letters = st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters=CONTROLS + "\r")
text = st.text(letters, max_size=12)


@pytest.fixture(scope="module")
def texts(make_contract: Make) -> DataContract:
    # No row is ever taken for a footer: the contract says that there is none.
    return make_contract(
        [*TEXTS, {"name": "nomor", "logicalType": "integer", "required": True}], file={"footerRows": 0}
    )


def kept(value: str) -> str | None:
    """A text as the hub keeps it: without outer blanks, and nothing when nothing is left."""
    return value.strip() or None


def typed(report: Report, output: Path) -> list[tuple[Any, ...]]:
    # A text may happen to be `-` or `NA`: a warning, and the text all the same.
    assert {rule.code for rule in report.rules} <= {"row.placeholder"}, report.findings
    return pl.read_parquet(output).rows()


@fewer
@given(
    rows=st.lists(st.tuples(text, text, text), min_size=1, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_a_csv_comes_out_as_it_went_in(
    rows: list[tuple[str, str, str]],
    delimiter: str,
    quoting: Any,
    line_end: str,
    encoding: str,
    texts: DataContract,
    references: References,
    tmp_path: Path,
) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator=line_end)
    writer.writerow(["satu", "dua", "tiga", "nomor"])
    writer.writerows([*row, number] for number, row in enumerate(rows))
    path, output = tmp_path / "data.csv", tmp_path / "typed.parquet"
    path.write_bytes(buffer.getvalue().encode(encoding))
    report = check_file(path, texts, references, output=output)
    assert typed(report, output) == [(*map(kept, row), number) for number, row in enumerate(rows)]


@fewer
@given(
    rows=st.lists(st.tuples(text, st.one_of(st.none(), text), text), min_size=1, max_size=12),
    escaped=st.booleans(),
    leave_out=st.booleans(),
    shape=st.sampled_from(["array", "lines", "wrapped"]),
)
def test_json_comes_out_as_it_went_in(
    rows: list[tuple[str, str | None, str]],
    escaped: bool,
    leave_out: bool,
    shape: str,
    texts: DataContract,
    references: References,
    tmp_path: Path,
) -> None:
    records: list[dict[str, Any]] = [
        {"satu": a, "dua": b, "tiga": c, "nomor": number} for number, (a, b, c) in enumerate(rows)
    ]
    if leave_out:
        records = [
            records[0],
            *({k: v for k, v in record.items() if v is not None} for record in records[1:]),
        ]
    if shape == "lines":
        content = "\n".join(json.dumps(record, ensure_ascii=escaped) for record in records)
    else:
        content = json.dumps(records if shape == "array" else {"data": records}, ensure_ascii=escaped)
    path, output = tmp_path / "data.json", tmp_path / "typed.parquet"
    path.write_bytes(content.encode())
    report = check_file(path, texts, references, output=output)
    expected = [(kept(a), None if b is None else kept(b), kept(c), n) for n, (a, b, c) in enumerate(rows)]
    assert typed(report, output) == expected


@fewer
@given(
    rows=st.lists(st.tuples(text, text, text), min_size=1, max_size=8),
    titles=st.integers(min_value=0, max_value=3),
    blanks=st.integers(min_value=0, max_value=3),
)
def test_titles_and_blank_records_do_not_shift_the_row_numbers(
    rows: list[tuple[str, str, str]],
    titles: int,
    blanks: int,
    make_contract: Make,
    references: References,
    tmp_path: Path,
) -> None:
    """Every row has a wrong number; its record number is that of the file as a spreadsheet shows it."""
    contract = make_contract(
        [*TEXTS, {"name": "nomor", "logicalType": "integer"}],
        file={"headerRow": titles + 1, "footerRows": 0, "delimiter": ","},
    )
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerows([["Judul", "", "", ""]] * titles)
    writer.writerow(["satu", "dua", "tiga", "nomor"])
    wrong, number = [], titles + 1
    for row in rows:
        writer.writerows([["", "", "", ""]] * blanks)
        writer.writerow([*row, "bukan angka"])
        number += blanks + 1
        wrong.append(number)
    path = tmp_path / "data.csv"
    path.write_bytes(buffer.getvalue().encode())
    report = check_file(path, contract, references)
    told = [finding.row for finding in report.findings if finding.code == "row.type"]
    assert told == wrong
