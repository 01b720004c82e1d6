"""`Checker`: one child process for heavy work (checks, snapshots, serving copies), there only while there is work.

The child is spawned on demand, runs at low priority, does one thing at a time and ends after a while without work,
so the libraries it loads (pandera, Great Expectations, polars) never weigh on the web process. When it dies, whoever
waits is told (`CheckerCrashed`, worth a retry) and the next call gets a new child. When its parent dies, so does it.
"""

import asyncio
import os
import pickle
import signal
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
Result = TypeVar("Result")

NICENESS = 10
PARENT_WATCH_SECONDS = 0.5


class CheckerCrashed(Exception):
    """The child process ended before its work did (killed, out of memory). Trying again is sensible."""


class ChildError(Exception):
    """The work raised something that cannot travel between processes. The text names its kind and where, not its
    message: that could quote data, and this goes to a log.
    """


class Checker:
    """Belongs to one event loop. `run` calls take turns."""

    def __init__(self, idle_seconds: float = 60.0) -> None:
        self._idle_seconds = idle_seconds
        self._turn = asyncio.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._ending: asyncio.TimerHandle | None = None
        self.pid: int | None = None
        """The child, None while there is none."""

    async def run(self, function: Callable[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """The result of a module-level function in the child. Its exceptions pass through.

        Raises CheckerCrashed. Cancelling kills the child.
        """
        async with self._turn:
            self._stay()
            try:
                pool = self._pool or await self._start()
                kind, value = await _result(pool.submit(_guarded, function, args, kwargs))
            except BrokenProcessPool as error:
                self._kill()
                raise CheckerCrashed("the checker process ended unexpectedly") from error
            except asyncio.CancelledError:
                self._kill()
                raise
            finally:
                self._end_later()
        if kind == "raised":
            raise cast(BaseException, value)
        return cast(Result, value)

    async def close(self) -> None:
        """End the child: at once when it is at work, else the way it ends by itself, leaving nothing behind."""
        self._stay()
        pool, pid = self._pool, self.pid
        self._pool = self.pid = None
        if pid is not None and self._turn.locked():
            with suppress(ProcessLookupError):  # it may just have ended
                os.kill(pid, signal.SIGKILL)
        if pool is not None:
            await asyncio.to_thread(pool.shutdown)

    async def _start(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(
            max_workers=1,
            mp_context=get_context("spawn"),
            initializer=_prepare_child,
            initargs=(os.getpid(),),
        )
        self._pool = pool
        self.pid = await _result(pool.submit(os.getpid))
        return pool

    def _stay(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def _end_later(self) -> None:
        if self._pool is not None:
            self._ending = asyncio.get_running_loop().call_later(self._idle_seconds, self._end)

    def _end(self) -> None:
        """Let the idle child go."""
        pool, self._pool, self.pid, self._ending = self._pool, None, None, None
        if pool is not None:
            pool.shutdown(wait=False)

    def _kill(self) -> None:
        if self.pid is not None:
            with suppress(ProcessLookupError):  # it may be its end that brought us here
                os.kill(self.pid, signal.SIGKILL)
        self._end()


async def _result(future: Future[Result]) -> Result:
    return await asyncio.wrap_future(future)


def _prepare_child(parent: int) -> None:
    """Low priority, deaf to Ctrl-C (the parent decides), and never longer alive than the parent."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_WATCH_SECONDS)
    os._exit(1)


def _guarded(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[str, Any]:
    """Run in the child. An exception that cannot be pickled would take the whole pool down: send its text instead."""
    try:
        return "returned", function(*args, **kwargs)
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 - our own object, a moment old
        except Exception:
            return "raised", ChildError(_where(error))
        error.add_note(_where(error))
        return "raised", error


def _where(error: Exception) -> str:
    return (
        f"{type(error).__name__} in the checker process:\n{''.join(traceback.format_tb(error.__traceback__))}"
    )
