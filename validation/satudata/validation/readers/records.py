"""Records with keys (JSON, JSON lines, GeoJSON) as the table of a contract: nested objects flattened, values as text.

`{"episentrum": {"lintang": 2.88}}` has the header `episentrum.lintang`. The first record is row 2, as if the headers
stood in row 1. A key that no record has is an empty column, unless the column is required.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import polars as pl

from satudata.validation.contracts.headers import match_headers
from satudata.validation.contracts.model import Column, ColumnType, DataContract
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.detection import FileFormat, Unreadable
from satudata.validation.readers.header_row import no_header
from satudata.validation.readers.json_stream import NotNumber, NumberText, Repeated, dump
from satudata.validation.readers.limits import check_columns
from satudata.validation.readers.reading import Reading
from satudata.validation.readers.rendering import styled
from satudata.validation.readers.table import (
    ROW,
    Table,
    lay_out,
    missing_columns,
    unknown_column,
    without_footer,
)

FIRST_ROW = 2
MAX_DEPTH = 20
_BATCH = 50_000
"""Decoded records are large; a batch of the size of the others would not fit."""

Record = Mapping[str, Any]
_Numbered = tuple[int, dict[str, Any]]


def records_table(
    form: FileFormat, records: Iterator[Record], contract: DataContract, reading: Reading, issues: list[Issue]
) -> Table:
    """The table; `issues` are those known so far. Raises Unreadable."""
    told = _Told()
    numbered = ((row, told.flat(record, row)) for row, record in enumerate(records, start=FIRST_ROW))
    first = list(islice(numbered, _BATCH))
    if not first:
        raise Unreadable(Issue("file.no_rows"))
    headers = _headers(first, [column.header for column in contract.columns])
    layout = lay_out(headers, contract)
    if not layout.places:
        raise no_header([headers], contract)
    absent = [column for column in contract.columns if column.name not in layout.written]
    missing = tuple(column for column in absent if column.required or column.is_key)
    columns = tuple(column for column in contract.columns if column not in missing)
    issues += [*layout.issues, *missing_columns(missing, list(layout.unknown.values()))]
    keys = {column.name: headers[index] for index, column in layout.places.items()}
    batches = _Batches(columns, keys, set(headers), told, issues).read(first, numbered)
    return Table(
        form,
        columns,
        missing,
        without_footer(batches, contract, issues),
        issues,
        told.issues(keys),
        reading=reading,
        headers=layout.written,
    )


class _Told:
    """Rows to be told after the batches, kept as bare numbers: there may be millions."""

    def __init__(self) -> None:
        self._twice: dict[str, array[int]] = {}
        self._no_text: dict[str, array[int]] = {}

    def flat(self, record: Record, row: int) -> dict[str, Any]:
        """The record without nested objects; most have none."""
        if type(record) is dict and not any(isinstance(value, dict) for value in record.values()):
            return record
        flat: dict[str, Any] = {}
        self._flatten(record, "", flat, 0, row)
        return flat

    def _flatten(self, value: Record, prefix: str, into: dict[str, Any], depth: int, row: int) -> None:
        if isinstance(value, Repeated):
            for key in value.twice:
                self._note(self._twice, f"{prefix}{key}", row)
        for key, inner in value.items():
            path = f"{prefix}{key}"
            if isinstance(inner, dict) and inner and depth < MAX_DEPTH:
                self._flatten(inner, f"{path}.", into, depth + 1, row)
                continue
            if path in into:
                self._note(self._twice, path, row)
            into[path] = None if inner == {} else inner

    def no_text(self, column: Column, row: int) -> None:
        self._note(self._no_text, column.name, row)

    def _note(self, where: "dict[str, array[int]]", key: str, row: int) -> None:
        rows = where.setdefault(key, array("I"))
        if not rows or rows[-1] != row:
            rows.append(row)

    def issues(self, keys: Mapping[str, str]) -> Iterator[Issue]:
        """After the batches: one for each such row; `keys` are those of the columns by name."""
        columns = {key: name for name, key in keys.items()}
        for key, rows in self._twice.items():
            for row in rows:
                yield Issue("row.field_twice", row, columns.get(key), values={"key": key})
        for name, rows in self._no_text.items():
            for row in rows:
                yield Issue("row.not_a_value", row, name, "NaN")


class _Batches:
    def __init__(
        self,
        columns: tuple[Column, ...],
        keys: dict[str, str],
        known: set[str],
        told: _Told,
        issues: list[Issue],
    ) -> None:
        self._columns = columns
        self._keys = keys
        self._known = known
        self._told = told
        self._issues = issues

    def read(self, first: list[_Numbered], rest: Iterator[_Numbered]) -> Iterator[pl.DataFrame]:
        chunk = first
        while chunk:
            self._note_new_keys(chunk)
            filled = [(row, record) for row, record in chunk if any(map(_holds, record.values()))]
            series = [pl.Series(ROW, [row for row, _ in filled], dtype=pl.UInt32)]
            yield pl.DataFrame([*series, *(self._series(column, filled) for column in self._columns)])
            chunk = list(islice(rest, _BATCH))

    def _note_new_keys(self, chunk: list[_Numbered]) -> None:
        """A key that comes first far down belongs to a column that was empty till then, or to none."""
        keys = _headers(chunk, [*self._known, *(column.header for column in self._columns)])
        new = [key for key in keys if key not in self._known]
        if not new:
            return
        self._known.update(new)
        check_columns(len(self._known))
        waiting = [column for column in self._columns if column.name not in self._keys]
        matched = match_headers(new, waiting)
        self._keys.update({column.name: new[place] for place, column in matched.items()})
        self._issues += [unknown_column(key) for place, key in enumerate(new) if place not in matched]

    def _series(self, column: Column, filled: list[_Numbered]) -> pl.Series:
        key = self._keys.get(column.name)
        if key is None:
            return pl.Series(column.name, [None] * len(filled), dtype=pl.String)
        texts = [self._text(record.get(key), column, row) for row, record in filled]
        return pl.Series(column.name, texts, dtype=pl.String)

    def _text(self, value: Any, column: Column, row: int) -> str | None:
        if value is None or type(value) is str:
            return value
        if isinstance(value, NumberText):
            return styled(str(value), column.number_style)
        if isinstance(value, NotNumber):
            if column.type is ColumnType.STRING and value not in column.missing_values:
                self._told.no_text(column, row)
                return None
            return str(value)
        return ("true" if value else "false") if isinstance(value, bool) else dump(value)


def _headers(records: list[_Numbered], others: Iterable[str]) -> list[str]:
    """The keys of the records. `"meta": null` is none where `meta.x` is one: only the object is absent."""
    keys = dict.fromkeys(key for _, record in records for key in record)
    parents = {key[:end] for key in (*keys, *others) for end in _dots(key)}
    empty = {key for key in parents & keys.keys() if all(record.get(key) is None for _, record in records)}
    return [key for key in keys if key not in empty]


def _dots(key: str) -> Iterator[int]:
    return (place for place, sign in enumerate(key) if sign == ".")


def _holds(value: Any) -> bool:
    return value is not None and value != ""
