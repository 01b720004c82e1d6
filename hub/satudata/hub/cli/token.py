"""`satudata token ...`: access tokens for programs."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from satudata.datasets.access.principal import OPERATOR
from satudata.hub.cli.options import HomeOption, LanguageOption
from satudata.hub.cli.output import language as spoken
from satudata.hub.cli.output import note, say, table
from satudata.hub.cli.session import Session, run
from satudata.validation.text import Text

app = typer.Typer(
    name="token", help="Access tokens: passwords of programs, with a scope and an end.", no_args_is_help=True
)

EXAMPLE = """
[bold]Example[/bold]

  satudata token create sari@dinkes.go.id --name "nightly upload" --scope publish --days 90
"""


LIVE = Text(id="berlaku", en="live")
ENDED = Text(id="berakhir", en="ended")


class TokenScope(StrEnum):
    """What the token may do: read as its person, or everything the person may."""

    READ = "read"
    PUBLISH = "publish"


@app.command("create", epilog=EXAMPLE)
def create(
    email: Annotated[str, typer.Argument(help="E-mail address of the person the token stands for.")],
    name: Annotated[str, typer.Option("--name", help="What the token is for; shown in lists.")],
    scope: Annotated[
        TokenScope,
        typer.Option("--scope", help="read: see what the person sees. publish: also act for the person."),
    ] = TokenScope.READ,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="Days until it ends.")] = 90,
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """Make a token. It is shown once, on standard output."""
    # Imported here: the identity layer is not needed by `--help`.
    from satudata.hub.identity.tokens import Scope

    async def command(session: Session) -> tuple[str, str]:
        person = await session.person(email)
        scopes = (Scope.READ, Scope.PUBLISH) if scope is TokenScope.PUBLISH else (Scope.READ,)
        token, stored = await session.identity.create_token(
            OPERATOR, str(person.person_id), name, scopes, timedelta(days=days)
        )
        return token, f"{stored.expires_at:%Y-%m-%d}"

    token, end = run(home, command)
    print(token)
    note(
        Text(
            id=f"Berlaku sampai {end}. Catat sekarang; tidak akan ditampilkan lagi.",
            en=f"Good until {end}. Keep it now; it will not be shown again.",
        )
    )


@app.command("list")
def list_tokens(
    email: Annotated[str | None, typer.Option("--email", help="Only those of this person.")] = None,
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """List the tokens: their last four characters, never the tokens themselves."""

    async def command(session: Session) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = []
        async for person in session.people():
            if email is not None and person.email != email.strip().lower():
                continue
            for item in await session.services.credentials.tokens(person.id):
                end = f"{item.expires_at:%Y-%m-%d}" if item.expires_at else ""
                state = LIVE if session.identity.is_live(item) else ENDED
                scopes = ", ".join(item.scopes)
                rows.append((item.id, person.email, item.name, item.last4, scopes, end, state.get(spoken())))
        return rows

    headers = [
        Text(id="Nomor", en="Id"),
        Text(id="Surel", en="E-mail"),
        Text(id="Nama", en="Name"),
        Text(id="Akhir", en="Ends with"),
        Text(id="Cakupan", en="Scopes"),
        Text(id="Sampai", en="Until"),
        Text(id="Keadaan", en="State"),
    ]
    table(headers, run(home, command))


@app.command("revoke")
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The id shown by `token list`.")],
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """End a token at once."""

    async def command(session: Session) -> None:
        await session.services.credentials.revoke_token(OPERATOR, token_id)

    run(home, command)
    say(Text(id=f"Token {token_id} dicabut.", en=f"Token {token_id} is revoked."))
