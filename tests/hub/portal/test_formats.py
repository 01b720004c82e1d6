"""Numbers, dates and cells as people of each language write them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from satudata.hub.portal import formats


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        (91599, "91.599", "91,599"),
        ("91004430.00", "91.004.430,00", "91,004,430.00"),
        (Decimal("-0.5"), "-0,5", "-0.5"),
        ("123456789012345678.99", "123.456.789.012.345.678,99", "123,456,789,012,345,678.99"),
        (1.25, "1,25", "1.25"),
    ],
)
def test_numbers_keep_every_digit(value: Any, indonesian: str, english: str) -> None:
    assert formats.number(value, "id") == indonesian
    assert formats.number(value, "en") == english


def test_days_and_instants_are_those_of_jakarta() -> None:
    late = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
    assert formats.day(late, "id") == "25 November 2026"
    assert formats.instant(late, "id") == "25 November 2026, 01.30 WIB"
    assert formats.instant("2026-08-24T10:00:00Z", "en") == "24 August 2026, 17:00 WIB"
    assert formats.instant("2026-08-24T10:00:00Z", "id") == "24 Agustus 2026, 17.00 WIB"
    assert formats.day(date(2017, 1, 1), "id") == "1 Januari 2017"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (8259, "8,3 kB"),
        (1_500_000, "1,5 MB"),
        (250_000_000, "250 MB"),
        (3 * 10**9, "3,0 GB"),
    ],
)
def test_sizes(size: int, text: str) -> None:
    assert formats.size(size, "id") == text


@pytest.mark.parametrize(
    ("value", "column_type", "grouped", "text", "kind"),
    [
        (2024, "INTEGER", False, "2024", "number"),
        (2024, "INTEGER", True, "2.024", "number"),
        ("-6.883", "DECIMAL", False, "-6,883", "number"),
        (True, "BOOLEAN", True, "Ya", "text"),
        ("2024-08-17", "DATE", True, "17 Agu 2024", "text"),
        ("2022-11-21T06:21:10Z", "DATETIME", True, "21 Nov 2022, 06.21.10 UTC", "text"),
        (None, "DECIMAL", True, "–", "empty"),
        ("<b>3201</b>", "STRING", True, "<b>3201</b>", "text"),
    ],
)
def test_cells(value: Any, column_type: str, grouped: bool, text: str, kind: str) -> None:
    cell = formats.cell(value, column_type, "id", grouped=grouped)
    assert (cell.text, cell.kind) == (text, kind)


def test_long_text_is_cut_and_kept() -> None:
    cell = formats.cell("kata " * 100, "STRING", "id")
    assert len(cell.text) <= formats.LONGEST_CELL
    assert cell.text.endswith("…")
    assert cell.full == "kata " * 100
