"""`where`: each operator against plain Python over the same rows, and inputs that are refused instead of guessed at."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

CASES: list[tuple[str, Callable[[Any], bool]]] = [
    ('kode: {eq: "K007"}', lambda row: row.kode == "K007"),
    ('kode: {startsWith: "K01"}', lambda row: row.kode.startswith("K01")),
    ('kode: {notIn: ["K000", "K001"]}', lambda row: row.kode not in ("K000", "K001")),
    ("jumlah: {eq: 100}", lambda row: row.jumlah == 100),
    ("jumlah: {ne: 100}", lambda row: row.jumlah is not None and row.jumlah != 100),
    ("jumlah: {in: [-17, 40, 100]}", lambda row: row.jumlah in (-17, 40, 100)),
    ("jumlah: {gte: 10, lt: 50}", lambda row: row.jumlah is not None and 10 <= row.jumlah < 50),
    ("jumlah: {isNull: true}", lambda row: row.jumlah is None),
    ("jumlah: {isNull: false}", lambda row: row.jumlah is not None),
    ('besar: {gt: "9007199254740993"}', lambda row: row.besar is not None and row.besar > 2**53 + 1),
    ("besar: {eq: 9007199254740993}", lambda row: row.besar == 2**53 + 1),
    ('harga: {eq: "-8.75"}', lambda row: row.harga == Decimal("-8.75")),
    ("harga: {lte: 0.0}", lambda row: row.harga is not None and row.harga <= 0),
    ('harga: {gt: "10.005"}', lambda row: row.harga is not None and row.harga > Decimal("10.005")),
    ('harga: {eq: "10.005"}', lambda row: False),
    ("rasio: {gt: 3.5}", lambda row: row.rasio is not None and row.rasio > 3.5),
    ("aktif: {eq: false}", lambda row: row.aktif is False),
    ('tanggal: {eq: "2024-01-05"}', lambda row: row.tanggal == date(2024, 1, 5)),
    (
        'tanggal: {in: ["2024-01-02", "2024-01-03"]}',
        lambda row: row.tanggal in (date(2024, 1, 2), date(2024, 1, 3)),
    ),
    (
        'waktu: {gte: "2024-01-01T15:00:00+07:00"}',
        lambda row: row.waktu is not None and row.waktu >= datetime(2024, 1, 1, 8, tzinfo=UTC),
    ),
    ('provinsi: {eq: "32"}', lambda row: row.provinsi == "32"),
    ("status: {eq: TUTUP}", lambda row: row.status == "TUTUP"),
    ("status: {ne: BUKA}", lambda row: row.status not in (None, "BUKA")),
    ("status: {in: [BUKA, Sedang_dibangun]}", lambda row: row.status in ("BUKA", "Sedang_dibangun")),
    ("status: {notIn: [TUTUP]}", lambda row: row.status not in (None, "TUTUP")),
    ("status: {isNull: true}", lambda row: row.status is None),
    ('nama: {contains: "日"}', lambda row: row.nama is not None and "日" in row.nama),
    ('nama: {eq: "BANDUNG", ignoreCase: true}', lambda row: row.nama == "Bandung"),
    ('nama: {eq: "BANDUNG"}', lambda row: row.nama == "BANDUNG"),
    (
        'nama: {startsWith: "ağ", ignoreCase: true}',
        lambda row: row.nama is not None and row.nama.startswith("Ağ"),
    ),
    (
        'or: [{kode: {eq: "K001"}}, {jumlah: {gt: 140}}]',
        lambda row: row.kode == "K001" or (row.jumlah is not None and row.jumlah > 140),
    ),
    (
        'and: [{jumlah: {gt: 0}}, {aktif: {eq: true}}], provinsi: {eq: "31"}',
        lambda row: row.jumlah is not None and row.jumlah > 0 and row.aktif is True and row.provinsi == "31",
    ),
    ("not: {jumlah: {gt: 0}}", lambda row: row.jumlah is not None and row.jumlah <= 0),
]


@pytest.mark.parametrize(("where", "matches"), CASES, ids=[where for where, _ in CASES])
async def test_an_operator_means_what_it_says(asking, zoo, where, matches):
    found = await asking.zoo(f"where: {{{where}}}, first: 100", "totalCount nodes { kode }")

    assert [node["kode"] for node in found["nodes"]] == [row.kode for row in zoo if matches(row)]
    assert found["totalCount"] == len(found["nodes"])


async def test_values_may_come_as_variables(asking):
    query = """query($where: DinasUji_KebunData_Filter) {
      data { dinasUji { kebunData(where: $where) { nodes { kode harga besar } } } }
    }"""
    where = {"harga": {"eq": -8.75}, "besar": {"in": ["9007199254740993", 9007199254740993]}}

    found = (await asking.data(query, {"where": where}))["data"]["dinasUji"]["kebunData"]

    assert found["nodes"] == [{"kode": "K001", "harga": "-8.75", "besar": "9007199254740993"}]


@pytest.mark.parametrize("where", ["null", "{}"])
async def test_no_filter_means_every_row(asking, where):
    assert (await asking.zoo(f"where: {where}", "totalCount"))["totalCount"] == 60


REFUSED = [
    ("{jumlah: {eq: null}}", "where.jumlah.eq"),
    ("{jumlah: {in: null}}", "where.jumlah.in"),
    ('{nama: {eq: "x", ignoreCase: null}}', "where.nama.ignoreCase"),
    ("{jumlah: {}}", "where.jumlah"),
    ("{nama: {ignoreCase: true}}", "where.nama"),
    ("{jumlah: null}", "where.jumlah"),
    ("{or: []}", "where.or"),
    ("{or: [{}]}", "where.or[0]"),
    ("{and: null}", "where.and"),
    ("{not: {}}", "where.not"),
    ("{and: [{not: {harga: {gt: null}}}]}", "where.and[0].not.harga.gt"),
]


@pytest.mark.parametrize(("where", "place"), REFUSED)
async def test_what_is_unclear_is_refused_with_its_place(asking, where, place):
    query = f"{{ data {{ dinasUji {{ kebunData(where: {where}) {{ totalCount }} }} }} }}"

    error = await asking.error(query)

    assert error["extensions"]["code"] == "BAD_INPUT"
    assert error["extensions"]["place"] == place
    assert error["message"].startswith(f"{place}: ")
    assert error["path"] == ["data", "dinasUji", "kebunData"]


async def test_a_variable_that_is_missing_is_not_every_row(asking):
    """The oldest complaint about such APIs: a filter whose variable was forgotten matched, and changed, everything."""
    query = "query($n: Int) { data { dinasUji { kebunData(where: {jumlah: {eq: $n}}) { totalCount } } } }"

    error = await asking.error(query)

    assert error["extensions"]["code"] == "BAD_INPUT"
    assert error["extensions"]["place"] == "where.jumlah"


async def test_messages_come_in_the_readers_language(asking):
    query = "{ data { dinasUji { kebunData(where: {jumlah: {eq: null}}) { totalCount } } } }"

    assert "nilainya null" in (await asking.error(query, language="id"))["message"]
    assert "is null" in (await asking.error(query, language="en"))["message"]


async def test_columns_that_are_not_filterable_or_public_are_not_there(asking):
    for field in ("catatan", "rahasia"):
        query = f'{{ data {{ dinasUji {{ kebunData(where: {{{field}: {{eq: "x"}}}}) {{ totalCount }} }} }} }}'
        assert (await asking.error(query))["extensions"]["code"] == "BAD_INPUT"


async def test_too_many_values(asking):
    values = list(range(1_001))
    query = "query($v: [Int!]) { data { dinasUji { kebunData(where: {jumlah: {in: $v}}) { totalCount } } } }"

    assert (await asking.error(query, {"v": values}))["extensions"]["place"] == "where.jumlah.in"
    assert (await asking.data(query, {"v": values[:1_000]}))["data"]["dinasUji"]["kebunData"][
        "totalCount"
    ] > 0


async def test_one_refused_field_leaves_the_others(asking):
    query = """{ data { dinasUji {
      good: kebunData(first: 1) { totalCount }
      bad: kebunData(where: {jumlah: {}}) { totalCount }
    } } }"""

    outcome = await asking.outcome(query)

    assert outcome.data == {"data": {"dinasUji": {"good": {"totalCount": 60}, "bad": None}}}
    assert outcome.codes == ("BAD_INPUT",)
