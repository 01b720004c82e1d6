"""Columns with a short list of values that are names: enums of their own, true for every version that can be asked."""

from dataclasses import replace

import pytest

from graphql import GraphQLEnumType, build_schema, validate_schema
from satudata.graphql.rows.served import Scope, ServedDataset
from satudata.graphql.rows.types import RowTypes
from satudata.graphql.rows.value_lists import ValueList, value_lists
from satudata.graphql.scoped import Resolvers
from satudata.graphql.scoped import build_schema as build_scoped
from satudata.graphql.sdl import print_sdl
from satudata.graphql.static import static_types
from satudata.validation.contracts.model import CodeBinding, ColumnType

SLUG, FIELD = "badan-lain/berubah", "{ data { badanLain { berubah%s } } }"
COLUMNS = """
      - {name: kode, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: status, logicalType: string, enum: [%s]}
"""


class Listed:
    """What building a schema needs of a dataset."""

    slug = "dinas-uji/kebun-data"


def with_status(contract, *values, **more):
    """The zoo's contract with other values of `status`."""
    columns = tuple(
        replace(column, enum=values, **more) if column.name == "status" else column
        for column in contract.columns
    )
    return replace(contract, columns=columns)


def lists(contract, *earlier):
    return value_lists(contract, earlier).get("status")


@pytest.mark.parametrize(
    ("values", "more"),
    [
        ((), {}),
        (("BAIK", "TIDAK SEHAT"), {}),
        (("BAIK", "true"), {}),
        (("null",), {}),
        (("__BAIK",), {}),
        (("1A",), {}),
        (("BAIK\n",), {}),
        (("é",), {}),
        (tuple(f"V{number}" for number in range(101)), {}),
        (("1", "2"), {"type": ColumnType.INTEGER}),
        (("A", "B"), {"code": CodeBinding("a/list")}),
        (("A", "B"), {"public": False}),
    ],
)
def test_what_stays_as_it_was(zoo_contract, values, more):
    assert lists(with_status(zoo_contract, *values, **more)) is None


def test_the_values_of_every_contract_that_rows_were_checked_against(zoo_contract):
    now = with_status(zoo_contract, "A", "_b2", "True")

    assert lists(now) == ValueList(("A", "_b2", "True"), ())
    assert lists(now, now, with_status(zoo_contract, "A")) == ValueList(("A", "_b2", "True"), ())
    assert lists(now, with_status(zoo_contract, "C", "A"), with_status(zoo_contract, "D", "C")) == ValueList(
        ("A", "_b2", "True"), ("C", "D")
    )
    assert lists(now, with_status(zoo_contract)) is None
    assert lists(now, with_status(zoo_contract, "TIDAK ADA")) is None
    assert lists(now, with_status(zoo_contract, *(f"V{number}" for number in range(98)))) is None
    other_type = with_status(zoo_contract, type=ColumnType.INTEGER)
    without = replace(zoo_contract, columns=zoo_contract.columns[:-1])
    assert lists(now, other_type, without) == ValueList(("A", "_b2", "True"), ())


def test_names_do_not_collide(zoo_contract):
    named = [
        replace(zoo_contract.by_name["status"], name=name)
        for name in ("order", "order_value", "filter", "status", "status_filter", "group_by", "jenis_2")
    ]
    contract = replace(zoo_contract, columns=(*zoo_contract.columns[:-1], *named))
    served = ServedDataset(Listed(), None, contract, RowTypes(contract, static_types()))
    schema = build_schema(
        print_sdl(build_scoped(Scope((served,), ("dinasUji",), True), Resolvers(None, None)))
    )

    assert validate_schema(schema) == []
    enums = {name for name, type_ in schema.type_map.items() if isinstance(type_, GraphQLEnumType)}
    base = "DinasUji_KebunData_"
    assert {name for name in enums if name.startswith(base)} == {
        f"{base}{name}"
        for name in (
            *("Order_Value", "OrderValue", "Filter_Value", "Status", "StatusFilter"),
            *("GroupBy_Value", "Jenis2"),
        )
    }
    assert f"{base}Status_Filter" in schema.type_map
    assert f"{base}Order_Value_Filter" in schema.type_map


async def test_values_in_documents_and_variables(asking, zoo):
    document = (
        "query($one: DinasUji_KebunData_Status, $some: [DinasUji_KebunData_Status!]) { data { dinasUji {"
        " one: kebunData(where: {status: {eq: $one}}) { totalCount }"
        " some: kebunData(where: {status: {in: $some}}) { totalCount"
        " groups(by: [{status: VALUE}]) { key { status } aggregate { rowCount status { min max distinctCount } } } }"
        " } } }"
    )
    variables = {"one": "Sedang_dibangun", "some": ["BUKA", "TUTUP"]}
    for _ in range(2):  # the second time as a compiled operation
        found = (await asking.data(document, variables))["data"]["dinasUji"]

        count = {
            value: sum(row.status == value for row in zoo) for value in ("BUKA", "TUTUP", "Sedang_dibangun")
        }
        assert found["one"]["totalCount"] == count["Sedang_dibangun"]
        assert found["some"]["totalCount"] == count["BUKA"] + count["TUTUP"]
        assert found["some"]["groups"] == [
            {
                "key": {"status": value},
                "aggregate": {
                    "rowCount": count[value],
                    "status": {"min": value, "max": value, "distinctCount": 1},
                },
            }
            for value in ("BUKA", "TUTUP")
        ]


@pytest.mark.parametrize(
    ("given", "variables"),
    [("TUTUP_", {}), ('"TUTUP"', {}), ("$x", {"x": "tutup"}), ("$x", {"x": 1})],
)
async def test_what_is_no_value_is_refused(asking, given, variables):
    declared = "($x: DinasUji_KebunData_Status)" if variables else ""
    rows = f"kebunData(where: {{status: {{eq: {given}}}}}) {{ totalCount }}"
    document = f"query{declared} {{ data {{ dinasUji {{ {rows} }} }} }}"

    error = await asking.error(document, variables)

    assert error["extensions"]["code"] == "BAD_INPUT"


async def test_a_citation_writes_the_value_as_a_name(asking):
    page = await asking.zoo("where: {status: {in: [TUTUP]}}, first: 2", "citation { text { value } }")

    assert "where: {status: {in: [TUTUP]}}" in page["citation"]["text"]["value"]


async def test_every_version_is_answered_with_its_values(own, make_contract):
    async def publish(version, values, rows):
        allowed = ", ".join(f"{{value: {value}}}" for value in values)
        yaml = make_contract(SLUG, COLUMNS % allowed, version)
        await own.services.catalogue.register(own.cast.other_steward, yaml)
        lines = "".join(f"K{index},{value}\n" for index, value in enumerate(rows))
        await own.cast.publish(SLUG, f"kode,status\n{lines}".encode())

    async def statuses(number):
        found = await own.data(FIELD % f"(version: {number}) {{ nodes {{ status }} }}")
        return [row["status"] for row in found["data"]["badanLain"]["berubah"]["nodes"]]

    await publish("1.0.0", ["A", "B"], ["A", "B", ""])
    await publish("2.0.0", ["A", "C"], ["C", "A"])

    assert await statuses(1) == ["A", "B", None]
    assert await statuses(2) == ["C", "A"]
    of_b = FIELD % "(version: 1, where: {status: {eq: B}}) { totalCount }"
    assert (await own.data(of_b))["data"]["badanLain"]["berubah"] == {"totalCount": 1}
    made = build_schema((await own.api.sdl([SLUG])).text.decode()).type_map["BadanLain_Berubah_Status"]
    assert {name: value.deprecation_reason is None for name, value in made.values.items()} == {
        "A": True,
        "C": True,
        "B": False,
    }
