"""Pages of stewards and authorities: the queue, the decision on a submission, keeping its reading, publishing it."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from satudata.datasets.errors import DomainError, NotFound
from satudata.datasets.submissions.types import ReviewFinding
from satudata.hub.assembly import Hub
from satudata.hub.portal.account import login_redirect
from satudata.hub.portal.page_query import run
from satudata.hub.portal.rendering import page_of, render
from satudata.hub.portal.report_view import report_table
from satudata.hub.portal.submission_page import decision_of, form_problems, show, state_of
from satudata.hub.portal.translations import translations

QUEUE = 50


async def queue(request: Request) -> Response:
    """What awaits the visitor's decision."""
    page = page_of(request)
    if not page.known:
        return login_redirect(request)
    if not page.reviews:
        return render(request, "review.html", {"submissions": None, "after": None, "queries": []})
    after = request.query_params.get("after") or None
    query = await run(request, "review-queue", {"first": QUEUE, "after": after})
    gettext = translations(request.state.language).gettext
    context = {**query.data, "after": after, "queries": [(gettext("Antrean"), query)]}
    return render(request, "review.html", context)


async def submission(request: Request) -> Response:
    """One submission as a reviewer sees it."""
    if not page_of(request).known:
        return login_redirect(request)
    return await show(request, reviewing=True)


async def decide(request: Request) -> Response:
    """Accept or return, with reason, confirmed warnings and findings by cell."""
    page = page_of(request)
    if not page.known:
        return login_redirect(request)
    hub: Hub = request.app.state.hub
    fields = await hub.identity.form(request)
    key = request.path_params["id"]
    findings = _findings(fields)
    try:
        await hub.services.submissions.review(
            request.state.principal,
            key,
            decision_of(fields),
            reason=_words(fields, "reason") or None,
            findings=findings,
            confirmed_rules=tuple(str(value) for value in fields.getlist("confirm")),
            expected_state=state_of(fields),
        )
    except NotFound:
        raise
    except DomainError as refusal:
        given = {
            "reason": _words(fields, "reason"),
            "confirmed": [str(value) for value in fields.getlist("confirm")],
            "findings": [{"row": item.row, "column": item.column, "text": item.text} for item in findings],
        }
        problems = form_problems(refusal, request.state.language)
        return await show(request, reviewing=True, found=problems, given=given, status=409)
    return await _back(request, key)


async def publish(request: Request) -> Response:
    """Have an approved submission published now."""
    page = page_of(request)
    if not page.known:
        return login_redirect(request)
    hub: Hub = request.app.state.hub
    fields = await hub.identity.form(request)
    key = request.path_params["id"]
    try:
        await hub.services.submissions.publish(request.state.principal, key, expected_state=state_of(fields))
    except NotFound:
        raise
    except DomainError as refusal:
        problems = form_problems(refusal, request.state.language)
        return await show(request, reviewing=True, found=problems, status=409)
    return await _back(request, key)


async def keep_reading(request: Request) -> Response:
    """Write how the file was read, where that was a guess, into the dataset's contract."""
    page = page_of(request)
    if not page.known:
        return login_redirect(request)
    hub: Hub = request.app.state.hub
    await hub.identity.form(request)
    key, principal = request.path_params["id"], request.state.principal
    submission = await hub.services.submissions.get(principal, key)
    read = await report_table(hub, principal, submission)
    try:
        if read.reading is not None:
            await hub.services.catalogue.keep_reading(principal, submission, read.reading)
    except DomainError as refusal:
        problems = form_problems(refusal, request.state.language)
        return await show(request, reviewing=True, found=problems, status=409)
    return RedirectResponse(page.url(f"/review/{key}#cara-baca"), 303)


async def _back(request: Request, key: str) -> Response:
    """To the submission, or to the queue when the decision moved it out of the reviewer's sight."""
    hub: Hub = request.app.state.hub
    try:
        await hub.services.submissions.get(request.state.principal, key)
    except NotFound:
        return RedirectResponse(page_of(request).url("/review"), 303)
    return RedirectResponse(page_of(request).url(f"/review/{key}"), 303)


def _findings(fields: FormData) -> list[ReviewFinding]:
    """The filled lines of the form; a row that is no number stays in the text, nothing typed is lost."""
    found = []
    lines = zip(
        fields.getlist("finding_row"),
        fields.getlist("finding_column"),
        fields.getlist("finding_text"),
        strict=False,
    )
    for row, column, text in lines:
        place, words = str(row).strip(), str(text).strip()
        if not words and not place:
            continue
        number = int(place) if place.isascii() and place.isdigit() and len(place) < 10 else None
        rest = place if number is None else ""
        found.append(ReviewFinding(f"{rest} {words}".strip() or "–", number, str(column).strip() or None))
    return found


def _words(fields: FormData, name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""
