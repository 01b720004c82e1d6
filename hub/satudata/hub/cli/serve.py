"""`satudata serve`: the hub over HTTP."""

import socket

import typer

from satudata.hub.cli.options import HomeOption, HostOption, LanguageOption, PortOption
from satudata.hub.cli.output import USAGE, fail
from satudata.hub.settings import load_settings
from satudata.validation.text import Text


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "serve",
        epilog="Workers, proxies and all else are settings: see docs/settings.md. Ctrl+C stops it in good order.",
    )(serve)


def serve(
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """Serve the portal, the GraphQL API and downloads, and run the jobs."""
    settings = load_settings(home=home)
    refuse_taken_port(host, port)

    # Imported here: the web server is not needed by `--help`.
    from satudata.hub.serving import serve as serve_hub

    serve_hub(settings, host, port)


def refuse_taken_port(host: str, port: int) -> None:
    """End the program with exit code 2 when nothing can listen there, before anything else is done."""
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        fail(
            Text(
                id=f"Tidak dapat memakai {host}:{port} ({error.strerror}). Pilih porta lain dengan --port.",
                en=f"Cannot use {host}:{port} ({error.strerror}). Choose another port with --port.",
            ),
            USAGE,
        )
