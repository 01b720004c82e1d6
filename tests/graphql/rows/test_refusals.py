"""Each way of asking for rows wrongly has a code and a message of its own, in both languages."""

import pytest

ROWS = "{ data { dinasUji { kebunData(%s) { totalCount nodes { kode } } } } }"
GROUPS = "{ data { dinasUji { kebunData { groups(by: %s) { aggregate { rowCount } } } } } }"
VARIABLE = "query($sort: Sort) { data { dinasUji { kebunData(orderBy: [{kode: $sort}]) { totalCount } } } }"

REFUSED = {
    "null operator": (ROWS % "where: {jumlah: {eq: null}}", "NULL_OPERATOR", "where.jumlah.eq"),
    "empty filter": (ROWS % "where: {jumlah: {}}", "EMPTY_FILTER", "where.jumlah"),
    "foreign cursor": (ROWS % 'after: "MTIz"', "FOREIGN_CURSOR", "after"),
    "cursor of another order": (
        ROWS % 'after: "<cursor>", orderBy: [{nama: ASC}]',
        "CURSOR_OF_OTHER_ORDER",
        "after",
    ),
    "cursor of another version": (ROWS % 'after: "<cursor>", version: 1', "CURSOR_OF_OTHER_VERSION", "after"),
    "filtered offset": (ROWS % "where: {jumlah: {gt: 0}}, offset: 10001", "OFFSET_TOO_FAR", "offset"),
    "sorted offset": (ROWS % "orderBy: [{nama: ASC}], offset: 10001", "OFFSET_TOO_FAR", "offset"),
    "unknown version": (ROWS % "version: 99", "UNKNOWN_VERSION", "version"),
    "order by a column twice": (
        ROWS % "orderBy: [{nama: ASC}, {nama: DESC}]",
        "ORDER_COLUMN_TWICE",
        "orderBy[1].nama",
    ),
    "group by a column twice": (GROUPS % "[{nama: VALUE}, {nama: VALUE}]", "GROUP_COLUMN_TWICE", None),
    "nullable variable in a oneOf": (VARIABLE, "NULLABLE_ONE_OF_VARIABLE", "$sort"),
}


@pytest.fixture
def cursor_of(asking):
    async def cursor():
        return (await asking.zoo("first: 2", "pageInfo { endCursor }"))["pageInfo"]["endCursor"]

    return cursor


@pytest.mark.parametrize("name", REFUSED)
async def test_it_is_refused_by_name(asking, cursor_of, name):
    query, reason, place = REFUSED[name]
    query = query.replace("<cursor>", await cursor_of())

    indonesian = await asking.error(query)
    english = await asking.error(query, language="en")

    extensions = indonesian["extensions"]
    assert extensions["code"] == ("NOT_FOUND" if name == "unknown version" else "BAD_INPUT")
    assert extensions["reason"] == reason
    assert not extensions["retryable"]
    assert place in (None, extensions["place"])
    assert english["extensions"] == extensions


async def test_messages_differ(asking, cursor_of):
    cursor = await cursor_of()
    told = {}
    for query, reason, _ in REFUSED.values():
        for language in ("id", "en"):
            message = (await asking.error(query.replace("<cursor>", cursor), language=language))["message"]
            told.setdefault(message, set()).add(reason)

    assert all(len(reasons) == 1 for reasons in told.values())
    assert len(told) >= 2 * len({reason for _, reason, _ in REFUSED.values()})
