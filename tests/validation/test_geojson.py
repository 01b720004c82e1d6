"""GeoJSON: features as records, the geometry as text with its own digits, reference systems."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from satudata.validation.contracts.model import DataContract
from satudata.validation.readers.detection import Unreadable

Make = Callable[..., DataContract]
Read = Callable[..., Any]

COLUMNS = [
    {"name": "nama", "logicalType": "string"},
    {"name": "luas", "logicalType": "number", "physicalType": "decimal(12,2)"},
    {"name": "geometry", "logicalType": "string"},
]
GEOMETRY = '{"type":"Point","coordinates":[106.80,-6.2000]}'
POINT = '{ "type": "Point",\n "coordinates": [ 106.80 , -6.2000 ] }'


def feature(geometry: str = POINT, **properties: Any) -> str:
    return f'{{"type": "Feature", "properties": {json.dumps(properties)}, "geometry": {geometry}}}'


def collection(*features: str, more: str = "") -> str:
    return f'{{"type": "FeatureCollection", {more}"features": [{", ".join(features)}]}}'


@pytest.fixture(scope="module")
def places(make_contract: Make) -> DataContract:
    return make_contract(COLUMNS)


@pytest.mark.parametrize(
    "content",
    [
        collection(feature(nama="A", luas=1.5), feature(nama="B")),
        "\ufeff" + collection(feature(nama="A", luas=1.5), feature(nama="B")),
        feature(nama="A", luas=1.5).replace("\n", "") + "\n" + feature(nama="B").replace("\n", "") + "\n",
        f'{{"features": [{feature(nama="A", luas=1.5)}, {feature(nama="B")}], "type": "FeatureCollection"}}',
    ],
    ids=["collection", "byte-order mark", "one on each line", "type at the end"],
)
def test_features_are_records(content: str, places: DataContract, read: Read) -> None:
    table = read(content, places)
    assert table.rows == [(2, "A", "1.5", GEOMETRY), (3, "B", None, GEOMETRY)]
    assert (table.issues, table.reading.format) == ([], "geojson")


def test_a_single_feature(places: DataContract, read: Read) -> None:
    assert read(feature(nama="A"), places).rows == [(2, "A", None, GEOMETRY)]


def test_a_feature_may_have_no_geometry_and_no_properties(places: DataContract, read: Read) -> None:
    content = collection(
        feature("null", nama="A"), '{"type": "Feature", "geometry": null, "properties": null}'
    )
    assert read(content, places).rows == [(2, "A", None, None)]


def test_nested_properties_are_flattened(make_contract: Make, read: Read) -> None:
    contract = make_contract(
        [{"name": "kode", "physicalName": "wilayah.kode", "logicalType": "string"}, COLUMNS[2]]
    )
    assert read(collection(feature(wilayah={"kode": "32.01"})), contract).rows == [(2, "32.01", GEOMETRY)]


def test_a_geometry_nobody_asked_for_is_an_unknown_column(make_contract: Make, read: Read) -> None:
    table = read(collection(feature(nama="A")), make_contract(COLUMNS[:1]))
    assert [(issue.code, issue.value) for issue in table.issues] == [("column.unknown", "geometry")]


def test_the_geometry_goes_into_the_geometry_column_of_the_contract(make_contract: Make, read: Read) -> None:
    column = {
        "name": "titik",
        "physicalName": "Letak",
        "logicalType": "string",
        "customProperties": [{"property": "geometry", "value": {"type": "POINT"}}],
    }
    table = read(collection(feature(nama="A")), make_contract([COLUMNS[0], column]))
    assert (table.rows, table.issues) == ([(2, "A", GEOMETRY)], [])


def test_the_id_of_a_feature_is_read_when_it_is_asked_for(make_contract: Make, read: Read) -> None:
    content = collection('{"type": "Feature", "id": 7, ' + feature(nama="A")[19:])
    contract = make_contract([{"name": "id", "logicalType": "integer"}, COLUMNS[0], COLUMNS[2]])
    assert read(content, contract).rows == [(2, "7", "A", GEOMETRY)]
    assert read(content, make_contract([COLUMNS[0], COLUMNS[2]])).issues == []


def test_a_property_of_the_same_name_is_told(places: DataContract, read: Read) -> None:
    table = read(collection(feature(nama="A").replace('"nama"', '"geometry": "x", "nama"')), places)
    assert table.rows == [(2, "A", None, GEOMETRY)]
    assert table.codes == [("row.field_twice", 2, "geometry")]


@pytest.mark.parametrize(
    "name",
    [
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "EPSG:4326",
        "urn:ogc:def:crs:EPSG::4326",
        "urn:ogc:def:crs:OGC::CRS84",
    ],
)
def test_longitude_and_latitude_by_any_name(name: str, places: DataContract, read: Read) -> None:
    crs = f'"crs": {{"type": "name", "properties": {{"name": "{name}"}}}}, '
    assert len(read(collection(feature(nama="A"), more=crs), places).rows) == 1


@pytest.mark.parametrize(
    "content",
    [
        collection(feature(nama="A"), more='"crs": {"type": "name", "properties": {"name": "EPSG:32748"}}, '),
        collection(feature(nama="A"))[:-1] + ', "crs": {"type": "link", "properties": {"href": "x"}}}',
    ],
    ids=["in front", "behind the features"],
)
def test_another_reference_system_is_refused(content: str, places: DataContract, read: Read) -> None:
    with pytest.raises(Unreadable) as raised:
        read(content, places)
    assert [issue.code for issue in raised.value.issues] == ["file.crs"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (collection(), "file.no_rows"),
        (collection(feature(nama="A"), "5"), "file.unreadable"),
        (collection(feature(nama="A"))[:-30], "file.unreadable"),
        ('{"type": "Topology", "arcs": [], "objects": {}}', "file.not_a_table"),
    ],
)
def test_broken_ones(content: str, code: str, places: DataContract, read: Read) -> None:
    with pytest.raises(Unreadable) as raised:
        read(content, places)
    assert [issue.code for issue in raised.value.issues] == [code]
