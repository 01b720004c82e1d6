"""Every document this product uses is valid against its schema, priced within the limits, and runs."""

import hashlib
import uuid

import pytest

from graphql import OperationDefinitionNode, OperationType, parse, validate
from satudata.graphql.documents import load_operation, operations_folder
from satudata.graphql.scoped import static_part

NAMES = sorted(path.stem for path in operations_folder().glob("*.graphql"))
GOOD = b"kode,nilai\nA,1\n"


def operation_of(name: str) -> OperationDefinitionNode:
    (definition,) = parse(load_operation(name)).definitions
    assert isinstance(definition, OperationDefinitionNode)
    return definition


@pytest.mark.parametrize("name", NAMES)
def test_it_is_valid(name):
    assert validate(static_part(), parse(load_operation(name))) == []


@pytest.mark.parametrize("name", NAMES)
def test_it_is_named_as_its_file(name):
    operation = operation_of(name)

    assert operation.name is not None
    assert operation.name.value == "".join(word.title() for word in name.split("-"))


QUERIES = {
    "home": {},
    "dataset-list": {"search": "tabel", "orderBy": ["TITLE"], "first": 2},
    "dataset-version": {"slug": "dinas-uji/kebun-data", "version": 1},
    "docs-page": {},
    "dataset-page": {"slug": "dinas-uji/kebun-data", "version": 1},
    "agency-list": {},
    "agency-page": {"slug": "badan-lain"},
    "code-list-list": {},
    "code-list-page": {"id": "kemendagri/kode-wilayah", "search": "bandung"},
    "submission-page": {},
    "submission-list": {"mine": True},
    "review-queue": {},
    "upload-status": {"id": "x"},
    "viewer": {},
}
MUTATIONS = {
    "create-upload",
    "publish-submission",
    "register-dataset",
    "review-submission",
    "submit-data",
    "withdraw-submission",
    "withdraw-version",
}


def test_every_operation_is_run_below():
    kinds = {name: operation_of(name).operation for name in NAMES}

    assert {name for name, kind in kinds.items() if kind is OperationType.QUERY} == set(QUERIES)
    assert {name for name, kind in kinds.items() if kind is OperationType.MUTATION} == MUTATIONS


@pytest.mark.parametrize("name", QUERIES)
async def test_a_query_runs(asking, name):
    variables = dict(QUERIES[name])
    if name == "submission-page":
        listed = await asking.data("{ submissions(first: 1) { nodes { id } } }", by=asking.cast.steward)
        variables["id"] = listed["submissions"]["nodes"][0]["id"]

    data = await asking.data(load_operation(name), variables, by=asking.cast.steward)

    if name != "upload-status":
        assert all(value is not None for value in data.values())


@pytest.mark.parametrize(
    "name", sorted(set(QUERIES) - {"submission-page", "submission-list", "review-queue"})
)
async def test_a_visitor_may_run_it(asking, name):
    await asking.data(load_operation(name), QUERIES[name])


async def test_the_mutations_publish_a_file(own):
    producer, steward = own.cast.other_producer, own.cast.other_steward

    async def act(name, by, **values):
        (payload,) = (await own.data(load_operation(name), {"input": values}, by=by)).values()
        assert payload["problems"] == []
        return payload

    async def submit():
        made = await act(
            "create-upload",
            producer,
            fileName="a.csv",
            bytes=len(GOOD),
            sha256=hashlib.sha256(GOOD).hexdigest(),
        )

        async def stream():
            yield GOOD

        await own.services.submissions.receive_upload(producer, made["upload"]["id"], stream())
        values = {
            "dataset": "badan-lain/menunggu",
            "uploadId": made["upload"]["id"],
            "idempotencyKey": uuid.uuid4().hex,
        }
        return (await act("submit-data", producer, **values))["submission"]["id"]

    first, second = await submit(), await submit()
    await act("withdraw-submission", producer, submission=second, reason="Ganda", expectedState="IN_REVIEW")
    await act("review-submission", steward, submission=first, decision="ACCEPT", expectedState="IN_REVIEW")
    published = await act("publish-submission", steward, submission=first, expectedState="APPROVED")
    assert published["submission"]["state"] == "PUBLISHED"
    withdrawn = await act("withdraw-version", steward, dataset="badan-lain/menunggu", number=1, reason="Uji")
    assert withdrawn["version"]["state"] == "WITHDRAWN"


async def test_registering_a_dataset(own, make_contract):
    values = {"contractYaml": make_contract("badan-lain/baru"), "dryRun": True}

    data = await own.data(load_operation("register-dataset"), {"input": values}, by=own.cast.other_steward)

    assert data["registerDataset"]["dataset"]["slug"] == "badan-lain/baru"
