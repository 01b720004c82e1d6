"""PUT /uploads/{id}: the bytes of a file announced by `createUpload`, streamed and hashed as they arrive.

    curl -T data.csv -H "Authorization: Bearer sdi_pat_..." https://hub.example/uploads/0192f0...

GET and HEAD say how much has arrived. Not here: creating uploads and submitting them (GraphQL, portal, CLI).
"""

from collections.abc import AsyncIterator
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from satudata.datasets.access.principal import Principal
from satudata.datasets.submissions.types import Upload
from satudata.hub.web.identifiers import plain_id
from satudata.hub.web.problems import LoginNeeded


def upload_routes() -> list[BaseRoute]:
    """The one address of this module."""
    return [
        Route("/uploads/{upload}", receive_upload, methods=["PUT"], name="upload"),
        Route("/uploads/{upload}", upload_status, methods=["GET"]),
    ]


async def receive_upload(request: Request) -> Response:
    """Take the whole file in one request. 200 with the upload when size and hash are as announced."""
    principal = _known(request)
    submissions = request.app.state.hub.services.submissions
    try:
        upload = await submissions.receive_upload(principal, plain_id(request, "upload"), _body(request))
    except ClientDisconnect:
        # Nobody is left to answer; the service has thrown the part away and the upload can be sent again.
        return Response(status_code=499)
    return _answer(upload)


async def upload_status(request: Request) -> Response:
    """The upload as it is known now."""
    submissions = request.app.state.hub.services.submissions
    return _answer(await submissions.get_upload(_known(request), plain_id(request, "upload")))


async def _body(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk


def _known(request: Request) -> Principal:
    principal: Principal = request.state.principal
    if principal.person_id is None:
        raise LoginNeeded
    return principal


def _answer(upload: Upload) -> Response:
    body: dict[str, Any] = {
        "id": upload.id,
        "fileName": upload.file_name,
        "bytes": upload.bytes,
        "sha256": upload.sha256,
        "receivedBytes": upload.received_bytes,
        "complete": upload.complete,
        "expiresAt": upload.expires_at,
    }
    return Response(
        orjson.dumps(body, option=orjson.OPT_UTC_Z),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
