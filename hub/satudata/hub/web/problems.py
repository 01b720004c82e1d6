"""Refusals over HTTP: one shape as JSON for programs, a page for people, the same words in both.

JSON: `{"code", "message": {"id", "en"}, "path": [...], "reference"}`. The page is the portal's `error_page`.
"""

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from satudata.datasets.access.principal import ANONYMOUS
from satudata.datasets.errors import DomainError, LimitReached
from satudata.hub.identity.errors import IdentityError, TooManyAttempts
from satudata.hub.portal.errors import error_page
from satudata.hub.web.middleware.language import API_PATHS
from satudata.validation.text import Text

_STATUS = {
    "NOT_FOUND": 404,
    "NOT_ALLOWED": 403,
    "INVALID_INPUT": 400,
    "STATE_CONFLICT": 409,
    "QUALITY_GATE_FAILED": 409,
    "LIMIT_REACHED": 429,
    "TIMEOUT": 503,
}


class WebProblem(Exception):
    """A refusal of the web layer itself."""

    def __init__(self, status: int, code: str, message: Text) -> None:
        super().__init__(message.en)
        self.status = status
        self.code = code
        self.message = message


class BodyTooLarge(WebProblem):
    """More bytes than this address takes."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            413,
            "BODY_TOO_LARGE",
            Text(
                id=f"Permintaan melebihi {limit:,} bita. Kirim berkas dengan createUpload lalu PUT /uploads.",
                en=f"The request is larger than {limit:,} bytes. Send files by createUpload, then PUT /uploads.",
            ),
        )


class LoginNeeded(WebProblem):
    """This address answers only to known people."""

    def __init__(self) -> None:
        super().__init__(
            401,
            "UNAUTHENTICATED",
            Text(
                id="Masuk dulu, atau kirim token pada tajuk `Authorization: Bearer sdi_pat_...`.",
                en="Log in first, or send a token in the header `Authorization: Bearer sdi_pat_...`.",
            ),
        )


Problem = DomainError | IdentityError | WebProblem


async def problem_response(request: Request, problem: Problem) -> Response:
    """The response to a refusal, in the form the client asked for."""
    status = _status(problem)
    headers = {}
    retry_after = getattr(problem, "retry_after", None) or getattr(problem, "retry_after_seconds", None)
    if isinstance(problem, LimitReached | TooManyAttempts) and retry_after:
        headers["Retry-After"] = str(retry_after)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="satudata"'
    path = list(getattr(problem, "path", ()) or ())
    return await _respond(request, status, problem.code, problem.message, path, headers)


async def http_exception_response(request: Request, error: Exception) -> Response:
    """For Starlette's own 404, 405 and the like."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    code, message = _HTTP.get(status, _OTHER)
    return await _respond(request, status, code, message, [], headers)


async def failure_response(request: Request, reference: str) -> Response:
    """For an exception nobody handled. `reference` leads the operator to the log line."""
    for name, value in (("principal", ANONYMOUS), ("csrf_token", ""), ("language", "id")):
        if not hasattr(request.state, name):
            setattr(request.state, name, value)
    message = Text(
        id=f"Terjadi kesalahan pada hub, bukan pada Anda. Coba lagi; bila terulang, sampaikan rujukan {reference}.",
        en=f"Something broke in the hub; it is not your fault. Try again; if it repeats, report reference {reference}.",
    )
    return await _respond(request, 500, "INTERNAL", message, [], {})


def wants_page(request: Request) -> bool:
    """True for a browser on a page or download; programs and API addresses get JSON."""
    path = request.url.path
    if path.startswith(API_PATHS) and not path.startswith("/download/"):
        return False
    return "text/html" in request.headers.get("accept", "")


async def _respond(
    request: Request, status: int, code: str, message: Text, path: list[str], headers: dict[str, str]
) -> Response:
    reference: str = getattr(request.state, "request_id", "")
    if wants_page(request):
        response: Response = await error_page(request, status, message, reference)
        response.headers.update(headers)
    else:
        body = {"code": code, "message": message.as_dict(), "path": path, "reference": reference}
        response = Response(orjson.dumps(body), status, headers, "application/json")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _status(problem: Problem) -> int:
    if isinstance(problem, DomainError):
        return _STATUS.get(problem.code) or _STATUS.get(problem.default_code, 400)
    return problem.status


_HTTP = {
    404: (
        "NOT_FOUND",
        Text(
            id="Alamat ini tidak ada. Periksa ejaannya, atau cari di daftar dataset: /datasets.",
            en="There is nothing at this address. Check its spelling, or search the list of datasets: /en/datasets.",
        ),
    ),
    405: (
        "METHOD_NOT_ALLOWED",
        Text(
            id="Alamat ini tidak menerima metode HTTP itu; yang diterima ada pada tajuk Allow.",
            en="This address does not take that HTTP method; the header Allow lists those it takes.",
        ),
    ),
    413: ("BODY_TOO_LARGE", Text(id="Permintaan terlalu besar.", en="The request is too large.")),
}
_OTHER = (
    "BAD_REQUEST",
    Text(
        id="Permintaan ini tidak dapat dipahami. Periksa bentuknya.",
        en="The request could not be understood. Check its form.",
    ),
)
