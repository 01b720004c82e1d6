"""Why a spreadsheet was not read, in a form that can travel from the child process that reads it.

It names a rule of the catalogue and a phrase of `messages/words.yaml`; the parent makes findings of it
(`spreadsheet_process.py`). Nothing heavy may be imported here: the child has to start fast.
"""

from collections.abc import Mapping


class Refused(Exception):
    """`code` is `file.unsafe`, `file.too_large`, `file.unreadable` or `file.not_a_table`; `detail` a key of words."""

    def __init__(self, code: str, detail: str, **values: str | int) -> None:
        super().__init__(f"{code}: {detail} {values}")
        self.code = code
        self.detail = detail
        self.values: Mapping[str, str | int] = values


def unsafe(detail: str, **values: str | int) -> Refused:
    return Refused("file.unsafe", detail, **values)


def too_large(detail: str, **values: str | int) -> Refused:
    return Refused("file.too_large", detail, **values)


def broken(detail: str, **values: str | int) -> Refused:
    return Refused("file.unreadable", detail, **values)


def password() -> Refused:
    return Refused("file.not_a_table", "kind.encrypted")
