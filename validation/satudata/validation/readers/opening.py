"""Opens a file as the table of a contract: the one door to the readers."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from satudata.validation.contracts.model import DataContract
from satudata.validation.readers.csv_file import open_csv
from satudata.validation.readers.detection import FileFormat, detect
from satudata.validation.readers.json_file import open_json
from satudata.validation.readers.parquet_file import open_parquet
from satudata.validation.readers.table import Table
from satudata.validation.readers.xlsx_file import open_xlsx


@contextmanager
def open_table(path: Path, contract: DataContract) -> Iterator[Table]:
    """The file as a table, whatever its name says. Raises Unreadable, now or while batches are read."""
    form = detect(path)
    with ExitStack() as stack:
        if form is FileFormat.XLSX:
            yield open_xlsx(path, contract)
        elif form is FileFormat.PARQUET:
            yield open_parquet(path, contract)
        elif form in (FileFormat.JSON, FileFormat.JSONL):
            yield open_json(path, form, contract, stack)
        else:
            yield open_csv(path, contract, stack)
