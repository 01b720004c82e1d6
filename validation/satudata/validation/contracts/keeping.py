"""Writes `file` settings or a version into the YAML text of a contract and leaves every other character as it is.

The text is not written anew: a parser says where things stand, and the settings are put there, in the style (block or
flow) found there. The result is read again and has to say the same as before with the settings added; where that
cannot be reached, as in a table that other parts of the file refer to by an alias, `KeepingError` says so.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from satudata.validation.contracts.document import read_document, written
from satudata.validation.contracts.errors import ContractError

SCHEMA, CUSTOM, PROPERTY, FILE, VALUE = "schema", "customProperties", "property", "file", "value"
VERSION = "version"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})

Setting = str | int
Edit = tuple[int, int, str]
"""From, to, and what comes instead."""


class KeepingError(ValueError):
    """The settings cannot be written into this text without writing it anew; `reason` says why, for a log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def with_file_settings(contract_yaml: str, settings: Mapping[str, Setting]) -> str:
    """The text with these `file` settings on its table; settings it has already are replaced.

    Raises ContractError when the text is no YAML, KeepingError when the settings cannot be put in.
    """
    if not settings:
        return contract_yaml
    wanted = _merged(read_document(contract_yaml), settings)
    root = yaml.compose(contract_yaml, Loader=yaml.CSafeLoader)
    return _saying(wanted, _edited(contract_yaml, _edits(contract_yaml, _table(root), settings)))


def with_version(contract_yaml: str, version: str) -> str:
    """The text with this contract version in place of its own. Raises as `with_file_settings` does."""
    wanted = {**read_document(contract_yaml), VERSION: version}
    node = _under(yaml.compose(contract_yaml, Loader=yaml.CSafeLoader), VERSION)
    if not isinstance(node, yaml.ScalarNode):
        raise KeepingError("the contract has no version")
    return _saying(wanted, _edited(contract_yaml, [(*_span(node), version)]))


# -- what the result has to say


def _saying(wanted: Mapping[str, Any], text: str) -> str:
    """The text, when it says what is wanted."""
    try:
        said = read_document(text)
    except ContractError as error:
        raise KeepingError("the text cannot be read any more") from error
    if _plain(said) != _plain(wanted):
        raise KeepingError("the text is written in a way that cannot be added to")
    return text


def _merged(document: dict[str, Any], settings: Mapping[str, Setting]) -> dict[str, Any]:
    tables = document.get(SCHEMA)
    if not isinstance(tables, list) or not tables or not isinstance(tables[0], dict):
        raise KeepingError("the contract has no table")
    table = dict(tables[0])
    items = table[CUSTOM] if isinstance(table.get(CUSTOM), list) else []
    items = list(items)
    found = next((index for index, item in enumerate(items) if _is_file(item)), None)
    if found is None:
        # Where a new entry stands among the others means nothing; it is written first.
        items.insert(0, {PROPERTY: FILE, VALUE: dict(settings)})
    else:
        value = items[found].get(VALUE)
        items[found] = {**items[found], VALUE: {**(value if isinstance(value, dict) else {}), **settings}}
    table[CUSTOM] = items
    return {**document, SCHEMA: [table, *tables[1:]]}


def _is_file(item: Any) -> bool:
    return isinstance(item, dict) and item.get(PROPERTY) == FILE


def _plain(value: Any) -> Any:
    """The same with scalars as they are written, so that 01 and 1 differ."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return written(value)


# -- where it goes


def _table(root: yaml.Node | None) -> yaml.MappingNode:
    tables = _under(root, SCHEMA)
    first = tables.value[0] if isinstance(tables, yaml.SequenceNode) and tables.value else None
    if not isinstance(first, yaml.MappingNode) or not first.value:
        raise KeepingError("the contract has no table")
    return first


def _edits(text: str, table: yaml.MappingNode, settings: Mapping[str, Setting]) -> list[Edit]:
    custom = _under(table, CUSTOM)
    if custom is None:
        return [_put(text, table, [f"{CUSTOM}: [{_item(settings)}]"])]
    if not isinstance(custom, yaml.SequenceNode):
        raise KeepingError("the custom properties are no list")
    if not custom.value:
        return [(*_span(custom), f"[{_item(settings)}]")]
    item = next((node for node in custom.value if _scalar(_under(node, PROPERTY)) == FILE), None)
    if item is None:
        start = custom.value[0].start_mark.index
        if custom.flow_style:
            return [(start, start, f"{_item(settings)}, ")]
        dash = text.rfind("-", 0, start)
        return [(dash, dash, f"- {_item(settings)}{_line_end(text)}{' ' * _column(text, dash)}")]
    value = _under(item, VALUE)
    if not isinstance(value, yaml.MappingNode):
        raise KeepingError("the file settings are no mapping")
    if not value.value:
        return [(*_span(value), _flow(settings))]
    present = {_scalar(key): node for key, node in value.value}
    edits: list[Edit] = [
        (*_span(present[name]), _shown(setting)) for name, setting in settings.items() if name in present
    ]
    new = [f"{name}: {_shown(setting)}" for name, setting in settings.items() if name not in present]
    return [*edits, *([_put(text, value, new)] if new else [])]


def _put(text: str, mapping: yaml.MappingNode, members: list[str]) -> Edit:
    """Behind the last member of a flow. In a block in front of it: behind it stand comments of what follows."""
    key, value = mapping.value[-1]
    if mapping.flow_style:
        _, end = _span(value)
        return end, end, "".join(f", {member}" for member in members)
    start = key.start_mark.index
    indent = " " * _column(text, start)
    return start, start, "".join(f"{member}{_line_end(text)}{indent}" for member in members)


def _edited(text: str, edits: list[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


# -- nodes and scalars


def _under(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if _scalar(name) == key), None)


def _scalar(node: yaml.Node | None) -> str | None:
    return node.value if isinstance(node, yaml.ScalarNode) else None


def _span(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.index, node.end_mark.index


def _column(text: str, index: int) -> int:
    return index - (text.rfind("\n", 0, index) + 1)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _item(settings: Mapping[str, Setting]) -> str:
    return f"{{{PROPERTY}: {FILE}, {VALUE}: {_flow(settings)}}}"


def _flow(settings: Mapping[str, Setting]) -> str:
    return "{" + ", ".join(f"{name}: {_shown(setting)}" for name, setting in settings.items()) + "}"


def _shown(setting: Setting) -> str:
    if isinstance(setting, int):
        return str(setting)
    if _PLAIN.fullmatch(setting) and setting.lower() not in _NOT_TEXT:
        return setting
    return json.dumps(setting, ensure_ascii=False)
