"""How a page is made: a Jinja2 template, the words of its language, and what every page shows.

Templates get `page` (below), the gettext functions, and the filters of `formats.py` already bound to the language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from satudata.datasets.access.principal import ANONYMOUS, Principal
from satudata.graphql.ids import parse_id
from satudata.hub.assembly import Hub
from satudata.hub.portal import formats, labels
from satudata.hub.portal.assets import own_file
from satudata.hub.portal.prose import prose
from satudata.hub.portal.translations import translations
from satudata.validation.text import Language, Text


@dataclass(frozen=True, slots=True)
class Page:
    """What every page knows: who reads it, in which language, and where it stands."""

    path: str
    """Path without the language prefix: `/datasets`."""
    query: str
    language: Language
    principal: Principal
    csrf_token: str
    is_demo: bool
    public_url: str

    @property
    def known(self) -> bool:
        """True when somebody is logged in."""
        return self.principal.person_id is not None

    @property
    def publishes(self) -> bool:
        return any(grant.role.value in ("PRODUCER", "SUPPORTING_STEWARD") for grant in self.principal.grants)

    @property
    def reviews(self) -> bool:
        return any(grant.role.value in ("STEWARD", "STANDARDS_AUTHORITY") for grant in self.principal.grants)

    def url(self, path: str, **parameters: Any) -> str:  # Any: whatever can stand in an address
        """Address of a page in this page's language; parameters without a value are left out."""
        return _address(path, self.language) + _query(parameters)

    def in_language(self, language: Language) -> str:
        """Address of this same page in a language."""
        return _address(self.path, language) + (f"?{self.query}" if self.query else "")

    def here(self, **parameters: Any) -> str:  # Any: as in `url`
        """This page's address with other parameters."""
        return self.url(self.path, **parameters)

    def is_under(self, path: str) -> bool:
        return self.path == path or self.path.startswith(f"{path}/")


def page_of(request: Request) -> Page:
    """The `Page` of a request; works for error pages of requests that never reached a route."""
    hub: Hub = request.app.state.hub
    state = request.state
    language: Language = getattr(state, "language", "id")
    path = request.url.path
    if language == "en":
        path = path.removeprefix("/en") or "/"
    return Page(
        path=path,
        query=request.url.query if request.method == "GET" else "",
        language=language,
        principal=getattr(state, "principal", ANONYMOUS),
        csrf_token=getattr(state, "csrf_token", ""),
        is_demo=hub.is_demo,
        public_url=hub.settings.public_url,
    )


def render(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,  # Any: whatever the template shows
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """The page as a response. Pages are never kept by shared caches: they depend on who reads."""
    page = page_of(request)
    html = environment(page.language).get_template(template).render({**(context or {}), "page": page})
    return HTMLResponse(
        html,
        status,
        {"Cache-Control": "private, no-cache", "Content-Language": page.language, **(headers or {})},
    )


@cache
def environment(language: Language) -> Environment:
    """Templates of one language; missing values are errors, never silence."""
    made = Environment(
        loader=PackageLoader("satudata.hub.portal"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    words = translations(language)
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    made.filters.update(
        number=partial(formats.number, language=language),
        day=partial(formats.day, language=language),
        instant=partial(formats.instant, language=language),
        size=partial(formats.size, language=language),
        text=partial(_text, language=language),
        prose=partial(prose, language=language),
        key=_key,
    )
    made.globals.update(own_file=own_file, labels=labels)
    return made


def _text(value: Text | None, language: Language) -> str:
    return value.get(language) if value else ""


def _key(given: str) -> str:
    """The key in an id of the API, as addresses of pages use it."""
    found = parse_id(given)
    return found.key if found else given


def _address(path: str, language: Language) -> str:
    return (f"/en{path}" if language == "en" else path) or "/"


def _query(parameters: Mapping[str, Any]) -> str:  # Any: as in `Page.url`
    given = {name: value for name, value in parameters.items() if value not in (None, "", [], ())}
    return f"?{urlencode(given, doseq=True)}" if given else ""
