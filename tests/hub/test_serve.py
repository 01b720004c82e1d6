"""`satudata serve` as a process: starting, stopping, several workers, and its size."""

import asyncio
import json
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from tests.counts import count

Server = Any  # tests/hub/conftest.py
PUSKESMAS = Path(__file__).parents[2] / "datasets/satudata/datasets/demo/puskesmas.csv"


def processes(server: Server) -> list[psutil.Process]:
    main = psutil.Process(server.process.pid)
    return [main, *main.children(recursive=True)]


def started_workers(server: Server) -> set[int]:
    """Process ids of the workers, from the log."""
    begins = "Started server process ["
    return {
        int(line["event"].removeprefix(begins)[:-1])
        for line in server.lines
        if line["event"].startswith(begins)
    }


def test_an_empty_home_is_made_and_served(tmp_path: Path, serve: Any) -> None:
    server = serve(tmp_path / "new")
    client = server.client(Accept="text/html")
    assert client.get("/").status_code == 200
    assert client.get("/datasets").status_code == 200
    assert "demo" not in client.get("/").text.lower().split("</title>")[0]
    assert (tmp_path / "new" / "secret.key").exists()
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(30) == 0


def test_the_idle_server_is_small_and_has_loaded_no_checker(home: Path, serve: Any) -> None:
    server = serve(home)
    client = server.client()
    for path in ("/", "/datasets/kemenkes/puskesmas", "/download/kemenkes/puskesmas/1.csv"):
        assert client.get(path).status_code == 200
    [process] = processes(server)
    assert process.memory_info().rss < 300_000_000
    loaded = {Path(mapped.path).parent.name for mapped in process.memory_maps()}
    assert not {"pandas", "scipy"} & loaded


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.full)])
def test_stopping_lets_answers_under_way_finish(home: Path, serve: Any, number: signal.Signals) -> None:
    server = serve(home)

    async def download_while_stopping() -> httpx.Response:
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            under_way = asyncio.create_task(client.get("/download/kemendagri/wilayah/1.xlsx"))
            await asyncio.sleep(0.3)
            server.process.send_signal(number)
            return await under_way

    answer = asyncio.run(download_while_stopping())
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["content-length"])
    assert server.process.wait(30) == 0
    assert "Traceback" not in server.log.read_text()


def test_stopping_in_the_middle_of_a_check_loses_nothing(home: Path, serve: Any) -> None:
    server = serve(home)
    submission = server.submit(
        server.client(server.account("PRODUCER", "kemenkes")), "kemenkes/puskesmas", PUSKESMAS.read_bytes()
    )
    producer = server.client(server.account("PRODUCER", "kemenkes"))
    server.wait_for(producer, submission, {"CHECKING"})
    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 15
    assert not [
        child for child in psutil.process_iter(["cmdline"]) if str(home) in str(child.info["cmdline"])
    ]

    server = serve(home)
    producer = server.client(server.account("PRODUCER", "kemenkes"))
    assert server.wait_for(producer, submission, {"IN_REVIEW", "REJECTED", "FAILED"}) == "IN_REVIEW"


def test_several_workers_one_of_which_runs_the_jobs(home: Path, serve: Any) -> None:
    several = count(full=3, ordinary=2)
    server = serve(home, SATUDATA_WORKERS=str(several))
    deadline = time.monotonic() + 60
    while len(workers := started_workers(server)) < several:
        assert time.monotonic() < deadline, f"only {workers}"
        time.sleep(0.05)
    while "job.runner_ready" not in [line["event"] for line in server.lines]:
        assert time.monotonic() < deadline, "nobody runs the jobs"
        time.sleep(0.05)
    holder = int((home / "jobs.lock").read_text())
    assert holder in workers

    producer = server.account("PRODUCER", "kemenkes")
    # Each client has a connection of its own, so that the submissions reach different workers.
    submitted = [
        server.submit(server.client(producer), "kemenkes/puskesmas", PUSKESMAS.read_bytes())
        for _ in range(several)
    ]
    for submission in submitted:
        assert server.wait_for(server.client(producer), submission, {"IN_REVIEW", "FAILED"}) == "IN_REVIEW"

    assert [line["event"] for line in server.lines].count("job.runner_ready") == 1
    psutil.Process(holder).kill()
    deadline = time.monotonic() + 60
    while int((home / "jobs.lock").read_text() or holder) == holder:
        assert time.monotonic() < deadline, "nobody took over"
        time.sleep(0.05)
    late = server.submit(server.client(producer), "kemenkes/puskesmas", PUSKESMAS.read_bytes())
    assert server.wait_for(server.client(producer), late, {"IN_REVIEW", "FAILED"}) == "IN_REVIEW"
    assert server.stop() == 0


def test_what_one_worker_publishes_the_others_show_and_tell_within_a_second(home: Path, serve: Any) -> None:
    server = serve(home, SATUDATA_WORKERS="2")
    document = '{ dataset(key: {slug: "kemenkes/puskesmas"}) { latest { number } } }'
    # A connection stays with one worker; these few surely reach both.
    readers = [server.client() for _ in range(12)]
    assert {server.ask(reader, document)["dataset"]["latest"]["number"] for reader in readers} == {1}
    producer, steward = (server.client(server.account(role, "kemenkes")) for role in ("PRODUCER", "STEWARD"))
    published = {"query": "subscription { versionPublished { number } }"}
    with ExitStack() as stack:
        # So many that some are at another worker than the one that publishes.
        followers = [
            stack.enter_context(
                server.client(Accept="text/event-stream").stream("GET", "/graphql", params=published)
            )
            for _ in range(6)
        ]
        publish_again(server, producer, steward)
        deadline = time.monotonic() + 2  # a second, and the time to ask
        while {server.ask(reader, document)["dataset"]["latest"]["number"] for reader in readers} != {2}:
            assert time.monotonic() < deadline, "a worker still shows the old version"
        streams = [
            (line for line in follower.iter_lines() if line.startswith("data")) for follower in followers
        ]
        assert {next(stream) for stream in streams} == {'data: {"data":{"versionPublished":{"number":2}}}'}
        server.process.terminate()
        assert [list(stream) for stream in streams] == [[]] * len(streams)
    assert server.process.wait(15) == 0


def publish_again(server: Server, producer: httpx.Client, steward: httpx.Client) -> None:
    submission = server.submit(producer, "kemenkes/puskesmas", PUSKESMAS.read_bytes() + b"\n")
    server.wait_for(producer, submission, {"IN_REVIEW"})
    review = """mutation ($input: ReviewSubmissionInput!) { reviewSubmission(input: $input) {
      submission { state } problems { code message { english } } } }"""
    wish = {
        "submission": submission,
        "decision": "ACCEPT",
        "expectedState": "IN_REVIEW",
        "confirmedRules": ["row.code_superseded"],
        "reason": "Kode lama diketahui penggantinya.",
    }
    assert server.ask(steward, review, input=wish)["reviewSubmission"]["problems"] == []
    publish = """mutation ($input: PublishSubmissionInput!) { publishSubmission(input: $input) {
      problems { code message { english } } } }"""
    server.ask(steward, publish, input={"submission": submission, "expectedState": "APPROVED"})
    server.wait_for(producer, submission, {"PUBLISHED"})


def test_a_taken_port_and_bad_settings_are_told_in_one_line(cli: Any, home: Path, demo_server: Any) -> None:
    port = demo_server.url.rsplit(":", 1)[1]
    taken = cli("serve", "--port", port)
    assert taken.returncode == 2
    assert f"127.0.0.1:{port}" in taken.stderr
    assert "Traceback" not in taken.stderr
    bad = cli("serve", SATUDATA_LOG_LEVEL="loud")
    assert bad.returncode == 2
    assert bad.stderr.startswith("satudata: SATUDATA_LOG_LEVEL")


def test_a_misspelt_setting_is_reported(home: Path, serve: Any) -> None:
    server = serve(home, SATUDATA_LOGLEVEL="debug")
    assert "SATUDATA_LOGLEVEL is not a setting" in server.log.read_text()
    assert "SATUDATA_LOG_LEVEL" in server.log.read_text()


def test_the_log_is_json_lines(home: Path, serve: Any) -> None:
    server = serve(home)
    server.client().get("/datasets")
    assert server.stop() == 0
    for line in server.log.read_text().splitlines():
        assert json.loads(line)["level"] in ("debug", "info", "warning")
