"""graphql-core's executor with two additions: rows are planned as a whole, and ready-made JSON passes through.

Derived from Strawberry's executor, so that Strawberry resolvers keep their `info`. `complete_value` runs a fixed number
of times for a list of rows, whatever its length (a test counts). Introspection is completed off the event loop.
"""

from typing import Any

import orjson
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    get_argument_values,
)
from satudata.graphql.rows.connection import RowsRequest
from satudata.graphql.rows.linked import LinkedRequest
from satudata.graphql.rows.selection import Running


class SplicingExecutor(StrawberryGraphQLCoreExecutionContext):
    """Opens a `RowsRequest` with the selection below it, and takes an `orjson.Fragment` as a finished value.

    Its context value must have `introspect(path_key, complete)` (`context.RequestContext`).
    """

    def complete_value(  # Any: results and incremental positions are untyped in graphql-core
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        if type(result) is orjson.Fragment:
            return result
        if type(result) is RowsRequest or type(result) is LinkedRequest:
            result = result.open(self._running(info, path), field_details_list)
        elif _is_introspection(result, return_type, info, path):
            complete = super().complete_value
            return self.context_value.introspect(
                path.key,
                lambda: complete(return_type, field_details_list, info, path, result, position_context),
            )
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    def _running(self, info: GraphQLResolveInfo[Any], path: Path) -> Running:
        def arguments(field: GraphQLField, details: FieldDetailsList) -> dict[str, Any]:
            first = details[0]
            return get_argument_values(
                field, first.node, self.variable_values, first.fragment_variable_values, hide_suggestions=True
            )

        def complete(type_: GraphQLOutputType, details: FieldDetailsList, value: Any) -> Any:
            return self.complete_value(type_, details, info, path, value, None)

        return Running(self.context_value, self.collect_subfields, arguments, complete)


def _is_introspection(
    result: Any, return_type: GraphQLOutputType, info: GraphQLResolveInfo[Any], path: Path
) -> bool:
    """True for what `__schema` or `__type` of the operation itself gave, before its non-null type is taken off."""
    return (
        path.prev is None
        and return_type is info.return_type
        and isinstance(result, GraphQLSchema | GraphQLNamedType)
    )
