"""Who is asked: the hub of a folder on this machine, in this process, or a hub somewhere over HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from satudata.datasets.access.principal import ANONYMOUS
from satudata.hub.cli.output import USAGE, fail, language, note, require_file
from satudata.hub.cli.query.document import Variables
from satudata.hub.cli.session import opened
from satudata.hub.settings import load_settings, secret_of
from satudata.validation.text import Text

ENDPOINT = "/graphql"
_ACCEPT = "application/graphql-response+json, application/json;q=0.9"
_SECONDS = 60
_LONGEST_WAIT = 120
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response of the API: `body` has `data` and, where something was refused, `errors`."""

    body: dict[str, Any]

    @property
    def data(self) -> Any:
        return self.body.get("data")

    @property
    def errors(self) -> list[dict[str, Any]]:
        return list(self.body.get("errors") or ())


Ask = Callable[[str, Variables, str | None], Awaitable[Answer]]
"""Document, variables, name of the operation."""


@asynccontextmanager
async def this_home(home: Path | None, actor: str | None) -> AsyncIterator[Ask]:
    """Ask the hub of a folder without a server, as `actor` (an e-mail address) or as anybody."""
    settings = load_settings(home=home)
    if settings.database_url is None and not settings.home.is_dir():
        fail(
            Text(
                id=f"Tidak ada hub di {settings.home}. Tanya hub lain dengan --url, atau buat satu: satudata demo.",
                en=f"There is no hub in {settings.home}. Ask another one with --url, or make one: satudata demo.",
            ),
            USAGE,
        )

    # Imported here: the API takes a second that asking over HTTP need not wait for.
    from satudata.graphql.service import GraphQLApi
    from satudata.hub.assembly import api_config

    async with opened(home) as session:
        principal = await session.person(actor) if actor is not None else ANONYMOUS
        api = GraphQLApi(session.services, api_config(settings, secret_of(settings)))

        async def ask(document: str, variables: Variables, operation: str | None) -> Answer:
            outcome = await api.execute(
                document, variables, operation, principal=principal, language=language()
            )
            return Answer(json.loads(outcome.body))

        try:
            yield ask
        finally:
            await api.close()


@asynccontextmanager
async def hub_at(url: str, token_file: Path | None) -> AsyncIterator[Ask]:
    """Ask a hub over HTTP, with the token that stands in a file or as anybody.

    Where the hub says that it is asked too often, the next try waits as long as the hub says, up to two minutes.
    """
    endpoint = endpoint_of(url)
    headers = {"Content-Type": "application/json", "Accept": _ACCEPT, "Accept-Language": language()}
    if token_file is not None:
        headers["Authorization"] = f"Bearer {_token_in(token_file)}"

    async def ask(document: str, variables: Variables, operation: str | None) -> Answer:
        payload = {"query": document, "variables": dict(variables), "operationName": operation}
        request = Request(endpoint, json.dumps(payload).encode(), headers)  # noqa: S310  # checked in endpoint_of
        while True:
            answer, wait = _sent(request)  # nothing else of this program waits for the loop
            if wait is None or wait > _LONGEST_WAIT:
                return answer
            note(
                Text(
                    id=f"Batas pemakaian hub tercapai; dicoba lagi dalam {wait} detik.",
                    en=f"The hub's limit of use is reached; trying again in {wait} seconds.",
                )
            )
            await asyncio.sleep(wait)

    yield ask


def endpoint_of(url: str) -> str:
    """`https://hub/graphql` of `https://hub`, `https://hub/` or `https://hub/graphql`. Ends the program otherwise."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        fail(
            Text(
                id=f"--url {url}: tulis alamat lengkap, misalnya https://data.example.go.id.",
                en=f"--url {url}: write the whole address, e.g. https://data.example.go.id.",
            ),
            USAGE,
        )
    whole = url.rstrip("/")
    return whole if parts.path.rstrip("/").endswith(ENDPOINT) else whole + ENDPOINT


def _token_in(file: Path) -> str:
    require_file(file)
    return file.read_text(encoding="utf-8").strip()


def _sent(request: Request) -> tuple[Answer, int | None]:
    """The answer, and how many seconds to wait before asking again where the hub says so."""
    status, wait = 200, None
    try:
        with urlopen(request, timeout=_SECONDS) as response:  # noqa: S310  # http or https only
            content = response.read()
    except HTTPError as error:
        content, status = error.read(), error.code
        told = error.headers.get("Retry-After", "")
        wait = int(told) if status == _TOO_MANY and told.isdecimal() else None
    except (URLError, TimeoutError) as error:
        reason = getattr(error, "reason", None) or error
        fail(
            Text(
                id=f"{request.full_url} tidak dapat dihubungi: {reason}. Periksa alamat dan jaringannya.",
                en=f"{request.full_url} cannot be reached: {reason}. Check the address and the network.",
            ),
            USAGE,
        )
    return Answer(_response(request, status, content)), wait


def _response(request: Request, status: int, content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict) or not ("data" in body or "errors" in body):
        fail(
            Text(
                id=f"{request.full_url} tidak menjawab sebagai hub (HTTP {status}). Periksa alamatnya.",
                en=f"{request.full_url} does not answer as a hub (HTTP {status}). Check the address.",
            ),
            USAGE,
        )
    return body
