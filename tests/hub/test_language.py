"""Which language a request is answered in."""

import pytest

from satudata.hub.web.middleware.language import accepted_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "id"),
        ("*", "id"),
        ("de", "id"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("id,en;q=0.9", "id"),
        ("en;q=0.4, id-ID;q=0.5", "id"),
        ("in;q=0.1", "id"),
        ("en;q=0", "id"),
        ("en;q=oops", "id"),
        ("de, en;q=0.1", "en"),
    ],
)
def test_accept_language_chooses_between_the_two_and_falls_back_to_indonesian(
    header: str, language: str
) -> None:
    assert accepted_language(header) == language
