"""Columns of GeoJSON geometries: readable, valid, of the contract's type, and inside the contract's bounds.

Coordinates are longitude, latitude (RFC 7946, EPSG:4326). Whole columns go through shapely's vectorised functions;
only wrong cells are looked at one by one, for the reason. shapely is imported with the first such column.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from satudata.validation.contracts.model import Column, GeometryRule, GeometryType, PersonalData
from satudata.validation.findings.catalogue import word
from satudata.validation.rows.check import Row, RowCheck
from satudata.validation.text import Text

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_TYPES = {
    "POINT": "Point",
    "LINESTRING": "LineString",
    "POLYGON": "Polygon",
    "MULTIPOLYGON": "MultiPolygon",
}
_REASONS = {
    "Self-intersection": "geometry.self_intersection",
    "Ring Self-intersection": "geometry.self_intersection",
    "Too few points in geometry component": "geometry.too_few_points",
    "Hole lies outside shell": "geometry.hole",
    "Interior is disconnected": "geometry.hole",
    "Nested holes": "geometry.hole",
    "Nested shells": "geometry.nested",
    "Duplicate Rings": "geometry.nested",
    "Ring is not closed": "geometry.not_closed",
}


def geometry_check(column: Column, rule: GeometryRule) -> RowCheck:
    """Every geometry of the column is what the contract says."""
    judge = _Judge(rule, hide=column.personal_data is not PersonalData.NONE)

    def right(frame: pl.LazyFrame) -> pl.LazyFrame:
        texts = frame.select(column.name).collect()[column.name]
        return pl.LazyFrame({"right": judge.right(texts)})

    def describe(text: str, row: Row) -> Mapping[str, object]:
        return {"reason": judge.reason(row[column.name])}

    return RowCheck("row.geometry", "row.geometry", column.name, right, describe)


@dataclass(frozen=True, slots=True)
class _Judge:
    rule: GeometryRule
    hide: bool
    """No coordinate of the cell may be told."""

    def right(self, texts: pl.Series) -> pl.Series:
        """Which texts are right; empty ones are."""
        import numpy  # heavy, as shapely: only contracts with a geometry column need them
        import shapely

        west, south, east, north = map(float, self.rule.bounds)
        filled = texts.is_not_null()
        with numpy.errstate(all="ignore"):  # a coordinate of 1e400 is told, not warned about
            shapes = shapely.from_geojson(texts.fill_null("").to_numpy(), on_invalid="ignore")
        bounds = shapely.bounds(shapes)
        inside = (
            (bounds[:, 0] >= west)
            & (bounds[:, 1] >= south)
            & (bounds[:, 2] <= east)
            & (bounds[:, 3] <= north)
        )
        good = shapely.is_valid(shapes) & ~shapely.is_empty(shapes) & inside
        if self.rule.type is not GeometryType.ANY:
            good &= shapely.get_type_id(shapes) == _type_id(self.rule.type)
        # GEOS also takes features; a cell holds a bare geometry.
        bare = ~texts.str.contains(r'"type"\s*:\s*"Feature').fill_null(value=False)
        return (pl.Series(good) & bare) | ~filled

    def reason(self, text: str) -> Text:
        """Why the text is wrong and what it may be meant to be."""
        import numpy  # heavy: see above
        import shapely

        document = _document(text)
        if not isinstance(document, dict) or "type" not in document:
            return word("geometry.unreadable")
        if str(document["type"]).startswith("Feature"):
            return word("geometry.feature")
        with numpy.errstate(all="ignore"):
            shape = shapely.from_geojson(text, on_invalid="ignore")
        if shape is None:
            closed = document["type"] != "Polygon" or _closed(document.get("coordinates"))
            return word("geometry.unreadable" if closed else "geometry.not_closed")
        if shape.is_empty:
            return word("geometry.empty")
        wanted = _TYPES.get(self.rule.type.value)
        if wanted is not None and shape.geom_type != wanted:
            return word("geometry.type", found=shape.geom_type, wanted=wanted)
        if not shape.is_valid:
            return self._invalid(shapely.is_valid_reason(shape))
        return self._outside(shape)

    def _outside(self, shape: "BaseGeometry") -> Text:
        west, south, east, north = map(float, self.rule.bounds)
        left, low, right, high = shape.bounds
        x, y = self._shown(left), self._shown(low)
        if west <= low and high <= east and south <= left and right <= north:
            return word("geometry.swapped", x=x, y=y)
        shown = ", ".join(f"{bound.normalize():f}" for bound in self.rule.bounds)
        return word("geometry.outside", x=x, y=y, bounds=shown)

    def _invalid(self, reason: str) -> Text:
        """GEOS's reason with the place it names: `Self-intersection[107.6 -6.9]`."""
        what, _, place = reason.partition("[")
        known = _REASONS.get(what.strip())
        at = "…" if self.hide else place.rstrip("]").replace(" ", ", ")
        return word(known, at=at) if known else word("geometry.invalid", detail=what.strip(), at=at)

    def _shown(self, degrees: float) -> str:
        return "…" if self.hide else f"{degrees:.6f}".rstrip("0").rstrip(".")


def _type_id(kind: GeometryType) -> int:
    import shapely  # heavy: see above

    return int(getattr(shapely.GeometryType, kind.value))


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _closed(rings: Any) -> bool:
    """Whether each ring of a polygon ends where it begins."""
    if not isinstance(rings, Sequence):
        return True
    return all(not isinstance(ring, list) or not ring or ring[0] == ring[-1] for ring in rings)
