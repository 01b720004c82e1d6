"""An excerpt of the uploaded table around what was found: marked cells are easier for people than coordinates.

Only the shape, light enough for a web process; `excerpting.py` makes one from a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Excerpt:
    """`columns` are contract names; `rows` maps record numbers, ascending, to as many cells as there are columns.

    `complete` says whether every row with a finding is among them.
    """

    columns: tuple[str, ...]
    headers: tuple[str, ...]
    header_row: int
    rows: Mapping[int, tuple[str, ...]]
    complete: bool = True

    @cached_property
    def places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.columns)}

    def as_dict(self) -> dict[str, Any]:
        """JSON values; `from_dict` reads them back."""
        return {
            "columns": list(self.columns),
            "headers": list(self.headers),
            "header_row": self.header_row,
            "rows": [[number, *cells] for number, cells in self.rows.items()],
            "complete": self.complete,
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> "Excerpt":
        return cls(
            tuple(raw["columns"]),
            tuple(raw["headers"]),
            raw["header_row"],
            {number: tuple(cells) for number, *cells in raw["rows"]},
            raw["complete"],
        )
