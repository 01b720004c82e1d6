"""Finding datasets: which match, in what order, why, and how the matches spread over the facets.

Every word of the search must occur somewhere in a dataset. A word in the title weighs most, then in the keywords
or the agency's name, then anywhere else; a title that holds the whole search text comes first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.access.principal import Principal
from satudata.datasets.agencies.models import AgencyRow
from satudata.datasets.catalogue.models import DatasetRow
from satudata.datasets.catalogue.repository import DatasetRecord, dataset_records
from satudata.datasets.catalogue.topics import topic_name
from satudata.datasets.catalogue.types import DatasetFacets, DatasetFilter, DatasetOrder, Facet, Match
from satudata.datasets.catalogue.visibility import visible_datasets, with_agencies
from satudata.datasets.database.search import contains, normalise, query_text, words
from satudata.datasets.exports.cache import ExportFormat
from satudata.datasets.paging import Page, Position, cut
from satudata.validation.contracts.model import AccessLevel, DataContract
from satudata.validation.text import Text

LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
SNIPPET = 160

SortKey = tuple[Any, bool]
"""An SQL expression, and whether it runs downwards."""

ACCESS_NAMES = {
    AccessLevel.OPEN: Text("Terbuka", "Open"),
    AccessLevel.RESTRICTED: Text("Terbatas", "Restricted"),
    AccessLevel.CLOSED: Text("Tertutup", "Closed"),
}


def search_columns(contract: DataContract) -> dict[str, str]:
    """The normalised texts of a contract that searches look into, as columns of `DatasetRow`."""
    everything = [
        contract.id,
        *_both(contract.description),
        *(
            part
            for column in contract.public_columns
            for part in (column.name, column.header, *_both(column.title))
        ),
    ]
    return {
        "search_title": normalise(" ".join(dict.fromkeys(_both(contract.title)))),
        "search_keywords": normalise(" ".join((*contract.keywords, *_topic(contract)))),
        "search_text": normalise(" ".join(everything)),
    }


def matches(contract: DataContract, agency: Text, text: str | None) -> tuple[Match, ...]:
    """The parts of a dataset in which a word of the search occurs, with the text around it."""
    wanted = words(text)
    return tuple(
        Match(field, Text(_snippet(shown.id, wanted), _snippet(shown.en, wanted)))
        for field, shown, searched in _parts(contract, agency)
        if any(word in searched for word in wanted)
    )


def _parts(contract: DataContract, agency: Text) -> Iterator[tuple[str, Text, str]]:
    """Name of the part, the text to show of it, the normalised text to look into."""
    yield "title", contract.title, normalise(" ".join(_both(contract.title)))
    yield "keywords", _same(", ".join(contract.keywords)), normalise(" ".join(contract.keywords))
    yield "agency", agency, normalise(" ".join((contract.agency, *_both(agency))))
    if contract.topic:
        yield "topic", topic_name(contract.topic), normalise(" ".join(_topic(contract)))
    yield "description", contract.description, normalise(" ".join(_both(contract.description)))
    yield "id", _same(contract.id), contract.id
    for column in contract.public_columns:
        yield "columns", column.title, normalise(" ".join((column.name, column.header, *_both(column.title))))


@dataclass(frozen=True, slots=True)
class DatasetSearch:
    """One question to the catalogue."""

    principal: Principal
    text: str | None
    filters: DatasetFilter

    async def page(
        self, session: AsyncSession, order: DatasetOrder, first: int, after: Position | None
    ) -> Page[DatasetRecord]:
        """The matching datasets in that order."""
        condition = and_(*self._conditions().values())
        counting = with_agencies(select(func.count()).select_from(DatasetRow)).where(condition)
        total: int = (await session.execute(counting)).scalar_one()
        keys = self._keys(order)
        statement = dataset_records().add_columns(*(key for key, _ in keys)).where(condition)
        if after is not None:
            statement = statement.where(_beyond(keys, _read_position(order, after)))
        statement = statement.order_by(*(key.desc() if down else key.asc() for key, down in keys))
        rows = (await session.execute(statement.limit(first + 1))).all()
        return cut([(DatasetRecord(*row[:4]), _position(row[4:])) for row in rows], first, total)

    async def facets(self, session: AsyncSession) -> DatasetFacets:
        """How many one would find by each value: every condition holds but the facet's own."""
        agencies = await self._count_by(
            session, "agencies", (AgencyRow.slug, AgencyRow.name_id, AgencyRow.name_en)
        )
        topics = await self._count_by(session, "topics", (DatasetRow.topic,))
        levels = await self._count_by(session, "access_levels", (DatasetRow.access_level,))
        published = await self._count_by(session, "formats", (DatasetRow.latest_number.is_not(None),))
        downloadable = sum(count for has_version, count in published if has_version)
        return DatasetFacets(
            agencies=_facets(
                (slug, Text(name_id, name_en), count) for slug, name_id, name_en, count in agencies
            ),
            topics=_facets((topic, topic_name(topic), count) for topic, count in topics if topic is not None),
            access_levels=_facets(
                (level, ACCESS_NAMES[AccessLevel(level)], count) for level, count in levels
            ),
            formats=_facets((format.value, _same(format.name), downloadable) for format in ExportFormat)
            if downloadable
            else (),
        )

    async def _count_by(self, session: AsyncSession, facet: str, columns: tuple[Any, ...]) -> Sequence[Any]:
        others = [condition for part, condition in self._conditions().items() if part != facet]
        statement: Select[*tuple[Any, ...]] = with_agencies(
            select(*columns, func.count()).select_from(DatasetRow)
        )
        return (await session.execute(statement.where(and_(*others)).group_by(*columns))).all()

    def _conditions(self) -> dict[str, ColumnElement[bool]]:
        asked = self.filters
        conditions = {
            "visible": visible_datasets(self.principal),
            "text": and_(true(), *map(_occurs, words(self.text))),
        }
        if asked.agencies:
            conditions["agencies"] = AgencyRow.slug.in_(asked.agencies)
        if asked.topics:
            conditions["topics"] = DatasetRow.topic.in_(asked.topics)
        if asked.access_levels:
            conditions["access_levels"] = DatasetRow.access_level.in_(
                [level.value for level in asked.access_levels]
            )
        if asked.formats:
            offered = {format.value for format in ExportFormat} & {format.lower() for format in asked.formats}
            conditions["formats"] = and_(literal(bool(offered)), DatasetRow.latest_number.is_not(None))
        if asked.priority is not None:
            conditions["priority"] = DatasetRow.priority.is_(asked.priority)
        if asked.updated_since is not None:
            conditions["updated_since"] = DatasetRow.published_at >= asked.updated_since
        return conditions

    def _keys(self, order: DatasetOrder) -> list[SortKey]:
        """Sort keys; the last one is unique."""
        title: list[SortKey] = [(DatasetRow.search_title, False), (DatasetRow.id, False)]
        newest: SortKey = (func.coalesce(DatasetRow.published_at, LONG_AGO), True)
        if order is DatasetOrder.TITLE:
            return title
        if order is DatasetOrder.RELEVANCE and words(self.text):
            return [(self._score(), True), *title]
        return [newest, *title]

    def _score(self) -> ColumnElement[int]:
        whole = query_text(self.text)
        score: ColumnElement[int] = case((contains(DatasetRow.search_title, whole), 20), else_=0)
        for word in words(self.text):
            score = score + case((contains(DatasetRow.search_title, word), 8), else_=0)
            score = score + case((contains(DatasetRow.search_keywords, word), 4), else_=0)
            score = score + case((_in_agency(word), 4), else_=0)
            score = score + case((contains(DatasetRow.search_text, word), 1), else_=0)
        return score


def _occurs(word: str) -> ColumnElement[bool]:
    return or_(
        contains(DatasetRow.search_title, word),
        contains(DatasetRow.search_keywords, word),
        contains(DatasetRow.search_text, word),
        _in_agency(word),
    )


def _in_agency(word: str) -> ColumnElement[bool]:
    return or_(
        contains(func.lower(AgencyRow.name_id), word),
        contains(func.lower(AgencyRow.name_en), word),
        contains(AgencyRow.slug, word),
    )


def _beyond(keys: list[SortKey], position: Position) -> ColumnElement[bool]:
    """True for what comes after a position: beyond in one key, equal in all before it."""
    alternatives: list[ColumnElement[bool]] = []
    for index, (key, down) in enumerate(keys):
        equal = [other == position[place] for place, (other, _) in enumerate(keys[:index])]
        alternatives.append(and_(*equal, key < position[index] if down else key > position[index]))
    return or_(*alternatives)


def _position(values: Iterable[Any]) -> Position:
    return tuple(value.isoformat() if isinstance(value, datetime) else value for value in values)


def _read_position(order: DatasetOrder, position: Position) -> Position:
    if order is not DatasetOrder.TITLE and isinstance(position[0], str):
        return (datetime.fromisoformat(position[0]), *position[1:])
    return position


def _facets(found: Iterable[tuple[str, Text, int]]) -> tuple[Facet, ...]:
    return tuple(sorted((Facet(*facet) for facet in found), key=lambda facet: (-facet.count, facet.value)))


def _topic(contract: DataContract) -> tuple[str, ...]:
    return (contract.topic, *_both(topic_name(contract.topic))) if contract.topic else ()


def _both(text: Text) -> tuple[str, str]:
    return text.id, text.en


def _same(text: str) -> Text:
    return Text(text, text)


def _snippet(text: str, wanted: Sequence[str]) -> str:
    """The text, or some words around the first hit of a long one."""
    if len(text) <= SNIPPET:
        return text
    lowered = text.casefold()
    hits = [place for place in (lowered.find(word) for word in wanted) if place >= 0]
    start = max(0, min(hits, default=0) - SNIPPET // 3)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = text.rfind(" ", start, start + SNIPPET)
    end = end if end > start else start + SNIPPET
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"
