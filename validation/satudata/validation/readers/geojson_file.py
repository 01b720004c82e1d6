"""GeoJSON (RFC 7946): each feature is a record, its properties are columns and its geometry is one, as GeoJSON text.

The geometry goes into the contract's geometry column, else into one with the header `geometry`, written with the
digits of the file. A feature's own `id` is read only when the contract asks for a column of that header. Features
may stand in a collection, one on each line, or alone. Coordinates must be longitude and latitude (EPSG:4326): a file
that names another reference system is refused, one that names none is taken at the standard's word.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from satudata.validation.contracts.headers import folded
from satudata.validation.contracts.model import DataContract
from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.characters import as_utf8
from satudata.validation.readers.detection import FileFormat, Unreadable, damaged
from satudata.validation.readers.json_file import as_object, syntax
from satudata.validation.readers.json_stream import BadJson, JsonStream, Repeated
from satudata.validation.readers.reading import Reading
from satudata.validation.readers.records import FIRST_ROW, records_table
from satudata.validation.readers.table import Table

GEOMETRY = "geometry"
_LONGITUDE_LATITUDE = re.compile(r"(?:CRS:?84|EPSG:+(?:[0-9.]*:)?4326)$", re.IGNORECASE)
_AROUND_SIGNS = re.compile(r"\s*([\[\]{},:])\s*")


def open_geojson(path: Path, contract: DataContract, stack: ExitStack) -> Table:
    """Open a GeoJSON file. Raises Unreadable, now or while batches are read."""
    text = stack.enter_context(as_utf8(path, contract.file.encoding))
    stream = stack.enter_context(text.path.open(encoding="utf-8-sig"))
    features = _Features(JsonStream(stream), contract).read()
    reading = Reading(FileFormat.GEOJSON.value, text.encoding, uncertain=text.uncertain)
    return records_table(FileFormat.GEOJSON, features, contract, reading, list(text.issues))


class _Features:
    def __init__(self, cursor: JsonStream, contract: DataContract) -> None:
        self._cursor = cursor
        places = [column.header for column in contract.columns if column.geometry is not None]
        self._geometry = places[0] if len(places) == 1 else GEOMETRY
        ids = [column.header for column in contract.columns if folded(column.header) == "id"]
        self._id = ids[0] if ids else None
        self._row = FIRST_ROW

    def read(self) -> Iterator[dict[str, Any]]:
        try:
            while self._cursor.next_sign():
                yield from self._top()
        except BadJson as error:
            raise syntax(error, self._row) from error

    def _top(self) -> Iterator[dict[str, Any]]:
        """A collection, or a feature that stands alone."""
        single: dict[str, Any] = {}
        for key in self._cursor.members():
            if key == "features":
                for _ in self._cursor.elements():
                    feature = JsonStream.of_text(self._cursor.source())
                    yield self._record(dict(_parts(feature, self._row)))
                    self._row += 1
            elif key in ("geometry", "properties", "id"):
                single[key] = _part(self._cursor, key)
            elif key == "crs":
                _check_reference_system(self._cursor.value())
            else:
                self._cursor.source()
        if "properties" in single or "geometry" in single:
            yield self._record(single)
            self._row += 1

    def _record(self, parts: dict[str, Any]) -> dict[str, Any]:
        properties = as_object(parts.get("properties") or {}, self._row)
        geometry = parts.get("geometry")
        if self._id is not None and parts.get("id") is not None:
            properties = {self._id: parts["id"]} | properties
        if self._geometry in properties:
            return Repeated([*properties.items(), (self._geometry, geometry)])
        properties[self._geometry] = geometry
        return properties


def _parts(feature: JsonStream, row: int) -> Iterator[tuple[str, Any]]:
    if feature.next_sign() != "{":
        raise damaged("GeoJSON", word("detail.json_not_object", record=row - 1), row)
    for key in feature.members():
        yield key, _part(feature, key)


def _part(cursor: JsonStream, key: str) -> Any:
    """The value of a feature's member; the geometry as text, without blanks between its signs."""
    if key != "geometry":
        return cursor.value()
    source = cursor.source()
    return None if source == "null" else _AROUND_SIGNS.sub(r"\1", source)


def _check_reference_system(crs: Any) -> None:
    """The old `crs` member may only name the system GeoJSON has anyway."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not _LONGITUDE_LATITUDE.search(name.strip()):
        raise Unreadable(Issue("file.crs", values={"found": str(name)[:100]}))
