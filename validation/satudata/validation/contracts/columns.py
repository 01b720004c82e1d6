"""One ODCS property into one `Column`: types, options and the SDI profile's custom properties.

Problems are noted, never raised; the column that comes back is then only good for finding further problems.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal, InvalidOperation
from typing import TypeVar

from satudata.validation.contracts.bindings import code_binding, foreign_key, geometry
from satudata.validation.contracts.document import Node, written
from satudata.validation.contracts.errors import Problems
from satudata.validation.contracts.model import (
    Column,
    ColumnType,
    NumberStyle,
    PersonalData,
)
from satudata.validation.contracts.value_settings import (
    further_date_formats,
    missing_values,
    number_forms,
    own_date_format,
    time_zone,
)
from satudata.validation.text import Text

MAX_PRECISION = 18
MAX_PATTERN = 500

_DECIMAL = re.compile(r"(?:decimal|numeric)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)", re.IGNORECASE)
_FLOATS = ("double", "double precision", "float", "float8", "real")
_TYPES = {
    "string": ColumnType.STRING,
    "integer": ColumnType.INTEGER,
    "boolean": ColumnType.BOOLEAN,
    "date": ColumnType.DATE,
    "timestamp": ColumnType.DATETIME,
}
_LOOK_AROUND = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]|\(\?>|[*+?}]\+")

Choice = TypeVar("Choice", NumberStyle, PersonalData)


def read_column(node: Node, problems: Problems) -> Column:
    """The column described at `node` (an element of `schema[0].properties`)."""
    custom = node.custom()
    name = node.text("name") or ""
    header = node.text("physicalName") or name
    kind, precision, scale = _type(node, problems)
    minimum, maximum = _bounds(node, kind, scale, problems)
    options = node.at("logicalTypeOptions")
    code, named = code_binding(custom, kind, node, problems)
    own_format = own_date_format(options, kind, problems)
    return Column(
        name=name,
        header=header,
        type=kind,
        title=text_at(custom.get("title")) or _fallback_title(node, header),
        description=text_at(custom.get("description")) or _plain(node.text("description")),
        required=node.flag("required", default=False),
        unique=node.flag("unique", default=False),
        key_position=_key_position(node),
        precision=precision,
        scale=scale,
        minimum=minimum,
        maximum=maximum,
        min_length=_whole(options.at("minLength")),
        max_length=_whole(options.at("maxLength")),
        pattern=_pattern(options, problems),
        enum=_allowed_values(node, kind, problems),
        unit=_word(custom, "unit"),
        measure=_word(custom, "measure"),
        concept=_word(custom, "concept"),
        code=code,
        named=named,
        reference=foreign_key(node, problems),
        geometry=geometry(custom, kind, node, problems),
        name_of=_word(custom, "nameOf"),
        number_style=_choice(NumberStyle, custom.get("numberStyle"), NumberStyle.PLAIN),
        number_forms=number_forms(custom, kind, _word(custom, "unit"), problems),
        date_format=own_format,
        date_formats=further_date_formats(custom, kind, own_format, problems),
        time_zone=time_zone(options, kind, problems),
        missing_values=missing_values(node),
        personal_data=_choice(PersonalData, custom.get("personalData"), PersonalData.NONE),
        public=_flag(custom, "public"),
        filterable=_flag(custom, "filterable"),
    )


def text_at(node: Node | None) -> Text | None:
    """A custom property holding `{id, en}`; English is empty where nobody has written it."""
    if node is None or (indonesian := node.text("id")) is None:
        return None
    return Text(indonesian, node.text("en") or "")


def _plain(text: str | None) -> Text | None:
    return Text(text, "") if text else None


def _fallback_title(node: Node, header: str) -> Text:
    return Text(node.text("businessName") or header.replace("_", " "), "")


def _type(node: Node, problems: Problems) -> tuple[ColumnType, int | None, int]:
    logical = node.text("logicalType")
    physical = node.text("physicalType") or ""
    if logical == "number":
        return _number_type(node, physical, problems)
    if logical not in _TYPES:
        path = node.at("logicalType").path
        if logical is None:
            problems.add("contract.missing", path, key="logicalType")
        else:
            problems.add("contract.choice", path, found=logical, allowed=", ".join([*_TYPES, "number"]))
        return ColumnType.STRING, None, 0
    return _TYPES[logical], None, 0


def _number_type(node: Node, physical: str, problems: Problems) -> tuple[ColumnType, int | None, int]:
    if physical.lower() in _FLOATS:
        return ColumnType.FLOAT, None, 0
    match = _DECIMAL.fullmatch(physical)
    precision, scale = (int(match[1]), int(match[2] or 0)) if match else (MAX_PRECISION, 2)
    if not match or not 1 <= precision <= MAX_PRECISION or scale > precision:
        problems.add(
            "contract.decimal", node.at("physicalType").path, found=physical or "-", limit=MAX_PRECISION
        )
        return ColumnType.DECIMAL, MAX_PRECISION, 2
    return ColumnType.DECIMAL, precision, scale


def _key_position(node: Node) -> int | None:
    if not node.flag("primaryKey", default=False):
        return None
    position = _whole(node.at("primaryKeyPosition"))
    return position if position is not None and position > 0 else 1


def _whole(node: Node) -> int | None:
    return node.value if isinstance(node.value, int) and not isinstance(node.value, bool) else None


def _bounds(
    node: Node, kind: ColumnType, scale: int, problems: Problems
) -> tuple[Decimal | date | None, Decimal | date | None]:
    options = node.at("logicalTypeOptions")
    if options.at("multipleOf").present:
        problems.add("contract.not_checked", options.at("multipleOf").path, key="multipleOf")
    return (
        _bound(options, "minimum", "exclusiveMinimum", 1, kind, scale, problems),
        _bound(options, "maximum", "exclusiveMaximum", -1, kind, scale, problems),
    )


def _bound(
    options: Node,
    inclusive: str,
    exclusive: str,
    inward: int,
    kind: ColumnType,
    scale: int,
    problems: Problems,
) -> Decimal | date | None:
    """The inclusive bound; an exclusive one moves inward by the smallest step the type has."""
    for key, step in ((inclusive, 0), (exclusive, inward)):
        place = options.at(key)
        if not place.present:
            continue
        value = _bound_value(place, kind)
        if value is None or (step and kind is ColumnType.FLOAT):
            problems.add("contract.bound", place.path, found=written(place.value) or "…", kind=kind.value)
            return None
        return _moved(value, step, kind, scale)
    return None


def _bound_value(place: Node, kind: ColumnType) -> Decimal | date | None:
    text = written(place.value) or ""
    try:
        if kind in (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT):
            number = Decimal(text)
            return number if number.is_finite() and (kind is ColumnType.FLOAT or _storable(number)) else None
        if kind is ColumnType.DATE:
            return date.fromisoformat(text)
        if kind is ColumnType.DATETIME:
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, InvalidOperation):
        return None
    return None


def _storable(number: Decimal) -> bool:
    """Whether a decimal column could hold it."""
    finest = Decimal(1).scaleb(-MAX_PRECISION)
    return number.adjusted() < MAX_PRECISION and number.quantize(finest, context=Context(prec=60)) == number


def _moved(value: Decimal | date, step: int, kind: ColumnType, scale: int) -> Decimal | date:
    if not step:
        return value
    if isinstance(value, Decimal):
        return value + step * Decimal(1).scaleb(-scale if kind is ColumnType.DECIMAL else 0)
    return value + step * (timedelta(microseconds=1) if kind is ColumnType.DATETIME else timedelta(days=1))


def _pattern(options: Node, problems: Problems) -> str | None:
    place = options.at("pattern")
    if not isinstance(place.value, str):
        return None
    pattern = place.value
    try:
        re.compile(pattern)
        detail = "look-around / backreference" if _LOOK_AROUND.search(pattern) else ""
    except (re.error, OverflowError, RecursionError) as error:
        detail = str(error)
    if len(pattern) > MAX_PATTERN:
        detail = f"> {MAX_PATTERN}"
    if detail:
        problems.add("contract.pattern", place.path, found=pattern[:60], detail=detail)
        return None
    return pattern


def _allowed_values(node: Node, kind: ColumnType, problems: Problems) -> tuple[str, ...]:
    """From ODCS `enum` entries or the library rule `invalidValues` with `validValues`."""
    place, values = node.at("enum"), tuple(item.text("value") or "" for item in node.items("enum"))
    for quality in node.items("quality"):
        if quality.text("metric") == "invalidValues" and quality.at("arguments").at("validValues").present:
            place = quality.at("arguments").at("validValues")
            values = quality.at("arguments").texts("validValues")
    whole = kind is not ColumnType.INTEGER or all(re.fullmatch(r"-?[0-9]{1,18}", value) for value in values)
    if values and (kind not in (ColumnType.STRING, ColumnType.INTEGER) or not whole):
        problems.add("contract.enum_type", place.path, kind=kind.value)
        return ()
    return tuple(dict.fromkeys(values))


def _word(custom: dict[str, Node], name: str) -> str | None:
    node = custom.get(name)
    return written(node.value) if node is not None else None


def _flag(custom: dict[str, Node], name: str) -> bool:
    node = custom.get(name)
    return node.value if node is not None and isinstance(node.value, bool) else True


def _choice(kind: type[Choice], node: Node | None, default: Choice) -> Choice:
    """The enum member written at `node`; a wrong one was already noted by the schema."""
    found = written(node.value) if node is not None else None
    return next((member for member in kind if member.value == found), default)
