"""Pages of a producer: upload a file, watch its check, read the report, take it back.

An act is a plain form post to the services; a refusal shows the form again with what was typed and why not.
"""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any, BinaryIO

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from satudata.datasets.access.policy import PRODUCERS
from satudata.datasets.errors import DomainError
from satudata.hub.assembly import Hub
from satudata.hub.portal.account import login_redirect
from satudata.hub.portal.page_query import run
from satudata.hub.portal.rendering import page_of, render
from satudata.hub.portal.submission_page import form_problems, show, state_of
from satudata.hub.portal.translations import translations
from satudata.validation.text import Text

MOST_DATASETS = 200
HISTORY = 20
_CHUNK = 1 << 20


async def form(request: Request) -> Response:
    """The upload form and the visitor's own submissions."""
    if not page_of(request).known:
        return login_redirect(request)
    asked = request.query_params
    return await _page(request, {"dataset": asked.get("dataset"), "replaces": asked.get("replaces")})


async def upload(request: Request) -> Response:
    """Take the file, submit it, and go to the submission's page."""
    if not page_of(request).known:
        return login_redirect(request)
    hub: Hub = request.app.state.hub
    fields = await hub.identity.form(request)
    file = fields.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        gettext = translations(request.state.language).gettext
        return await _page(request, _given(fields), [gettext("Pilih berkas yang akan diunggah.")], 400)
    try:
        submission_id = await _submit(request, fields, file)
    except DomainError as refusal:
        problems = form_problems(refusal, request.state.language)
        return await _page(request, _given(fields), problems, 400)
    return RedirectResponse(page_of(request).url(f"/publish/{submission_id}"), 303)


async def submission(request: Request) -> Response:
    """One submission as its producer sees it."""
    if not page_of(request).known:
        return login_redirect(request)
    return await show(request, reviewing=False)


async def withdraw(request: Request) -> Response:
    """Take a submission back before it is published."""
    if not page_of(request).known:
        return login_redirect(request)
    hub: Hub = request.app.state.hub
    fields = await hub.identity.form(request)
    submission_id = request.path_params["id"]
    try:
        await hub.services.submissions.withdraw(
            request.state.principal,
            submission_id,
            reason=str(fields.get("reason", "")).strip(),
            expected_state=state_of(fields),
        )
    except DomainError as refusal:
        return await show(
            request, reviewing=False, found=form_problems(refusal, request.state.language), status=409
        )
    return RedirectResponse(page_of(request).url(f"/publish/{submission_id}"), 303)


async def retry(request: Request) -> Response:
    """Have a check repeated that failed through a fault of the hub."""
    if not page_of(request).known:
        return login_redirect(request)
    hub: Hub = request.app.state.hub
    await hub.identity.form(request)
    submission_id = request.path_params["id"]
    try:
        await hub.services.submissions.retry(request.state.principal, submission_id)
    except DomainError as refusal:
        return await show(
            request, reviewing=False, found=form_problems(refusal, request.state.language), status=409
        )
    return RedirectResponse(page_of(request).url(f"/publish/{submission_id}"), 303)


async def _submit(request: Request, fields: FormData, file: UploadFile) -> str:
    hub: Hub = request.app.state.hub
    principal = request.state.principal
    submissions = hub.services.submissions
    size, digest = await asyncio.to_thread(_measure, file.file)
    upload = await submissions.create_upload(principal, file.filename or "", size, digest)
    await submissions.receive_upload(principal, upload.id, _chunks(file))
    made = await submissions.submit(
        principal,
        _field(fields, "dataset") or "",
        upload.id,
        note=_field(fields, "note"),
        notes=_text(_field(fields, "notes")),
        erratum=_text(_field(fields, "erratum")),
        replaces=_field(fields, "replaces"),
        idempotency_key=_field(fields, "idempotency_key") or str(uuid.uuid4()),
    )
    return made.id


async def _page(
    request: Request,
    given: Mapping[str, str | None],
    found: list[str] | None = None,
    status: int = 200,
) -> Response:
    gettext = translations(request.state.language).gettext
    principal = request.state.principal
    agencies = sorted(
        {grant.agency for grant in principal.grants if grant.role in PRODUCERS and grant.agency}
    )
    datasets: list[dict[str, Any]] = []
    if agencies:
        choices = await run(
            request, "dataset-list", {"agency": agencies, "orderBy": ["TITLE"], "first": MOST_DATASETS}
        )
        datasets = [edge["node"] for edge in choices.data["datasets"]["edges"]]
    after = request.query_params.get("after") or None
    history = await run(request, "submission-list", {"mine": True, "first": HISTORY, "after": after})
    context = {
        "datasets": datasets,
        "chosen": given.get("dataset") or (datasets[0]["slug"] if len(datasets) == 1 else None),
        "replaces": given.get("replaces"),
        "note": given.get("note") or "",
        "notes": given.get("notes") or "",
        "erratum": given.get("erratum") or "",
        "idempotency_key": str(uuid.uuid4()),
        "submissions": history.data["submissions"],
        "after": after,
        "found": found or [],
        "queries": [(gettext("Pengajuan saya"), history)],
    }
    return render(request, "publish.html", context, status)


def _given(fields: FormData) -> dict[str, str | None]:
    return {name: _field(fields, name) for name in ("dataset", "replaces", "note", "notes", "erratum")}


def _field(fields: FormData, name: str) -> str | None:
    value = fields.get(name)
    return (value.strip() or None) if isinstance(value, str) else None


def _text(words: str | None) -> Text | None:
    return Text(words, words) if words else None


def _measure(file: BinaryIO) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = 0
    file.seek(0)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return size, digest.hexdigest()


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK):
        yield chunk
