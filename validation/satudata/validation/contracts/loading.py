"""A contract's YAML into a `DataContract`, or every problem it has.

This is the only way in: `load_contract` reads the text as untrusted input (`document.py`), checks its shape
(`schema.py`), then reads the parts (`columns.py`, `rules.py`) and what they must be to each other (`profile.py`).
"""

from datetime import date

from satudata.validation.contracts.columns import read_column, text_at
from satudata.validation.contracts.document import Node, read_document, reread_document
from satudata.validation.contracts.errors import Problems
from satudata.validation.contracts.model import (
    AccessLevel,
    DataContract,
    FileSettings,
    PersonalData,
    SpatialCoverage,
    TemporalCoverage,
)
from satudata.validation.contracts.profile import check_column_references, check_columns, check_identity
from satudata.validation.contracts.rules import read_rules
from satudata.validation.contracts.schema import check_shape
from satudata.validation.text import Text

_UNITS = {"d": "D", "w": "W", "m": "M", "mo": "M", "q": "Q", "y": "Y", "h": "H"}


def load_contract(text: str) -> DataContract:
    """Read ODCS v3.1.0 YAML with the SDI profile. Raises ContractError with all problems."""
    document = read_document(text)
    root, problems = Node(document, ""), Problems()
    check_shape(document, problems)
    contract = _build(root, text, problems)
    problems.raise_if_any()
    return contract


def reload_contract(text: str) -> DataContract:
    """Read a text that `load_contract` has accepted before, without judging its size and shape again."""
    problems = Problems()
    contract = _build(Node(reread_document(text), ""), text, problems)
    problems.raise_if_any()
    return contract


def _build(root: Node, text: str, problems: Problems) -> DataContract:
    sdi = _sdi(root, problems)
    check_identity(root, sdi.text("agency"), problems)
    table = _table(root, problems)
    places = table.items("properties")
    columns = tuple(read_column(place, problems) for place in places)
    check_columns(places, columns, problems)
    by_name = {column.name: column for column in columns}
    check_column_references(sdi, by_name, problems)
    row_rules, set_rules = read_rules(table, by_name, problems)
    description = root.at("description")
    translated = description.custom()
    agency = sdi.text("agency") or ""
    title = text_at(sdi.at("title")) or Text(root.text("name") or "", "")
    return DataContract(
        id=root.text("id") or "",
        version=root.text("version") or "",
        status=root.text("status") or "draft",
        agency=agency,
        steward=sdi.text("steward") or agency,
        title=title,
        description=text_at(translated.get("purpose")) or Text(description.text("purpose") or title.id, ""),
        columns=columns,
        table=table.text("name") or "data",
        limitations=text_at(translated.get("limitations")) or _text(description.text("limitations")),
        usage=text_at(translated.get("usage")) or _text(description.text("usage")),
        keywords=root.texts("tags"),
        topic=sdi.text("topic"),
        license=sdi.text("license"),
        access_level=AccessLevel(_known(sdi.text("accessLevel"), AccessLevel, AccessLevel.CLOSED)),
        legal_basis=sdi.text("legalBasis"),
        personal_data=PersonalData(_known(sdi.text("personalData"), PersonalData, PersonalData.NONE)),
        priority=sdi.flag("priority", default=False),
        standard_id=sdi.text("standardId"),
        activity_id=sdi.text("activityId"),
        indicator_id=sdi.text("indicatorId"),
        headline=sdi.text("headline"),
        sort=sdi.texts("sort"),
        spatial=_spatial(sdi.at("spatial")),
        temporal=_temporal(sdi.at("temporal"), problems),
        update_frequency=_update_frequency(root, problems),
        file=_file_settings(table.custom().get("file"), problems),
        row_rules=row_rules,
        set_rules=set_rules,
        source_url=next(
            (url for item in root.items("authoritativeDefinitions") if (url := item.text("url"))), None
        ),
        source=text,
    )


def _sdi(root: Node, problems: Problems) -> Node:
    sdi = root.custom().get("sdi")
    if sdi is None:
        problems.add("contract.no_sdi", "customProperties")
        return Node(None, "customProperties")
    return sdi


def _table(root: Node, problems: Problems) -> Node:
    tables = root.items("schema")
    if len(tables) != 1:
        problems.add("contract.one_table", "schema", found=len(tables))
    table = tables[0] if tables else Node(None, "schema[0]")
    if not table.items("properties"):
        problems.add("contract.no_columns", table.at("properties").path)
    return table


def _text(text: str | None) -> Text | None:
    return Text(text, "") if text else None


def _known(found: str | None, kind: type[AccessLevel] | type[PersonalData], default: str) -> str:
    return found if found in [member.value for member in kind] else default


def _spatial(node: Node) -> SpatialCoverage | None:
    if not node.present:
        return None
    return SpatialCoverage(node.text("codeSystem"), node.text("code"), node.text("smallestLevel"))


def _temporal(node: Node, problems: Problems) -> TemporalCoverage | None:
    if not node.present:
        return None
    start, end = _day(node.at("start"), problems), _day(node.at("end"), problems)
    if start and end and start > end:
        problems.add("contract.order", node.at("end").path, first="start", second="end")
    return TemporalCoverage(start, end)


def _day(node: Node, problems: Problems) -> date | None:
    if not node.present:
        return None
    try:
        return date.fromisoformat(str(node.value))
    except ValueError:
        problems.add("contract.date", node.path, found=str(node.value)[:40])
        return None


def _update_frequency(root: Node, problems: Problems) -> str | None:
    """ODCS `slaProperties` frequency (`value: 1, unit: y`) as ISO 8601 duration."""
    for item in root.items("slaProperties"):
        value = item.text("value")
        if item.text("property") not in ("frequency", "fr") or value is None:
            continue
        if value.startswith("P"):
            return value
        unit = (item.text("unit") or "d").lower()
        letter = _UNITS.get(unit) or _UNITS.get(unit[:2] if unit.startswith("mo") else unit[:1])
        if not value.isdigit() or int(value) < 1 or letter is None:
            problems.add("contract.frequency", item.at("value").path, found=f"{value} {unit}")
            return None
        count = int(value) * (3 if letter == "Q" else 1)
        return f"PT{count}H" if letter == "H" else f"P{count}{'M' if letter == 'Q' else letter}"
    return None


def _file_settings(node: Node | None, problems: Problems) -> FileSettings:
    if node is None or not isinstance(node.value, dict):
        return FileSettings()
    first, last = _count(node, "firstColumn"), _count(node, "lastColumn")
    if first and last and first > last:
        problems.add("contract.order", node.at("lastColumn").path, first="firstColumn", second="lastColumn")
    row, rows = _count(node, "headerRow"), _count(node, "headerRows")
    if row and rows and rows > row:
        problems.add("contract.order", node.at("headerRow").path, first="headerRows", second="headerRow")
    delimiter = node.at("delimiter").value
    return FileSettings(
        format=node.text("format"),
        encoding=node.text("encoding"),
        delimiter=delimiter if isinstance(delimiter, str) else None,
        sheet=node.text("sheet"),
        header_row=row,
        header_rows=rows,
        first_column=first,
        last_column=last,
        footer_rows=_count(node, "footerRows"),
    )


def _count(node: Node, key: str) -> int | None:
    value = node.at(key).value
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else None
