"""A producer and a steward bring a changed file to version 2 by HTTP alone; version 1 goes on answering."""

import hashlib
import time
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

Hub = Any  # tests/conftest.py: RunningHub
DEMO = Path(__file__).parents[2] / "datasets/satudata/datasets/demo"

CREATE_UPLOAD = """mutation($input: CreateUploadInput!) {
  createUpload(input: $input) { upload { id url headers { name value } } problems { code message { value } } } }"""
SUBMIT = """mutation($input: SubmitDataInput!) {
  submitData(input: $input) { submission { id state } problems { code message { value } path } } }"""
SUBMISSION = """query($id: ID!) { submission(id: $id) {
  id state steps { fromState toState reason } version { number }
  report { verdict errors warnings rules { code column count rows } findings(first: 20) { nodes {
    code row column value message { indonesian english } fix { indonesian english } } } json } } }"""
REVIEW = """mutation($input: ReviewSubmissionInput!) {
  reviewSubmission(input: $input) { submission { state } problems { __typename code message { value } } } }"""
PUBLISH = """mutation($input: PublishSubmissionInput!) {
  publishSubmission(input: $input) { submission { state } problems { __typename code message { value } } } }"""


def act(hub: Hub, document: str, payload: dict[str, Any], account: dict[str, Any]) -> Any:
    body = hub.graphql(document, {"input": payload}, account["token"])
    assert "errors" not in body, body["errors"]
    return next(iter(body["data"].values()))


def submit(hub: Hub, dataset: str, content: bytes, file_name: str, producer: dict[str, Any]) -> str:
    """Upload and submit; returns the submission's id."""
    payload = {"fileName": file_name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    created = act(hub, CREATE_UPLOAD, payload, producer)
    assert created["problems"] == []
    upload = created["upload"]
    headers = {header["name"]: header["value"] for header in upload["headers"]}
    headers["Authorization"] = f"Bearer {producer['token']}"
    url = upload["url"] if upload["url"].startswith("http") else hub.url + upload["url"]
    url = hub.url + httpx.URL(url).raw_path.decode()
    put = httpx.put(url, content=content, headers=headers, timeout=60)
    assert put.status_code in (200, 201, 204), put.text
    submitted = act(
        hub,
        SUBMIT,
        {"dataset": dataset, "uploadId": upload["id"], "idempotencyKey": str(uuid.uuid4())},
        producer,
    )
    assert submitted["problems"] == []
    identifier: str = submitted["submission"]["id"]
    return identifier


def wait_for(hub: Hub, submission: str, states: set[str], account: dict[str, Any]) -> Any:
    """Ask until the submission is in one of the states; at most a minute."""
    deadline = time.monotonic() + 60
    while True:
        answer = hub.graphql(SUBMISSION, {"id": submission}, account["token"])["data"]["submission"]
        if answer["state"] in states:
            return answer
        assert time.monotonic() < deadline, f"still {answer['state']}, waited for {states}"
        time.sleep(0.2)


@pytest.mark.xdist_group("publishing")
def test_version_two(fresh_demo_server: Hub) -> None:
    hub = fresh_demo_server
    producer = hub.account("PRODUCER", "disnakertrans-jabar")
    steward = hub.account("STEWARD", "disnakertrans-jabar")
    original = (DEMO / "upah-minimum.csv").read_text()
    edited = original.replace("Kabupaten Bogor,2024,4579541.00", "Kabupaten Bogor,2024,4579542.50")
    assert edited != original

    submission = submit(
        hub, "disnakertrans-jabar/upah-minimum", edited.encode(), "upah 2024 ralat.csv", producer
    )
    checked = wait_for(hub, submission, {"IN_REVIEW", "REJECTED"}, producer)
    assert checked["state"] == "IN_REVIEW"
    assert checked["report"]["verdict"] == "ACCEPTED"

    own = act(
        hub, REVIEW, {"submission": submission, "decision": "ACCEPT", "expectedState": "IN_REVIEW"}, producer
    )
    assert own["problems"][0]["__typename"] == "NotAllowed"
    stale = act(
        hub, REVIEW, {"submission": submission, "decision": "ACCEPT", "expectedState": "APPROVED"}, steward
    )
    assert stale["problems"][0]["__typename"] == "StateConflict"
    accepted = act(
        hub, REVIEW, {"submission": submission, "decision": "ACCEPT", "expectedState": "IN_REVIEW"}, steward
    )
    assert accepted == {"submission": {"state": "APPROVED"}, "problems": []}
    act(hub, PUBLISH, {"submission": submission, "expectedState": "APPROVED"}, steward)
    published = wait_for(hub, submission, {"PUBLISHED"}, producer)
    assert published["version"]["number"] == 2

    sums = {}
    for version in ("", "version: 1, ", "version: 2, "):
        body = hub.graphql(
            "{ data { disnakertransJabar { upahMinimum(" + version + "where: {tahun: {eq: 2024}}) {"
            " version { number } aggregate { upahMinimum { sum } } } } } }"
        )["data"]["data"]["disnakertransJabar"]["upahMinimum"]
        sums[version] = (body["version"]["number"], Decimal(body["aggregate"]["upahMinimum"]["sum"]))
    assert sums == {
        "": (2, Decimal("91004431.50")),
        "version: 1, ": (1, Decimal("91004430.00")),
        "version: 2, ": (2, Decimal("91004431.50")),
    }
    states = hub.graphql(
        '{ dataset(key: {slug: "disnakertrans-jabar/upah-minimum"}) { versions { nodes { number state } } } }'
    )["data"]["dataset"]["versions"]["nodes"]
    assert {node["number"]: node["state"] for node in states} == {1: "SUPERSEDED", 2: "PUBLISHED"}


HEADER = "kode_kabupaten_kota,nama_kabupaten_kota,tahun,upah_minimum\n"
GOOD = HEADER + "3201,Kabupaten Bogor,2024,4579541.00\n3202,Kabupaten Sukabumi,2024,3384491.00\n"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
WRONG = {
    "broken number": (GOOD.replace("4579541.00", "4.579.541 rupiah").encode(), "row.type", 2, "upah_minimum"),
    "missing column": (
        GOOD.replace(",tahun", "").replace(",2024", "").encode(),
        "column.missing",
        None,
        "tahun",
    ),
    "duplicate key": ((GOOD + "3201,Kabupaten Bogor,2024,4579541.00\n").encode(), "key.duplicate", 4, None),
    "unknown code": (GOOD.replace("3202", "3299").encode(), "row.code", 3, "kode_kabupaten_kota"),
    "empty file": (b"", "file.empty", None, None),
    "picture named csv": (PNG, "file.not_a_table", None, None),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_files_are_refused_with_their_place(demo_server: Hub, kind: str) -> None:
    hub = demo_server
    content, code, row, column = WRONG[kind]
    dataset = "disnakertrans-jabar/upah-minimum"
    producer = hub.account("PRODUCER", "disnakertrans-jabar")
    submission = submit(hub, dataset, content, "berkas.csv", producer)
    refused = wait_for(hub, submission, {"REJECTED", "IN_REVIEW"}, producer)
    assert refused["state"] == "REJECTED"
    report = refused["report"]
    assert report["verdict"] == "REJECTED"
    finding = next(item for item in report["findings"]["nodes"] if item["code"] == code)
    if row is not None:
        rows = next(rule for rule in report["rules"] if rule["code"] == code)["rows"]
        assert row in rows
    if column is not None:
        assert finding["column"] == column
    for text in (finding["message"], finding["fix"]):
        assert len(text["indonesian"]) > 10
        assert len(text["english"]) > 10
        assert text["indonesian"] != text["english"]

    # The published version stays up, the refused one stays readable to its agency and to nobody else.
    latest = hub.graphql(f'{{ dataset(key: {{slug: "{dataset}"}}) {{ latest {{ number }} }} }}')
    assert latest["data"]["dataset"]["latest"]["number"] == 1
    other = hub.account("PRODUCER", "bmkg")
    for token in (None, other["token"]):
        hidden = hub.graphql(SUBMISSION, {"id": submission}, token)
        assert hidden["data"]["submission"] is None
