"""The messages are complete, and the code and the catalogue know the same rules."""

import re
from pathlib import Path

import pytest

import satudata.validation.findings.catalogue as module
from satudata.validation.findings.catalogue import CatalogueError, catalogue, title_of, word

SOURCE = Path(module.__file__).parents[1]
CODE = "\n".join(path.read_text() for path in sorted(SOURCE.rglob("*.py")))
FAMILIES = "file|column|row|key|set|contract"


def used_codes() -> set[str]:
    literal = set(re.findall(rf'"((?:{FAMILIES})\.[a-z_]+)"', CODE))
    reasons = set(re.findall(r'(?:refuse|ExpressionError)\(\s*"([a-z_]+)"', CODE))
    return literal | {f"contract.rule_{reason}" for reason in reasons}


def test_every_code_in_the_source_is_in_the_catalogue_and_the_other_way_round() -> None:
    assert used_codes() == set(catalogue())


def test_every_word_is_used_and_every_used_word_exists() -> None:
    words = set(module._words())
    asked = set(re.findall(r'\b(?:word|_say)\(\s*"([A-Za-z0-9_.]+)"', CODE))
    quoted = set(re.findall(r'"([A-Za-z]+\.[A-Za-z0-9_.]+)"', CODE))
    made = tuple(re.findall(r'\b(?:word|_say)\(\s*f"([a-z.]+)\{', CODE))
    assert asked <= words
    assert {key for key in words - quoted if not key.startswith(made)} == set()


def test_titles_messages_and_fixes_are_in_both_languages() -> None:
    for rule in catalogue().values():
        for text in (rule.title, rule.message, rule.fix):
            assert text.id
            assert text.en


def test_an_unknown_code_shows_itself() -> None:
    assert title_of("row.of_the_future").id == "row.of_the_future"


@pytest.mark.parametrize(
    "entry",
    [
        {
            "title": {"id": "a", "en": "b"},
            "message": {"id": "a {x}", "en": "b"},
            "fix": {"id": "a", "en": "b"},
        },
        {"title": {"id": "a"}, "message": {"id": "a", "en": "b"}, "fix": {"id": "a", "en": "b"}},
        {"title": {"id": "a", "en": "b"}, "message": {"id": "a", "en": "b"}},
        {
            "title": {"id": "a", "en": "b"},
            "message": {"id": "a", "en": "b"},
            "fix": {"id": "a", "en": "b"},
            "severity": "fatal",
        },
    ],
)
def test_an_incomplete_entry_is_refused(entry: dict[str, object]) -> None:
    with pytest.raises(CatalogueError, match=r"row\.x"):
        module._rule("row.x", entry, family="row")


def test_values_are_put_in_once_and_braces_of_a_cell_stay() -> None:
    assert word("hint.value", near="{near}").id == " Mungkin maksudnya {near}?"
