"""What the bytes of a column rule out must be right: nothing else looks at its cells for it again."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satudata.validation.casting.text_scan import text_scan
from satudata.validation.control_characters import has_control

CELLS = st.one_of(
    st.none(),
    st.text(max_size=6),
    st.text(alphabet=" \t\n\x00\x1f\x7f\u00a0\u3000ab1é", max_size=4),
)


@given(cells=st.lists(CELLS, max_size=12), hidden=st.sets(st.integers(0, 11)), begin=st.integers(0, 3))
def test_what_is_ruled_out_is_not_there(cells: list[str | None], hidden: set[int], begin: int) -> None:
    column = pl.DataFrame({"text": pl.Series(cells, dtype=pl.String)}).with_row_index("nth")
    gone = ~pl.col("nth").is_in(list(hidden))
    texts = column.with_columns(pl.when(gone).then("text").alias("text")).slice(begin)["text"]
    scan = text_scan(texts)
    left = [text for text in texts if text is not None]
    if not scan.may_hold_control:
        assert not any(has_control(text) for text in left)
    if not scan.may_be_padded:
        assert all(text and text == text.strip() for text in left)


@pytest.mark.parametrize("cell", ["Jakarta", "Jalan Merdeka 1", "a\tb", "Kafé Nusantara"])
def test_plain_text_needs_no_closer_look(cell: str) -> None:
    scan = text_scan(pl.Series([cell, None, cell]))
    assert (scan.may_hold_control, scan.may_be_padded) == (False, False)
