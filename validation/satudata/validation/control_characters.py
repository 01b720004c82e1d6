"""Control characters that no cell may hold (tab and line ends are not among them), and text that shows them."""

import re

CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
"""A regular expression for polars and for Python alike."""

_CONTROL = re.compile(CONTROL)


def has_control(text: str) -> bool:
    return _CONTROL.search(text) is not None


def visible(text: str) -> str:
    r"""The text with each control character written as `\u0000`."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
