"""Values on their way in and out."""

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from satudata.datasets.errors import InvalidInput
from satudata.datasets.rows.query import SnapshotColumn
from satudata.datasets.rows.values import (
    INT_MAX,
    INT_MIN,
    Place,
    decode_column,
    place,
    position_value,
    stored_of_position,
)
from satudata.validation.contracts.model import ColumnType

AMOUNT = SnapshotColumn("jumlah", ColumnType.DECIMAL, True, scale=2)
TINY = SnapshotColumn("kecil", ColumnType.DECIMAL, True, scale=18)
WHOLE = SnapshotColumn("bulat", ColumnType.INTEGER, True)
RATIO = SnapshotColumn("rasio", ColumnType.FLOAT, True)
NAME = SnapshotColumn("nama", ColumnType.STRING, True)
FLAG = SnapshotColumn("aktif", ColumnType.BOOLEAN, True)
DAY = SnapshotColumn("tanggal", ColumnType.DATE, True)
INSTANT = SnapshotColumn("waktu", ColumnType.DATETIME, True)


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        (AMOUNT, Decimal("10.50"), Place(1050)),
        (AMOUNT, Decimal("10.5"), Place(1050)),
        (AMOUNT, 10, Place(1000)),
        (AMOUNT, 0.1, Place(10)),
        (AMOUNT, Decimal("10.505"), Place(below=1050, above=1051)),
        (AMOUNT, Decimal("-10.505"), Place(below=-1051, above=-1050)),
        (AMOUNT, Decimal("1E-999999"), Place(below=0, above=1)),
        (AMOUNT, Decimal("1E+999999"), Place(below=INT_MAX)),
        (AMOUNT, Decimal("-Infinity"), Place(above=INT_MIN)),
        (WHOLE, 2**63 - 1, Place(INT_MAX)),
        (WHOLE, 2**63, Place(below=INT_MAX)),
        (WHOLE, -(10**400), Place(above=INT_MIN)),
        (WHOLE, Decimal("1.5"), Place(below=1, above=2)),
        (RATIO, 0.1, Place(0.1)),
        (RATIO, 2**53 + 1, Place(below=2.0**53, above=2.0**53 + 2)),
        (RATIO, 10**400, Place(below=math.nextafter(math.inf, 0), above=math.inf)),
        (NAME, "Å", Place("Å")),
        (FLAG, True, Place(1)),
        (DAY, date(1969, 12, 31), Place(-1)),
        (INSTANT, datetime(1970, 1, 1, 7, 0, 0, 5, tzinfo=timezone(timedelta(hours=7))), Place(5)),
    ],
)
def test_where_a_value_stands(column: SnapshotColumn, value: Any, expected: Place) -> None:
    assert place(column, value) == expected


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (AMOUNT, "10"),
        (AMOUNT, Decimal("NaN")),
        (WHOLE, True),
        (RATIO, math.nan),
        (NAME, 10),
        (NAME, "\ud800"),
        (FLAG, 1),
        (DAY, datetime(2024, 1, 1, tzinfo=UTC)),
        (INSTANT, date(2024, 1, 1)),
        (INSTANT, datetime(2024, 1, 1)),
        (NAME, None),
    ],
)
def test_a_value_of_another_kind_is_refused(column: SnapshotColumn, value: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        place(column, value)
    assert column.name in refused.value.message.id
    assert refused.value.path == (column.name,)


@pytest.mark.parametrize(
    ("column", "stored", "expected"),
    [
        (AMOUNT, [1050, -5, 0, None, -12345], ["10.50", "-0.05", "0.00", None, "-123.45"]),
        (SnapshotColumn("utuh", ColumnType.DECIMAL, True), [7, -7], ["7", "-7"]),
        (
            SnapshotColumn("kecil", ColumnType.DECIMAL, True, 18),
            [1, -(10**18) + 1],
            ["0.000000000000000001", "-0.999999999999999999"],
        ),
        (WHOLE, [2**63 - 1], [2**63 - 1]),
        (RATIO, [0.1, math.inf, -math.inf, None], [0.1, None, None, None]),
        (FLAG, [0, 1, None], [False, True, None]),
        (DAY, [0, -719162, 2932896], ["1970-01-01", "0001-01-01", "9999-12-31"]),
        (
            INSTANT,
            [0, -1, 1_500_000],
            ["1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:01.500000Z"],
        ),
    ],
)
def test_output_form(column: SnapshotColumn, stored: list[Any], expected: list[Any]) -> None:
    decoded = decode_column(column, stored)
    assert list(decoded) == expected
    assert [type(value) for value in decoded] == [type(value) for value in expected]


def test_positions_survive_json() -> None:
    assert position_value(math.inf) == "inf"
    assert stored_of_position(RATIO, "-inf") == -math.inf
    assert stored_of_position(RATIO, 1) == 1.0
    assert stored_of_position(AMOUNT, -5) == -5
    assert stored_of_position(NAME, None) is None


@pytest.mark.parametrize(
    ("column", "value"), [(AMOUNT, "5"), (AMOUNT, 2**63), (NAME, 5), (RATIO, "x"), (FLAG, True), (NAME, [])]
)
def test_a_position_of_another_question_is_refused(column: SnapshotColumn, value: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        stored_of_position(column, value)
    assert refused.value.path == ("after",)
