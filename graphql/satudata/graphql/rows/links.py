"""Columns that hold codes of a reference list: the field for the entry behind each, and what a filter of it means.

`kode_kabupaten_kota` bound to a list is the field `kodeKabupatenKota` (the code) and `kodeKabupatenKotaEntry` (what it
stands for). Writing the entries is in `entries.py`, the way back from an entry to rows in `backlinks.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from satudata.datasets.codes.types import CodeQuestion, CodesAsWritten
from satudata.datasets.errors import DomainError
from satudata.datasets.rows.query import And, Condition, Operator, Predicate
from satudata.datasets.services import Services
from satudata.datasets.versions.types import DatasetVersion
from satudata.graphql.errors import bad_input
from satudata.graphql.rows.filters import conditions_of
from satudata.validation.contracts.model import CodeBinding, Column, ColumnType
from satudata.validation.contracts.naming import ENTRY

_LEVELS = ("PROVINCE", "REGENCY", "DISTRICT", "VILLAGE", None)
"""From coarse to fine; a column without a level may hold the finest."""


@dataclass(frozen=True, slots=True)
class CodeLink:
    """A public column of codes and its entry's field."""

    column: Column
    code_field: str
    field: str
    binding: CodeBinding

    def written(self, editions: Mapping[str, str]) -> CodesAsWritten:
        """Its codes in the edition a version was checked against; the current one where the check does not say."""
        code_list = self.binding.code_list
        edition = editions.get(code_list, self.binding.edition)
        return CodesAsWritten(code_list, edition, self.binding.format, self.binding.level)


def links_of(columns: Iterable[tuple[Column, str]]) -> tuple[CodeLink, ...]:
    """The links of public columns, given with their fields. A real column of the entry's name wins (old contracts)."""
    given = list(columns)
    taken = {field for _, field in given}
    return tuple(
        CodeLink(column, field, f"{field}{ENTRY}", column.code)
        for column, field in given
        if column.code is not None and column.type is ColumnType.STRING and f"{field}{ENTRY}" not in taken
    )


def carrier_of(links: Iterable[CodeLink], code_list: str) -> CodeLink | None:
    """The column that says which rows belong to a code of that list: the finest level, then a key, then the first."""
    found = [link for link in links if link.binding.code_list == code_list and link.column.filterable]
    if not found:
        return None
    return max(found, key=lambda link: (_fineness(link), link.column.is_key))


def _fineness(link: CodeLink) -> int:
    level = link.binding.level
    return _LEVELS.index(level) if level in _LEVELS else len(_LEVELS)


# ---- filters


async def entry_conditions(
    where: Any,  # Any: a coerced `where`, typed by the schema
    links: Mapping[str, CodeLink],
    version: DatasetVersion,
    services: Services,
    list_values: int,
) -> dict[str, Predicate]:
    """What each filter of an entry in `where` asks of its column, by its place. Raises ApiError BAD_INPUT."""
    found: dict[str, Predicate] = {}
    if not links:
        return found
    for place, link, given in _filters(where, links, "where"):
        question, null = _question(link, given, place, list_values)
        parts: list[Predicate] = list(null)
        if question != CodeQuestion():
            codes = link.written(await services.versions.code_editions(version))
            try:
                parts.append(await services.codes.condition(codes, link.column.name, question))
            except DomainError as error:
                raise bad_input(place, error.message.id, error.message.en) from error
        found[place] = parts[0] if len(parts) == 1 else And(tuple(parts))
    return found


def _filters(
    given: Any, links: Mapping[str, CodeLink], place: str
) -> Iterator[tuple[str, CodeLink, Mapping[str, Any]]]:
    for name, value in (given or {}).items():
        inner = f"{place}.{name}"
        if name in links and value:
            yield inner, links[name], value
        elif name == "not":
            yield from _filters(value, links, inner)
        elif name in ("and", "or"):
            for index, item in enumerate(value or ()):
                yield from _filters(item, links, f"{inner}[{index}]")


def _question(
    link: CodeLink, given: Mapping[str, Any], place: str, most: int
) -> tuple[CodeQuestion, list[Condition]]:
    """What is asked of the list, and the tests for no value at all, which need no list."""
    parts: dict[str, Any] = {}
    nulls: list[Condition] = []
    none_of: tuple[str, ...] = ()
    one_of: list[frozenset[str]] = []
    for name, value in given.items():
        inner = f"{place}.{name}"
        if value is None:
            raise bad_input(inner, "nilainya null. Hapus bagian ini.", "is null. Leave it out.")
        if name == "code":
            for condition in conditions_of(link.column.name, value, inner, most):
                operand = condition.value
                match condition.operator:
                    case Operator.IS_NULL:
                        nulls.append(condition)
                    case Operator.EQ:
                        one_of.append(frozenset((operand,)))
                    case Operator.IN:
                        one_of.append(frozenset(operand))
                    case Operator.NE:
                        none_of += (operand,)
                    case Operator.NOT_IN:
                        none_of += operand
                    case _:
                        parts["starts_with"] = operand
        else:
            if len(value) > most:
                raise bad_input(inner, f"paling banyak {most} nilai.", f"at most {most} values.")
            parts["under" if name == "under" else "levels"] = tuple(dict.fromkeys(value))
    if one_of:
        parts["one_of"] = tuple(sorted(frozenset.intersection(*one_of)))
    if none_of:
        parts["none_of"] = tuple(dict.fromkeys(none_of))
    _check_text(parts, place)
    return CodeQuestion(**parts), nulls


def _check_text(parts: Mapping[str, Any], place: str) -> None:
    """Half a surrogate pair is no text a list can have."""
    for value in parts.values():
        for text in (value,) if isinstance(value, str) else value:
            try:
                text.encode()
            except UnicodeEncodeError:
                raise bad_input(place, "bukan teks Unicode yang sah.", "is not valid Unicode text.") from None
