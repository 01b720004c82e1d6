"""A paragraph with `code` and [links](/docs) in it, as HTML. Everything else in it is plain text."""

import re

from markupsafe import Markup, escape

from satudata.validation.text import Language, Text

_MARK = re.compile(r"`(?P<code>[^`]+)`|\[(?P<words>[^\]]+)\]\((?P<path>/[^)\s]*)\)")
_SAME_IN_BOTH = ("/graphql", "/download")


def prose(text: Text, language: Language) -> Markup:
    """The paragraph in a language; links lead to the page in that language."""
    words = text.get(language)
    html, end = Markup(), 0
    for found in _MARK.finditer(words):
        html += escape(words[end : found.start()])
        html += _code(found["code"]) if found["code"] else _link(found["words"], found["path"], language)
        end = found.end()
    return html + escape(words[end:])


def _code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(text)


def _link(words: str, path: str, language: Language) -> Markup:
    same = language == "id" or path.startswith(_SAME_IN_BOTH)
    return Markup('<a href="{}">{}</a>').format(path if same else f"/en{path}", words)
