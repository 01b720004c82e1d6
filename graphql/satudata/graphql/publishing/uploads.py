"""Uploads as the API shows them: declares the fields of a `satudata.datasets.submissions.types.Upload`."""

import strawberry

from satudata.datasets.submissions.types import Upload
from satudata.graphql.context import Info
from satudata.graphql.scalars import Count, DateTime


@strawberry.type(name="HttpHeader", description="A header of an HTTP request.")
class HttpHeader:
    name: str = strawberry.field(description="Its name.")
    value: str = strawberry.field(description="Its value.")


def _id(root: strawberry.Parent[Upload]) -> strawberry.ID:
    return strawberry.ID(root.id)


def _url(root: strawberry.Parent[Upload], info: Info) -> str:
    return info.context.addresses.upload(root.id)


def _headers(root: strawberry.Parent[Upload]) -> list[HttpHeader]:
    return [HttpHeader(name="Content-Type", value="application/octet-stream")]


@strawberry.type(name="Upload", description="Room for one file, to be sent with PUT and then submitted.")
class UploadType:
    id: strawberry.ID = strawberry.field(resolver=_id, description="What `submitData` takes as `uploadId`.")
    url: str = strawberry.field(
        resolver=_url, description="Where the bytes are sent, with PUT and the same token or session."
    )
    headers: list[HttpHeader] = strawberry.field(
        resolver=_headers, description="Headers to send with them, beside the authorization."
    )
    received_bytes: Count = strawberry.field(
        description="How many bytes have arrived: 0, or the whole file once its size and hash were right."
    )
    max_bytes: Count = strawberry.field(description="How many bytes a file may have.")
    expires_at: DateTime = strawberry.field(description="Until when it may be sent and submitted.")
