"""The lock of a home: one process at a time, given up when its holder dies."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from satudata.hub.jobs.lock import HomeLock

HOLDER = """
import sys
from pathlib import Path
from satudata.hub.jobs.lock import HomeLock
lock = HomeLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


def test_a_second_lock_waits_for_the_first(tmp_path: Path) -> None:
    first, second = HomeLock(tmp_path / "jobs.lock"), HomeLock(tmp_path / "jobs.lock")
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    assert (tmp_path / "jobs.lock").read_text().strip() == str(os.getpid())


def test_a_killed_process_gives_it_up(tmp_path: Path) -> None:
    path = tmp_path / "jobs.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        mine = HomeLock(path)
        assert not mine.acquire()
        holder.send_signal(signal.SIGKILL)
        holder.wait(10)
        assert mine.acquire()
