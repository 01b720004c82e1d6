"""The query behind a page: run in process for the page, and shown on it ready to be run by the reader.

`run` answers the data of a document; refusals of the API become the errors the web layer has pages for.
"""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from satudata.datasets.errors import InvalidInput, LimitReached, NotAllowed, NotFound
from satudata.graphql.documents import load_operation
from satudata.graphql.outcome import ExecutionOutcome
from satudata.hub.assembly import Hub
from satudata.hub.portal.snippets import ShownQuery, Variables
from satudata.validation.text import Text


@dataclass(frozen=True, slots=True)
class PageQuery(ShownQuery):
    """A document with its variables as a page shows it. `data` is the answer; `errors` are per field, as in GraphQL."""

    data: dict[str, Any] = field(repr=False)
    errors: tuple[dict[str, Any], ...] = ()


class PageQueryFailed(Exception):
    """A document of ours was not answered: a fault of the hub, not of the visitor."""


async def run(request: Request, operation: str, variables: Variables | None = None) -> PageQuery:
    """Run `operations/<operation>.graphql` as the visitor. Null variables are left out, so that defaults hold."""
    given = {name: value for name, value in (variables or {}).items() if value is not None}
    return await run_document(request, load_operation(operation), given)


async def run_document(request: Request, document: str, variables: Variables | None = None) -> PageQuery:
    """Run any document as the visitor. Raises NotFound, NotAllowed, InvalidInput, LimitReached, PageQueryFailed."""
    hub: Hub = request.app.state.hub
    outcome = await hub.api.execute(
        document,
        variables or {},
        None,
        principal=request.state.principal,
        language=request.state.language,
    )
    if not outcome.started or outcome.data is None:
        raise _refusal(outcome)
    return PageQuery(
        document, variables or {}, f"{hub.settings.public_url}/graphql", outcome.data, outcome.errors
    )


def _refusal(outcome: ExecutionOutcome) -> Exception:
    codes = set(outcome.codes)
    if codes & {"TIMEOUT", "COST_LIMIT", "RATE_LIMITED"}:
        return LimitReached(_TOO_SLOW, code="TIMEOUT")
    if "NOT_FOUND" in codes:
        return NotFound(_NOTHING)
    if codes & {"FORBIDDEN", "UNAUTHENTICATED"}:
        return NotAllowed(_NOT_YOURS)
    if "BAD_INPUT" in codes:
        # The documents are ours and tested: what is left is a cursor or id that was changed in the address.
        words = str(outcome.errors[0].get("message"))
        return InvalidInput(Text(words, words))
    messages = "; ".join(str(error.get("message")) for error in outcome.errors)
    return PageQueryFailed(messages)


_TOO_SLOW = Text(
    id="Halaman ini belum selesai disiapkan dalam batas waktunya. Coba lagi sebentar lagi.",
    en="This page could not be made within its time limit. Try again in a moment.",
)
_NOTHING = Text(
    id="Yang Anda cari tidak ditemukan. Periksa kembali alamatnya.",
    en="What you are looking for was not found. Check the address.",
)
_NOT_YOURS = Text(
    id="Anda tidak berwenang melihat halaman ini.",
    en="You may not see this page.",
)
