"""`kill -9` of the server in the middle of a check and of a publication: after a restart the submission ends right.

Five moments each, seen from outside: in the catalogue's database, in the job's folder, in the stored files. `make test`
takes two of them, `make test-all` all.
"""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

Server = Any  # tests/hub/conftest.py
DATASET = "disnakertrans-jabar/upah-minimum"
AGENCY = "disnakertrans-jabar"
SOURCE = Path(__file__).parents[2] / "datasets/satudata/datasets/demo/upah-minimum.csv"

REVIEW = """mutation ($input: ReviewSubmissionInput!) { reviewSubmission(input: $input) {
  submission { state } problems { code message { english } } } }"""
PUBLISH = """mutation ($input: PublishSubmissionInput!) { publishSubmission(input: $input) {
  submission { state } problems { code message { english } } } }"""
HISTORY = """query ($id: ID!, $slug: ID!) {
  submission(id: $id) { state steps { toState } version { number } }
  dataset(key: {slug: $slug}) { versions { nodes { number state } } } }"""
SUM = """{ data { disnakertransJabar { upahMinimum(where: {tahun: {eq: 2024}}) {
  version { number } aggregate { upahMinimum { sum } } } } } }"""


class Outside:
    """What can be seen of a home without asking the server."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.before = self.files()

    def files(self) -> set[Path]:
        """Stored files and serving copies."""
        return {
            path
            for folder in ("files", "serving")
            for path in (self.home / folder).rglob("*")
            if path.is_file()
        }

    def new_files(self, under: str) -> set[Path]:
        """Files that came since this object was made."""
        return {path for path in self.files() - self.before if path.is_relative_to(self.home / under)}

    def newest(self, column: str) -> Any:
        """A column of the newest submission."""
        with sqlite3.connect(f"file:{self.home}/catalogue.sqlite?mode=ro", uri=True, timeout=30) as database:
            statement = f"SELECT {column} FROM submission ORDER BY submitted_at DESC, id DESC LIMIT 1"
            return database.execute(statement).fetchone()[0]

    def job_runs(self, kind: str) -> bool:
        """The newest submission's job of this kind is under way."""
        workflow = f"{kind}:{self.newest('id')}"
        with sqlite3.connect(f"file:{self.home}/jobs.sqlite?mode=ro", uri=True, timeout=30) as database:
            found = database.execute("SELECT status FROM workflow_status WHERE workflow_uuid = ?", [workflow])
            return found.fetchone() in [("PENDING",)]

    def work(self, name: str) -> bool:
        """A file stands in the newest submission's work folder."""
        return (self.home / "work" / self.newest("id") / name).exists()


Moment = Callable[[Outside], bool]

CHECKING: list[tuple[str, Moment]] = [
    ("the row is there", lambda outside: True),
    ("the check began", lambda outside: outside.newest("state") == "CHECKING"),
    ("the file is being read", lambda outside: outside.work("progress.json")),
    ("the outcome is there", lambda outside: outside.work("outcome.json")),
    ("the report is kept", lambda outside: bool(outside.new_files("files/reports"))),
]
PUBLISHING: list[tuple[str, Moment]] = [
    ("the wish is there", lambda outside: True),
    ("the job runs", lambda outside: outside.job_runs("publish")),
    ("the job tells of itself", lambda outside: outside.work("progress.json")),
    ("the first copy is being made", lambda outside: bool(outside.new_files("serving"))),
    ("the version is there", lambda outside: outside.newest("state") == "PUBLISHED"),
]


def kill_when(server: Server, outside: Outside, moment: Moment, over: Callable[[Outside], bool]) -> None:
    """SIGKILL the server at the moment (or when it has gone by); its children end by themselves."""
    deadline = time.monotonic() + 60
    while not moment(outside) and not over(outside):
        assert time.monotonic() < deadline, "the moment never came"
        time.sleep(0.002)
    children = psutil.Process(server.process.pid).children(recursive=True)
    server.kill()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive, f"orphans: {alive}"


ORDINARY = (2, 3)


@pytest.mark.parametrize(
    "which",
    [
        pytest.param(
            which,
            id=f"{CHECKING[which][0]} - {PUBLISHING[which][0]}",
            marks=() if which in ORDINARY else pytest.mark.full,
        )
        for which in range(5)
    ],
)
def test_killed_during_check_and_during_publication(home: Path, serve: Any, command: Any, which: int) -> None:
    content = SOURCE.read_text().replace(
        "Kabupaten Bogor,2024,4579541.00", f"Kabupaten Bogor,2024,457954{which}.25"
    )
    outside = Outside(home)
    server = serve(home)
    submission = server.submit(server.client(server.account("PRODUCER", AGENCY)), DATASET, content.encode())
    kill_when(server, outside, CHECKING[which][1], lambda seen: seen.newest("state") == "IN_REVIEW")

    server = serve(home)
    steward = server.client(server.account("STEWARD", AGENCY))
    assert server.wait_for(steward, submission, {"IN_REVIEW", "REJECTED", "FAILED"}) == "IN_REVIEW"
    accept(server, steward, submission)
    outside = Outside(home)
    publish(server, steward, submission)
    kill_when(server, outside, PUBLISHING[which][1], lambda seen: seen.newest("state") == "PUBLISHED")

    server = serve(home)
    steward = server.client(server.account("STEWARD", AGENCY))
    assert server.wait_for(steward, submission, {"PUBLISHED"}) == "PUBLISHED"
    history = server.ask(steward, HISTORY, id=submission, slug=DATASET)
    states = [step["toState"] for step in history["submission"]["steps"]]
    assert states == ["UPLOADED", "CHECKING", "IN_REVIEW", "APPROVED", "PUBLISHED"]
    assert history["submission"]["version"] == {"number": 2}
    versions = {node["number"]: node["state"] for node in history["dataset"]["versions"]["nodes"]}
    assert versions == {1: "SUPERSEDED", 2: "PUBLISHED"}
    rows = server.ask(server.client(), SUM)["data"]["disnakertransJabar"]["upahMinimum"]
    assert rows == {
        "version": {"number": 2},
        "aggregate": {"upahMinimum": {"sum": f"{91004430 - 4579541 + 4579540 + which}.25"}},
    }
    wait_until(lambda: list((home / "work").iterdir()) == [], "the resumed job clears its folder")
    assert server.stop() == 0
    verified = command("verify", SATUDATA_HOME=str(home))
    assert verified.returncode == 0, verified.stdout


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """What a job does after the last thing a reader can see of it."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def accept(server: Server, steward: httpx.Client, submission: str) -> None:
    wish = {"submission": submission, "decision": "ACCEPT", "expectedState": "IN_REVIEW"}
    payload = server.ask(steward, REVIEW, input=wish)["reviewSubmission"]
    assert payload == {"submission": {"state": "APPROVED"}, "problems": []}


def publish(server: Server, steward: httpx.Client, submission: str) -> None:
    wish = {"submission": submission, "expectedState": "APPROVED"}
    payload = server.ask(steward, PUBLISH, input=wish)["publishSubmission"]
    assert payload["problems"] == []
