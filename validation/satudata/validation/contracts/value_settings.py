"""How the values of a column are written: number forms, date forms, time zone, and what stands for no value.

These are the settings of a column that the cast reads; `columns.py` puts them into the `Column`. Problems are
noted, never raised.
"""

from zoneinfo import ZoneInfo

from satudata.validation.contracts.date_formats import EXCEL, DateFormat, DateFormatError, date_format
from satudata.validation.contracts.document import Node
from satudata.validation.contracts.errors import Problems
from satudata.validation.contracts.model import ColumnType, NumberForm
from satudata.validation.date_forms import contradicting

NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT)
MOMENTS = (ColumnType.DATE, ColumnType.DATETIME)


def number_forms(
    custom: dict[str, Node], kind: ColumnType, unit: str | None, problems: Problems
) -> tuple[NumberForm, ...]:
    """`numberForms`: only number columns have them, and UNIT needs to know the unit."""
    node = custom.get("numberForms")
    if node is None or not isinstance(node.value, list):
        return ()
    if kind not in NUMBERS:
        problems.add("contract.setting_type", node.path, key="numberForms", kind=kind.value)
        return ()
    forms = tuple(form for form in NumberForm if form.value in node.value)
    if NumberForm.UNIT in forms and unit is None:
        problems.add("contract.needs", node.path, key="numberForms: [UNIT]", other="unit")
    return forms


def own_date_format(options: Node, kind: ColumnType, problems: Problems) -> str | None:
    """ODCS `logicalTypeOptions.format` of a date or timestamp."""
    pattern = options.text("format")
    if kind not in MOMENTS or pattern is None:
        return None
    form = _read_pattern(pattern, options.at("format"), problems)
    if form is None:
        return None
    if kind is ColumnType.DATE and form.has_time:
        problems.add("contract.date_format", options.at("format").path, found=pattern, part=pattern)
        return None
    return pattern if _is_whole(form, kind, options.at("format"), problems) else None


def further_date_formats(
    custom: dict[str, Node], kind: ColumnType, own: str | None, problems: Problems
) -> tuple[str, ...]:
    """`dateFormats`: patterns, or `excel`. A date column may accept an hour here; only midnight is then a day.

    Forms that read one cell as two different days cannot stand together.
    """
    node = custom.get("dateFormats")
    if node is None or not isinstance(node.value, list):
        return ()
    if kind not in MOMENTS:
        problems.add("contract.setting_type", node.path, key="dateFormats", kind=kind.value)
        return ()
    accepted = []
    for place, value in enumerate(node.value):
        item = Node(value, f"{node.path}[{place}]")
        if not isinstance(value, str):
            continue  # noted by the schema
        if value == EXCEL:
            accepted.append(value)
            continue
        form = _read_pattern(value, item, problems)
        if form is not None and _is_whole(form, kind, item, problems):
            accepted.append(value)
    forms = tuple(dict.fromkeys(accepted))
    if pair := contradicting(tuple(dict.fromkeys((own or "yyyy-MM-dd", *forms)))):
        problems.add("contract.date_order", node.path, first=pair[0], second=pair[1])
    return forms


def _read_pattern(pattern: str, node: Node, problems: Problems) -> DateFormat | None:
    try:
        return date_format(pattern)
    except DateFormatError as error:
        problems.add("contract.date_format", node.path, found=pattern, part=error.part)
        return None


def _is_whole(form: DateFormat, kind: ColumnType, node: Node, problems: Problems) -> bool:
    """Whether a value of that form is one day, and for a timestamp one minute."""
    whole = form.has_day and (kind is ColumnType.DATE or (form.has_time and "minute" in form.parts))
    if not whole:
        problems.add("contract.date_part", node.path, found=form.pattern, kind=kind.value)
    return whole


def time_zone(options: Node, kind: ColumnType, problems: Problems) -> str:
    """ODCS `defaultTimezone` of a timestamp."""
    zone = options.text("defaultTimezone")
    if kind is not ColumnType.DATETIME or zone is None:
        return "UTC"
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        problems.add("contract.time_zone", options.at("defaultTimezone").path, found=zone)
        return "UTC"
    return zone


def missing_values(node: Node) -> tuple[str, ...]:
    """`missingValues` as they are written in the contract, without outer blanks."""
    for item in node.items("customProperties"):
        if item.text("property") == "missingValues":
            return tuple(dict.fromkeys(value.strip() for value in item.texts("value") if value.strip()))
    return ()
