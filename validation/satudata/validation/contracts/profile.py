"""What the parts of a contract must be to each other: names the API can show, keys, and references that resolve.

The shape of each value was already checked by `schema.py`.
"""

import re
from collections.abc import Mapping, Sequence

from satudata.validation.contracts.document import Node
from satudata.validation.contracts.errors import Problems
from satudata.validation.contracts.headers import folded
from satudata.validation.contracts.model import Column
from satudata.validation.contracts.naming import ENTRY, camel_case, snake_case

RESERVED = frozenset(
    {
        *("and", "or", "not", "nodes", "edges", "pageInfo", "totalCount", "aggregate", "groups"),
        *("key", "rowCount", "version", "citation"),
    }
)
"""Field names that the API itself uses beside the columns."""

_COLUMN_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_DATASET_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*/[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
MAX_NAME = 60


def check_identity(root: Node, agency: str | None, problems: Problems) -> None:
    """Dataset id, version, and that the id belongs to the agency."""
    identifier = root.text("id")
    if identifier is not None and not _DATASET_ID.fullmatch(identifier):
        problems.add("contract.id", "id", found=identifier)
    elif identifier is not None and agency is not None and identifier.partition("/")[0] != agency:
        problems.add("contract.id_agency", "id", found=identifier, agency=agency)
    version = root.text("version")
    if version is not None and not _SEMVER.fullmatch(version):
        problems.add("contract.version", "version", found=version)


def check_columns(places: Sequence[Node], columns: Sequence[Column], problems: Problems) -> None:
    """Names, headers and the key of all columns; `places` are the properties the columns were read from."""
    _check_names(places, columns, problems)
    _check_headers(places, columns, problems)
    _check_key(places, columns, problems)
    by_name = {column.name: column for column in columns}
    for place, column in zip(places, columns, strict=True):
        target = by_name.get(column.name_of) if column.name_of else None
        if column.name_of and (target is None or target.code is None):
            problems.add("contract.name_of", place.custom()["nameOf"].path, found=column.name_of)


def check_column_references(sdi: Node, by_name: Mapping[str, Column], problems: Problems) -> None:
    """`sort` and `headline` name columns of this contract."""
    headline = sdi.text("headline")
    if headline is not None and headline not in by_name:
        problems.add("contract.unknown_column", sdi.at("headline").path, found=headline)
    for item in sdi.items("sort"):
        if isinstance(item.value, str) and item.value not in by_name:
            problems.add("contract.unknown_column", item.path, found=item.value)


def _check_names(places: Sequence[Node], columns: Sequence[Column], problems: Problems) -> None:
    fields: dict[str, str] = {}
    for place, column in zip(places, columns, strict=True):
        path = place.at("name").path
        if not column.name:
            problems.add("contract.missing", path, key="name")
            continue
        if not _COLUMN_NAME.fullmatch(column.name) or len(column.name) > MAX_NAME:
            problems.add(
                "contract.column_name", path, found=column.name, wanted=snake_case(column.name)[:MAX_NAME]
            )
            continue
        field = camel_case(column.name)
        if field in RESERVED:
            problems.add("contract.reserved", path, found=column.name)
        if field in fields:
            problems.add("contract.collision", path, found=column.name, other=fields[field], field=field)
        fields.setdefault(field, column.name)
    _check_entries(places, columns, fields, problems)


def _check_entries(
    places: Sequence[Node], columns: Sequence[Column], fields: Mapping[str, str], problems: Problems
) -> None:
    """A column of codes gives the API a second field, `<column>Entry`, which no column may take."""
    for column in columns:
        entry = f"{camel_case(column.name)}{ENTRY}" if column.code is not None and column.name else ""
        other = fields.get(entry)
        if other is not None:
            place = next(place for place, taken in zip(places, columns, strict=True) if taken.name == other)
            problems.add(
                "contract.collision", place.at("name").path, found=other, other=column.name, field=entry
            )


def _check_headers(places: Sequence[Node], columns: Sequence[Column], problems: Problems) -> None:
    headers: dict[str, str] = {}
    for place, column in zip(places, columns, strict=True):
        header = folded(column.header)
        if header in headers and column.name:
            path = place.at("physicalName" if place.text("physicalName") else "name").path
            problems.add("contract.duplicate", path, value=column.header)
        headers[header] = column.name


def _check_key(places: Sequence[Node], columns: Sequence[Column], problems: Problems) -> None:
    positions: dict[int, str] = {}
    for place, column in zip(places, columns, strict=True):
        if column.key_position is None:
            continue
        if column.key_position in positions:
            path = place.at("primaryKeyPosition").path
            problems.add(
                "contract.key_position", path, found=column.key_position, other=positions[column.key_position]
            )
        positions[column.key_position] = column.name
