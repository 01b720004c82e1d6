"""A second table glued to the right of the first: beyond a column without header, headers nobody asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from satudata.validation.contracts.headers import match_headers
from satudata.validation.contracts.model import Column
from satudata.validation.findings.suggesting import near


@dataclass(frozen=True, slots=True)
class SideTable:
    """`begins` is the 0-based cell without header in front of it."""

    begins: int
    headers: tuple[str, ...]


def side_table(cells: Sequence[str], columns: Sequence[Column]) -> SideTable | None:
    """What stands beyond the first gap right of all the contract's columns, unless it may be a mistyped one of them."""
    matched = match_headers(cells, columns)
    if not matched:
        return None
    after = max(matched) + 1
    gap = next((place for place in range(after, len(cells)) if not cells[place].strip()), None)
    if gap is None:
        return None
    headers = tuple(cell.strip() for cell in cells[gap:] if cell.strip())
    found = {column.name for column in matched.values()}
    lacking = [column.header for column in columns if column.name not in found]
    if not headers or any(near(header, headers) for header in lacking):
        return None
    return SideTable(gap, headers)
