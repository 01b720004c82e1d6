"""Random documents over any schema, right and wrong, and a check of answers against it.

    document = Generator(schema, random.Random(1), values).document()
    check_answer(schema, document, body["data"])

`values` are texts worth trying as ids and strings: slugs, codes, ids of nodes, cursors.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)

SCALARS = {
    "Int": lambda value: type(value) is int and -(2**31) <= value < 2**31,
    "Count": lambda value: type(value) is int and 0 <= value < 2**53,
    "Float": lambda value: type(value) in (int, float),
    "Boolean": lambda value: type(value) is bool,
    "String": lambda value: type(value) is str,
    "ID": lambda value: type(value) is str,
    "BigInt": re.compile(r"-?(0|[1-9]\d*)").fullmatch,
    "Decimal": re.compile(r"-?(0|[1-9]\d*)(\.\d+)?").fullmatch,
    "Date": re.compile(r"\d{4}-\d\d-\d\d").fullmatch,
    "DateTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z").fullmatch,
    "TimeZone": lambda value: type(value) is str,
    "JSON": lambda value: True,
}
"""What an answer may have as a value of each scalar."""


@dataclass
class Selected:
    """One field of the document as it must come back. `only` names the type it was asked of, where that may vary."""

    key: str
    name: str
    type: GraphQLOutputType | None
    below: "list[Selected]" = field(default_factory=list)
    only: str | None = None


@dataclass
class Document:
    text: str
    variables: dict[str, Any]
    selected: list[Selected]
    wrong: bool
    """Whether something in it is wrong on purpose."""


class Generator:
    """Writes one document at a time."""

    def __init__(
        self, schema: GraphQLSchema, rng: random.Random, values: Sequence[str], wrong: float
    ) -> None:
        self._schema = schema
        self._random = rng
        self._values = values
        self._wrong = wrong
        self._start()

    def _start(self) -> None:
        self._declared: dict[str, str] = {}
        self._variables: dict[str, Any] = {}
        self._fragments: list[str] = []
        self._is_wrong = False
        self._fields = 0
        self._keys = 0

    def document(self, operation: str = "query") -> Document:
        """A document with its variables."""
        self._start()
        root = self._schema.mutation_type if operation == "mutation" else self._schema.query_type
        assert root is not None
        text, selected = self._selection(root, depth=0)
        declared = ", ".join(f"${name}: {type_}" for name, type_ in self._declared.items())
        head = f"{operation} G({declared})" if declared else operation
        return Document(
            "\n".join([f"{head} {text}", *self._fragments]), self._variables, selected, self._is_wrong
        )

    def _goes_wrong(self, scale: float = 1.0) -> bool:
        if self._random.random() >= self._wrong * scale:
            return False
        self._is_wrong = True
        return True

    def _selection(self, type_: GraphQLNamedType, depth: int) -> tuple[str, list[Selected]]:
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            return "{ __typename }", [Selected("__typename", "__typename", None)]
        parts, selected = [], []
        if isinstance(type_, GraphQLInterfaceType):
            parts.append("__typename")
            selected.append(Selected("__typename", "__typename", None))
            for possible in self._random.sample(list(self._schema.get_possible_types(type_)), 2):
                text, below = self._fields_of(possible, depth + 1, 2)
                parts.append(f"... on {possible.name} {{ {text} }}")
                for item in below:
                    item.only = possible.name
                selected += below
        text, own = self._fields_of(type_, depth, 4)
        if self._random.random() < 0.15:
            name = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {name} on {type_.name} {{ {text} }}")
            text = f"...{name}"
        return "{ " + " ".join([*parts, text]) + " }", selected + own

    def _fields_of(
        self, type_: GraphQLObjectType | GraphQLInterfaceType, depth: int, most: int
    ) -> tuple[str, list[Selected]]:
        leaves = [n for n, f in type_.fields.items() if not is_composite_type(get_named_type(f.type))]
        deeper = [n for n, f in type_.fields.items() if is_composite_type(get_named_type(f.type))]
        if depth >= 9 or self._fields > 120:
            deeper = []
        chosen = self._random.sample(leaves, min(len(leaves), self._random.randint(1, most)))
        chosen += self._random.sample(deeper, min(len(deeper), self._random.randint(1, 2)))
        parts, selected = [], []
        for name in chosen or ["__typename"]:
            text, item = self._field(type_, name, depth)
            parts.append(text)
            selected.append(item)
        if self._goes_wrong(0.1):
            parts.append(self._random.choice(["tidakAda", "tidak { ada }", "__schem", "...Tiada"]))
        return " ".join(parts), selected

    def _field(
        self, type_: GraphQLObjectType | GraphQLInterfaceType, name: str, depth: int
    ) -> tuple[str, Selected]:
        self._fields += 1
        self._keys += 1
        if name == "__typename":
            return name, Selected(name, name, None)
        definition: GraphQLField = type_.fields[name]
        # Every field has a key of its own, so nothing has to be merged.
        key = f"k{self._keys}"
        named = get_named_type(definition.type)
        below_text, below = ("", [])
        if is_composite_type(named):
            below_text, below = self._selection(named, depth + 1)
        elif self._goes_wrong(0.03):
            below_text = "{ x }"
        text = f"{key}: {name}{self._arguments(definition.args)} {below_text}"
        return text, Selected(key, name, definition.type, below)

    def _arguments(self, arguments: Mapping[str, GraphQLArgument]) -> str:
        given = []
        for name, argument in arguments.items():
            needed = is_required_argument(argument)
            # Few texts are cursors, and a foreign one is an error whatever else is asked; long pages cost too much.
            likely = {"after": 0.02, "first": 0.85}.get(name, 0.35)
            if (needed and not self._goes_wrong(0.05)) or (not needed and self._random.random() < likely):
                given.append(f"{name}: {self._argument(name, argument.type)}")
        if self._goes_wrong(0.03):
            given.append("tidakAda: 1")
        return f"({', '.join(given)})" if given else ""

    def _argument(self, name: str, type_: GraphQLInputType) -> str:
        if self._random.random() < 0.25:
            variable = f"v{len(self._declared)}"
            self._declared[variable] = str(type_)
            if is_non_null_type(type_) or self._random.random() < 0.9:
                self._variables[variable] = self._json(name, type_, 3)
            return f"${variable}"
        return _literal(self._json(name, type_, 3))

    def _json(self, name: str, type_: GraphQLInputType, depth: int) -> Any:
        """A value as JSON; enums as `_Name`."""
        if self._goes_wrong(0.15):
            return self._random.choice(
                [None, {}, [], "teks", -1, 2**31, 1.5, True, [None], {"x": 1}, "\0", 10**30]
            )
        if isinstance(type_, GraphQLNonNull):
            return self._json(name, type_.of_type, depth)
        if isinstance(type_, GraphQLList):
            return [self._json(name, type_.of_type, depth) for _ in range(self._random.randint(0, 3))]
        if isinstance(type_, GraphQLEnumType):
            return _Name(self._random.choice(list(type_.values)))
        if isinstance(type_, GraphQLInputObjectType):
            return self._object(type_, depth)
        return self._scalar(name, str(type_))

    def _object(self, type_: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
        fields: dict[str, GraphQLInputField] = type_.fields
        needed = [name for name, item in fields.items() if is_non_null_type(item.type)]
        simple = [name for name in fields if name not in ("and", "or", "not")]
        pool = list(fields) if depth > 0 else simple
        count = 1 if type_.is_one_of else self._random.randint(1, 2)
        chosen = self._random.sample(pool, min(count, len(pool)))
        return {
            name: self._json(name, fields[name].type, depth - 1) for name in dict.fromkeys([*needed, *chosen])
        }

    def _scalar(self, name: str, kind: str) -> Any:
        rng = self._random
        match kind:
            case "Int" | "Count":
                return (
                    rng.choice([0, 1, 2, 3, 5])
                    if name in ("first", "offset", "version", "number")
                    else rng.choice([0, 1, 7, 1000, -5, 2024])
                )
            case "Boolean":
                return rng.random() < 0.5
            case "Float" | "Decimal":
                return rng.choice([0, 1.5, -2.25, 1e6, 5])
            case "BigInt":
                return rng.choice([0, "9007199254740993", -1, 12])
            case "Date":
                return rng.choice(["2024-01-05", "1900-02-28", "9999-12-31"])
            case "DateTime":
                return rng.choice(["2024-01-05T10:00:00Z", "2024-06-01T00:00:00+07:00"])
            case "TimeZone":
                return rng.choice(["Asia/Jakarta", "UTC", "Asia/Jayapura"])
        return rng.choice([*self._values, "", "x", "日本", "%_\\'\""])


class _Name(str):
    """The name of an enum value: quoted in JSON, not in a document."""


def _literal(value: Any) -> str:
    match value:
        case None:
            return "null"
        case dict():
            return "{" + ", ".join(f"{name}: {_literal(part)}" for name, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_literal, value)) + "]"
        case bool():
            return "true" if value else "false"
        case _Name():
            return str(value)
        case str():
            escaped = "".join(c if c.isalnum() and c.isascii() else f"\\u{{{ord(c):x}}}" for c in value)
            return f'"{escaped}"'
    return repr(value)


class WrongAnswer(AssertionError):
    """An answer that its schema does not allow."""


def check_answer(schema: GraphQLSchema, selected: Sequence[Selected], data: Any, place: str = "data") -> None:
    """Raises WrongAnswer at the first value that is missing, too much, null where it must not be, or malformed."""
    if not isinstance(data, dict):
        raise WrongAnswer(f"{place} is no object")
    expected = [item for item in selected if item.only is None or item.only == data.get("__typename")]
    missing = {item.key for item in expected} ^ set(data)
    if missing:
        raise WrongAnswer(f"{place} lacks or has too much: {missing}")
    for item in expected:
        value = data[item.key]
        if item.type is None:
            if value not in schema.type_map:
                raise WrongAnswer(f"{place}.__typename is {value!r}")
        else:
            _check_value(schema, item, item.type, value, f"{place}.{item.name}")


def _check_value(
    schema: GraphQLSchema, item: Selected, type_: GraphQLOutputType, value: Any, place: str
) -> None:
    if isinstance(type_, GraphQLNonNull):
        if value is None:
            raise WrongAnswer(f"{place} is null")
        type_ = type_.of_type
    if value is None:
        return
    if is_list_type(type_):
        if not isinstance(value, list):
            raise WrongAnswer(f"{place} is no list")
        for index, part in enumerate(value):
            _check_value(schema, item, type_.of_type, part, f"{place}[{index}]")
    elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
        check_answer(schema, item.below, value, place)
    elif isinstance(type_, GraphQLEnumType):
        if value not in type_.values:
            raise WrongAnswer(f"{place} is {value!r}, not of {type_.name}")
    elif not SCALARS[type_.name](value):
        raise WrongAnswer(f"{place} is {value!r}, no {type_.name}")
