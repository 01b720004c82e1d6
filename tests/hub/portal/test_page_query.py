"""The query behind a page, in the forms in which readers take it away."""

import json
import shlex
from urllib.parse import parse_qs

from satudata.hub.portal.page_query import PageQuery

DOCUMENT = """query DatasetPage($slug: ID!) {
  dataset(key: { slug: $slug }) {
    title { value }
  }
}
"""


def query(document: str = DOCUMENT, **variables: object) -> PageQuery:
    return PageQuery(document, variables, "http://127.0.0.1:8000/graphql", {})


def test_the_console_opens_with_document_and_variables() -> None:
    parameters = parse_qs(query(slug="bmkg/gempa-dirasakan").ide_parameters)
    assert parameters["query"] == [DOCUMENT.strip()]
    assert json.loads(parameters["variables"][0]) == {"slug": "bmkg/gempa-dirasakan"}
    assert "variables" not in parse_qs(query().ide_parameters)


def test_the_shell_reads_back_what_was_meant() -> None:
    words = shlex.split(query(slug="kota/jum'at").curl.replace("\\\n", " "))
    assert words[:2] == ["curl", "http://127.0.0.1:8000/graphql"]
    body = json.loads(words[words.index("--data") + 1])
    assert body["variables"] == {"slug": "kota/jum'at"}
    assert body["query"].split() == DOCUMENT.split()


def test_a_document_with_text_is_not_squeezed() -> None:
    document = 'query {\n  a(text: "dua  spasi")\n}'
    words = shlex.split(query(document).curl.replace("\\\n", " "))
    assert json.loads(words[-1])["query"] == document


def test_the_python_program_is_one_and_holds_the_document() -> None:
    program = query(slug="a/b", first=None, priority=True).python
    compile(program, "snippet", "exec")
    scope: dict[str, object] = {}
    exec(program.partition("request = ")[0], scope)
    assert scope["query"] == DOCUMENT.strip()
    assert scope["variables"] == {"slug": "a/b", "first": None, "priority": True}
