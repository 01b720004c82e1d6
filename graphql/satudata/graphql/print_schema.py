"""Prints the static schema: `python -m satudata.graphql.print_schema > graphql/schema.graphql`.

The file is checked in, so that a change of the API is a visible change; a test compares.
"""

import sys

from satudata.graphql.scoped import static_part
from satudata.graphql.sdl import print_sdl

HEADER = """The API of a hub without any data: everything but the types of rows.

Made by `python -m satudata.graphql.print_schema > graphql/schema.graphql`; a test compares. Do not edit.

How it grows in a running hub: as soon as one open dataset is published, `Query` also has

  data: Data!    rows, as data { <agency> { <dataset>(where, orderBy, first, after, offset, version) { ... } } }

The types of rows are made from each dataset's contract when it is needed: `Agency_Dataset` is a row of the dataset
`agency/dataset`, and with it come `_Connection`, `_Edge`, `_Filter`, `_Order`, `_GroupBy`, `_Key`, `_Aggregate`,
`_Group`, `_GroupOrder` and `_Having`. They use the filters, aggregates and sort orders below. No type below has an
underscore in its name, so nothing collides. A field is the camelCase of the contract's column name.

A column bound to a code list has a second field beside it, `<column>Entry: Code`, and where a dataset has such a
column, `Code` leads back to its rows:

  data: CodeData!    rows, as data { <agency> { <dataset>(below, where, orderBy, first, after, ...) { ... } } }

A running hub prints the whole schema at /graphql/schema.graphql, and a slice at
/graphql/schema.graphql?dataset=agency/one,agency/two (what a client needs to generate types for these)."""


def static_sdl() -> str:
    """The content of `graphql/schema.graphql`."""
    return print_sdl(static_part(), HEADER)


if __name__ == "__main__":
    sys.stdout.write(static_sdl())
