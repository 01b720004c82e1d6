"""`satudata role ...`: who may do what, for which agency, from when to when, by which decree."""

from datetime import date, datetime, timedelta, timezone
from typing import Annotated

import typer

from satudata.datasets.access.principal import OPERATOR, Role
from satudata.hub.cli.options import HomeOption, LanguageOption
from satudata.hub.cli.output import fail, say, table
from satudata.hub.cli.session import Session, run
from satudata.validation.text import Text

app = typer.Typer(name="role", help="Roles: dated assignments of people to agencies.", no_args_is_help=True)

EXAMPLE = """
[bold]Examples[/bold]

  satudata role grant sari@dinkes.go.id PRODUCER --agency dinkes-jabar --decree "SK 12/2026"

  satudata role grant budi@bappenas.go.id SECRETARIAT
"""
EmailArgument = Annotated[str, typer.Argument(help="E-mail address of the person.")]
RoleArgument = Annotated[Role, typer.Argument(help="The role, as in Perpres 39/2019.", case_sensitive=False)]
AgencyOption = Annotated[
    str | None, typer.Option("--agency", help="Slug of the agency. Leave out for SECRETARIAT.")
]
DAY = "%Y-%m-%d"
JAKARTA = timezone(timedelta(hours=7))


@app.command("grant", epilog=EXAMPLE)
def grant(
    email: EmailArgument,
    role: RoleArgument,
    agency: AgencyOption = None,
    start: Annotated[
        datetime | None, typer.Option("--from", formats=[DAY], help="First day. Default: today.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=[DAY], help="Last day. Default: open-ended.")
    ] = None,
    decree: Annotated[
        str | None, typer.Option("--decree", help="Number of the decree that assigns it.")
    ] = None,
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """Give a person a role."""

    async def command(session: Session) -> None:
        person = await session.person(email)
        await session.services.people.assign_role(
            OPERATOR,
            str(person.person_id),
            role,
            agency,
            start=_day(start) or today(),
            until=_day(until),
            decree=decree,
        )

    run(home, command)
    where = f" ({agency})" if agency else ""
    say(Text(id=f"{email} kini {role.value}{where}.", en=f"{email} is now {role.value}{where}."))


@app.command("revoke")
def revoke(
    email: EmailArgument,
    role: RoleArgument,
    agency: AgencyOption = None,
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """Take a role away from today on; the past stays in the records."""

    async def command(session: Session) -> int:
        person = await session.person(email)
        last_day = today() - timedelta(days=1)
        ended = 0
        for item in await session.services.people.roles(str(person.person_id)):
            if (item.role, item.agency) == (role, agency) and (item.until is None or item.until > last_day):
                await session.services.people.end_role(OPERATOR, item.id, last_day)
                ended += 1
        return ended

    if not run(home, command):
        fail(
            Text(
                id=f"{email} tidak sedang memegang peran itu. Lihat `satudata role list`.",
                en=f"{email} does not hold that role now. See `satudata role list`.",
            )
        )
    where = f" ({agency})" if agency else ""
    say(Text(id=f"{email} bukan lagi {role.value}{where}.", en=f"{email} is no longer {role.value}{where}."))


@app.command("list")
def list_roles(
    email: Annotated[str | None, typer.Option("--email", help="Only those of this person.")] = None,
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """List the assignments, past ones included."""

    async def command(session: Session) -> list[tuple[str, str, str, str, str, str]]:
        rows = []
        async for person in session.people():
            if email is not None and person.email != email.strip().lower():
                continue
            for item in await session.services.people.roles(person.id):
                until = item.until.isoformat() if item.until else ""
                rows.append(
                    (
                        person.email,
                        item.role.value,
                        item.agency or "",
                        item.start.isoformat(),
                        until,
                        item.decree or "",
                    )
                )
        return rows

    headers = [
        Text(id="Surel", en="E-mail"),
        Text(id="Peran", en="Role"),
        Text(id="Instansi", en="Agency"),
        Text(id="Mulai", en="From"),
        Text(id="Sampai", en="Until"),
        Text(id="Dasar", en="Decree"),
    ]
    table(headers, run(home, command))


def today() -> date:
    """The day it is in western Indonesia, by which roles are counted."""
    return datetime.now(JAKARTA).date()


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None
