"""Every address of the portal, each in Indonesian (`/...`) and English (`/en/...`)."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from satudata.hub.assembly import Hub
from satudata.hub.portal import account, catalogue, dataset_page, guide, publishing, reviewing
from satudata.hub.portal.assets import asset_routes

Endpoint = Callable[[Request], Awaitable[Response]]

PAGES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/", catalogue.home),
    ("GET", "/datasets", catalogue.dataset_list),
    ("GET", "/datasets/{agency}/{name}", dataset_page.dataset),
    ("GET", "/datasets/{agency}/{name}/contract.yaml", dataset_page.contract),
    ("GET", "/agencies", catalogue.agency_list),
    ("GET", "/agencies/{slug}", catalogue.agency),
    ("GET", "/docs", guide.docs),
    ("GET", "/docs/api", guide.api),
    ("GET", "/docs/rules", guide.rules),
    ("GET", "/ide", guide.console),
    ("GET", "/login", account.login_form),
    ("POST", "/login", account.login),
    ("POST", "/logout", account.logout),
    ("GET", "/publish", publishing.form),
    ("POST", "/publish", publishing.upload),
    ("GET", "/publish/{id}", publishing.submission),
    ("POST", "/publish/{id}/withdraw", publishing.withdraw),
    ("POST", "/publish/{id}/retry", publishing.retry),
    ("GET", "/review", reviewing.queue),
    ("GET", "/review/{id}", reviewing.submission),
    ("POST", "/review/{id}", reviewing.decide),
    ("POST", "/review/{id}/reading", reviewing.keep_reading),
    ("POST", "/review/{id}/publish", reviewing.publish),
)


def portal_routes(hub: Hub) -> list[BaseRoute]:
    """Pages in both languages and the files they load. Pages reach the hub as `request.app.state.hub`."""
    routes: list[BaseRoute] = list(asset_routes())
    for prefix in ("", "/en"):
        routes += [Route(f"{prefix}{path}", endpoint, methods=[method]) for method, path, endpoint in PAGES]
    routes.append(Route("/en", _english_home))
    routes.append(Route("/{path:path}/", _without_slash, methods=["GET"]))
    return routes


async def _without_slash(request: Request) -> Response:
    """The same address without its last slash. Relative: the Host header is the client's word."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{quote(request.path_params['path'].strip('/'))}{query}", 308)


async def _english_home(request: Request) -> Response:
    return RedirectResponse("/en/", 308)
