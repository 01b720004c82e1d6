"""The GraphQL documents this product itself uses: those of `operations/`, and the one a dataset page shows and runs.

`load_operation` finds them in a checkout (`graphql/operations/`) and in an installed wheel alike.
"""

from functools import cache
from pathlib import Path

from satudata.graphql.rows.naming import DatasetNames
from satudata.validation.contracts.model import DataContract

_HERE = Path(__file__).parent


def operations_folder() -> Path:
    """Where the documents are: beside this package in a wheel, two folders up in a checkout."""
    packaged = _HERE / "operations"
    return packaged if packaged.is_dir() else _HERE.parent.parent / "operations"


@cache
def load_operation(name: str) -> str:
    """The document `operations/<name>.graphql`; `name` is in kebab-case (`dataset-page`). Raises FileNotFoundError."""
    return (operations_folder() / f"{name}.graphql").read_text(encoding="utf-8")


@cache
def own_documents() -> tuple[str, ...]:
    """The text of every document in `operations/`, as clients of ours send it."""
    return tuple(load_operation(path.stem) for path in sorted(operations_folder().glob("*.graphql")))


def rows_document(
    contract: DataContract, first: int = 20, *, offset: int = 0, version: int | None = None
) -> str:
    """The query a dataset's page shows and runs: every public column of `first` rows, and how many rows there are.

    Written for people to read, copy and change: one field a line, no variables. `version` pins a published version.
    """
    names = DatasetNames.of(contract)
    arguments = [f"first: {first}"]
    if offset:
        arguments.append(f"offset: {offset}")
    if version is not None:
        arguments.append(f"version: {version}")
    columns = "\n".join(f"          {names.field(column.name)}" for column in contract.public_columns)
    return f"""query {names.type_name} {{
  data {{
    {names.agency_field} {{
      {names.dataset_field}({", ".join(arguments)}) {{
        totalCount
        version {{ number publishedAt }}
        nodes {{
{columns}
        }}
      }}
    }}
  }}
}}
"""
