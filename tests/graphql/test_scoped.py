"""A document sees only the datasets it mentions, and cannot tell: the whole schema answers and refuses alike."""

import gc
import random
import weakref

import orjson
import pytest

from graphql import build_schema, parse
from satudata.graphql.mentions import Mentions, mentions_of

MENTIONED = [
    ("{ data { dinasUji { kebunData { totalCount } } } }", {("dinasUji", "kebunData")}, {"dinasUji"}),
    (
        "{ d: data { a: dinasUji { b: kebunData { totalCount } } } }",
        {("dinasUji", "kebunData")},
        {"dinasUji"},
    ),
    ("query($w: DinasUji_KebunData_Filter) { hub { version } }", {("dinasUji", "kebunData")}, set()),
    ("query($w: [DinasUji_KebunData_Order!]!) { hub { version } }", {("dinasUji", "kebunData")}, set()),
    ("query($w: DinasUji_KebunData_Status2_Filter) { hub { version } }", {("dinasUji", "kebunData")}, set()),
    ("{ ...F } fragment F on Query { data { a { b { c } } } }", {("a", "b")}, {"a"}),
    ("{ x } fragment F on Data_DinasUji { kebunData { c } }", {("dinasUji", "kebunData")}, {"dinasUji"}),
    ("{ x } fragment F on DinasUji_KebunData_Edge { c }", {("dinasUji", "kebunData")}, set()),
    ("{ data { ... on Data { a { ... { b { c } } } } } }", {("a", "b")}, {"a"}),
    ("{ hub { data { a { b } } } }", set(), set()),
    ("{ data { a { b { nodes { cEntry { data { d { e { f } } } } } } } } }", {("a", "b")}, {"a"}),
    ("mutation { data { a { b } } }", set(), set()),
    ('{ __type(name: "A_B") { name } }', {("a", "b")}, set()),
]


@pytest.mark.parametrize(("document", "pairs", "agencies"), MENTIONED)
def test_what_a_document_mentions(document, pairs, agencies):
    found = mentions_of(parse(document))

    assert (found.pairs, found.agencies, found.whole) == (pairs, agencies, False)


@pytest.mark.parametrize(
    ("document", "linked"),
    [
        ("{ data { a { b { nodes { cEntry { data { d { e { f } } } } } } } } }", {("d", "e")}),
        (
            "{ codeList(id: 1) { codes { nodes { data { d { e { f } g { h } } } } } } }",
            {("d", "e"), ("d", "g")},
        ),
        ("fragment F on Code { data { ...G } } fragment G on CodeData { d { e { f } } }", {("d", "e")}),
        ("fragment F on CodeData_DinasUji { kebunData { f } }", {("dinasUji", "kebunData")}),
        ("{ data { d { e { f } } } }", set()),
    ],
)
def test_what_a_document_mentions_below_codes(document, linked):
    assert mentions_of(parse(document)).linked == linked


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { types { name } } }",
        '{ __type(name: "Data") { name } }',
        '{ __type(name: "Data_A") { name } }',
        '{ __type(name: "CodeData_A") { name } }',
        '{ __type(name: "Code") { name } }',
    ],
)
def test_what_needs_the_whole_schema(document):
    assert mentions_of(parse(document)).whole


def test_types_named_by_variables():
    found = mentions_of(parse("query($n: String!) { __type(name: $n) { name } }"))

    assert found.with_variables({"n": "A_B_Filter"}) == Mentions({("a", "b")}, set(), False, set())
    assert found.with_variables({"n": "Query"}).whole
    assert found.with_variables({"n": 5}) == Mentions()


class Writer:
    """Writes random documents over several datasets, right ones and wrong ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def document(self) -> str:
        parts = [f"x{index}: {self.root()}" for index in range(self.random.randint(1, 3))]
        if self.random.random() < 0.5:
            rows = " ".join(f"x{index}: {self.right()}" for index in range(len(parts)))
            return f"query D {{ {rows} }}"
        variables = self.random.choice(
            ["", "", "", "($w: DinasUji_KebunData_Filter)", "($w: Tidak_Ada_Filter)"]
        )
        fragment = self.random.choice(
            [
                "",
                "",
                "fragment F on DinasUji_KebunData { kode }",
                "fragment F on BadanLain_Banyak { nilai }",
                "fragment F on Data_BadanLain { __typename }",
                "fragment F on Data_Tidak { __typename }",
            ]
        )
        spread = " ...F" if fragment and self.random.random() < 0.5 else ""
        return f"query D{variables} {{ {' '.join(parts)}{spread} }} {fragment}"

    def right(self) -> str:
        """Something that can be answered."""
        agency, dataset, column = self.random.choice(
            [
                ("dinasUji", "kebunData", "jumlah"),
                ("badanLain", "banyak", "nilai"),
                ("badanLain", "bertambah", "tambahan"),
            ]
        )
        arguments = self.random.choice(
            [
                "",
                "(first: 3)",
                f"(first: 2, orderBy: [{{{column}: DESC}}])",
                f"(where: {{{column}: {{gt: 4}}}}, first: 5)",
            ]
        )
        selection = self.random.choice(
            [
                "totalCount",
                f"nodes {{ kode {column} }}",
                f"edges {{ cursor node {{ {column} __typename }} }} pageInfo {{ endCursor }}",
                f"aggregate {{ rowCount {column} {{ sum }} }}",
                f"groups(by: [{{{column}: VALUE}}], first: 3) {{ key {{ {column} }} aggregate {{ rowCount }} }}",
                "version { number dataset { slug title { value } } }",
                "nodes { provinsiEntry { code label { value } data { dinasUji { kebunData { totalCount } } } } }",
                "nodes { provinsiEntry { __typename data { __typename dinasUji { kebunData { salah } } } } }",
            ]
        )
        return f"data {{ {agency} {{ {dataset}{arguments} {{ {selection} }} }} }}"

    def root(self) -> str:
        pick = self.random.random()
        if pick < 0.1:
            return "hub { version }"
        if pick < 0.2:
            slug = self.random.choice(["dinas-uji/kebun-data", "a/b"])
            return f'dataset(key: {{slug: "{slug}"}}) {{ slug rowField }}'
        if pick < 0.25:
            return "data { __typename }"
        agency = self.random.choice(
            ["dinasUji", "badanLain", "badanLain", "dinasUji", "tidakAda", "kemendagri"]
        )
        if pick < 0.3:
            return f"data {{ {agency} {{ __typename }} }}"
        dataset = self.random.choice(
            ["kebunData", "kebunData", "banyak", "bertambah", "menunggu", "terbatas", "tidakAda"]
        )
        arguments = self.random.choice(
            [
                "",
                "(first: 2)",
                '(first: 2, where: {kode: {startsWith: "K01"}})',
                "(first: 2, orderBy: [{kode: DESC}])",
                "(first: 2, where: {jumlah: {}})",
                "(first: 2, where: {salah: {eq: 1}})",
                "(where: $w)",
                "(salah: 1)",
            ]
        )
        selection = self.random.choice(
            [
                "totalCount",
                "nodes { kode }",
                "nodes { kode nilai }",
                "nodes { jumlah salah }",
                "nodes { ... on BadanLain_Banyak { nilai } }",
                "edges { node { kode __typename } }",
                "aggregate { rowCount nilai { sum } }",
                "groups(by: [{aktif: VALUE}]) { key { aktif } aggregate { rowCount } }",
                "version { number dataset { slug } }",
                "",
            ]
        )
        return (
            f"data {{ {agency} {{ {dataset}{arguments} {'{ ' + selection + ' }' if selection else ''} }} }}"
        )


WHOLE = "\nquery W { __schema { queryType { name } } }"
"""Mentioning introspection makes a document run against the whole schema."""


async def test_the_whole_schema_answers_alike(asking, full):
    valid = 0
    for seed in range(2_000 if full else 200):
        document = Writer(seed).document()

        scoped = await asking.outcome(document)
        whole = await asking.outcome(document + WHOLE, operation="D")

        assert scoped.started == whole.started, document
        assert orjson.loads(scoped.body) == orjson.loads(whole.body), document
        valid += not scoped.errors
    assert valid > 40


async def test_names_are_not_guessed_for_a_client(asking):
    for query in ("{ hubb { version } }", "{ data { dinasUji { kebunDat { totalCount } } } }"):
        assert "mean" not in (await asking.error(query))["message"]


async def test_restricted_data_is_there_for_its_own_people_only(asking):
    query = "{ data { dinasUji { terbatas { totalCount } } } }"

    assert (await asking.data(query, by=asking.cast.steward))["data"]["dinasUji"]["terbatas"] == {
        "totalCount": 3
    }
    hidden = await asking.error(query)
    missing = await asking.error(query.replace("terbatas", "tidakAda"))
    others = await asking.error(query, by=asking.cast.other_steward)
    assert hidden["message"] == missing["message"].replace("tidakAda", "terbatas")
    assert others == hidden


async def test_a_registered_dataset_without_a_version_has_no_rows(asking):
    error = await asking.error("{ data { badanLain { menunggu { totalCount } } } }")

    assert error["message"] == "Cannot query field 'menunggu' on type 'Data_BadanLain'."
    dataset = await asking.data(
        '{ dataset(key: {slug: "badan-lain/menunggu"}) { rowField latest { number } } }'
    )
    assert dataset == {"dataset": {"rowField": None, "latest": None}}


async def test_what_is_published_is_seen_at_once(own):
    query = "{ hub { epoch } data { badanLain { menunggu { totalCount } } } }"
    before = (await own.data("{ hub { epoch } }"))["hub"]["epoch"]
    assert (await own.outcome(query)).errors

    await own.cast.publish("badan-lain/menunggu", b"kode,nilai\nA,1\nB,2\n")

    after = await own.data(query)
    assert after["data"]["badanLain"]["menunggu"] == {"totalCount": 2}
    assert after["hub"]["epoch"] != before


async def test_a_new_contract_changes_rows_only_with_a_new_version(own, make_contract):
    columns = """
      - {name: kode, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: nilai, logicalType: integer, required: true, logicalTypeOptions: {minimum: 0, maximum: 100000}}
      - {name: baru, logicalType: string}
"""
    slug, query = "badan-lain/banyak", "{ data { badanLain { banyak(first: 1) { nodes { baru } } } } }"

    await own.services.catalogue.register(own.cast.other_steward, make_contract(slug, columns, "1.1.0"))
    assert (await own.error(query))["message"] == "Cannot query field 'baru' on type 'BadanLain_Banyak'."
    described = await own.data(
        '{ dataset(key: {slug: "badan-lain/banyak"}) { columns { name } contract { version } } }'
    )
    assert [column["name"] for column in described["dataset"]["columns"]] == ["kode", "nilai", "baru"]

    await own.cast.publish(slug, b"kode,nilai,baru\nA,1,x\n")
    assert (await own.data(query))["data"]["badanLain"]["banyak"] == {"nodes": [{"baru": "x"}]}


async def test_a_publication_leaves_what_was_made_for_other_datasets(own):
    query = "{ data { dinasUji { kebunData { totalCount } } } }"
    await own.data(query)
    [(before, _)] = own.api._compiled._kept.values()

    await own.cast.publish("badan-lain/menunggu", b"kode,nilai\nA,1\n")
    await own.data(query)

    assert [compiled for compiled, _ in own.api._compiled._kept.values()] == [before]
    assert [schema for schema, _ in own.api._schemas._kept.values()] == [before.schema]


async def test_old_schemas_are_let_go(own):
    """A schema of a version that was replaced goes with the next publication."""
    query = "{ data { badanLain { menunggu { totalCount } } } }"
    await own.cast.publish("badan-lain/menunggu", b"kode,nilai\nA,1\n")
    await own.data(query)
    old = weakref.ref(next(iter(own.api._compiled._kept.values()))[0].schema)
    assert old() is not None

    for rows in (2, 3):
        lines = "".join(f"K{number},1\n" for number in range(rows))
        await own.cast.publish("badan-lain/menunggu", f"kode,nilai\n{lines}".encode())
        assert (await own.data(query))["data"]["badanLain"]["menunggu"] == {"totalCount": rows}
    gc.collect()

    assert old() is None


async def test_the_whole_schema_is_valid(asking):
    text = (await asking.api.sdl()).text.decode()

    schema = build_schema(text)
    assert {"Data_DinasUji", "Data_BadanLain", "DinasUji_KebunData_GroupOrder"} <= set(schema.type_map)
    assert "DinasUji_Terbatas" not in schema.type_map
