"""The two workflows as DBOS sees them: named, versioned, replayable; their steps are those of `satudata.datasets.jobs`.

Imported only by the process that runs jobs: importing DBOS takes up to 0.7 s. Workflows and steps are plain
functions that DBOS runs in its own threads; each step hands its coroutine to the hub's event loop (`bridge.py`) and
waits for it. So the loop, its database connections and its thread pool stay the hub's own.

A workflow function never changes once released: write `check_v2` beside it and keep the old one until it is drained.
"""

import traceback
from pathlib import Path

import structlog
from dbos import DBOS

from satudata.datasets.jobs.protocol import JobKind
from satudata.hub.jobs.bridge import Bridge, Stopping

DONE = "done"
FAILED = "failed"
STEP_ATTEMPTS = 4
RECOVERY_ATTEMPTS = 20

logger = structlog.get_logger("satudata.jobs")

_bridge: Bridge | None = None


def connect(bridge: Bridge | None) -> None:
    """Set what the workflows of this process work with (None: nothing, they must not run)."""
    global _bridge
    _bridge = bridge


def _connected() -> Bridge:
    if _bridge is None:
        raise Stopping
    return _bridge


@DBOS.step(
    name="step_v1", retries_allowed=True, interval_seconds=0.5, backoff_rate=3.0, max_attempts=STEP_ATTEMPTS
)
def run_step(kind: str, step: str, submission_id: str) -> None:
    """One step of a job, tried again when it raises."""
    bridge = _connected()
    function = dict(bridge.bodies[JobKind(kind)].steps)[step]
    try:
        bridge.run(function, submission_id)
    except Exception as error:
        logger.error("job.step_failed", kind=kind, step=step, submission=submission_id, **frames_of(error))
        raise


def frames_of(error: BaseException) -> dict[str, str]:
    """What may be logged of a failed step: the kind of error and where. Not its message, which can quote the data."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )
    return {"error": type(error).__name__, "where": where}


@DBOS.step(name="fail_v1", retries_allowed=True, interval_seconds=1.0, backoff_rate=1.5, max_attempts=4)
def record_failure(kind: str, submission_id: str, reference: str) -> None:
    """Tell the submission that its job gave up."""
    bridge = _connected()
    body = bridge.bodies[JobKind(kind)]

    async def fail(submission_id: str) -> None:
        await body.fail(submission_id, reference)

    bridge.run(fail, submission_id)
    logger.error("job.failed", kind=kind, submission=submission_id, reference=reference)


@DBOS.workflow(name="check_v1", max_recovery_attempts=RECOVERY_ATTEMPTS)
def check_v1(submission_id: str) -> str:
    """Check a submitted file and record the report."""
    return _run(JobKind.CHECK, ("check", "record"), submission_id)


@DBOS.workflow(name="publish_v1", max_recovery_attempts=RECOVERY_ATTEMPTS)
def publish_v1(submission_id: str) -> str:
    """Make an approved submission a published version."""
    return _run(JobKind.PUBLISH, ("snapshot", "copies", "release"), submission_id)


def _run(kind: JobKind, steps: tuple[str, ...], submission_id: str) -> str:
    try:
        for step in steps:
            run_step(kind.value, step, submission_id)
    except Exception:
        record_failure(kind.value, submission_id, DBOS.workflow_id or submission_id)
        return FAILED
    return DONE
