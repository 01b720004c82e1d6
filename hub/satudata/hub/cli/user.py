"""`satudata user ...`: the people of a hub and their passwords."""

import sys
from typing import Annotated

import typer

from satudata.datasets.access.principal import OPERATOR
from satudata.hub.cli.options import HomeOption, LanguageOption
from satudata.hub.cli.output import USAGE, fail, language, note, say, table
from satudata.hub.cli.session import Session, run
from satudata.validation.text import Text

app = typer.Typer(name="user", help="People who work with the hub.", no_args_is_help=True)

EXAMPLE = """
[bold]Examples[/bold]

  satudata user add sari@dinkes.go.id --name "Sari Wulandari"

  satudata user add sari@dinkes.go.id --name "Sari Wulandari" --generate-password
"""
GenerateOption = Annotated[
    bool, typer.Option("--generate-password", help="Make a random password and show it once.")
]


@app.command("add", epilog=EXAMPLE)
def add(
    email: Annotated[str, typer.Argument(help="E-mail address; people log in with it.")],
    name: Annotated[str, typer.Option("--name", help="Name as it appears in the history of a dataset.")],
    generate: GenerateOption = False,
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """Add a person. Asks for a password, or reads one line from standard input when that is not a terminal."""
    password = _password(generate)

    async def command(session: Session) -> None:
        person = await session.services.people.create(OPERATOR, name, email)
        await session.identity.set_password(OPERATOR, person.id, password)

    run(home, command)
    say(Text(id=f"{name} <{email}> ditambahkan.", en=f"{name} <{email}> was added."))
    _show(generate, password)


@app.command("password")
def password_command(
    email: Annotated[str, typer.Argument(help="E-mail address of the person.")],
    generate: GenerateOption = False,
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """Set a new password; whoever is logged in as this person is logged out."""
    password = _password(generate)

    async def command(session: Session) -> None:
        person = await session.person(email)
        await session.identity.set_password(OPERATOR, str(person.person_id), password)

    run(home, command)
    say(Text(id=f"Kata sandi {email} diganti.", en=f"The password of {email} was changed."))
    _show(generate, password)


@app.command("list")
def list_people(home: HomeOption = None, language: LanguageOption = None) -> None:
    """List the people."""

    async def command(session: Session) -> list[tuple[str, str]]:
        return [(person.email, person.name) async for person in session.people()]

    table([Text(id="Surel", en="E-mail"), Text(id="Nama", en="Name")], run(home, command))


def _password(generate: bool) -> str:
    # Imported here: pwdlib is not needed by `--help`.
    from satudata.hub.identity.passwords import MIN_LENGTH, generate_password

    if generate:
        return generate_password()
    if sys.stdin.isatty():
        prompt = Text(id="Kata sandi", en="Password").get(language())
        given = str(typer.prompt(prompt, hide_input=True, confirmation_prompt=True, err=True))
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    if len(given) < MIN_LENGTH:
        fail(
            Text(
                id=f"Kata sandi kurang dari {MIN_LENGTH} huruf. Pakai yang lebih panjang, atau --generate-password.",
                en=f"The password is shorter than {MIN_LENGTH} characters. Use a longer one, or --generate-password.",
            ),
            USAGE,
        )
    return given


def _show(generate: bool, password: str) -> None:
    if generate:
        print(password)
        note(
            Text(
                id="Catat sekarang; tidak akan ditampilkan lagi.",
                en="Keep it now; it will not be shown again.",
            )
        )
