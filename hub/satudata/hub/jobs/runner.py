"""The job runner: fills `satudata.datasets.jobs.Jobs` with DBOS, in the one process of a home that holds the lock.

Every process has a runner; the others' `start` does nothing, because the holder looks every second for rows without a
job (`Services.pending_jobs`) and starts what it finds. A process that dies gives up the lock; another takes it and
DBOS resumes what was pending. DBOS keeps its own database, `jobs.sqlite` in the home; it talks to no network.
"""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import structlog

from satudata.datasets.jobs.protocol import JobKind, JobStatus
from satudata.datasets.services import Services
from satudata.hub.jobs.bridge import Bridge
from satudata.hub.jobs.lock import HomeLock
from satudata.hub.settings import Settings

if TYPE_CHECKING:
    from dbos import WorkflowStatus

APPLICATION_VERSION: Final = "satudata-wf1"
EXECUTOR: Final = "satudata-hub"
POLL_SECONDS: Final = 1.0
SETTLED_SECONDS: Final = 2.0
"""A job that ended longer ago has left its mark on the row: a row that still asks for it asks anew."""
REPEAT_AFTER_SECONDS: Final = 60.0
KEEP: Final = timedelta(days=30)
"""Finished workflows are forgotten after so long; what happened stands in the audit trail."""
TIDY_SECONDS: Final = 3600.0
_QUEUES: Final = {JobKind.CHECK: "checks", JobKind.PUBLISH: "publishing"}
_LIVE: Final = ("ENQUEUED", "PENDING", "DELAYED")

logger = structlog.get_logger("satudata.jobs")


@dataclass(frozen=True, slots=True)
class _Known:
    """What DBOS knows of a workflow."""

    status: str
    output: str | None
    updated_at: float

    @property
    def live(self) -> bool:
        return self.status in _LIVE

    @property
    def done(self) -> bool:
        return self.status == "SUCCESS" and self.output == "done"


class JobRunner:
    """Made before the services (they start jobs through it) and begun after them (its jobs use them)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = HomeLock(settings.home / "jobs.lock")
        self._bridge: Bridge | None = None
        self._watch: asyncio.Task[None] | None = None
        self._launching: asyncio.Task[None] | None = None
        self._launched = False
        self._tidy_at = 0.0

    @property
    def running_here(self) -> bool:
        """True when this process runs the jobs and is ready to."""
        return self._launched

    @property
    def healthy(self) -> bool:
        """True when this process runs the jobs, or watches for the one that does to die."""
        return self._watch is not None and not self._watch.done()

    def begin(self, services: Services) -> None:
        """Start watching: take the lock when it is free, then launch DBOS and look for rows without a job."""
        self._watch = asyncio.create_task(self._watch_forever(services), name="job-runner")

    async def close(self) -> None:
        """Stop. Steps under way are cut off; they are done again at the next start."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        if self._launching is not None:
            # It goes on in its thread; what is half there cannot be taken down.
            await asyncio.gather(self._launching, return_exceptions=True)
        if self._lock.held:
            await self._stop_dbos()
            self._lock.release()

    # -- satudata.datasets.jobs.Jobs

    async def start(self, kind: JobKind, submission_id: str) -> None:
        """Start the job unless it is waiting, running or done; one that failed or was cancelled begins anew."""
        if self._launched:
            await asyncio.to_thread(self._enqueue_unless_done, kind, submission_id)

    async def status(self, kind: JobKind, submission_id: str) -> JobStatus:
        """How the job is; UNKNOWN in the processes that run no jobs."""
        if not self._launched:
            return JobStatus.UNKNOWN
        known = await asyncio.to_thread(self._known, _workflow_id(kind, submission_id))
        return _job_status(known)

    async def cancel(self, kind: JobKind, submission_id: str) -> None:
        """Let no further step of the job begin."""
        if self._launched:
            await asyncio.to_thread(self._cancel, _workflow_id(kind, submission_id))

    # -- the watch

    async def _watch_forever(self, services: Services) -> None:
        while True:
            try:
                if not self._launched and self._lock.acquire():
                    self._launching = asyncio.create_task(self._launch_dbos(services))
                    await asyncio.shield(self._launching)
                if self._launched:
                    await self._start_lost_jobs(services)
                    await self._tidy(services)
            except Exception:  # a fault here must not end the watch: the next round may work
                logger.exception("job.watch_failed")
            await asyncio.sleep(POLL_SECONDS)

    async def _start_lost_jobs(self, services: Services) -> None:
        for kind, submission_id in await services.pending_jobs():
            await asyncio.to_thread(self._enqueue_if_lost, kind, submission_id)

    async def _tidy(self, services: Services) -> None:
        """Once an hour, in the one process that has the lock: remove what nobody will ask about."""
        if time.monotonic() < self._tidy_at:
            return
        self._tidy_at = time.monotonic() + TIDY_SECONDS
        await services.credentials.purge_sessions()
        await services.clear_lost_work()
        await asyncio.to_thread(_forget_old)

    def _enqueue_if_lost(self, kind: JobKind, submission_id: str) -> None:
        known = self._known(_workflow_id(kind, submission_id))
        if known is None:
            self._enqueue(kind, submission_id, known)
        elif not known.live:
            # Failed: somebody asked for it again, in a process without jobs. Done: a crash between two databases.
            patience = REPEAT_AFTER_SECONDS if known.done else SETTLED_SECONDS
            if time.time() - known.updated_at > patience:
                self._enqueue(kind, submission_id, known)

    # -- DBOS, imported late and only by the process that runs jobs; every call of it below is made in a thread

    async def _launch_dbos(self, services: Services) -> None:
        self._bridge = Bridge(asyncio.get_running_loop(), services.bodies)
        try:
            await asyncio.to_thread(self._launch, self._bridge)
        except BaseException:
            # Or the next attempt would find half of this one.
            await asyncio.to_thread(_destroy)
            raise
        self._launched = True
        logger.info("job.runner_ready", database=str(self._settings.home / "jobs.sqlite"))

    def _launch(self, bridge: Bridge) -> None:
        from dbos import DBOS, DBOSPortableJSONSerializer

        from satudata.hub.jobs import workflows

        workflows.connect(bridge)
        DBOS(
            config={
                "name": "satudata",
                "system_database_url": self._settings.jobs_database,
                "executor_id": EXECUTOR,
                "application_version": APPLICATION_VERSION,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "WARNING",
                "max_executor_threads": 16,
                "use_listen_notify": False,
            }
        )
        _take_over_log()
        DBOS.launch()
        for queue in _QUEUES.values():
            DBOS.register_queue(queue, worker_concurrency=1, global_concurrency=1, polling_interval_sec=0.5)

    async def _stop_dbos(self) -> None:
        self._launched = False
        if self._bridge is not None:
            self._bridge.stop()
            await asyncio.to_thread(_destroy)

    def _enqueue_unless_done(self, kind: JobKind, submission_id: str) -> None:
        known = self._known(_workflow_id(kind, submission_id))
        if known is None or not (known.live or known.done):
            self._enqueue(kind, submission_id, known)

    def _enqueue(self, kind: JobKind, submission_id: str, ended: _Known | None) -> None:
        from dbos import DBOS, SetWorkflowID

        from satudata.hub.jobs import workflows

        workflow_id = _workflow_id(kind, submission_id)
        if ended is not None:
            DBOS.delete_workflow(workflow_id)
        function = workflows.check_v1 if kind is JobKind.CHECK else workflows.publish_v1
        with SetWorkflowID(workflow_id):
            DBOS.enqueue_workflow(_QUEUES[kind], function, submission_id)

    def _known(self, workflow_id: str) -> _Known | None:
        from dbos import DBOS

        status: WorkflowStatus | None = DBOS.get_workflow_status(workflow_id)
        if status is None:
            return None
        return _Known(status.status, status.output, (status.updated_at or 0) / 1000)

    def _cancel(self, workflow_id: str) -> None:
        from dbos import DBOS

        known = self._known(workflow_id)
        if known is not None and known.live:
            DBOS.cancel_workflow(workflow_id)


def _take_over_log() -> None:
    """Send DBOS's own lines through ours, without tracebacks: their messages can quote data (see `frames_of`)."""
    dbos_logger = logging.getLogger("dbos")
    dbos_logger.handlers.clear()
    dbos_logger.propagate = True
    dbos_logger.addFilter(_without_traceback)


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True


def _forget_old() -> None:
    from dbos import DBOS

    before = (datetime.now(UTC) - KEEP).isoformat()
    finished = ["SUCCESS", "ERROR", "CANCELLED"]
    old = DBOS.list_workflows(status=finished, end_time=before, load_input=False, load_output=False)
    if old:
        DBOS.delete_workflows([workflow.workflow_id for workflow in old])


def _destroy() -> None:
    from dbos import DBOS

    DBOS.destroy()


def _workflow_id(kind: JobKind, submission_id: str) -> str:
    return f"{kind.value.lower()}:{submission_id}"


def _job_status(known: _Known | None) -> JobStatus:
    if known is None:
        return JobStatus.UNKNOWN
    if known.live:
        return JobStatus.RUNNING if known.status == "PENDING" else JobStatus.QUEUED
    return JobStatus.DONE if known.done else JobStatus.FAILED
