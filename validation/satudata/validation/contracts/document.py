"""A contract's YAML as plain data, read as untrusted input, and a cursor that walks it without ever failing.

YAML here is the 1.2 core schema: only true/false are booleans, dates stay text, and numbers remember how they
were written, so that `[01, 02]` as allowed values keeps its zeros. Size, depth and expanded aliases are
limited. What the data must look like is the business of `schema.py`.
"""

import re
from collections.abc import Callable, Mapping
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


_TAG = "tag:yaml.org,2002:"


class _Loader(yaml.CSafeLoader):
    """Composes nodes, with the tags added below and no others; values are made of them by `_Values`."""


_Loader.yaml_implicit_resolvers = {}


def _implicit(tag: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(f"{_TAG}{tag}", re.compile(pattern), list(first))


_implicit("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF")
_implicit("null", r"^(?:~|null|Null|NULL|)$", "~nN\0")
_implicit("int", r"^[-+]?[0-9]+$", "-+0123456789")
_implicit("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+0123456789.")
_implicit("merge", r"^<<$", "<")


class _Values:
    """Values of composed nodes. An alias is the same object as what it stands for, so that nothing is written out."""

    def __init__(self) -> None:
        self._made: dict[int, Any] = {}

    def of(self, node: yaml.Node) -> Any:
        known = self._made.get(id(node), _UNMADE)
        if known is not _UNMADE:
            return known
        if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
            return _SCALARS[node.tag](node.value)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            items: list[Any] = []
            self._made[id(node)] = items  # before its items, which may lead back to it
            items += map(self.of, node.value)
            return items
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node)
        raise _problem(f"a value cannot be a {node.tag.removeprefix(_TAG)!r}", node)

    def _mapping(self, node: yaml.MappingNode) -> dict[Any, Any]:
        data: dict[Any, Any] = {}
        self._made[id(node)] = data
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise _problem(f"the key {key.value!r} stands twice", key)
                seen.add(key.value)
        if "<<" in seen:
            yaml.constructor.SafeConstructor().flatten_mapping(node)
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _problem("a key must be a word", key)
            data[self.of(key)] = self.of(value)
        return data


def _problem(words: str, node: yaml.Node) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, words, node.start_mark)


def _written_int(text: str) -> WrittenInt:
    value = WrittenInt(text)
    value.text = text
    return value


def _written_float(text: str) -> WrittenFloat:
    value = WrittenFloat(text)
    value.text = text
    return value


_UNMADE = object()
_SCALARS: Mapping[str, Callable[[str], Any]] = {
    f"{_TAG}str": str,
    f"{_TAG}int": _written_int,
    f"{_TAG}float": _written_float,
    f"{_TAG}bool": lambda text: text.lower() == "true",
    f"{_TAG}null": lambda text: None,
}
"""By tag: a scalar out of its text. Other tags are no values here."""


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
        data = _load(text)
    except (yaml.YAMLError, ValueError) as error:
        problems.add("contract.yaml", "", **_place(error))
        problems.raise_if_any()
    if not isinstance(data, dict):
        problems.add("contract.yaml", "", line=1, detail="mapping expected")
        problems.raise_if_any()
    if _expanded(data, {}, set()) > MAX_NODES:
        problems.add("contract.too_large", "", limit=f"{MAX_NODES:_} values".replace("_", " "))
        problems.raise_if_any()
    return _named(data)


def reread_document(text: str) -> dict[str, Any]:
    """The same of a text that `read_document` has accepted before: its limits are not measured again."""
    return _named(_load(text))


def _load(text: str) -> Any:
    root = yaml.compose(text, Loader=_Loader)
    return None if root is None else _Values().of(root)


def _named(data: dict[Any, Any]) -> dict[str, Any]:
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
        return Node(self._under(key), f"{self.path}.{key}" if self.path else key)

    def text(self, key: str) -> str | None:
        """A scalar under `key` as text without outer blanks; None when absent or empty."""
        found = written(self._under(key))
        return found.strip() or None if found is not None else None

    def flag(self, key: str, default: bool) -> bool:
        value = self._under(key)
        return value if isinstance(value, bool) else default

    def items(self, key: str) -> list["Node"]:
        """The elements of the list under `key`."""
        values = self._under(key)
        if not isinstance(values, list):
            return []
        path = self.at(key).path
        return [Node(value, f"{path}[{index}]") for index, value in enumerate(values)]

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

    def _under(self, key: str) -> Any:
        return self.value.get(key) if isinstance(self.value, dict) else None

    @property
    def present(self) -> bool:
        return self.value is not None
