"""Citing one answer: its words, its address, which asks the same again, and its hash."""

from urllib.parse import parse_qs, urlsplit

import pytest

WHERE = '{or: [{harga: {lte: "3.50"}}, {aktif: {eq: true}}], jumlah: {gt: 10}}'
ARGUMENTS = f"where: {WHERE}, orderBy: [{{waktu: DESC}}], first: 7"
CITATION = "citation { text { indonesian english } url bibtex resultSha256 }"


async def hash_of(asking, arguments, selection=""):
    return (await asking.zoo(arguments, f"{selection} citation {{ resultSha256 }}"))["citation"][
        "resultSha256"
    ]


async def test_a_citation_names_what_was_asked_of_whom(asking):
    citation = (await asking.zoo(ARGUMENTS, CITATION))["citation"]

    for language, words in (
        (
            "indonesian",
            ["Dinas Uji", "Kebun data", "Versi 2", f"Pertanyaan: {ARGUMENTS}."],
        ),
        ("english", ["Test Office", "Data zoo", "Version 2", f"Question: {ARGUMENTS}."]),
    ):
        text = citation["text"][language]
        assert all(word in text for word in words), text
        assert citation["url"] in text
        assert citation["resultSha256"] in text
    assert citation["bibtex"].startswith(f"@misc{{dinas-uji-kebun-data-v2-{citation['resultSha256'][:8]},")
    assert citation["resultSha256"] in citation["bibtex"]
    assert citation["url"].startswith("https://data.example.go.id/ide?query=")


QUESTIONS = [
    "",
    ARGUMENTS,
    'where: {nama: {in: ["kutip \\"ganda\\"", "garis\\\\miring", "日本"], ignoreCase: true}}',
    'where: {not: {waktu: {lt: "2024-01-02T00:00:00+07:00"}}, tanggal: {ne: "2024-01-05"}}, offset: 3',
    'where: {besar: {gte: "9007199254740993"}, rasio: {gt: 0.5}, provinsi: {startsWith: "3"}}',
    "version: 1, orderBy: [{harga: ASC_NULLS_FIRST}, {kode: DESC}]",
    'where: {kode: {eq: "none"}}',
]


@pytest.mark.parametrize("arguments", QUESTIONS)
async def test_its_address_asks_the_same_again(asking, arguments):
    found = await asking.zoo(arguments, f"totalCount nodes {{ kode }} {CITATION}")
    (document,) = parse_qs(urlsplit(found["citation"]["url"]).query)["query"]

    again = (await asking.data(document))["data"]["dinasUji"]["kebunData"]

    assert again["citation"]["resultSha256"] == found["citation"]["resultSha256"]
    assert [row["kode"] for row in again["nodes"]] == [row["kode"] for row in found["nodes"]]
    assert again["totalCount"] == found["totalCount"]


async def test_a_later_page_can_be_cited(asking):
    first = await asking.zoo("first: 5", "pageInfo { endCursor } citation { resultSha256 }")
    after = f'first: 5, after: "{first["pageInfo"]["endCursor"]}"'
    second = await asking.zoo(after, f"nodes {{ kode }} {CITATION}")
    (document,) = parse_qs(urlsplit(second["citation"]["url"]).query)["query"]

    again = (await asking.data(document))["data"]["dinasUji"]["kebunData"]

    assert again["citation"]["resultSha256"] == second["citation"]["resultSha256"]
    assert second["citation"]["resultSha256"] != first["citation"]["resultSha256"]


async def test_the_hash_is_of_the_answer_not_of_what_was_selected_of_it(asking):
    plain = await hash_of(asking, ARGUMENTS)

    assert await hash_of(asking, ARGUMENTS) == plain
    assert await hash_of(asking, ARGUMENTS, "nodes { waktu kode } edges { node { nama } }") == plain
    assert await hash_of(asking, ARGUMENTS + ", version: 2") == plain


async def test_every_other_question_has_another_hash(asking):
    questions = [
        *QUESTIONS,
        "version: 1",
        "first: 99",
        "offset: 1",
        "orderBy: [{kode: ASC}]",
        "where: {jumlah: {gt: 11}}",
    ]
    hashes = [await hash_of(asking, arguments) for arguments in questions]

    assert len(set(hashes)) == len(questions)


async def test_a_column_that_the_version_lacks_is_no_part_of_its_hash(asking):
    query = "{ data { badanLain { bertambah(version: 1) { citation { resultSha256 url } } } } }"

    citation = (await asking.data(query))["data"]["badanLain"]["bertambah"]["citation"]

    assert "tambahan" not in citation["url"]


async def test_rows_of_a_code_are_cited_as_the_same_rows_found_by_filter(asking):
    query = """{ codeList(id: "kemendagri/kode-wilayah") { codes(search: "jawa barat", first: 5) { nodes { code
      data { dinasUji {
        kebunData(first: 4) { nodes { kode } citation { url resultSha256 } }
        below: kebunData(below: true, first: 4) { citation { url } }
      } } } } } }"""
    found = await asking.data(query.replace('"kemendagri/kode-wilayah"', '"%s"' % await code_list(asking)))
    cited = [node["data"]["dinasUji"] for node in found["codeList"]["codes"]["nodes"]]

    assert any(entry["kebunData"]["nodes"] for entry in cited)
    for entry in cited:
        (document,) = parse_qs(urlsplit(entry["kebunData"]["citation"]["url"]).query)["query"]
        again = (await asking.data(document))["data"]["dinasUji"]["kebunData"]
        assert [{"kode": row["kode"]} for row in again["nodes"]] == entry["kebunData"]["nodes"]
        assert again["citation"]["resultSha256"] == entry["kebunData"]["citation"]["resultSha256"]
        assert entry["below"]["citation"]["url"]


async def code_list(asking):
    lists = (await asking.data("{ codeLists { nodes { id slug } } }"))["codeLists"]["nodes"]
    return next(item["id"] for item in lists if item["slug"] == "kemendagri/kode-wilayah")


async def test_a_citation_costs_one_read(asking, monkeypatch):
    reads = []
    reader = type(asking.services.rows)
    original = reader.page

    async def noting(self, query, deadline):
        reads.append(query.columns)
        return await original(self, query, deadline)

    monkeypatch.setattr(reader, "page", noting)
    await asking.zoo("first: 2", f"nodes {{ kode }} {CITATION}")

    assert len(reads) == 1
    assert "rahasia" not in reads[0]
