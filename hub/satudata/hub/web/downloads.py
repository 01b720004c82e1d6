"""Files people take away: versions as CSV, XLSX and Parquet, and the uploaded files themselves.

    GET /download/{agency}/{dataset}/{version}.{csv,xlsx,parquet}      `latest` leads to the newest number
    GET /submissions/{id}/file                                         for the people of the agency

How the files are made: `satudata.datasets.exports`. Who may see what: the services. Reports: `reports.py`.
"""

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from satudata.datasets.catalogue.types import Dataset
from satudata.datasets.exports.cache import ExportFormat
from satudata.datasets.files.keys import raw_key
from satudata.datasets.versions.types import DatasetVersion, VersionState
from satudata.hub.assembly import Hub
from satudata.hub.web.identifiers import plain_id
from satudata.hub.web.problems import LoginNeeded, WebProblem
from satudata.validation.contracts.model import AccessLevel
from satudata.validation.text import Text

_FILE = re.compile(r"(?P<version>latest|[1-9][0-9]{0,8})\.(?P<format>[a-z0-9]+)")
_MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}


class NoSuchDownload(WebProblem):
    """The address names no version or no format; the message says what there is."""

    def __init__(self, message: Text) -> None:
        super().__init__(404, "NOT_FOUND", message)


class VersionWithdrawn(WebProblem):
    """The version was taken back by its agency; the reason is public."""

    def __init__(self, slug: str, number: int, reason: Text) -> None:
        super().__init__(
            410,
            "WITHDRAWN",
            Text(
                id=f"Versi {number} dataset {slug} telah ditarik: {reason.id} Lihat versi lain di /datasets/{slug}.",
                en=f"Version {number} of {slug} was withdrawn: {reason.get('en')} See /en/datasets/{slug} for others.",
            ),
        )


def download_routes() -> list[BaseRoute]:
    """The addresses above."""
    return [
        Route("/download/{agency}/{dataset}/{file}", download, methods=["GET"], name="download"),
        Route("/submissions/{submission}/file", submission_file, methods=["GET"]),
    ]


async def download(request: Request) -> Response:
    """A version's rows as a file."""
    hub: Hub = request.app.state.hub
    slug = f"{request.path_params['agency']}/{request.path_params['dataset']}"
    wanted, format = _parts(request.path_params["file"], slug)
    dataset = await hub.services.catalogue.get(slug, request.state.principal)
    if wanted is None:
        if dataset.latest is None:
            raise NoSuchDownload(
                Text(
                    id=f"Dataset {slug} tidak memiliki versi yang dapat diunduh: belum ada, atau sudah ditarik.",
                    en=f"The dataset {slug} has no version to download: none yet, or withdrawn.",
                )
            )
        address = f"/download/{slug}/{dataset.latest.number}.{format.value}"
        return RedirectResponse(address, 302, {"Cache-Control": "no-cache"})
    version = await hub.services.versions.get(slug, wanted, request.state.principal)
    if version.state is VersionState.WITHDRAWN:
        raise VersionWithdrawn(slug, version.number, version.withdrawn_reason or Text(id="-", en="-"))
    etag = f'"{version.sha256}-{format.value}"'
    headers = {"ETag": etag, "Cache-Control": _caching(dataset)}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    contract = await hub.services.catalogue.contract(slug, version.contract_version)
    path = await hub.exports.export(version.snapshot, contract, format, _about(hub, dataset, version))
    name = f"{slug.replace('/', '-')}-v{version.number}.{format.value}"
    return FileResponse(path, headers=headers, media_type=_MEDIA_TYPES[format], filename=name)


async def submission_file(request: Request) -> Response:
    """The file as it was uploaded, refused or not: nothing an agency sent is lost."""
    hub: Hub = request.app.state.hub
    _require_login(request)
    submission = await hub.services.submissions.get(request.state.principal, plain_id(request, "submission"))
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(submission.file_name)}",
        "Content-Length": str(submission.bytes),
    }
    stream = hub.services.files.open_stream(raw_key(submission.sha256))
    return StreamingResponse(stream, headers=headers, media_type="application/octet-stream")


def _parts(file: str, slug: str) -> tuple[int | None, ExportFormat]:
    """(version number or None for the newest, format) of the last part of the address."""
    found = _FILE.fullmatch(file)
    formats = [format.value for format in ExportFormat]
    if found is None or found["format"] not in formats:
        choices = ", ".join(formats)
        raise NoSuchDownload(
            Text(
                id=f"Unduhan “{file}” tidak ada. Pakai nomor versi atau latest, lalu {choices}: "
                f"/download/{slug}/latest.csv.",
                en=f"There is no download “{file}”. Use a version number or latest, then {choices}: "
                f"/download/{slug}/latest.csv.",
            )
        )
    number = None if found["version"] == "latest" else int(found["version"])
    return number, ExportFormat(found["format"])


def _caching(dataset: Dataset) -> str:
    """A version never changes, but it can be withdrawn; so shared caches ask again after ten minutes."""
    return "public, max-age=600" if dataset.contract.access_level is AccessLevel.OPEN else "private, no-cache"


def _about(hub: Hub, dataset: Dataset, version: DatasetVersion) -> tuple[tuple[str, str], ...]:
    """The lines of a spreadsheet's info sheet: what this is, whose, which version, on what terms."""
    address = f"{hub.settings.public_url}/datasets/{dataset.slug}"
    lines = [
        ("Dataset", dataset.contract.title.id),
        ("Title", dataset.contract.title.get("en")),
        ("Instansi / Agency", dataset.agency.name.id),
        ("Versi / Version", str(version.number)),
        ("Terbit / Published", f"{version.published_at:%Y-%m-%d %H:%M} UTC"),
        ("Baris / Rows", str(version.row_count)),
        ("Lisensi / Licence", dataset.contract.license or "-"),
        ("Alamat / Address", address),
        ("SHA-256", version.sha256),
    ]
    if hub.is_demo:
        lines.append(("Demo", "Bukan penerbitan resmi / Not an official publication"))
    return tuple(lines)


def _require_login(request: Request) -> None:
    if request.state.principal.person_id is None:
        raise LoginNeeded
