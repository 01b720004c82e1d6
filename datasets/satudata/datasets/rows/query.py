"""The questions one can ask of a snapshot's rows, free of GraphQL and of SQL.

`satudata.graphql` builds these from a selection; `reader.RowReader` answers them.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from satudata.validation.contracts.model import ColumnType


@dataclass(frozen=True, slots=True)
class SnapshotColumn:
    """A stored column. `scale` is the number of decimals of a DECIMAL column.

    `public`: readers may see it, as the contract said under which the version was published.
    """

    name: str
    type: ColumnType
    nullable: bool
    scale: int = 0
    public: bool = True


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An immutable version's rows: content hash, size, columns in contract order, stored order."""

    dataset: str
    number: int
    sha256: str
    row_count: int
    columns: tuple[SnapshotColumn, ...]
    key: tuple[str, ...] = ()
    stored_order: tuple[str, ...] = ()


class Operator(StrEnum):
    EQ = "eq"
    NE = "ne"
    IN = "in"
    NOT_IN = "notIn"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    CONTAINS = "contains"
    STARTS_WITH = "startsWith"
    IS_NULL = "isNull"


@dataclass(frozen=True, slots=True)
class Condition:
    """`column operator value`; nulls match only `isNull: true`. Text compares by bytes.

    `value` is a Python value of the column's type (str, int, Decimal, float, bool, date, aware datetime),
    a tuple of them for IN and NOT_IN, a bool for IS_NULL. `ignore_case` folds A-Z only, alike in every engine.
    """

    column: str
    operator: Operator
    value: Any
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class And:
    parts: "tuple[Predicate, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    parts: "tuple[Predicate, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """True where `part` is false; rows where `part` is unknown (null) are left out, as in SQL."""

    part: "Predicate"


Predicate = Condition | And | Or | Not


@dataclass(frozen=True, slots=True)
class OrderTerm:
    column: str
    descending: bool = False
    nulls_first: bool = False
    """Nulls come last in both directions unless this is set."""


Position = tuple[Any, ...]
"""Values of the order terms of a row, then its stored row number (1-based). JSON-serialisable."""


@dataclass(frozen=True, slots=True)
class RowQuery:
    """A page of rows. Order is `order`, then stored order, so it is total."""

    snapshot: Snapshot
    columns: tuple[str, ...]
    where: Predicate | None = None
    order: tuple[OrderTerm, ...] = ()
    first: int = 100
    after: Position | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class RowPage:
    """`rows[i]` has one value per asked column, already in output form (see `reader.RowReader`)."""

    rows: list[tuple[Any, ...]]
    positions: list[Position]
    has_next: bool
    engine: str
    """Which engine answered: `sqlite` or `duckdb` (for logs, metrics and tests)."""


class MeasureFunction(StrEnum):
    COUNT = "count"
    DISTINCT_COUNT = "distinctCount"
    MIN = "min"
    MAX = "max"
    SUM = "sum"
    AVG = "avg"
    """Exact sum / count, scale + 6 digits, half even."""
    MEDIAN = "median"
    TRUE_COUNT = "trueCount"


@dataclass(frozen=True, slots=True)
class Measure:
    """A function over one column, or over rows when `column` is None (COUNT only)."""

    function: MeasureFunction
    column: str | None = None


class DatePart(StrEnum):
    """What of a date or an instant the rows of a group have in common. Weeks begin on Monday (ISO 8601)."""

    VALUE = "VALUE"
    HOUR = "HOUR"
    """Of instants only."""
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


@dataclass(frozen=True, slots=True)
class GroupKey:
    """A column's value, or a part of its dates; the key of a part is its first day or first instant."""

    column: str
    part: DatePart = DatePart.VALUE


@dataclass(frozen=True, slots=True)
class GroupCondition:
    """Keep groups of which `measure operator value` holds; a group without that figure matches only `isNull: true`.

    The figure is compared as it is answered: an average after rounding. Of `Operator`, CONTAINS and STARTS_WITH have
    no meaning here; measures are COUNT and, of numbers, SUM, AVG, MIN and MAX (no SUM of FLOAT).
    """

    measure: Measure
    operator: Operator
    value: Any


@dataclass(frozen=True, slots=True)
class GroupOrder:
    """Order groups by their key columns (`measure` None) or by one of the query's measures."""

    measure: Measure | None = None
    descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True, slots=True)
class AggregateQuery:
    """Measures over all matching rows, one result per group of `by` (one result when `by` is empty).

    A group must meet every condition of `having`. Parts of instants are taken in `time_zone`, one of
    `date_parts.time_zones()`.
    """

    snapshot: Snapshot
    measures: tuple[Measure, ...]
    where: Predicate | None = None
    by: tuple[GroupKey, ...] = ()
    having: tuple[GroupCondition, ...] = ()
    order: tuple[GroupOrder, ...] = field(default=())
    first: int | None = None
    offset: int = 0
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.having and not self.by:
            raise ValueError("having chooses groups, and there are none")

    @property
    def columns(self) -> tuple[str | None, ...]:
        """What is read beside the filter; None for a count of rows."""
        measures = (*self.measures, *(condition.measure for condition in self.having))
        return (*(key.column for key in self.by), *(measure.column for measure in measures))
