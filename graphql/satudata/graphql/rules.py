"""Validation rules: those of graphql-core and our own, walked through a document together."""

from collections.abc import Callable
from functools import cache
from typing import Any

from graphql import (
    SKIP,
    DocumentNode,
    GraphQLError,
    Node,
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


_EVERY_RULE = (*specified_rules, OneOfVariablesRule)


@cache
def _looking(when: str, kind: str) -> tuple[tuple[int, Callable[..., Any]], ...]:
    """The rules that look at nodes of a kind on `enter` or `leave`: place in `_EVERY_RULE`, and method."""
    methods = (getattr(rule, f"{when}_{kind}", getattr(rule, when, None)) for rule in _EVERY_RULE)
    return tuple((index, method) for index, method in enumerate(methods) if method is not None)


class EveryRule(ValidationRule):
    """All rules as one, each seeing the document as if alone: a rule that skips a node sees nothing below it.

    graphql-core can walk rules together too, but asks each of them anew, in every document, what kinds of nodes it
    looks at. That is half the time of a short document.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._rules = [rule(context) for rule in _EVERY_RULE]
        self._skipped: dict[int, Node] = {}
        """By place of a rule, the node it skips."""

    def enter(self, node: Node, *place: Any) -> None:
        for index, look in _looking("enter", node.kind):
            if index not in self._skipped and look(self._rules[index], node, *place) is SKIP:
                self._skipped[index] = node

    def leave(self, node: Node, *place: Any) -> None:
        for index, look in _looking("leave", node.kind):
            if index not in self._skipped:
                look(self._rules[index], node, *place)
        if self._skipped:
            self._skipped = {
                index: skipped for index, skipped in self._skipped.items() if skipped is not node
            }


RULES = (EveryRule,)
