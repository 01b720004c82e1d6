"""Reports of checks, for the people of the agency and its reviewers, as each of them likes to read.

    GET /submissions/{id}/report.json                  the fixed JSON shape, byte for byte as the check wrote it
    GET /submissions/{id}/report.{html,csv,xlsx}       for people; `?language=id|en`, else as Accept-Language says

How they are made: `satudata.datasets.exports.reports`. Who may see them: the submission service.
"""

from collections.abc import Awaitable, Callable
from pathlib import PurePath
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from satudata.datasets.exports.reports import ReportForm
from satudata.hub.assembly import Hub
from satudata.hub.web.identifiers import plain_id
from satudata.hub.web.problems import LoginNeeded
from satudata.validation.reports.html import content_policy
from satudata.validation.text import Language, Text

_MEDIA_TYPES = {
    ReportForm.HTML: "text/html; charset=utf-8",
    ReportForm.CSV: "text/csv; charset=utf-8",
    ReportForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NAMES = {
    ReportForm.HTML: Text(id="laporan {name}", en="report {name}"),
    ReportForm.CSV: Text(id="temuan {name}", en="findings {name}"),
    ReportForm.XLSX: Text(id="diperiksa {name}", en="checked {name}"),
}


def report_routes() -> list[BaseRoute]:
    """The addresses above."""
    return [
        Route("/submissions/{submission}/report.json", report_json, methods=["GET"]),
        *(
            Route(f"/submissions/{{submission}}/report.{form}", _endpoint(form), methods=["GET"])
            for form in _MEDIA_TYPES
        ),
    ]


async def report_json(request: Request) -> Response:
    """The report of a check, in the fixed JSON shape."""
    hub: Hub = request.app.state.hub
    _require_login(request)
    report = await hub.services.submissions.report_json(
        request.state.principal, plain_id(request, "submission")
    )
    return Response(report, headers={"Cache-Control": "private, no-cache"}, media_type="application/json")


def _endpoint(form: ReportForm) -> Callable[[Request], Awaitable[Response]]:
    async def report_file(request: Request) -> Response:
        hub: Hub = request.app.state.hub
        _require_login(request)
        key = plain_id(request, "submission")
        report = await hub.services.submissions.report_json(request.state.principal, key)
        submission = await hub.services.submissions.get(request.state.principal, key)
        contract = await hub.services.catalogue.contract(submission.dataset_slug, submission.contract_version)
        language = _language(request)
        path = await hub.reports.report(submission, report, contract, form, language)
        stem = PurePath(submission.file_name).stem or submission.file_name
        name = quote(f"{_NAMES[form].get(language).format(name=stem)}.{form}")
        how = "inline" if form is ReportForm.HTML else "attachment"
        headers = {
            "Cache-Control": "private, no-cache",
            "Content-Disposition": f"{how}; filename*=UTF-8''{name}",
            "Content-Language": language,
        }
        if form is ReportForm.HTML:
            headers["Content-Security-Policy"] = f"{content_policy()}; frame-ancestors 'none'"
        return FileResponse(path, headers=headers, media_type=_MEDIA_TYPES[form])

    return report_file


def _language(request: Request) -> Language:
    asked = request.query_params.get("language")
    if asked in ("id", "en"):
        return "en" if asked == "en" else "id"
    language: Language = request.state.language
    return language


def _require_login(request: Request) -> None:
    if request.state.principal.person_id is None:
        raise LoginNeeded
