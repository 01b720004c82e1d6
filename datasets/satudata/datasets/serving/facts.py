"""What a serving copy knows about itself: written into it when it is made, read when it is opened."""

import json
from dataclasses import asdict, dataclass
from typing import Self

LAYOUT = 1
"""Raised when the way copies are made changes; copies of another layout count as missing and are made anew."""

TABLE = "r"
ROW = "_row"
"""The row number, 1 to n in stored order. Contract columns start with a letter, so it never meets one."""

TRIGRAMS = "trigrams"
"""The full-text table of an index copy: rowids are row numbers. It folds letters, so it finds more than is asked."""


@dataclass(frozen=True)
class Facts:
    """`rows` are numbered in the order of the columns `ordered`, which hold no null and lead the SQLite index `stored`.

    `bounds` are the largest absolute stored values of whole-number columns: they prove that a sum fits 64 bits.
    """

    layout: int
    sha256: str
    rows: int
    ordered: tuple[str, ...]
    bounds: dict[str, int]

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        raw = json.loads(text)
        return cls(
            layout=raw["layout"],
            sha256=raw["sha256"],
            rows=raw["rows"],
            ordered=tuple(raw["ordered"]),
            bounds=raw["bounds"],
        )

    def fit(self, sha256: str, rows: int) -> bool:
        """Whether the copy is one of this layout of that snapshot."""
        return (self.layout, self.sha256, self.rows) == (LAYOUT, sha256, rows)
