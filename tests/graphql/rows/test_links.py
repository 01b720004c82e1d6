"""Columns of codes lead to the entries of their list, and entries lead back to rows; each level is one read."""

import pytest

from satudata.datasets.codes.reader import CodeReader
from satudata.datasets.rows import sqlite_engine
from satudata.datasets.rows.duckdb_engine import Scanner
from satudata.graphql.executor import SplicingExecutor

NAMES = {"31": "Daerah Khusus Ibukota Jakarta", "32": "Jawa Barat", "33": "Jawa Tengah"}
TOP = """{ data { dinasUji { kebunData(first: %d) { nodes { provinsi provinsiEntry { code data { dinasUji {
  kebunData(first: 2, orderBy: [{harga: DESC}]) {
    totalCount aggregate { harga { sum } } pageInfo { hasNextPage } version { number } nodes { kode harga provinsi }
  } } } } } } } } }"""


@pytest.fixture
def statements(monkeypatch):
    """Every statement that reads rows, and every one that reads a code list."""
    run = []
    inline, scan, codes = sqlite_engine.run, Scanner.run, CodeReader.rows

    def noted_inline(connection, statement, *more):
        run.append(statement.text)
        return inline(connection, statement, *more)

    async def noted_scan(self, snapshot, statement, *more):
        run.append(statement.text)
        return await scan(self, snapshot, statement, *more)

    async def noted_codes(self, statement, values):
        run.append(statement)
        return await codes(self, statement, values)

    monkeypatch.setattr(sqlite_engine, "run", noted_inline)
    monkeypatch.setattr(Scanner, "run", noted_scan)
    monkeypatch.setattr(CodeReader, "rows", noted_codes)
    return run


async def test_a_row_has_the_entry_behind_its_code(asking, zoo):
    answer = await asking.zoo(
        "first: 60",
        "nodes { provinsi e: provinsiEntry { __typename code label { value english } level parent { code } validTo "
        "successors { code } } } edges { node { provinsiEntry { code } } }",
    )

    for row, node, edge in zip(zoo, answer["nodes"], answer["edges"], strict=True):
        if row.provinsi is None:
            assert node["e"] is None
            assert edge["node"]["provinsiEntry"] is None
            continue
        assert node["e"] == {
            "__typename": "Code",
            "code": row.provinsi,
            "label": {"value": NAMES[row.provinsi], "english": None},
            "level": "PROVINCE",
            "parent": None,
            "validTo": None,
            "successors": [],
        }
        assert edge["node"]["provinsiEntry"] == {"code": row.provinsi}


async def test_entries_of_a_page_are_one_read(own, statements, monkeypatch):
    calls = []
    complete = SplicingExecutor.complete_value

    def counting(*arguments):
        calls.append(arguments)
        return complete(*arguments)

    monkeypatch.setattr(SplicingExecutor, "complete_value", counting)
    await own.zoo("first: 60", "nodes { provinsiEntry { code label { value } } }")

    assert sum("read_parquet" in statement for statement in statements) == 1
    assert len(calls) < 12

    statements.clear()
    await own.zoo("first: 50", "nodes { provinsiEntry { label { value } } }")
    assert not any("read_parquet" in statement for statement in statements)


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ('{under: ["32"]}', {"32"}),
        ('{under: ["32", "33.01"]}', {"32"}),
        ('{code: {in: ["31", "99"]}}', {"31"}),
        ('{code: {ne: "31"}}', {"32", "33"}),
        ('{code: {notIn: ["31", "32"]}}', {"33"}),
        ('{code: {startsWith: "3"}}', {"31", "32", "33"}),
        ('{code: {startsWith: "33"}, level: ["PROVINCE"]}', {"33"}),
        ('{level: ["PROVINCE"]}', {"31", "32", "33"}),
        ('{level: ["REGENCY"]}', set()),
        ("{code: {in: []}}", set()),
        ("{code: {isNull: false}}", {"31", "32", "33"}),
        ('{code: {isNull: true}, under: ["32"]}', set()),
        ("{code: {isNull: true}}", {None}),
    ],
)
async def test_filters_by_entry(asking, zoo, condition, wanted):
    for where, expected in [
        (f"{{provinsiEntry: {condition}}}", lambda code: code in wanted),
        (f"{{and: [{{provinsiEntry: {condition}}}]}}", lambda code: code in wanted),
        (
            f"{{not: {{provinsiEntry: {condition}}}}}",
            lambda code: code not in wanted and (code is not None or "isNull" in condition),
        ),
    ]:
        answer = await asking.zoo(f"where: {where}, first: 60", "totalCount nodes { kode }")
        kept = [row.kode for row in zoo if expected(row.provinsi)]
        if "isNull: true}, under" in condition and "not" in where:
            continue  # a null row is unknown to one half and known to the other
        assert [node["kode"] for node in answer["nodes"]] == kept, where
        assert answer["totalCount"] == len(kept)


@pytest.mark.parametrize(
    ("condition", "place"),
    [
        ("{}", "where.provinsiEntry"),
        ("null", "where.provinsiEntry"),
        ("{code: {}}", "where.provinsiEntry.code"),
        ("{code: {eq: null}}", "where.provinsiEntry.code.eq"),
        ("{under: null}", "where.provinsiEntry.under"),
        ('{under: ["32", "99"]}', "where.provinsiEntry"),
    ],
)
async def test_what_a_filter_by_entry_refuses(asking, condition, place):
    error = await asking.error(
        f"{{ data {{ dinasUji {{ kebunData(where: {{provinsiEntry: {condition}}}) {{ totalCount }} }} }} }}"
    )

    assert (error["extensions"]["code"], error["extensions"]["place"]) == ("BAD_INPUT", place)


async def test_entries_lead_back_to_rows(asking, zoo):
    answer = await asking.data(TOP % 9)

    for node in answer["data"]["dinasUji"]["kebunData"]["nodes"]:
        if node["provinsi"] is None:
            assert node["provinsiEntry"] is None
            continue
        same = [row for row in zoo if row.provinsi == node["provinsi"]]
        dearest = sorted((row for row in same if row.harga is not None), key=lambda row: -row.harga)[:2]
        rows = node["provinsiEntry"]["data"]["dinasUji"]["kebunData"]
        assert rows["totalCount"] == len(same)
        assert rows["pageInfo"] == {"hasNextPage": True}
        assert rows["version"] == {"number": 2}
        assert rows["aggregate"]["harga"]["sum"] == str(
            sum(row.harga for row in same if row.harga is not None)
        )
        assert rows["nodes"] == [
            {"kode": row.kode, "harga": f"{row.harga:.2f}", "provinsi": row.provinsi} for row in dearest
        ]


async def test_a_level_is_one_read_however_many_codes(asking, statements):
    counts = []
    for rows in (1, 60):
        await asking.data(TOP % rows)  # the lists are read once
        statements.clear()
        await asking.data(TOP % rows)
        counts.append(len(statements))

    # rows of the page; of all codes: their numbers, then the rows by number; counts; sums
    assert counts[0] == counts[1] <= 5


async def test_two_hops_are_one_read_a_level(asking, statements):
    query = """{ data { dinasUji { kebunData(first: 6) { nodes { provinsiEntry { data { dinasUji {
      kebunData(first: 2) { nodes { kode provinsiEntry { label { value } data { dinasUji {
        kebunData(first: 1) { nodes { kode } } } } } } } } } } } } } } }"""
    await asking.data(query)
    statements.clear()

    answer = await asking.data(query)

    first = answer["data"]["dinasUji"]["kebunData"]["nodes"][0]["provinsiEntry"]
    inner = first["data"]["dinasUji"]["kebunData"]["nodes"][0]["provinsiEntry"]
    assert inner["label"] == {"value": NAMES["31"]}
    assert inner["data"]["dinasUji"]["kebunData"]["nodes"] == [{"kode": "K000"}]
    assert len(statements) <= 5


PLACES = """
      - {name: kode, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
      - name: wilayah
        logicalType: string
        customProperties: [{property: codeList, value: kemendagri/kode-wilayah}]
"""
PLACES_CSV = "kode,wilayah\nA,32\nB,32.01\nC,32.73\nD,32.73.01\nE,33.01\nF,\n"
SEARCH = """query($below: Boolean) { codeList(id: "kemendagri/kode-wilayah") {
  codes(first: 100, search: "bandung") { nodes { code data { badanLain { tempat(below: $below, first: 2) {
    totalCount aggregate { rowCount } groups(by: [{wilayah: VALUE}], first: 5) { key { wilayah } } nodes { kode }
  } } } } } } }"""


async def test_rows_of_codes_and_of_codes_below(own, make_contract, statements):
    slug = "badan-lain/tempat"
    await own.services.catalogue.register(own.cast.other_steward, make_contract(slug, PLACES))
    await own.cast.publish(slug, PLACES_CSV.encode())

    async def found(below):
        nodes = (await own.data(SEARCH, {"below": below}))["codeList"]["codes"]["nodes"]
        return {node["code"]: node["data"]["badanLain"]["tempat"] for node in nodes}

    plain, deep = await found(False), await found(True)

    assert len(plain) > 50
    assert plain["32.73"]["nodes"] == [{"kode": "C"}]
    assert deep["32.73"] == {
        "totalCount": 2,
        "aggregate": {"rowCount": 2},
        "groups": [{"key": {"wilayah": "32.73"}}, {"key": {"wilayah": "32.73.01"}}],
        "nodes": [{"kode": "C"}, {"kode": "D"}],
    }
    assert sum(rows["totalCount"] for rows in plain.values()) == 1

    rows = """{ data { badanLain { tempat(where: {wilayahEntry: %s}) {
      nodes { kode wilayahEntry { parent { code } } } } } } }"""
    for condition, kept in [
        ('{under: ["32"]}', {"A": None, "B": "32", "C": "32", "D": "32.73"}),
        ('{under: ["32"], level: ["REGENCY"]}', {"B": "32", "C": "32"}),
        ('{level: ["DISTRICT", "PROVINCE"]}', {"A": None, "D": "32.73"}),
        ('{level: ["VILLAGE"]}', {}),
        ('{under: ["32.73", "33"], code: {ne: "32.73"}}', {"D": "32.73", "E": "33"}),
    ]:
        answer = (await own.data(rows % condition))["data"]["badanLain"]["tempat"]["nodes"]
        parents = {node["kode"]: node["wilayahEntry"]["parent"] for node in answer}
        assert {kode: parent and parent["code"] for kode, parent in parents.items()} == kept, condition

    statements.clear()
    await own.data(
        SEARCH.replace("groups(by: [{wilayah: VALUE}], first: 5) { key { wilayah } }", ""), {"below": False}
    )
    assert sum("read_parquet" not in statement for statement in statements) <= 4


async def test_closed_datasets_are_no_backlinks(own, make_contract):
    slug = "dinas-uji/tempat-tertutup"
    contract = make_contract(slug, PLACES, access="RESTRICTED")
    await own.services.catalogue.register(own.cast.steward, contract)
    await own.cast.publish(slug, PLACES_CSV.replace("33.01", "31").encode())
    query = """{ data { dinasUji { kebunData(first: 1) { nodes { provinsiEntry { data { dinasUji {
      tempatTertutup { nodes { kode } } } } } } } } } }"""

    answer = await own.data(query, by=own.cast.steward)
    hidden, missing = await own.error(query), await own.error(query.replace("tempatTertutup", "tidakAda"))
    others = await own.error(query, by=own.cast.other_steward)

    rows = answer["data"]["dinasUji"]["kebunData"]["nodes"][0]["provinsiEntry"]["data"]["dinasUji"]
    assert rows == {"tempatTertutup": {"nodes": [{"kode": "E"}]}}
    assert hidden == missing == others
    assert "tempatTertutup" not in (await own.api.sdl()).text.decode()


async def test_hops_are_priced(asking):
    hop = "nodes { provinsiEntry { data { dinasUji { kebunData(first: 100) { %s } } } } }"
    query = "{ data { dinasUji { kebunData(first: 100) { " + hop % (hop % "totalCount") + " } } } }"

    assert (await asking.error(query))["extensions"]["code"] == "COST_LIMIT"


async def test_the_whole_schema_has_the_backlinks(asking):
    sdl = (await asking.api.sdl()).text.decode()

    assert "data: CodeData!" in sdl
    assert "type CodeData_DinasUji " in sdl
    assert "provinsiEntry: CodeFilter" in sdl
    assert "provinsiEntry: Code @contract" in sdl
    assert "CodeData_BadanLain" not in sdl  # nothing of theirs is bound to a list
    slice_ = (await asking.api.sdl(["badan-lain/banyak"])).text.decode()
    assert "CodeData" not in slice_
    answer = await asking.data('{ __type(name: "CodeData") { fields { name } } }')
    assert answer["__type"] == {"fields": [{"name": "dinasUji"}]}
