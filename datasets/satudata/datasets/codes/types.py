"""What the code-list service returns."""

from dataclasses import dataclass
from datetime import date

from satudata.validation.contracts.model import CodeFormat
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


@dataclass(frozen=True, slots=True)
class CodesAsWritten:
    """The codes of one edition, of one level if it is named, as a column writes them: `32.73` may be `3273` there."""

    code_list: str
    edition: str | None
    format: CodeFormat = CodeFormat.DOTTED
    level: str | None = None


@dataclass(frozen=True, slots=True)
class CodeQuestion:
    """Which codes: every part that is not None must hold. Codes are given as the list writes them, or as the column."""

    one_of: tuple[str, ...] | None = None
    none_of: tuple[str, ...] | None = None
    starts_with: str | None = None
    """In the list's writing."""
    under: tuple[str, ...] | None = None
    """One of these, or below one."""
    levels: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class CodeSpan:
    """Codes that follow each other in order of bytes, as the column writes them: `first` to `last`, `count` of them."""

    first: str
    last: str
    count: int
