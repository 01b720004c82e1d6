"""How to cite one answer: the question written out, an address that asks it again, and a hash of what was answered.

The hash covers the version (its SHA-256), the filter, the order, the page, and every public value of the rows in it, so
whoever asks again, at the address or by hand, sees whether the answer is the same. What else was selected is no part of
it. Versions never change: the same question of the same version always has the same hash.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

import orjson

from graphql import (
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    ast_from_value,
    print_ast,
)
from satudata.datasets.rows.query import And, Condition, Not, Or, OrderTerm, Predicate, RowPage, Snapshot
from satudata.datasets.versions.types import DatasetVersion
from satudata.graphql.catalogue.citations import ResultCitation, cite_result
from satudata.graphql.context import RequestContext
from satudata.graphql.rows.types import PublicColumn, RowTypes


class Asked(Protocol):
    """A question for rows, as `connection.RowsRequest` understood it."""

    types: RowTypes
    version: DatasetVersion
    arguments: Mapping[str, Any]  # Any: values coerced by graphql-core
    where: Predicate | None
    order: tuple[OrderTerm, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A page that was read: `indexes` says where each column stands in its rows; `after` is the cursor, read.

    `part` is which rows were asked about beforehand, where a code was.
    """

    page: RowPage
    indexes: Mapping[str, int]
    after: Sequence[Any] | None
    part: Predicate | None


def columns_in(types: RowTypes, snapshot: Snapshot) -> set[str]:
    """The columns that a version has as the newest contract describes them, for readers to see. Older versions may lack
    one, hold it as another type or with gaps where today's contract allows none, or were published without showing it.
    """
    wanted = types.contract.by_name
    return {
        column.name
        for column in snapshot.columns
        if column.public
        and (now := wanted.get(column.name)) is not None
        and column.type is now.type
        and not (now.required and column.nullable)
    }


def cited_columns(types: RowTypes, version: DatasetVersion) -> tuple[PublicColumn, ...]:
    """The columns whose values the hash covers: the public ones that this version has, in order of the contract."""
    names = columns_in(types, version.snapshot)
    return tuple(column for column in types.columns if column.name in names)


async def citation_of(asked: Asked, answered: Answered, context: RequestContext) -> ResultCitation:
    """The citation of a page."""
    version = asked.version
    slug = version.dataset_slug
    dataset = await context.once(
        ("dataset", slug), lambda: context.services.catalogue.get(slug, context.principal)
    )
    columns = cited_columns(asked.types, version)
    question = _arguments(asked, answered.part)
    if question is None:
        url = context.addresses.dataset(slug, version.number)
        question = _arguments(asked, None) or ""
    else:
        url = context.addresses.console(_document(asked, columns, question))
    return cite_result(
        dataset,
        version,
        context.config.name,
        url=url,
        question=question,
        sha256=_hash(asked, answered, columns),
    )


def _hash(asked: Asked, answered: Answered, columns: Sequence[PublicColumn]) -> str:
    indexes = [answered.indexes[column.name] for column in columns]
    parts = [part for part in (answered.part, asked.where) if part is not None]
    canonical = {
        "dataset": asked.version.dataset_slug,
        "snapshot": asked.version.sha256,
        "where": [_predicate(part) for part in parts],
        "orderBy": [[term.column, term.descending, term.nulls_first] for term in asked.order],
        "page": [asked.arguments["first"], asked.arguments.get("offset") or 0, answered.after],
        "columns": [column.name for column in columns],
        "rows": [[_exact(row[index]) for index in indexes] for row in answered.page.rows],
    }
    return hashlib.sha256(orjson.dumps(canonical, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _predicate(predicate: Predicate) -> list[Any]:
    match predicate:
        case And(parts) | Or(parts):
            return [type(predicate).__name__, *map(_predicate, parts)]
        case Not(part):
            return ["Not", _predicate(part)]
        case Condition(column, operator, value, ignore_case):
            values = value if isinstance(value, tuple) else (value,)
            return [column, operator.value, [_exact(item) for item in values], ignore_case]


def _exact(value: Any) -> Any:  # Any: a stored or a given value, and how it is written in JSON
    match value:
        case bool() | None:
            return value
        case int():
            return str(value)
        case Decimal():
            return f"{value.normalize():f}"
        case datetime() if value.tzinfo is not None:
            return value.astimezone(UTC).isoformat()
    return value


def _document(asked: Asked, columns: Sequence[PublicColumn], arguments: str) -> str:
    """A document that asks the same of the same version."""
    agency, dataset = asked.types.names.agency_field, asked.types.names.dataset_field
    fields = " ".join(column.field for column in columns)
    asking = f"{dataset}(version: {asked.version.number}, {arguments})"
    return (
        f"{{\n  data {{\n    {agency} {{\n      {asking} {{\n"
        f"        totalCount\n        nodes {{ {fields} }}\n        citation {{ resultSha256 }}\n"
        "      }\n    }\n  }\n}"
    )


def _arguments(asked: Asked, part: Predicate | None) -> str | None:
    """The arguments as they are written in a document; None where the part cannot be said in a filter."""
    types, given = asked.types, dict(asked.arguments)
    if part is not None:
        chosen = _as_filter(part, types)
        if chosen is None:
            return None
        where = given.get("where")
        given["where"] = {"and": [chosen, where]} if where else chosen
    return ", ".join(_written(given, types))


def _written(given: Mapping[str, Any], types: RowTypes) -> Iterator[str]:
    kinds: dict[str, GraphQLInputType] = {
        "where": types.filter,
        "orderBy": GraphQLList(GraphQLNonNull(types.order)),
    }
    for name, kind in kinds.items():
        if given.get(name):
            yield f"{name}: {_literal(ast_from_value(given[name], kind))}"
    for name in ("first", "offset"):
        if given.get(name) is not None:
            yield f"{name}: {given[name]}"
    if given.get("after") is not None:
        yield f"after: {orjson.dumps(given['after']).decode()}"


def _literal(node: ValueNode | None) -> str:
    """A value on one line."""
    match node:
        case None:
            return "null"
        case ObjectValueNode():
            return "{" + ", ".join(f"{item.name.value}: {_literal(item.value)}" for item in node.fields) + "}"
        case ListValueNode():
            return "[" + ", ".join(map(_literal, node.values)) + "]"
    return print_ast(node)


def _as_filter(part: Predicate, types: RowTypes) -> dict[str, Any] | None:
    """`{<field>: {in: [...]}}` for a part that is single values of a column one may filter by."""
    if not isinstance(part, Condition) or not isinstance(part.value, tuple):
        return None
    field = next((name for name, column in types.filter_columns.items() if column == part.column), None)
    return None if field is None or not part.value else {field: {"in": list(part.value)}}
