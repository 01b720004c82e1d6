"""One cell among its neighbours, for a terminal: a line of headers, a line of cells, and carets under the cell.

As many neighbours are shown as the width holds, nearest first; `…` says that there are more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_WIDEST_CELL = 24
_BETWEEN = " │ "
_MORE = "…"


@dataclass(frozen=True, slots=True)
class RowPicture:
    """`cells` is the second line in three parts: before the cell, the cell, after it."""

    headers: str
    cells: tuple[str, str, str]
    carets: str


def row_picture(
    headers: Sequence[str], cells: Sequence[str], place: int, *, width: int, empty: str
) -> RowPicture:
    """The cell at `place` of a row; an empty one is shown as the word `empty`."""
    shown = list(cells)
    shown[place] = cells[place].strip() or empty
    widths = [
        min(_WIDEST_CELL, max(len(header), len(cell), 1)) for header, cell in zip(headers, shown, strict=True)
    ]
    first, last = _window(widths, place, width - 2 * (len(_MORE) + len(_BETWEEN)))
    places = range(first, last + 1)
    head = _joined(
        [_fit(headers[index], widths[index]) for index in places], first > 0, last + 1 < len(cells)
    )
    texts = [_fit(shown[index], widths[index]) for index in places]
    left, cell, right = texts[: place - first], texts[place - first], texts[place - first + 1 :]
    before = _BETWEEN.join([*([_MORE] if first > 0 else []), *left, ""])
    after = _BETWEEN.join(["", *right, *([_MORE] if last + 1 < len(cells) else [])])
    marked = cell.rstrip()
    carets = " " * len(before) + "^" * len(marked)
    return RowPicture(head, (before, marked, cell[len(marked) :] + after), carets)


def _window(widths: Sequence[int], place: int, room: int) -> tuple[int, int]:
    """First and last column to show: grown from `place`, to both sides in turn."""
    first = last = place
    left = room - widths[place]
    grown = True
    while grown:
        grown = False
        for index in (first - 1, last + 1):
            if 0 <= index < len(widths) and widths[index] + len(_BETWEEN) <= left:
                left -= widths[index] + len(_BETWEEN)
                first, last = min(first, index), max(last, index)
                grown = True
    return first, last


def _joined(texts: Sequence[str], more_left: bool, more_right: bool) -> str:
    parts = [*([_MORE] if more_left else []), *texts, *([_MORE] if more_right else [])]
    return _BETWEEN.join(parts).rstrip()


def _fit(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else text[: width - 1] + _MORE
