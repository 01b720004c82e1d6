"""What the row types of all datasets share: sort orders, grouping units, filters by scalar, aggregates by scalar.

Plain graphql-core types, made once. What one dataset adds is in `types.py`; what an operator means is decided in
`filters.py`.
"""

from collections.abc import Mapping
from enum import Enum

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLString,
)
from satudata.datasets.rows.query import DatePart
from satudata.graphql.scalars import (
    GraphQLBigInt,
    GraphQLCount,
    GraphQLDate,
    GraphQLDateTime,
    GraphQLDecimal,
    GraphQLTimeZone,
)


class Sort(Enum):
    """Direction of one order term. Nulls come last in both directions unless the name says otherwise."""

    ASC = "ASC"
    DESC = "DESC"
    ASC_NULLS_FIRST = "ASC_NULLS_FIRST"
    DESC_NULLS_FIRST = "DESC_NULLS_FIRST"

    @property
    def descending(self) -> bool:
        return self in (Sort.DESC, Sort.DESC_NULLS_FIRST)

    @property
    def nulls_first(self) -> bool:
        return self in (Sort.ASC_NULLS_FIRST, Sort.DESC_NULLS_FIRST)


GraphQLSort = GraphQLEnumType(
    "Sort",
    {
        "ASC": GraphQLEnumValue(Sort.ASC, description="Smallest first, nulls last."),
        "DESC": GraphQLEnumValue(Sort.DESC, description="Largest first, nulls last."),
        "ASC_NULLS_FIRST": GraphQLEnumValue(
            Sort.ASC_NULLS_FIRST, description="Nulls first, then smallest first."
        ),
        "DESC_NULLS_FIRST": GraphQLEnumValue(
            Sort.DESC_NULLS_FIRST, description="Nulls first, then largest first."
        ),
    },
    description="Direction of an order. Text is ordered by its bytes in UTF-8, alike in every engine.",
)

GraphQLWhole = GraphQLEnumType(
    "Whole",
    {"VALUE": GraphQLEnumValue("VALUE", description="One group for each value; null is a group of its own.")},
    description="How a column is grouped when only its values can be.",
)

GraphQLDatePart = GraphQLEnumType(
    "DatePart",
    {
        part.value: GraphQLEnumValue(part, description=description)
        for part, description in {
            DatePart.VALUE: "One group for each value; null is a group of its own.",
            DatePart.HOUR: "By hour; of instants only. When clocks are set back, both hours stand apart.",
            DatePart.DAY: "By day.",
            DatePart.WEEK: "By week (ISO 8601); weeks begin on Monday.",
            DatePart.MONTH: "By month.",
            DatePart.QUARTER: "By quarter of the year.",
            DatePart.YEAR: "By year.",
        }.items()
    },
    description=(
        "How a date or an instant is grouped. The key is the first day or the first instant of the part; parts of an "
        "instant are taken in `timeZone`. Null is a group of its own; parts without rows are absent."
    ),
)

GraphQLRegionLevelBy = GraphQLEnumType(
    "RegionLevelBy",
    {"CODE": GraphQLEnumValue("CODE", description="One group for each code as it stands in the column.")},
    description="How a column of region codes is grouped.",
)

_OPERATORS = {
    "eq": "Equal to.",
    "ne": "Not equal to. Leaves out rows where the column is null, as SQL does.",
    "in": "Equal to one of these, at most 1,000.",
    "notIn": "Equal to none of these, at most 1,000. Leaves out rows where the column is null, as SQL does.",
    "lt": "Less than.",
    "lte": "Less than or equal to.",
    "gt": "Greater than.",
    "gte": "Greater than or equal to.",
    "contains": "Has this text anywhere within.",
    "startsWith": "Begins with this text.",
}
_LISTS = {"in", "notIn"}


def _filter(
    kind: str,
    value: GraphQLScalarType | GraphQLEnumType,
    operators: str,
    text: GraphQLScalarType | None = None,
    note: str = "",
    name: str = "",
) -> GraphQLInputObjectType:
    fields = {}
    for operator in operators.split():
        operand = text if text is not None and operator in ("contains", "startsWith") else value
        given = GraphQLList(GraphQLNonNull(operand)) if operator in _LISTS else operand
        fields[operator] = GraphQLInputField(given, description=_OPERATORS[operator])
    if "contains" in fields:
        fields["ignoreCase"] = GraphQLInputField(
            GraphQLBoolean,
            description=(
                "Applies to every operator beside it: A-Z and a-z count as the same. Other letters "
                "do not fold."
            ),
        )
    fields["isNull"] = GraphQLInputField(
        GraphQLBoolean, description="true: only rows without a value; false: only rows with one."
    )
    return GraphQLInputObjectType(
        name or f"{kind}Filter",
        fields,
        description=(
            f"Conditions on a column of type {kind if kind != 'Text' else 'String'}, all of which must hold. "
            f"A null operator and an empty object are refused.{note}"
        ),
    )


FILTERS: Mapping[str, GraphQLInputObjectType] = {
    "ID": _filter(
        "ID",
        GraphQLID,
        "eq ne in notIn startsWith",
        GraphQLString,
        " Codes compare as they stand in the column.",
    ),
    "String": _filter(
        "Text",
        GraphQLString,
        "eq ne in notIn contains startsWith",
        None,
        " Text compares by its bytes in UTF-8.",
    ),
    "Boolean": _filter("Boolean", GraphQLBoolean, "eq"),
    "Int": _filter("Int", GraphQLInt, "eq ne in notIn lt lte gt gte"),
    "BigInt": _filter("BigInt", GraphQLBigInt, "eq ne in notIn lt lte gt gte"),
    "Decimal": _filter(
        "Decimal",
        GraphQLDecimal,
        "eq ne in lt lte gt gte",
        None,
        " Numbers compare exactly, whatever their decimals.",
    ),
    "Float": _filter(
        "Float",
        GraphQLFloat,
        "lt lte gt gte",
        None,
        " Equality of binary floats is not offered: it depends on rounding.",
    ),
    "Date": _filter("Date", GraphQLDate, "eq ne in lt lte gt gte"),
    "DateTime": _filter("DateTime", GraphQLDateTime, "eq lt lte gt gte"),
}
"""Filter of a column by the name of its scalar."""


def enum_filter(enum: GraphQLEnumType) -> GraphQLInputObjectType:
    """Filter of a column whose values are an enum of its own."""
    return _filter(enum.name, enum, "eq ne in notIn", name=f"{enum.name}_Filter")


GraphQLCodeFilter = GraphQLInputObjectType(
    "CodeFilter",
    {
        "code": GraphQLInputField(
            FILTERS["ID"],
            description="By the code, as the list writes it or as the column does. `startsWith` goes by the list.",
        ),
        "under": GraphQLInputField(
            GraphQLList(GraphQLNonNull(GraphQLID)),
            description="One of these codes or any code below one, however deep. An unknown code is refused.",
        ),
        "level": GraphQLInputField(
            GraphQLList(GraphQLNonNull(GraphQLString)),
            description="By the level of the code within its list. Example: `REGENCY`.",
        ),
    },
    description=(
        "Conditions on the code behind a column, all of which must hold. Rows without a code are left out. "
        "null and an empty object are refused."
    ),
)

_COUNT_FIELD = ("count", GraphQLNonNull(GraphQLCount), "How many rows have a value in this column.")
_DISTINCT_FIELD = (
    "distinctCount",
    GraphQLNonNull(GraphQLCount),
    "How many different values the column has, null left out.",
)


def _aggregate(
    kind: str,
    value: GraphQLScalarType,
    extra: tuple[tuple[str, GraphQLScalarType, str], ...],
    *,
    distinct: bool = True,
) -> GraphQLObjectType:
    fields: dict[str, GraphQLField] = {
        "min": GraphQLField(value, description="Smallest value; null where no row has one."),
        "max": GraphQLField(value, description="Largest value; null where no row has one."),
    }
    for name, scalar, description in extra:
        fields[name] = GraphQLField(scalar, description=description)
    for name, type_, description in (_COUNT_FIELD, _DISTINCT_FIELD) if distinct else (_COUNT_FIELD,):
        fields[name] = GraphQLField(type_, description=description)
    return GraphQLObjectType(
        f"{kind}Aggregate",
        fields,
        description=(
            "Figures over one column of every row the filter matches, whatever the page. Rows without a "
            "value do not count."
        ),
    )


_AVERAGE = (
    "Exact sum divided by count, with six more decimals than the column, half to even; null where "
    "no row has a value."
)
_MEDIAN = "Middle value, or the mean of the two middle values; null where no row has one."
_SUM = "Exact sum; null where no row has a value. In the unit of the column."

AGGREGATES: Mapping[str, GraphQLObjectType] = {
    "Int": _aggregate("Int", GraphQLInt, (("sum", GraphQLBigInt, _SUM), ("avg", GraphQLDecimal, _AVERAGE))),
    "BigInt": _aggregate(
        "BigInt",
        GraphQLBigInt,
        (
            ("sum", GraphQLBigInt, _SUM),
            ("avg", GraphQLDecimal, _AVERAGE),
            ("median", GraphQLDecimal, _MEDIAN),
        ),
    ),
    "Decimal": _aggregate(
        "Decimal",
        GraphQLDecimal,
        (
            ("sum", GraphQLDecimal, _SUM),
            ("avg", GraphQLDecimal, _AVERAGE),
            ("median", GraphQLDecimal, _MEDIAN),
        ),
    ),
    "Float": _aggregate(
        "Float",
        GraphQLFloat,
        (("avg", GraphQLFloat, "Mean, rounded as binary floats are."), ("median", GraphQLFloat, _MEDIAN)),
    ),
    "Date": _aggregate("Date", GraphQLDate, ()),
    "DateTime": _aggregate("DateTime", GraphQLDateTime, (), distinct=False),
    "Text": _aggregate("Text", GraphQLString, ()),
    "Boolean": GraphQLObjectType(
        "BooleanAggregate",
        {
            "trueCount": GraphQLField(GraphQLNonNull(GraphQLCount), description="How many rows are true."),
            "count": GraphQLField(_COUNT_FIELD[1], description=_COUNT_FIELD[2]),
        },
        description="Figures over one yes-or-no column of every row the filter matches, whatever the page.",
    ),
}
"""Aggregate type by the kind of the column; codes and text share `Text`."""

GraphQLMeasureSort = GraphQLInputObjectType(
    "MeasureSort",
    {
        name: GraphQLInputField(GraphQLSort, description=f"By the groups' {what}.")
        for name, what in {
            "sum": "sum",
            "avg": "mean",
            "min": "smallest value",
            "max": "largest value",
            "median": "median",
            "count": "number of rows with a value",
            "distinctCount": "number of different values",
        }.items()
    },
    is_one_of=True,
    description="By which figure of a column groups are ordered. Exactly one.",
)

GraphQLMeasureFilter = GraphQLInputObjectType(
    "MeasureFilter",
    {
        name: GraphQLInputField(FILTERS[scalar], description=description)
        for name, scalar, description in (
            ("sum", "Decimal", "The groups' sum. Not offered for binary floats."),
            ("avg", "Decimal", "The groups' mean, rounded as it is answered."),
            ("min", "Decimal", "The groups' smallest value."),
            ("max", "Decimal", "The groups' largest value."),
            ("count", "Int", "How many rows of the group have a value."),
        )
    },
    description=(
        "Conditions on the figures of one column in each group, all of which must hold. Figures compare exactly, as "
        "they are answered; a group without a value has none, and only `isNull: true` keeps it. A null and an empty "
        "object are refused. Of binary floats, `eq`, `ne` and `in` are refused too."
    ),
)

SHARED_TYPES: tuple[GraphQLNamedType, ...] = (
    GraphQLBigInt,
    GraphQLDecimal,
    GraphQLTimeZone,
    GraphQLSort,
    GraphQLWhole,
    GraphQLDatePart,
    GraphQLRegionLevelBy,
    *FILTERS.values(),
    *AGGREGATES.values(),
    GraphQLCodeFilter,
    GraphQLMeasureSort,
    GraphQLMeasureFilter,
)
"""Printed with the static schema, so that a client knows them before the first dataset."""
