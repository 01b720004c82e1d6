"""Finding datasets: words, order, filters, facets that tell the truth, and pages that do not repeat."""

from typing import Any

import pytest

from satudata.datasets.access.principal import ANONYMOUS
from satudata.datasets.catalogue.types import DatasetFilter, DatasetOrder
from satudata.datasets.database.search import normalise, words
from satudata.validation.contracts.model import AccessLevel

F = DatasetFilter


@pytest.fixture
async def library(either_hub: Any, make_contract: Any) -> Any:
    """Six datasets besides `dinas/contoh`, over two agencies, three topics and two access levels."""
    of_dinas = [
        ("dinas/upah", {"title": "Upah minimum", "title_en": "Minimum wage", "topic": "tenaga-kerja"}),
        ("dinas/pekerja", {"title": "Jumlah pekerja", "tags": "[upah, buruh]", "topic": "tenaga-kerja"}),
        ("dinas/rahasia", {"title": "Upah rahasia", "access": "CLOSED", "topic": "tenaga-kerja"}),
    ]
    of_badan = [
        ("badan/cuaca", {"title": "Cuaca harian", "topic": "iklim", "priority": True}),
        ("badan/hujan", {"title": "Curah hujan 100%", "topic": "iklim"}),
        ("badan/gizi", {"title": "Gizi balita", "topic": "kesehatan"}),
    ]
    for slug, about in of_dinas:
        await either_hub.services.catalogue.register(either_hub.steward, make_contract(slug, **about))
    for slug, about in of_badan:
        await either_hub.services.catalogue.register(either_hub.other_steward, make_contract(slug, **about))
    return either_hub


async def found(hub: Any, text: str | None = None, principal: Any = ANONYMOUS, **more: Any) -> list[str]:
    page = await hub.services.catalogue.search(principal, text, **more)
    return [dataset.slug for dataset in page.items]


async def test_words_find_and_the_title_weighs_most(library: Any) -> None:
    assert await found(library, "upah") == ["dinas/upah", "dinas/pekerja"]
    assert await found(library, "MINIMUM wage") == ["dinas/upah"]
    assert await found(library, "upah cuaca") == []
    assert set(await found(library, "badan")) == {"badan/cuaca", "badan/hujan", "badan/gizi"}
    assert len(await found(library, "nilai")) == 6  # a column


@pytest.mark.parametrize(
    "text", ["upah", "badan", "Labour", "nilai", "iklim", "katalog", "dinas/upah", "buruh"]
)
async def test_whatever_is_found_says_why(library: Any, text: str) -> None:
    page = await library.services.catalogue.search(ANONYMOUS, text)
    assert page.total > 0
    assert all(page.matches)


async def test_signs_are_taken_literally(library: Any) -> None:
    assert await found(library, "100%") == ["badan/hujan"]
    assert await found(library, "%") == ["badan/hujan"]
    assert await found(library, "_") == []
    assert await found(library, "\\") == []


async def test_only_the_agencys_people_find_closed_data(library: Any) -> None:
    assert "dinas/rahasia" in await found(library, "upah", library.producer)
    assert "dinas/rahasia" not in await found(library, "upah", library.other_producer)


async def test_filters_narrow_and_combine(library: Any) -> None:
    climate = F(agencies=("badan",), topics=("iklim",))
    closed = F(access_levels=(AccessLevel.CLOSED,))
    assert set(await found(library, filters=climate)) == {"badan/cuaca", "badan/hujan"}
    assert await found(library, filters=F(topics=("iklim", "kesehatan"), agencies=("dinas",))) == [
        "dinas/contoh"
    ]
    assert await found(library, filters=F(priority=True)) == ["badan/cuaca"]
    assert await found(library, filters=closed) == []
    assert await found(library, None, library.producer, filters=closed) == ["dinas/rahasia"]
    assert await found(library, filters=F(formats=("csv",))) == []
    assert await found(library, filters=F(updated_since=library.clock.now())) == []


def counts(facets: Any) -> dict[str, int]:
    return {facet.value: facet.count for facet in facets}


async def test_facets_count_what_choosing_them_would_give(library: Any) -> None:
    catalogue = library.services.catalogue
    everything = await catalogue.search(ANONYMOUS)
    assert counts(everything.facets.agencies) == {"badan": 3, "dinas": 3}
    assert counts(everything.facets.topics) == {"iklim": 2, "kesehatan": 2, "tenaga-kerja": 2}
    assert counts(everything.facets.access_levels) == {"OPEN": 6}
    assert everything.facets.formats == ()
    narrowed = await catalogue.search(ANONYMOUS, filters=F(agencies=("badan",), topics=("iklim",)))
    assert narrowed.total == 2
    assert counts(narrowed.facets.agencies) == {"badan": 2}
    assert counts(narrowed.facets.topics) == {"iklim": 2, "kesehatan": 1}
    for topic, count in counts(narrowed.facets.topics).items():
        chosen = await catalogue.search(ANONYMOUS, filters=F(agencies=("badan",), topics=(topic,)))
        assert chosen.total == count
    assert everything.facets.topics[0].label.en == "Climate and weather"
    assert counts((await catalogue.search(library.producer)).facets.access_levels) == {"OPEN": 6, "CLOSED": 1}


async def test_each_result_says_why_it_matched(library: Any) -> None:
    page = await library.services.catalogue.search(ANONYMOUS, "upah")
    why = {
        dataset.slug: [match.field for match in matches]
        for dataset, matches in zip(page.items, page.matches, strict=True)
    }
    assert why == {"dinas/upah": ["title", "id"], "dinas/pekerja": ["keywords"]}
    assert page.matches[0][0].text.id == "Upah minimum"
    assert (await library.services.catalogue.search(ANONYMOUS)).matches == ((),) * 6


@pytest.mark.parametrize("order", DatasetOrder)
@pytest.mark.parametrize("text", [None, "nilai"])
async def test_pages_give_each_dataset_once(library: Any, order: DatasetOrder, text: str | None) -> None:
    catalogue = library.services.catalogue
    whole = await found(library, text, order=order)
    seen, after = [], None
    while True:
        page = await catalogue.search(ANONYMOUS, text, order=order, first=2, after=after)
        seen += [dataset.slug for dataset in page.items]
        assert page.total == 6
        if not page.has_next:
            break
        after = tuple(page.positions[-1])
    assert seen == whole
    assert len(set(seen)) == 6


async def test_titles_are_in_order(library: Any) -> None:
    assert await found(library, order=DatasetOrder.TITLE) == [
        "badan/cuaca",
        "badan/hujan",
        "badan/gizi",
        "dinas/pekerja",
        "dinas/contoh",
        "dinas/upah",
    ]


async def test_topics_and_totals_count_open_data(library: Any) -> None:
    catalogue = library.services.catalogue
    topics = {topic.id: topic.dataset_count for topic in await catalogue.topics(ANONYMOUS)}
    assert topics == {"iklim": 2, "kesehatan": 2, "tenaga-kerja": 2}
    assert {topic.id: topic.dataset_count for topic in await catalogue.topics(library.producer)}[
        "tenaga-kerja"
    ] == 3
    totals = await catalogue.totals()
    assert (totals.datasets, totals.agencies, totals.rows) == (6, 2, 0)


def test_text_is_compared_without_case_accents_and_extra_spaces() -> None:
    assert normalise("  Café   KABUPATÉN ") == "cafe kabupaten"
    assert words("a b a  B c") == ("a", "b", "c")
    assert words(None) == ()
