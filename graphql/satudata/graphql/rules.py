"""Validation rules of our own, beside those of graphql-core."""

from graphql import (
    DocumentNode,
    GraphQLError,
    NonNullTypeNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValidationContext,
    ValidationRule,
    VariableNode,
    get_named_type,
    is_input_object_type,
    specified_rules,
)
from satudata.graphql.errors import bad_input


class OneOfVariablesRule(ValidationRule):
    """A variable that is the one field of a `@oneOf` object must be declared non-null.

    graphql-core 3.3.2 has this check too, but not where the object stands in a list, as in `orderBy: [{tahun: $sort}]`.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._members: set[int] = set()

    def enter_object_value(self, node: ObjectValueNode, *_: object) -> None:
        type_ = get_named_type(self.context.get_input_type())
        if is_input_object_type(type_) and type_.is_one_of:
            self._members |= {
                id(field.value) for field in node.fields if isinstance(field.value, VariableNode)
            }

    def leave_document(self, node: DocumentNode, *_: object) -> None:
        if not self._members:
            return
        for operation in node.definitions:
            if isinstance(operation, OperationDefinitionNode):
                self._check(operation)

    def _check(self, operation: OperationDefinitionNode) -> None:
        nullable = {
            definition.variable.name.value
            for definition in operation.variable_definitions or ()
            if not isinstance(definition.type, NonNullTypeNode)
        }
        for usage in self.context.get_recursive_variable_usages(operation):
            name = usage.node.name.value
            if id(usage.node) in self._members and name in nullable:
                cause = bad_input(
                    f"${name}",
                    "variabel ini harus bertipe bukan-null (dengan tanda seru) karena mengisi objek @oneOf.",
                    "this variable must be declared non-null (with an exclamation mark), for it fills a @oneOf object.",
                    reason="NULLABLE_ONE_OF_VARIABLE",
                )
                self.report_error(GraphQLError(cause.message.en, [usage.node], original_error=cause))


RULES = (*specified_rules, OneOfVariablesRule)
