"""The page of one submission: where it stands, what the check found, what may be done next, how it got here.

Producers see it under `/publish/{id}`, reviewers under `/review/{id}`; only the offered actions differ.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from satudata.datasets.access.policy import PRODUCERS, Action, Resource, can, not_found_text
from satudata.datasets.errors import DomainError, InvalidInput, NotFound, QualityGateFailed
from satudata.datasets.submissions.types import ReviewDecision, SubmissionState
from satudata.graphql.ids import global_id
from satudata.hub.assembly import Hub
from satudata.hub.portal.page_query import run
from satudata.hub.portal.rendering import render
from satudata.hub.portal.report_view import table_beside
from satudata.hub.portal.translations import translations
from satudata.validation.text import Language, Text

FINDINGS = 50
FINDING_LINES = 5
_REVIEWS = frozenset({Action.REVIEW, Action.REVIEW_AS_AUTHORITY})


async def show(
    request: Request,
    *,
    reviewing: bool,
    found: Sequence[str] = (),
    given: Mapping[str, Any] | None = None,  # Any: texts and lists of what was typed into the review form
    status: int = 200,
) -> Response:
    """The page, with problems `found` in a form just sent and what was `given` in it. Raises NotFound."""
    hub: Hub = request.app.state.hub
    principal = request.state.principal
    key: str = request.path_params["id"]
    after = request.query_params.get("after") or None
    query = await run(
        request, "submission-page", {"id": global_id("Submission", key), "first": FINDINGS, "after": after}
    )
    submission = query.data["submission"]
    if submission is None:
        raise NotFound(not_found_text(Text("Pengajuan ini", "This submission")))
    actions = await hub.services.submissions.possible_actions(principal, key)
    report = submission["report"]
    # The API tells progress only once the job has begun; from the click until then the page waits as well.
    kept = await hub.services.submissions.get(principal, key)
    released = kept.release_at is None or kept.release_at <= hub.services.clock.now()
    publishing = kept.state is SubmissionState.APPROVED and kept.publish_requested_at is not None and released
    busy = publishing or submission["state"] in (SubmissionState.UPLOADED, SubmissionState.CHECKING)
    agency = submission["dataset"]["agency"]["slug"]
    entry = await hub.services.catalogue.get(submission["dataset"]["slug"], principal)
    nodes = report["findings"]["nodes"] if report else []
    table, preparing = await table_beside(hub, principal, kept, nodes) if report else (None, False)
    reading = table.reading if table and table.reading and table.reading.guessed() else None
    settled = reading is not None and reading.settled_by(entry.contract.file)
    newest = kept.contract_version == entry.contract.version
    may_register = can(principal, Action.REGISTER_DATASET, Resource(agency=agency))
    typed = given or {}
    context = {
        "submission": submission,
        "key": key,
        "report": report,
        "reviewing": reviewing,
        "busy": busy,
        "publishing": publishing,
        "found": list(found),
        "file_url": f"/submissions/{key}/file",
        "report_url": f"/submissions/{key}/report",
        "table": table,
        "preparing": preparing,
        "can_keep_reading": reading is not None and newest and may_register,
        "reading_kept_in": entry.contract.version if settled else None,
        "after": after,
        "can_submit": any(principal.has(role, agency) for role in PRODUCERS),
        "can_review": reviewing and bool(actions & _REVIEWS),
        "can_publish": reviewing and Action.PUBLISH in actions and not publishing,
        "can_withdraw": not reviewing and Action.WITHDRAW_SUBMISSION in actions,
        "can_retry": Action.RETRY_CHECK in actions,
        "review_here": not reviewing and bool(actions & (_REVIEWS | {Action.PUBLISH})),
        "warnings": _warnings(report) if submission["state"] == SubmissionState.IN_REVIEW else [],
        "columns": [column.name for column in entry.contract.columns],
        "confirmed": typed.get("confirmed", ()),
        "reason": typed.get("reason") or "",
        "findings_given": typed.get("findings", []),
        "finding_lines": FINDING_LINES,
        "queries": [(translations(request.state.language).gettext("Pengajuan ini"), query)],
    }
    return render(request, "submission.html", context, status)


def state_of(fields: FormData) -> SubmissionState:
    """The state the form was made for. Raises InvalidInput when the form was changed."""
    try:
        return SubmissionState(str(fields.get("expected_state", "")))
    except ValueError:
        raise InvalidInput(_INCOMPLETE, ("expectedState",)) from None


def decision_of(fields: FormData) -> ReviewDecision:
    """The button pressed. Raises InvalidInput when it is none of ours: a guess could not be taken back."""
    try:
        return ReviewDecision(str(fields.get("decision", "")))
    except ValueError:
        raise InvalidInput(_INCOMPLETE, ("decision",)) from None


_INCOMPLETE = Text(
    "Formulir ini tidak lengkap. Muat ulang halaman lalu kirim lagi.",
    "This form is incomplete. Reload the page and send it again.",
)


def form_problems(refusal: DomainError, language: Language) -> list[str]:
    """What a refused form is told: the refusal, and each single place when there are several."""
    gettext = translations(language).gettext
    if isinstance(refusal, QualityGateFailed) and refusal.unconfirmed:
        return [
            gettext("Centang peringatan %(rule)s, atau kembalikan pengajuan ini.") % {"rule": rule}
            for rule in refusal.unconfirmed
        ]
    places = refusal.problems if isinstance(refusal, InvalidInput) else ()
    details = [
        f"{problem.path}: {problem.message.get(language)} {problem.fix.get(language)}" for problem in places
    ]
    return [refusal.message.get(language), *details]


def _warnings(report: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    if report is None:
        return []
    return [
        {
            "key": f"{rule['code']}:{rule['column']}" if rule["column"] else rule["code"],
            "title": rule["title"]["value"],
            "count": rule["count"],
        }
        for rule in report["rules"]
        if rule["severity"] == "WARNING"
    ]
