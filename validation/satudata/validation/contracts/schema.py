"""The shape of a contract: the JSON schema of ODCS, its pydantic model, and the schema of the SDI profile.

Both ODCS checks are needed: the model drops keys it does not know without a word, the JSON schema names them.
What the values mean to each other (columns, rules, references) is checked in `profile.py`.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft201909Validator
from jsonschema.exceptions import ValidationError
from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import ValidationError as ModelError

from satudata.validation.contracts.document import Node
from satudata.validation.contracts.errors import Problems
from satudata.validation.findings.suggesting import near

API_VERSION = "v3.1.0"
_REFERENCE = re.compile(r"\.relationships\[\d+\]\.to$")


def contract_json_schema() -> dict[str, Any]:
    """JSON schema (2019-09) of the SDI profile's custom properties, for editors and forms."""
    return dict(_profile())


def check_shape(document: dict[str, Any], problems: Problems) -> None:
    """Note what the ODCS schema, the ODCS model and the schema of the SDI profile object to."""
    _check(_odcs_validator(), document, "", problems)
    if document.get("apiVersion") not in (API_VERSION, None):
        problems.add("contract.api_version", "apiVersion", found=document["apiVersion"], wanted=API_VERSION)
    try:
        OpenDataContractStandard(**document)
    except ModelError as error:
        for item in error.errors():
            problems.add("contract.value", _path("", item["loc"]), detail=item["msg"])
    for kind, node in _custom_property_holders(Node(document, "")):
        _check_custom(kind, node, problems)


def _custom_property_holders(root: Node) -> Iterator[tuple[str, Node]]:
    yield "contract", root
    yield "description", root.at("description")
    for table in root.items("schema"):
        yield "table", table
        for quality in table.items("quality"):
            yield "quality", quality
        for column in table.items("properties"):
            yield "column", column
            for quality in column.items("quality"):
                yield "quality", quality


def _known_custom(kind: str) -> Mapping[str, Any]:
    """Schemas by custom property name for one kind of place."""
    definitions = _profile()["$defs"]
    if kind == "contract":
        return {"sdi": definitions["sdi"]}
    if kind == "table":
        return {"file": definitions["file"]}
    properties: Mapping[str, Any] = definitions[kind]["properties"]
    return properties


def _check_custom(kind: str, holder: Node, problems: Problems) -> None:
    known = _known_custom(kind)
    seen: set[str] = set()
    for item in holder.items("customProperties"):
        name = item.text("property")
        if name is None:
            continue
        if name in seen:
            problems.add("contract.duplicate", f"{item.path}.property", value=name)
        seen.add(name)
        if name in known:
            schema = {**known[name], "$defs": _profile()["$defs"]}
            value = item.at("value")
            _check(Draft201909Validator(schema), value.value, value.path, problems)
        elif hint := near(name, known):
            problems.add("contract.unknown_key", f"{item.path}.property", key=name, hint=hint)


def _check(validator: Draft201909Validator, value: Any, base: str, problems: Problems) -> None:
    for error in sorted(
        _leaves(validator.iter_errors(value)), key=lambda error: _path(base, error.absolute_path)
    ):
        _REPORT.get(str(error.validator), _report_value)(error, _path(base, error.absolute_path), problems)


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """Errors that name the wrong place itself: of alternatives, the one that got furthest."""
    for error in errors:
        if error.context:
            deepest = max(len(child.absolute_path) for child in error.context)
            if deepest > len(error.absolute_path):
                yield from _leaves(child for child in error.context if len(child.absolute_path) == deepest)
                continue
        yield error


def _report_unknown(error: ValidationError, path: str, problems: Problems) -> None:
    found: Any = error.instance  # jsonschema types instances as anything or unset
    known = _property_names(error.schema)
    for key in found:
        if key not in known:
            hint = near(key, known) or _few(known)
            problems.add("contract.unknown_key", _path(path, [key]), key=key, hint=hint)


def _report_required(error: ValidationError, path: str, problems: Problems) -> None:
    found: Any = error.instance
    wanted: Any = error.validator_value
    for key in wanted:
        if key not in found:
            problems.add("contract.missing", _path(path, [key]), key=key)


def _report_type(error: ValidationError, path: str, problems: Problems) -> None:
    wanted: Any = error.validator_value
    names = ", ".join([wanted] if isinstance(wanted, str) else wanted)
    problems.add("contract.type", path, found=_short(error.instance), wanted=names)


def _report_enum(error: ValidationError, path: str, problems: Problems) -> None:
    wanted: Any = error.validator_value
    allowed = [str(value) for value in wanted]
    close = near(str(error.instance), allowed)
    problems.add("contract.choice", path, found=_short(error.instance), allowed=close or ", ".join(allowed))


def _report_value(error: ValidationError, path: str, problems: Problems) -> None:
    if _REFERENCE.search(path) and isinstance(error.instance, str):
        problems.add("contract.reference", path, found=_short(error.instance))
        return
    problems.add("contract.value", path, detail=error.message[:200])


_REPORT: Mapping[str, Callable[[ValidationError, str, Problems], None]] = {
    "unevaluatedProperties": _report_unknown,
    "additionalProperties": _report_unknown,
    "required": _report_required,
    "type": _report_type,
    "enum": _report_enum,
}


def _property_names(schema: Any, depth: int = 0) -> set[str]:
    """Every property an object may have under `schema`, whatever branch allows it."""
    if not isinstance(schema, dict) or depth > 12:
        return set()
    names = set(schema.get("properties", ()))
    if "$ref" in schema:
        names |= _property_names(_definition(schema["$ref"]), depth + 1)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(keyword, ()):
            names |= _property_names(part, depth + 1)
    for keyword in ("if", "then", "else"):
        names |= _property_names(schema.get(keyword), depth + 1)
    return names


def _definition(reference: str) -> Any:
    name = reference.rpartition("/")[2]
    return _odcs_schema()["$defs"].get(name) or _profile()["$defs"].get(name)


def _few(names: Iterable[str]) -> str:
    ordered = sorted(names)
    return ", ".join(ordered[:8]) + (", …" if len(ordered) > 8 else "")


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _path(base: str, parts: Iterable[Any]) -> str:
    path = base
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else str(part)
    return path


@cache
def _odcs_schema() -> dict[str, Any]:
    # Read by ourselves: the package's own reader uses a function that later Pythons do not have.
    text = (resources.files("open_data_contract_standard") / "schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


@cache
def _odcs_validator() -> Draft201909Validator:
    return Draft201909Validator(_odcs_schema())


@cache
def _profile() -> dict[str, Any]:
    text = (resources.files(__package__) / "sdi-profile.schema.json").read_text("utf-8")
    profile: dict[str, Any] = json.loads(text)
    return profile
