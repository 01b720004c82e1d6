"""What the bytes of a column of text rule out: most columns need no closer look, cell by cell.

The texts of a column lie one after the other in an Arrow buffer (UTF-8), where numpy finds the smallest and the
largest byte, and those at the edges of the cells, many times faster than any test of strings.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

_TAB, _LINE_FEED, _CARRIAGE_RETURN, _BLANK, _DELETE = 0x09, 0x0A, 0x0D, 0x20, 0x7F


@dataclass(frozen=True, slots=True)
class TextScan:
    """`may_hold_control`: a control character may be in there; `may_be_padded`: blanks at an edge, or empty texts."""

    may_hold_control: bool
    may_be_padded: bool


def text_scan(texts: pl.Series) -> TextScan:
    """Look at a String column. What it rules out is certain; what it does not is to be looked at by cell."""
    column = texts.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, data = column.buffers()
    if data is None or not data.size:
        return TextScan(may_hold_control=False, may_be_padded=texts.null_count() < len(texts))
    ends = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    signs = np.frombuffer(data, np.uint8)
    begins, ends = ends[:-1], ends[1:]
    filled = begins < ends
    if texts.null_count():
        filled &= texts.is_not_null().to_numpy()  # what stands where a cell has no value is left to Arrow
    count = np.count_nonzero(filled)
    if not count:
        return TextScan(may_hold_control=False, may_be_padded=texts.null_count() < len(texts))
    if count < len(texts):
        begins, ends = begins[filled], ends[filled]
    edges = signs.take(begins), signs.take(ends - 1)
    padded = any(bool(edge.min() <= _BLANK or edge.max() > _DELETE) for edge in edges)
    return TextScan(_may_hold_control(signs), padded or bool(count < len(texts) - texts.null_count()))


def _may_hold_control(signs: np.ndarray) -> bool:
    if signs.max() >= _DELETE and np.any(signs == _DELETE):
        return True
    if signs.min() >= _BLANK:
        return False
    allowed = sum(np.count_nonzero(signs == sign) for sign in (_TAB, _LINE_FEED, _CARRIAGE_RETURN))
    return bool(np.count_nonzero(signs < _BLANK) > allowed)
