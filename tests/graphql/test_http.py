"""GraphQL over HTTP, as clients meet it."""

import orjson
import pytest
import pytest_asyncio
from tests.graphql.over_http import connected

from satudata.graphql.negotiation import MediaType, is_json, negotiate

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
HUB = "{ hub { version } }"


@pytest_asyncio.fixture(loop_scope="session")
async def client(asking):
    async with connected(asking) as client:
        yield client


async def post(client, content, accept=GRAPHQL, content_type=JSON, **headers):
    if not isinstance(content, bytes):
        content = orjson.dumps(content)
    headers = {"accept": accept, **({"content-type": content_type} if content_type else {}), **headers}
    return await client.post("/graphql", content=content, headers=headers)


@pytest.mark.parametrize(
    "accept", [GRAPHQL, JSON, "*/*", f"text/html, {JSON};q=0.5", f"{JSON}; charset=utf-8"]
)
async def test_an_answer(client, accept):
    response = await post(client, {"query": HUB}, accept)

    assert response.status_code == 200
    assert response.json() == {"data": {"hub": {"version": "0.1.0"}}}
    expected = GRAPHQL if accept == GRAPHQL else JSON
    assert response.headers["content-type"] == f"{expected}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert "Accept-Language" in response.headers["vary"]


async def test_variables_operation_names_and_extensions(client):
    body = {
        "query": "query A($s: ID!) { agency(slug: $s) { slug } } query B { hub { version } }",
        "variables": {"s": "dinas-uji"},
        "operationName": "A",
        "extensions": {},
    }

    assert (await post(client, body)).json() == {"data": {"agency": {"slug": "dinas-uji"}}}
    nothing = {"query": HUB, "variables": None, "operationName": None, "extensions": None}
    assert (await post(client, nothing)).status_code == 200


REQUEST_ERRORS = {
    "syntax": {"query": "{"},
    "validation": {"query": "{ tidakAda }"},
    "unused operation name": {"query": HUB, "operationName": "Lain"},
    "no operation chosen": {"query": "query A { hub { version } } query B { hub { version } }"},
    "variable": {"query": "query($s: ID!) { agency(slug: $s) { slug } }", "variables": {}},
    "limit": {"query": "{ agencies(first: 5000) { totalCount } }"},
}


@pytest.mark.parametrize("name", REQUEST_ERRORS)
async def test_a_request_that_does_not_run(client, name):
    modern = await post(client, REQUEST_ERRORS[name], GRAPHQL)
    legacy = await post(client, REQUEST_ERRORS[name], JSON)

    assert (modern.status_code, legacy.status_code) == (400, 200)
    assert modern.json() == legacy.json()
    assert "data" not in modern.json()
    assert modern.json()["errors"][0]["extensions"]["code"] in ("BAD_INPUT", "COST_LIMIT")


async def test_errors_beside_data_are_200(client):
    response = await post(client, {"query": "{ hub { version } submissions { totalCount } }"})

    assert response.status_code == 200
    assert response.json()["data"] == {"hub": {"version": "0.1.0"}, "submissions": None}
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


BAD_BODIES = {
    "not JSON": b"{",
    "empty": b"",
    "a number": b"5",
    "a string": b'"x"',
    "null": b"null",
    "a list (batching)": b'[{"query": "{ hub { version } }"}]',
    "not UTF-8": b'{"query": "\xff\xfe"}',
    "UTF-16": '{"query": "{ hub { version } }"}'.encode("utf-16"),
    "nested deeply": b"[" * 100_000,
    "nested deeply in variables": b'{"query": "{ hub { version } }", "variables": '
    + b'{"a":' * 20_000
    + b"1"
    + b"}" * 20_001,
    "no query": b"{}",
    "query is a number": b'{"query": 5}',
    "query is empty": b'{"query": "  "}',
    "variables is a list": b'{"query": "{ hub { version } }", "variables": []}',
    "variables is text": b'{"query": "{ hub { version } }", "variables": "{}"}',
    "operationName is a number": b'{"query": "{ hub { version } }", "operationName": 5}',
    "extensions is text": b'{"query": "{ hub { version } }", "extensions": "x"}',
    "NaN": b'{"query": "{ hub { version } }", "variables": {"a": NaN}}',
    "lone surrogate": b'{"query": "\\ud800"}',
}


@pytest.mark.parametrize("name", BAD_BODIES)
@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
async def test_a_bad_body_is_400(client, name, accept):
    response = await post(client, BAD_BODIES[name], accept)

    assert response.status_code == 400, response.text
    assert response.headers["content-type"].startswith(accept)
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert error["message"]


async def test_bad_variables_are_told_in_the_readers_language(client):
    indonesian = await post(client, b"5")
    english = await post(client, b"5", **{"accept-language": "en"})

    assert "harus berupa satu objek JSON" in indonesian.json()["errors"][0]["message"]
    assert "must be one JSON object" in english.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
    ],
)
async def test_only_json_is_taken(client, content_type):
    response = await post(client, {"query": HUB}, content_type=content_type)

    assert response.status_code == 415
    assert response.headers["accept-post"] == JSON


async def test_a_large_body_is_refused_while_it_is_read(client):
    read = 0

    async def endless():
        nonlocal read
        while True:
            read += 50_000
            yield b" " * 50_000

    response = await client.post(
        "/graphql", content=endless(), headers={"content-type": JSON, "accept": JSON}
    )

    assert response.status_code == 413
    announced = await post(client, b" " * 300_000)
    assert announced.status_code == 413


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0", ";"])
async def test_an_answer_nobody_could_read(client, accept):
    assert (await post(client, {"query": HUB}, accept)).status_code == 406


async def test_get(client):
    parameters = {
        "query": "query A($s: ID!) { agency(slug: $s) { slug } }",
        "variables": '{"s": "dinas-uji"}',
        "operationName": "A",
    }

    response = await client.get("/graphql", params=parameters, headers={"accept": GRAPHQL})

    assert response.status_code == 200
    assert response.json() == {"data": {"agency": {"slug": "dinas-uji"}}}
    assert response.headers["cache-control"] == "public, max-age=5"
    signed_in = await client.get(
        "/graphql", params={"query": HUB}, headers={"authorization": "Bearer walidata"}
    )
    assert signed_in.headers["cache-control"] == "no-store"


async def test_get_without_a_query_or_with_bad_variables(client):
    assert (await client.get("/graphql")).status_code == 400
    assert "/ide" in (await client.get("/graphql")).json()["errors"][0]["message"]
    for variables in ("{", "[]", "5"):
        response = await client.get("/graphql", params={"query": HUB, "variables": variables})
        assert response.status_code == 400


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
async def test_a_mutation_by_get_does_nothing(client, asking, monkeypatch, accept):
    acts = []

    async def noting(*arguments):
        acts.append(arguments)

    monkeypatch.setattr(type(asking.services.submissions), "create_upload", noting)
    mutation = 'mutation { createUpload(input: {fileName: "x", bytes: 1, sha256: "0"}) { upload { id } } }'
    headers = {"accept": accept, "authorization": "Bearer produsen"}

    response = await client.get("/graphql", params={"query": mutation}, headers=headers)

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert "data" not in response.json()
    assert acts == []


async def test_a_query_beside_a_mutation_may_be_got(client):
    document = """mutation M { withdrawVersion(input: {dataset: "a/b", number: 1, reason: "x"}) { problems { code } } }
    query Q { hub { version } }"""

    response = await client.get("/graphql", params={"query": document, "operationName": "Q"})

    assert response.json() == {"data": {"hub": {"version": "0.1.0"}}}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods(client, method):
    response = await client.request(method, "/graphql")

    assert response.status_code == 405
    assert {"GET", "POST"} <= {item.strip() for item in response.headers["allow"].split(",")}


async def test_the_viewer_is_who_the_hub_says(client):
    query = {"query": "{ viewer { name email roles { role agency { slug } from decree } } }"}

    nobody = await post(client, query)
    steward = await post(client, query, authorization="Bearer walidata")

    assert nobody.json() == {"data": {"viewer": None}}
    viewer = steward.json()["data"]["viewer"]
    assert viewer["name"] == "Walidata Uji"
    assert viewer["roles"] == [
        {"role": "STEWARD", "agency": {"slug": "dinas-uji"}, "from": "2020-01-01", "decree": "SK 1/2020"}
    ]


async def test_texts_follow_the_language_of_the_request(client):
    query = {
        "query": '{ agency(slug: "dinas-uji") { name { value indonesian english id: value(language: INDONESIAN) } } }'
    }

    indonesian = (await post(client, query)).json()["data"]["agency"]["name"]
    english = (await post(client, query, **{"accept-language": "en"})).json()["data"]["agency"]["name"]

    assert indonesian == {
        "value": "Dinas Uji",
        "indonesian": "Dinas Uji",
        "english": "Test Office",
        "id": "Dinas Uji",
    }
    assert english == {**indonesian, "value": "Test Office"}


async def test_the_schema_as_text(client):
    whole = await client.get("/graphql/schema.graphql")
    again = await client.get("/graphql/schema.graphql", headers={"if-none-match": whole.headers["etag"]})
    weak = await client.get(
        "/graphql/schema.graphql", headers={"if-none-match": f'W/{whole.headers["etag"]}, "x"'}
    )
    part = await client.get("/graphql/schema.graphql?dataset=badan-lain/banyak, badan-lain/bertambah")

    assert whole.status_code == 200
    assert whole.headers["content-type"] == "text/plain; charset=utf-8"
    assert "type DinasUji_KebunData " in whole.text
    assert (again.status_code, again.content) == (304, b"")
    assert weak.status_code == 304
    assert "type BadanLain_Banyak " in part.text
    assert "DinasUji_KebunData" not in part.text
    assert part.headers["etag"] != whole.headers["etag"]


async def test_a_slice_of_what_is_not_there(client):
    response = await client.get("/graphql/schema.graphql?dataset=dinas-uji/terbatas")

    assert response.status_code == 404
    assert "dinas-uji/terbatas" in response.text


NEGOTIATED = [
    (None, MediaType.JSON),
    ("", MediaType.JSON),
    (f"{GRAPHQL}, {JSON}", MediaType.GRAPHQL),
    (f"{JSON}, {GRAPHQL}", MediaType.JSON),
    (f"{JSON};q=0.5, {GRAPHQL};q=0.9", MediaType.GRAPHQL),
    (f"{GRAPHQL};q=0.1, */*", MediaType.JSON),
    ("APPLICATION/JSON", MediaType.JSON),
    (f"{GRAPHQL};q=x", None),
    ("text/*", None),
]


@pytest.mark.parametrize(("accept", "chosen"), NEGOTIATED)
def test_negotiation(accept, chosen):
    assert negotiate(accept) is chosen


@pytest.mark.parametrize(
    "content_type", [JSON, "application/json; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_what_counts_as_json(content_type):
    assert is_json(content_type)
