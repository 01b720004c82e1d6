"""Columns of GeoJSON geometries: what is wrong with a shape is said in words, swapped coordinates by name."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from satudata.validation.contracts.bindings import INDONESIA
from satudata.validation.contracts.errors import ContractError
from satudata.validation.contracts.model import DataContract, GeometryRule, GeometryType
from satudata.validation.reports.model import Report, Verdict

Make = Callable[..., DataContract]
Check = Callable[..., Report]
SQUARE = [[107.5, -7.0], [107.6, -7.0], [107.6, -6.9], [107.5, -6.9], [107.5, -7.0]]


def shape(kind: str, coordinates: Any) -> str:
    return json.dumps({"type": kind, "coordinates": coordinates})


def column(personal: str = "NONE", **geometry: Any) -> dict[str, Any]:
    settings = {"geometry": geometry, "personalData": personal}
    custom = [{"property": name, "value": value} for name, value in settings.items()]
    return {"name": "bentuk", "logicalType": "string", "customProperties": custom}


@pytest.fixture
def check_shapes(check: Check, make_contract: Make) -> Check:
    def run(*texts: str, personal: str = "NONE", **geometry: Any) -> Report:
        rows = "".join(json.dumps({"bentuk": text}) + "\n" for text in texts)
        return check(rows, make_contract([column(personal, **geometry)]), name="data.jsonl")

    return run


def test_right_geometries_pass(check_shapes: Check) -> None:
    report = check_shapes(
        shape("Point", [107.61, -6.91]),
        shape("LineString", SQUARE[:3]),
        shape("Polygon", [SQUARE]),
        shape("MultiPolygon", [[SQUARE]]),
        shape("MultiPoint", [[95.3, 5.5], [140.7, -2.5]]),
        " " + shape("Point", [94, -12]) + " ",
    )
    assert (report.verdict, report.rows) == (Verdict.ACCEPTED, 6)


BOW_TIE = [[107.5, -7.0], [107.6, -6.9], [107.6, -7.0], [107.5, -6.9], [107.5, -7.0]]
HOLE = [[108.5, -7.0], [108.6, -7.0], [108.6, -6.9], [108.5, -7.0]]


@pytest.mark.parametrize(
    ("text", "indonesian", "english"),
    [
        ("-6.91, 107.61", "bukan geometri GeoJSON", "no GeoJSON geometry"),
        ("{", "bukan geometri GeoJSON", "no GeoJSON geometry"),
        ("[107.61, -6.91]", "bukan geometri GeoJSON", "no GeoJSON geometry"),
        ('{"type": "Titik", "coordinates": [1, 2]}', "bukan geometri GeoJSON", "no GeoJSON geometry"),
        (shape("Point", ["107", -6]), "bukan geometri GeoJSON", "no GeoJSON geometry"),
        ('{"type": "Point", "coordinates": [1e400, 1]}', "bukan geometri GeoJSON", "no GeoJSON geometry"),
        (
            json.dumps(
                {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [107, -6]}}
            ),
            "isinya Feature",
            "it is a Feature",
        ),
        (json.dumps({"type": "FeatureCollection", "features": []}), "isinya Feature", "it is a Feature"),
        (shape("Point", []), "geometrinya kosong", "the geometry is empty"),
        (json.dumps({"type": "GeometryCollection", "geometries": []}), "geometrinya kosong", "is empty"),
        (
            shape("Polygon", [BOW_TIE]),
            "memotong dirinya sendiri di 107.55, -6.95",
            "crosses itself at 107.55, -6.95",
        ),
        (shape("Polygon", [SQUARE[:4]]), "tidak sama dengan titik pertamanya", "is not its first one"),
        (shape("Polygon", [[*SQUARE[:2], SQUARE[0]]]), "titiknya kurang", "too few points"),
        (
            shape("Polygon", [SQUARE, HOLE]),
            "lubangnya tidak terletak di dalam",
            "does not lie inside its area",
        ),
        (shape("Point", [-6.91, 107.61]), "lintang dan bujur tertukar", "latitude and longitude are swapped"),
        (
            shape("Point", [10.75, 59.9]),
            "di luar batas 94, -12, 142, 7",
            "outside the bounds 94, -12, 142, 7",
        ),
        (shape("LineString", [[141, -2], [143, -2]]), "di luar batas", "outside the bounds"),
    ],
)
def test_each_fault_has_its_reason(text: str, indonesian: str, english: str, check_shapes: Check) -> None:
    report = check_shapes(text, shape("Point", [107.61, -6.91]))
    (finding,) = report.findings
    assert (finding.code, finding.row, finding.column) == ("row.geometry", 2, "bentuk")
    assert indonesian in finding.message.id
    assert english in finding.message.en
    assert report.verdict is Verdict.REJECTED


def test_type_and_bounds_come_from_the_contract(check_shapes: Check) -> None:
    report = check_shapes(
        shape("Point", [107.61, -6.91]),
        shape("Polygon", [SQUARE]),
        shape("Point", [110.4, -7.8]),
        type="POINT",
        bounds=[106, -7.9, 109, -5.8],
    )
    assert [(item.row, item.code) for item in report.findings] == [(3, "row.geometry"), (4, "row.geometry")]
    assert "jenisnya Polygon, seharusnya Point" in report.findings[0].message.id
    assert "di luar batas 106, -7.9, 109, -5.8" in report.findings[1].message.id


def test_empty_cells_are_not_judged(check_shapes: Check) -> None:
    assert check_shapes("", shape("Point", [107.61, -6.91])).verdict is Verdict.ACCEPTED


def test_coordinates_of_personal_data_are_not_told(check_shapes: Check) -> None:
    report = check_shapes(
        shape("Point", [-6.914744, 107.60981]), shape("Polygon", [BOW_TIE]), personal="GENERAL"
    )
    assert report.rules[0].count == 2
    text = report.to_json().decode()
    assert "6.914744" not in text
    assert "107.55" not in text


def test_hostile_texts_end_as_findings(check: Check, make_contract: Make) -> None:
    deep = '{"type":"GeometryCollection","geometries":[' * 2_000 + "]}" * 2_000
    texts = ["[" * 100_000, deep, '{"type":"Point","coordinates":' + "9" * 50_000 + "}"]
    content = io.StringIO(newline="")
    csv.writer(content).writerows([["bentuk"], *([text] for text in texts)])
    report = check(content.getvalue(), make_contract([column()]))
    assert [(rule.code, rule.count) for rule in report.rules] == [("row.geometry", 3)]


def test_the_setting_is_read_with_its_defaults(make_contract: Make) -> None:
    contract = make_contract([column()])
    assert contract.columns[0].geometry == GeometryRule(GeometryType.ANY, INDONESIA)


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"bounds": [142, -12, 94, 7]}, "contract.bounds", "bounds"),
        ({"bounds": [94, 7, 142, -12]}, "contract.bounds", "bounds"),
        ({"bounds": [94, -12, 242, 7]}, "contract.bounds", "bounds"),
        ({"bounds": [94, -12, 142]}, "contract.value", "bounds"),
        ({"type": "TITIK"}, "contract.choice", "type"),
        ({"jenis": "POINT"}, "contract.unknown_key", "jenis"),
    ],
)
def test_wrong_settings_are_told(changes: Any, code: str, path: str, make_contract: Make) -> None:
    with pytest.raises(ContractError) as refused:
        make_contract([column(**changes)])
    (problem,) = refused.value.problems
    assert (problem.code, problem.path.rpartition(".")[2]) == (code, path)


def test_geometry_is_text(make_contract: Make) -> None:
    with pytest.raises(ContractError) as refused:
        make_contract([{**column(), "logicalType": "integer"}])
    assert [problem.code for problem in refused.value.problems] == ["contract.geometry_type"]


def test_shapely_is_loaded_only_for_a_column_of_geometries() -> None:
    code = "import sys; import satudata.validation.checking; print('shapely' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
