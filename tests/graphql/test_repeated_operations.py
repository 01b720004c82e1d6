"""An operation run before takes a short way (`compiled.py`): its answers are the same, byte for byte, errors too."""

import pytest

from satudata.graphql.compiled import CompiledOperation
from satudata.graphql.config import Limits

PAGE = """query P($kode: ID = "K003", $n: Int = 5, $after: String) {
  __typename
  satu: data { t: __typename dinasUji {
    kebunData(first: $n, after: $after) { ...Rows pageInfo { hasNextPage akhir: endCursor __typename startCursor } }
    satu: kebunData(where: {kode: {eq: $kode}}) { jenis: __typename nodes { kode kode harga ... { waktu } } totalCount }
  } }
}
fragment Rows on DinasUji_KebunData_Connection { nodes { kode nama } edges { cursor node { jumlah } } nodes { besar } }
"""
FIGURES = """{ data { dinasUji { kebunData(where: {jumlah: {gt: 10}}) {
  totalCount aggregate { rowCount harga { sum avg median } jumlah { min max } }
  groups(by: [{provinsi: CODE}]) { key { provinsi } aggregate { rowCount } }
} } } }"""
SKIPPED = """query S($without: Boolean!) { data { dinasUji { kebunData(first: 2) {
  nodes { kode nama @skip(if: $without) } } } } }"""
LITERAL = "{ data { dinasUji { kebunData(first: 2) { nodes { kode nama @skip(if: true) } } } } }"
MORE = "{ hub { version } data { dinasUji { kebunData(first: 1) { nodes { kode } } } } }"
VERSIONS = "query V($v: Int!) { data { dinasUji { kebunData(version: $v, first: 1) { totalCount } } } }"


@pytest.fixture
def repeats(monkeypatch):
    """How often the short way was gone to its end."""
    gone = []
    run = CompiledOperation.run

    async def counted(self, *given):
        answer = await run(self, *given)
        gone.append(answer)
        return answer

    monkeypatch.setattr(CompiledOperation, "run", counted)
    return gone


@pytest.mark.parametrize(
    ("document", "given", "short"),
    [
        (PAGE, [{"kode": "K003"}, {"kode": "K004", "n": 2}, {"n": 60}, {"kode": None, "n": 0}], True),
        (FIGURES, [None, {}], True),
        (LITERAL, [None], True),
        (SKIPPED, [{"without": True}, {"without": False}], False),
        (MORE, [None], False),
    ],
    ids=["page", "figures", "literal directive", "directive by variable", "more than rows"],
)
async def test_a_repeated_operation_answers_as_the_first_time(asking, repeats, document, given, short):
    await asking.outcome(document, given[0])
    repeats.clear()
    for variables in given:
        fresh = document + "\n# " + repr(variables)  # another text: not seen before
        first = await asking.outcome(fresh, variables)
        assert (await asking.outcome(document, variables)).body == first.body
    assert bool(repeats) is short


async def test_cursors_of_a_repeated_page_go_on(asking, repeats):
    seen, after = [], None
    while True:
        data = await asking.data(PAGE, {"n": 7, "after": after}, operation="P")
        page = data["satu"]["dinasUji"]["kebunData"]
        seen += [node["kode"] for node in page["nodes"]]
        after = page["pageInfo"]["akhir"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [f"K{index:03}" for index in range(60)]
    assert len(repeats) >= 8


async def test_what_fails_on_repeating_fails_as_it_should(asking):
    await asking.data(VERSIONS, {"v": 1})
    unknown = await asking.error(VERSIONS, {"v": 99})
    assert unknown["extensions"]["code"] == "NOT_FOUND"
    assert unknown["path"] == ["data", "dinasUji", "kebunData"]
    assert (await asking.error(VERSIONS, {"v": "x"}))["extensions"]["code"] == "BAD_INPUT"
    assert (await asking.error(VERSIONS, {}))["extensions"]["code"] == "BAD_INPUT"
    await asking.data(PAGE, {"n": 1})
    assert (await asking.error(PAGE, {"n": Limits().page + 1}))["extensions"]["code"] == "COST_LIMIT"
    assert (await asking.error(PAGE, {"n": -1}))["extensions"]["code"] == "BAD_INPUT"
    assert (await asking.error(PAGE, {"after": "x"}))["extensions"]["code"] == "BAD_INPUT"


async def test_a_second_operation_of_a_document_is_not_the_first(asking):
    two = """query A { data { dinasUji { kebunData { totalCount } } } }
    query B { data { badanLain { banyak { totalCount } } } }"""
    for _ in range(3):
        assert (await asking.data(two, operation="A"))["data"] == {
            "dinasUji": {"kebunData": {"totalCount": 60}}
        }
        assert (await asking.data(two, operation="B"))["data"] == {
            "badanLain": {"banyak": {"totalCount": 10_050}}
        }
