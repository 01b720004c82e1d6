"""The hub's own view of a data contract: what an ODCS v3.1.0 file with the SDI profile says, typed and frozen.

Everything else in the hub reads contracts only through these classes. They hold no behaviour beyond
look-ups; parsing and its error messages live in `loading.py`.
Source: Open Data Contract Standard v3.1.0; additions are listed in docs/contracts.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from satudata.validation.text import Text


class ColumnType(StrEnum):
    """How a column's values are stored and compared. Decimals are exact; FLOAT only where a contract says `double`."""

    STRING = "STRING"
    INTEGER = "INTEGER"
    DECIMAL = "DECIMAL"
    FLOAT = "FLOAT"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    DATETIME = "DATETIME"


class AccessLevel(StrEnum):
    OPEN = "OPEN"
    RESTRICTED = "RESTRICTED"
    CLOSED = "CLOSED"


class PersonalData(StrEnum):
    """Classes of UU 27/2022, article 4."""

    NONE = "NONE"
    GENERAL = "GENERAL"
    SPECIFIC = "SPECIFIC"


class NumberStyle(StrEnum):
    """How numbers are written in the file, shown by an example."""

    PLAIN = "1234.56"
    INDONESIAN = "1.234,56"
    ENGLISH = "1,234.56"
    SPACED_COMMA = "1 234,56"
    SPACED_POINT = "1 234.56"


class NumberForm(StrEnum):
    """What may stand around a number beside its digits: `12,5 %`, `(123)` for -123, `123 ton` with the unit."""

    PERCENT = "PERCENT"
    PARENTHESES = "PARENTHESES"
    UNIT = "UNIT"


class CodeFormat(StrEnum):
    """How a hierarchical region code is written: 32.01, 3201 or 3200 (province padded to four digits)."""

    DOTTED = "DOTTED"
    PLAIN = "PLAIN"
    PADDED4 = "PADDED4"


class BareNames(StrEnum):
    """What a name without "Kabupaten" or "Kota" means where a regency and a city share it."""

    REGENCY = "REGENCY"
    CITY = "CITY"


class GeometryType(StrEnum):
    POINT = "POINT"
    LINESTRING = "LINESTRING"
    POLYGON = "POLYGON"
    MULTIPOLYGON = "MULTIPOLYGON"
    ANY = "ANY"


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class CodeBinding:
    """A column whose values are codes of a reference list."""

    code_list: str
    """`agency/list`, e.g. `kemendagri/kode-wilayah`."""
    system: str | None = None
    """KEMENDAGRI or BPS for region codes."""
    edition: str | None = None
    """None means the current edition of the list."""
    level: str | None = None
    """PROVINCE, REGENCY, DISTRICT or VILLAGE; None allows every level."""
    format: CodeFormat = CodeFormat.DOTTED
    bare: BareNames | None = None
    """Only for a column of names."""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A column whose values must stand in a column of a published dataset (`agency/dataset`)."""

    dataset: str
    column: str

    def __str__(self) -> str:
        return f"{self.dataset}.{self.column}"


@dataclass(frozen=True, slots=True)
class GeometryRule:
    """A column of GeoJSON geometries in longitude and latitude (EPSG:4326)."""

    type: GeometryType
    bounds: tuple[Decimal, Decimal, Decimal, Decimal]
    """West, south, east, north in degrees; everything lies inside."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `name` is ours (snake_case); `header` is what stands in the file."""

    name: str
    header: str
    type: ColumnType
    title: Text
    description: Text | None = None
    required: bool = False
    unique: bool = False
    key_position: int | None = None
    precision: int | None = None
    scale: int = 0
    minimum: Decimal | date | None = None
    maximum: Decimal | date | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    enum: tuple[str, ...] = ()
    unit: str | None = None
    measure: str | None = None
    concept: str | None = None
    code: CodeBinding | None = None
    named: CodeBinding | None = None
    """The column holds names of a list's entries, not its codes (`codeMatch: NAME`)."""
    reference: ForeignKey | None = None
    geometry: GeometryRule | None = None
    name_of: str | None = None
    number_style: NumberStyle = NumberStyle.PLAIN
    number_forms: tuple[NumberForm, ...] = ()
    date_format: str | None = None
    """ODCS `logicalTypeOptions.format` of a date or timestamp, e.g. `dd-MM-yyyy`; None means ISO 8601."""
    date_formats: tuple[str, ...] = ()
    """Further accepted forms, among them `excel` for serial day numbers."""
    time_zone: str = "UTC"
    """Where the clock of a timestamp without an offset hangs (ODCS `defaultTimezone`)."""
    missing_values: tuple[str, ...] = ()
    personal_data: PersonalData = PersonalData.NONE
    public: bool = True
    filterable: bool = True

    @property
    def is_key(self) -> bool:
        return self.key_position is not None


@dataclass(frozen=True, slots=True)
class FileSettings:
    """How to read the file; every part is optional and detected when absent."""

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    """1-based, as a spreadsheet shows it; of several header rows the last."""
    header_rows: int | None = None
    """How many rows form the header."""
    first_column: int | None = None
    last_column: int | None = None
    footer_rows: int | None = None


@dataclass(frozen=True, slots=True)
class RowRule:
    """A scalar SQL expression over one row (`engine: pandera`); null passes."""

    name: str
    expression: str
    message: Text
    severity: Severity = Severity.ERROR
    columns: tuple[str, ...] = ()
    """Columns the expression reads, in order of appearance."""


@dataclass(frozen=True, slots=True)
class SetRule:
    """A measure of the whole set with bounds (`engine: greatExpectations`)."""

    name: str
    measure: str
    minimum: Decimal | None
    maximum: Decimal | None
    message: Text
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True)
class SpatialCoverage:
    code_system: str | None = None
    code: str | None = None
    smallest_level: str | None = None


@dataclass(frozen=True, slots=True)
class TemporalCoverage:
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class DataContract:
    """A contract version. `id` is `agency/dataset` in kebab-case; `source` is the YAML it was read from."""

    id: str
    version: str
    status: str
    agency: str
    steward: str
    title: Text
    description: Text
    columns: tuple[Column, ...]
    table: str = "data"
    """Name of the ODCS schema object."""
    limitations: Text | None = None
    usage: Text | None = None
    keywords: tuple[str, ...] = ()
    topic: str | None = None
    license: str | None = None
    access_level: AccessLevel = AccessLevel.CLOSED
    legal_basis: str | None = None
    personal_data: PersonalData = PersonalData.NONE
    priority: bool = False
    standard_id: str | None = None
    activity_id: str | None = None
    indicator_id: str | None = None
    headline: str | None = None
    sort: tuple[str, ...] = ()
    spatial: SpatialCoverage | None = None
    temporal: TemporalCoverage | None = None
    update_frequency: str | None = None
    """ODCS slaProperties frequency as ISO 8601 duration, e.g. P1Y."""
    file: FileSettings = field(default_factory=FileSettings)
    row_rules: tuple[RowRule, ...] = ()
    set_rules: tuple[SetRule, ...] = ()
    source_url: str | None = None
    """Where the agency itself publishes the figures (ODCS authoritativeDefinitions)."""
    source: str = ""

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def key(self) -> tuple[Column, ...]:
        """Primary-key columns in key order; empty when the contract declares none."""
        keyed = [column for column in self.columns if column.key_position is not None]
        return tuple(sorted(keyed, key=lambda column: column.key_position or 0))

    @cached_property
    def stored_order(self) -> tuple[str, ...]:
        """Columns by which a version is sorted when it is stored: declared sort, then the key."""
        names = [*self.sort, *(column.name for column in self.key)]
        return tuple(dict.fromkeys(names))

    @cached_property
    def public_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.public)
