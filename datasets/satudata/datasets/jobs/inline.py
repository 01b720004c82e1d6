"""`InlineJobs`: runs jobs at once, in the caller's event loop, when they are started. For tests and small tools.

It has no queue and survives nothing; a server uses the durable runner of `satudata.hub.jobs`.
"""

import logging
from collections.abc import Callable

from satudata.datasets.identifiers import new_id
from satudata.datasets.jobs.checker import CheckerCrashed
from satudata.datasets.jobs.protocol import JobBody, JobKind, JobStatus, StepFunction

logger = logging.getLogger(__name__)

ATTEMPTS = 3


class InlineJobs:
    """`body` gives the job of a kind (`Services.job`)."""

    def __init__(self, body: Callable[[JobKind], JobBody]) -> None:
        self._body = body
        self._status: dict[tuple[JobKind, str], JobStatus] = {}

    async def start(self, kind: JobKind, submission_id: str) -> None:
        """Run the job to its end, unless it is running."""
        if self._status.get((kind, submission_id)) is JobStatus.RUNNING:
            return
        self._status[kind, submission_id] = JobStatus.RUNNING
        body = self._body(kind)
        try:
            for _, step in body.steps:
                await _with_retries(step, submission_id)
        except Exception:
            reference = new_id()
            logger.exception("job failed", extra={"kind": kind.value, "reference": reference})
            self._status[kind, submission_id] = JobStatus.FAILED
            await body.fail(submission_id, reference)
        else:
            self._status[kind, submission_id] = JobStatus.DONE

    async def status(self, kind: JobKind, submission_id: str) -> JobStatus:
        return self._status.get((kind, submission_id), JobStatus.UNKNOWN)

    async def cancel(self, kind: JobKind, submission_id: str) -> None:
        """Nothing to cancel: a started job has ended before its caller goes on."""


async def _with_retries(step: StepFunction, submission_id: str) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            await step(submission_id)
        except CheckerCrashed:
            if attempt == ATTEMPTS:
                raise
        else:
            return
