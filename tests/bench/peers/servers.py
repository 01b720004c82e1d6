"""Programs that run in the background on 127.0.0.1: started once, found again by the next run, stopped by name.

In the folder of the bench each leaves `NAME.pid` (process id and the time it started) and `NAME.log`.
"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil

START_SECONDS = 90.0
STOP_SECONDS = 30.0


class ServerFailed(Exception):
    """A program did not start. The message names its log."""


def pid_file(folder: Path, name: str) -> Path:
    """Where the process id of a server stands."""
    return folder / f"{name}.pid"


def remember(folder: Path, name: str, pid: int) -> None:
    """Write the pid file of a process that runs."""
    pid_file(folder, name).write_text(f"{pid} {psutil.Process(pid).create_time()}\n")


def running(folder: Path, name: str) -> psutil.Process | None:
    """The process of the pid file while it is still the same one."""
    try:
        pid, started = pid_file(folder, name).read_text().split()
        process = psutil.Process(int(pid))
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None
    alive = process.status() != psutil.STATUS_ZOMBIE and process.create_time() == float(started)
    return process if alive else None


def start(
    folder: Path, name: str, command: list[str], port: int, environment: dict[str, str] | None = None
) -> None:
    """Start a server unless it runs, and wait until its port answers. Raises ServerFailed."""
    if running(folder, name):
        return
    if _answers(port):
        raise ServerFailed(f"port {port} for {name} is taken by another program: stop it, then try again")
    log = folder / f"{name}.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    remember(folder, name, process.pid)
    end = time.monotonic() + START_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > end:
            raise ServerFailed(f"{name} did not start; the end of {log}:\n{log.read_text()[-1500:]}")
        time.sleep(0.1)
    print(f"{name}: serves 127.0.0.1:{port}", flush=True)


def stop(folder: Path, name: str) -> None:
    """Stop a server and wait until it has ended."""
    process = running(folder, name)
    if process is not None:
        process.send_signal(signal.SIGTERM)
        _, alive = psutil.wait_procs([process], timeout=STOP_SECONDS)
        for left in alive:
            left.kill()
    pid_file(folder, name).unlink(missing_ok=True)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
