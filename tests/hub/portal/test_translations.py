"""Every word of the interface stands in English too, and nothing stands there that is no longer used."""

import re

import pytest

from satudata.hub.portal.translations import extract, forms_of, read_catalog, translations

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
HINT = "run `python -m satudata.hub.portal.translations`, then fill in portal.po"


def test_english_has_every_message_of_templates_and_code() -> None:
    used = {(message.context, message.id) for message in extract() if message.id}
    written = {(message.context, message.id) for message in read_catalog() if message.id}
    assert len(used) > 200
    assert used - written == set(), HINT
    assert written - used == set(), HINT


def test_no_message_is_left_empty_or_changes_its_placeholders() -> None:
    for message in read_catalog():
        if not message.id:
            continue
        assert all(forms_of(message)), f"{message.id!r} has no English: {HINT}"
        forms = forms_of(message)
        original = message.id[0] if isinstance(message.id, tuple) else message.id
        wanted = set(PLACEHOLDER.findall(original))
        for form in forms:
            # A singular may say "once" instead of the number; nothing may ask for what is not given.
            assert set(PLACEHOLDER.findall(form)) <= wanted, form
        assert set(PLACEHOLDER.findall(forms[-1])) == wanted, message.id


@pytest.mark.parametrize(("count", "english"), [(1, "1 dataset"), (3, "3 datasets")])
def test_plurals(count: int, english: str) -> None:
    for language, expected in (("id", f"{count} dataset"), ("en", english)):
        message = translations(language).ngettext("%(count)s dataset", "%(count)s dataset", count)  # type: ignore[arg-type]
        assert message % {"count": count} == expected
