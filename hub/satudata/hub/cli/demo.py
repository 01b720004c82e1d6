"""`satudata demo`: a hub with real public figures, from nothing to an answering server in one command."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from satudata.hub.cli.options import HomeOption, HostOption, LanguageOption, PortOption
from satudata.hub.cli.output import USAGE, fail, note, say, table
from satudata.hub.cli.serve import refuse_taken_port
from satudata.hub.cli.stages import stage_name
from satudata.validation.text import Text

if TYPE_CHECKING:
    from satudata.hub.demo.seeding import SeedProgress
    from satudata.hub.settings import Settings

FIRST_QUERY = (
    "{ data { disnakertransJabar { upahMinimum(where: {tahun: {eq: 2024}}) "
    "{ totalCount aggregate { upahMinimum { sum } } } } } }"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "demo",
        epilog="The second start serves at once. The accounts stand in demo-credentials.json in the home.",
    )(demo)


def demo(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    home: HomeOption = None,
    seed_only: Annotated[
        bool, typer.Option("--seed-only", help="Make the demo home, do not serve it.")
    ] = False,
    language: LanguageOption = None,
) -> None:
    """Make a home with ten real datasets, published the way agencies publish, and serve it."""
    # Imported here: the whole hub is not needed by `--help`.
    from satudata.hub.demo import marker
    from satudata.hub.settings import load_settings

    settings = load_settings(home=home)
    _refuse_other_places(settings)
    _refuse_other_homes(settings.home)
    if not seed_only:
        refuse_taken_port(host, port)
    if not marker.is_finished(settings.home):
        _seed(settings)
        _show_accounts(settings.home)
    if seed_only:
        return
    _show_first_steps(settings.home, host, port)

    from satudata.hub.serving import serve

    serve(settings, host, port)


def _refuse_other_places(settings: "Settings") -> None:
    """Never publish demo figures into somebody's database or bucket."""
    named = {"SATUDATA_DATABASE_URL": settings.database_url, "SATUDATA_FILES_URL": settings.files_url}
    for name, value in named.items():
        if value is not None:
            fail(
                Text(
                    id=f"Demo menyimpan semuanya di foldernya sendiri. Kosongkan {name}, lalu coba lagi.",
                    en=f"The demo keeps everything in its own folder. Unset {name}, then try again.",
                ),
                USAGE,
            )


def _refuse_other_homes(home: Path) -> None:
    from satudata.hub.demo import marker

    if home.exists() and not marker.is_demo_home(home) and (not home.is_dir() or any(home.iterdir())):
        fail(
            Text(
                id=f"{home} sudah berisi sesuatu yang bukan demo dan tidak disentuh. Pilih folder lain dengan --home.",
                en=f"{home} already holds something that is no demo, and is left alone. Choose another with --home.",
            ),
            USAGE,
        )


def _seed(settings: "Settings") -> None:
    from satudata.hub.demo.manifest import load_manifest
    from satudata.hub.demo.seeding import seed_home
    from satudata.hub.logs import configure_logs

    configure_logs("warning")
    note(
        Text(
            id=f"Menyiapkan demo di {settings.home} (sekali saja, sekitar satu menit).",
            en=f"Preparing the demo in {settings.home} (once, about a minute).",
        )
    )

    def seed(report: "Callable[[SeedProgress], None]") -> None:
        asyncio.run(seed_home(settings, load_manifest(), report))

    if sys.stderr.isatty():
        _with_bar(seed)
    else:
        seed(_plain_line)


def _with_bar(work: "Callable[[Callable[[SeedProgress], None]], None]") -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def report(progress: "SeedProgress") -> None:
            description = f"{progress.dataset or ''} {stage_name(progress.state)}"
            bar.update(task, total=progress.total, completed=progress.done, description=description)

        work(report)


def _plain_line(progress: "SeedProgress") -> None:
    if progress.seconds is None:
        return
    count = f"[{progress.done}/{progress.total}] {progress.dataset}"
    note(
        Text(
            id=f"{count}: terbit, {progress.rows} baris, {progress.seconds:.1f} detik",
            en=f"{count}: published, {progress.rows} rows, {progress.seconds:.1f} s",
        )
    )


def _show_accounts(home: Path) -> None:
    from satudata.hub.demo.accounts import CredentialsFile

    rows = [
        [entry["email"], entry["password"], entry["roles"][0]["role"], entry["roles"][0]["agency"] or ""]
        for entry in CredentialsFile(home).entries
    ]
    heads = [
        Text("Surel", "E-mail"),
        Text("Kata sandi", "Password"),
        Text("Peran", "Role"),
        Text("Instansi", "Agency"),
    ]
    table(heads, rows)


def _show_first_steps(home: Path, host: str, port: int) -> None:
    from satudata.hub.demo.accounts import FILE

    address = f"http://{host}:{port}"
    say(
        Text(
            id=f"\nAkun dan token: {home / FILE}\nPortal: {address}/   (English: {address}/en/)\n\nKueri pertama:",
            en=f"\nAccounts and tokens: {home / FILE}\nPortal: {address}/en/\n\nA first query:",
        )
    )
    body = f'{{"query": "{FIRST_QUERY}"}}'
    print(f"  curl -s {address}/graphql -H 'content-type: application/json' \\")
    print(f"    -d '{body}'\n")
    sys.stdout.flush()
