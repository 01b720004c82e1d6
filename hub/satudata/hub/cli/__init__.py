"""The command line `satudata`: `main` is its entry point, one module here for each group of commands.

Modules import only what their `--help` needs; a command imports its own machinery when it runs, so that
`satudata check` starts without a web server or a database.
"""


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    # Imported here: `main.py` imports the modules of this package, so the package itself must be there first.
    from satudata.hub.cli.main import run

    run()
