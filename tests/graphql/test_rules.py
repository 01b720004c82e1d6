"""The rules walked together find what graphql-core's own way of walking them finds."""

import pytest

from graphql import parse, specified_rules, validate
from satudata.graphql.rules import RULES, OneOfVariablesRule
from satudata.graphql.scoped import static_part

DOCUMENTS = [
    "{ hub { version } }",
    "{ hub { version tidak } agencies(first: 1, salah: 2) { nodes { slug { x } } } }",
    "query A { hub { version } } query A { hub { version } } { hub { version } }",
    "query($a: Int, $a: Int, $b: Tidak) { datasets(first: $c) { totalCount } }",
    "query($s: String!) { datasets(first: $s, first: 2, where: {tidak: 1, topic: 3, topic: 4}) { totalCount } }",
    "{ ...F ...Tidak } fragment F on Query { ...G } fragment G on Query { ...F hub { version } }",
    "{ hub { ...F } } fragment F on Agency { slug } fragment G on Int { x } fragment H on Query { __typename }",
    "{ hub { version @skip @skip(if: 1) @tidak } __typename @include(if: true) @include(if: false) }",
    "{ a: hub { version } a: agencies { totalCount } node(id: 1) { id ... on Dataset { slug slug: title { id } } } }",
    "{ dataset(key: {}) { slug } d: dataset(key: {slug: null}) { slug } }",
    "query($k: String) { dataset(key: {slug: $k}) { slug } datasets(orderBy: SALAH) { totalCount } }",
    "type Query { a: Int } { hub { version } }",
    "subscription { tidak } mutation { tidak }",
    "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
]


@pytest.mark.parametrize("text", DOCUMENTS)
def test_the_same_errors_in_the_same_order(text):
    schema, document = static_part(), parse(text)
    told = [
        [
            (error.message, error.locations)
            for error in validate(schema, document, rules, hide_suggestions=True)
        ]
        for rules in ((*specified_rules, OneOfVariablesRule), RULES)
    ]

    assert told[1] == told[0]
    assert bool(told[0]) is (text != DOCUMENTS[0])
