"""JSON in detail: digits, keys, values that are none, records that come late; and streaming."""

import json
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.counts import count

from satudata.validation.contracts.model import DataContract
from satudata.validation.readers import json_stream, records
from satudata.validation.readers.detection import Unreadable
from satudata.validation.readers.json_stream import BadJson, JsonStream, NumberText, dump
from satudata.validation.reports.model import Report

Make = Callable[..., DataContract]
Read = Callable[..., Any]
Check = Callable[..., Report]

COLUMNS = [
    {"name": "nama", "logicalType": "string"},
    {"name": "nilai", "logicalType": "number", "physicalType": "decimal(18,2)"},
    {"name": "lain", "logicalType": "string"},
]


@pytest.fixture(scope="module")
def contract(make_contract: Make) -> DataContract:
    return make_contract(COLUMNS)


def test_numbers_keep_their_digits(contract: DataContract, read: Read) -> None:
    content = (
        '[{"nama": 1.10, "nilai": 12345678901234567890},'
        ' {"nama": -0, "nilai": 1.50e3, "lain": [1.10, {"a": 2E2}]}]'
    )
    assert read(content, contract).rows == [
        (2, "1.10", "12345678901234567890", None),
        (3, "-0", "1500", '[1.10,{"a":200}]'),
    ]


def test_nan_is_told(contract: DataContract, check: Check) -> None:
    report = check('[{"nama": NaN, "nilai": NaN}, {"nama": "a", "nilai": Infinity}, {"nama": "b"}]', contract)
    assert [(finding.code, finding.row, finding.column, finding.value) for finding in report.findings] == [
        ("row.not_a_value", 2, "nama", "NaN"),
        ("row.type", 2, "nilai", "NaN"),
        ("row.type", 3, "nilai", "Infinity"),
    ]


def test_nan_may_be_declared_missing(make_contract: Make, check: Check) -> None:
    missing = [{"property": "missingValues", "value": ["NaN"]}]
    columns = [{**column, "customProperties": missing} for column in COLUMNS]
    report = check('[{"nama": NaN, "nilai": NaN, "lain": "x"}]', make_contract(columns))
    assert report.rules == ()


def test_keys_that_stand_twice_are_told(contract: DataContract, check: Check) -> None:
    content = (
        '[{"nama": "a", "nama": "b", "nilai": 1}, {"nama": "c"}, {"lain": {"x": 1, "x": 2}, "nama": "d"},'
        ' {"nama": "e", "nama": "e", "nama": "f"}]'
    )
    report = check(content, contract)
    twice = [finding for finding in report.findings if finding.code == "row.field_twice"]
    assert [(finding.row, finding.column) for finding in twice] == [(2, "nama"), (4, None), (5, "nama")]
    assert '"lain.x"' in twice[1].message.id


def test_a_nested_key_and_its_path_are_one_header(contract: DataContract, read: Read) -> None:
    table = read('[{"nama": "a", "x.y": 1, "x": {"y": 2}}]', contract)
    assert ("row.field_twice", 2, None) in table.codes


def test_keys_that_come_late(monkeypatch: pytest.MonkeyPatch, contract: DataContract, read: Read) -> None:
    monkeypatch.setattr(records, "_BATCH", 10)
    content = json.dumps([{"nama": "a"}] * 25 + [{"nama": "b", "Nilai ": 5, "baru": 1}])
    table = read(content, contract)
    assert table.rows[24:] == [(26, "a", None, None), (27, "b", "5", None)]
    assert [(issue.code, issue.value) for issue in table.issues] == [("column.unknown", "baru")]


def test_an_absent_object_is_no_column(make_contract: Make, read: Read) -> None:
    contract = make_contract([COLUMNS[0], {"name": "x", "physicalName": "meta.x", "logicalType": "string"}])
    for content in ('[{"nama": "a", "meta": null}]', '[{"nama": "a", "meta": null}, {"meta": {"x": "y"}}]'):
        assert read(content, contract).issues == []
    table = read('[{"nama": "a", "meta": 5}, {"meta": {"x": "y"}}]', contract)
    assert [issue.value for issue in table.issues] == ["meta"]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('[{"nama": "a"}, null]', 3),
        ('[{"nama": "a"}, [1]]', 3),
        ('[["nama", "nilai"], ["a", 1]]', 2),
        ('{"nama": "a"}\n{"nama": "b"\n', 3),
        ('{"nama": "a"}\n5\n', 3),
        ('[{"nama": "a"}] []', 3),
        ('[{"nama": "a"},]', 3),
        ('[{"nama": "a", }]', 2),
        ("[{'nama': 'a'}]", 2),
        ('{"data": [{"nama": "a"}, "b"]}', 3),
    ],
)
def test_what_is_no_list_of_objects(content: str, row: int, contract: DataContract, read: Read) -> None:
    with pytest.raises(Unreadable) as raised:
        read(content, contract)
    assert [(issue.code, issue.row) for issue in raised.value.issues] == [("file.unreadable", row)]


def test_lines_with_blank_ones_and_a_byte_order_mark(contract: DataContract, read: Read) -> None:
    content = '\ufeff{"nama": "a"}\r\n\r\n{"nama": "b", "lain": {"x": 1}}\r\n'
    table = read(content, contract)
    assert [row[:2] for row in table.rows] == [(2, "a"), (3, "b")]
    assert table.reading.format == "jsonl"


def test_lines_of_which_the_first_is_longer_than_any_head(contract: DataContract, read: Read) -> None:
    long = "x" * 95_000
    assert read(f'{{"nama": "{long}"}}\n{{"nama": "b"}}\n\n{{"nama": "c"}}\n', contract).rows == [
        (2, long, None, None),
        (3, "b", None, None),
        (4, "c", None, None),
    ]


def test_what_follows_such_a_line_and_is_no_record_is_told(contract: DataContract, check: Check) -> None:
    report = check(f'{{"nama": "{"x" * 95_000}"}}\n{{"nama": ', contract)
    assert [(finding.code, finding.row) for finding in report.findings] == [("file.unreadable", 3)]


def test_a_value_that_is_too_long(
    monkeypatch: pytest.MonkeyPatch, contract: DataContract, read: Read
) -> None:
    monkeypatch.setattr(json_stream, "MAX_RECORD", 3_000_000)
    with pytest.raises(Unreadable) as raised:
        read(json.dumps([{"nama": "a" * 9_000_000}]), contract)
    assert [issue.code for issue in raised.value.issues] == ["file.unreadable"]


# -- the stream

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)


def exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


@settings(max_examples=count(full=60, ordinary=30), deadline=None)
@given(elements=st.lists(values, max_size=6), piece=st.integers(min_value=1, max_value=7))
def test_an_array_is_the_same_in_pieces(elements: list[Any], piece: int) -> None:
    """Whatever the size of the pieces the file comes in, numbers at their ends among them."""
    text = json.dumps(elements, indent=1)

    class Slow(StringIO):
        def read(self, size: int | None = -1, /) -> str:
            return super().read(piece)

    cursor = JsonStream(Slow(text))
    found = [cursor.value() for _ in cursor.elements()]
    assert cursor.next_sign() == ""
    assert [exact(dump(value)) for value in found] == exact(text)


@given(value=values)
def test_dump_gives_back_what_was_decoded(value: Any) -> None:
    text = json.dumps(value)
    assert exact(dump(json_stream.decode(text))) == exact(text)


@given(text=st.text(alphabet='[]{},:"0123456789.eE-+ntrufals \n\\', max_size=30))
def test_any_text_is_decoded_or_bad(text: str) -> None:
    cursor = JsonStream.of_text(text)
    try:
        value = cursor.value()
    except BadJson:
        return
    assert isinstance(value, str | NumberText | dict | list | bool | None)
