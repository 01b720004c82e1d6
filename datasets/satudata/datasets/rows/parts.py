"""The same question about several parts of the rows, by the values of one text column: a page of each in one go.

A part is what stands for one code of a reference list: one value, or ranges of values.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import FromClause, func, literal_column, select

from satudata.datasets.rows.query import (
    AggregateQuery,
    And,
    Condition,
    GroupKey,
    MeasureFunction,
    Operator,
    Or,
    Predicate,
)
from satudata.datasets.rows.sql import (
    KEPT_STATEMENTS,
    Engine,
    Filter,
    SortKey,
    Source,
    Statement,
    Writer,
)

Range = tuple[str, str]
"""First and last value, both included, in order of bytes."""

_COUNTS = (MeasureFunction.COUNT, MeasureFunction.DISTINCT_COUNT, MeasureFunction.TRUE_COUNT)


@dataclass(frozen=True, slots=True)
class RowParts:
    """`parts[i]` are the ranges of `column` that make part i; none means no rows. Ranges of a part do not overlap."""

    column: str
    parts: tuple[tuple[Range, ...], ...]

    @property
    def are_values(self) -> bool:
        """Whether each part is one value at most."""
        return all(len(part) <= 1 and all(low == high for low, high in part) for part in self.parts)

    def condition(self, part: tuple[Range, ...]) -> Predicate:
        """Rows of one part."""
        single = tuple(low for low, high in part if low == high)
        tests: list[Predicate] = [
            And((Condition(self.column, Operator.GTE, low), Condition(self.column, Operator.LTE, high)))
            for low, high in part
            if low != high
        ]
        if single or not tests:
            tests.append(Condition(self.column, Operator.IN, single))
        return tests[0] if len(tests) == 1 else Or(tuple(tests))

    def within(self, part: tuple[Range, ...], where: Predicate | None) -> Predicate:
        """Rows of one part for which `where` holds."""
        condition = self.condition(part)
        return condition if where is None else And((condition, where))

    def triples(self) -> list[tuple[int, str, str]]:
        """(part, first, last) of every range."""
        return [(index, low, high) for index, part in enumerate(self.parts) for low, high in part]


def by_part(query: AggregateQuery, parts: RowParts) -> AggregateQuery:
    """One question for the figures of all parts, where these are single values: grouped by the column."""
    values = tuple(dict.fromkeys(low for _, low, _ in parts.triples()))
    chosen = Condition(parts.column, Operator.IN, values)
    where = chosen if query.where is None else And((chosen, query.where))
    return replace(query, by=(GroupKey(parts.column),), where=where)


def of_parts(
    query: AggregateQuery, parts: RowParts, found: Iterable[tuple[Any, ...]]
) -> list[list[tuple[Any, ...]]]:
    """The answer to `by_part` as one to `query` for each part; a part without rows has zero counts and no figures."""
    figures = {row[0]: row[1:] for row in found}
    empty = tuple(0 if measure.function in _COUNTS else None for measure in query.measures)
    return [[figures.get(part[0][0], empty) if part else empty] for part in parts.parts]


@lru_cache(maxsize=KEPT_STATEMENTS)
def pages_statement(
    source: Source,
    column: str,
    are_values: bool,
    filter: Filter,
    keys: tuple[SortKey, ...],
    after_nulls: tuple[bool, ...] | None,
) -> Statement:
    """(part, row number) of a page of each part, in order. Values: `parts_values`; filter; of `after` those not null
    and its row; number of the first row of a page within its part (from 1), and of the last."""
    writer = _PartsWriter(source)
    parts = writer.parts()
    conditions = writer.filtered(filter)
    if after_nulls is not None:
        conditions.append(writer.after(keys, after_nulls))
    value = writer.column(column)
    belongs = value == parts.c.low if are_values else value.between(parts.c.low, parts.c.high)
    place = func.row_number().over(partition_by=parts.c.part, order_by=writer.ordering(keys))
    numbered = (
        select(parts.c.part.label("part"), writer.row.label("row"), place.label("place"))
        .select_from(writer.table.join(parts, belongs))
        .where(*conditions)
        .subquery()
    )
    low, high = writer.parameters(2)
    found = select(numbered.c.part, numbered.c.row).where(numbered.c.place.between(low, high))
    return writer.compile(found.order_by(numbered.c.part, numbered.c.place))


def parts_values(engine: Engine, parts: RowParts) -> list[Any]:
    """The values of `_PartsWriter.parts`."""
    triples = parts.triples()
    return (
        [json.dumps(triples)]
        if engine is Engine.SQLITE
        else [list(values) for values in zip(*triples, strict=True)]
    )


class _PartsWriter(Writer):
    def parts(self) -> FromClause:
        """The ranges as a table of (part, low, high)."""
        if self.engine is Engine.SQLITE:
            each = func.json_each(self.parameter()).table_valued("value")
            values = [func.json_extract(each.c.value, literal_column(f"'$[{place}]'")) for place in range(3)]
        else:
            values = [func.unnest(self.parameter()) for _ in range(3)]
        part, low, high = values
        return select(part.label("part"), low.label("low"), high.label("high")).subquery()
