"""Pages of things other than rows: forward only, by position, so that a page never shifts under a reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")

Position = tuple[Any, ...]
"""Where an item stands in the order it was asked in: JSON values only; hand it back as `after`."""

MAX_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """`positions[i]` belongs to `items[i]`; `total` counts all matches, not just this page."""

    items: tuple[Item, ...]
    positions: tuple[Position, ...]
    total: int
    has_next: bool


def page_size(first: int) -> int:
    """`first` held within 0 and `MAX_PAGE`."""
    return max(0, min(first, MAX_PAGE))


def cut(found: Sequence[tuple[Item, Position]], first: int, total: int) -> Page[Item]:
    """A page from up to `first + 1` found items; the one too many only says that there is a next page."""
    kept = found[:first]
    return Page(
        items=tuple(item for item, _ in kept),
        positions=tuple(position for _, position in kept),
        total=total,
        has_next=len(found) > first,
    )
