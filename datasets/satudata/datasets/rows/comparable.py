"""A column that two snapshots of a dataset have in types that can be compared, and when two of its values are the same.

Values are compared by what they mean, not by how they are stored: 5 is 5.00, under another scale or as a whole number.
A binary number (FLOAT) is compared with what is not one by the binary number nearest to that; one that is not finite is
answered as null and counts as null. Text is compared with text only, days with days, instants with instants.
"""

import math
from dataclasses import dataclass
from typing import Self

from satudata.datasets.rows.query import Snapshot, SnapshotColumn
from satudata.datasets.rows.values import Stored, quoted
from satudata.validation.contracts.model import ColumnType

_WHOLE = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL})
_NUMBERS = _WHOLE | {ColumnType.FLOAT}


@dataclass(frozen=True, slots=True)
class SharedColumn:
    """The column as the older and as the newer snapshot have it."""

    older: SnapshotColumn
    newer: SnapshotColumn

    @classmethod
    def of(cls, older: SnapshotColumn, newer: SnapshotColumn) -> Self | None:
        """None where the types cannot be compared: text with a number, a date with an instant."""
        both = {older.type, newer.type}
        return cls(older, newer) if len(both) == 1 or both <= _NUMBERS else None

    @property
    def name(self) -> str:
        return self.newer.name

    @property
    def is_exact(self) -> bool:
        """Whether different values of one snapshot always stay different: a row can be told by it."""
        return ColumnType.FLOAT not in (self.older.type, self.newer.type)

    def differs(self, older: Stored | None, newer: Stored | None) -> bool:
        """Whether two stored values mean different things."""
        return self._meaning(self.older, older) != self._meaning(self.newer, newer)

    def sql(self, column: SnapshotColumn) -> str:
        """DuckDB's SQL for a value of `column`, the older or the newer one: equal where the meaning is."""
        name = quoted(column.name)
        if not self.is_exact:
            if column.type is ColumnType.FLOAT:
                return f"CASE WHEN isfinite({name}) THEN {name} END"
            return f"CAST(CAST({name} AS VARCHAR) || 'e-{column.scale}' AS DOUBLE)"
        if (finer := self._finer(column)) > 1:
            return f"CAST({name} AS HUGEINT) * CAST({finer} AS HUGEINT)"
        return f"CAST({name} AS HUGEINT)" if self._is_rescaled else name

    def _meaning(self, column: SnapshotColumn, stored: Stored | None) -> Stored | None:
        """The same in Python."""
        if stored is None or isinstance(stored, str):
            return stored
        if self.is_exact:
            return stored * self._finer(column)
        number = float(stored if column.type is ColumnType.FLOAT else f"{stored}e-{column.scale}")
        return number if math.isfinite(number) else None

    @property
    def _is_rescaled(self) -> bool:
        return self.older.scale != self.newer.scale

    def _finer(self, column: SnapshotColumn) -> int:
        """How many units of the finer scale make one of the column's."""
        units: int = 10 ** (max(self.older.scale, self.newer.scale) - column.scale)
        return units


def shared_columns(older: Snapshot, newer: Snapshot) -> tuple[SharedColumn, ...]:
    """Those that both have and that can be compared, in the newer one's order."""
    before = {column.name: column for column in older.columns}
    both = [(before[column.name], column) for column in newer.columns if column.name in before]
    return tuple(shared for pair in both if (shared := SharedColumn.of(*pair)) is not None)
