"""What the agency service returns."""

from dataclasses import dataclass
from enum import StrEnum

from satudata.validation.text import Text


class AgencyKind(StrEnum):
    MINISTRY = "MINISTRY"
    INSTITUTION = "INSTITUTION"
    PROVINCE = "PROVINCE"
    REGENCY = "REGENCY"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency that publishes. `slug` is its name in URLs, dataset ids and GraphQL fields."""

    id: str
    slug: str
    name: Text
    kind: AgencyKind
    url: str | None = None
    contact: str | None = None
