"""Pages of the catalogue: home, search, agencies. The page of one dataset is in `dataset_page.py`."""

import re
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import Response

from satudata.datasets.access.policy import not_found_text
from satudata.datasets.errors import NotFound
from satudata.hub.portal.page_query import run
from satudata.hub.portal.rendering import render
from satudata.hub.portal.translations import translations
from satudata.validation.contracts.model import AccessLevel
from satudata.validation.text import Text

PAGE_SIZE = 20
MATCHES_SHOWN = 4
_ORDERS = ("RELEVANCE", "NEWEST", "TITLE")


async def home(request: Request) -> Response:
    """What the hub is, a search box, the newest datasets, the ways in by topic and agency."""
    query = await run(request, "home")
    return render(request, "home.html", {**query.data, "query": query})


async def dataset_list(request: Request) -> Response:
    """Search results with why each matched, facets and order. A filter nobody knows finds nothing, it is no error."""
    parameters = request.query_params
    text = (parameters.get("q") or "").strip()[:200]
    access = parameters.get("access")
    order = parameters.get("order")
    if order not in _ORDERS or (order == "RELEVANCE" and not text):
        order = "RELEVANCE" if text else "NEWEST"
    asked = {
        "q": text or None,
        "agency": parameters.get("agency") or None,
        "topic": parameters.get("topic") or None,
        "access": access if access in AccessLevel.__members__ else None,
        "order": parameters.get("order") and order,
        "after": parameters.get("after") or None,
    }
    query = await run(
        request,
        "dataset-list",
        {
            "search": asked["q"],
            "agency": asked["agency"] and [asked["agency"]],
            "topic": asked["topic"] and [asked["topic"]],
            "accessLevel": asked["access"] and [asked["access"]],
            "orderBy": [order],
            "first": PAGE_SIZE,
            "after": asked["after"],
        },
    )
    found = query.data["datasets"]
    gettext = translations(request.state.language).gettext
    orders = [
        ("RELEVANCE", gettext("paling cocok")),
        ("NEWEST", gettext("terbaru")),
        ("TITLE", gettext("judul")),
    ]
    context = {
        "datasets": found,
        "edges": [{"node": edge["node"], "found": _found(edge, text)} for edge in found["edges"]],
        "asked": asked,
        "order": order,
        "orders": orders if text else orders[1:],
        "filtered": any(asked[name] for name in ("agency", "topic", "access")),
        "query": query,
    }
    return render(request, "datasets.html", context)


async def agency_list(request: Request) -> Response:
    """All agencies that publish here."""
    after = request.query_params.get("after") or None
    query = await run(request, "agency-list", {"after": after})
    return render(request, "agencies.html", {**query.data, "after": after, "query": query})


async def agency(request: Request) -> Response:
    """One agency and its datasets."""
    slug = request.path_params["slug"]
    after = request.query_params.get("after") or None
    query = await run(request, "agency-page", {"slug": slug, "after": after})
    if query.data["agency"] is None:
        raise NotFound(not_found_text(Text(f"Instansi {slug}", f"Agency {slug}")))
    return render(request, "agency.html", {**query.data, "after": after, "query": query})


@dataclass(frozen=True, slots=True)
class Found:
    """Why a dataset matched, as HTML with the asked words marked. `elsewhere`: other fields with what stands there."""

    title: Markup
    description: Markup
    elsewhere: list[tuple[str, list[Markup]]]


def _found(edge: dict[str, Any], asked: str) -> Found | None:
    """None when nothing was searched for."""
    words = [re.escape(word) for word in asked.split() if len(word) > 1]
    if not words:
        return None
    pattern = re.compile(f"({'|'.join(words)})", re.IGNORECASE)
    title, description = edge["node"]["title"]["value"], edge["node"]["description"]["value"]
    elsewhere: dict[str, list[Markup]] = {}
    for match in edge["matched"]:
        shown = match["field"] == "title" or (match["field"] == "description" and match["text"][0] != "…")
        texts = elsewhere.setdefault(match["field"], [])
        if not shown and len(texts) < MATCHES_SHOWN:
            texts.append(_marked(match["text"], pattern))
    return Found(
        _marked(title, pattern),
        _marked(description, pattern),
        [(field, texts) for field, texts in elsewhere.items() if texts],
    )


def _marked(text: str, pattern: re.Pattern[str]) -> Markup:
    parts = pattern.split(text)
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part) if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )
