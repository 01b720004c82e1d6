"""The catalogue through the API: datasets, versions, agencies, topics, code lists, nodes."""

import pytest

ZOO = "dinas-uji/kebun-data"


async def test_a_dataset_says_what_its_contract_says(asking):
    query = """query($slug: ID!) { dataset(key: {slug: $slug}) {
      id slug title { value english } description { value } keywords accessLevel legalBasis priority updateFrequency
      agency { slug name { value } kind url contact } steward { slug } topic { id name { value } datasetCount }
      license { id name url } temporal { start end } contract { version yaml json } url rowField
      columns { name field type unit required filterable key public personalData missingValues codeList { slug } }
    } }"""

    found = (await asking.data(query, {"slug": ZOO}))["dataset"]

    assert found["title"] == {"value": "Kebun data", "english": "Data zoo"}
    assert found["agency"] == {
        "slug": "dinas-uji",
        "name": {"value": "Dinas Uji"},
        "kind": "PROVINCE",
        "url": "https://uji.example.go.id",
        "contact": None,
    }
    assert found["steward"] == {"slug": "dinas-uji"}
    assert found["topic"] == {"id": "kesehatan", "name": {"value": "Kesehatan"}, "datasetCount": 3}
    assert found["license"]["url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert found["temporal"] == {"start": "2024-01-01", "end": "2024-12-31"}
    assert found["contract"]["yaml"].startswith("apiVersion: v3.1.0")
    assert found["contract"]["json"]["id"] == ZOO
    assert found["contract"]["json"]["customProperties"][0]["value"]["temporal"]["start"] == "2024-01-01"
    assert found["url"] == f"https://data.example.go.id/datasets/{ZOO}"
    assert found["rowField"] == "data.dinasUji.kebunData"
    columns = {column["name"]: column for column in found["columns"]}
    assert columns["provinsi"]["codeList"] == {"slug": "kemendagri/kode-wilayah"}
    assert columns["rahasia"]["field"] is None
    assert columns["jumlah"] == {
        "name": "jumlah",
        "field": "jumlah",
        "type": "INTEGER",
        "unit": "buah",
        "required": False,
        "filterable": True,
        "key": False,
        "public": True,
        "personalData": "NONE",
        "missingValues": [],
        "codeList": None,
    }


async def test_versions_newest_first(asking):
    query = """query($slug: ID!, $after: String) { dataset(key: {slug: $slug}) {
      latest { number }
      first: version(number: 1) { state rowCount notes { value } }
      missing: version(number: 9) { state }
      versions(first: 1, after: $after) {
        totalCount nodes { number } edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor }
      }
    } }"""

    page = (await asking.data(query, {"slug": ZOO}))["dataset"]
    after = page["versions"]["pageInfo"]["endCursor"]
    rest = (await asking.data(query, {"slug": ZOO, "after": after}))["dataset"]["versions"]

    assert page["latest"] == {"number": 2}
    assert page["first"] == {"state": "SUPERSEDED", "rowCount": 20, "notes": None}
    assert page["missing"] is None
    assert (page["versions"]["totalCount"], page["versions"]["nodes"]) == (2, [{"number": 2}])
    assert page["versions"]["edges"] == [{"cursor": after}]
    assert rest["nodes"] == [{"number": 1}]
    assert rest["pageInfo"]["hasNextPage"] is False
    assert rest["pageInfo"]["hasPreviousPage"] is True
    other = "query($after: String) { versions(after: $after) { totalCount } }"
    assert (await asking.error(other, {"after": after}))["extensions"]["place"] == "after"


async def test_what_a_version_says(asking):
    query = """{ dataset(key: {slug: "dinas-uji/kebun-data"}) { latest {
      id contractVersion publishedAt sha256 withdrawnAt withdrawnReason { value } submission { id }
      report { verdict rows errors warnings rules { code } findings { totalCount } json }
      downloads { format url bytes sha256 rowCount }
      citation { text { value } url bibtex sha256 }
      dataset { slug }
    } } }"""

    version = (await asking.data(query))["dataset"]["latest"]

    assert version["contractVersion"] == "1.0.0"
    assert version["publishedAt"].endswith("Z")
    assert version["report"]["verdict"] == "ACCEPTED"
    assert version["report"]["rows"] == 60
    assert version["report"]["json"]["contract"] == {"id": ZOO, "version": "1.0.0"}
    assert version["submission"] is None
    assert version["dataset"] == {"slug": ZOO}
    assert version["downloads"] == []
    citation = version["citation"]
    assert citation["url"] == f"https://data.example.go.id/datasets/{ZOO}?version=2"
    assert citation["sha256"] == version["sha256"] in citation["text"]["value"]
    assert citation["text"]["value"].startswith("Dinas Uji (20")
    assert citation["bibtex"].startswith("@misc{dinas-uji-kebun-data-v2,\n  author = {{Dinas Uji}},")
    seen = await asking.data(query, by=asking.cast.steward)
    assert seen["dataset"]["latest"]["submission"] is not None


async def test_a_download_is_listed_where_it_is_the_snapshot_itself(asking):
    query = """{ dataset(key: {slug: "badan-lain/banyak"}) { latest {
      sha256 rowCount downloads { format url bytes sha256 rowCount }
    } } }"""

    version = (await asking.data(query))["dataset"]["latest"]
    (download,) = version["downloads"]

    assert download["url"] == "https://data.example.go.id/download/badan-lain/banyak/1.parquet"
    assert (download["format"], download["sha256"]) == ("PARQUET", version["sha256"])
    assert download["rowCount"] == version["rowCount"] == 10_050
    assert download["bytes"] > 1_000


async def test_a_restricted_dataset_does_not_exist_for_others(asking):
    query = """query($key: DatasetKey!) { dataset(key: $key) { id slug } }"""
    slug = {"key": {"slug": "dinas-uji/terbatas"}}

    assert await asking.data(query, slug) == {"dataset": None}
    mine = (await asking.data(query, slug, by=asking.cast.producer))["dataset"]
    assert mine["slug"] == "dinas-uji/terbatas"
    for by in (asking.cast.other_steward, asking.cast.other_producer):
        assert await asking.data(query, {"key": {"id": mine["id"]}}, by=by) == {"dataset": None}
    node = "query($id: ID!) { node(id: $id) { id } }"
    assert await asking.data(node, {"id": mine["id"]}) == {"node": None}
    found = await asking.data("{ datasets { nodes { slug } } versions { nodes { dataset { slug } } } }")
    assert "dinas-uji/terbatas" not in {dataset["slug"] for dataset in found["datasets"]["nodes"]}
    assert "dinas-uji/terbatas" not in {version["dataset"]["slug"] for version in found["versions"]["nodes"]}


@pytest.mark.parametrize("key", ["{}", '{id: "a", slug: "b"}', "{slug: null}", '{id: "salah"}'])
async def test_a_dataset_has_one_key(asking, key):
    error = await asking.error(f"{{ dataset(key: {key}) {{ slug }} }}")

    assert error["extensions"]["code"] == "BAD_INPUT"


async def test_searching(asking):
    query = """query($search: String, $where: DatasetFilter, $order: [DatasetOrder!]) {
      datasets(search: $search, where: $where, orderBy: $order) {
        totalCount nodes { slug } edges { node { slug } matched { field text } }
        facets {
          agencies { value label { value } count } topics { value count } accessLevels { value count } formats { value }
        }
      }
    }"""

    def slugs(answer):
        return [node["slug"] for node in answer["datasets"]["nodes"]]

    everything = await asking.data(query)
    assert everything["datasets"]["totalCount"] == 4
    assert {facet["value"]: facet["count"] for facet in everything["datasets"]["facets"]["agencies"]} == {
        "badan-lain": 3,
        "dinas-uji": 1,
    }
    found = await asking.data(query, {"search": "kebun"})
    assert slugs(found) == [ZOO]
    assert found["datasets"]["edges"][0]["matched"][0] == {"field": "title", "text": "Kebun data"}
    assert slugs(await asking.data(query, {"where": {"topic": ["ekonomi"]}})) == ["badan-lain/bertambah"]
    assert slugs(await asking.data(query, {"where": {"agency": ["dinas-uji"], "priority": False}})) == [ZOO]
    assert slugs(await asking.data(query, {"where": {"accessLevel": ["CLOSED"]}})) == []
    assert slugs(await asking.data(query, {"where": {"format": ["csv"], "agency": None}})) != []
    assert slugs(await asking.data(query, {"where": {"updatedSince": "2999-01-01T00:00:00Z"}})) == []
    newest = slugs(await asking.data(query, {"order": ["NEWEST"]}))
    assert newest[-1] == "badan-lain/menunggu"
    titles = slugs(await asking.data(query, {"order": ["TITLE"]}))
    assert titles[0] == ZOO
    assert (await asking.error(query, {"order": ["TITLE", "NEWEST"]}))["extensions"]["place"] == "orderBy"


async def test_paging_through_a_search(asking):
    query = """query($after: String) { datasets(orderBy: [TITLE], first: 1, after: $after) {
      nodes { slug } pageInfo { hasNextPage endCursor }
    } }"""
    seen, after = [], None
    while True:
        page = (await asking.data(query, {"after": after}))["datasets"]
        seen += [node["slug"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert len(seen) == len(set(seen)) == 4
    other = query.replace("TITLE", "NEWEST")
    assert (await asking.error(other, {"after": after}))["extensions"]["place"] == "after"


async def test_agencies(asking):
    query = """query($search: String) { agencies(search: $search) {
      totalCount nodes { id slug datasets(first: 5) { totalCount nodes { slug agency { slug } } } }
    } }"""

    found = (await asking.data(query))["agencies"]
    one = (await asking.data(query, {"search": "lain"}))["agencies"]

    assert [agency["slug"] for agency in found["nodes"]] == ["badan-lain", "dinas-uji", "kemendagri"]
    assert found["totalCount"] == 3
    assert [agency["slug"] for agency in one["nodes"]] == ["badan-lain"]
    assert {item["agency"]["slug"] for item in one["nodes"][0]["datasets"]["nodes"]} == {"badan-lain"}
    missing = await asking.data('{ agency(slug: "tidak-ada") { name { value } } }')
    assert missing == {"agency": None}


async def test_topics_and_totals(asking):
    found = await asking.data(
        "{ topics { id name { value } datasetCount } hub { datasetCount agencyCount rowCount name { value } } }"
    )

    assert [(topic["id"], topic["datasetCount"]) for topic in found["topics"]] == [
        ("ekonomi", 1),
        ("kesehatan", 3),
    ]
    assert found["hub"] == {
        "datasetCount": 4,
        "agencyCount": 2,
        "rowCount": 60 + 8 + 10_050,
        "name": {"value": "Satu Data Hub"},
    }


async def test_versions_of_all_datasets(asking):
    query = """query($state: [VersionState!], $agency: [ID!], $since: DateTime) {
      versions(state: $state, agency: $agency, since: $since) { totalCount nodes { number state dataset { slug } } }
    }"""

    everything = (await asking.data(query))["versions"]
    superseded = (await asking.data(query, {"state": ["SUPERSEDED"]}))["versions"]

    assert everything["totalCount"] == 5
    assert everything["nodes"][0]["dataset"] == {"slug": "badan-lain/banyak"}
    assert {node["state"] for node in superseded["nodes"]} == {"SUPERSEDED"}
    assert (await asking.data(query, {"agency": ["dinas-uji"]}))["versions"]["totalCount"] == 2
    assert (await asking.data(query, {"since": "2999-01-01T00:00:00Z"}))["versions"]["totalCount"] == 0


async def test_code_lists(asking):
    query = """query($id: ID!, $search: String, $after: String) { codeList(id: $id) {
      id slug title { value english } authority { slug } edition editions
      codes(search: $search, first: 2, after: $after) {
        totalCount pageInfo { endCursor }
        nodes { code label { value english } parent { code parent { code } } validTo successors { code } }
      }
    } }"""

    found = (await asking.data(query, {"id": "kemendagri/kode-wilayah", "search": "kota bandung"}))[
        "codeList"
    ]
    by_id = (await asking.data(query, {"id": found["id"]}))["codeList"]
    page = by_id["codes"]
    rest = (await asking.data(query, {"id": found["id"], "after": page["pageInfo"]["endCursor"]}))[
        "codeList"
    ]["codes"]

    assert found["authority"] == {"slug": "kemendagri"}
    assert found["edition"] in found["editions"]
    assert {name: found["codes"]["nodes"][0][name] for name in ("code", "label")} == {
        "code": "32.73",
        "label": {"value": "Kota Bandung", "english": None},
    }
    assert found["codes"]["nodes"][0]["parent"] == {"code": "32", "parent": None}
    assert page["totalCount"] > 91_000
    assert rest["nodes"][0]["code"] > page["nodes"][-1]["code"]
    lists = await asking.data(
        "{ codeLists { totalCount nodes { slug authority { slug } codes(first: 1) { totalCount } } } }"
    )
    assert [item["slug"] for item in lists["codeLists"]["nodes"]] == [
        "bps/kode-wilayah",
        "kemendagri/kode-wilayah",
    ]
    assert lists["codeLists"]["nodes"][0]["authority"] is None
    assert await asking.data('{ codeList(id: "tidak/ada") { slug } }') == {"codeList": None}


async def test_superseded_codes_name_their_successors(asking):
    query = """{ codeList(id: "kemendagri/kode-wilayah") { codes(search: "sorong", first: 50) {
      nodes { code validTo successors { code label { value } successors { code } } }
    } } }"""

    nodes = (await asking.data(query))["codeList"]["codes"]["nodes"]

    gone = [node for node in nodes if node["validTo"] is not None]
    assert gone
    assert all(node["successors"] for node in gone)


async def test_every_id_finds_its_thing_again(asking):
    ids = await asking.data(
        """{ dataset(key: {slug: "dinas-uji/kebun-data"}) { id agency { id } latest { id submission { id } } }
        codeList(id: "bps/kode-wilayah") { id } }""",
        by=asking.cast.steward,
    )
    dataset = ids["dataset"]
    expected = {
        dataset["id"]: "Dataset",
        dataset["agency"]["id"]: "Agency",
        dataset["latest"]["id"]: "DatasetVersion",
        dataset["latest"]["submission"]["id"]: "Submission",
        ids["codeList"]["id"]: "CodeList",
    }
    assert len(expected) == 5
    for given, kind in expected.items():
        found = await asking.data(
            "query($id: ID!) { node(id: $id) { __typename id } }", {"id": given}, by=asking.cast.steward
        )
        assert found == {"node": {"__typename": kind, "id": given}}
    for wrong in ("", "salah", "RGF0YXNldDp4L3k", "RGF0YXNldFZlcnNpb246eC95QHo"):
        assert await asking.data("query($id: ID!) { node(id: $id) { id } }", {"id": wrong}) == {"node": None}


async def test_the_same_thing_is_read_once_an_operation(asking, monkeypatch):
    reads = []
    catalogue = asking.services.catalogue
    original = type(catalogue).get

    async def noting(self, slug, principal):
        reads.append(slug)
        return await original(self, slug, principal)

    monkeypatch.setattr(type(catalogue), "get", noting)
    await asking.data("{ versions { nodes { dataset { slug } citation { url } } } }")

    assert sorted(reads) == sorted(set(reads))
