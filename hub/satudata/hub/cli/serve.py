"""`satudata serve`: the hub over HTTP."""

import typer

from satudata.hub.cli.options import HomeOption, HostOption, LanguageOption, PortOption


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
    # Imported here: the web server is not needed by `--help`.
    from satudata.hub.serving import serve as serve_hub
    from satudata.hub.settings import load_settings

    serve_hub(load_settings(home=home), host, port)
