"""Schemas printed as SDL, with the directives of `directives.py`, which graphql-core's own printer leaves out.

Types come in the order of the alphabet, so that two prints of the same schema are the same bytes.
"""

from collections.abc import Iterable

from graphql.utilities.get_default_value_ast import get_default_value_ast

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    StringValueNode,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
    print_ast,
    print_directive,
)
from satudata.graphql.directives import Literal, marks_of

_QUOTES = '"""'


def print_sdl(schema: GraphQLSchema, header: str = "") -> str:
    """The whole schema as text, `header` as comment lines above it."""
    directives = [print_directive(item) for item in schema.directives if not is_specified_directive(item)]
    types = [
        _type(schema.type_map[name])
        for name in sorted(schema.type_map)
        if not is_introspection_type(schema.type_map[name])
        and not is_specified_scalar_type(schema.type_map[name])
    ]
    comment = "".join(f"# {line}".rstrip() + "\n" for line in header.splitlines())
    return comment + ("\n" if comment else "") + "\n\n".join([*directives, *types]) + "\n"


def _type(type_: GraphQLNamedType) -> str:
    return _description(type_.description, "") + _body(type_)


def _body(type_: GraphQLNamedType) -> str:
    match type_:
        case GraphQLScalarType():
            url = type_.specified_by_url
            return f"scalar {type_.name}" + (f" @specifiedBy(url: {_value(url)})" if url else "")
        case GraphQLEnumType():
            return f"enum {type_.name}" + _block(
                _enum_value(name, value) for name, value in type_.values.items()
            )
        case GraphQLInputObjectType():
            one_of = " @oneOf" if type_.is_one_of else ""
            return f"input {type_.name}{one_of}" + _block(
                _description(field.description, "  ") + f"  {_given(name, field)}"
                for name, field in type_.fields.items()
            )
        case GraphQLObjectType() | GraphQLInterfaceType():
            keyword = "interface" if isinstance(type_, GraphQLInterfaceType) else "type"
            implemented = " & ".join(interface.name for interface in type_.interfaces)
            return (
                f"{keyword} {type_.name}"
                + (f" implements {implemented}" if implemented else "")
                + _marks(type_)
                + _block(_field(name, field) for name, field in type_.fields.items())
            )
    raise TypeError(f"no SDL for {type_!r}")


def _field(name: str, field: GraphQLField) -> str:
    return (
        _description(field.description, "  ")
        + f"  {name}{_arguments(field)}: {field.type}"
        + _deprecated(field.deprecation_reason)
        + _marks(field)
    )


def _arguments(field: GraphQLField) -> str:
    if not field.args:
        return ""
    if all(argument.description is None for argument in field.args.values()):
        return "(" + ", ".join(_given(name, argument) for name, argument in field.args.items()) + ")"
    lines = "\n".join(
        _description(argument.description, "    ") + f"    {_given(name, argument)}"
        for name, argument in field.args.items()
    )
    return f"(\n{lines}\n  )"


def _given(name: str, given: GraphQLArgument | GraphQLInputField) -> str:
    default = get_default_value_ast(given)
    shown = f" = {print_ast(default)}" if default is not None else ""
    return f"{name}: {given.type}{shown}{_deprecated(given.deprecation_reason)}"


def _enum_value(name: str, value: GraphQLEnumValue) -> str:
    return _description(value.description, "  ") + f"  {name}" + _deprecated(value.deprecation_reason)


def _marks(element: GraphQLField | GraphQLNamedType) -> str:
    printed = ""
    for name, arguments in marks_of(element).items():
        listed = ", ".join(f"{argument}: {_value(value)}" for argument, value in arguments.items())
        printed += f" @{name}({listed})"
    return printed


def _deprecated(reason: str | None) -> str:
    return "" if reason is None else f" @deprecated(reason: {_value(reason)})"


def _value(value: Literal) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return print_ast(StringValueNode(value=value))
    return "[" + ", ".join(_value(item) for item in value) + "]"


def _block(items: Iterable[str]) -> str:
    """Members between braces, a blank line above each that has a description."""
    members = list(items)
    lines = "\n".join(
        f"\n{member}" if index and member.lstrip().startswith(_QUOTES[0]) else member
        for index, member in enumerate(members)
    )
    return f" {{\n{lines}\n}}" if members else ""


def _description(text: str | None, indent: str) -> str:
    if text is None:
        return ""
    if _QUOTES in text or text.endswith(('"', "\\")):
        return f"{indent}{_value(text)}\n"
    if "\n" not in text and len(text) <= 100:
        return f"{indent}{_QUOTES}{text}{_QUOTES}\n"
    lines = "\n".join(f"{indent}{line}".rstrip() for line in text.split("\n"))
    return f"{indent}{_QUOTES}\n{lines}\n{indent}{_QUOTES}\n"
