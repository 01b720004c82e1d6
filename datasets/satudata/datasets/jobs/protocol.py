"""The port to whatever runs jobs. `satudata.hub` fills it with DBOS; tests and tools use `inline.InlineJobs`."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Protocol

StepFunction = Callable[[str], Awaitable[None]]
"""Takes the submission id. May be run any number of times, alone or after its successors: it finds what is done."""


class JobKind(StrEnum):
    CHECK = "CHECK"
    PUBLISH = "PUBLISH"


class JobStatus(StrEnum):
    UNKNOWN = "UNKNOWN"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


class Jobs(Protocol):
    """Starts jobs and says how they are. Every call is idempotent by (kind, submission).

    `start` on a job that is queued or running does nothing; one that has ended (done, failed, cancelled) begins anew:
    a row that needs a job again, after a retry or a changed release time, must get one, and bodies bear repeating.
    """

    async def start(self, kind: JobKind, submission_id: str) -> None: ...

    async def status(self, kind: JobKind, submission_id: str) -> JobStatus: ...

    async def cancel(self, kind: JobKind, submission_id: str) -> None: ...


class JobBody(Protocol):
    """A job as data: its steps in order, and what to record when they kept failing."""

    @property
    def kind(self) -> JobKind: ...

    @property
    def steps(self) -> tuple[tuple[str, StepFunction], ...]: ...

    async def fail(self, submission_id: str, reference: str) -> None:
        """Record that the job gave up; `reference` is what the operator finds in the log."""
        ...
