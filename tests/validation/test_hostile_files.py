"""Files made to hurt: `satudata check` ends each in time, within its memory, with exit code 2 and a sentence.

Time is wall time; where the machine is busy with other things (the check computed for less than half of it) up to
three times as much is let pass. Memory is the resident sets of the process and all its children together, looked at
while they run. Ordinarily one warm process takes one or two files of each family and the command line three of them;
`make test-all` takes all files, and gives every one to the command line by itself.
"""

import contextlib
import importlib.util
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import psutil
import pytest

HERE = Path(__file__).parent
CONTRACT = HERE / "files" / "upah.yaml"
SECONDS = 10.0
BYTES = 1_000_000_000
pytestmark = pytest.mark.xdist_group("hostile")


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("files_that_hurt", HERE / "files_that_hurt.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


files = _module()
BY_HAND = ("derau.csv", "bom-berbohong.xlsx", "satu-baris-100-mb.csv")
FURTHER = {
    *("derau-satu-bita.csv", "derau-sebagai-gzip.csv", "derau-sesudah-bom.csv", "derau-sebagai-json.json"),
    *("derau-sebagai-objek.json", "derau-huruf.csv", "derau-bita-atas.csv", "gambar.csv", "basis-data.csv"),
    *("xlsx-terpotong-0.01.xlsx", "xlsx-terpotong-0.3.xlsx", "xlsx-terpotong-0.9.xlsx"),
    *("ods-terpotong-0.1.ods", "ods-terpotong-0.95.ods", "xls-terpotong-0.05.xls", "xls-terpotong-0.2.xls"),
    *("parquet-terpotong-0.01.parquet", "parquet-terpotong-0.99.parquet"),
    *(
        "json-terpotong-0.05.json",
        "json-terpotong-0.99.json",
        "zip-terpotong-0.2.zip",
        "zip-terpotong-0.95.zip",
    ),
    *("bom-bagian.xlsx", "bom-ribuan-bagian.xlsx", "bom-di-dalam.zip"),
    *("entitas-buku.xlsx", "entitas-jenis.xlsx", "entitas-utf-16.xlsx", "json-objek-dalam.json"),
    *("satu-teks-100-mb.json", "kutip-20-mb.csv", "judul-lalu-nol.csv", "parquet-kaki-derau.parquet"),
}
"""Of families that have others in every run."""


@dataclass(frozen=True)
class Ended:
    """How a check ended. `peak` is in bytes, 0 when it was over before anybody looked."""

    code: int | None
    seconds: float
    computed: float
    """Seconds of processors, children included."""
    peak: int
    output: str


class Watch:
    """The memory of a process and its children, looked at every 20 ms, with the time of each look.

    A process that takes three times what it may is ended, for the sake of what else runs on this machine.
    """

    def __init__(self, pid: int) -> None:
        self.looks: list[tuple[float, int]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=(psutil.Process(pid),), daemon=True)
        self._thread.start()

    def _watch(self, process: psutil.Process) -> None:
        while not self._over.wait(0.02):
            total = 0
            try:
                for member in (process, *process.children(recursive=True)):
                    total += member.memory_info().rss
            except psutil.Error:  # one of them has just ended
                if not process.is_running():
                    return
            self.looks.append((time.monotonic(), total))
            if total > 3 * BYTES:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def peak(self, begin: float = 0.0, end: float = float("inf")) -> int:
        return max((size for moment, size in self.looks if begin <= moment <= end), default=0)


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SATUDATA_", "LC_"))}
    return {**kept, "LANG": "C.UTF-8", "SATUDATA_HOME": str(folder / "home"), "TMPDIR": str(folder)}


def by_command_line(path: Path, folder: Path) -> Ended:
    command = [sys.executable, "-m", "satudata.hub.cli", "check", str(path), "--contract", str(CONTRACT)]
    started, used = time.monotonic(), sum(os.times()[2:4])
    process = subprocess.Popen(
        command,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    watch = Watch(process.pid)
    try:
        output, _ = process.communicate(timeout=3.5 * SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
    seconds = time.monotonic() - started
    watch.stop()
    computed = sum(os.times()[2:4]) - used
    return Ended(process.returncode, seconds, computed, watch.peak(), output.decode(errors="replace"))


WORKER = """
import io, json, os, sys, time
from satudata.hub.cli import main
contract, out = sys.argv[-1], sys.stdout
for line in sys.stdin:
    sys.argv = ["satudata", "check", line.strip(), "--contract", contract]
    shown, code = io.TextIOWrapper(io.BytesIO(), "utf-8"), None
    sys.stdout = sys.stderr = shown
    begin, used = time.monotonic(), sum(os.times()[:4])
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    end, computed = time.monotonic(), sum(os.times()[:4]) - used
    shown.flush()
    text = shown.buffer.getvalue().decode("utf-8", "replace")
    print(json.dumps([code, begin, end, computed, text]), file=out, flush=True)
"""


class WarmProcess:
    """`satudata check`, file after file, in a process that has its imports behind it; a new one after a death."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self._watch: Watch | None = None

    def check(self, path: Path) -> Ended:
        if self._process is None or self._watch is None:
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._watch is not None
        started = time.monotonic()
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], 3.5 * SECONDS)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            seconds = time.monotonic() - started
            ended = Ended(None, seconds, seconds, self._watch.peak(started), "no answer")
            self.stop()
            return ended
        code, begin, end, computed, text = json.loads(line)
        return Ended(code, end - begin, computed, self._watch.peak(begin, end), text)

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(CONTRACT)],
            env=environment(self._folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self._watch = Watch(self._process.pid)

    def stop(self) -> None:
        if self._process is not None and self._watch is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._watch.stop()
        self._process = self._watch = None


def assert_refused(ended: Ended, code: int | Sequence[int] = 2) -> None:
    times = f"{ended.seconds:.1f} s ({ended.computed:.1f} s computing)"
    told = f"{ended.code} after {times}, {ended.peak // 1_000_000} MB: {ended.output[-600:]}"
    assert ended.code in (code if isinstance(code, Sequence) else (code,)), told
    assert "Traceback" not in ended.output, told
    assert "→" in ended.output, told  # what to do instead
    patience = 3 if ended.computed < ended.seconds / 2 else 1
    assert ended.seconds < SECONDS * patience, told
    assert ended.computed < SECONDS, told
    assert ended.peak < BYTES, told


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Ended]]:
    """`warm("bom.xlsx")` makes that file and checks it."""
    folder = tmp_path_factory.mktemp("hurt")
    process = WarmProcess(folder)

    def check(name: str) -> Ended:
        files.make(name, folder / name)
        ended = process.check(folder / name)
        (folder / name).unlink()
        assert list(folder.iterdir()) == [], "a check leaves nothing behind"
        return ended

    yield check
    process.stop()


def test_there_are_sixty_of_them() -> None:
    assert len(files.HOSTILE) >= 60
    assert set(files.HOSTILE) >= {*BY_HAND, *FURTHER}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.full) if name in FURTHER else name for name in files.HOSTILE],
)
def test_a_hostile_file_is_refused(name: str, warm: Callable[[str], Ended]) -> None:
    assert_refused(warm(name))


@pytest.mark.parametrize("name", files.NASTY_TABLES)
def test_a_nasty_table_is_refused_or_told_by_row(name: str, warm: Callable[[str], Ended]) -> None:
    assert_refused(warm(name), code=(1, 2))


@pytest.mark.parametrize("name", BY_HAND)
def test_the_command_line_ends_by_itself(name: str, tmp_path: Path) -> None:
    files.make(name, tmp_path / name)
    assert_refused(by_command_line(tmp_path / name, tmp_path))


@pytest.mark.full
@pytest.mark.parametrize("name", [*files.HOSTILE, *files.NASTY_TABLES])
def test_every_one_by_the_command_line(name: str, tmp_path: Path) -> None:
    files.make(name, tmp_path / name)
    assert_refused(
        by_command_line(tmp_path / name, tmp_path), code=(1, 2) if name in files.NASTY_TABLES else 2
    )
    (tmp_path / name).unlink()


def test_nothing_is_written_outside(tmp_path: Path) -> None:
    files.make("zip-keluar-folder.zip", tmp_path / "keluar.zip")
    before = {path.name for path in Path("/tmp").iterdir()}
    by_command_line(tmp_path / "keluar.zip", tmp_path)
    assert "satudata-tidak-boleh-ada.csv" not in {path.name for path in Path("/tmp").iterdir()} - before
    assert [path.name for path in tmp_path.iterdir()] == ["keluar.zip"]
