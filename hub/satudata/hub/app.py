"""The ASGI application: middleware, routes, and the life of a hub from start to stop.

    uvicorn --factory satudata.hub.app:create_app      # what `satudata serve` does, with settings from the environment

Where next: `assembly.py` (what is opened), `web/` (uploads, downloads, health), `portal/` (pages).
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Scope

from satudata.datasets.access.principal import ANONYMOUS, Principal
from satudata.datasets.errors import DomainError
from satudata.graphql.http import Caller, GraphQLEndpoint, graphql_routes
from satudata.hub.assembly import Hub, open_hub
from satudata.hub.identity.errors import IdentityError
from satudata.hub.logs import configure_logs
from satudata.hub.portal.routes import portal_routes
from satudata.hub.settings import Settings, load_settings
from satudata.hub.web.bounded_http import END_STREAMS
from satudata.hub.web.budgets import client_name
from satudata.hub.web.downloads import download_routes
from satudata.hub.web.health import health_routes
from satudata.hub.web.middleware.authentication import Authentication
from satudata.hub.web.middleware.body_limits import BodyLimits
from satudata.hub.web.middleware.compression import Compression
from satudata.hub.web.middleware.language import RequestLanguage
from satudata.hub.web.middleware.open_reads import OpenReads
from satudata.hub.web.middleware.request_log import RequestLog
from satudata.hub.web.middleware.security_headers import SecurityHeaders
from satudata.hub.web.middleware.short_way import ShortWay
from satudata.hub.web.problems import WebProblem, failure_response, http_exception_response, problem_response
from satudata.hub.web.reports import report_routes
from satudata.hub.web.uploads import upload_routes


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; nothing is opened before its lifespan starts. Raises SettingsError for bad settings."""
    chosen = settings or load_settings()
    configure_logs(chosen.log_level)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Callable[[], None]]]:
        async with open_hub(chosen) as hub:
            app.state.hub = hub
            app.state.graphql = GraphQLEndpoint(hub.api, _caller_of)
            app.router.routes[:] = routes_of(hub, app.state.graphql)
            yield {END_STREAMS: app.state.graphql.streams.end}

    app = Starlette(
        lifespan=lifespan,
        middleware=[
            Middleware(SecurityHeaders, https=chosen.secure_cookies),
            Middleware(RequestLog, on_error=failure_response),
            Middleware(ShortWay),
            Middleware(OpenReads),
            Middleware(Compression),
            Middleware(RequestLanguage),
            Middleware(Authentication),
            Middleware(BodyLimits),
        ],
        exception_handlers={
            DomainError: _refused,
            IdentityError: _refused,
            WebProblem: _refused,
            HTTPException: http_exception_response,
        },
    )
    # Its redirects would repeat the Host header; the portal sends slashes away by itself.
    app.router.redirect_slashes = False
    return app


def routes_of(hub: Hub, graphql: GraphQLEndpoint) -> list[BaseRoute]:
    """Every address of a hub. The portal comes last: it owns what is left."""
    return [
        *health_routes(),
        *graphql_routes(graphql),
        *upload_routes(),
        *download_routes(),
        *report_routes(),
        *portal_routes(hub),
    ]


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, DomainError | IdentityError | WebProblem):
        raise error
    return await problem_response(request, error)


def _caller_of(scope: Scope) -> Caller:
    state = scope["state"]
    hub: Hub = scope["app"].state.hub
    principal = state["principal"]
    address = scope["client"][0] if scope.get("client") else "unknown"

    async def again() -> Principal | None:
        try:
            return (await hub.identity.resolve(HTTPConnection(scope), cookies=not state["foreign"])).principal
        except IdentityError:
            return None

    return Caller(
        principal,
        state["language"],
        state["foreign"],
        hub.budgets.of(principal, address),
        client_name(principal, address),
        None if principal is ANONYMOUS else again,
    )
