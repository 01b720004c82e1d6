"""`satudata query`: documents from everywhere, the home or a server asked, answers as JSON or rows, refusals told."""

import csv
import io
import json
import shlex
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from satudata.hub.cli.query.command import EPILOG

Cli = Any  # tests/hub/conftest.py
Server = Any

PORTS = """query Ports($year: Int, $after: String) {
  data { bps { imporPelabuhan(where: {tahun: {eq: $year}}, first: 60, after: $after) { ...Page } } }
}
fragment Page on Bps_ImporPelabuhan_Connection { nodes { tahun kodePelabuhan nilai } }
"""


def ok(ended: "subprocess.CompletedProcess[str]") -> str:
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def said(ended: "subprocess.CompletedProcess[str]", code: int) -> str:
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_the_examples_of_the_help_run_on_the_demo(command: Cli, home: Path) -> None:
    text = EPILOG.split("[bold]Exit codes")[0].split("\n\n")[1:]
    examples = [shlex.split(example) for example in text if example.strip()]
    assert len(examples) == 2
    shown = [ok(command(*example[1:], SATUDATA_HOME=str(home))) for example in examples]
    assert shown[0].splitlines()[1].startswith("disnakertrans-jabar/upah-minimum ")
    rows = list(csv.DictReader(io.StringIO(shown[1])))
    assert sum(int(row["nilai"]) for row in rows) == 191691991673


@pytest.mark.parametrize("where", ["home", "url"])
def test_the_home_and_a_server_answer_alike(command: Cli, server: Server, where: str) -> None:
    place = ("--home", str(server.home)) if where == "home" else ("--url", server.url)
    shown = ok(command("query", "{ hub { datasetCount } }", *place))
    assert json.loads(shown) == {"data": {"hub": {"datasetCount": 10}}}


def test_a_document_comes_from_an_argument_a_file_or_standard_input(
    command: Cli, server: Server, tmp_path: Path
) -> None:
    there = ("--url", f"{server.url}/graphql")
    file = tmp_path / "version.graphql"
    file.write_text("{ hub { version } }")
    answers = {
        ok(command("query", "{ hub { version } }", *there)),
        ok(command("query", str(file), *there)),
        ok(command("query", "-f", str(file), *there)),
        ok(command("query", *there, input=file.read_text())),
        ok(command("query", "-", *there, input=file.read_text())),
    }
    assert len(answers) == 1
    assert "argumen" in said(command("query", str(file), "-f", str(file), *there), 2)
    assert "tidak ada" in said(command("query", "missing.graphql", *there), 2)


def test_variables_are_read_by_their_declared_type(command: Cli, server: Server, tmp_path: Path) -> None:
    document = """query ($years: [Int!], $port: ID, $least: BigInt, $order: [Bps_ImporPelabuhan_Order!]) {
      data { bps { imporPelabuhan(where: {tahun: {in: $years}, kodePelabuhan: {eq: $port}, nilai: {gt: $least}},
        orderBy: $order) { nodes { tahun } } } } }"""
    file = tmp_path / "variables.json"
    file.write_text(json.dumps({"years": [1999], "port": "IDBLW"}))
    given = ("-v", "years=[2011, 2012]", "-v", "least=0", "-v", 'order=[{"tahun": "DESC"}]')
    there = ("--url", server.url, "--variables", str(file), "--format", "jsonl")
    lines = ok(command("query", document, *given, *there)).splitlines()
    assert [json.loads(line) for line in lines] == [{"tahun": 2012}, {"tahun": 2011}]

    assert "$years: [Int!], $port: ID" in said(command("query", document, "-v", "tahun=2012", *there), 2)
    assert "bukan [Int!]" in said(command("query", document, "-v", "years=[2012", *there), 2)
    file.write_text("[1]")
    assert "objek JSON" in said(command("query", document, *there), 2)


def test_every_page_is_followed_whatever_the_document_says_of_cursors(command: Cli, server: Server) -> None:
    there = ("--url", server.url, "--format", "csv")
    first = command("query", PORTS, "-v", "year=2012", *there)
    assert len(ok(first).splitlines()) == 61
    assert "--all" in first.stderr

    every = command("query", PORTS, "-v", "year=2012", "--all", *there)
    rows = list(csv.DictReader(io.StringIO(ok(every))))
    assert every.stderr.strip() == "159 baris, lengkap."
    assert len({row["kodePelabuhan"] for row in rows}) == 159
    assert sum(int(row["nilai"]) for row in rows) == 191691991673

    plain = PORTS.replace(", $after: String", "").replace(", first: 60, after: $after", "")
    assert ok(command("query", plain, "-v", "year=2012", "--all", *there)) == every.stdout


def test_all_starts_after_a_cursor_that_is_given(command: Cli, server: Server) -> None:
    there = ("--url", server.url)
    document = (
        "{ data { kemenkes { puskesmas(first: 500) { pageInfo { endCursor } nodes { __typename } } } } }"
    )
    answer = json.loads(ok(command("query", document, *there)))["data"]["data"]["kemenkes"]["puskesmas"]
    rest = document.replace("first: 500", f'first: 5, after: "{answer["pageInfo"]["endCursor"]}"')
    assert len(ok(command("query", rest, "--all", "--format", "jsonl", *there)).splitlines()) == 14


def test_rows_are_any_one_list_and_columns_follow_the_document(command: Cli, server: Server) -> None:
    there = ("--url", server.url, "--format", "table")
    groups = """{ data { bps { imporPelabuhan { groups(by: [{tahun: VALUE}], first: 2) {
      key { tahun } n: aggregate { rowCount } } } } } }"""
    assert ok(command("query", groups, *there)).splitlines() == [
        "key.tahun  n.rowCount",
        "1999       232",
        "2000       210",
    ]
    nothing = '{ datasets(search: "tidakadayangbegini") { nodes { slug title { value } keywords } } }'
    assert ok(command("query", nothing, *there)).split() == ["slug", "title.value", "keywords"]
    two = "{ topics { id } agencies { nodes { slug } } }"
    assert "topics, agencies.nodes" in said(command("query", two, *there), 2)
    assert "json" in said(command("query", "{ hub { version } }", *there), 2)
    assert "--format" in said(command("query", two, "--all", "--url", server.url), 2)
    for document in ("{ hub { version } }", "{ a: datasets { nodes { id } } b: datasets { nodes { id } } }"):
        assert "--all" in said(command("query", document, "--all", *there), 2)


def test_what_the_hub_refuses_is_told_and_what_it_answers_is_written(command: Cli, server: Server) -> None:
    wrong = command("query", "{ hub { version nothing } }", "--url", server.url)
    assert "satudata: " in said(wrong, 1)
    assert "(BAD_INPUT)" in wrong.stderr
    assert json.loads(wrong.stdout)["errors"][0]["extensions"]["code"] == "BAD_INPUT"

    partly = "{ hub { datasetCount } data { bps { imporPelabuhan(version: 99) { nodes { nilai } } } } }"
    ended = command("query", partly, "--url", server.url)
    assert "data.bps.imporPelabuhan: " in said(ended, 1)
    assert json.loads(ended.stdout)["data"]["hub"] == {"datasetCount": 10}
    assert command("query", partly, "--url", server.url, "--format", "csv").stdout == ""

    syntax = said(command("query", "{ hub { version }", "--url", server.url, "--language", "en"), 2)
    assert "1:18" in syntax
    several = "query A { hub { version } } query B { topics { id } }"
    assert "A, B" in said(command("query", several, "--url", server.url), 2)
    assert "topics" in ok(command("query", several, "--operation", "B", "--url", server.url))


def test_a_hub_that_cannot_be_asked_is_told(command: Cli, server: Server, tmp_path: Path) -> None:
    document = "{ hub { version } }"
    assert "tidak dapat dihubungi" in said(command("query", document, "--url", "http://127.0.0.1:9"), 2)
    assert "HTTP 404" in said(command("query", document, "--url", f"{server.url}/datasets"), 2)
    assert "alamat lengkap" in said(command("query", document, "--url", "hub.example"), 2)
    assert "--token-file" in said(command("query", document, "--url", server.url, "--as", "a@b.example"), 2)
    assert "--as" in said(command("query", document, "--token-file", "token"), 2)
    assert "satudata demo" in said(command("query", document), 2)
    assert not (tmp_path / "home").exists()


def test_a_person_asks_under_his_or_her_name(command: Cli, server: Server, tmp_path: Path) -> None:
    steward = server.account("STEWARD", "bmkg")
    token = tmp_path / "token"
    token.write_text(steward["token"] + "\n")
    document = "{ viewer { email } }"
    for who in (
        ("--url", server.url, "--token-file", str(token)),
        ("--home", str(server.home), "--as", steward["email"]),
    ):
        assert json.loads(ok(command("query", document, *who))) == {
            "data": {"viewer": {"email": steward["email"]}}
        }


class BusyHub(BaseHTTPRequestHandler):
    """Says once that it is asked too often, then answers."""

    asked: ClassVar[int] = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).asked += 1
        busy = self.asked == 1
        body = b'{"errors": [{"message": "x"}]}' if busy else b'{"data": {"a": 1}}'
        self.send_response(429 if busy else 200)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def busy_hub() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), BusyHub) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_it_waits_as_long_as_a_busy_hub_says(command: Cli, busy_hub: str) -> None:
    ended = command("query", "{ a }", "--url", busy_hub)
    assert json.loads(ok(ended)) == {"data": {"a": 1}}
    assert "dicoba lagi dalam 0 detik" in ended.stderr
