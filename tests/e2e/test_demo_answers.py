"""Every right answer of the demo tables (demo/SOURCES.md), asked over HTTP as a developer of a service would."""

from decimal import Decimal
from typing import Any

import pytest

Hub = Any  # tests/conftest.py: RunningHub


def data(hub: Hub, selection: str) -> Any:
    body = hub.graphql(f"{{ data {{ {selection} }} }}")
    assert "errors" not in body, body["errors"]
    agency = next(iter(body["data"]["data"].values()))
    return next(iter(agency.values()))


def test_the_first_query_of_the_readme(demo_server: Hub) -> None:
    body = demo_server.graphql(
        "{ data { disnakertransJabar { upahMinimum(where: {tahun: {eq: 2024}}) {"
        " totalCount aggregate { upahMinimum { sum } } nodes { namaKabupatenKota upahMinimum } } } } }"
    )
    answer = body["data"]["data"]["disnakertransJabar"]["upahMinimum"]
    assert answer["totalCount"] == 27
    assert answer["aggregate"] == {"upahMinimum": {"sum": "91004430.00"}}
    assert len(answer["nodes"]) == 27
    assert {"namaKabupatenKota": "Kabupaten Bogor", "upahMinimum": "4579541.00"} in answer["nodes"]
    assert sum(Decimal(node["upahMinimum"]) for node in answer["nodes"]) == Decimal("91004430.00")


@pytest.mark.parametrize(
    ("field", "rows"),
    [
        ("disnakertransJabar { upahMinimum", 216),
        ("kemendagri { luasPenduduk", 514),
        ("bmkg { iklimHarianBandung", 366),
        ("bmkg { gempaDirasakan", 562),
        ("kemenkes { puskesmas", 514),
        ("bps { imporPelabuhan", 2907),
        ("lkpp { capaianPengadaan", 792),
        ("dlhJakarta { ispuBulanan", 446),
        ("kemendagri { wilayah", 91599),
        ("kemendagri { pulau", 17373),
    ],
)
def test_row_counts(demo_server: Hub, field: str, rows: int) -> None:
    assert data(demo_server, f"{field} {{ totalCount }} }}")["totalCount"] == rows


def test_population_and_area(demo_server: Hub) -> None:
    answer = data(
        demo_server,
        "kemendagri { luasPenduduk { aggregate {"
        " jumlah { sum } luasKm2 { sum } lakiLaki { sum } perempuan { sum } } } }",
    )["aggregate"]
    assert answer["jumlah"]["sum"] == "284973643"
    assert Decimal(answer["luasKm2"]["sum"]) == Decimal("1890179.784")
    assert int(answer["lakiLaki"]["sum"]) + int(answer["perempuan"]["sum"]) == 284973643


def test_rain_without_the_missing_codes(demo_server: Hub) -> None:
    answer = data(
        demo_server, "bmkg { iklimHarianBandung { aggregate { rr { sum count max } tx { max } } } }"
    )["aggregate"]
    assert Decimal(answer["rr"]["sum"]) == Decimal("2142.3")
    assert answer["rr"]["count"] == 310
    assert Decimal(answer["tx"]["max"]) == Decimal("34.5")


def test_earthquakes(demo_server: Hub) -> None:
    answer = data(
        demo_server,
        "bmkg { gempaDirasakan(orderBy: [{waktu: ASC}], first: 1) {"
        " totalCount aggregate { magnitudo { sum max } } nodes { kodeGempa waktu episentrumLintang } } }",
    )
    assert answer["totalCount"] == 562
    assert Decimal(answer["aggregate"]["magnitudo"]["sum"]) == Decimal("3127.8")
    assert Decimal(answer["aggregate"]["magnitudo"]["max"]) == Decimal("7.9")
    assert answer["nodes"][0]["kodeGempa"] == "20221215103109"
    assert answer["nodes"][0]["waktu"] == "2022-12-15T03:31:09Z"
    assert Decimal(answer["nodes"][0]["episentrumLintang"]) == Decimal("2.88")


def test_health_centres(demo_server: Hub) -> None:
    answer = data(demo_server, "kemenkes { puskesmas { aggregate { jumlahPuskesmas { sum } } } }")
    assert answer["aggregate"]["jumlahPuskesmas"]["sum"] == "10292"


def test_imports(demo_server: Hub) -> None:
    every = data(demo_server, "bps { imporPelabuhan { aggregate { nilai { sum count } berat { sum } } } }")[
        "aggregate"
    ]
    assert every["nilai"] == {"sum": "1324453060580", "count": 2907}
    assert every["berat"]["sum"] == "1394385342013"
    year = data(
        demo_server, "bps { imporPelabuhan(where: {tahun: {eq: 2012}}) { aggregate { nilai { sum } } } }"
    )
    assert year["aggregate"]["nilai"]["sum"] == "191691991673"
    letters = data(
        demo_server,
        'bps { imporPelabuhan(where: {kodePelabuhan: {startsWith: "ID"}}, first: 1) { nodes { kodePelabuhan } } }',
    )
    assert letters["nodes"][0]["kodePelabuhan"].startswith("ID")


def test_procurement(demo_server: Hub) -> None:
    answer = data(
        demo_server,
        "lkpp { capaianPengadaan { aggregate { capaianPengadaan { sum count } capaianKontrak { sum count }"
        " capaianPelaksanaan { sum count } capaianPho { sum count } } } }",
    )["aggregate"]
    sums = {name: (Decimal(value["sum"]), value["count"]) for name, value in answer.items()}
    assert sums == {
        "capaianPengadaan": (Decimal("29633.59"), 527),
        "capaianKontrak": (Decimal("26183.63"), 443),
        "capaianPelaksanaan": (Decimal("22941.43"), 422),
        "capaianPho": (Decimal("11937.87"), 318),
    }


def test_air_quality_days_by_category(demo_server: Hub) -> None:
    groups = data(
        demo_server,
        "dlhJakarta { ispuBulanan { groups(by: [{kategori: VALUE}]) {"
        " key { kategori } aggregate { jumlahHari { sum } } } } }",
    )["groups"]
    assert {group["key"]["kategori"]: int(group["aggregate"]["jumlahHari"]["sum"]) for group in groups} == {
        "SEDANG": 3187,
        "TIDAK SEHAT": 1827,
        "BAIK": 316,
        "SANGAT TIDAK SEHAT": 203,
        "TIDAK ADA DATA": 4,
        "BERBAHAYA": 1,
    }


def test_regions_by_level(demo_server: Hub) -> None:
    groups = data(
        demo_server,
        "kemendagri { wilayah { groups(by: [{level: VALUE}]) { key { level } aggregate { rowCount } } } }",
    )["groups"]
    assert sorted(group["aggregate"]["rowCount"] for group in groups) == [38, 514, 7285, 83762]


def test_the_catalogue_knows_them_all(demo_server: Hub) -> None:
    body = demo_server.graphql(
        "{ hub { datasetCount agencyCount rowCount } datasets(first: 100) { totalCount nodes {"
        " slug rowField license { id } latest { number state rowCount sha256 report { verdict errors } } } } }"
    )["data"]
    assert body["datasets"]["totalCount"] == 10
    assert body["hub"]["datasetCount"] == 10
    assert body["hub"]["agencyCount"] == 7
    for dataset in body["datasets"]["nodes"]:
        assert dataset["latest"]["number"] == 1
        assert dataset["latest"]["state"] == "PUBLISHED"
        assert dataset["latest"]["report"]["errors"] == 0
        assert dataset["rowField"].startswith("data.")
    assert body["hub"]["rowCount"] == sum(node["latest"]["rowCount"] for node in body["datasets"]["nodes"])
