"""What the code-list service returns."""

from dataclasses import dataclass
from datetime import date

from satudata.validation.text import Text


@dataclass(frozen=True, slots=True)
class CodeList:
    """A reference code list; `slug` is `agency/list`. `edition` is the current one of `editions` (newest first)."""

    id: str
    slug: str
    title: Text
    authority: str
    """Agency slug; the agency itself may not be registered."""
    edition: str
    editions: tuple[str, ...]
    license: str | None = None
    attribution: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A code of one edition. One with `valid_to` is superseded; `successors` are the codes that follow it."""

    code: str
    label: str
    level: str | None = None
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
