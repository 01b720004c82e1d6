"""Access tokens: their form, and that a mistyped one is known without a database."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satudata.hub.identity.tokens import PREFIX, digest, is_well_formed, mint

BASE62 = string.digits + string.ascii_letters


def test_a_token_is_a_prefix_thirty_random_and_six_check_characters() -> None:
    token = mint()
    assert token.startswith("sdi_pat_")
    assert len(token) == len(PREFIX) + 36
    assert set(token.removeprefix(PREFIX)) <= set(BASE62)
    assert is_well_formed(token)
    assert mint() != token


@given(position=st.integers(0, 35), character=st.sampled_from(BASE62))
def test_every_single_wrong_character_is_noticed(position: int, character: str) -> None:
    token = mint()
    index = len(PREFIX) + position
    damaged = token[:index] + character + token[index + 1 :]
    assert is_well_formed(damaged) == (damaged == token)


@pytest.mark.parametrize(
    "text", ["", "sdi_pat_", "ghp_" + "a" * 36, "sdi_pat_" + "é" * 36, "sdi_pat_" + "a" * 37]
)
def test_other_texts_are_no_tokens(text: str) -> None:
    assert not is_well_formed(text)


@given(st.text())
def test_no_text_makes_the_check_fail(text: str) -> None:
    assert not is_well_formed(text)


def test_only_the_digest_is_stored() -> None:
    token = mint()
    assert len(digest(token)) == 64
    assert token not in digest(token)
