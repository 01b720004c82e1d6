"""Answers told again: entity tags and 304, what is kept for other visitors and what never is, codings."""

import asyncio
import zlib

import orjson
import pytest
import pytest_asyncio
from backports import zstd
from tests.graphql.over_http import ELSEWHERE, STEWARD, connected

from satudata.datasets.access.principal import OPERATOR
from satudata.datasets.agencies.types import AgencyKind
from satudata.graphql.answers import Answer, AnswerCache
from satudata.graphql.compression import Coding, coding_for
from satudata.graphql.negotiation import MediaType
from satudata.validation.text import Text

HUB = "{ hub { version } }"
AGENCY = '{ agency(slug: "dinas-uji") { name { value } } }'
LONG = "{ data { dinasUji { kebunData(first: 60) { nodes { kode nama harga catatan } } } } }"
EPOCH = "{ hub { epoch } }"


@pytest_asyncio.fixture(loop_scope="session")
async def client(asking):
    async with connected(asking) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def own_client(own):
    async with connected(own) as client:
        yield client


@pytest.fixture
def executed(monkeypatch, asking):
    """Documents the API executed, one entry each time."""
    seen = []
    execute = type(asking.api).execute

    async def noting(self, document, *arguments, **more):
        seen.append(document)
        return await execute(self, document, *arguments, **more)

    monkeypatch.setattr(type(asking.api), "execute", noting)
    return seen


def get(client, query, **headers):
    return client.get("/graphql", params={"query": query}, headers=headers)


def post(client, query, **headers):
    return client.post("/graphql", json={"query": query}, headers=headers)


async def test_a_client_that_has_the_answer_is_not_sent_it_again(client):
    first = await get(client, LONG)
    again = await get(client, LONG, **{"if-none-match": first.headers["etag"]})
    weak = await get(client, LONG, **{"if-none-match": f'"other", W/{first.headers["etag"]}'})
    other = await get(client, AGENCY, **{"if-none-match": first.headers["etag"]})

    assert first.headers["cache-control"] == "public, max-age=5"
    for response in (again, weak):
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == first.headers["etag"]
        assert response.headers["cache-control"] == "public, max-age=5"
        assert "content-type" not in response.headers
    assert other.status_code == 200


async def test_each_coding_has_a_tag_of_its_own(client):
    tags = {}
    for coding in ("identity", "gzip", "zstd"):
        response = await get(client, LONG, **{"accept-encoding": coding})
        tags[coding] = response.headers["etag"]
    assert len(set(tags.values())) == 3

    response = await get(client, LONG, **{"accept-encoding": "zstd", "if-none-match": tags["gzip"]})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("{ submissions { totalCount } }", {}),
        ("{ tidakAda }", {}),
        (HUB, STEWARD),
    ],
)
async def test_errors_and_answers_to_known_people_are_not_to_be_kept(client, query, headers):
    response = await get(client, query, **headers)

    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


async def test_answers_to_posts_have_no_tag(client):
    response = await post(client, HUB)

    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


@pytest.mark.parametrize("ask", [get, post])
async def test_a_repeated_question_is_not_executed_again(client, executed, ask):
    query = f"# {ask.__name__}\n{AGENCY}"
    answers = [await ask(client, query) for _ in range(3)]

    assert len(executed) == 1
    assert {answer.content for answer in answers} == {answers[0].content}
    assert (await ask(client, query, accept="application/graphql-response+json")).status_code == 200
    assert len(executed) == 2


async def test_each_language_gets_its_own(client):
    indonesian, english = [
        (await get(client, AGENCY, **{"accept-language": language})).json() for language in ("id", "en")
    ]

    assert indonesian["data"]["agency"]["name"]["value"] == "Dinas Uji"
    assert english["data"]["agency"]["name"]["value"] == "Test Office"


async def test_known_people_are_neither_told_what_is_kept_nor_kept_for_others(client, executed):
    query = "{ viewer { email } } # terbatas"
    for headers, known in ((STEWARD, True), ({}, False), (STEWARD, True), ({}, False)):
        response = await get(client, query, **headers)
        assert bool(response.json()["data"]["viewer"]) is known
    assert len(executed) == 3  # only the second visitor was told without asking


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { queryType { name } } }",
        '{ __type(name: "Hub") { name } }',
        "{ submissions { totalCount } }",
        "{ tidakAda }",
        "{ hub { version } __schema { queryType { name } } }",
    ],
)
async def test_errors_and_introspection_are_not_kept(client, executed, query):
    for _ in range(2):
        await get(client, query)
    assert len(executed) == 2


async def test_mutations_are_not_kept(client, executed):
    given = '{id: "x", reason: "y", expectedState: UPLOADED}'
    mutation = f"mutation {{ withdrawSubmission(input: {given}) {{ problems {{ code }} }} }}"
    for _ in range(2):
        await post(client, mutation)
    assert len(executed) == 2


async def test_a_change_readers_see_ends_what_was_kept(own, own_client):
    before = await get(own_client, EPOCH)
    assert (await get(own_client, EPOCH)).content == before.content

    await own.services.agencies.create(OPERATOR, "baru", Text("Baru", "New"), AgencyKind.OTHER)

    after = await get(own_client, EPOCH, **{"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json() != before.json()


@pytest.mark.parametrize(
    ("accepted", "named", "expand"),
    [
        ("zstd", "zstd", zstd.decompress),
        ("gzip, deflate, br, zstd", "zstd", zstd.decompress),
        ("gzip", "gzip", lambda body: zlib.decompress(body, wbits=31)),
        ("zstd;q=0.5, gzip", "gzip", lambda body: zlib.decompress(body, wbits=31)),
        ("br", None, bytes),
        ("identity", None, bytes),
    ],
)
@pytest.mark.parametrize("ask", [get, post])
async def test_long_answers_are_compressed_as_the_client_likes(client, ask, accepted, named, expand):
    plain = await ask(client, LONG, **{"accept-encoding": "identity"})
    async with client.stream(
        *(("GET", "/graphql") if ask is get else ("POST", "/graphql")),
        **({"params": {"query": LONG}} if ask is get else {"json": {"query": LONG}}),
        headers={"accept-encoding": accepted},
    ) as response:
        raw = b"".join([part async for part in response.aiter_raw()])

    assert response.headers.get("content-encoding") == named
    assert int(response.headers["content-length"]) == len(raw)
    assert expand(raw) == plain.content
    assert "Accept-Encoding" in response.headers["vary"]


async def test_short_answers_are_not_compressed(client):
    response = await get(client, HUB, **{"accept-encoding": "zstd, gzip"})

    assert "content-encoding" not in response.headers
    assert response.json()


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", None),
        ("gzip", Coding.GZIP),
        ("GZIP;q=0.1", Coding.GZIP),
        ("gzip, zstd", Coding.ZSTD),
        ("gzip;q=0.9, zstd;q=0.8", Coding.GZIP),
        ("*", Coding.ZSTD),
        ("*, zstd;q=0", Coding.GZIP),
        ("gzip;q=0, zstd;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("gzip;q=x", None),
        ("br, deflate", None),
    ],
)
def test_which_coding_a_client_likes(header, coding):
    assert coding_for(header) is coding


async def test_what_is_kept_stays_within_its_room():
    cache = AnswerCache(10_000)
    for number in range(50):
        cache.put(1, (False, b"%d" % number, MediaType.JSON, "id"), Answer(b"x" * 500))
    assert cache.used_bytes == 0  # nobody has asked in epoch 1 yet

    assert cache.get(1, (False, b"0", MediaType.JSON, "id")) is None
    for number in range(50):
        cache.put(1, (False, b"%d" % number, MediaType.JSON, "id"), Answer(b"x" * 500))
    assert 0 < cache.used_bytes <= 10_000
    assert cache.get(1, (False, b"49", MediaType.JSON, "id")) is not None
    assert cache.get(1, (False, b"0", MediaType.JSON, "id")) is None
    assert cache.get(2, (False, b"49", MediaType.JSON, "id")) is None
    assert cache.used_bytes == 0


async def test_codings_count_too():
    cache, answer, key = AnswerCache(100_000), Answer(b"abc" * 2_000), (False, b"q", MediaType.JSON, "id")
    cache.get(1, key)
    cache.put(1, key, answer)
    before = cache.used_bytes
    coded = await answer.coded(Coding.GZIP)
    cache.put(1, key, answer)
    assert cache.used_bytes == before + len(coded)


async def test_pages_of_other_sites_read_and_never_change(client, executed):
    read = await post(client, HUB, **ELSEWHERE)
    mutation = 'mutation { createUpload(input: {fileName: "x", bytes: 1, sha256: "0"}) { upload { id } } }'
    indonesian = await post(client, mutation, **ELSEWHERE)
    english = await post(client, mutation, **ELSEWHERE, **STEWARD, **{"accept-language": "en"})

    assert read.json() == {"data": {"hub": {"version": "0.1.0"}}}
    for response in (indonesian, english):
        assert response.status_code == 403
        assert response.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert "data" not in response.json()
    assert "Halaman dari situs lain" in indonesian.json()["errors"][0]["message"]
    assert "Pages of other sites may only read" in english.json()["errors"][0]["message"]


async def test_many_at_once_get_the_same(client):
    answers = await asyncio.gather(*(get(client, f"# sekaligus\n{LONG}") for _ in range(20)))

    assert len({orjson.dumps(answer.json()) for answer in answers}) == 1
