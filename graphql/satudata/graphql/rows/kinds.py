"""Which GraphQL type a contract's column becomes, with its filter, grouping unit and aggregate."""

from dataclasses import dataclass

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLString,
)
from satudata.graphql.rows.shared import (
    AGGREGATES,
    FILTERS,
    GraphQLDatePart,
    GraphQLRegionLevelBy,
    GraphQLWhole,
    enum_filter,
)
from satudata.graphql.scalars import GraphQLBigInt, GraphQLDate, GraphQLDateTime, GraphQLDecimal
from satudata.validation.contracts.model import Column, ColumnType

_LARGEST_INT = 2**31 - 1
_SMALLEST_INT = -(2**31)

NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT})


@dataclass(frozen=True, slots=True)
class ColumnKind:
    """How one column appears in the API. `grouping` is None where a column cannot be grouped (binary floats)."""

    value: GraphQLScalarType | GraphQLEnumType
    filter: GraphQLInputObjectType
    grouping: GraphQLEnumType | None
    aggregate: GraphQLObjectType

    @property
    def as_text(self) -> bool:
        """True where whole numbers must be written as strings."""
        return self.value is GraphQLBigInt


def kind_of(column: Column) -> ColumnKind:
    """The kind of a column, by its type, its bounds and its code list."""
    scalar = _scalar_of(column)
    aggregate = "Text" if scalar is GraphQLID or scalar is GraphQLString else scalar.name
    return ColumnKind(scalar, FILTERS[scalar.name], _grouping_of(column), AGGREGATES[aggregate])


def enum_kind(enum: GraphQLEnumType) -> ColumnKind:
    """The kind of a text column whose values are an enum of its own (`value_lists.py`)."""
    return ColumnKind(enum, enum_filter(enum), GraphQLWhole, AGGREGATES["Text"])


def _scalar_of(column: Column) -> GraphQLScalarType:
    match column.type:
        case ColumnType.STRING:
            return GraphQLID if column.is_key or column.code is not None else GraphQLString
        case ColumnType.INTEGER:
            return GraphQLInt if _fits_int(column) else GraphQLBigInt
        case ColumnType.DECIMAL:
            return GraphQLDecimal
        case ColumnType.FLOAT:
            return GraphQLFloat
        case ColumnType.BOOLEAN:
            return GraphQLBoolean
        case ColumnType.DATE:
            return GraphQLDate
        case ColumnType.DATETIME:
            return GraphQLDateTime


def _fits_int(column: Column) -> bool:
    """Only what the contract bounds to 32 bits is an Int: by the contract, never by the values seen so far."""
    low, high = column.minimum, column.maximum
    if low is None or high is None:
        return False
    return low >= _SMALLEST_INT and high <= _LARGEST_INT  # type: ignore[operator]  # bounds of an INTEGER column are numbers


def _grouping_of(column: Column) -> GraphQLEnumType | None:
    if column.type is ColumnType.FLOAT:
        return None
    if column.type in (ColumnType.DATE, ColumnType.DATETIME):
        return GraphQLDatePart
    if column.code is not None and column.code.system is not None:
        return GraphQLRegionLevelBy
    return GraphQLWhole
