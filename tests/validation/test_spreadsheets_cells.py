"""Property test: whatever is typed into cells comes out of a spreadsheet as the text that people see there."""

import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt  # type: ignore[import-untyped]  # for old files only, it has no types
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.counts import count

from satudata.validation.contracts.model import Column, ColumnType, DataContract
from satudata.validation.readers.opening import open_table
from satudata.validation.readers.table import ROW
from satudata.validation.text import Text

from . import ods

HEADERS = ["satu", "dua", "tiga"]
TITLE = Text("uji", "test")
CONTRACT = DataContract(
    "dinas/uji",
    "1.0.0",
    "active",
    "dinas",
    "dinas",
    TITLE,
    TITLE,
    tuple(Column(name, name, ColumnType.STRING, TITLE) for name in HEADERS),
)

characters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"])
# `=` and `#` begin formulas and errors, `_x0041_` is a character written by its number.
texts = st.text(characters | st.just("\n"), max_size=20).filter(
    lambda text: text[:1] not in ("=", "#", "\n") and not text.endswith("\n") and "_x" not in text
)
numbers = st.integers(-(10**15), 10**15) | st.decimals(-(10**9), 10**9, places=6).map(float)
days = st.dates(date(1900, 3, 1), date(9999, 12, 30))
moments = st.datetimes(datetime(1900, 3, 1), datetime(2999, 12, 30)).map(
    lambda moment: moment.replace(microsecond=0)
)
cells = st.none() | texts | numbers | st.booleans() | days | moments
rows = st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=40)


def expected(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = format(Decimal(format(value, ".15g")), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def xlsx(table: Sequence[Sequence[Any]]) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in [HEADERS, *table]:
        book.worksheets[0].append(list(row))
    book.save(buffer)
    return buffer.getvalue()


def xls(table: Sequence[Sequence[Any]]) -> bytes:
    book, buffer = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Data")
    moment, day = xlwt.easyxf(num_format_str="dd/mm/yyyy hh:mm:ss"), xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for number, row in enumerate([HEADERS, *table]):
        for place, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write(number, place, value, moment)
            elif isinstance(value, date):
                sheet.write(number, place, value, day)
            elif value is not None:
                sheet.write(number, place, value)
    book.save(buffer)
    return buffer.getvalue()


WRITERS: dict[str, Callable[..., bytes]] = {
    "xlsx": xlsx,
    "xls": xls,
    "ods": lambda table: ods.ods({"Data": [HEADERS, *table]}),
}


@pytest.mark.parametrize("form", WRITERS)
@settings(
    max_examples=count(full=25, ordinary=8),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(table=rows)
def test_cells_come_out_as_they_were_typed(form: str, tmp_path: Path, table: list[tuple[Any, ...]]) -> None:
    path = tmp_path / "data"
    path.write_bytes(WRITERS[form](table))
    wanted = {
        number: tuple(map(expected, row))
        for number, row in enumerate(table, start=2)
        if any(expected(value).strip() for value in row)
    }
    with open_table(path, CONTRACT) as opened:
        batches = [batch.select(ROW, *HEADERS).rows() for batch in opened.batches]
    assert {number: tuple(texts) for batch in batches for number, *texts in batch} == wanted
