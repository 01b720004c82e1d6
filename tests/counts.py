"""How much is enough: all of a count in `make test-all` (SATUDATA_TEST_FULL=1), a part of it in `make test`."""

import os

FULL = os.environ.get("SATUDATA_TEST_FULL") == "1"


def count(*, full: int, ordinary: int) -> int:
    """So many examples, files or seeds in this run."""
    return full if FULL else ordinary
