"""What graphql-core answers over rows that polars reads from the snapshot: resolvers of our own making, none of the
hub's. The schema is the hub's SDL, so its scalars are taken as they come: the resolvers write them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from pathlib import Path
from statistics import median
from typing import Any

import orjson
import polars as pl
from tests.polars_rows import found, read

from graphql import GraphQLSchema, build_schema, execute_sync, parse
from satudata.datasets.rows.query import And, Condition, Not, Operator, Or, OrderTerm, Predicate

OPERATORS = {
    "eq": Operator.EQ,
    "ne": Operator.NE,
    "in": Operator.IN,
    "notIn": Operator.NOT_IN,
    "lt": Operator.LT,
    "lte": Operator.LTE,
    "gt": Operator.GT,
    "gte": Operator.GTE,
    "contains": Operator.CONTAINS,
    "startsWith": Operator.STARTS_WITH,
    "isNull": Operator.IS_NULL,
}
SCALES = {"harga": 2}
TEXT_NUMBERS = ("besar",)
READ: dict[str, Callable[[Any], Any]] = {
    "besar": lambda value: int(value),
    "harga": lambda value: Decimal(str(value)),
    "rasio": float,
    "tanggal": date.fromisoformat,
    "waktu": datetime.fromisoformat,
}

Answer = Callable[[str, dict[str, Any]], bytes]


def plain_execution(sdl: str, parquet: Path) -> Answer:
    """Answers valid documents about the zoo, as bytes."""
    schema = build_schema(sdl)
    frame = read(parquet)
    _attach(schema, frame)

    def answer(document: str, variables: dict[str, Any]) -> bytes:
        parsed = parse(document)
        result = execute_sync(schema, parsed, {}, variable_values=variables)
        assert result.errors is None, (result.errors, document)
        return orjson.dumps({"data": result.data})

    return answer


def _attach(schema: GraphQLSchema, frame: pl.DataFrame) -> None:
    def resolve(type_name: str, field: str, resolver: Callable[..., Any]) -> None:
        schema.type_map[type_name].fields[field].resolve = resolver  # type: ignore[attr-defined]  # an object type

    def connection(*_: Any, **arguments: Any) -> dict[str, Any]:
        rows = found(frame, _where(arguments.get("where") or {}), _order(arguments.get("orderBy") or []))
        return {"rows": rows, **arguments}

    resolve("Query", "data", lambda *_: {})
    resolve("Data", "dinasUji", lambda *_: {})
    resolve("Data_DinasUji", "kebunData", connection)
    name = "DinasUji_KebunData_Connection"
    resolve(name, "nodes", lambda source, _: _page(source))
    resolve(name, "edges", lambda source, _: [{"node": row} for row in _page(source)])
    resolve(name, "totalCount", lambda source, _: len(source["rows"]))
    resolve(name, "pageInfo", lambda source, _: _page_info(source))
    resolve(name, "aggregate", lambda source, _: _aggregate(source["rows"]))


def _page(source: dict[str, Any]) -> list[dict[str, Any]]:
    offset = source.get("offset") or 0
    return [
        {column: _written(column, value) for column, value in row.items()}
        for row in source["rows"].slice(offset, source["first"]).iter_rows(named=True)
    ]


def _page_info(source: dict[str, Any]) -> dict[str, bool]:
    offset = source.get("offset") or 0
    return {
        "hasNextPage": len(source["rows"]) > offset + source["first"],
        "hasPreviousPage": offset > 0,
    }


def _aggregate(rows: pl.DataFrame) -> dict[str, Any]:
    columns = {name: rows[name].drop_nulls().to_list() for name in rows.columns}
    return {"rowCount": len(rows), **{name: _figures(name, values) for name, values in columns.items()}}


def _figures(name: str, values: list[Any]) -> dict[str, Any]:
    ordered = sorted(values, key=lambda value: value.encode() if isinstance(value, str) else value)
    figures: dict[str, Any] = {
        "min": _written(name, ordered[0]) if values else None,
        "max": _written(name, ordered[-1]) if values else None,
        "count": len(values),
        "distinctCount": len(set(values)),
        "trueCount": sum(value is True for value in values),
        "sum": None,
        "avg": None,
        "median": None,
    }
    if values and name in ("jumlah", "besar", "harga"):
        with localcontext() as context:
            context.prec = 100
            step = Decimal(1).scaleb(-SCALES.get(name, 0) - 6)
            exact = [Decimal(value) for value in values]
            mean = (sum(exact) / len(exact)).quantize(step, ROUND_HALF_EVEN)
            figures |= {
                "sum": str(sum(exact)),
                "avg": f"{mean + 0:f}",
                "median": f"{median(exact).quantize(step, ROUND_HALF_EVEN) + 0:f}",
            }
    return figures


def _written(column: str, value: Any) -> Any:
    match value:
        case Decimal():
            return f"{value:.{SCALES[column]}f}"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
    return str(value) if column in TEXT_NUMBERS and value is not None else value


def _where(where: dict[str, Any]) -> Predicate | None:
    """`where` as everybody reads it: all of it must hold."""
    parts: list[Predicate] = []
    for name, given in where.items():
        match name:
            case "not":
                parts.append(Not(_needed(given)))
            case "and":
                parts += map(_needed, given)
            case "or":
                parts.append(Or(tuple(map(_needed, given))))
            case _:
                parts += _conditions(name, given)
    return And(tuple(parts)) if parts else None


def _needed(where: dict[str, Any]) -> Predicate:
    predicate = _where(where)
    assert predicate is not None
    return predicate


def _conditions(column: str, given: dict[str, Any]) -> list[Predicate]:
    fold = given.get("ignoreCase", False)
    read_one = READ.get(column, lambda value: value)
    made: list[Predicate] = []
    for name, value in given.items():
        if name == "isNull":
            made.append(Condition(column, Operator.IS_NULL, value))
        elif name in ("in", "notIn"):
            made.append(Condition(column, OPERATORS[name], tuple(map(read_one, value)), ignore_case=fold))
        elif name != "ignoreCase":
            made.append(Condition(column, OPERATORS[name], read_one(value), ignore_case=fold))
    return made


def _order(terms: list[dict[str, str]]) -> list[OrderTerm]:
    return [
        OrderTerm(column, sort.startswith("DESC"), sort.endswith("NULLS_FIRST"))
        for term in terms
        for column, sort in term.items()
    ]
