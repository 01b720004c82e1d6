"""`satudata contract ...`: commands about data contracts."""

from pathlib import Path
from typing import Annotated

import typer

from satudata.hub.cli.options import LanguageOption
from satudata.hub.cli.output import REFUSED, say
from satudata.validation.text import Text

app = typer.Typer(
    name="contract", help="Data contracts: what a dataset's files must look like.", no_args_is_help=True
)


@app.command(
    "lint", epilog="[bold]Exit codes[/bold]: 0 good; 1 problems, each with its path; 2 no such file."
)
def lint(
    contract: Annotated[Path, typer.Argument(metavar="CONTRACT", help="The data contract (YAML).")],
    language: LanguageOption = None,
) -> None:
    """Check a contract itself: the ODCS schema, the SDI profile, and what the hub needs to serve it."""
    # Imported here: only this command loads contracts.
    from satudata.hub.cli.check import show_contract_problems, text_of
    from satudata.validation.contracts.errors import ContractError
    from satudata.validation.contracts.loading import load_contract

    try:
        loaded = load_contract(text_of(contract))
    except ContractError as error:
        show_contract_problems(contract, error)
        raise SystemExit(REFUSED) from None
    say(
        Text(
            id=f"{contract}: baik. Dataset {loaded.id} versi {loaded.version}, {len(loaded.columns)} kolom.",
            en=f"{contract}: good. Dataset {loaded.id} version {loaded.version}, {len(loaded.columns)} columns.",
        )
    )
