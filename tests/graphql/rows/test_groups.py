"""Groups by parts of dates and instants, and by their figures, as a client asks for them; polars says what is right."""

from datetime import UTC, datetime
from decimal import Decimal

import polars as pl
import pytest

from graphql import build_schema

EVERY = {"HOUR": "1h", "DAY": "1d", "WEEK": "1w", "MONTH": "1mo", "QUARTER": "1q", "YEAR": "1y"}


def frame(zoo):
    """The zoo's rows: `waktu` an instant, `harga` in hundredths."""
    return pl.DataFrame(
        {
            "tanggal": pl.Series([row.tanggal for row in zoo], dtype=pl.Date),
            "waktu": pl.Series([row.waktu for row in zoo], dtype=pl.Datetime("us", "UTC")),
            "provinsi": [row.provinsi for row in zoo],
            "harga": [None if row.harga is None else int(row.harga * 100) for row in zoo],
            "jumlah": [row.jumlah for row in zoo],
        }
    )


def written(value):
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
    return None if value is None else value.isoformat()


@pytest.mark.parametrize("zone", [None, "Asia/Jayapura", "UTC", "America/New_York"])
@pytest.mark.parametrize("part", EVERY)
async def test_parts_of_instants(asking, zoo, part, zone):
    given = "" if zone is None else f', timeZone: "{zone}"'
    found = await asking.zoo(
        "",
        f"groups(by: [{{waktu: {part}}}]{given}) {{ key {{ waktu }} aggregate {{ rowCount jumlah {{ sum }} }} }}",
    )

    start = pl.col("waktu").dt.convert_time_zone(zone or "Asia/Jakarta").dt.truncate(EVERY[part])
    expected = (
        frame(zoo)
        .group_by(start)
        .agg(pl.len(), pl.col("jumlah").sum(), pl.col("jumlah").count().alias("n"))
        .sort("waktu", nulls_last=True)
    )
    assert [
        (group["key"]["waktu"], group["aggregate"]["rowCount"], group["aggregate"]["jumlah"]["sum"])
        for group in found["groups"]
    ] == [(written(key), rows, str(total) if n else None) for key, rows, total, n in expected.rows()]


@pytest.mark.parametrize("part", [part for part in EVERY if part != "HOUR"])
async def test_parts_of_dates(asking, zoo, part):
    found = await asking.zoo(
        "",
        f'groups(by: [{{tanggal: {part}}}], timeZone: "Pacific/Kiritimati") '
        "{ key { tanggal } aggregate { rowCount } }",
    )

    start = pl.col("tanggal").dt.truncate(EVERY[part])
    expected = frame(zoo).group_by(start).agg(pl.len()).sort("tanggal", nulls_last=True)
    assert [(group["key"]["tanggal"], group["aggregate"]["rowCount"]) for group in found["groups"]] == [
        (written(key), rows) for key, rows in expected.rows()
    ]


async def test_several_keys_with_having_and_order(asking, zoo):
    found = await asking.zoo(
        "where: {provinsi: {isNull: false}}",
        """groups(
          by: [{provinsi: CODE}, {waktu: DAY}],
          having: {rowCount: {gte: 3}, harga: {sum: {gt: "5.5"}, count: {lt: 8}}},
          orderBy: [{harga: {median: DESC_NULLS_FIRST}}, {key: ASC}]
        ) { key { provinsi waktu } aggregate { rowCount harga { sum median } } }""",
    )

    day = pl.col("waktu").dt.convert_time_zone("Asia/Jakarta").dt.truncate("1d")
    expected = (
        frame(zoo)
        .filter(pl.col("provinsi").is_not_null())
        .group_by("provinsi", day)
        .agg(
            pl.len().alias("rows"),
            pl.col("harga").sum().alias("sum"),
            pl.col("harga").median().alias("median"),
            pl.col("harga").count().alias("count"),
        )
        .filter((pl.col("rows") >= 3) & (pl.col("sum") > 550) & (pl.col("count") < 8))
        .sort("median", "provinsi", "waktu", descending=[True, False, False], nulls_last=[False, True, True])
    )
    assert expected.height > 3
    assert [
        (
            group["key"]["provinsi"],
            group["key"]["waktu"],
            group["aggregate"]["rowCount"],
            Decimal(group["aggregate"]["harga"]["sum"]) * 100,
            float(Decimal(group["aggregate"]["harga"]["median"]) * 100),
        )
        for group in found["groups"]
    ] == [
        (province, written(start), rows, total, middle)
        for province, start, rows, total, middle, _ in expected.rows()
    ]


async def test_the_types_of_groups(asking):
    schema = build_schema((await asking.api.sdl(["dinas-uji/kebun-data"])).text.decode())

    groups = schema.type_map["DinasUji_KebunData_Connection"].fields["groups"]
    assert {name: str(argument.type) for name, argument in groups.args.items()} == {
        "by": "[DinasUji_KebunData_GroupBy!]!",
        "having": "DinasUji_KebunData_Having",
        "orderBy": "[DinasUji_KebunData_GroupOrder!]",
        "first": "Int",
        "offset": "Int",
        "timeZone": "TimeZone",
    }
    having = schema.type_map["DinasUji_KebunData_Having"].fields
    assert {name: str(field.type) for name, field in having.items()} == {
        "rowCount": "IntFilter",
        **dict.fromkeys(("jumlah", "besar", "harga", "rasio"), "MeasureFilter"),
    }


async def figures(asking):
    found = await asking.zoo(
        "",
        """groups(by: [{provinsi: CODE}]) {
          key { provinsi } aggregate { rowCount harga { sum avg min max count } besar { sum } }
        }""",
    )
    return {group["key"]["provinsi"]: group["aggregate"] for group in found["groups"]}


@pytest.mark.parametrize("figure", ["sum", "avg", "min", "max", "count"])
async def test_a_figure_as_it_was_answered_finds_its_group(asking, figure):
    for province, aggregate in (await figures(asking)).items():
        answered = aggregate["harga"][figure]
        value = answered if figure == "count" else f'"{answered}"'
        for operator, given, kept in (("eq", value, True), ("ne", value, False), ("gte", value, True)):
            found = await asking.zoo(
                "",
                f"groups(by: [{{provinsi: CODE}}], having: {{harga: {{{figure}: {{{operator}: {given}}}}}}}) "
                "{ key { provinsi } }",
            )
            assert ({"key": {"provinsi": province}} in found["groups"]) is kept, (province, operator)


async def test_sums_beyond_64_bits_in_having(asking):
    total = (await figures(asking))["31"]["besar"]["sum"]
    having = """query($v: Decimal!) { data { dinasUji { kebunData {
      groups(by: [{provinsi: CODE}], having: {besar: {sum: {eq: $v}}}) { key { provinsi } }
    } } } }"""

    for value, kept in ((total, True), (f"{total}.5", False), ("1" + "0" * 50, False)):
        found = (await asking.data(having, {"v": value}))["data"]["dinasUji"]["kebunData"]["groups"]
        assert ({"key": {"provinsi": "31"}} in found) is kept


@pytest.mark.parametrize("having", ["having: null", "having: {}", "having: {harga: {sum: {isNull: false}}}"])
async def test_having_that_keeps_every_group(asking, having):
    found = await asking.zoo("", f"groups(by: [{{provinsi: CODE}}], {having}) {{ aggregate {{ rowCount }} }}")

    assert len(found["groups"]) == 4


async def test_groups_without_a_figure(asking, zoo):
    found = await asking.zoo(
        "",
        "groups(by: [{kode: VALUE}], having: {harga: {avg: {isNull: true}}}) { key { kode } }",
    )

    assert [group["key"]["kode"] for group in found["groups"]] == [
        row.kode for row in zoo if row.harga is None
    ]


async def test_groups_of_binary_floats(asking):
    found = await asking.zoo(
        "", 'groups(by: [{kode: VALUE}], having: {rasio: {avg: {gt: "7.2"}}}) { key { kode } }'
    )

    assert [group["key"]["kode"] for group in found["groups"]] == ["K059"]


REFUSED = [
    ("by: []", "groups.by", "EMPTY_GROUP_BY"),
    ("by: [{waktu: MONTH}, {waktu: YEAR}]", "groups.by[1].waktu", "GROUP_COLUMN_TWICE"),
    ("by: [{tanggal: HOUR}]", "groups.by[0].tanggal", "HOUR_OF_DATE"),
    ("by: [{aktif: VALUE}], timeZone: null", "groups.timeZone", "NULL_TIME_ZONE"),
    ('by: [{waktu: DAY}], timeZone: "Asia/Bandung"', "groups.timeZone", "UNKNOWN_TIME_ZONE"),
    ('by: [{waktu: DAY}], timeZone: "../etc/passwd"', "groups.timeZone", "UNKNOWN_TIME_ZONE"),
    ('by: [{waktu: DAY}], timeZone: "WIB"', "groups.timeZone", "UNKNOWN_TIME_ZONE"),
    ("by: [{aktif: VALUE}], having: {rowCount: null}", "groups.having.rowCount", "NULL_IN_HAVING"),
    ("by: [{aktif: VALUE}], having: {harga: null}", "groups.having.harga", "NULL_IN_HAVING"),
    ("by: [{aktif: VALUE}], having: {harga: {sum: null}}", "groups.having.harga.sum", "NULL_IN_HAVING"),
    (
        "by: [{aktif: VALUE}], having: {harga: {sum: {gt: null}}}",
        "groups.having.harga.sum.gt",
        "NULL_IN_HAVING",
    ),
    ("by: [{aktif: VALUE}], having: {rowCount: {}}", "groups.having.rowCount", "EMPTY_HAVING"),
    ("by: [{aktif: VALUE}], having: {harga: {}}", "groups.having.harga", "EMPTY_HAVING"),
    ("by: [{aktif: VALUE}], having: {harga: {avg: {}}}", "groups.having.harga.avg", "EMPTY_HAVING"),
    ("by: [{aktif: VALUE}], having: {rasio: {sum: {gt: 1}}}", "groups.having.rasio.sum", "SUM_OF_FLOAT"),
    (
        "by: [{aktif: VALUE}], having: {rasio: {max: {eq: 1}}}",
        "groups.having.rasio.max.eq",
        "EQUALITY_OF_FLOAT",
    ),
]


@pytest.mark.parametrize(("arguments", "place", "reason"), REFUSED)
async def test_what_is_refused_and_why(asking, arguments, place, reason):
    query = (
        f"{{ data {{ dinasUji {{ kebunData {{ groups({arguments}) {{ aggregate {{ rowCount }} }} }} }} }} }}"
    )

    texts = set()
    for language in ("id", "en"):
        error = await asking.error(query, language=language)
        assert error["extensions"] == {
            "code": "BAD_INPUT",
            "retryable": False,
            "place": place,
            "reason": reason,
        }
        assert error["message"].startswith(f"{place}: ")
        texts.add(error["message"])
    assert len(texts) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        "by: [{waktu: DAY}], timeZone: 7",
        "by: [{nama: DAY}]",
        "by: [{waktu: DECADE}]",
        "by: [{aktif: VALUE}], having: {nama: {count: {gt: 1}}}",
        "by: [{aktif: VALUE}], having: {harga: {median: {gt: 1}}}",
        "by: [{aktif: VALUE}], having: {catatan: {count: {gt: 1}}}",
    ],
)
async def test_what_the_schema_does_not_know(asking, arguments):
    query = (
        f"{{ data {{ dinasUji {{ kebunData {{ groups({arguments}) {{ aggregate {{ rowCount }} }} }} }} }} }}"
    )

    outcome = await asking.outcome(query)

    assert set(outcome.codes) == {"BAD_INPUT"}
    assert not outcome.started


async def test_a_long_list_in_having_is_refused(asking):
    query = """query($many: [Decimal!]) { data { dinasUji { kebunData {
      groups(by: [{aktif: VALUE}], having: {harga: {sum: {in: $many}}}) { aggregate { rowCount } }
    } } } }"""

    error = await asking.error(query, {"many": list(range(1_001))})

    assert error["extensions"]["place"] == "groups.having.harga.sum.in"
