"""How to use the hub: the documentation page, the guide to the API, the rules of the check, and the query console."""

from starlette.requests import Request
from starlette.responses import Response

from satudata.graphql.documents import rows_document
from satudata.hub.assembly import Hub
from satudata.hub.portal.api_guide import tables
from satudata.hub.portal.api_guide.contents import client_setup, example, guide
from satudata.hub.portal.assets import island
from satudata.hub.portal.page_query import PageQuery, run, run_document
from satudata.hub.portal.rendering import render
from satudata.hub.portal.snippets import ShownQuery
from satudata.validation.findings.rule_book import family_title, rule_book

EXAMPLE_ROWS = 5
_WELCOME = "{\n  hub {\n    name { value }\n    datasetCount\n  }\n}\n"


async def docs(request: Request) -> Response:
    """How to query, with an example on the newest dataset of this very hub."""
    query = await run(request, "docs-page")
    slug, document = await _example(request, query)
    context = {
        "limits": query.data["hub"]["limits"],
        "example": await run_document(request, document) if slug else None,
        "example_slug": slug,
        "asked_query": request.query_params.get("query", ""),
    }
    return render(request, "docs.html", context)


async def api(request: Request) -> Response:
    """The whole API by topic, with examples in every form in which a reader takes them away."""
    limits = (await run(request, "docs-page")).data["hub"]["limits"]
    endpoint = f"{request.app.state.hub.settings.public_url}/graphql"
    sections = [
        (
            section,
            [
                ShownQuery(found.document, found.variables, endpoint)
                for found in map(example, section.examples)
            ],
        )
        for section in guide().sections
    ]
    context = {
        "sections": sections,
        "words": guide(),
        "tables": tables,
        "limits": limits,
        "client_setup": client_setup,
    }
    return render(request, "docs_api.html", context)


async def rules(request: Request) -> Response:
    """Every rule of the check: what it means and how to mend what it finds."""
    families = [(family, family_title(family), entries) for family, entries in rule_book().items()]
    return render(request, "rules.html", {"families": families})


async def console(request: Request) -> Response:
    """GraphiQL on this hub's API, or how to get it when the assets were not built."""
    _, document = await _example(request, await run(request, "docs-page"))
    context = {
        "island": island("ide.js"),
        "example": document,
        "asked_query": request.query_params.get("query", ""),
    }
    return render(request, "ide.html", context)


async def _example(request: Request, query: PageQuery) -> tuple[str | None, str]:
    """The newest published dataset and a query of its rows; None and a greeting while there is none."""
    newest = next(iter(query.data["datasets"]["nodes"]), None)
    if newest is None or newest["latest"] is None:
        return None, _WELCOME
    hub: Hub = request.app.state.hub
    dataset = await hub.services.catalogue.get(newest["slug"], request.state.principal)
    return newest["slug"], rows_document(dataset.contract, EXAMPLE_ROWS)
