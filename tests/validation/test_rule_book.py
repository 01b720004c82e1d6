"""The rules as people read them: all of them, in words without gaps; docs/aturan.md says the same."""

import re
from pathlib import Path

from satudata.validation.findings.catalogue import catalogue
from satudata.validation.findings.rule_book import as_markdown, placeholders, rule_book

DOCS = Path(__file__).parents[2] / "docs" / "aturan.md"
HOW = "run `python -m satudata.validation.findings.rule_book docs/aturan.md`"


def test_every_rule_has_its_entry() -> None:
    entries = [entry for family in rule_book().values() for entry in family]
    assert [entry.code for entry in entries if entry.code in catalogue()] == [entry.code for entry in entries]
    assert {entry.code for entry in entries} == set(catalogue())


def test_values_are_named_in_words_of_each_language() -> None:
    for entries in rule_book().values():
        for entry in entries:
            for text in (entry.meaning, entry.fix):
                assert not re.search(r"[{}]", text.id + text.en), entry.code
                assert not re.search(r"  ", text.id + text.en), entry.code
    [wrong_type] = [entry for entry in rule_book()["row"] if entry.code == "row.type"]
    assert wrong_type.meaning.id == '"[nilai]" bukan [jenis data].'
    assert wrong_type.meaning.en == '"[value]" is not [type].'


def test_every_value_has_a_word() -> None:
    from satudata.validation.findings.catalogue import word

    for name in placeholders() - {"hint", "hidden", "why"}:
        assert word(f"place.{name}").id, f"add place.{name} to messages/words.yaml"


def test_the_documentation_is_the_catalogue() -> None:
    assert DOCS.read_text(encoding="utf-8") == as_markdown(), HOW
