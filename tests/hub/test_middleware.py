"""The middleware on its own, around small applications: broken handlers, limits, logs, sessions that end."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog.testing
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from satudata.datasets.access.principal import OPERATOR
from satudata.datasets.services import Services, open_services
from satudata.hub.identity.errors import LoginRefused
from satudata.hub.identity.service import COOKIE, Identity
from satudata.hub.logs import blank_secrets
from satudata.hub.settings import load_settings
from satudata.hub.storage import bring_up_to_date, datasets_config, identity_of
from satudata.hub.web.middleware.language import RequestLanguage
from satudata.hub.web.middleware.request_log import RequestLog
from satudata.hub.web.middleware.security_headers import SecurityHeaders
from satudata.hub.web.problems import failure_response


@dataclass
class MovableClock:
    time: datetime = datetime(2026, 11, 24, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def services(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Services]:
    settings = load_settings(home=tmp_path / "home")
    await bring_up_to_date(settings)
    opened = await open_services(datasets_config(settings), None, clock)
    yield opened
    await opened.close()


@pytest.fixture
def identity(services: Services, tmp_path: Path) -> Identity:
    return identity_of(services, load_settings(home=tmp_path / "home"), "s" * 40)


def request_with(cookie: str | None = None, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    if cookie is not None:
        raw.append((b"cookie", f"{COOKIE}={cookie}".encode()))
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "headers": raw,
        "client": ("192.0.2.1", 1),
        "state": {},
    }
    return Request(scope)


async def test_a_session_ends_after_twelve_hours(
    services: Services, identity: Identity, clock: MovableClock
) -> None:
    person = await services.people.create(OPERATOR, "Sari", "sari@dinas.go.id")
    await identity.set_password(OPERATOR, person.id, "kuda laut biru")
    request = request_with()
    principal = await identity.login(request, " Sari@Dinas.GO.ID ", "kuda laut biru")
    assert principal.person_id == person.id
    cookie = identity.changed_cookie(request)
    clock.time += timedelta(hours=11, minutes=59)
    assert (await identity.resolve(request_with(cookie))).principal.person_id == person.id
    clock.time += timedelta(minutes=1)
    resolved = await identity.resolve(request_with(cookie))
    assert resolved.principal.person_id is None
    assert resolved.stale_cookie


async def test_a_person_without_a_password_cannot_log_in(services: Services, identity: Identity) -> None:
    await services.people.create(OPERATOR, "Sari", "sari@dinas.go.id")
    for password in ("", "apa saja"):
        with pytest.raises(LoginRefused):
            await identity.login(request_with(), "sari@dinas.go.id", password)


async def test_tokens_end_on_their_day(services: Services, identity: Identity, clock: MovableClock) -> None:
    person = await services.people.create(OPERATOR, "Sari", "sari@dinas.go.id")
    token, stored = await identity.create_token(OPERATOR, person.id, "x", (), timedelta(days=1))
    assert (await identity.resolve(request_with(authorization=f"Bearer {token}"))).principal.read_only
    clock.time += timedelta(days=1)
    assert not identity.is_live(stored)
    with pytest.raises(Exception, match="expired"):
        await identity.resolve(request_with(authorization=f"bearer {token}"))


def broken_app() -> Starlette:
    async def broken(_request: Request) -> Response:
        raise RuntimeError("the value was 3201014502900001")

    async def broken_late(_request: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            yield b"begun"
            raise RuntimeError("too late")

        return StreamingResponse(body())

    async def fine(request: Request) -> Response:
        return JSONResponse({"language": request.state.language, "reference": request.state.request_id})

    routes = [Route("/broken", broken), Route("/late", broken_late), Route("/{rest:path}", fine)]
    middleware = [
        Middleware(SecurityHeaders, https=True),
        Middleware(RequestLog, on_error=failure_response),
        Middleware(RequestLanguage),
    ]
    return Starlette(routes=routes, middleware=middleware)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(broken_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.example") as made:
        yield made


async def test_a_fault_is_told_with_a_reference_and_logged(client: httpx.AsyncClient) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = await client.get("/broken?name=rahasia")
    assert answer.status_code == 500
    body = answer.json()
    assert body["code"] == "INTERNAL"
    assert body["reference"] == answer.headers["x-request-id"]
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert body["reference"] in body["message"]["id"]
    assert "3201014502900001" not in answer.text
    failed, done = lines
    assert (failed["event"], failed["error"], failed["path"]) == ("request.failed", "RuntimeError", "/broken")
    assert failed["exc_info"] is True
    assert (done["event"], done["status"]) == ("request", 500)
    assert "rahasia" not in str(lines)


async def test_a_fault_after_the_answer_began_is_logged_too(client: httpx.AsyncClient) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = await client.get("/late")
    assert answer.content == b"begun"
    assert "request.failed" in [line["event"] for line in lines]


@pytest.mark.parametrize(
    ("path", "header", "language"),
    [
        ("/", "en", "id"),
        ("/en", "id", "en"),
        ("/en/datasets", "id", "en"),
        ("/english", "en", "id"),
        ("/graphql", "en", "en"),
        ("/download/a/b/1.csv", "", "id"),
        ("/uploads/x", "en-GB", "en"),
    ],
)
async def test_pages_take_the_language_from_the_address_and_interfaces_from_the_header(
    client: httpx.AsyncClient, path: str, header: str, language: str
) -> None:
    answer = await client.get(path, headers={"Accept-Language": header})
    assert answer.json()["language"] == language


def test_secrets_are_blanked_wherever_they_are_logged() -> None:
    event: dict[str, Any] = {
        "event": "x",
        "token": "a",
        "headers": {"Cookie": "b", "accept": "c"},
        "path": "/",
    }
    assert blank_secrets(None, "info", event) == {
        "event": "x",
        "token": "[blanked]",
        "headers": {"Cookie": "[blanked]", "accept": "c"},
        "path": "/",
    }


async def test_the_shape_of_a_plain_response_is_kept() -> None:
    async def plain(_request: Request) -> Response:
        return PlainTextResponse("x", 201, {"X-Own": "1"})

    app = Starlette(
        routes=[Route("/", plain)],
        middleware=[Middleware(RequestLog, on_error=failure_response), Middleware(RequestLanguage)],
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.example") as made:
        answer = await made.get("/")
    assert (answer.status_code, answer.text, answer.headers["x-own"]) == (201, "x", "1")
