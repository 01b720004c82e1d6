"""`satudata migrate` and `satudata verify`: the care of a home."""

from typing import TYPE_CHECKING, Annotated

import typer

from satudata.hub.cli.options import HomeOption, LanguageOption
from satudata.hub.cli.output import REFUSED, note, say
from satudata.hub.cli.session import Session, run
from satudata.validation.text import Text

if TYPE_CHECKING:
    from satudata.datasets.verification import VerificationProblem


def register(app: typer.Typer) -> None:
    """Add both commands."""
    app.command("migrate")(migrate)
    app.command(
        "verify",
        epilog="[bold]Exit codes[/bold]: 0 all is right; 1 problems, one a line.",
    )(verify)


def migrate(home: HomeOption = None, language: LanguageOption = None) -> None:
    """Bring the database of the home to the form this version of the program needs."""
    # Imported here: the database layer is not needed by `--help`.
    import asyncio

    from satudata.hub.settings import load_settings
    from satudata.hub.storage import migrate as migrate_database

    asyncio.run(migrate_database(load_settings(home=home)))
    say(Text(id="Basis data sudah mutakhir.", en="The database is up to date."))


def verify(
    repair: Annotated[
        bool, typer.Option("--repair", help="Remove files that belong to nothing and are older than a day.")
    ] = False,
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """Check the whole home: the chain of audit events, hashes, files that are missing or belong to nothing."""

    async def command(session: Session) -> "list[VerificationProblem]":
        # Imported here, as above.
        from satudata.datasets.verification import verify as verify_services

        return await verify_services(session.services, repair)

    found = run(home, command)
    orphans = [problem for problem in found if problem.kind == "ORPHAN_FILE"]
    problems = [problem for problem in found if problem.kind != "ORPHAN_FILE"]
    for problem in found:
        print(f"{problem.kind}: {problem.subject}: {problem.detail}")
    if orphans:
        removed = sum(problem.removed for problem in orphans)
        note(
            Text(
                id=f"{len(orphans)} berkas tidak dimiliki apa pun (tidak berbahaya), {removed} dihapus.",
                en=f"{len(orphans)} files belong to nothing (harmless), {removed} were removed.",
            )
        )
    if problems:
        note(Text(id=f"{len(problems)} masalah ditemukan.", en=f"{len(problems)} problems were found."))
        raise SystemExit(REFUSED)
    say(
        Text(
            id="Baik: jejak audit utuh, semua berkas sesuai.",
            en="All is well: audit trail whole, all files right.",
        )
    )
