"""The price of an operation, known before anything is read: a sum over its fields, lists multiplied by their length.

A field costs its `@cost` weight, else 1 for an object and 0 for a scalar. `@listSize` says how long its lists may be:
the slicing argument if given (literal, variable or default), else the assumed size; the fields it names are counted
that many times. A plain list without a mark counts as ten. Directives `@skip` and `@include` are not looked at: the
price is the most the operation can cost. Introspection is free.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)
from satudata.graphql.config import Limits
from satudata.graphql.directives import marks_of
from satudata.graphql.errors import bad_input, limit_error
from satudata.graphql.guard import INTROSPECTION

ASSUMED_LIST = 10
_HUGE = 10**15


@dataclass(frozen=True, slots=True)
class _Sized:
    """Fields of the current object that are lists of a known length."""

    fields: tuple[str, ...] = ()
    length: int = 1

    def length_of(self, field: str) -> int | None:
        return self.length if field in self.fields else None


_NOT_SIZED = _Sized()


class Pricer:
    """Prices operations of one validated document against its schema."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def price(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> int:
        """The price with these coerced variables. Raises ApiError for a page or a price beyond the limits."""
        root = self._schema.get_root_type(operation.operation)
        total = _Walk(self._schema, self._fragments, self._limits, variables).selections(
            operation.selection_set, root, _NOT_SIZED
        )
        most = self._limits.cost
        if total > most:
            raise limit_error(
                "cost",
                f"Permintaan ini terlalu besar: harganya {_shown(total)}, paling tinggi {most}. "
                "Kecilkan `first` atau pecah menjadi beberapa permintaan.",
                f"This request is too large: it costs {_shown(total)}, at most {most} is allowed. "
                "Lower `first` or split it into several requests.",
                limit=most,
                actual=total,
            )
        return total


class _Walk:
    """One pass over one operation with its variables."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        limits: Limits,
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._limits = limits
        self._variables = variables
        self._priced: dict[tuple[str, _Sized], int] = {}

    def selections(
        self, selection_set: SelectionSetNode, parent: GraphQLNamedType | None, sized: _Sized
    ) -> int:
        total = 0
        for selection in selection_set.selections:
            if isinstance(selection, FieldNode):
                total += self._field(selection, parent, sized)
            elif isinstance(selection, FragmentSpreadNode):
                total += self._spread(selection.name.value, sized)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = self._schema.get_type(condition.name.value) if condition else parent
                total += self.selections(selection.selection_set, inner, sized)
        return min(total, _HUGE)

    def _spread(self, name: str, sized: _Sized) -> int:
        known = self._priced.get((name, sized))
        if known is None:
            fragment = self._fragments[name]
            type_ = self._schema.get_type(fragment.type_condition.name.value)
            known = self._priced[name, sized] = self.selections(fragment.selection_set, type_, sized)
        return known

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, sized: _Sized) -> int:
        name = node.name.value
        if name in INTROSPECTION or parent is None or not is_composite_type(parent):
            return 0
        field = self._schema.get_field(_composite(parent), name)
        if field is None:
            return 0
        marks = marks_of(field)
        named = get_named_type(field.type)
        own = int(str(marks["cost"]["weight"])) if "cost" in marks else int(is_composite_type(named))
        below, length = _NOT_SIZED, sized.length_of(name)
        page = self._page_of(node, field, name)
        if "listSize" in marks:
            size = marks["listSize"]
            assumed = size.get("assumedSize")
            known = page if page is not None else int(assumed) if isinstance(assumed, int) else ASSUMED_LIST
            names = size.get("sizedFields")
            if isinstance(names, tuple):
                below = _Sized(names, known)
            else:
                length = known
        if length is None:
            length = ASSUMED_LIST if is_list_type(get_nullable_type(field.type)) else 1
        if node.selection_set is None:
            return own
        inner = self.selections(node.selection_set, named, below)
        if is_list_type(get_nullable_type(field.type)) and "cost" not in marks:
            return min(length * (own + inner), _HUGE)
        return min(own + length * inner, _HUGE)

    def _page_of(self, node: FieldNode, field: GraphQLField, name: str) -> int | None:
        """The value of `first`, checked against the largest page; None where there is none."""
        argument = field.args.get("first")
        if argument is None:
            return None
        default = argument.default_value
        value: Any = (
            default if isinstance(default, int) else None
        )  # Any: a JSON value of a variable, or a literal
        for given in node.arguments or ():
            if given.name.value != "first":
                continue
            if isinstance(given.value, IntValueNode):
                value = int(given.value.value)
            elif isinstance(given.value, VariableNode):
                value = self._variables.get(given.value.name.value, value)
            else:
                value = None
        if not isinstance(value, int):
            return None
        place = f"{(node.alias or node.name).value}.first"
        if value < 0:
            raise bad_input(place, "tidak boleh negatif.", "must not be negative.")
        if value > self._limits.page:
            raise limit_error(
                "page",
                f"{place}: paling banyak {self._limits.page} dalam satu halaman. Ambil halaman berikutnya dengan "
                "`after`, atau unduh datanya.",
                f"{place}: at most {self._limits.page} in one page. Take the next page with `after`, "
                "or download the data.",
                limit=self._limits.page,
                actual=value,
            )
        return value


def _composite(type_: GraphQLNamedType) -> GraphQLCompositeType:
    if not is_composite_type(type_):
        raise TypeError(f"{type_.name} has no fields")
    return type_


def _shown(total: int) -> str:
    return str(total) if total < 10**9 else "> 1000000000"
