"""/docs/api: it names everything the API has, and each of its examples runs on the demo in every form it has there."""

import html
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.node import build_hook

from graphql import OperationDefinitionNode, parse
from satudata.graphql.outcome import ErrorCode
from satudata.hub.portal.api_guide import tables
from satudata.hub.portal.api_guide.contents import EXAMPLES, example, guide
from satudata.hub.portal.prose import prose
from satudata.hub.portal.snippets import ShownQuery
from satudata.validation.text import Text

Server = Any  # tests/hub/conftest.py
HTML = {"Accept": "text/html"}
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.graphql"))
REFUSED = {"refused": "COST_LIMIT"}
"""Examples of what the hub refuses, with the code it gives."""


def test_the_sections_show_each_example_once() -> None:
    shown = [name for section in guide().sections for name in section.examples]
    assert sorted(shown) == NAMES
    assert len({section.id for section in guide().sections}) == len(guide().sections)


def test_it_explains_what_the_schema_and_the_api_have_and_nothing_else() -> None:
    operators = {operator.name for operator in tables.operators()}
    assert operators == set(guide().operators)
    assert {scalar.name for scalar in guide().scalars} == set(tables.scalars())
    assert set(guide().errors) == {code.value for code in ErrorCode}


def test_the_examples_are_queries_that_a_visitor_may_copy() -> None:
    for name in NAMES:
        (operation,) = parse(example(name).document).definitions
        assert isinstance(operation, OperationDefinitionNode)
        declared = {item.variable.name.value for item in operation.variable_definitions or ()}
        assert set(example(name).variables) <= declared


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_page_shows_them_in_both_languages(server: Server, prefix: str) -> None:
    response = server.client(**HTML).get(f"{prefix}/docs/api")
    page = response.text
    assert response.status_code == 200
    assert len(response.content) < 100_000
    assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1)', page)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for section in guide().sections:
        assert html.escape(section.title.en if prefix else section.title.id) in page
    assert "Equal to." in page if prefix else "Sama dengan." in page
    code = [
        html.unescape(text) for text in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)
    ]
    for name in NAMES:
        assert code.count(example(name).document.strip()) == 1
    assert len([text for text in code if text.startswith("curl http")]) == len(NAMES)
    assert f'href="{prefix}/ide?query=' in page


def checked(name: str, body: dict[str, Any]) -> None:
    if name in REFUSED:
        assert [error["extensions"]["code"] for error in body["errors"]] == [REFUSED[name]]
        return
    assert "errors" not in body, body["errors"]
    assert not empty(body["data"]), body


def empty(value: Any) -> bool:
    """Whether an answer teaches nothing: a null object or a list without items."""
    if isinstance(value, dict):
        return any(
            empty(item) for key, item in value.items() if isinstance(item, dict | list) or key == "data"
        )
    return isinstance(value, list) and not value


@pytest.mark.parametrize("name", NAMES)
def test_an_example_runs_in_every_form(server: Server, name: str, tmp_path: Path) -> None:
    shown = ShownQuery(example(name).document, example(name).variables, f"{server.url}/graphql")
    sent = {"query": shown.document, "variables": dict(shown.variables)}
    body = server.client().post("/graphql", json=sent).json()
    checked(name, body)

    if not shutil.which("curl"):
        pytest.skip("curl is not installed: apt-get install curl")
    (node, _), environment = build_hook().node_command()
    (tmp_path / "example.py").write_text(shown.python)
    (tmp_path / "example.mjs").write_text(shown.javascript)
    assert json.loads(run(["sh", "-c", shown.curl])) == body
    told = body.get("data") or body["errors"]
    assert json.loads(run([sys.executable, str(tmp_path / "example.py")])) == told
    assert json.loads(run([node, str(tmp_path / "example.mjs")], environment)) == told


def run(command: list[str], environment: dict[str, str] | None = None) -> str:
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return ran.stdout


def test_the_command_for_following_changes_opens_a_stream(server: Server) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed: apt-get install curl")
    page = html.unescape(server.client(**HTML).get("/en/docs/api").text)
    command = re.search(r"<code>(curl -N .*?)</code>", page, re.DOTALL)
    assert command
    with subprocess.Popen(["sh", "-c", f"exec {command[1]}"], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == ":\n"
        running.terminate()


def test_following_the_cursors_of_the_example_gives_every_row(server: Server) -> None:
    client, variables = server.client(), dict(example("pages").variables)
    ports: list[str] = []
    while True:
        answer = server.ask(client, example("pages").document, **variables)["data"]["bps"]["imporPelabuhan"]
        ports += [node["kodePelabuhan"] for node in answer["nodes"]]
        if not answer["pageInfo"]["hasNextPage"]:
            break
        variables["after"] = answer["pageInfo"]["endCursor"]
    assert len(ports) == len(set(ports)) == 159


def test_programs_hold_whatever_a_document_holds() -> None:
    document = 'query {\n  a(text: """x`y ${z} \\""" \\n""")\n}'
    shown = ShownQuery(document, {"name": "jum'at `x` ${y}"}, "http://127.0.0.1:8000/graphql")
    scope: dict[str, object] = {}
    exec(shown.python.partition("request = ")[0], scope)
    assert scope["query"] == document
    (node, _), environment = build_hook().node_command()
    program = (
        shown.javascript.partition("const response")[0] + "console.log(JSON.stringify([query, variables]));"
    )
    told = run([node, "--input-type=module", "-e", program], environment)
    assert json.loads(told) == [document, {"name": "jum'at `x` ${y}"}]


def test_prose_marks_code_and_links_and_nothing_else() -> None:
    text = Text("Lihat `a < b` di [konsol](/ide) atau [skema](/graphql/schema.graphql) <b>.", "x")
    assert prose(text, "id") == (
        'Lihat <code>a &lt; b</code> di <a href="/ide">konsol</a> atau '
        '<a href="/graphql/schema.graphql">skema</a> &lt;b&gt;.'
    )
    assert 'href="/en/ide"' in prose(Text("x", "[console](/ide)"), "en")
