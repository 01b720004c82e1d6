"""Cursors: opaque, signed, and bound to the list they come from, so that a foreign or changed one is refused.

A cursor holds a position (JSON values), nothing secret; the signature keeps clients from making their own and services
from seeing positions of another list. Rows bind theirs to one snapshot and one order, other lists to their name.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import orjson

from satudata.datasets.rows.query import OrderTerm, Snapshot
from satudata.graphql.errors import ApiError, bad_input

_SIGNATURE = 12
_PLACE = "after"

Position = tuple[Any, ...]
"""JSON values that say where an item stands in its list."""


class CursorCoder:
    """Writes and reads the cursors of one list. `binding` is whatever makes the list that list."""

    def __init__(self, key: bytes, *binding: object) -> None:
        secret = hashlib.sha256(key).digest()
        self._key = hashlib.blake2b(orjson.dumps(binding), key=secret, digest_size=32).digest()

    @classmethod
    def of_rows(cls, key: bytes, snapshot: Snapshot, order: Sequence[OrderTerm]) -> "CursorCoder":
        """For the rows of one version in one order."""
        terms = [[term.column, term.descending, term.nulls_first] for term in order]
        return cls(key, "rows", snapshot.dataset, snapshot.sha256, terms)

    def encode(self, position: Position) -> str:
        """An opaque string, safe in URLs."""
        body = orjson.dumps(position)
        return base64.urlsafe_b64encode(self._sign(body) + body).decode("ascii").rstrip("=")

    def decode(self, cursor: str) -> Position:
        """The position; raises ApiError BAD_INPUT for a cursor of another list, version or order, or a changed one."""
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError) as error:
            raise _foreign() from error
        signature, body = raw[:_SIGNATURE], raw[_SIGNATURE:]
        if not hmac.compare_digest(signature, self._sign(body)):
            raise _foreign()
        return tuple(orjson.loads(body))

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_SIGNATURE]


def _foreign() -> ApiError:
    return bad_input(
        _PLACE,
        "kursor ini bukan dari daftar ini: versi data atau urutannya lain, atau teksnya berubah. "
        "Mulai lagi dari halaman pertama tanpa `after`.",
        "this cursor is not of this list: its version or its order differs, or its text was changed. "
        "Start again from the first page without `after`.",
    )
