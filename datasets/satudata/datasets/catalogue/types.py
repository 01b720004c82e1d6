"""What the catalogue service returns and takes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from satudata.datasets.agencies.types import Agency
from satudata.datasets.paging import Page
from satudata.datasets.versions.types import DatasetVersion
from satudata.validation.contracts.model import AccessLevel, DataContract
from satudata.validation.text import Text


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset in the catalogue. `contract` is its newest contract version; `latest` the newest version not withdrawn.

    The rows of `latest` were published under `latest.contract_version`, which may be older than `contract`:
    `CatalogueService.contract(slug, version)` gives that one.
    """

    id: str
    slug: str
    """`agency/dataset`."""
    agency: Agency
    steward: Agency
    contract: DataContract
    latest: DatasetVersion | None
    created_at: datetime
    updated_at: datetime
    """When its contract or its versions last changed."""


@dataclass(frozen=True, slots=True)
class DatasetField:
    """Where a dataset stands in the GraphQL API: `data { <agency_field> { <dataset_field> } }`."""

    slug: str
    agency_field: str
    dataset_field: str


class CompatibilityLevel(StrEnum):
    """How much a new contract version changes for those who read by the old one."""

    IDENTICAL = "IDENTICAL"
    COMPATIBLE = "COMPATIBLE"
    ADDITIVE = "ADDITIVE"
    BREAKING = "BREAKING"


@dataclass(frozen=True, slots=True)
class ContractChange:
    """One difference. `path` names the place, e.g. `columns.tahun.type`."""

    level: CompatibilityLevel
    path: str
    message: Text


@dataclass(frozen=True, slots=True)
class ContractDiff:
    """All differences and the worst level among them."""

    level: CompatibilityLevel
    changes: tuple[ContractChange, ...] = ()


class DatasetOrder(StrEnum):
    RELEVANCE = "RELEVANCE"
    NEWEST = "NEWEST"
    """By last publication; datasets without a version come last."""
    TITLE = "TITLE"


@dataclass(frozen=True, slots=True)
class DatasetFilter:
    """Parts are ANDed; values within a part are ORed; an empty part asks nothing."""

    agencies: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    access_levels: tuple[AccessLevel, ...] = ()
    formats: tuple[str, ...] = ()
    """Download formats: CSV, XLSX, PARQUET."""
    priority: bool | None = None
    updated_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Why a dataset matched: the field (title, keywords, agency, topic, description, id, columns) and its text."""

    field: str
    text: Text


@dataclass(frozen=True, slots=True)
class Facet:
    """One value of a facet, with the number of datasets one would find by choosing it."""

    value: str
    label: Text
    count: int


@dataclass(frozen=True, slots=True)
class DatasetFacets:
    """Counts under the search text and every filter but the facet's own, most frequent first."""

    agencies: tuple[Facet, ...] = ()
    topics: tuple[Facet, ...] = ()
    access_levels: tuple[Facet, ...] = ()
    formats: tuple[Facet, ...] = ()


@dataclass(frozen=True, slots=True)
class DatasetPage(Page[Dataset]):
    """A page of search results; `matches[i]` says why `items[i]` matched (empty without a search text)."""

    matches: tuple[tuple[Match, ...], ...] = ()
    facets: DatasetFacets = field(default_factory=DatasetFacets)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and the number of datasets the asking principal may see under it."""

    id: str
    name: Text
    dataset_count: int


@dataclass(frozen=True, slots=True)
class CatalogueTotals:
    """What the hub holds for everybody: open datasets, agencies with one, rows of their latest versions."""

    datasets: int
    agencies: int
    rows: int
