"""How to use the API: the documentation page and the query console."""

from starlette.requests import Request
from starlette.responses import Response

from satudata.graphql.documents import rows_document
from satudata.hub.assembly import Hub
from satudata.hub.portal.assets import island
from satudata.hub.portal.page_query import PageQuery, run, run_document
from satudata.hub.portal.rendering import render

EXAMPLE_ROWS = 5
_WELCOME = "{\n  hub {\n    name { value }\n    datasetCount\n  }\n}\n"


async def docs(request: Request) -> Response:
    """How to query, with an example on the newest dataset of this very hub."""
    query = await run(request, "docs-page")
    found = query.data["datasets"]["nodes"]
    slug = found[0]["slug"] if found and found[0]["latest"] else None
    context = {
        "limits": query.data["hub"]["limits"],
        "example": await _example(request, slug) if slug else None,
        "example_slug": slug,
        "asked_query": request.query_params.get("query", ""),
    }
    return render(request, "docs.html", context)


async def console(request: Request) -> Response:
    """GraphiQL on this hub's API, or how to get it when the assets were not built."""
    query = await run(request, "docs-page")
    found = query.data["datasets"]["nodes"]
    slug = found[0]["slug"] if found and found[0]["latest"] else None
    example = (await _example(request, slug)).document if slug else _WELCOME
    context = {
        "island": island("ide.js"),
        "example": example,
        "asked_query": request.query_params.get("query", ""),
    }
    return render(request, "ide.html", context)


async def _example(request: Request, slug: str) -> PageQuery:
    hub: Hub = request.app.state.hub
    dataset = await hub.services.catalogue.get(slug, request.state.principal)
    return await run_document(request, rows_document(dataset.contract, EXAMPLE_ROWS))
