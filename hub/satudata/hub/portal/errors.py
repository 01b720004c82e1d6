"""The page for something that went wrong: what, and what to do next. `satudata.hub.web.problems` decides when."""

from starlette.requests import Request
from starlette.responses import Response

from satudata.hub.portal.rendering import render
from satudata.hub.portal.translations import N_
from satudata.validation.text import Text

TITLES = {
    400: N_("Permintaan tidak dapat dipakai"),
    401: N_("Silakan masuk dahulu"),
    403: N_("Anda tidak berwenang"),
    404: N_("Halaman tidak ditemukan"),
    405: N_("Permintaan tidak dapat dipakai"),
    409: N_("Keadaan sudah berubah"),
    413: N_("Berkas terlalu besar"),
    429: N_("Terlalu banyak permintaan"),
    500: N_("Terjadi kesalahan pada hub"),
    503: N_("Hub sedang sibuk"),
}


async def error_page(request: Request, status: int, message: Text, reference: str) -> Response:
    """The error page; `reference` (may be empty) leads the operator to the log line."""
    title = TITLES.get(status) or TITLES[500 if status >= 500 else 400]
    context = {"status": status, "title": title, "message": message, "reference": reference}
    return render(request, "error.html", context, status)
