"""`satudata check`: a file against its contract, on the producer's own machine, without a hub or a network.

The report is the same, byte for byte, that the hub makes of the same file.
"""

import atexit
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from satudata.hub.cli.keep_reading import keep_reading
from satudata.hub.cli.options import LanguageOption
from satudata.hub.cli.output import CONFIRMATION, OK, REFUSED, USAGE, fail, language, require_file
from satudata.hub.cli.progress import check_progress
from satudata.hub.cli.published import published_files
from satudata.hub.cli.report_output import ReportFormat, chosen_format, write_report
from satudata.validation.text import Text

if TYPE_CHECKING:
    from satudata.validation.contracts.model import DataContract
    from satudata.validation.references import References
    from satudata.validation.reports.model import Report

EPILOG = """
[bold]Examples[/bold]

  satudata check data.csv --contract contract.yaml

  satudata check data.csv -c contract.yaml --output report.html

  satudata check data.csv -c contract.yaml --output corrected.xlsx   # the table itself, wrong cells coloured

[bold]Exit codes[/bold]: 0 accepted; 1 rejected; 2 the file cannot be read, or wrong usage; 3 accepted once a steward
confirms the warnings.
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check", epilog=EPILOG)(check)


def check(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="The data file: CSV, XLSX, XLS, ODS, JSON, GeoJSON, Parquet, or a ZIP with one of them.",
        ),
    ],
    contract: Annotated[
        Path,
        typer.Option(
            "--contract",
            "-c",
            metavar="CONTRACT",
            help="The data contract (YAML, ODCS with the SDI profile).",
        ),
    ],
    previous_version: Annotated[
        Path | None,
        typer.Option(
            "--previous-version",
            metavar="DIR",
            help="Folder with the report.json of the version before, for rules that compare with it.",
        ),
    ] = None,
    format: Annotated[
        ReportFormat | None,
        typer.Option(
            "--format",
            "-f",
            help="text or html for people, json for programs, csv for a list of findings, xlsx for the table with "
            "its wrong cells coloured. Default: what the name of --output says, else text.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="F", help="Write the report here instead of showing it."),
    ] = None,
    max_findings: Annotated[
        int,
        typer.Option(
            "--max-findings", min=1, help="At most so many findings per rule and column; counts stay exact."
        ),
    ] = 1000,
    references: Annotated[
        Path | None,
        typer.Option(
            "--references",
            metavar="DIR",
            help="Folder of code lists. Default: those bundled with this program.",
        ),
    ] = None,
    dataset: Annotated[
        list[str] | None,
        typer.Option(
            "--dataset",
            metavar="AGENCY/NAME=FILE",
            help="A published dataset (Parquet) that the contract refers to. May be given more than once.",
        ),
    ] = None,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep-reading",
            help="Write what was guessed of the file (header row, sheet, separator, encoding) into the contract.",
        ),
    ] = False,
    progress: Annotated[
        bool, typer.Option("--progress", help="Tell the progress also where nobody is at a terminal.")
    ] = False,
    language: LanguageOption = None,
) -> None:
    """Check a data file against its contract: which cell is wrong, why, and what to type instead."""
    # A process that ends need not look for garbage once more: after Great Expectations that takes a second.
    atexit.register(gc.freeze)
    require_file(file)
    _require_folder_of(output)
    shape = chosen_format(format, output)
    with check_progress(asked=progress) as tell:
        # Imported here, not above: `satudata --help` and the other commands need none of the checker.
        from satudata.validation.checking import check_file, report_is_unreadable
        from satudata.validation.contracts.errors import ContractError

        loaded = read_contract(contract)
        try:
            report = check_file(
                file,
                loaded,
                _references(references),
                previous=_previous(previous_version),
                foreign=published_files(dataset or [], loaded),
                max_findings=max_findings,
                progress=tell,
            )
        except ContractError as error:  # it names a code list that is not in the folder
            show_contract_problems(contract, error)
            raise SystemExit(USAGE) from None
        unreadable = report_is_unreadable(report)
    write_report(report, shape, output, file, loaded)
    if keep:
        keep_reading(report, file, contract, loaded)
    raise SystemExit(USAGE if unreadable else _exit_code(report))


def _exit_code(report: "Report") -> int:
    return {"ACCEPTED": OK, "REJECTED": REFUSED, "NEEDS_CONFIRMATION": CONFIRMATION}[report.verdict.value]


def _require_folder_of(output: Path | None) -> None:
    if output is not None and not output.absolute().parent.is_dir():
        no_folder = Text(
            id=f"Folder {output.parent} tidak ada. Buat dahulu.",
            en=f"There is no folder {output.parent}. Make it first.",
        )
        fail(no_folder, USAGE)


def read_contract(path: Path) -> "DataContract":
    """The contract in a file; ends the program with exit code 2 and every problem when it is not a good one."""
    from satudata.validation.contracts.errors import ContractError
    from satudata.validation.contracts.loading import load_contract

    text = text_of(path)
    try:
        return load_contract(text)
    except ContractError as error:
        show_contract_problems(path, error)
        raise SystemExit(USAGE) from None


def show_contract_problems(
    path: Path, error: Any
) -> None:  # Any: a ContractError, whose class is imported late
    """Every problem with its path in the file and how to fix it, on standard error."""
    count = len(error.problems)
    heading = Text(
        id=f"satudata: kontrak {path} tidak dapat dipakai, {count} masalah:",
        en=f"satudata: the contract {path} cannot be used, {count} problem{'s' if count > 1 else ''}:",
    )
    print(heading.get(language()), file=sys.stderr)
    for problem in error.problems:
        print(f"  {problem.path}: {problem.message.get(language())}", file=sys.stderr)
        print(f"    {problem.fix.get(language())}", file=sys.stderr)


def _references(given: Path | None) -> "References":
    from satudata.validation.references import References

    if given is None:
        return References(bundled_references())
    if not (given / "manifest.json").is_file():
        message = Text(
            id=f"Tidak ada {given / 'manifest.json'}. --references menerima folder daftar kode.",
            en=f"There is no {given / 'manifest.json'}. --references takes a folder of code lists.",
        )
        fail(message, USAGE)
    return References(given)


def bundled_references() -> Path:
    """The folder of code lists that comes with the program."""
    from importlib.resources import files

    return Path(str(files("satudata.datasets"))) / "reference"


def text_of(path: Path) -> str:
    """The text of a contract; ends the program with exit code 2 when there is none."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        fail(
            Text(
                id=f"Kontrak {path} tidak ada. Periksa namanya.",
                en=f"There is no contract {path}. Check its name.",
            ),
            USAGE,
        )
    except UnicodeDecodeError:
        fail(
            Text(id=f"Kontrak {path} bukan teks UTF-8.", en=f"The contract {path} is not UTF-8 text."), USAGE
        )


def _previous(folder: Path | None) -> dict[str, Any] | None:  # Any: JSON values of a report's measures
    if folder is None:
        return None
    from satudata.validation.reports.model import Report

    path = folder / "report.json"
    if not path.is_file():
        message = Text(
            id=f"Tidak ada {path}. --previous-version menerima folder berisi report.json versi sebelumnya.",
            en=f"There is no {path}. --previous-version takes a folder with the report.json of the version before.",
        )
        fail(message, USAGE)
    try:
        return Report.from_json(path.read_bytes()).measures
    except (ValueError, KeyError, TypeError):
        fail(Text(id=f"{path} bukan laporan pemeriksaan.", en=f"{path} is not a report of a check."), USAGE)
