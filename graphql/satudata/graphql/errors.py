"""Top-level errors: what went wrong with a request, from a closed list of codes, in the reader's language.

Expected refusals of mutations are not here but in `publishing/problems.py`. An exception that nobody expected is logged
with a reference and told as INTERNAL with that reference; its text never reaches a reader.
"""

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError
from satudata.datasets.errors import (
    DomainError,
    InvalidInput,
    LimitReached,
    NotAllowed,
    NotFound,
    QualityGateFailed,
    StateConflict,
)
from satudata.datasets.rows.deadline import DeadlineExceeded
from satudata.graphql.outcome import ErrorCode
from satudata.graphql.scalars import ScalarInputError
from satudata.validation.text import Language, Text

logger = logging.getLogger("satudata.graphql")

INTERNAL_MESSAGE = Text(
    id="Terjadi kesalahan di sisi kami. Coba lagi; bila terulang, sampaikan nomor rujukan ini kepada pengelola.",
    en="Something went wrong on our side. Try again; if it happens again, give this reference to the operators.",
)


@dataclass(eq=False)
class ApiError(Exception):
    """A request refused by the API itself. `place` names where, e.g. `where.tahun.eq`."""

    code: ErrorCode
    message: Text
    place: str | None = None
    details: dict[str, Any] = field(default_factory=dict)  # Any: JSON values for `extensions`

    def __post_init__(self) -> None:
        super().__init__(self.code.value, self.message.en)

    def __str__(self) -> str:
        return f"{self.code.value}: {self.message.en}"


def bad_input(place: str, indonesian: str, english: str, *, reason: str | None = None) -> ApiError:
    """Input that cannot be used; both messages begin with the place. `reason` is told as `extensions.reason`."""
    message = Text(f"{place}: {indonesian}", f"{place}: {english}")
    return ApiError(ErrorCode.BAD_INPUT, message, place, {} if reason is None else {"reason": reason})


def limit_error(
    name: str, indonesian: str, english: str, *, limit: int, actual: int | None = None
) -> ApiError:
    """A limit of `config.Limits` that the request goes beyond."""
    details: dict[str, Any] = {"limit": {"name": name, "most": limit}}
    if actual is not None:
        details["limit"]["actual"] = min(actual, 2**53 - 1)
    return ApiError(ErrorCode.COST_LIMIT, Text(indonesian, english), details=details)


def code_of(error: DomainError, *, anonymous: bool) -> ErrorCode:
    """The code under which a refusal of the services is told when a query meets it."""
    match error:
        case NotAllowed():
            return ErrorCode.UNAUTHENTICATED if anonymous else ErrorCode.FORBIDDEN
        case NotFound():
            return ErrorCode.NOT_FOUND
        case LimitReached():
            return ErrorCode.RATE_LIMITED if error.retry_after_seconds is not None else ErrorCode.COST_LIMIT
        case DeadlineExceeded():
            return ErrorCode.TIMEOUT
        case InvalidInput() | StateConflict() | QualityGateFailed():
            return ErrorCode.BAD_INPUT
    return ErrorCode.BAD_INPUT


_RETRYABLE = frozenset({ErrorCode.RATE_LIMITED, ErrorCode.TIMEOUT, ErrorCode.INTERNAL})


def render_errors(
    errors: Iterable[GraphQLError], language: Language, *, anonymous: bool
) -> tuple[dict[str, Any], ...]:
    """Errors in response form. Unexpected ones are logged here, once each."""
    return tuple(_render(error, language, anonymous) for error in errors)


def _render(error: GraphQLError, language: Language, anonymous: bool) -> dict[str, Any]:
    cause = _cause(error)
    extensions: dict[str, Any] = {}
    match cause:
        case ApiError():
            code, message = cause.code, cause.message.get(language)
            extensions.update(cause.details)
            if cause.place is not None:
                extensions["place"] = cause.place
        case DomainError():
            code, message = code_of(cause, anonymous=anonymous), cause.message.get(language)
            extensions["reason"] = cause.code
            if cause.path is not None:
                extensions["place"] = ".".join(cause.path)
            if isinstance(cause, LimitReached) and cause.retry_after_seconds is not None:
                extensions["retryAfterSeconds"] = cause.retry_after_seconds
        case None | ScalarInputError():
            code, message = ErrorCode.BAD_INPUT, error.message
        case _:
            code, message = ErrorCode.INTERNAL, INTERNAL_MESSAGE.get(language)
            extensions["reference"] = log_fault(cause, error.path)
    rendered: dict[str, Any] = {"message": message}
    if error.locations:
        rendered["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        rendered["path"] = list(error.path)
    rendered["extensions"] = {"code": code.value, "retryable": code in _RETRYABLE, **extensions}
    return rendered


def _cause(error: GraphQLError) -> Exception | None:
    """The exception behind an error; None for one that graphql-core itself makes about the client's request."""
    cause: Exception = error
    while isinstance(cause, GraphQLError):
        original = cause.original_error
        if original is None or original is cause:
            return None
        cause = original
    return cause


def log_fault(fault: BaseException, path: Iterable[str | int] | None = None) -> str:
    """Log an unexpected exception and return the reference people can quote."""
    reference = secrets.token_hex(6)
    where = ".".join(str(part) for part in path) if path is not None else "-"
    logger.error("fault %s at %s", reference, where, exc_info=fault, extra={"reference": reference})
    return reference


def as_graphql_error(error: ApiError) -> GraphQLError:
    """For refusals before any field runs."""
    return GraphQLError(error.message.en, original_error=error)
