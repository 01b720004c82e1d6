"""The GraphQL types of one dataset, made from its contract as plain graphql-core types.

Only public columns appear; what a contract marks not filterable is absent from Filter, Order and GroupBy. Resolving is
not here: the dataset's field gets its resolver from whoever builds the schema (`scoped.py`), and everything below a
connection is answered by `connection.py`.
"""

from collections.abc import Mapping
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
from satudata.graphql.directives import MARKS, ListSize, mark
from satudata.graphql.rows.kinds import NUMBERS, ColumnKind, enum_kind, kind_of
from satudata.graphql.rows.links import CodeLink, links_of
from satudata.graphql.rows.naming import DatasetNames
from satudata.graphql.rows.shared import (
    FILTERS,
    GraphQLCodeFilter,
    GraphQLMeasureFilter,
    GraphQLMeasureSort,
    GraphQLSort,
)
from satudata.graphql.rows.value_lists import ValueList, enum_type, value_lists
from satudata.graphql.rows.wording import both, entry_meaning, meaning_of, paragraphs, title_of
from satudata.graphql.scalars import GraphQLCount, GraphQLTimeZone
from satudata.validation.contracts.model import Column, DataContract

ASSUMED_GROUPS = 500
DEFAULT_TIME_ZONE = "Asia/Jakarta"


@dataclass(frozen=True, slots=True)
class StaticTypes:
    """Types of the static schema that row types refer to."""

    page_info: GraphQLObjectType
    dataset_version: GraphQLObjectType
    code: GraphQLObjectType
    result_citation: GraphQLObjectType


@dataclass(frozen=True, slots=True)
class PublicColumn:
    """A column as readers see it."""

    column: Column
    field: str
    kind: ColumnKind
    meaning: str
    """What it holds, as every type that has it says."""

    @property
    def name(self) -> str:
        return self.column.name


def answer_of(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """Resolver of every field of a connection: the source has planned an answer for each response key."""
    return source.answer(info.path.key, arguments)


class RowTypes:
    """All types of one dataset, made on first use and then kept."""

    def __init__(
        self, contract: DataContract, static: StaticTypes, earlier: tuple[DataContract, ...] = ()
    ) -> None:
        """`earlier` are the other contracts that published versions were checked against."""
        self.contract = contract
        self.earlier = earlier
        self.names = DatasetNames.of(contract)
        lists = value_lists(contract, earlier)
        self.columns = tuple(
            PublicColumn(
                column,
                self.names.field(column.name),
                self._kind(column, lists.get(column.name)),
                meaning_of(column),
            )
            for column in contract.public_columns
        )
        self.by_field: Mapping[str, PublicColumn] = {column.field: column for column in self.columns}
        self.static = static

    def apart(self, static: StaticTypes | None = None) -> "RowTypes":
        """The same types made anew: for another thread, or to refer to other static types."""
        return RowTypes(self.contract, static or self.static, self.earlier)

    def _kind(self, column: Column, values: ValueList | None) -> ColumnKind:
        if values is None:
            return kind_of(column)
        return enum_kind(enum_type(self.names.enum(column.name), column, values, self.contract))

    @cached_property
    def filterable(self) -> tuple[PublicColumn, ...]:
        """Columns that may stand in `where` and `orderBy`."""
        return tuple(column for column in self.columns if column.column.filterable)

    @cached_property
    def links(self) -> Mapping[str, CodeLink]:
        """Fields of entries behind codes, by field."""
        found = links_of((column.column, column.field) for column in self.columns)
        return {link.field: link for link in found}

    @property
    def is_linked(self) -> bool:
        """Whether rows can be found by the code of some list."""
        return any(link.column.filterable for link in self.links.values())

    @cached_property
    def groupable(self) -> tuple[PublicColumn, ...]:
        """Columns that may stand in `groups(by:)`."""
        return tuple(column for column in self.filterable if column.kind.grouping is not None)

    @cached_property
    def filter_columns(self) -> Mapping[str, str]:
        """GraphQL field to column name, for `where` and `orderBy`."""
        return {column.field: column.name for column in self.filterable}

    @cached_property
    def row(self) -> GraphQLObjectType:
        return GraphQLObjectType(
            self.names.type_name,
            {
                column.field: GraphQLField(
                    GraphQLNonNull(column.kind.value) if column.column.required else column.kind.value,
                    description=column.meaning,
                    extensions={MARKS: {"contract": {"column": column.name}}},
                )
                for column in self.columns
            }
            | {
                link.field: GraphQLField(
                    self.static.code,
                    description=entry_meaning(link),
                    extensions={MARKS: {"contract": {"column": link.column.name}}},
                )
                for link in self.links.values()
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
                GraphQLNonNull(self.static.page_info),
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
            GraphQLNonNull(self.static.dataset_version),
            resolve=answer_of,
            description="The version these rows were read from.",
        )
        fields["citation"] = GraphQLField(
            GraphQLNonNull(self.static.result_citation),
            resolve=answer_of,
            description="How to cite this page of rows: in words, with an address that asks again, and a hash.",
            extensions=mark(weight=20),
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
                "having": GraphQLArgument(
                    self.having, description="Which groups, by their figures; absent means every group."
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
                "timeZone": GraphQLArgument(
                    GraphQLTimeZone,
                    default_value=DEFAULT_TIME_ZONE,
                    description="Where hours, days and longer parts of instants begin; days of a Date have no zone.",
                ),
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
            by_entry = {
                link.field: GraphQLInputField(GraphQLCodeFilter, description=entry_meaning(link))
                for link in self.links.values()
                if link.column.filterable
            }
            by_value = {
                column.field: GraphQLInputField(column.kind.filter, description=column.meaning)
                for column in self.filterable
            }
            return combined | by_value | by_entry

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
                column.field: GraphQLField(column.kind.value, description=column.meaning)
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
                GraphQLNonNull(column.kind.aggregate), description=column.meaning
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
    def having(self) -> GraphQLInputObjectType:
        fields = {"rowCount": GraphQLInputField(FILTERS["Int"], description="By the number of rows.")}
        for column in self.filterable:
            if column.column.type in NUMBERS:
                fields[column.field] = GraphQLInputField(
                    GraphQLMeasureFilter, description=title_of(column.column)
                )
        return GraphQLInputObjectType(
            self.names.type("Having"),
            fields,
            description=(
                "Which groups, by their figures: everything given must hold. An empty object inside is refused."
            ),
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
