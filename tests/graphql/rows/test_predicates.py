"""`where` as a predicate."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satudata.datasets.rows.query import And, Condition, Not, Operator, Or
from satudata.graphql.errors import ApiError
from satudata.graphql.rows.filters import predicate_of

COLUMNS = {"tahun": "tahun", "namaTempat": "nama_tempat"}


def test_a_single_condition_is_not_wrapped():
    where = {"tahun": {"eq": 2024}}

    assert predicate_of(where, COLUMNS, list_values=10) == Condition("tahun", Operator.EQ, 2024)


def test_conditions_combine():
    where = {
        "not": {"or": [{"tahun": {"lt": 2000}}, {"namaTempat": {"eq": "x", "ignoreCase": True}}]},
        "tahun": {"in": [1]},
    }

    assert predicate_of(where, COLUMNS, list_values=10) == And(
        (
            Not(
                Or(
                    (
                        Condition("tahun", Operator.LT, 2000),
                        Condition("nama_tempat", Operator.EQ, "x", ignore_case=True),
                    )
                )
            ),
            Condition("tahun", Operator.IN, (1,)),
        )
    )


_leaf = st.fixed_dictionaries({"eq": st.integers()})
_where = st.recursive(
    st.fixed_dictionaries({"tahun": _leaf}),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"or": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"and": st.lists(inner, min_size=1, max_size=3)}),
    ),
    max_leaves=12,
)


@given(_where, st.sampled_from([None, {}]))
def test_emptiness_anywhere_inside_is_refused(where, hole):
    """Replace the first leaf by nothing: the whole is refused, however deep it lies."""
    predicate_of(where, COLUMNS, list_values=10)
    _dig(where, hole)

    with pytest.raises(ApiError):
        predicate_of(where, COLUMNS, list_values=10)


def _dig(where: dict[str, Any], hole: Any) -> None:
    name, value = next(iter(where.items()))
    if name == "tahun":
        where["tahun"] = hole
    elif name == "not":
        _dig(value, hole)
    else:
        _dig(value[0], hole)
