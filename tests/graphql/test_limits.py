"""Requests that ask too much are refused before anything is read, quickly, whatever their shape."""

import time

import pytest

from graphql import get_introspection_query, parse
from satudata.datasets.rows.deadline import DeadlineExceeded
from satudata.graphql.config import Limits
from satudata.graphql.guard import DocumentMeter, check_document

ROWS = "data {{ dinasUji {{ kebunData({}) {{ {} }} }} }}"


def rows(arguments: str, selection: str = "nodes { kode }") -> str:
    return ROWS.format(arguments, selection)


def nested(depth: int) -> str:
    """`depth` levels of fields."""
    inner = "slug"
    for _ in range(depth // 2 - 1):
        inner = f"agency {{ datasets(first: 1) {{ nodes {{ {inner} }} }} }}"
    return f'{{ dataset(key: {{slug: "a/b"}}) {{ {inner} }} }}'


def bomb(levels: int) -> str:
    """Fragments that each spread the next twice: 2^levels fields in a few bytes."""
    fragments = [
        f"fragment F{index} on Query {{ ...F{index + 1} ...F{index + 1} }}" for index in range(levels)
    ]
    return "\n".join(["{ ...F0 }", *fragments, f"fragment F{levels} on Query {{ hub {{ version }} }}"])


ATTACKS = {
    "many aliases": ("{ " + " ".join(f"a{i}: hub {{ version }}" for i in range(300)) + " }", "rootFields"),
    "many aliases below": ("{ hub { " + " ".join(f"a{i}: version" for i in range(500)) + " } }", None),
    "more fields than allowed": (
        "{ ...F ...F ...F } fragment F on Query { hub { "
        + " ".join(f"a{i}: version" for i in range(400))
        + " } }",
        "fields",
    ),
    "too deep": (nested(20), "depth"),
    "far too deep": ("{" + "a{" * 600 + "b" + "}" * 600 + "}", None),
    "fragment bomb": (bomb(100), "fields"),
    "a large page": ("{ " + rows("first: 10000000") + " }", "page"),
    "many large pages": ("{ " + " ".join(f"a{i}: " + rows("first: 1000") for i in range(12)) + " }", "cost"),
    "pages times pages": (
        "{ agencies(first: 1000) { nodes { datasets(first: 1000) { nodes { slug } } } } }",
        "cost",
    ),
    "pages times pages in fragments": (
        """{ agencies(first: 200) { ...A } }
        fragment A on AgencyConnection { nodes { ...B } }
        fragment B on Agency { datasets(first: 200) { nodes { versions(first: 5) { nodes { id } } } } }""",
        "cost",
    ),
    "many operations": (" ".join(f"query Q{i} {{ hub {{ version }} }}" for i in range(50)), "operations"),
    "many tokens": ("{ hub { " + " ".join("version" for _ in range(3_000)) + " } }", None),
    "comments": ("#" * 200_000 + "\n{ hub { version } }", None),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_is_refused_at_once(asking, name):
    document, limit = ATTACKS[name]
    started = time.perf_counter()

    outcome = await asking.outcome(document, operation="Q0" if "operations" in name else None)

    assert time.perf_counter() - started < 2
    if name in ("many aliases below", "comments"):
        assert not outcome.errors
        return
    assert not outcome.started
    assert outcome.data is None
    if limit is not None:
        assert outcome.codes == ("COST_LIMIT",)
        assert outcome.errors[0]["extensions"]["limit"]["name"] == limit
    assert (await asking.data("{ hub { version } }"))["hub"]


async def test_overlapping_fields(asking):
    """graphql-core compares fields of one name pair by pair, so how many there are is counted before."""
    document = "{ hub { " + "version " * 950 + "} }"
    started = time.perf_counter()

    outcome = await asking.outcome(document)

    assert time.perf_counter() - started < 3
    assert outcome.codes == ("COST_LIMIT",)
    assert outcome.errors[0]["extensions"]["limit"]["name"] == "comparisons"
    few = await asking.data(document.replace("version " * 900, ""))
    assert few == {"hub": {"version": "0.1.0"}}


@pytest.mark.parametrize("first", [1_001, 10**6, 2**31 - 1])
async def test_a_page_by_variable_is_measured_after_coercion(asking, first):
    query = "query($n: Int = 5) { data { dinasUji { kebunData(first: $n) { nodes { kode } } } } }"

    refused = await asking.outcome(query, {"n": first})

    assert refused.codes == ("COST_LIMIT",)
    assert not refused.started
    assert refused.errors[0]["extensions"]["limit"] == {"name": "page", "most": 1000, "actual": first}
    assert len((await asking.data(query))["data"]["dinasUji"]["kebunData"]["nodes"]) == 5
    assert len((await asking.data(query, {"n": 1000}))["data"]["dinasUji"]["kebunData"]["nodes"]) == 60


async def test_a_product_of_pages_by_variable(asking):
    query = "query($n: Int) { agencies(first: $n) { nodes { datasets(first: $n) { nodes { slug } } } } }"

    assert (await asking.error(query, {"n": 500}))["extensions"]["limit"]["name"] == "cost"
    assert (await asking.data(query, {"n": 20}))["agencies"]["nodes"]


@pytest.mark.parametrize(
    "query", ["{ agencies(first: -1) { totalCount } }", "{ agencies(first: null) { totalCount } }"]
)
async def test_pages_that_make_no_sense(asking, query):
    assert (await asking.error(query))["extensions"]["code"] == "BAD_INPUT"


async def test_circular_fragments(asking):
    outcome = await asking.outcome("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }")

    assert set(outcome.codes) == {"BAD_INPUT"}


async def test_common_tools_may_introspect(asking):
    """GraphiQL's query nests deeper than other queries may."""
    query = get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        input_value_deprecation=True,
        one_of=True,
    )

    assert check_document(parse(query), Limits()) is None
    assert not (await asking.outcome(query)).errors


async def test_introspection_cannot_nest_without_end(asking):
    inner = "name"
    for _ in range(5):
        inner = f"fields {{ type {{ {inner} }} }}"

    outcome = await asking.outcome(f"{{ __schema {{ types {{ {inner} }} }} }}")

    assert outcome.codes == ("COST_LIMIT",)
    assert outcome.errors[0]["extensions"]["limit"]["name"] == "introspection"


async def test_messages_say_what_to_do_in_the_readers_language(asking):
    query = "{ " + rows("first: 5000") + " }"

    assert "paling banyak 1000" in (await asking.error(query))["message"]
    assert "at most 1000" in (await asking.error(query, language="en"))["message"]


async def test_the_hub_tells_its_limits(asking):
    found = await asking.data("{ hub { limits { maxDepth maxFields maxCost maxPage timeoutSeconds } } }")

    assert found["hub"]["limits"] == {
        "maxDepth": 15,
        "maxFields": 1000,
        "maxCost": 10_000,
        "maxPage": 1000,
        "timeoutSeconds": 10,
    }


async def test_an_unexpected_fault_is_masked_and_logged(asking, monkeypatch, caplog):
    async def broken(self, *_):
        raise RuntimeError("postgresql://admin:secret@db")

    monkeypatch.setattr(type(asking.services.rows), "page", broken)
    outcome = await asking.outcome("{ hub { version } " + rows("first: 1") + " }")

    (error,) = outcome.errors
    assert error["extensions"]["code"] == "INTERNAL"
    assert b"secret" not in outcome.body
    assert error["extensions"]["reference"] in caplog.text
    assert "secret" in caplog.text
    assert outcome.data["hub"] == {"version": "0.1.0"}
    assert outcome.data["data"] == {"dinasUji": {"kebunData": None}}


async def test_time_runs_out(asking, monkeypatch):
    async def slow(self, *_):
        raise DeadlineExceeded

    monkeypatch.setattr(type(asking.services.rows), "page", slow)
    error = await asking.error("{ " + rows("first: 1") + " }")

    assert error["extensions"]["code"] == "TIMEOUT"
    assert error["extensions"]["retryable"] is True


async def test_every_operation_has_a_deadline(asking, monkeypatch):
    seen = []
    original = type(asking.services.rows).page

    async def noting(self, query, deadline):
        seen.append(deadline.remaining())
        return await original(self, query, deadline)

    monkeypatch.setattr(type(asking.services.rows), "page", noting)
    await asking.data("{ " + rows("first: 1") + " }")

    assert 0 < seen[0] <= 10


def test_the_meter_counts_each_fragment_once():
    document = parse(bomb(200))
    meter = DocumentMeter(document)

    measured = meter.measure(document.definitions[0].selection_set.selections)

    assert measured.fields == 10**12
    assert measured.depth == 2


def test_the_meter_counts_what_a_reader_would():
    document = parse("{ a { b c } ...F ... { d } } fragment F on Query { e { f { g } } }")

    measured = DocumentMeter(document).measure(document.definitions[0].selection_set.selections)

    assert (measured.fields, measured.first_level, measured.depth) == (7, 3, 3)
