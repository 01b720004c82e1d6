"""Global ids: opaque to clients, `Type:key` in base64 inside. The key is what the services look things up by."""

import base64
import binascii
from dataclasses import dataclass

import strawberry

from satudata.graphql.errors import bad_input

KINDS = ("Agency", "CodeList", "Dataset", "DatasetVersion", "Submission", "Upload")
"""Every type whose `id` is made here."""


@dataclass(frozen=True, slots=True)
class GlobalId:
    """What an id names."""

    kind: str
    key: str


def global_id(kind: str, key: str) -> strawberry.ID:
    """The id of a thing."""
    return strawberry.ID(base64.urlsafe_b64encode(f"{kind}:{key}".encode()).decode("ascii").rstrip("="))


def parse_id(given: str) -> GlobalId | None:
    """What an id names; None when it is no id of ours."""
    try:
        decoded = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    kind, separator, key = decoded.partition(":")
    return GlobalId(kind, key) if separator and kind in KINDS else None


def key_of(given: str, kind: str, place: str) -> str:
    """The key of an id of that kind. Raises ApiError BAD_INPUT for anything else."""
    found = parse_id(given)
    if found is None or found.kind != kind:
        raise bad_input(
            place,
            f"bukan id {kind}. Pakai nilai field `id` dari jawaban API.",
            f"not the id of a {kind}. Use the value of a field `id` from an answer.",
        )
    return found.key
