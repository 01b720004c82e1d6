"""How large a table may be. Each limit has a name, and a message that says what was found (`file.too_large`)."""

from collections.abc import Iterator

import polars as pl

from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.detection import Unreadable
from satudata.validation.text import Text

MAX_COLUMNS = 1_000
MAX_CELLS = 500_000_000
"""Cells of the contract's columns: 10M rows of 50 columns."""
MAX_LINE = 16 * 1024 * 1024
"""Bytes of one line of a text file with separators."""


def check_columns(count: int) -> None:
    """Raises Unreadable when a header has too many columns."""
    if count > MAX_COLUMNS:
        raise too_large(word("detail.columns", count=count, limit=MAX_COLUMNS))


def too_large(detail: Text) -> Unreadable:
    return Unreadable(Issue("file.too_large", values={"detail": detail}))


def limited(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The batches, till there are too many cells. Raises Unreadable."""
    cells = 0
    for batch in batches:
        cells += batch.height * (batch.width - 1)
        if cells > MAX_CELLS:
            raise too_large(word("detail.cells", limit=f"{MAX_CELLS // 1_000_000} 000 000"))
        yield batch
