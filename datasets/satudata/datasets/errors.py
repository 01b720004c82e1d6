"""Refusals: each a named class with its facts, rendered by the boundaries (GraphQL, web, CLI) in their own way.

These are expected outcomes, told to people. A fault of ours is any other exception and never reaches a reader as text.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from satudata.validation.reports.model import Report
from satudata.validation.text import Text


@dataclass(eq=False)
class DomainError(Exception):
    """An expected refusal: what, where (`path` in the caller's input), and in the message what to do next."""

    message: Text
    path: tuple[str, ...] | None = None
    code: str = ""
    """UPPER_SNAKE, stable: scripts rely on it. Falls back to the class's own code."""

    default_code: ClassVar[str] = "REFUSED"

    def __post_init__(self) -> None:
        self.code = self.code or self.default_code
        super().__init__(self.code, self.message.en)

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        """Made again from its fields, so that a child process can raise it."""
        return type(self), tuple(getattr(self, field.name) for field in fields(self))

    def __str__(self) -> str:
        return f"{self.code}: {self.message.en or self.message.id}"


@dataclass(eq=False)
class NotAllowed(DomainError):
    """The principal may not do this. Only raised about things the principal may see."""

    default_code: ClassVar[str] = "NOT_ALLOWED"


@dataclass(eq=False)
class NotFound(DomainError):
    """No such thing, or none the principal may know of: the two are identical on purpose."""

    default_code: ClassVar[str] = "NOT_FOUND"


@dataclass(frozen=True, slots=True)
class InputProblem:
    """One place in the input that is wrong, e.g. one problem of a contract."""

    path: str
    message: Text
    fix: Text


@dataclass(eq=False)
class InvalidInput(DomainError):
    """The input cannot be used as it is. `problems` lists the single places when there are several."""

    problems: tuple[InputProblem, ...] = ()

    default_code: ClassVar[str] = "INVALID_INPUT"


@dataclass(eq=False)
class StateConflict(DomainError):
    """The thing is not in the state the act needs or the caller expected; `actual_state` is where it is."""

    actual_state: str = ""

    default_code: ClassVar[str] = "STATE_CONFLICT"


@dataclass(eq=False)
class QualityGateFailed(DomainError):
    """The check's report stands in the way: warnings not confirmed by rule, or errors."""

    report: Report | None = None
    unconfirmed: tuple[str, ...] = ()
    """Keys (`RuleResult.key`) of the warnings still to be confirmed."""

    default_code: ClassVar[str] = "QUALITY_GATE_FAILED"


@dataclass(eq=False)
class LimitReached(DomainError):
    """A limit on size, time or number; `retry_after_seconds` when waiting helps."""

    retry_after_seconds: int | None = None

    default_code: ClassVar[str] = "LIMIT_REACHED"
