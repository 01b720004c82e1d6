"""What a contract says about a column, in words a reader understands."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from satudata.hub.portal import formats, labels
from satudata.hub.portal.translations import translations
from satudata.validation.contracts.model import Column, ColumnType, DataContract
from satudata.validation.text import Language

_NUMERIC = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT)
_MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class ColumnWords:
    """A column for the dictionary and the head of a table. `kind` is the contract's type, `type` its word."""

    name: str
    title: str
    description: str | None
    kind: str
    type: str
    unit: str | None
    rules: list[str]
    numeric: bool
    grouped: bool
    """False for numbers that name something (years, codes): they are written without thousands marks."""


def column_words(contract: DataContract, language: Language) -> list[ColumnWords]:
    """The public columns in the contract's order."""
    gettext = translations(language).gettext
    return [
        ColumnWords(
            name=column.name,
            title=column.title.get(language),
            description=column.description.get(language) if column.description else None,
            kind=column.type.value,
            type=gettext(labels.COLUMN_TYPES[column.type.value]),
            unit=column.unit,
            rules=_rules(column, language),
            numeric=column.type in _NUMERIC,
            grouped=_is_grouped(column),
        )
        for column in contract.public_columns
    ]


def _is_grouped(column: Column) -> bool:
    return not column.is_key and bool(column.unit or column.measure)


def _rules(column: Column, language: Language) -> list[str]:
    gettext = translations(language).gettext
    rules = []
    if column.is_key:
        rules.append(gettext("bagian dari kunci"))
    if column.required or column.is_key:
        rules.append(gettext("wajib diisi"))
    if column.unique:
        rules.append(gettext("tidak boleh berulang"))
    rules += _bounds(column, language)
    if column.enum:
        values = ", ".join(column.enum[:_MOST_VALUES]) + (", …" if len(column.enum) > _MOST_VALUES else "")
        rules.append(gettext("salah satu dari: %(values)s") % {"values": values})
    if column.pattern:
        rules.append(gettext("pola %(pattern)s") % {"pattern": column.pattern})
    if column.code:
        rules.append(gettext("kode dari daftar %(list)s") % {"list": column.code.code_list})
    if column.named:
        rules.append(gettext("nama dari daftar %(list)s") % {"list": column.named.code_list})
    if (binding := column.code or column.named) and binding.level:
        level = gettext(labels.REGION_LEVELS.get(binding.level, binding.level))
        rules.append(gettext("tingkat %(level)s") % {"level": level})
    if column.reference:
        rules.append(gettext("harus ada di %(target)s") % {"target": column.reference})
    if column.geometry:
        rules.append(gettext("geometri GeoJSON (EPSG:4326)"))
    if column.name_of:
        rules.append(gettext("nama yang cocok dengan kode di %(column)s") % {"column": column.name_of})
    return rules


def _bounds(column: Column, language: Language) -> list[str]:
    gettext = translations(language).gettext

    def written(value: Decimal | date) -> str:
        if isinstance(value, date):
            return formats.day(value, language)
        return formats.cell(value, column.type.value, language, grouped=_is_grouped(column)).text

    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return [gettext("%(low)s sampai %(high)s") % {"low": written(low), "high": written(high)}]
    if low is not None:
        return [gettext("paling kecil %(low)s") % {"low": written(low)}]
    if high is not None:
        return [gettext("paling besar %(high)s") % {"high": written(high)}]
    if column.min_length is not None or column.max_length is not None:
        shortest, longest = column.min_length or 0, column.max_length
        if longest is None:
            return [gettext("paling pendek %(length)s karakter") % {"length": shortest}]
        return [gettext("%(low)s sampai %(high)s karakter") % {"low": shortest, "high": longest}]
    return []
