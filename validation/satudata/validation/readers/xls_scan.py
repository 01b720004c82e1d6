"""Details of an Excel 97 sheet out of its records: errors, percents, padded numbers, and whether there is a password.

Source: MS-XLS. A formula always has a result in these files; one whose result is the empty text is an empty cell.
"""

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from satudata.validation.readers.refusal import password
from satudata.validation.readers.sheet_details import SheetDetails, built_in_form, form_of

STREAMS = ("workbook", "book")
"""Names, without capitals, of the stream that holds a workbook."""
_BOF, _EOF, _FILEPASS, _BOUNDSHEET, _XF, _FORMAT = 0x809, 0x0A, 0x2F, 0x85, 0xE0, 0x41E
_FORMULA, _BOOLERR, _NUMBER, _RK, _MULRK = 0x06, 0x205, 0x203, 0x27E, 0xBD
_EXCEL_97 = 0x0600
_RESULT_IS_ERROR = 2
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


@dataclass
class XlsBook:
    """The globals of a workbook: where each sheet begins, and by number of a cell style how it shows numbers."""

    sheets: list[int] = field(default_factory=list)
    forms: dict[int, str] = field(default_factory=dict)


def read_globals(stream: bytes) -> XlsBook:
    """Raises Refused for a workbook with a password, ValueError when this is no workbook."""
    book, codes = XlsBook(), dict[int, str]()
    styles: array[int] = array("H")
    if len(stream) < 8 or struct.unpack_from("<H", stream)[0] & 0xFF != _BOF & 0xFF:
        raise ValueError("no workbook stream")
    wide = struct.unpack_from("<H", stream, 4)[0] >= _EXCEL_97
    for kind, start, size in _records(stream, 0):
        if kind == _FILEPASS:
            raise password()
        if kind == _BOUNDSHEET and size >= 4:
            book.sheets.append(struct.unpack_from("<I", stream, start)[0])
        elif kind == _XF and size >= 4:
            styles.append(struct.unpack_from("<H", stream, start + 2)[0])
        elif kind == _FORMAT and size >= 5:
            codes[struct.unpack_from("<H", stream, start)[0]] = _format_code(
                stream[start + 2 : start + size], wide
            )
    for style, number in enumerate(styles):
        form = form_of(codes[number]) if number in codes else built_in_form(number)
        if form is not None:
            book.forms[style] = form
    return book


def scan_xls(stream: bytes, book: XlsBook, sheet: int) -> SheetDetails:
    """Details of the n-th sheet, from 0."""
    details, forms = SheetDetails(), book.forms
    if sheet >= len(book.sheets):
        return details
    for kind, start, size in _records(stream, book.sheets[sheet]):
        if kind in (_NUMBER, _RK) and size >= 10 and forms:
            row, column, style = struct.unpack_from("<3H", stream, start)
            if style in forms:
                details.show(row + 1, column, forms[style])
        elif kind == _MULRK and forms:
            row, first = struct.unpack_from("<2H", stream, start)
            for nth in range((size - 6) // 6):
                (style,) = struct.unpack_from("<H", stream, start + 4 + nth * 6)
                if style in forms:
                    details.show(row + 1, first + nth, forms[style])
        elif kind == _BOOLERR and size >= 8:
            row, column, _, value, is_error = struct.unpack_from("<3H2B", stream, start)
            if is_error:
                details.hide(row + 1, column, _ERRORS.get(value, "#"))
        elif kind == _FORMULA and size >= 14:
            row, column, style = struct.unpack_from("<3H", stream, start)
            if stream[start + 12 : start + 14] != b"\xff\xff":
                if style in forms:
                    details.show(row + 1, column, forms[style])
            elif stream[start + 6] == _RESULT_IS_ERROR:
                details.hide(row + 1, column, _ERRORS.get(stream[start + 8], "#"))
    return details


def _records(stream: bytes, offset: int) -> Iterator[tuple[int, int, int]]:
    """Kind, start and size of the records of one part of the workbook; charts inside a sheet are left out."""
    depth = 0
    while offset + 4 <= len(stream):
        kind, size = struct.unpack_from("<2H", stream, offset)
        start = offset + 4
        offset = start + size
        if offset > len(stream):
            return
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth <= 1:
            yield kind, start, size


def _format_code(data: bytes, wide: bool) -> str:
    if not wide:
        return data[1 : 1 + data[0]].decode("latin-1")
    (length,) = struct.unpack_from("<H", data)
    if data[2] & 1:
        return data[3 : 3 + 2 * length].decode("utf-16-le", "replace")
    return data[3 : 3 + length].decode("latin-1")
