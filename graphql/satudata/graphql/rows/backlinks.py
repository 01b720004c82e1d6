"""From entries of a code list back to rows: what was selected of `data { <agency> { <dataset>(...) { ... } } }`.

All entries that were read together are answered together: each dataset field below is resolved once for them all.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql.execution.collect_fields import FieldDetailsList

from graphql import GraphQLField, GraphQLObjectType
from satudata.graphql.rows.selection import Running, object_of, selected

if TYPE_CHECKING:
    from satudata.graphql.rows.linked import LinkedRows


@dataclass(frozen=True, slots=True, eq=False)
class CodesTogether:
    """Codes of one edition that were read together, as their list writes them. Two are never equal."""

    code_list: str
    edition: str | None
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _DatasetRows:
    """One dataset field."""

    field: GraphQLField
    details: FieldDetailsList


class BacklinksPlan:
    """A selection below `data` of entries."""

    def __init__(self, data: GraphQLObjectType, details: FieldDetailsList, running: Running) -> None:
        self._running = running
        self._agencies: list[tuple[str, str | list[tuple[str, str | _DatasetRows]]]] = []
        for agency in selected(data, details, running.collect):
            if agency.name == "__typename":
                self._agencies.append((agency.key, data.name))
                continue
            type_ = object_of(data.fields[agency.name])
            datasets: list[tuple[str, str | _DatasetRows]] = [
                (item.key, type_.name)
                if item.name == "__typename"
                else (item.key, _DatasetRows(type_.fields[item.name], item.details))
                for item in selected(type_, agency.details, running.collect)
            ]
            self._agencies.append((agency.key, datasets))

    async def write(self, group: CodesTogether) -> list[dict[str, Any]]:
        """What stands under `data` of each code, JSON-ready."""
        written: list[dict[str, Any]] = [{} for _ in group.codes]
        for key, datasets in self._agencies:
            if isinstance(datasets, str):
                for entry in written:
                    entry[key] = datasets
                continue
            below: list[dict[str, Any]] = [{} for _ in group.codes]
            for name, item in datasets:
                values = [item] * len(below) if isinstance(item, str) else await self._rows(item, group)
                for agency, value in zip(below, values, strict=True):
                    agency[name] = value
            for entry, agency in zip(written, below, strict=True):
                entry[key] = agency
        return written

    async def _rows(self, item: _DatasetRows, group: CodesTogether) -> list[dict[str, Any]]:
        if item.field.resolve is None:
            raise TypeError("a dataset field has a resolver")
        arguments = self._running.arguments(item.field, item.details)
        rows: LinkedRows = await item.field.resolve(group, self._running, **arguments)
        return await rows.write(self._running, item.details)
