"""The tree of commands. Each group is a module of this package; this one only hangs them up."""

import sys

import typer

from satudata.hub.cli import agency, check, contract, dataset, demo, home, query, role, serve, token, user
from satudata.hub.cli.output import told_plainly

HELP = """
Satu Data Hub: agencies publish validated datasets; everybody reads them through one GraphQL API and one portal.

Try it, with real public figures:  [bold]satudata demo[/bold]

Check a file before you send it:  [bold]satudata check data.csv --contract contract.yaml[/bold]

Run your own hub:  [bold]agency add[/bold], [bold]user add[/bold], [bold]role grant[/bold], then [bold]serve[/bold]

Settings are environment variables (SATUDATA_HOME and others), described in docs/settings.md.
"""

app = typer.Typer(
    name="satudata",
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (check, query, demo, serve, home):
    module.register(app)
for group in (contract, dataset, agency, user, role, token):
    app.add_typer(group.app)


def run() -> None:
    """Run the command line and leave the process with its exit code."""
    with told_plainly():
        app()
    sys.exit(0)
