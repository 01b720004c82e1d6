"""Options several commands share, so that they read and behave alike."""

from pathlib import Path
from typing import Annotated

import typer

from satudata.hub.cli.output import choose_language


def _chosen(value: str | None) -> str | None:
    if value is None:
        return None
    if value not in ("id", "en"):
        raise typer.BadParameter("choose id or en")
    choose_language("en" if value == "en" else "id")
    return value


LanguageOption = Annotated[
    str | None,
    typer.Option(
        "--language",
        callback=_chosen,
        is_eager=True,
        metavar="id|en",
        help="Language of messages and reports. Default: English when LANG says so, else Indonesian.",
    ),
]
HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", metavar="DIR", help="Folder of the hub. Default: SATUDATA_HOME, else ./.satudata."
    ),
]
HostOption = Annotated[
    str,
    typer.Option(
        "--host", help="Address to listen on. Put a proxy with https in front for others than yourself."
    ),
]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on.")]
ActorOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="EMAIL",
        help="Act as this person, with the roles he or she has today; the act is audited under that name.",
    ),
]
