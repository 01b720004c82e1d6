"""`satudata dataset ...`: registering datasets by their contracts."""

from pathlib import Path
from typing import Annotated

import typer

from satudata.hub.cli.options import HomeOption, LanguageOption
from satudata.hub.cli.output import say
from satudata.hub.cli.session import Session, run
from satudata.validation.text import Text

app = typer.Typer(name="dataset", help="Datasets of the catalogue.", no_args_is_help=True)

EXAMPLE = """
[bold]Example[/bold]

  satudata dataset register contract.yaml --as steward@dinkes.go.id
"""


@app.command("register", epilog=EXAMPLE)
def register(
    contract: Annotated[Path, typer.Argument(metavar="CONTRACT", help="The data contract (YAML).")],
    actor: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="EMAIL",
            help="Act as this person, a steward of the contract's agency; the act is recorded under that name.",
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, change nothing.")] = False,
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """Register a dataset, or a new version of its contract."""
    # Imported here: shares the reading of contracts with `check`.
    from satudata.hub.cli.check import read_contract, text_of

    read_contract(contract)

    async def command(session: Session) -> tuple[str, str]:
        principal = await session.person(actor)
        dataset = await session.services.catalogue.register(principal, text_of(contract), dry_run=dry_run)
        return dataset.slug, dataset.contract.version

    slug, version = run(home, command)
    if dry_run:
        say(Text(id=f"{slug} {version}: dapat didaftarkan.", en=f"{slug} {version}: can be registered."))
    else:
        say(
            Text(
                id=f"{slug} terdaftar dengan kontrak {version}.",
                en=f"{slug} is registered with contract {version}.",
            )
        )
