"""Aggregates and groups against plain Python over the same rows."""

from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median

import pytest


def values(rows, name):
    return [value for row in rows if (value := getattr(row, name)) is not None]


def mean(numbers, scale):
    exact = sum(map(Decimal, numbers)) / Decimal(len(numbers))
    return str(exact.quantize(Decimal(1).scaleb(-scale - 6), ROUND_HALF_EVEN))


async def test_figures_over_every_matching_row(asking, zoo):
    selection = """aggregate {
      rowCount
      jumlah { min max sum avg count distinctCount }
      besar { min max sum avg median count distinctCount }
      harga { min max sum avg median count distinctCount }
      rasio { min max avg median count distinctCount }
      aktif { trueCount count }
      tanggal { min max count distinctCount }
      waktu { min max count }
      nama { min max count distinctCount }
      provinsi { min max count distinctCount }
    }"""
    found = (await asking.zoo("where: {jumlah: {gt: 0}}, first: 1", selection))["aggregate"]

    rows = [row for row in zoo if row.jumlah is not None and row.jumlah > 0]
    numbers, large, prices = (values(rows, name) for name in ("jumlah", "besar", "harga"))
    assert found["rowCount"] == len(rows)
    assert found["jumlah"] == {
        "min": min(numbers),
        "max": max(numbers),
        "sum": str(sum(numbers)),
        "avg": mean(numbers, 0),
        "count": len(numbers),
        "distinctCount": len(set(numbers)),
    }
    assert found["besar"]["sum"] == str(sum(large))
    assert found["besar"]["min"] == str(min(large))
    assert found["besar"]["avg"] == mean(large, 0)
    assert found["harga"]["sum"] == str(sum(prices))
    assert found["harga"]["avg"] == mean(prices, 2)
    assert Decimal(found["harga"]["median"]) == median(prices)
    assert found["rasio"]["max"] == max(values(rows, "rasio"))
    assert found["aktif"] == {"trueCount": sum(values(rows, "aktif")), "count": len(values(rows, "aktif"))}
    assert found["tanggal"]["min"] == min(values(rows, "tanggal")).isoformat()
    assert found["waktu"]["count"] == len(values(rows, "waktu"))
    assert found["nama"]["distinctCount"] == len(set(values(rows, "nama")))
    assert found["provinsi"]["max"] == "33"


async def test_nothing_matches(asking):
    found = await asking.zoo(
        'where: {kode: {eq: "tidak ada"}}', "totalCount aggregate { rowCount harga { min sum avg count } }"
    )

    assert found == {
        "totalCount": 0,
        "aggregate": {"rowCount": 0, "harga": {"min": None, "sum": None, "avg": None, "count": 0}},
    }


async def test_aliases_and_typenames(asking):
    found = await asking.zoo(
        "",
        """a: aggregate { __typename n: rowCount x: harga { t: __typename s: sum s2: sum } }
        b: aggregate { rowCount }""",
    )

    assert found == {
        "a": {
            "__typename": "DinasUji_KebunData_Aggregate",
            "n": 60,
            "x": {"t": "DecimalAggregate", "s": "1353.75", "s2": "1353.75"},
        },
        "b": {"rowCount": 60},
    }


async def test_groups_by_two_columns_in_the_order_of_their_key(asking, zoo):
    found = await asking.zoo(
        "",
        """groups(by: [{provinsi: CODE}, {aktif: VALUE}]) {
          key { provinsi aktif tanggal } aggregate { rowCount jumlah { sum } }
        }""",
    )

    expected = defaultdict(list)
    for row in zoo:
        expected[row.provinsi, row.aktif].append(row)
    got = {(group["key"]["provinsi"], group["key"]["aktif"]): group["aggregate"] for group in found["groups"]}
    assert len(got) == len(found["groups"]) == len(expected)
    assert all(group["key"]["tanggal"] is None for group in found["groups"])
    for pair, rows in expected.items():
        numbers = values(rows, "jumlah")
        assert got[pair] == {"rowCount": len(rows), "jumlah": {"sum": str(sum(numbers)) if numbers else None}}
    keys = [(group["key"]["provinsi"], group["key"]["aktif"]) for group in found["groups"]]
    assert keys == sorted(keys, key=lambda pair: tuple((part is None, part) for part in pair))


async def test_every_groupable_column_groups(asking, zoo):
    units = {"tanggal": "VALUE", "waktu": "VALUE", "provinsi": "CODE"}
    for name in ("kode", "nama", "jumlah", "besar", "harga", "aktif", "tanggal", "waktu", "provinsi"):
        unit = units.get(name, "VALUE")
        found = await asking.zoo(
            "", f"groups(by: [{{{name}: {unit}}}]) {{ key {{ {name} }} aggregate {{ rowCount }} }}"
        )
        assert len(found["groups"]) == len({getattr(row, name) for row in zoo}), name
        assert sum(group["aggregate"]["rowCount"] for group in found["groups"]) == 60
    for name in ("rasio", "catatan", "rahasia"):
        groups = f"groups(by: [{{{name}: VALUE}}]) {{ aggregate {{ rowCount }} }}"
        outcome = await asking.outcome(f"{{ data {{ dinasUji {{ kebunData {{ {groups} }} }} }} }}")
        assert set(outcome.codes) == {"BAD_INPUT"}
        assert not outcome.started


async def test_groups_ordered_by_a_figure(asking):
    found = await asking.zoo(
        "",
        """groups(by: [{provinsi: CODE}], orderBy: [{harga: {sum: DESC}}, {rowCount: ASC}], first: 2, offset: 1) {
          key { provinsi }
        }
        all: groups(by: [{provinsi: CODE}], orderBy: [{harga: {sum: DESC}}]) {
          key { provinsi } aggregate { harga { sum } }
        }""",
    )

    sums = [Decimal(group["aggregate"]["harga"]["sum"]) for group in found["all"]]
    assert sums == sorted(sums, reverse=True)
    assert [group["key"] for group in found["groups"]] == [group["key"] for group in found["all"]][1:3]


async def test_groups_by_count_then_key(asking):
    query = """{ data { badanLain { banyak {
      groups(by: [{nilai: VALUE}], orderBy: [{rowCount: DESC}, {key: DESC}]) {
        key { nilai } aggregate { rowCount }
      }
    } } } }"""

    groups = (await asking.data(query))["data"]["badanLain"]["banyak"]["groups"]

    ranked = [(-group["aggregate"]["rowCount"], -group["key"]["nilai"]) for group in groups]
    assert ranked == sorted(ranked)
    assert len(groups) == 50


async def test_too_many_groups_are_refused_never_cut(asking):
    query = "{ data { badanLain { banyak { groups(by: [{kode: VALUE}]%s) { key { kode } } } } } }"

    error = await asking.error(query.replace("%s", ""))
    assert error["extensions"]["code"] == "COST_LIMIT"
    assert error["extensions"]["limit"] == {"name": "groups", "most": 10_000}
    first = (await asking.data(query.replace("[{kode: VALUE}]%s", "[{kode: VALUE}], first: 3")))["data"][
        "badanLain"
    ]["banyak"]
    assert [group["key"]["kode"] for group in first["groups"]] == ["A00000", "A00001", "A00002"]


REFUSED = [
    ("by: []", "groups.by"),
    ("by: [{kode: VALUE}, {kode: VALUE}]", "groups.by[1].kode"),
    ("by: [{kode: VALUE}], orderBy: [{key: ASC}, {key: DESC}]", "groups.orderBy[1]"),
    ("by: [{kode: VALUE}], orderBy: [{rasio: {sum: ASC}}]", "groups.orderBy[0].rasio.sum"),
    ("by: [{kode: VALUE}], offset: -1", "groups.offset"),
    ("by: [{kode: VALUE}], offset: 10001", "groups.offset"),
]


@pytest.mark.parametrize(("arguments", "place"), REFUSED)
async def test_group_arguments_that_make_no_sense(asking, arguments, place):
    error = await asking.error(
        f"{{ data {{ dinasUji {{ kebunData {{ groups({arguments}) {{ aggregate {{ rowCount }} }} }} }} }} }}"
    )

    assert error["extensions"]["code"] == "BAD_INPUT"
    assert error["extensions"]["place"] == place


async def test_two_groups_of_one_field_have_their_own_arguments(asking):
    found = await asking.zoo(
        "",
        """a: groups(by: [{aktif: VALUE}]) { key { aktif } }
        b: groups(by: [{provinsi: CODE}], first: 1) { aggregate { __typename } }
        c: groups(by: [{provinsi: CODE}], first: 1) { __typename }""",
    )

    assert found["a"] == [{"key": {"aktif": False}}, {"key": {"aktif": True}}, {"key": {"aktif": None}}]
    assert found["b"] == [{"aggregate": {"__typename": "DinasUji_KebunData_Aggregate"}}]
    assert found["c"] == [{"__typename": "DinasUji_KebunData_Group"}]
