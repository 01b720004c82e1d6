"""`where` into a predicate: what each operator means, and which inputs are refused instead of guessed at.

A null operator, an empty object inside a filter and an empty `or` are errors, because elsewhere they have silently
matched every row (research: the oldest complaint about such APIs). A whole absent or empty `where` means every row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from satudata.datasets.rows.query import And, Condition, Not, Operator, Or, Predicate
from satudata.graphql.errors import ApiError, bad_input

_COMBINERS = frozenset({"and", "or", "not"})


def predicate_of(
    where: Mapping[str, Any] | None,
    columns: Mapping[str, str],
    *,
    list_values: int,
    place: str = "where",
    entries: Mapping[str, Predicate] | None = None,
) -> Predicate | None:
    """The predicate of a coerced `where`; `columns` maps GraphQL fields to column names. Raises ApiError BAD_INPUT.

    `entries` is what filters of code entries mean, by place (`links.entry_conditions`).
    """
    if not where:
        return None
    return _Reading(columns, list_values, entries or {}).object(where, place)


# Any below: values coerced by graphql-core, typed by the schema.


@dataclass(frozen=True, slots=True)
class _Reading:
    """What objects of one `where` are read with."""

    columns: Mapping[str, str]
    list_values: int
    entries: Mapping[str, Predicate]

    def object(self, given: Mapping[str, Any], place: str) -> Predicate:
        if not given:
            raise _empty(place)
        parts: list[Predicate] = []
        for name, value in given.items():
            inner = f"{place}.{name}"
            if value is None:
                raise _null(inner)
            if name == "not":
                parts.append(Not(self.object(value, inner)))
            elif name in _COMBINERS:
                parts.append(self._combined(name, value, inner))
            elif name in self.columns:
                parts.extend(conditions_of(self.columns[name], value, inner, self.list_values))
            elif inner in self.entries:
                parts.append(self.entries[inner])
            else:
                raise _empty(inner)
        return _all(parts)

    def _combined(self, name: str, given: list[Any], place: str) -> Predicate:
        if not given:
            raise bad_input(
                place,
                "daftar kosong; isi atau hapus.",
                "the list is empty; fill it or leave it out.",
                reason="EMPTY_FILTER",
            )
        if len(given) > self.list_values:
            raise _too_many(place, self.list_values)
        parts = tuple(self.object(item, f"{place}[{index}]") for index, item in enumerate(given))
        if len(parts) == 1:
            return parts[0]
        return Or(parts) if name == "or" else And(parts)


def conditions_of(column: str, given: Mapping[str, Any], place: str, most: int) -> list[Condition]:
    """What one coerced filter of a scalar asks of a column. Raises ApiError BAD_INPUT."""
    ignore_case = given.get("ignoreCase", False)
    if ignore_case is None:
        raise _null(f"{place}.ignoreCase")
    conditions: list[Condition] = []
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
        reason="NULL_OPERATOR",
    )


def _empty(place: str) -> ApiError:
    return bad_input(
        place,
        "objek kosong; isi dengan sebuah syarat atau hapus.",
        "the object is empty; give a condition or leave it out.",
        reason="EMPTY_FILTER",
    )


def _too_many(place: str, most: int) -> ApiError:
    return bad_input(
        place, f"paling banyak {most} nilai.", f"at most {most} values.", reason="TOO_MANY_VALUES"
    )
