"""Cursors: opaque, signed, and bound to the list they come from, so that a foreign or changed one is refused.

A cursor holds a position (JSON values), nothing secret; the signature keeps clients from making their own and services
from seeing positions of another list. Rows bind theirs to one snapshot and one order, other lists to their name.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from satudata.datasets.rows.query import OrderTerm, Snapshot
from satudata.graphql.errors import ApiError, bad_input

_SIGNATURE = 12
_PLACE = "after"

Position = tuple[Any, ...]
"""JSON values that say where an item stands in its list."""


@dataclass(frozen=True, slots=True)
class _Label:
    """Two bytes in front of a cursor that tell why it does not fit. They are for messages only: not signed."""

    mark: bytes
    refusal: ApiError

    @classmethod
    def of(cls, binding: object, refusal: ApiError) -> "_Label":
        return cls(hashlib.blake2b(orjson.dumps(binding), digest_size=2).digest(), refusal)


class CursorCoder:
    """Writes and reads the cursors of one list. `binding` is whatever makes the list that list."""

    def __init__(self, key: bytes, *binding: object, labels: Sequence[_Label] = ()) -> None:
        secret = hashlib.sha256(key).digest()
        self._key = hashlib.blake2b(orjson.dumps(binding), key=secret, digest_size=32).digest()
        self._labels = labels
        self._marks = b"".join(label.mark for label in labels)

    @classmethod
    def of_rows(cls, key: bytes, snapshot: Snapshot, order: Sequence[OrderTerm]) -> "CursorCoder":
        """For the rows of one version in one order."""
        terms = [[term.column, term.descending, term.nulls_first] for term in order]
        labels = (
            _Label.of(snapshot.dataset, _foreign()),
            _Label.of(snapshot.sha256, _other_version()),
            _Label.of(terms, _other_order()),
        )
        return cls(key, "rows", snapshot.dataset, snapshot.sha256, terms, labels=labels)

    def encode(self, position: Position) -> str:
        """An opaque string, safe in URLs."""
        body = orjson.dumps(position)
        return base64.urlsafe_b64encode(self._marks + self._sign(body) + body).decode("ascii").rstrip("=")

    def decode(self, cursor: str) -> Position:
        """The position; raises ApiError BAD_INPUT for a cursor of another list, version or order, or a changed one."""
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError) as error:
            raise _foreign() from error
        start = len(self._marks) + _SIGNATURE
        signature, body = raw[len(self._marks) : start], raw[start:]
        if not hmac.compare_digest(signature, self._sign(body)):
            raise self._why_not(raw)
        return tuple(orjson.loads(body))

    def _why_not(self, raw: bytes) -> ApiError:
        for index, label in enumerate(self._labels):
            if raw[2 * index : 2 * index + 2] != label.mark:
                return label.refusal
        return _foreign()

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_SIGNATURE]


def _foreign() -> ApiError:
    return bad_input(
        _PLACE,
        "kursor ini bukan dari daftar ini, atau teksnya berubah. Mulai lagi dari halaman pertama tanpa `after`.",
        "this cursor is not of this list, or its text was changed. Start again from the first page without `after`.",
        reason="FOREIGN_CURSOR",
    )


def _other_version() -> ApiError:
    return bad_input(
        _PLACE,
        "kursor ini dari versi lain dataset ini. Sebut versi itu dengan `version`, atau mulai lagi dari halaman "
        "pertama tanpa `after`.",
        "this cursor is of another version of this dataset. Name that version with `version`, or start again from "
        "the first page without `after`.",
        reason="CURSOR_OF_OTHER_VERSION",
    )


def _other_order() -> ApiError:
    return bad_input(
        _PLACE,
        "kursor ini dari urutan lain. Pakai `orderBy` yang sama seperti di halaman pertama, atau mulai lagi tanpa "
        "`after`.",
        "this cursor is of another order. Use the same `orderBy` as for the first page, or start again without "
        "`after`.",
        reason="CURSOR_OF_OTHER_ORDER",
    )
