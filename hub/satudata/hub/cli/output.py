"""What the command line says to people: in their language, one clear line and what to do next, never a traceback.

Results go to standard output, everything else to standard error.
"""

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from satudata.hub.settings import SettingsError, language_of_environment
from satudata.validation.text import Language, Text

OK = 0
REFUSED = 1
USAGE = 2
CONFIRMATION = 3

_language: Language | None = None


def choose_language(language: Language | None) -> None:
    """Speak this language from now on (None: the one of the environment)."""
    global _language
    _language = language


def language() -> Language:
    """The language people are spoken to in."""
    return _language or language_of_environment()


def say(text: Text) -> None:
    """A result, on standard output."""
    print(text.get(language()))


def note(text: Text) -> None:
    """Something by the way, on standard error."""
    print(text.get(language()), file=sys.stderr)


def fail(text: Text, code: int = REFUSED) -> NoReturn:
    """End with one line (what is wrong, what to do next) and an exit code."""
    print(f"satudata: {text.get(language())}", file=sys.stderr)
    raise SystemExit(code)


def require_file(path: Path) -> None:
    """End with exit code 2 when there is no such file."""
    if not path.is_file():
        fail(
            Text(
                id=f"Berkas {path} tidak ada. Periksa namanya.",
                en=f"There is no file {path}. Check its name.",
            ),
            USAGE,
        )


def table(headers: Sequence[Text], rows: Sequence[Sequence[str]]) -> None:
    """A plain table on standard output, columns aligned; nothing but the head when there are no rows."""
    cells = [[header.get(language()) for header in headers], *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[index]) for row in cells) for index in range(len(headers))]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@contextmanager
def told_plainly() -> Iterator[None]:
    """Everything a command can raise, as one line and an exit code."""
    try:
        yield
    except SettingsError as error:
        for problem in error.problems:
            print(f"satudata: {problem.name}: {problem.message.get(language())}", file=sys.stderr)
        raise SystemExit(USAGE) from None
    except KeyboardInterrupt:
        note(Text(id="Dihentikan.", en="Stopped."))
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader of our output has gone (`satudata ... | head`): nothing is wrong, nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(OK) from None
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        reason = error.strerror or str(error)
        fail(Text(id=f"Tidak dapat memakai{place}: {reason}.", en=f"Cannot use{place}: {reason}."), USAGE)
    except Exception as error:
        _expected_or_fault(error)


def _expected_or_fault(error: Exception) -> NoReturn:
    message = getattr(error, "message", None)
    if isinstance(message, Text):
        for problem in getattr(error, "problems", ()):
            print(f"  {problem.path}: {problem.message.get(language())}", file=sys.stderr)
            print(f"    {problem.fix.get(language())}", file=sys.stderr)
        fail(message)
    path = _keep_details(error)
    fail(
        Text(
            id=f"Program ini gagal ({type(error).__name__}). Rinciannya di {path}; sertakan saat melapor.",
            en=f"This program failed ({type(error).__name__}). Details are in {path}; please attach them to a report.",
        ),
        70,
    )


def _keep_details(error: Exception) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    handle, name = tempfile.mkstemp(prefix=f"satudata-{stamp}-", suffix=".log")
    with os.fdopen(handle, "w") as file:
        file.write("".join(traceback.format_exception(error)))
    return Path(name)
