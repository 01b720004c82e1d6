"""The short way: what visitors' programs ask of `/graphql` goes straight to the API, past layers it does not need.

    middleware=[..., Middleware(ShortWay), ...]

A request without credentials and without a browser's word about its origin is a visitor's; the API reads its own
bodies, compresses its own answers and words its own refusals. Everything else goes the whole way.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from satudata.datasets.access.principal import ANONYMOUS
from satudata.hub.web.middleware.authentication import TELLING
from satudata.hub.web.middleware.language import language_of

_METHODS = ("GET", "POST")


class ShortWay:
    """Needs the lifespan to have set `app.state.graphql`, the application behind `/graphql`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and scope["path"] == "/graphql"
            and scope["method"] in _METHODS
            and TELLING.isdisjoint(name for name, _ in scope["headers"])
        ):
            state = scope.setdefault("state", {})
            state.update(principal=ANONYMOUS, language=language_of(scope), foreign=False)
            await scope["app"].state.graphql(scope, receive, send)
        else:
            await self.app(scope, receive, send)
