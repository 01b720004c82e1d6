"""What changed between two versions, through the API."""

from dataclasses import replace
from decimal import Decimal

import pytest

from satudata.validation.text import Text

ZOO = "dinas-uji/kebun-data"
GROWN = "badan-lain/bertambah"

CHANGES = """query($slug: ID!, $number: Int!, $since: Int, $kind: ChangeKind, $first: Int, $after: String) {
  dataset(key: {slug: $slug}) { version(number: $number) { changes(since: $since) {
    since comparedColumns added removed changed
    rows(kind: $kind, first: $first, after: $after) {
      totalCount nodes { kind key columns before after } edges { cursor node { key } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  } } }
}"""


def _asked(slug, number, **more):
    return {"slug": slug, "number": number, "first": 100, **more}


async def _changes(asking, slug, number, **more):
    found = await asking.data(CHANGES, _asked(slug, number, **more))
    return found["dataset"]["version"]["changes"]


async def test_rows_that_were_added(asking):
    found = await _changes(asking, ZOO, 2, first=2)

    assert (found["since"], found["added"], found["removed"], found["changed"]) == (1, 40, 0, 0)
    assert "rahasia" not in found["comparedColumns"]
    assert found["rows"]["totalCount"] == 40
    first = found["rows"]["nodes"][0]
    assert (first["kind"], first["key"], first["columns"], first["before"]) == (
        "ADDED",
        {"kode": "K020"},
        [],
        None,
    )
    fields = "kode nama jumlah besar harga rasio aktif tanggal waktu provinsi catatan status"
    rows = await asking.zoo('where: {kode: {eq: "K020"}}', f"nodes {{ {fields} }}")
    assert first["after"] == rows["nodes"][0]
    assert isinstance(first["after"]["besar"], str)


async def test_the_first_version_has_nothing_before_it(asking):
    assert await _changes(asking, ZOO, 1) is None


async def test_a_column_that_only_one_version_has_changes_no_row(asking):
    found = await _changes(asking, GROWN, 2)

    assert found["comparedColumns"] == ["kode", "nilai"]
    assert (found["added"], found["removed"], found["changed"]) == (3, 0, 0)
    assert found["rows"]["nodes"][0]["after"] == {"kode": "A00005", "nilai": 5, "tambahan": "5"}


@pytest.mark.parametrize(
    ("number", "since", "code", "reason", "said"),
    [
        (2, 2, "BAD_INPUT", "SINCE_NOT_EARLIER", "Name a number from 1 to 1, or leave"),
        (2, 7, "BAD_INPUT", "SINCE_NOT_EARLIER", "version 7 is not older than version 2"),
        (1, 1, "BAD_INPUT", "SINCE_NOT_EARLIER", "Version 1 is the first"),
        (2, 0, "NOT_FOUND", "UNKNOWN_VERSION", "Name another version before version 2 in `since`"),
        (2, -4, "NOT_FOUND", "UNKNOWN_VERSION", "was not found"),
    ],
)
async def test_versions_that_cannot_be_compared(asking, number, since, code, reason, said):
    error = await asking.error(CHANGES, _asked(ZOO, number, since=since), language="en")

    assert (error["extensions"]["code"], error["extensions"]["reason"]) == (code, reason)
    assert error["extensions"]["place"] == "since"
    assert said in error["message"]


async def test_cursors_of_other_arguments_are_refused(asking):
    cursor = (await _changes(asking, ZOO, 2, first=1))["rows"]["pageInfo"]["endCursor"]

    for other in ({"kind": "ADDED"}, {"number": 2, "slug": GROWN}, {"after": cursor[:-2]}):
        asked = _asked(ZOO, 2, after=cursor) | other
        error = await asking.error(CHANGES, asked)
        assert error["extensions"]["reason"] == "FOREIGN_CURSOR", other
    too_many = await asking.error(CHANGES, _asked(ZOO, 2, first=1001))
    assert too_many["extensions"]["code"] == "COST_LIMIT"


async def test_a_closed_dataset_has_no_changes_for_others(asking):
    query = "query($slug: ID!) { dataset(key: {slug: $slug}) { latest { changes { added } } } }"

    assert await asking.data(query, {"slug": "dinas-uji/terbatas"}) == {"dataset": None}


async def test_following_a_dataset_over_its_versions(own, zoo, make_zoo_csv):
    """Kinds and pages, null and decimal values, a private column, and a version that is withdrawn."""
    third = [
        replace(row, rahasia="lain") if row.kode == "K004" else row
        for row in zoo
        if row.kode not in ("K000", "K059")
    ]
    third[10] = replace(third[10], harga=Decimal("0.10"), nama=None, besar=2**60)
    third.append(replace(zoo[0], kode="K900", jumlah=None))
    await own.cast.publish(ZOO, make_zoo_csv(third))

    found = await _changes(own, ZOO, 3)
    seen, cursors, after = [], [], None
    while True:
        page = (await _changes(own, ZOO, 3, first=1, after=after))["rows"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        seen += page["nodes"]
        cursors += [edge["cursor"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert (found["since"], found["added"], found["removed"], found["changed"]) == (2, 1, 2, 1)
    assert seen == found["rows"]["nodes"]
    assert len(set(cursors)) == 4
    assert [(change["kind"], change["key"]) for change in seen] == [
        ("ADDED", {"kode": "K900"}),
        ("REMOVED", {"kode": "K000"}),
        ("REMOVED", {"kode": "K059"}),
        ("CHANGED", {"kode": "K011"}),
    ]
    changed = (await _changes(own, ZOO, 3, kind="CHANGED"))["rows"]
    assert (changed["totalCount"], changed["nodes"]) == (1, seen[3:])
    assert seen[3]["columns"] == ["nama", "besar", "harga"]
    assert {name: seen[3]["after"][name] for name in seen[3]["columns"]} == {
        "nama": None,
        "besar": str(2**60),
        "harga": "0.10",
    }
    assert seen[3]["before"]["harga"] == "3.75"
    assert "rahasia" not in str(found)
    assert (await _changes(own, ZOO, 3, since=1))["added"] == 40

    reason = Text("Salah satuan", "Wrong unit")
    await own.services.versions.withdraw(own.cast.steward, ZOO, 2, reason)
    assert (await _changes(own, ZOO, 3))["since"] == 1
    for number, since in ((3, 2), (2, 1)):
        error = await own.error(CHANGES, _asked(ZOO, number, since=since), language="en")
        assert error["extensions"]["reason"] == "VERSION_WITHDRAWN"
        assert "Wrong unit" in error["message"]


@pytest.mark.full
async def test_a_column_that_is_no_longer_public_is_shown_of_no_version(own, zoo_contract, make_zoo_csv, zoo):
    before = await _changes(own, ZOO, 2)
    closing = zoo_contract.source.replace("version: 1.0.0", "version: 2.0.0").replace(
        "{property: filterable, value: false}", "{property: public, value: false}"
    )
    await own.services.catalogue.register(own.cast.steward, closing)
    await own.cast.publish(ZOO, make_zoo_csv(zoo))

    after = await _changes(own, ZOO, 2)

    assert "catatan" in before["comparedColumns"]
    assert "catatan" in before["rows"]["nodes"][0]["after"]
    assert after["added"] == before["added"]
    assert "catatan" not in str(after)
