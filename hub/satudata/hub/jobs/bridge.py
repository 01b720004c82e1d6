"""From DBOS's threads to the hub's event loop: a step's coroutine runs where its database connections live."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Mapping

from satudata.datasets.jobs.protocol import JobBody, JobKind, StepFunction


class Stopping(BaseException):
    """The hub is going down in the middle of a step. Not an Exception, so that DBOS records no outcome: at the next
    start the workflow goes on with this step."""


class Bridge:
    """What the workflows of this process work with, set by the runner before it launches DBOS."""

    def __init__(self, loop: asyncio.AbstractEventLoop, bodies: Mapping[JobKind, JobBody]) -> None:
        self.bodies = bodies
        self._loop = loop
        self._guard = threading.Lock()
        self._running: set[concurrent.futures.Future[None]] = set()
        self._stopping = False

    def run(self, function: StepFunction, submission_id: str) -> None:
        """Run one step on the hub's loop and wait for it. Raises what it raises, Stopping when the hub goes down."""
        with self._guard:
            if self._stopping:
                raise Stopping
            future = asyncio.run_coroutine_threadsafe(_call(function, submission_id), self._loop)
            self._running.add(future)
        try:
            future.result()
        except (concurrent.futures.CancelledError, asyncio.CancelledError):
            raise Stopping from None
        finally:
            with self._guard:
                self._running.discard(future)

    def stop(self) -> None:
        """Cancel the steps under way and let no other begin."""
        with self._guard:
            self._stopping = True
            futures = list(self._running)
        for future in futures:
            future.cancel()


async def _call(function: StepFunction, submission_id: str) -> None:
    await function(submission_id)
