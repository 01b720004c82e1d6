"""`satudata migrate` and `satudata verify`: the care of a home."""

import typer

from satudata.hub.cli.options import HomeOption, LanguageOption
from satudata.hub.cli.output import REFUSED, note, say
from satudata.hub.cli.output import language as spoken
from satudata.hub.cli.session import Session, run
from satudata.validation.text import Text


def register(app: typer.Typer) -> None:
    """Add both commands."""
    app.command("migrate")(migrate)
    app.command("verify", epilog="[bold]Exit codes[/bold]: 0 everything is right; 1 problems, one a line.")(
        verify
    )


def migrate(home: HomeOption = None, language: LanguageOption = None) -> None:
    """Bring the database of the home to the form this version of the program needs."""
    # Imported here: the database layer is not needed by `--help`.
    import asyncio

    from satudata.hub.settings import load_settings
    from satudata.hub.storage import migrate as migrate_database

    asyncio.run(migrate_database(load_settings(home=home)))
    say(Text(id="Basis data sudah mutakhir.", en="The database is up to date."))


def verify(home: HomeOption = None, language: LanguageOption = None) -> None:
    """Check the whole home: the chain of audit events, hashes, files that are missing or belong to nothing."""

    async def command(session: Session) -> list[Text]:
        # Imported here, as above.
        from satudata.datasets.verification import verify as verify_services

        return [problem.message for problem in await verify_services(session.services)]

    problems = run(home, command)
    for problem in problems:
        print(problem.get(spoken()))
    if problems:
        note(Text(id=f"{len(problems)} masalah ditemukan.", en=f"{len(problems)} problems were found."))
        raise SystemExit(REFUSED)
    say(
        Text(
            id="Semua baik: jejak audit, sidik berkas, dan berkas lengkap.",
            en="All is well: audit trail, hashes and files.",
        )
    )
