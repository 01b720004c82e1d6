"""Scalars, ids, cursors, caches: small values at the edge."""

import base64
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphql import parse_value
from satudata.datasets.rows.query import OrderTerm, Snapshot
from satudata.graphql.caching import BoundedCache, CarriedCache
from satudata.graphql.cursors import CursorCoder
from satudata.graphql.errors import ApiError
from satudata.graphql.ids import GlobalId, global_id, key_of, parse_id
from satudata.graphql.rows.shapes import Constant, Leaf, Shape, build_rows
from satudata.graphql.scalars import (
    GraphQLBigInt,
    GraphQLCount,
    GraphQLDate,
    GraphQLDateTime,
    GraphQLDecimal,
    ScalarInputError,
)

KEY = b"k" * 32
JAKARTA = timezone(timedelta(hours=7))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**18), max_value=10**18, places=6))
def test_decimals_round_trip_exactly(value):
    written = GraphQLDecimal.coerce_output_value(value)

    assert GraphQLDecimal.coerce_input_value(written) == value
    assert GraphQLDecimal.coerce_input_literal(parse_value(f'"{written}"')) == value
    assert GraphQLDecimal.coerce_input_literal(parse_value(written)) == value


@given(st.integers(min_value=-(10**59), max_value=10**59))
def test_big_integers_round_trip_exactly(value):
    written = GraphQLBigInt.coerce_output_value(value)

    assert written == str(value)
    assert GraphQLBigInt.coerce_input_value(written) == value
    assert GraphQLBigInt.coerce_input_literal(parse_value(str(value))) == value


def test_a_decimal_keeps_its_decimals():
    assert GraphQLDecimal.coerce_output_value(Decimal("2494450.00")) == "2494450.00"
    assert GraphQLDecimal.coerce_output_value(Decimal("1E+3")) == "1000"
    assert GraphQLDecimal.coerce_input_literal(parse_value("0.10")) == Decimal("0.10")
    assert GraphQLDecimal.coerce_input_value(0.1) == Decimal("0.1")


def test_instants_are_answered_in_utc():
    instant = datetime(2024, 12, 31, 7, 30, tzinfo=JAKARTA)

    assert GraphQLDateTime.coerce_output_value(instant) == "2024-12-31T00:30:00Z"
    assert GraphQLDateTime.coerce_input_value("2024-12-31T07:30:00+07:00") == instant
    assert GraphQLDateTime.coerce_input_value("2024-12-31t00:30z") == instant
    assert GraphQLDate.coerce_input_value("2024-02-29") == date(2024, 2, 29)


REFUSED = [
    (GraphQLCount, [-1, 1.0, "1", True, 2**53]),
    (GraphQLBigInt, ["", "1.0", " 1", "1e3", 1.5, True, None, "9" * 61]),
    (GraphQLDecimal, ["", "NaN", "Infinity", "1,5", "0x10", True, float("inf"), "1e999", "9" * 61, []]),
    (GraphQLDate, ["2023-02-29", "20240101", "2024-1-1", "2024-01-01T00:00:00Z", 5]),
    (
        GraphQLDateTime,
        ["2024-01-01", "2024-01-01T00:00:00", "2024-13-01T00:00:00Z", "0001-01-01T00:00:00+07:00", 5, "now"],
    ),
]


@pytest.mark.parametrize(
    ("scalar", "value"), [(scalar, value) for scalar, values in REFUSED for value in values]
)
def test_what_a_scalar_does_not_take(scalar, value):
    with pytest.raises(ScalarInputError):
        scalar.coerce_input_value(value)


@pytest.mark.parametrize("text", ["{a: 1}", "[1]", "true", "TIDAK", "null"])
@pytest.mark.parametrize(
    "scalar", [GraphQLCount, GraphQLBigInt, GraphQLDecimal, GraphQLDate, GraphQLDateTime]
)
def test_literals_a_scalar_does_not_take(scalar, text):
    with pytest.raises(ScalarInputError):
        scalar.coerce_input_literal(parse_value(text))


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        (GraphQLCount, "1"),
        (GraphQLCount, 2**60),
        (GraphQLBigInt, "1"),
        (GraphQLDecimal, 1.5),
        (GraphQLDate, datetime(2024, 1, 1, tzinfo=UTC)),
        (GraphQLDateTime, datetime(2024, 1, 1)),
    ],
)
def test_a_value_of_ours_of_the_wrong_kind_is_a_fault(scalar, value):
    with pytest.raises(TypeError):
        scalar.coerce_output_value(value)


@given(st.sampled_from(["Dataset", "Agency", "Submission"]), st.text(min_size=1, max_size=40))
def test_ids_round_trip(kind, key):
    given_id = global_id(kind, key)

    assert parse_id(given_id) == GlobalId(kind, key)
    assert key_of(given_id, kind, "id") == key
    assert "=" not in given_id


@given(st.text(max_size=60))
def test_other_texts_are_no_ids(text):
    found = parse_id(text)

    assert found is None or global_id(found.kind, found.key) in (text, text.rstrip("="))


def test_an_id_of_another_kind():
    with pytest.raises(ApiError) as refusal:
        key_of(global_id("Agency", "x"), "Submission", "input.submission")
    assert refusal.value.place == "input.submission"


_position = st.lists(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.text(max_size=20),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    min_size=1,
    max_size=4,
).map(tuple)


@given(_position)
def test_cursors_round_trip(position):
    coder = CursorCoder(KEY, "list")

    assert coder.decode(coder.encode(position)) == position


@given(_position, st.integers(0, 200), st.integers(1, 255))
def test_a_changed_cursor_is_refused(position, place, change):
    coder = CursorCoder(KEY, "list")
    cursor = coder.encode(position)
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[place % len(raw)] ^= change

    with pytest.raises(ApiError):
        coder.decode(base64.urlsafe_b64encode(bytes(raw)).decode())


def test_a_cursor_is_bound_to_its_list():
    snapshot = Snapshot("a/b", 1, "f" * 64, 3, ())
    coder = CursorCoder.of_rows(KEY, snapshot, [OrderTerm("x")])
    cursor = coder.encode((1,))

    others = [
        CursorCoder.of_rows(b"o" * 32, snapshot, [OrderTerm("x")]),
        CursorCoder.of_rows(KEY, snapshot, [OrderTerm("x", descending=True)]),
        CursorCoder.of_rows(KEY, snapshot, [OrderTerm("x", nulls_first=True)]),
        CursorCoder.of_rows(KEY, Snapshot("a/b", 2, "e" * 64, 3, ()), [OrderTerm("x")]),
        CursorCoder.of_rows(KEY, Snapshot("a/c", 1, "f" * 64, 3, ()), [OrderTerm("x")]),
        CursorCoder(KEY, "datasets"),
    ]
    for other in others:
        with pytest.raises(ApiError):
            other.decode(cursor)
    assert coder.decode(cursor) == (1,)


def test_the_cache_forgets_what_was_used_longest_ago():
    cache = BoundedCache(entries=3, bytes=100)
    for name in "abc":
        cache.put(name, name.upper(), 10)
    assert cache.get("a") == "A"

    cache.put("d", "D", 10)
    assert [cache.get(name) for name in "abcd"] == ["A", None, "C", "D"]
    cache.put("e", "E", 95)
    assert (len(cache), cache.used_bytes) == (1, 95)
    assert cache.get("d") is None
    cache.put("f", "F", 101)
    assert cache.get("f") is None
    cache.put("e", "again", 5)
    assert (cache.get("e"), cache.used_bytes) == ("again", 5)
    cache.clear()
    assert (len(cache), cache.used_bytes) == (0, 0)


def test_what_was_not_asked_for_goes_at_the_next_turn():
    cache = CarriedCache(entries=2, bytes=100)
    cache.put("a", "A", 10)
    cache.put("b", "B", 10)
    cache.turn()
    assert (cache.get("a"), len(cache)) == ("A", 2)
    cache.turn()
    assert (cache.get("a"), cache.get("b"), cache.used_bytes) == ("A", None, 10)
    for name in "xyz":  # what had to make room is not remembered either
        cache.put(name, name, 10)
    cache.put("too large", "", 101)
    assert cache._asked_for == {"y", "z"}
    cache.turn()
    cache.turn()
    assert (len(cache), cache.used_bytes) == (0, 0)


SHAPES = [
    ((("a", Leaf(0)), ("b", Leaf(1))), [{"a": 1, "b": "x"}, {"a": None, "b": "y"}]),
    ((("b", Leaf(1)),), [{"b": "x"}, {"b": "y"}]),
    (
        (("b", Leaf(1)), ("a", Leaf(0)), ("again", Leaf(0))),
        [{"b": "x", "a": 1, "again": 1}, {"b": "y", "a": None, "again": None}],
    ),
    ((("t", Constant("T")), ("a", Leaf(0, True))), [{"t": "T", "a": "1"}, {"t": "T", "a": None}]),
    ((("t", Constant("T")),), [{"t": "T"}, {"t": "T"}]),
    (
        (("n", Shape((("a", Leaf(0)),))), ("c", Leaf(-1))),
        [{"n": {"a": 1}, "c": "x"}, {"n": {"a": None}, "c": "y"}],
    ),
    ((), [{}, {}]),
]


@pytest.mark.parametrize(("members", "expected"), SHAPES)
def test_rows_take_the_shape_of_the_selection(members, expected):
    built = build_rows(Shape(members), [(1, "x"), (None, "y")])

    assert built == expected
    assert [list(row) for row in built] == [list(row) for row in expected]
    assert build_rows(Shape(members), []) == []
