"""Contract versions: `major.minor.patch`, compared as numbers (semver 2.0.0 without pre-releases)."""

import re

from satudata.datasets.errors import InvalidInput
from satudata.validation.text import Text

Semver = tuple[int, int, int]

_FORM = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})")


def parse(version: str) -> Semver:
    """The three numbers. Raises InvalidInput."""
    found = _FORM.fullmatch(version)
    if found is None:
        raise InvalidInput(
            Text(
                f"Versi kontrak “{version}” harus tiga angka, misalnya 1.0.0.",
                f"The contract version “{version}” must be three numbers, e.g. 1.0.0.",
            ),
            ("version",),
            "CONTRACT_VERSION_INVALID",
        )
    major, minor, patch = (int(part) for part in found.groups())
    return major, minor, patch
