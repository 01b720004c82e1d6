"""Publishing through the API alone: upload, submit, review, publish, withdraw, register; and every refusal as data."""

import hashlib
import uuid

import pytest

from satudata.datasets.access.principal import ANONYMOUS

SUBMISSION = "submission { id state } problems { __typename code message { value } path }"
GOOD = b"kode,nilai\nA,1\nB,2\n"
BAD = b"kode,nilai\nA,satu\nB,2\nB,3\n"


class Acting:
    """The acts of people, as their clients send them."""

    def __init__(self, asking):
        self.asking = asking
        self.producer, self.steward = asking.cast.other_producer, asking.cast.other_steward

    async def act(self, name, kind, payload, by, **values):
        document = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {payload} }} }}"
        return (await self.asking.data(document, {"input": values}, by=by))[name]

    async def upload(self, data, by=None):
        by = by or self.producer
        made = await self.act(
            "createUpload",
            "CreateUploadInput",
            "upload { id url headers { name value } receivedBytes maxBytes expiresAt } problems { code }",
            by,
            fileName="data.csv",
            bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )
        assert made["problems"] == []

        async def stream():
            yield data

        await self.asking.services.submissions.receive_upload(by, made["upload"]["id"], stream())
        return made["upload"]

    async def submit(self, data, by=None, dataset="badan-lain/menunggu", **more):
        upload = await self.upload(data, by)
        values = {"dataset": dataset, "uploadId": upload["id"], "idempotencyKey": uuid.uuid4().hex, **more}
        return await self.act("submitData", "SubmitDataInput", SUBMISSION, by or self.producer, **values)

    async def review(self, submission, by=None, **more):
        values = {"submission": submission, "decision": "ACCEPT", "expectedState": "IN_REVIEW", **more}
        payload = SUBMISSION.replace(
            "path }",
            "path ... on StateConflict { actualState } ... on QualityGateFailed { report { verdict warnings } } }",
        )
        return await self.act(
            "reviewSubmission", "ReviewSubmissionInput", payload, by or self.steward, **values
        )

    async def publish(self, submission, by=None, state="APPROVED", **more):
        values = {"submission": submission, "expectedState": state, **more}
        return await self.act(
            "publishSubmission", "PublishSubmissionInput", SUBMISSION, by or self.steward, **values
        )


@pytest.fixture
def acting(own):
    return Acting(own)


def problem(payload):
    (only,) = payload["problems"]
    assert only["message"]["value"]
    return only["__typename"], only["code"]


async def test_a_file_becomes_rows(acting):
    upload = await acting.upload(GOOD)
    seen = await acting.asking.data(
        "query($id: ID!) { upload(id: $id) { id receivedBytes maxBytes } }",
        {"id": upload["id"]},
        by=acting.producer,
    )
    assert upload["url"] == f"https://data.example.go.id/uploads/{upload['id']}"
    assert upload["headers"] == [{"name": "Content-Type", "value": "application/octet-stream"}]
    assert seen["upload"]["receivedBytes"] == len(GOOD)

    notes = {"indonesian": "Data pertama", "english": "First data"}
    submitted = await acting.submit(GOOD, note="Tolong diperiksa", notes=notes)
    assert submitted["problems"] == []
    submission = submitted["submission"]["id"]
    reviewed = await acting.review(submission)
    assert reviewed == {"submission": {"id": submission, "state": "APPROVED"}, "problems": []}
    published = await acting.publish(submission)
    assert published["submission"]["state"] == "PUBLISHED"

    query = """{ data { badanLain { menunggu {
      totalCount nodes { kode nilai } version { number notes { indonesian english } }
    } } } }"""
    rows = (await acting.asking.data(query))["data"]["badanLain"]["menunggu"]
    assert rows == {
        "totalCount": 2,
        "nodes": [{"kode": "A", "nilai": 1}, {"kode": "B", "nilai": 2}],
        "version": {"number": 1, "notes": notes},
    }


async def test_the_way_of_a_submission_can_be_read(acting):
    submission = (await acting.submit(GOOD, note="Catatan"))["submission"]["id"]
    await acting.review(
        submission, reason="Baik", findings=[{"row": 2, "column": "nilai", "text": "Periksa lagi"}]
    )
    await acting.publish(submission)

    query = """query($id: ID!) { submission(id: $id) {
      state fileName bytes sha256 submittedBy submittedAt note releaseAt progress { stage } replaces { id }
      dataset { slug } version { number } reviewFindings { row column text }
      steps { actor role fromState toState reason findings { text } }
      report { verdict rows errors rules { code } }
    } }"""
    found = (await acting.asking.data(query, {"id": submission}, by=acting.producer))["submission"]

    assert found["state"] == "PUBLISHED"
    assert (found["fileName"], found["bytes"]) == ("data.csv", len(GOOD))
    assert found["submittedBy"] == "Produsen Lain"
    assert found["dataset"] == {"slug": "badan-lain/menunggu"}
    assert found["version"] == {"number": 1}
    assert found["reviewFindings"] == [{"row": 2, "column": "nilai", "text": "Periksa lagi"}]
    assert [step["toState"] for step in found["steps"]][-2:] == ["APPROVED", "PUBLISHED"]
    accepted = next(step for step in found["steps"] if step["toState"] == "APPROVED")
    assert (accepted["actor"], accepted["role"], accepted["reason"]) == ("Walidata Lain", "STEWARD", "Baik")
    assert found["report"] == {"verdict": "ACCEPTED", "rows": 2, "errors": 0, "rules": []}
    for by in (acting.asking.cast.steward, acting.asking.cast.producer):
        assert await acting.asking.data(query, {"id": submission}, by=by) == {"submission": None}


async def test_a_wrong_file_is_kept_with_its_report(acting):
    submitted = await acting.submit(BAD)
    assert submitted["submission"]["state"] == "REJECTED"
    query = """query($id: ID!, $first: Int = 1, $after: String, $severity: Severity) { submission(id: $id) { report {
      verdict rows errors
      rules { code severity column count rows title { value english } }
      findings(first: $first, after: $after, severity: $severity) {
        totalCount pageInfo { hasNextPage endCursor } nodes { code row column value message { value } fix { value } }
      }
      json
    } } }"""
    variables = {"id": submitted["submission"]["id"]}

    report = (await acting.asking.data(query, variables, by=acting.producer))["submission"]["report"]
    assert report["verdict"] == "REJECTED"
    assert report["rows"] == 3
    rules = {rule["code"]: rule for rule in report["rules"]}
    assert rules["row.type"]["column"] == "nilai"
    assert rules["row.type"]["rows"] == [2]
    assert rules["row.type"]["title"]["english"]
    assert rules["key.duplicate"]["count"] >= 1
    first = report["findings"]
    assert report["errors"] == first["totalCount"] == report["json"]["counts"]["error"]
    assert first["nodes"][0]["value"] == "satu"
    assert first["nodes"][0]["fix"]["value"]
    rest = await acting.asking.data(
        query, {**variables, "first": 10, "after": first["pageInfo"]["endCursor"]}, by=acting.producer
    )
    findings = rest["submission"]["report"]["findings"]
    assert len(findings["nodes"]) == first["totalCount"] - 1
    assert findings["pageInfo"]["hasNextPage"] is False
    none = await acting.asking.data(query, {**variables, "severity": "WARNING"}, by=acting.producer)
    assert none["submission"]["report"]["findings"]["nodes"] == []

    again = await acting.submit(GOOD, replaces=submitted["submission"]["id"])
    replaced = await acting.asking.data(
        "query($id: ID!) { submission(id: $id) { replaces { id state } } }",
        {"id": again["submission"]["id"]},
        by=acting.producer,
    )
    assert replaced["submission"]["replaces"] == {"id": submitted["submission"]["id"], "state": "REJECTED"}


async def test_lists_of_submissions(acting):
    first = (await acting.submit(GOOD))["submission"]["id"]
    rejected = (await acting.submit(BAD))["submission"]["id"]
    query = """query($state: [SubmissionState!], $mine: Boolean, $awaiting: Boolean, $dataset: ID) {
      submissions(state: $state, mine: $mine, awaitingMe: $awaiting, dataset: $dataset) {
        totalCount nodes { id state }
      }
    }"""

    async def ids(by, **variables):
        found = await acting.asking.data(query, {"dataset": "badan-lain/menunggu", **variables}, by=by)
        return {node["id"] for node in found["submissions"]["nodes"]}

    assert await ids(acting.producer) == {first, rejected}
    assert await ids(acting.producer, mine=True) == {first, rejected}
    assert await ids(acting.steward, mine=True) == set()
    assert await ids(acting.steward, awaiting=True) == {first}
    assert await ids(acting.steward, state=["REJECTED"]) == {rejected}
    assert await ids(acting.asking.cast.steward) == set()
    error = await acting.asking.error(query)
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


async def test_refusals_are_data(acting):
    cast = acting.asking.cast
    submission = (await acting.submit(GOOD))["submission"]["id"]

    assert problem(await acting.review(submission, by=acting.producer)) == ("NotAllowed", "NOT_ALLOWED")
    assert problem(await acting.review(submission, by=cast.steward)) == ("NotFound", "NOT_FOUND")
    conflict = await acting.review(submission, expectedState="AUTHORITY_REVIEW")
    assert problem(conflict)[0] == "StateConflict"
    assert conflict["problems"][0]["actualState"] == "IN_REVIEW"
    assert conflict["problems"][0]["path"] == ["input", "expectedState"]
    assert problem(await acting.publish(submission, state="IN_REVIEW"))[0] == "StateConflict"
    returned = await acting.review(submission, decision="RETURN")
    assert problem(returned)[0] == "InvalidInput"
    assert returned["problems"][0]["path"] == ["input", "reason"]
    assert problem(await acting.review("salah")) == ("InvalidInput", "BAD_INPUT")
    assert (await acting.review("salah"))["problems"][0]["path"] == ["input", "submission"]


async def test_a_submission_sent_twice_is_one(acting):
    upload = await acting.upload(GOOD)
    values = {"dataset": "badan-lain/menunggu", "uploadId": upload["id"], "idempotencyKey": "sama"}

    first = await acting.act("submitData", "SubmitDataInput", SUBMISSION, acting.producer, **values)
    again = await acting.act("submitData", "SubmitDataInput", SUBMISSION, acting.producer, **values)

    assert first["submission"]["id"] == again["submission"]["id"]


async def test_taking_back(acting):
    submission = (await acting.submit(GOOD))["submission"]["id"]
    values = {"submission": submission, "reason": "Salah berkas", "expectedState": "IN_REVIEW"}

    refused = await acting.act(
        "withdrawSubmission", "WithdrawSubmissionInput", SUBMISSION, acting.steward, **values
    )
    done = await acting.act(
        "withdrawSubmission", "WithdrawSubmissionInput", SUBMISSION, acting.producer, **values
    )

    assert problem(refused)[0] == "NotAllowed"
    assert done["submission"]["state"] == "WITHDRAWN"
    version = "version { number state withdrawnReason { value } } problems { __typename code message { value } path }"
    values = {"dataset": "badan-lain/banyak", "number": 1, "reason": "Salah satuan"}
    withdrawn = await acting.act("withdrawVersion", "WithdrawVersionInput", version, acting.steward, **values)
    assert withdrawn["version"] == {
        "number": 1,
        "state": "WITHDRAWN",
        "withdrawnReason": {"value": "Salah satuan"},
    }
    again = await acting.act("withdrawVersion", "WithdrawVersionInput", version, acting.steward, **values)
    assert problem(again)[0] == "StateConflict"
    gone = await acting.asking.error("{ data { badanLain { banyak { totalCount } } } }")
    assert gone["extensions"]["reason"] == "VERSION_WITHDRAWN"
    assert "Salah satuan" in gone["message"]


async def test_registering(acting, make_contract):
    dataset = """dataset { slug title { value } contract { version } rowField }
    problems { __typename code message { value } path }"""

    async def register(text, by=None, **more):
        values = {"contractYaml": text, **more}
        return await acting.act(
            "registerDataset", "RegisterDatasetInput", dataset, by or acting.steward, **values
        )

    text = make_contract("badan-lain/baru", title="Dataset baru")
    tried = await register(text, dryRun=True)
    assert tried["dataset"]["slug"] == "badan-lain/baru"
    assert await acting.asking.data('{ dataset(key: {slug: "badan-lain/baru"}) { slug } }') == {
        "dataset": None
    }
    assert (await register(text))["dataset"] == {
        "slug": "badan-lain/baru",
        "title": {"value": "Dataset baru"},
        "contract": {"version": "1.0.0"},
        "rowField": None,
    }
    assert problem(await register(text, by=acting.producer)) == ("NotAllowed", "NOT_ALLOWED")
    assert problem(await register(text, expectedVersion="9.9.9"))[0] == "StateConflict"
    broken = await register(text.replace("logicalType: integer", "logicalType: bilangan"))
    assert broken["dataset"] is None
    assert {item["code"] for item in broken["problems"]} == {"CONTRACT_INVALID"}
    assert all(
        item["path"][:2] == ["input", "contractYaml"] or item["path"][0] == "input"
        for item in broken["problems"]
    )
    assert any("schema" in item["path"][-1] for item in broken["problems"])


async def test_nobody_may_act(acting):
    sha256 = "0" * 64
    calls = {
        "createUpload": ("CreateUploadInput", {"fileName": "x", "bytes": 1, "sha256": sha256}),
        "submitData": (
            "SubmitDataInput",
            {"dataset": "badan-lain/banyak", "uploadId": "x", "idempotencyKey": "x"},
        ),
        "withdrawVersion": (
            "WithdrawVersionInput",
            {"dataset": "badan-lain/banyak", "number": 1, "reason": "x"},
        ),
        "registerDataset": ("RegisterDatasetInput", {"contractYaml": "x"}),
    }
    for name, (kind, values) in calls.items():
        payload = await acting.act(
            name, kind, "problems { __typename code message { value } path }", ANONYMOUS, **values
        )
        assert problem(payload)[0] in ("NotAllowed", "NotFound", "InvalidInput"), name
    assert await acting.asking.data('{ upload(id: "x") { id } }') == {"upload": None}


async def test_an_input_of_the_wrong_type_is_an_error_not_a_problem(acting):
    mutation = (
        'mutation { createUpload(input: {fileName: "x", bytes: -1, sha256: "x"}) { problems { code } } }'
    )

    error = await acting.asking.error(mutation, by=acting.producer)

    assert error["extensions"]["code"] == "BAD_INPUT"
    assert "9007199254740991" in error["message"]
