"""How far a check is, on standard error: a line that moves at a terminal, plain lines where they are asked for.

It speaks before the checker is loaded, so that nobody wonders whether the program has started.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from satudata.hub.cli.output import language
from satudata.hub.cli.stages import stage_name
from satudata.validation.text import Text

if TYPE_CHECKING:
    from satudata.validation.checking import CheckProgress

PLAIN_SECONDS = 3.0

Tell = Callable[["CheckProgress"], None]

_STARTING = Text(id="memuat pemeriksa", en="loading the checker")


@contextmanager
def check_progress(*, asked: bool) -> Iterator[Tell | None]:
    """What a check tells its progress to while the block runs; None when there is nobody to see it.

    `asked` shows it also where standard error is no terminal.
    """
    if sys.stderr.isatty():
        with _moving_line() as tell:
            yield tell
    elif asked:
        yield _plain_lines()
    else:
        yield None


def counted(done: int, total: int | None, rate: float) -> str:
    """`1.500.000 dari 2.000.000 baris, 820.000 baris/detik`; nothing while no row has been read."""
    if not done:
        return ""
    of = Text(id=f" dari {_number(total)}", en=f" of {_number(total)}").get(language()) if total else ""
    rows = Text(id="baris", en="rows").get(language())
    second = Text(id="detik", en="s").get(language())
    speed = f", {_number(int(rate))} {rows}/{second}" if rate >= 1 else ""
    return f"{_number(done)}{of} {rows}{speed}"


@contextmanager
def _moving_line() -> Iterator[Tell]:
    print(f"{_STARTING.get(language())} …", end="", file=sys.stderr, flush=True)
    # Imported here: only people at a terminal see it.
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    print("\r\x1b[2K", end="", file=sys.stderr, flush=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[rows]}", style="cyan"),
        TimeElapsedColumn(),
    )
    started = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(_STARTING.get(language()), total=None, rows="")

        def tell(progress: "CheckProgress") -> None:
            rate = progress.done / max(time.monotonic() - started, 0.001)
            shown.update(
                task,
                description=stage_name(progress.stage),
                rows=counted(progress.done, progress.total, rate),
            )

        yield tell


def _plain_lines() -> Tell:
    print(_STARTING.get(language()), file=sys.stderr, flush=True)
    started = time.monotonic()
    last = started - PLAIN_SECONDS

    def tell(progress: "CheckProgress") -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < PLAIN_SECONDS:
            return
        last = now
        rows = counted(progress.done, progress.total, progress.done / max(now - started, 0.001))
        print(": ".join(filter(None, (stage_name(progress.stage), rows))), file=sys.stderr, flush=True)

    return tell


def _number(count: int | None) -> str:
    return f"{count or 0:,}".replace(",", "." if language() == "id" else ",")
