"""A small writer of OpenDocument spreadsheets for the tests: sheets of typed cells, as LibreOffice writes them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = {
    "office": f"{_ODF}:office:1.0",
    "table": f"{_ODF}:table:1.0",
    "text": f"{_ODF}:text:1.0",
    "style": f"{_ODF}:style:1.0",
    "number": f"{_ODF}:datastyle:1.0",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_STYLES = (
    '<number:number-style style:name="N5"><number:number number:decimal-places="0" number:min-integer-digits="5"/>'
    "</number:number-style>"
    '<style:style style:name="shown" style:family="table"><style:table-properties table:display="true"/></style:style>'
    '<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/>'
    "</style:style>"
    '<style:style style:name="padded" style:family="table-cell" style:data-style-name="N5"/>'
)
COVERED = "<table:covered-table-cell/>"


@dataclass(frozen=True)
class Raw:
    """A cell, or several, as XML."""

    xml: str


def percent(value: float) -> Raw:
    shown = f"{value * 100:g}%".replace(".", ",")
    return Raw(_cell(f'office:value-type="percentage" office:value="{value}"', shown))


def padded(value: int) -> Raw:
    return Raw(
        _cell(f'table:style-name="padded" office:value-type="float" office:value="{value}"', f"{value:05}")
    )


def merged(text: str, across: int = 1, down: int = 1) -> Raw:
    """The first cell; the others of its row follow by themselves, those of rows below are `Raw(COVERED)`."""
    spans = f'table:number-columns-spanned="{across}" table:number-rows-spanned="{down}"'
    return Raw(_cell(f'{spans} office:value-type="string"', text) + COVERED * (across - 1))


def formula(text: str, result: str | None = None) -> Raw:
    """Without a result, or with an error for it."""
    if result is None:
        return Raw(f"<table:table-cell table:formula={quoteattr('of:' + text)}/>")
    error = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
    return Raw(_cell(f"table:formula={quoteattr('of:' + text)} {error}", result))


def commented(text: str, comment: str) -> Raw:
    note = (
        f"<office:annotation><dc:creator>x</dc:creator><text:p>{escape(comment)}</text:p></office:annotation>"
    )
    return Raw(
        f'<table:table-cell office:value-type="string">{note}<text:p>{escape(text)}</text:p></table:table-cell>'
    )


def ods(sheets: Mapping[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()) -> bytes:
    """A document with these sheets."""
    blank = '<table:table-cell table:number-columns-repeated="1024"/>'
    rest = f'<table:table-row table:number-rows-repeated="1000">{blank}</table:table-row>'
    tables = []
    for name, rows in sheets.items():
        style = "hidden" if name in hidden else "shown"
        cells = "".join(map(_row, rows))
        tables.append(
            f'<table:table table:name={quoteattr(name)} table:style-name="{style}">{cells}{rest}</table:table>'
        )
    return document("".join(tables))


def document(tables: str) -> bytes:
    """A document with these tables as XML."""
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _SPACES.items())
    manifest = f"{_ODF}:manifest:1.0"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3">'
        f"<office:automatic-styles>{_STYLES}</office:automatic-styles><office:body><office:spreadsheet>{tables}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), MIMETYPE)
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{manifest}"><manifest:file-entry '
            f'manifest:full-path="/" manifest:media-type="{MIMETYPE}"/></manifest:manifest>',
        )
    return buffer.getvalue()


def _row(cells: Sequence[Any]) -> str:
    return f"<table:table-row>{''.join(map(_any_cell, cells))}</table:table-row>"


def _any_cell(value: Any) -> str:
    if isinstance(value, Raw):
        return value.xml
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        return _cell(
            f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"', str(value).upper()
        )
    if isinstance(value, int | float):
        return _cell(f'office:value-type="float" office:value="{value!r}"', str(value))
    if isinstance(value, datetime | date):
        return _cell(f'office:value-type="date" office:date-value="{value.isoformat()}"', f"{value:%d/%m/%y}")
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        span = f"PT{seconds // 3600:02}H{seconds // 60 % 60:02}M{seconds % 60:02}S"
        return _cell(f'office:value-type="time" office:time-value="{span}"', "")
    return _cell('office:value-type="string"', value)


def _cell(attributes: str, text: str) -> str:
    lines = "".join(f"<text:p>{_blanks(escape(line))}</text:p>" for line in text.split("\n"))
    return f"<table:table-cell {attributes}>{lines}</table:table-cell>"


def _blanks(text: str) -> str:
    """Blanks beside blanks, and outer ones, are elements in OpenDocument."""
    while "  " in text:
        text = text.replace("  ", ' <text:s text:c="1"/>', 1)
    if text.startswith(" "):
        text = "<text:s/>" + text[1:]
    return text[:-1] + "<text:s/>" if text.endswith(" ") else text
