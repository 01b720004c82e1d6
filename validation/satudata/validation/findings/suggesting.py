"""What may have been meant: the nearest known word to a mistyped one."""

import difflib
from collections.abc import Iterable


def near(word: str, known: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The closest known word whatever its capitals; None when nothing is close."""
    folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)
    return folded[close[0]] if close else None
