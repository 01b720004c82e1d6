"""The schema as documents: the checked-in file, SDL of a running hub, introspection."""

from pathlib import Path

import pytest

from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    build_client_schema,
    build_schema,
    get_introspection_query,
    is_introspection_type,
    print_schema,
)
from satudata.datasets.access.principal import ANONYMOUS
from satudata.datasets.errors import NotFound
from satudata.graphql.print_schema import static_sdl
from satudata.graphql.scoped import static_part

CHECKED_IN = Path(__file__).parents[2] / "graphql" / "schema.graphql"


def test_the_checked_in_file_is_the_static_schema():
    """After a wanted change: python -m satudata.graphql.print_schema > graphql/schema.graphql"""
    assert CHECKED_IN.read_text(encoding="utf-8") == static_sdl()


def test_everything_is_described():
    missing = []
    for type_ in static_part().type_map.values():
        if is_introspection_type(type_):
            continue
        if not type_.description:
            missing.append(type_.name)
        for name, field in getattr(type_, "fields", {}).items():
            if not field.description:
                missing.append(f"{type_.name}.{name}")
            for argument, given in getattr(field, "args", {}).items():
                if not given.description:
                    missing.append(f"{type_.name}.{name}({argument}:)")
    assert missing == []


def test_static_names_leave_room_for_row_types():
    names = [name for name in static_part().type_map if not name.startswith("__")]

    assert [name for name in names if "_" in name] == []


def test_connections_are_alike():
    for name, type_ in static_part().type_map.items():
        if name.endswith("Connection") and isinstance(type_, GraphQLObjectType):
            assert {"nodes", "edges", "pageInfo", "totalCount"} <= set(type_.fields), name


async def test_rows_in_the_sdl(asking):
    text = (await asking.api.sdl()).text.decode()

    assert '@contract(dataset: "dinas-uji/kebun-data", version: "1.0.0")' in text
    assert '@listSize(slicingArguments: ["first"], sizedFields: ["nodes", "edges"])' in text
    assert '@contract(column: "harga")' in text
    assert "first: Int = 100" in text
    assert "input DinasUji_KebunData_Order @oneOf {" in text
    assert 'totalCount: Count! @cost(weight: "20")' in text


async def test_the_types_of_columns(asking):
    schema = build_schema((await asking.api.sdl(["dinas-uji/kebun-data"])).text.decode())

    row, filters, order, by, aggregate = (
        schema.type_map[f"DinasUji_KebunData{suffix}"]
        for suffix in ("", "_Filter", "_Order", "_GroupBy", "_Aggregate")
    )
    assert {name: str(field.type) for name, field in row.fields.items()} == {
        "kode": "ID!",
        "nama": "String",
        "jumlah": "Int",
        "besar": "BigInt",
        "harga": "Decimal",
        "rasio": "Float",
        "aktif": "Boolean",
        "tanggal": "Date",
        "waktu": "DateTime",
        "provinsi": "ID",
        "catatan": "String",
        "status": "DinasUji_KebunData_Status",
        "provinsiEntry": "Code",
    }
    assert "buah" in row.fields["jumlah"].description
    assert "Nama / Name" in row.fields["nama"].description
    assert "kemendagri/kode-wilayah" in row.fields["provinsi"].description
    filterable = set(row.fields) - {"catatan", "provinsiEntry"}
    assert set(filters.fields) == filterable | {"and", "or", "not", "provinsiEntry"}
    assert set(order.fields) == filterable
    assert {name: str(field.type) for name, field in by.fields.items()} == {
        **dict.fromkeys(filterable - {"rasio"}, "Whole"),
        "tanggal": "DatePart",
        "waktu": "DatePart",
        "provinsi": "RegionLevelBy",
    }
    assert set(aggregate.fields) == set(row.fields) - {"provinsiEntry"} | {"rowCount"}
    assert str(aggregate.fields["besar"].type) == "BigIntAggregate!"
    assert str(aggregate.fields["kode"].type) == "TextAggregate!"


async def test_a_short_list_of_values_is_an_enum(asking):
    schema = build_schema((await asking.api.sdl(["dinas-uji/kebun-data"])).text.decode())

    assert list(schema.type_map["DinasUji_KebunData_Status"].values) == ["BUKA", "TUTUP", "Sedang_dibangun"]
    assert str(schema.type_map["DinasUji_KebunData_Key"].fields["status"].type) == "DinasUji_KebunData_Status"
    assert str(schema.type_map["DinasUji_KebunData_Aggregate"].fields["status"].type) == "TextAggregate!"
    chosen = schema.type_map["DinasUji_KebunData_Filter"].fields["status"].type
    assert {name: str(field.type) for name, field in chosen.fields.items()} == {
        "eq": "DinasUji_KebunData_Status",
        "ne": "DinasUji_KebunData_Status",
        "in": "[DinasUji_KebunData_Status!]",
        "notIn": "[DinasUji_KebunData_Status!]",
        "isNull": "Boolean",
    }


async def test_a_slice_has_only_what_is_asked_for(asking):
    text = (await asking.api.sdl(["badan-lain/banyak"])).text.decode()

    types = build_schema(text).type_map
    assert "BadanLain_Banyak" in types
    assert [name for name in types if name.startswith("DinasUji")] == []
    again = await asking.api.sdl(["badan-lain/banyak", "badan-lain/banyak"])
    assert again.text == text.encode()
    for slug in ("badan-lain/tidak-ada", "tanpa-garis", "dinas-uji/terbatas", "badan-lain/menunggu"):
        with pytest.raises(NotFound) as refusal:
            await asking.api.sdl([slug])
        assert slug in refusal.value.message.id


async def test_introspection_and_sdl_tell_the_same(asking):
    query = get_introspection_query(specified_by_url=True, input_value_deprecation=True, one_of=True)
    data = await asking.data(query)

    introspected = build_client_schema(data)
    printed = build_schema((await asking.api.sdl()).text.decode())
    assert sorted(print_schema(introspected).split("\n\n")) == sorted(print_schema(printed).split("\n\n"))
    order = introspected.type_map["DinasUji_KebunData_Order"]
    key = introspected.type_map["DatasetKey"]
    assert isinstance(order, GraphQLInputObjectType)
    assert order.is_one_of
    assert isinstance(key, GraphQLInputObjectType)
    assert key.is_one_of


async def test_introspection_with_aliases_fragments_and_other_fields(asking):
    query = """query Q($deep: Boolean!) {
      s: __schema { types { ...T } q: queryType { name } }
      __typename
      hub { version }
      t: __type(name: "BadanLain_Banyak") { ...T }
      nothing: __type(name: "TidakAda") { name }
    }
    fragment T on __Type { n: name kind fields @include(if: $deep) { name } }"""

    deep = await asking.data(query, {"deep": True})
    flat = await asking.data(query, {"deep": False})

    assert {"n": "DinasUji_KebunData", "kind": "OBJECT"} in flat["s"]["types"]
    assert [field["name"] for field in deep["t"]["fields"]] == ["kode", "nilai"]
    assert flat["t"] == {"n": "BadanLain_Banyak", "kind": "OBJECT"}
    assert deep["nothing"] is None
    assert deep["hub"] == {"version": "0.1.0"}
    assert deep["s"]["q"] == {"name": "Query"}


async def test_one_type_needs_no_whole_schema(own):
    query = "query($name: String!) { __type(name: $name) { fields { name type { name ofType { name } } } } }"

    found = await own.data(query, {"name": "BadanLain_Banyak_Connection"})

    assert [field["name"] for field in found["__type"]["fields"]] == [
        "nodes",
        "edges",
        "pageInfo",
        "totalCount",
        "aggregate",
        "groups",
        "version",
        "citation",
    ]
    assert own.api._introspection._whole is None
    assert (await own.data(query, {"name": "DinasUji_Terbatas"}))["__type"] is None


async def test_introspection_is_made_once_for_each_epoch(own, monkeypatch):
    query = get_introspection_query()
    made = []
    original = own.api._introspection._run

    async def noting(work):
        made.append(work)
        return await original(work)

    monkeypatch.setattr(own.api._introspection, "_run", noting)
    first = await own.data(query)
    once = len(made)
    again = await own.data(query)
    assert len(made) == once
    assert again == first

    await own.cast.publish("badan-lain/menunggu", b"kode,nilai\nA,1\n")
    after = await own.data(query)

    assert len(made) == 2 * once
    assert "BadanLain_Menunggu" in {item["name"] for item in after["__schema"]["types"]}


async def test_an_empty_hub_has_no_rows_field(empty):
    text = (await empty.sdl()).text.decode()

    assert static_sdl().endswith(text)
    assert "data" not in build_schema(text).query_type.fields
    outcome = await empty.execute("{ data { __typename } }", principal=ANONYMOUS)
    assert outcome.errors[0]["message"] == "Cannot query field 'data' on type 'Query'."
