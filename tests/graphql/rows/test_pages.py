"""Pages of rows: order, cursors, offsets, versions."""

import pytest

from satudata.validation.text import Text

QUERY = """query($after: String, $order: [DinasUji_KebunData_Order!]) {
  data { dinasUji { kebunData(first: 7, after: $after, orderBy: $order) {
    nodes { kode }
    edges { cursor }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  } } }
}"""


def key(value, *, descending=False, nulls_first=False):
    """Sort key of one term: nulls where asked, values by their order."""
    if value is None:
        return (0 if nulls_first else 2, 0)
    return (1, _ordered(value, descending))


class _ordered:
    def __init__(self, value, descending):
        self.value, self.descending = value, descending

    def __lt__(self, other):
        return other.value < self.value if self.descending else self.value < other.value

    def __eq__(self, other):
        return self.value == other.value


ORDERS = [
    ([], lambda row: 0),
    ([{"kode": "DESC"}], lambda row: key(row.kode, descending=True)),
    ([{"jumlah": "ASC"}], lambda row: key(row.jumlah)),
    ([{"harga": "DESC_NULLS_FIRST"}], lambda row: key(row.harga, descending=True, nulls_first=True)),
    (
        [{"provinsi": "ASC_NULLS_FIRST"}, {"rasio": "DESC"}],
        lambda row: (key(row.provinsi, nulls_first=True), key(row.rasio, descending=True)),
    ),
    ([{"aktif": "ASC"}, {"waktu": "DESC"}], lambda row: (key(row.aktif), key(row.waktu, descending=True))),
    ([{"nama": "ASC"}], lambda row: key(row.nama and row.nama.encode())),
    (
        [{"tanggal": "DESC"}, {"besar": "ASC"}],
        lambda row: (key(row.tanggal, descending=True), key(row.besar)),
    ),
]


@pytest.mark.parametrize(("order", "sort_key"), ORDERS, ids=[str(order) for order, _ in ORDERS])
async def test_pages_go_through_every_row_once_in_order(asking, zoo, order, sort_key):
    seen, after = [], None
    while True:
        answer = await asking.data(QUERY, {"after": after, "order": order})
        page = answer["data"]["dinasUji"]["kebunData"]
        info = page["pageInfo"]
        seen += [node["kode"] for node in page["nodes"]]
        cursors = [edge["cursor"] for edge in page["edges"]]
        assert (info["startCursor"], info["endCursor"]) == (cursors[0], cursors[-1])
        assert info["hasPreviousPage"] is (after is not None)
        after = info["endCursor"]
        if not info["hasNextPage"]:
            break

    assert seen == [row.kode for row in sorted(zoo, key=sort_key)]


async def test_an_edge_is_where_the_next_page_starts(asking):
    edges = (await asking.zoo("first: 5", "edges { cursor node { kode } }"))["edges"]

    after = edges[2]["cursor"]
    again = await asking.zoo(f'first: 2, after: "{after}"', "nodes { kode }")

    assert [node["kode"] for node in again["nodes"]] == [edge["node"]["kode"] for edge in edges[3:]]


async def test_offset(asking, zoo):
    page = await asking.zoo("first: 3, offset: 57", "nodes { kode } pageInfo { hasNextPage hasPreviousPage }")

    assert [node["kode"] for node in page["nodes"]] == ["K057", "K058", "K059"]
    assert page["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": True}


async def test_far_offsets_need_the_stored_order(asking):
    assert (await asking.zoo("offset: 20000", "nodes { kode }"))["nodes"] == []

    for argument in ("orderBy: [{kode: ASC}]", 'where: {kode: {ne: "x"}}'):
        query = f"{{ data {{ dinasUji {{ kebunData(offset: 10001, {argument}) {{ nodes {{ kode }} }} }} }} }}"
        assert (await asking.error(query))["extensions"]["place"] == "offset"


async def test_an_empty_page(asking):
    page = await asking.zoo("first: 0", "nodes { kode } pageInfo { startCursor endCursor } totalCount")

    assert page == {"nodes": [], "pageInfo": {"startCursor": None, "endCursor": None}, "totalCount": 60}


async def test_a_hundred_rows_by_default(asking):
    query = "{ data { badanLain { banyak { nodes { kode } pageInfo { hasNextPage } } } } }"

    page = (await asking.data(query))["data"]["badanLain"]["banyak"]

    assert len(page["nodes"]) == 100
    assert page["pageInfo"] == {"hasNextPage": True}


@pytest.mark.parametrize(
    "arguments",
    ["first: null", "offset: -1", 'offset: 1, after: "x"', 'after: "x"', 'after: ""', 'after: "é"'],
)
async def test_page_arguments_that_make_no_sense(asking, arguments):
    error = await asking.error(
        f"{{ data {{ dinasUji {{ kebunData({arguments}) {{ nodes {{ kode }} }} }} }} }}"
    )

    assert error["extensions"]["code"] == "BAD_INPUT"
    assert error["extensions"]["place"] in ("first", "offset", "after")


async def test_a_cursor_belongs_to_its_version_and_order(asking):
    first = await asking.zoo("first: 2", "pageInfo { endCursor }")
    cursor = first["pageInfo"]["endCursor"]

    changed = cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1]
    for arguments, reason in (
        (f'after: "{cursor}", orderBy: [{{kode: DESC}}]', "CURSOR_OF_OTHER_ORDER"),
        (f'after: "{cursor}", version: 1', "CURSOR_OF_OTHER_VERSION"),
        (f'after: "{changed}"', "FOREIGN_CURSOR"),
    ):
        error = await asking.error(
            f"{{ data {{ dinasUji {{ kebunData({arguments}) {{ nodes {{ kode }} }} }} }} }}"
        )
        assert error["extensions"]["place"] == "after"
        assert error["extensions"]["reason"] == reason
    other = f'{{ data {{ badanLain {{ banyak(after: "{cursor}") {{ nodes {{ kode }} }} }} }} }}'
    assert (await asking.error(other))["extensions"]["reason"] == "FOREIGN_CURSOR"


ONE_OF = [
    "orderBy: [{kode: ASC, nama: ASC}]",
    "orderBy: [{}]",
    "orderBy: [{kode: null}]",
    "orderBy: [{kode: ASC}, {kode: DESC}]",
]


@pytest.mark.parametrize("arguments", ONE_OF)
async def test_an_order_term_is_one_column_and_none_comes_twice(asking, arguments):
    error = await asking.error(
        f"{{ data {{ dinasUji {{ kebunData({arguments}) {{ nodes {{ kode }} }} }} }} }}"
    )

    assert error["extensions"]["code"] == "BAD_INPUT"


@pytest.mark.parametrize("variables", [{}, {"sort": None}, {"sort": "ASC"}])
async def test_a_nullable_variable_cannot_fill_an_order_term(asking, variables):
    query = (
        "query($sort: Sort) { data { dinasUji { kebunData(orderBy: [{kode: $sort}]) { nodes { kode } } } } }"
    )

    error = await asking.error(query, variables)

    assert error["extensions"]["code"] == "BAD_INPUT"
    assert error["extensions"]["place"] == "$sort"
    good = query.replace("$sort: Sort", "$sort: Sort!")
    assert await asking.data(good, {"sort": "DESC"})


async def test_a_nullable_variable_in_a_fragment_is_found(asking):
    query = """query($sort: Sort) { data { dinasUji { ...Rows } } }
    fragment Rows on Data_DinasUji { kebunData(orderBy: [{kode: $sort}]) { nodes { kode } } }"""

    assert (await asking.error(query))["extensions"]["place"] == "$sort"


async def test_an_older_version_is_read_by_number(asking):
    newest = await asking.zoo("", "totalCount version { number state notes { value } erratum { value } }")
    older = await asking.zoo("version: 1", "totalCount version { number state }")

    assert newest == {
        "totalCount": 60,
        "version": {
            "number": 2,
            "state": "PUBLISHED",
            "notes": {"value": "Lebih banyak baris"},
            "erratum": {"value": "Ralat"},
        },
    }
    assert older == {"totalCount": 20, "version": {"number": 1, "state": "SUPERSEDED"}}


async def test_a_version_that_is_not_there(asking):
    error = await asking.error("{ data { dinasUji { kebunData(version: 9) { totalCount } } } }")

    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_a_column_that_an_older_version_lacks(asking):
    base = "{ data { badanLain { bertambah(version: 1%s) { %s } } } }"

    fine = await asking.data(base % ("", "totalCount nodes { kode nilai }"))
    assert fine["data"]["badanLain"]["bertambah"]["totalCount"] == 5
    for arguments, selection in (
        ("", "nodes { tambahan }"),
        ("", "aggregate { tambahan { sum } }"),
        ("", "groups(by: [{tambahan: VALUE}]) { key { tambahan } }"),
        (", where: {tambahan: {eq: 1}}", "totalCount"),
        (", orderBy: [{tambahan: ASC}]", "nodes { kode }"),
    ):
        error = await asking.error(base % (arguments, selection))
        assert error["extensions"]["place"] == "tambahan"
        assert "versi 1" in error["message"]


@pytest.mark.full
async def test_a_column_that_an_older_version_did_not_show(own, make_contract):
    """A contract that opens a column opens it from its own versions on."""
    columns = """
      - {name: kode, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: nilai, logicalType: string%s}
"""
    hidden = ", customProperties: [{property: public, value: false}]"
    for version, more in (("1.0.0", hidden), ("1.1.0", "")):
        yaml = make_contract("badan-lain/dibuka", columns % more, version)
        await own.services.catalogue.register(own.cast.other_steward, yaml)
        await own.cast.publish("badan-lain/dibuka", b"kode,nilai\nA1,7\n")
    base = "{ data { badanLain { dibuka(%s) { %s } } } }"

    found = await own.data(base % ("version: 2", "nodes { kode nilai }"))
    assert found["data"]["badanLain"]["dibuka"]["nodes"] == [{"kode": "A1", "nilai": "7"}]
    for arguments, selection in (
        ("version: 1", "nodes { nilai }"),
        ('version: 1, where: {nilai: {startsWith: "7"}}', "totalCount"),
        ("version: 1, orderBy: [{nilai: ASC}]", "nodes { kode }"),
        ("version: 1", "aggregate { nilai { max } }"),
        ("version: 1", "groups(by: [{nilai: VALUE}]) { key { nilai } }"),
    ):
        error = await own.error(base % (arguments, selection))
        assert error["extensions"]["reason"] == "COLUMN_NOT_IN_VERSION"
        assert error["extensions"]["place"] == "nilai"


async def test_a_withdrawn_version_is_refused_with_its_reason(own):
    await own.services.versions.withdraw(
        own.cast.steward, "dinas-uji/kebun-data", 2, Text("salah satuan", "wrong unit")
    )

    error = await own.error("{ data { dinasUji { kebunData(version: 2) { totalCount } } } }")
    newest = await own.zoo("", "totalCount version { number }")

    assert error["extensions"]["code"] == "NOT_FOUND"
    assert error["extensions"]["reason"] == "VERSION_WITHDRAWN"
    assert "salah satuan" in error["message"]
    assert newest == {"totalCount": 20, "version": {"number": 1}}


async def test_a_dataset_without_a_version_left_says_why_and_spoils_no_other(own):
    for number in (1, 2):
        await own.services.versions.withdraw(
            own.cast.steward, "dinas-uji/kebun-data", number, Text("salah satuan", "wrong unit")
        )

    outcome = await own.outcome("{ hub { version } data { dinasUji { kebunData { totalCount } } } }")

    assert outcome.data["hub"]["version"]
    assert outcome.data["data"] == {"dinasUji": {"kebunData": None}}
    assert outcome.errors[0]["extensions"]["reason"] == "VERSION_WITHDRAWN"
    assert "salah satuan" in outcome.errors[0]["message"]
