"""How a file would be read, and its first rows: what a person looks at before the file is checked or sent.

Nothing is cast or judged here. The file is read to its end all the same, since rows that are no data stand there.
"""

from dataclasses import dataclass
from pathlib import Path

from satudata.validation.contracts.model import DataContract, PersonalData
from satudata.validation.findings.collecting import masked
from satudata.validation.readers.opening import open_table
from satudata.validation.readers.reading import Reading
from satudata.validation.readers.table import ROW


@dataclass(frozen=True, slots=True)
class Preview:
    """The columns of the contract that the file has: `header` as written in the file, cells as text, None where empty.

    `first_row` is the record number of the first row; personal values are masked.
    """

    reading: Reading
    header: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    first_row: int | None


def preview_file(path: Path, contract: DataContract, rows: int = 20) -> Preview:
    """Read a file as `check_file` would. Raises Unreadable."""
    shown: list[tuple[str | None, ...]] = []
    first_row: int | None = None
    with open_table(path, contract) as table:
        for batch in table.batches:
            if first_row is None and batch.height:
                first_row = batch[ROW][0]
            if len(shown) < rows:
                shown += batch.drop(ROW).head(rows - len(shown)).rows()
        found = [issue for issue in table.issues if issue.code == "row.footer"]
        columns, headers = table.columns, table.headers
        reading = table.reading.with_footer(
            contract.file.footer_rows or len(found),
            uncertain=contract.file.footer_rows is None and bool(found),
        )
    personal = [column.personal_data is not PersonalData.NONE for column in columns]
    cells = tuple(
        tuple(masked(cell) if secret and cell else cell for cell, secret in zip(row, personal, strict=True))
        for row in shown
    )
    return Preview(
        reading, tuple(headers.get(column.name, column.header) for column in columns), cells, first_row
    )
