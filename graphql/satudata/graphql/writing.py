"""How the answer to a request is written: what ran, and what was refused before anything did."""

import orjson

from graphql import ExecutionResult, GraphQLError
from satudata.graphql.errors import ApiError, as_graphql_error, render_errors
from satudata.graphql.outcome import ErrorCode, ExecutionOutcome
from satudata.validation.text import Language, Text


class RefusedRequest(Exception):
    """A request goes no further: errors found before any field ran."""

    def __init__(self, errors: list[GraphQLError], *, mutation_refused: bool = False) -> None:
        super().__init__(len(errors))
        self.errors = errors
        self.mutation_refused = mutation_refused

    @classmethod
    def because(cls, error: ApiError, *, mutation_refused: bool = False) -> "RefusedRequest":
        """Refused for one reason."""
        return cls([as_graphql_error(error)], mutation_refused=mutation_refused)


def written_refusal(refusal: RefusedRequest, language: Language, *, anonymous: bool) -> ExecutionOutcome:
    """A refusal as a response without data."""
    errors = render_errors(refusal.errors, language, anonymous=anonymous)
    body = orjson.dumps({"errors": errors})
    return ExecutionOutcome(body, errors, started=False, mutation_refused=refusal.mutation_refused)


def written_result(
    result: ExecutionResult, price: int, language: Language, *, anonymous: bool, shared: bool = False
) -> ExecutionOutcome:
    """What an operation answered, spliced rows and all; `shared` holds for it unless there are errors."""
    errors = render_errors(result.errors or (), language, anonymous=anonymous)
    try:
        body = orjson.dumps({"errors": errors, "data": result.data} if errors else {"data": result.data})
    except orjson.JSONEncodeError as fault:
        errors = render_errors([GraphQLError("", original_error=fault)], language, anonymous=anonymous)
        body = orjson.dumps({"errors": errors, "data": None})
    return ExecutionOutcome(body, errors, shared=shared and not errors, price=price)


NO_EVENTS = ApiError(
    ErrorCode.BAD_INPUT,
    Text(
        "Langganan dijawab sebagai aliran peristiwa. Kirim lagi dengan header Accept: text/event-stream.",
        "A subscription is answered as a stream of events. Send it again with the header Accept: text/event-stream.",
    ),
    details={"reason": "EVENT_STREAM"},
)
TOO_DEEP = ApiError(
    ErrorCode.BAD_INPUT, Text("Dokumen ini bersarang terlalu dalam.", "This document nests too deeply.")
)
