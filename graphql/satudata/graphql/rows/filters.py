"""`where` into a predicate: what each operator means, and which inputs are refused instead of guessed at.

A null operator, an empty object inside a filter and an empty `or` are errors, because elsewhere they have silently
matched every row (research: the oldest complaint about such APIs). A whole absent or empty `where` means every row.
"""

from collections.abc import Mapping
from typing import Any

from satudata.datasets.rows.query import And, Condition, Not, Operator, Or, Predicate
from satudata.graphql.errors import ApiError, bad_input

_COMBINERS = frozenset({"and", "or", "not"})


def predicate_of(
    where: Mapping[str, Any] | None, columns: Mapping[str, str], *, list_values: int, place: str = "where"
) -> Predicate | None:
    """The predicate of a coerced `where`; `columns` maps GraphQL fields to column names. Raises ApiError BAD_INPUT."""
    if not where:
        return None
    return _object(where, columns, place, list_values)


# Any below: values coerced by graphql-core, typed by the schema.


def _object(given: Mapping[str, Any], columns: Mapping[str, str], place: str, most: int) -> Predicate:
    if not given:
        raise _empty(place)
    parts: list[Predicate] = []
    for name, value in given.items():
        inner = f"{place}.{name}"
        if value is None:
            raise _null(inner)
        if name not in _COMBINERS:
            parts.extend(_conditions(columns[name], value, inner, most))
        elif name == "not":
            parts.append(Not(_object(value, columns, inner, most)))
        else:
            parts.append(_combined(name, value, columns, inner, most))
    return _all(parts)


def _combined(name: str, given: list[Any], columns: Mapping[str, str], place: str, most: int) -> Predicate:
    if not given:
        raise bad_input(
            place, "daftar kosong; isi atau hapus.", "the list is empty; fill it or leave it out."
        )
    if len(given) > most:
        raise _too_many(place, most)
    parts = tuple(_object(item, columns, f"{place}[{index}]", most) for index, item in enumerate(given))
    if len(parts) == 1:
        return parts[0]
    return Or(parts) if name == "or" else And(parts)


def _conditions(column: str, given: Mapping[str, Any], place: str, most: int) -> list[Predicate]:
    ignore_case = given.get("ignoreCase", False)
    if ignore_case is None:
        raise _null(f"{place}.ignoreCase")
    conditions: list[Predicate] = []
    for name, value in given.items():
        if name == "ignoreCase":
            continue
        inner = f"{place}.{name}"
        if value is None:
            raise _null(inner)
        operator = Operator(name)
        if isinstance(value, list):
            if len(value) > most:
                raise _too_many(inner, most)
            value = tuple(value)
        folds = bool(ignore_case) and operator is not Operator.IS_NULL
        conditions.append(Condition(column, operator, value, ignore_case=folds))
    if not conditions:
        raise _empty(place)
    return conditions


def _all(parts: list[Predicate]) -> Predicate:
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _null(place: str) -> ApiError:
    return bad_input(
        place,
        "nilainya null. Hapus bagian ini, atau pakai isNull untuk mencari sel kosong.",
        "is null. Leave it out, or use isNull to find rows without a value.",
    )


def _empty(place: str) -> ApiError:
    return bad_input(
        place,
        "objek kosong; isi dengan sebuah syarat atau hapus.",
        "the object is empty; give a condition or leave it out.",
    )


def _too_many(place: str, most: int) -> ApiError:
    return bad_input(place, f"paling banyak {most} nilai.", f"at most {most} values.")
