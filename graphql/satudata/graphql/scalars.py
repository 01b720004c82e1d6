"""Scalars beyond the five of the specification: how each is written out, and what it accepts.

They are graphql-core types, used by the row types as they are and by Strawberry through `SCALAR_MAP`. Exact numbers
never pass through a binary float: a literal is read by its text. Output functions raise TypeError, because a value of
ours that cannot be written is our fault and must be masked.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType

from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition

from graphql import (
    FloatValueNode,
    GraphQLScalarType,
    IntValueNode,
    StringValueNode,
    ValueNode,
    print_ast,
)

Count = NewType("Count", int)
"""A number of things: at most 2^53 - 1, so a JSON number holds it exactly."""

Date = date
DateTime = datetime

LARGEST_COUNT = 2**53 - 1
_WHOLE = re.compile(r"-?[0-9]{1,60}")
_NUMBER = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,60})?([eE][+-]?[0-9]{1,2})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class ScalarInputError(ValueError):
    """A value a client sent that a scalar cannot take. graphql-core adds where it stood."""


def _refuse(expected: str) -> ScalarInputError:
    return ScalarInputError(f"expected {expected}")


# Any: scalars take whatever a client sent; each function refuses what it cannot use.


def _count_in(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_COUNT:
        return value
    raise _refuse("a whole number from 0 to 9007199254740991")


def _count_literal(node: ValueNode) -> int:
    return _count_in(
        int(node.value) if isinstance(node, IntValueNode) and len(node.value) < 20 else print_ast(node)
    )


def _count_out(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_COUNT:
        return value
    raise TypeError(f"not a count: {value!r}")


def _big_int_in(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise _refuse('a whole number, written as a string beyond 64 bits, e.g. "9007199254740993"')


def _big_int_literal(node: ValueNode) -> int:
    if isinstance(node, IntValueNode | StringValueNode):
        return _big_int_in(node.value)
    raise _refuse("a whole number")


def _big_int_out(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"not a whole number: {value!r}")


def _decimal_in(value: Any) -> Decimal:
    text = repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if isinstance(text, str) and _NUMBER.fullmatch(text):
        return Decimal(text)
    raise _refuse('a number, best written as a string, e.g. "2494450.00"')


def _decimal_literal(node: ValueNode) -> Decimal:
    if isinstance(node, IntValueNode | FloatValueNode | StringValueNode):
        return _decimal_in(node.value)
    raise _refuse("a number")


def _decimal_out(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, str):
        return value
    raise TypeError(f"not an exact number: {value!r}")


def _date_in(value: Any) -> date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _refuse('a day of the calendar, e.g. "2024-12-31"')


def _date_out(value: Any) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return value
    raise TypeError(f"not a date: {value!r}")


def _date_time_in(value: Any) -> datetime:
    if isinstance(value, str) and _DATE_TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise _refuse(
        'an instant with its offset, e.g. "2024-12-31T07:30:00+07:00" or "2024-12-31T00:30:00Z"',
    )


def _date_time_out(value: Any) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, str):
        return value
    raise TypeError(f"not an instant with an offset: {value!r}")


def _time_zone_in(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise _refuse('the name of a time zone, e.g. "Asia/Jakarta"')


def _json_in(value: Any) -> Any:
    return value


GraphQLCount = GraphQLScalarType(
    "Count",
    coerce_output_value=_count_out,
    coerce_input_value=_count_in,
    coerce_input_literal=_count_literal,
    description="A number of things, from 0 to 9007199254740991 (2^53 - 1): a JSON number. Example: `91599`.",
)

GraphQLBigInt = GraphQLScalarType(
    "BigInt",
    coerce_output_value=_big_int_out,
    coerce_input_value=_big_int_in,
    coerce_input_literal=_big_int_literal,
    description=(
        "A whole number that may not fit 32 bits. Always a string in answers, so that no client rounds it; "
        'a string or a number in questions. Strings do not sort as numbers. Example: `"1324453060580"`.'
    ),
)

GraphQLDecimal = GraphQLScalarType(
    "Decimal",
    coerce_output_value=_decimal_out,
    coerce_input_value=_decimal_in,
    coerce_input_literal=_decimal_literal,
    description=(
        "An exact base-10 number. Always a string in answers, with as many decimals as the contract says; "
        'a string or a number in questions. Strings do not sort as numbers. Example: `"2494450.00"`.'
    ),
)

GraphQLDate = GraphQLScalarType(
    "Date",
    coerce_output_value=_date_out,
    coerce_input_value=_date_in,
    coerce_input_literal=lambda node: _date_in(_text_of(node)),
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    description='A day of the Gregorian calendar, YYYY-MM-DD. Example: `"2024-12-31"`.',
)

GraphQLDateTime = GraphQLScalarType(
    "DateTime",
    coerce_output_value=_date_time_out,
    coerce_input_value=_date_time_in,
    coerce_input_literal=lambda node: _date_time_in(_text_of(node)),
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    description=(
        "An instant, with up to six decimals of a second. Answers are in UTC (`Z`); questions must name their offset. "
        'Example: `"2024-12-31T00:30:00Z"`.'
    ),
)

GraphQLTimeZone = GraphQLScalarType(
    "TimeZone",
    coerce_input_value=_time_zone_in,
    coerce_input_literal=lambda node: _time_zone_in(
        node.value if isinstance(node, StringValueNode) else None
    ),
    description=(
        "A time zone by its IANA name. Indonesia has `Asia/Jakarta` and `Asia/Pontianak` (WIB), `Asia/Makassar` (WITA) "
        'and `Asia/Jayapura` (WIT). Example: `"Asia/Jakarta"`.'
    ),
)

GraphQLJson = GraphQLScalarType(
    "JSON",
    coerce_input_value=_json_in,
    description="Any JSON value: object, list, string, number, true, false or null.",
)


def _text_of(node: ValueNode) -> object:
    return node.value if isinstance(node, StringValueNode) else print_ast(node)


def _for_strawberry(scalar: GraphQLScalarType, origin: object) -> ScalarDefinition:
    return ScalarDefinition(
        name=scalar.name,
        description=scalar.description,
        specified_by_url=scalar.specified_by_url,
        serialize=None,
        parse_value=None,
        parse_literal=None,
        implementation=scalar,
        origin=origin,  # type: ignore[arg-type]  # Strawberry accepts the key of its scalar map, NewTypes included
    )


SCALAR_MAP: Mapping[object, ScalarDefinition] = {
    origin: _for_strawberry(scalar, origin)
    for origin, scalar in (
        (Count, GraphQLCount),
        (Decimal, GraphQLDecimal),
        (date, GraphQLDate),
        (datetime, GraphQLDateTime),
        (JSON, GraphQLJson),
    )
}
"""Python type to scalar, for `StrawberryConfig.scalar_map`."""
