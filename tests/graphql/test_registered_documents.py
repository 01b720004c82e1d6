"""Documents by the hash of their text: the hub's own, those known people registered, and what is wrong with an id."""

import hashlib

import pytest
import pytest_asyncio
from tests.graphql.over_http import PRODUCER, STEWARD, connected

from satudata.graphql.documents import load_operation

TEXT = 'query Nama($s: ID = "dinas-uji") { agency(slug: $s) { slug } }'
ANSWER = {"data": {"agency": {"slug": "dinas-uji"}}}


@pytest_asyncio.fixture(loop_scope="session")
async def client(own):
    async with connected(own) as client:
        yield client


def id_of(text):
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def by_id(client, text, **parameters):
    return client.get("/graphql", params={"documentId": id_of(text), **parameters})


async def error_of(response):
    (error,) = response.json()["errors"]
    assert response.status_code == 400
    return error["extensions"]["code"], error["extensions"]["reason"], error["message"]


async def test_documents_of_the_hub_itself_need_no_text(client):
    text = load_operation("agency-page")
    variables = '{"slug": "dinas-uji"}'

    got = await by_id(client, text, variables=variables)
    posted = await client.post(
        "/graphql", json={"documentId": id_of(text), "variables": {"slug": "dinas-uji"}}
    )

    assert got.json()["data"]["agency"]["slug"] == "dinas-uji"
    assert posted.json() == got.json()
    again = await client.get(
        "/graphql",
        params={"documentId": id_of(text), "variables": variables},
        headers={"if-none-match": got.headers["etag"]},
    )
    assert again.status_code == 304


async def test_a_known_person_registers_a_document_by_sending_its_id_with_it(client):
    code, reason, message = await error_of(await by_id(client, TEXT))
    assert (code, reason) == ("NOT_FOUND", "DOCUMENT_UNKNOWN")
    assert "Kirim teksnya" in message

    body = {"query": TEXT, "documentId": id_of(TEXT)}
    assert (await client.post("/graphql", json=body, headers=PRODUCER)).json() == ANSWER

    assert (await by_id(client, TEXT)).json() == ANSWER
    assert (await client.post("/graphql", json={"documentId": id_of(TEXT)})).json() == ANSWER
    assert (await client.post("/graphql", json=body, headers=STEWARD)).json() == ANSWER


async def test_visitors_register_nothing_and_nor_does_a_get(client):
    text = f"# tamu\n{TEXT}"
    body = {"query": text, "documentId": id_of(text)}

    assert (await client.post("/graphql", json=body)).json() == ANSWER
    assert (await client.get("/graphql", params=body, headers=PRODUCER)).json() == ANSWER

    assert (await error_of(await by_id(client, text)))[1] == "DOCUMENT_UNKNOWN"


@pytest.mark.parametrize("text", ["{ tidakAda }", "{", '{ dataset(key: {slug: "a/b"}) { tidakAda } }'])
async def test_a_document_that_does_not_run_is_not_registered(client, text):
    body = {"query": text, "documentId": id_of(text)}
    assert "errors" in (await client.post("/graphql", json=body, headers=PRODUCER)).json()

    assert (await error_of(await by_id(client, text)))[1] == "DOCUMENT_UNKNOWN"


async def test_an_id_that_is_another_texts(client):
    body = {"query": TEXT, "documentId": id_of("{ hub { version } }")}

    code, reason, message = await error_of(await client.post("/graphql", json=body, headers=PRODUCER))

    assert (code, reason) == ("BAD_INPUT", "DOCUMENT_MISMATCH")
    assert "bukan SHA-256 dari query" in message


@pytest.mark.parametrize(
    "id", ["", "sha256:", "md5:" + "0" * 32, "sha256:" + "A" * 64, "0" * 64, "sha256:" + "0" * 65]
)
async def test_an_id_that_is_none(client, id):
    code, reason, message = await error_of(await client.get("/graphql", params={"documentId": id}))

    assert (code, reason) == ("BAD_INPUT", "DOCUMENT_ID")
    assert "64" in message


async def test_an_id_must_be_text(client):
    response = await client.post("/graphql", json={"documentId": 5})

    assert response.status_code == 400
    assert "documentId harus berupa teks" in response.json()["errors"][0]["message"]


async def test_a_mutation_by_id_is_still_one(client):
    text = load_operation("create-upload")

    variables = '{"input": {"fileName": "x", "bytes": 1, "sha256": "0"}}'

    response = await by_id(client, text, variables=variables)

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
