"""Expected refusals of mutations, as data: every payload has `problems`, empty when it went well.

Each class declares one GraphQL type; `problems_of` makes them from the services' errors. Unexpected faults are
not here: they go to the errors list, masked.
"""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import strawberry

from satudata.datasets import errors
from satudata.datasets.rows.deadline import DeadlineExceeded
from satudata.graphql.errors import ApiError
from satudata.graphql.publishing.reports import ReportType
from satudata.graphql.texts import TextType
from satudata.validation.text import Text

Path = list[str] | None


@strawberry.interface(
    name="Problem",
    description=(
        "An expected refusal: what is wrong and what to do. Unexpected faults and malformed requests "
        "use the errors list with `extensions.code`."
    ),
)
class Problem:
    code: str = strawberry.field(description="What it is, for programs. Example: `CONTRACT_INVALID`.")
    message: TextType = strawberry.field(description="What is wrong and what to do, for people.")
    path: list[str] | None = strawberry.field(
        description='Where in the input. Example: `["input", "sha256"]`; null where it is not about one place.'
    )


@strawberry.type(name="InvalidInput", description="The input cannot be used as it is.")
class InvalidInputProblem(Problem):
    pass


@strawberry.type(name="NotAllowed", description="The viewer may not do this, or nobody is signed in.")
class NotAllowedProblem(Problem):
    pass


@strawberry.type(name="NotFound", description="There is no such thing, or the viewer may not know of it.")
class NotFoundProblem(Problem):
    pass


@strawberry.type(
    name="StateConflict", description="It is not in the state that this needs, or that was expected."
)
class StateConflictProblem(Problem):
    actual_state: str = strawberry.field(description="The state it is in.")


@strawberry.type(name="QualityGateFailed", description="What the check found stands in the way.")
class QualityGateFailedProblem(Problem):
    report: ReportType = strawberry.field(description="The report of the check.")


@strawberry.type(name="LimitReached", description="A limit on size, time or number.")
class LimitReachedProblem(Problem):
    retry_after_seconds: int | None = strawberry.field(
        description="When to try again; null where waiting does not help."
    )


PROBLEM_TYPES = (
    InvalidInputProblem,
    NotAllowedProblem,
    NotFoundProblem,
    StateConflictProblem,
    QualityGateFailedProblem,
    LimitReachedProblem,
)

# Any below: the texts and reports of problems are domain records, declared as TextType and ReportType.


def problems_of(error: errors.DomainError) -> list[Problem]:
    """One problem for most refusals; one for each place where an input has several."""
    told: dict[str, Any] = {"code": error.code, "message": error.message, "path": _path(error.path)}
    match error:
        case errors.InvalidInput(problems=problems) if problems:
            return [_place(error, problem) for problem in problems]
        case errors.NotAllowed():
            return [NotAllowedProblem(**told)]
        case errors.NotFound():
            return [NotFoundProblem(**told)]
        case errors.StateConflict():
            return [StateConflictProblem(**told, actual_state=error.actual_state)]
        case errors.QualityGateFailed() if error.report is not None:
            report: Any = error.report
            return [QualityGateFailedProblem(**told, report=report)]
        case errors.LimitReached():
            return [LimitReachedProblem(**told, retry_after_seconds=error.retry_after_seconds)]
    return [InvalidInputProblem(**told)]


def _place(error: errors.InvalidInput, problem: errors.InputProblem) -> Problem:
    told: Any = Text(
        f"{problem.message.id} {problem.fix.id}",
        f"{problem.message.en} {problem.fix.en}" if problem.message.en else "",
    )
    path = [*(_path(error.path) or ["input"]), problem.path]
    return InvalidInputProblem(code=error.code, message=told, path=path)


def _path(path: tuple[str, ...] | None) -> Path:
    return None if path is None else ["input", *path]


Payload = TypeVar("Payload")
Done = TypeVar("Done")


async def told(
    act: Callable[[], Coroutine[Any, Any, Done]],
    succeeded: Callable[[Done], Payload],
    refused: Callable[[list[Problem]], Payload],
) -> Payload:
    """Run a use case and put its result, or its expected refusal, into a payload."""
    try:
        return succeeded(await act())
    except DeadlineExceeded:
        raise
    except errors.DomainError as error:
        return refused(problems_of(error))
    except ApiError as error:
        message: Any = error.message
        path = None if error.place is None else ["input", *error.place.split(".")]
        return refused([InvalidInputProblem(code=error.code.value, message=message, path=path)])
