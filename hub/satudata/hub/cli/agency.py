"""`satudata agency ...`: the register of agencies, kept by the operator when a hub is set up."""

from typing import Annotated

import typer

from satudata.datasets.access.principal import OPERATOR
from satudata.datasets.agencies.types import AgencyKind
from satudata.hub.cli.options import HomeOption, LanguageOption
from satudata.hub.cli.output import say, table
from satudata.hub.cli.session import Session, run
from satudata.validation.text import Text

app = typer.Typer(name="agency", help="Agencies that publish.", no_args_is_help=True)

EXAMPLE = """
[bold]Example[/bold]

  satudata agency add dinkes-jabar --name "Dinas Kesehatan Provinsi Jawa Barat" --kind PROVINCE
"""


@app.command("add", epilog=EXAMPLE)
def add(
    slug: Annotated[
        str, typer.Argument(help="Short name used in addresses: small letters, digits, hyphens.")
    ],
    name: Annotated[str, typer.Option("--name", help="Full name in Indonesian.")],
    name_en: Annotated[str | None, typer.Option("--name-en", help="Full name in English.")] = None,
    kind: Annotated[
        AgencyKind, typer.Option("--kind", case_sensitive=False, help="What kind of agency it is.")
    ] = AgencyKind.OTHER,
    url: Annotated[str | None, typer.Option("--url", help="Web site of the agency.")] = None,
    contact: Annotated[
        str | None, typer.Option("--contact", help="Address for questions about its data.")
    ] = None,
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """Register an agency."""

    async def command(session: Session) -> None:
        await session.services.agencies.create(
            OPERATOR, slug, Text(id=name, en=name_en or ""), kind, url=url, contact=contact
        )

    run(home, command)
    say(Text(id=f"Instansi {slug} terdaftar.", en=f"Agency {slug} is registered."))


@app.command("list")
def list_agencies(
    search: Annotated[
        str | None, typer.Option("--search", help="Only those with this in their name.")
    ] = None,
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """List the agencies."""

    async def command(session: Session) -> list[tuple[str, str, str]]:
        page = await session.services.agencies.list(search=search, first=1000)
        return [(agency.slug, agency.kind, agency.name.id) for agency in page.items]

    table(
        [Text(id="Instansi", en="Agency"), Text(id="Jenis", en="Kind"), Text(id="Nama", en="Name")],
        run(home, command),
    )
