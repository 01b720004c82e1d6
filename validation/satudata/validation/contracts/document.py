"""A contract's YAML as plain data, read as untrusted input, and a cursor that walks it without ever failing.

YAML here is the 1.2 core schema: only true/false are booleans, dates stay text, and numbers remember how they
were written, so that `[01, 02]` as allowed values keeps its zeros. Size, depth and expanded aliases are
limited. What the data must look like is the business of `schema.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from satudata.validation.contracts.errors import Problems

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 100_000


class WrittenInt(int):
    """An integer that knows its digits in the file."""

    text: str


class WrittenFloat(float):
    """A number with a fraction that knows its digits in the file."""

    text: str


class _Loader(yaml.CSafeLoader):
    """Knows the types added below and no others."""


_Loader.yaml_implicit_resolvers = {}


def _implicit(tag: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


_implicit("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF")
_implicit("null", r"^(?:~|null|Null|NULL|)$", "~nN\0")
_implicit("int", r"^[-+]?[0-9]+$", "-+0123456789")
_implicit("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+0123456789.")
_implicit("merge", r"^<<$", "<")


def _construct_int(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> WrittenInt:
    value = WrittenInt(node.value)
    value.text = node.value
    return value


def _construct_float(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> WrittenFloat:
    value = WrittenFloat(node.value)
    value.text = node.value
    return value


def _construct_mapping(loader: yaml.CSafeLoader, node: yaml.MappingNode) -> Iterator[dict[Any, Any]]:
    seen: set[str] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            seen.add(key.value)
    data: dict[Any, Any] = {}
    yield data
    data.update(loader.construct_mapping(node))


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)
_Loader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)


def read_document(text: str) -> dict[str, Any]:
    """The contract's top-level mapping. Raises ContractError (`contract.yaml`, `contract.too_large`)."""
    problems = Problems()
    if len(text) > MAX_CHARACTERS:
        problems.add("contract.too_large", "", limit=f"{MAX_CHARACTERS:_}".replace("_", " "))
        problems.raise_if_any()
    try:
        if _depth(text) > MAX_DEPTH:
            problems.add("contract.too_large", "", limit=f"{MAX_DEPTH} levels")
            problems.raise_if_any()
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 a SafeLoader with fewer types
    except (yaml.YAMLError, ValueError) as error:
        problems.add("contract.yaml", "", **_place(error))
        problems.raise_if_any()
    if not isinstance(data, dict):
        problems.add("contract.yaml", "", line=1, detail="mapping expected")
        problems.raise_if_any()
    if _expanded(data, {}, set()) > MAX_NODES:
        problems.add("contract.too_large", "", limit=f"{MAX_NODES:_} values".replace("_", " "))
        problems.raise_if_any()
    return {str(key): value for key, value in data.items()}


def _depth(text: str) -> int:
    deepest = depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            deepest = max(deepest, depth)
            if depth > MAX_DEPTH:
                break
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return deepest


def _expanded(value: Any, known: dict[int, int], open_nodes: set[int]) -> int:
    """Number of values once aliases are written out; a cycle counts as endless."""
    if not isinstance(value, dict | list):
        return 1
    identity = id(value)
    if identity in known:
        return known[identity]
    if identity in open_nodes:
        return MAX_NODES + 1
    open_nodes.add(identity)
    children = value.values() if isinstance(value, dict) else value
    total = 1 + sum(_expanded(child, known, open_nodes) for child in children)
    open_nodes.discard(identity)
    known[identity] = total
    return total


def _place(error: Exception) -> dict[str, object]:
    mark = getattr(error, "problem_mark", None)
    detail = getattr(error, "problem", None) or str(error).splitlines()[0]
    return {"line": mark.line + 1 if mark else 1, "detail": detail}


def written(value: Any) -> str | None:
    """A scalar as it stands in the file (`01` stays `01`); None for null, lists and mappings."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, WrittenInt | WrittenFloat):
        return value.text
    return str(value) if isinstance(value, str | int | float) else None


@dataclass(frozen=True, slots=True)
class Node:
    """A place in the document. Look-ups give None or nothing where the type is not the one asked for."""

    value: Any
    path: str

    def at(self, key: str) -> "Node":
        """The value under `key`; a node holding None when there is none."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(value, f"{self.path}.{key}" if self.path else key)

    def text(self, key: str) -> str | None:
        """A scalar under `key` as text without outer blanks; None when absent or empty."""
        found = written(self.at(key).value)
        return found.strip() or None if found is not None else None

    def flag(self, key: str, default: bool) -> bool:
        value = self.at(key).value
        return value if isinstance(value, bool) else default

    def items(self, key: str) -> list["Node"]:
        """The elements of the list under `key`."""
        node = self.at(key)
        values = node.value if isinstance(node.value, list) else []
        return [Node(value, f"{node.path}[{index}]") for index, value in enumerate(values)]

    def texts(self, key: str) -> tuple[str, ...]:
        """The scalars of the list under `key`, as written."""
        found = (written(item.value) for item in self.items(key))
        return tuple(text for text in found if text is not None)

    def custom(self) -> dict[str, "Node"]:
        """ODCS customProperties by name, each standing at its `value`."""
        named: dict[str, Node] = {}
        for item in self.items("customProperties"):
            name = item.text("property")
            if name is not None:
                named[name] = item.at("value")
        return named

    @property
    def present(self) -> bool:
        return self.value is not None
