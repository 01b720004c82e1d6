"""`orderBy` into order terms: a list of objects with exactly one field each, none twice."""

from collections.abc import Mapping, Sequence
from typing import Any

from satudata.datasets.rows.query import OrderTerm
from satudata.graphql.errors import bad_input


def order_of(given: Sequence[Mapping[str, Any]] | None, columns: Mapping[str, str]) -> tuple[OrderTerm, ...]:
    """The terms of a coerced `orderBy`; `columns` maps GraphQL fields to column names. Raises ApiError BAD_INPUT."""
    terms: list[OrderTerm] = []
    for index, item in enumerate(given or ()):
        field, sort = only_entry(item, f"orderBy[{index}]")
        column = columns[field]
        if any(term.column == column for term in terms):
            raise bad_input(
                f"orderBy[{index}].{field}",
                "kolom ini sudah ada di urutan; hapus salah satu.",
                "this column is already in the order; remove one of the two.",
                reason="ORDER_COLUMN_TWICE",
            )
        terms.append(OrderTerm(column, descending=sort.descending, nulls_first=sort.nulls_first))
    return tuple(terms)


def only_entry(given: Mapping[str, Any], place: str) -> tuple[str, Any]:
    """The one field of a `@oneOf` object and its value.

    graphql-core checks literals and variables of such types, but not one whose single field is a nullable variable that
    is null or absent; hence this. Raises ApiError BAD_INPUT.
    """
    entries = list(given.items())
    if len(entries) != 1 or entries[0][1] is None:
        raise bad_input(
            place,
            "harus berisi tepat satu kolom dengan nilai yang bukan null.",
            "must hold exactly one field, and its value must not be null.",
            reason="NOT_ONE_FIELD",
        )
    return entries[0]
