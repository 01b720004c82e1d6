"""JSON arrays, JSON lines and objects around an array: one object for each record.

The array may be the whole file, the only list of objects in an object at the top, or its `data`. An object without
such a list is itself the only record. What becomes of the records is the business of `records.py`.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from satudata.validation.contracts.model import DataContract
from satudata.validation.findings.catalogue import word
from satudata.validation.readers.characters import as_utf8
from satudata.validation.readers.detection import FileFormat, Unreadable, damaged
from satudata.validation.readers.json_stream import MAX_RECORD, BadJson, JsonStream, decode
from satudata.validation.readers.reading import Reading
from satudata.validation.readers.records import FIRST_ROW, records_table
from satudata.validation.readers.table import Table


def open_json(path: Path, form: FileFormat, contract: DataContract, stack: ExitStack) -> Table:
    """Open JSON or JSON lines. Raises Unreadable."""
    text = stack.enter_context(as_utf8(path, contract.file.encoding))
    stream = stack.enter_context(text.path.open(encoding="utf-8-sig"))
    records = lines(stream) if form is FileFormat.JSONL else _elements(stream)
    reading = Reading(form.value, text.encoding, uncertain=text.uncertain)
    return records_table(form, records, contract, reading, list(text.issues))


def syntax(error: BadJson, row: int) -> Unreadable:
    """What is wrong with the record that would stand in that row."""
    if error.too_deep:
        return damaged("JSON", word("detail.json_depth"), row)
    if error.too_large:
        return damaged("JSON", word("detail.json_too_large"), row)
    return damaged("JSON", word("detail.json_syntax", record=row - 1), row)


def as_object(record: Any, row: int) -> dict[str, Any]:
    """The record, which has to be an object. Raises Unreadable."""
    if not isinstance(record, dict):
        raise damaged("JSON", word("detail.json_not_object", record=row - 1), row)
    return record


def lines(stream: TextIO) -> Iterator[dict[str, Any]]:
    """One record for each line that is not blank. Raises Unreadable."""
    row = FIRST_ROW
    while line := stream.readline(MAX_RECORD):
        line = line.strip(" \t\r\n\x1e")
        if not line:
            continue
        try:
            record = decode(line)
        except BadJson as error:
            raise syntax(error, row) from error
        yield as_object(record, row)
        row += 1


def _elements(stream: TextIO) -> Iterator[dict[str, Any]]:
    """The records of an array at the top, or of the array inside an object at the top."""
    cursor, row = JsonStream(stream), FIRST_ROW
    try:
        if cursor.next_sign() == "[":
            for _ in cursor.elements():
                yield as_object(cursor.value(), row)
                row += 1
            _expect_end(cursor)
            return
        top = as_object(cursor.value(), row)
        if cursor.next_sign() == "{":
            yield top
            yield from _further(cursor)
            return
        _expect_end(cursor)
    except BadJson as error:
        raise syntax(error, row) from error
    lists = [value for value in top.values() if isinstance(value, list) and any(map(_is_object, value))]
    records = top.get("data") if isinstance(top.get("data"), list) else lists[0] if len(lists) == 1 else [top]
    for position, record in enumerate(records or []):
        yield as_object(record, FIRST_ROW + position)


def _further(cursor: JsonStream) -> Iterator[dict[str, Any]]:
    """Records after the first: JSON lines whose first one was longer than what the format is told by."""
    row = FIRST_ROW + 1
    try:
        while cursor.next_sign():
            yield as_object(cursor.value(), row)
            row += 1
    except BadJson as error:
        raise syntax(error, row) from error


def _expect_end(cursor: JsonStream) -> None:
    if cursor.next_sign():
        raise BadJson


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)
