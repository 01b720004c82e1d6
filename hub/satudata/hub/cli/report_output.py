"""Where the report of a check goes and as what: text, JSON, HTML, CSV or XLSX, on the screen or into a file."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from satudata.hub.cli.output import USAGE, fail, language
from satudata.validation.text import Text

if TYPE_CHECKING:
    from satudata.validation.contracts.model import DataContract
    from satudata.validation.reports.model import Report

ReportFormat = Literal["text", "json", "html", "csv", "xlsx"]

_SUFFIXES: dict[str, ReportFormat] = {".txt": "text", ".htm": "html"}


def chosen_format(asked: ReportFormat | None, output: Path | None) -> ReportFormat:
    """What was asked for, else what the name of the output says, else text. Ends the program (exit code 2) when
    a workbook would go to a terminal.
    """
    if asked is None and output is not None:
        suffix = output.suffix.lower()
        known = {f".{name}": name for name in get_args(ReportFormat)} | _SUFFIXES
        asked = known.get(suffix)
    if asked == "xlsx" and output is None and sys.stdout.isatty():
        message = Text(
            id="Buku kerja tidak dapat ditampilkan di layar. Sebutkan berkasnya: --output laporan.xlsx.",
            en="A workbook cannot be shown on a screen. Name a file: --output report.xlsx.",
        )
        fail(message, USAGE)
    return asked or "text"


def write_report(
    report: "Report", format: ReportFormat, output: Path | None, file: Path, contract: "DataContract"
) -> None:
    """The report of `file`, to `output` or standard output."""
    data = _RENDERERS[format](report, file, contract, output)
    if output is not None:
        output.write_bytes(data)
        return
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _text(report: "Report", file: Path, contract: "DataContract", output: Path | None) -> bytes:
    from satudata.validation.reports.excerpting import make_excerpt
    from satudata.validation.reports.text import FINDINGS_SHOWN, WIDTH, render_text

    at_terminal = output is None and sys.stdout.isatty()
    width = shutil.get_terminal_size((WIDTH, 24)).columns if at_terminal else WIDTH
    cells = FINDINGS_SHOWN * len(report.rules) * (len(contract.columns) + 1)
    excerpt = make_excerpt(report, file, contract, cells=cells, context=0) if report.findings else None
    return (render_text(report, language(), at_terminal, width=width, excerpt=excerpt) + "\n").encode()


def _json(report: "Report", file: Path, contract: "DataContract", output: Path | None) -> bytes:
    return report.to_json()


def _html(report: "Report", file: Path, contract: "DataContract", output: Path | None) -> bytes:
    from satudata.validation.reports.excerpting import make_excerpt
    from satudata.validation.reports.html import render_html

    excerpt = make_excerpt(report, file, contract)
    return render_html(report, language(), contract, file_name=file.name, excerpt=excerpt).encode()


def _csv(report: "Report", file: Path, contract: "DataContract", output: Path | None) -> bytes:
    from satudata.validation.reports.csv_ import render_csv

    return render_csv(report, language(), contract)


def _xlsx(report: "Report", file: Path, contract: "DataContract", output: Path | None) -> bytes:
    from satudata.validation.reports.xlsx import render_xlsx

    return render_xlsx(report, language(), file, contract, file_name=file.name)


Render = Callable[["Report", Path, "DataContract", Path | None], bytes]

# Each renderer is imported where it is used: a report as JSON needs no template engine and no workbook.
_RENDERERS: dict[ReportFormat, Render] = {
    "text": _text,
    "json": _json,
    "html": _html,
    "csv": _csv,
    "xlsx": _xlsx,
}
