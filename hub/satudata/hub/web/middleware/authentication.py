"""Authentication: who asks, as `request.state.principal`, `.session` (WebSession or None) and `.csrf_token`;
`.foreign` is True when a page of another site does.

    middleware=[Middleware(Authentication)]       # takes Identity from app.state.hub

Bad tokens and acts from other sites are refused here. The session cookie that `Identity.login` and `.logout` change
is written here, on the way out.
"""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from satudata.datasets.access.principal import ANONYMOUS
from satudata.hub.identity.csrf import SAFE_METHODS
from satudata.hub.identity.errors import IdentityError
from satudata.hub.identity.service import COOKIE, SESSION_LIFETIME, Identity, Resolved
from satudata.hub.web.problems import problem_response

# No cookie is read and no database asked for these.
_PUBLIC = ("/healthz", "/readyz", "/static/")
# Pages of other sites may read here, as a visitor would: their cookies do not count.
_OPEN = ("/graphql", "/download/")
TELLING = frozenset({b"authorization", b"cookie", b"origin", b"sec-fetch-site"})
"""Without any of these headers a request is a visitor's, made by a program."""


class Authentication:
    """Needs the lifespan to have set `app.state.hub`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        identity: Identity = scope["app"].state.hub.identity
        resolved = Resolved(ANONYMOUS)
        refusal: IdentityError | None = None
        foreign = False
        if not scope["path"].startswith(_PUBLIC) and not TELLING.isdisjoint(
            name for name, _ in scope["headers"]
        ):
            foreign = identity.is_foreign(request)
            reads = foreign and scope["method"] in SAFE_METHODS and scope["path"].startswith(_OPEN)
            try:
                resolved = await identity.resolve(request, cookies=not reads)
                identity.check_site(request, resolved.session)
            except IdentityError as error:
                resolved, refusal = Resolved(ANONYMOUS), error
        state = scope.setdefault("state", {})
        state["principal"] = resolved.principal
        state["session"] = resolved.session
        state["csrf_token"] = identity.form_token(resolved.session)
        state["foreign"] = foreign

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                changed = identity.changed_cookie(request)
                if changed is None and resolved.stale_cookie:
                    changed = ""
                if changed is not None:
                    cookie = _cookie(changed, secure=scope["app"].state.hub.settings.secure_cookies)
                    MutableHeaders(scope=message).append("set-cookie", cookie)
                if changed or resolved.principal is not ANONYMOUS:
                    MutableHeaders(scope=message).setdefault("cache-control", "private, no-cache")
            await send(message)

        if refusal is not None:
            response = await problem_response(request, refusal)
            await response(scope, receive, send_with_cookie)
            return
        await self.app(scope, receive, send_with_cookie)


def _cookie(value: str, *, secure: bool) -> str:
    response = Response()
    lifetime = int(SESSION_LIFETIME.total_seconds()) if value else 0
    response.set_cookie(COOKIE, value, max_age=lifetime, secure=secure, httponly=True, samesite="lax")
    return response.headers["set-cookie"]
