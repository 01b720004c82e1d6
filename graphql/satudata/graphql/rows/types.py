"""The GraphQL types of one dataset, made from its contract as plain graphql-core types.

Only public columns appear; what a contract marks not filterable is absent from Filter, Order and GroupBy. Resolving is
not here: the dataset's field gets its resolver from whoever builds the schema (`scoped.py`), and everything below a
connection is answered by `connection.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLString,
)
from satudata.graphql.directives import CONNECTION, MARKS, ListSize, mark
from satudata.graphql.rows.kinds import NUMBERS, ColumnKind, kind_of
from satudata.graphql.rows.naming import DatasetNames
from satudata.graphql.rows.shared import GraphQLMeasureSort, GraphQLSort
from satudata.graphql.rows.wording import both, meaning_of, paragraphs, title_of
from satudata.graphql.scalars import GraphQLCount
from satudata.validation.contracts.model import Column, DataContract

DEFAULT_PAGE = 100
ASSUMED_GROUPS = 500

Resolver = Callable[..., Any]  # Any: graphql-core calls resolvers with (source, info, **arguments)


@dataclass(frozen=True, slots=True)
class StaticTypes:
    """Types of the static schema that row types refer to."""

    page_info: GraphQLObjectType
    dataset_version: GraphQLObjectType


@dataclass(frozen=True, slots=True)
class PublicColumn:
    """A column as readers see it."""

    column: Column
    field: str
    kind: ColumnKind

    @property
    def name(self) -> str:
        return self.column.name


def answer_of(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """Resolver of every field of a connection: the source has planned an answer for each response key."""
    return source.answer(info.path.key, arguments)


class RowTypes:
    """All types of one dataset, made on first use and then kept."""

    def __init__(self, contract: DataContract, static: StaticTypes) -> None:
        self.contract = contract
        self.names = DatasetNames.of(contract)
        self.columns = tuple(
            PublicColumn(column, self.names.field(column.name), kind_of(column))
            for column in contract.public_columns
        )
        self.by_field: Mapping[str, PublicColumn] = {column.field: column for column in self.columns}
        self._static = static

    def apart(self) -> "RowTypes":
        """The same types made anew, for another thread."""
        return RowTypes(self.contract, self._static)

    @cached_property
    def filterable(self) -> tuple[PublicColumn, ...]:
        """Columns that may stand in `where` and `orderBy`."""
        return tuple(column for column in self.columns if column.column.filterable)

    @cached_property
    def groupable(self) -> tuple[PublicColumn, ...]:
        """Columns that may stand in `groups(by:)`."""
        return tuple(column for column in self.filterable if column.kind.grouping is not None)

    @cached_property
    def filter_columns(self) -> Mapping[str, str]:
        """GraphQL field to column name, for `where` and `orderBy`."""
        return {column.field: column.name for column in self.filterable}

    def dataset_field(self, resolve: Resolver | None) -> GraphQLField:
        """The field of `Data_<Agency>` that serves this dataset's rows."""
        arguments = {
            "version": GraphQLArgument(
                GraphQLInt,
                description="Number of the version to read. Absent: the newest one. Versions never change.",
            ),
            "first": GraphQLArgument(
                GraphQLInt,
                default_value=DEFAULT_PAGE,
                description="How many rows, at most 1,000. Example: 20.",
            ),
            "after": GraphQLArgument(
                GraphQLString,
                description=(
                    "Rows after this cursor (`pageInfo.endCursor` or `edges.cursor`), under the same order "
                    "and version."
                ),
            ),
            "offset": GraphQLArgument(
                GraphQLInt,
                description=(
                    "How many rows to skip; never together with `after`. At most 10,000, except without `where` and "
                    "`orderBy`. To read everything, download the version instead."
                ),
            ),
        }
        if self.filterable:
            arguments = {
                "version": arguments.pop("version"),
                "where": GraphQLArgument(self.filter, description="Which rows; absent means every row."),
                "orderBy": GraphQLArgument(
                    GraphQLList(GraphQLNonNull(self.order)),
                    description=(
                        "Order of the rows; then, and without it, the order in which the version is stored"
                        f"{self._stored_order}."
                    ),
                ),
                **arguments,
            }
        return GraphQLField(
            self.connection,
            arguments,
            resolve=resolve,
            description=paragraphs(
                both(self.contract.title.id, self.contract.title.en),
                self.contract.description.id,
                self.contract.description.en,
                "null, with an error beside it, when the rows cannot be answered.",
            ),
            extensions={
                MARKS: {
                    "contract": {"dataset": self.contract.id, "version": self.contract.version},
                    "listSize": CONNECTION.as_arguments(),
                }
            },
        )

    @property
    def _stored_order(self) -> str:
        fields = [self.names.field(name) for name in self.contract.stored_order if name in self._public_names]
        return f" ({', '.join(fields)})" if fields else ""

    @cached_property
    def _public_names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)

    @cached_property
    def row(self) -> GraphQLObjectType:
        return GraphQLObjectType(
            self.names.type_name,
            {
                column.field: GraphQLField(
                    GraphQLNonNull(column.kind.scalar) if column.column.required else column.kind.scalar,
                    description=meaning_of(column.column),
                    extensions={MARKS: {"contract": {"column": column.name}}},
                )
                for column in self.columns
            },
            description=paragraphs(
                f"{both('Satu baris', 'One row')}: {both(self.contract.title.id, self.contract.title.en)}.",
                self.contract.description.id,
                self.contract.description.en,
            ),
            extensions={MARKS: {"contract": {"dataset": self.contract.id, "version": self.contract.version}}},
        )

    @cached_property
    def edge(self) -> GraphQLObjectType:
        return GraphQLObjectType(
            self.names.type("Edge"),
            {
                "cursor": GraphQLField(
                    GraphQLNonNull(GraphQLString), description="Place of this row, for `after`. Opaque."
                ),
                "node": GraphQLField(GraphQLNonNull(self.row), description="The row."),
            },
            description="A row with its place in the list.",
        )

    @cached_property
    def connection(self) -> GraphQLObjectType:
        fields = {
            "nodes": GraphQLField(
                GraphQLNonNull(GraphQLList(GraphQLNonNull(self.row))),
                resolve=answer_of,
                description="The rows of this page. Cheaper than `edges`.",
            ),
            "edges": GraphQLField(
                GraphQLNonNull(GraphQLList(GraphQLNonNull(self.edge))),
                resolve=answer_of,
                description="The rows of this page, each with its cursor.",
            ),
            "pageInfo": GraphQLField(
                GraphQLNonNull(self._static.page_info),
                resolve=answer_of,
                description="Whether there is more, and from where.",
            ),
            "totalCount": GraphQLField(
                GraphQLNonNull(GraphQLCount),
                resolve=answer_of,
                description="How many rows the filter matches, whatever the page. Exact.",
                extensions=mark(weight=20),
            ),
            "aggregate": GraphQLField(
                GraphQLNonNull(self.aggregate),
                resolve=answer_of,
                description="Figures over every row the filter matches, whatever the page.",
                extensions=mark(weight=20),
            ),
        }
        if self.groupable:
            fields["groups"] = self._groups_field()
        fields["version"] = GraphQLField(
            GraphQLNonNull(self._static.dataset_version),
            resolve=answer_of,
            description="The version these rows were read from: cite this one.",
        )
        return GraphQLObjectType(
            self.names.type("Connection"),
            fields,
            description=f"Rows of {self.contract.id}: a page of them, and figures over all that the filter matches.",
        )

    def _groups_field(self) -> GraphQLField:
        return GraphQLField(
            GraphQLNonNull(GraphQLList(GraphQLNonNull(self.group))),
            {
                "by": GraphQLArgument(
                    GraphQLNonNull(GraphQLList(GraphQLNonNull(self.group_by))),
                    description="What rows of a group have in common: at least one column, none twice.",
                ),
                "orderBy": GraphQLArgument(
                    GraphQLList(GraphQLNonNull(self.group_order)),
                    description="Order of the groups; then, and without it, by their key.",
                ),
                "first": GraphQLArgument(
                    GraphQLInt,
                    description=(
                        "How many groups, at most 1,000. Absent: all of them, up to 10,000; more are refused with "
                        "COST_LIMIT, never cut silently."
                    ),
                ),
                "offset": GraphQLArgument(GraphQLInt, description="How many groups to skip, at most 10,000."),
            },
            resolve=answer_of,
            description="Figures by group, over every row the filter matches, whatever the page.",
            extensions=mark(
                weight=50, size=ListSize(slicing_arguments=("first",), assumed_size=ASSUMED_GROUPS)
            ),
        )

    @cached_property
    def filter(self) -> GraphQLInputObjectType:
        def fields() -> dict[str, GraphQLInputField]:
            several = GraphQLList(GraphQLNonNull(self.filter))
            combined = {
                "and": GraphQLInputField(several, description="All of these hold."),
                "or": GraphQLInputField(several, description="At least one of these holds."),
                "not": GraphQLInputField(
                    self.filter,
                    description="This does not hold. Rows where it is unknown (null) are left out, as in SQL.",
                ),
            }
            return combined | {
                column.field: GraphQLInputField(column.kind.filter, description=meaning_of(column.column))
                for column in self.filterable
            }

        return GraphQLInputObjectType(
            self.names.type("Filter"),
            fields,
            description=(
                f"Which rows of {self.contract.id}: everything given must hold. An empty object inside "
                "is refused."
            ),
        )

    @cached_property
    def order(self) -> GraphQLInputObjectType:
        return GraphQLInputObjectType(
            self.names.type("Order"),
            {
                column.field: GraphQLInputField(GraphQLSort, description=title_of(column.column))
                for column in self.filterable
            },
            is_one_of=True,
            description="One term of an order. Exactly one column.",
        )

    @cached_property
    def group_by(self) -> GraphQLInputObjectType:
        return GraphQLInputObjectType(
            self.names.type("GroupBy"),
            {
                column.field: GraphQLInputField(
                    _enum(column.kind.grouping), description=title_of(column.column)
                )
                for column in self.groupable
            },
            is_one_of=True,
            description="One part of what the rows of a group have in common. Exactly one column.",
        )

    @cached_property
    def key(self) -> GraphQLObjectType:
        return GraphQLObjectType(
            self.names.type("Key"),
            {
                column.field: GraphQLField(column.kind.scalar, description=meaning_of(column.column))
                for column in self.groupable
            },
            description="What the rows of a group have in common. Columns that are not in `by` are null.",
        )

    @cached_property
    def aggregate(self) -> GraphQLObjectType:
        fields = {
            "rowCount": GraphQLField(
                GraphQLNonNull(GraphQLCount), description="How many rows there are, with or without values."
            )
        }
        for column in self.columns:
            fields[column.field] = GraphQLField(
                GraphQLNonNull(column.kind.aggregate), description=meaning_of(column.column)
            )
        return GraphQLObjectType(
            self.names.type("Aggregate"),
            fields,
            description=f"Figures over rows of {self.contract.id}, column by column.",
        )

    @cached_property
    def group(self) -> GraphQLObjectType:
        return GraphQLObjectType(
            self.names.type("Group"),
            {
                "key": GraphQLField(
                    GraphQLNonNull(self.key),
                    description="What its rows have in common.",
                    extensions=mark(weight=0),
                ),
                "aggregate": GraphQLField(
                    GraphQLNonNull(self.aggregate),
                    description="Figures over its rows.",
                    extensions=mark(weight=0),
                ),
            },
            description="Rows that have something in common.",
        )

    @cached_property
    def group_order(self) -> GraphQLInputObjectType:
        fields = {
            "key": GraphQLInputField(
                GraphQLSort, description="By the key, its columns in the order of `by`."
            ),
            "rowCount": GraphQLInputField(GraphQLSort, description="By the number of rows."),
        }
        for column in self.columns:
            if column.column.type in NUMBERS:
                fields[column.field] = GraphQLInputField(
                    GraphQLMeasureSort, description=title_of(column.column)
                )
        return GraphQLInputObjectType(
            self.names.type("GroupOrder"),
            fields,
            is_one_of=True,
            description="One term of an order of groups. Exactly one.",
        )


def _enum(grouping: GraphQLEnumType | None) -> GraphQLEnumType:
    if grouping is None:
        raise TypeError("a column without a grouping unit is not groupable")
    return grouping
