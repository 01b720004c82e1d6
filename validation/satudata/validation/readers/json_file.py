"""JSON arrays, JSON lines and objects around an array: records streamed, nested objects flattened, numbers as written.

`{"episentrum": {"lintang": 2.88}}` has the header `episentrum.lintang`. The first record is row 2, as if the
headers stood in row 1. Numbers are never floats here: their digits go on as they stand in the file.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import polars as pl

from satudata.validation.contracts.model import Column, DataContract
from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.characters import CHUNK, as_utf8
from satudata.validation.readers.detection import FileFormat, Unreadable, damaged
from satudata.validation.readers.header_row import no_header
from satudata.validation.readers.rendering import styled
from satudata.validation.readers.table import (
    BATCH_ROWS,
    ROW,
    Table,
    lay_out,
    missing_columns,
    unknown_column,
    without_footer,
)

MAX_RECORD = 64 * 1024 * 1024
MAX_DEPTH = 20
_FIRST_ROW = 2


class NumberText(str):
    """A JSON number as its digits stand in the file, without exponent."""

    __slots__ = ()


def _number(literal: str) -> NumberText:
    if "e" in literal or "E" in literal:
        exponent = Decimal(literal).adjusted()
        return NumberText(format(Decimal(literal), "f") if abs(exponent) < 400 else literal)
    return NumberText(literal)


_DECODER = json.JSONDecoder(parse_float=_number, parse_int=_number, parse_constant=str)


def open_json(path: Path, form: FileFormat, contract: DataContract, stack: ExitStack) -> Table:
    """Open JSON or JSON lines. Raises Unreadable."""
    text = stack.enter_context(as_utf8(path, contract.file.encoding))
    stream = stack.enter_context(text.path.open(encoding="utf-8-sig"))
    records = _lines(stream) if form is FileFormat.JSONL else _elements(stream)
    numbered = enumerate((_flat(record) for record in records), start=_FIRST_ROW)
    first = list(islice(numbered, BATCH_ROWS))
    if not first:
        raise Unreadable(Issue("file.no_rows"))
    headers = list(dict.fromkeys(key for _, record in first for key in record))
    layout = lay_out(headers, contract)
    if not layout.places:
        raise no_header([headers], contract)
    found = {column.name: headers[index] for index, column in layout.places.items()}
    # A key that no record has is an empty column, unless the column is required.
    absent = [column for column in contract.columns if column.name not in found]
    missing = tuple(column for column in absent if column.required or column.is_key)
    columns = tuple(column for column in contract.columns if column not in missing)
    issues = [*text.issues, *layout.issues, *missing_columns(missing, list(layout.unknown.values()))]
    batches = _batches(first, numbered, columns, found, set(headers), issues)
    return Table(form, columns, missing, without_footer(batches, contract.file.footer_rows or 0), issues)


def _batches(
    first: list[tuple[int, dict[str, Any]]],
    rest: Iterator[tuple[int, dict[str, Any]]],
    columns: tuple[Column, ...],
    found: dict[str, str],
    known: set[str],
    issues: list[Issue],
) -> Iterator[pl.DataFrame]:
    chunk = first
    while chunk:
        for key in dict.fromkeys(key for _, record in chunk for key in record if key not in known):
            known.add(key)
            issues.append(unknown_column(key))
        filled = [(number, record) for number, record in chunk if any(map(_holds, record.values()))]
        yield pl.DataFrame(
            [
                pl.Series(ROW, [number for number, _ in filled], dtype=pl.UInt32),
                *(
                    pl.Series(
                        column.name,
                        [_text(record.get(found.get(column.name, "")), column) for _, record in filled],
                        dtype=pl.String,
                    )
                    for column in columns
                ),
            ]
        )
        chunk = list(islice(rest, BATCH_ROWS))


def _holds(value: Any) -> bool:
    return value is not None and value != ""


def _text(value: Any, column: Column) -> str | None:
    if isinstance(value, NumberText):
        return styled(str(value), column.number_style)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _flat(record: Any) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    _flatten(record, "", flat, 0)
    return flat


def _flatten(value: dict[str, Any], prefix: str, into: dict[str, Any], depth: int) -> None:
    for key, inner in value.items():
        path = f"{prefix}{key}"
        if isinstance(inner, dict) and inner and depth < MAX_DEPTH:
            _flatten(inner, f"{path}.", into, depth + 1)
        else:
            into[path] = None if inner == {} else inner


# -- decoding


def _syntax(error: Exception, row: int) -> Unreadable:
    if isinstance(error, RecursionError):
        return damaged("JSON", word("detail.json_depth"), row)
    return damaged("JSON", word("detail.json_syntax", record=row - 1), row)


def _checked(record: Any, row: int) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise damaged("JSON", word("detail.json_not_object", record=row - 1), row)
    return record


def _lines(stream: TextIO) -> Iterator[dict[str, Any]]:
    row = _FIRST_ROW
    while line := stream.readline(MAX_RECORD):
        if not line.strip():
            continue
        try:
            record = _DECODER.decode(line)
        except (ValueError, RecursionError) as error:
            raise _syntax(error, row) from error
        yield _checked(record, row)
        row += 1


def _elements(stream: TextIO) -> Iterator[dict[str, Any]]:
    """The records of an array at the top, or of the array inside an object at the top."""
    buffer = stream.read(CHUNK).lstrip()
    if buffer.startswith("["):
        yield from _stream_array(stream, buffer[1:])
        return
    buffer += stream.read(MAX_RECORD)
    if stream.read(1):
        raise damaged("JSON", word("detail.json_too_large"))
    try:
        top = _checked(_DECODER.decode(buffer), _FIRST_ROW)
    except (ValueError, RecursionError) as error:
        raise _syntax(error, _FIRST_ROW) from error
    lists = [value for value in top.values() if isinstance(value, list) and any(map(_is_object, value))]
    records = top.get("data") if isinstance(top.get("data"), list) else lists[0] if len(lists) == 1 else [top]
    for position, record in enumerate(records or []):
        yield _checked(record, _FIRST_ROW + position)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _stream_array(stream: TextIO, buffer: str) -> Iterator[dict[str, Any]]:
    """Decode element by element; memory holds one element and one chunk of text."""
    row, position, step = _FIRST_ROW, 0, CHUNK
    separated = True
    while True:
        position = _skip_blanks(buffer, position)
        if position < len(buffer) and buffer[position] == "]":
            return
        if position < len(buffer) and not separated:
            if buffer[position] != ",":
                raise _syntax(ValueError(), row)
            separated = True
            position = _skip_blanks(buffer, position + 1)
        try:
            record, end = _DECODER.raw_decode(buffer, position)
        except (ValueError, RecursionError) as error:
            more = stream.read(step) if len(buffer) - position < MAX_RECORD else ""
            if not more or isinstance(error, RecursionError):
                raise _syntax(error, row) from error
            buffer, position, step = buffer[position:] + more, 0, step * 2
            continue
        yield _checked(record, row)
        row, position, step, separated = row + 1, end, CHUNK, False


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position
