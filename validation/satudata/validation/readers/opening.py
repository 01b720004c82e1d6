"""Opens a file as the table of a contract: the one door to the readers."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from satudata.validation.contracts.model import DataContract
from satudata.validation.readers.csv_dialect import has_header
from satudata.validation.readers.csv_file import open_csv
from satudata.validation.readers.detection import FileFormat, detect
from satudata.validation.readers.geojson_file import open_geojson
from satudata.validation.readers.json_file import open_json
from satudata.validation.readers.limits import limited
from satudata.validation.readers.parquet_file import open_parquet
from satudata.validation.readers.spreadsheet_file import open_spreadsheet
from satudata.validation.readers.table import Table
from satudata.validation.readers.zip_file import file_inside, nested_archive


@contextmanager
def open_table(path: Path, contract: DataContract) -> Iterator[Table]:
    """The file as a table, whatever its name says. Raises Unreadable, now or while batches are read."""
    with ExitStack() as stack:
        table = _open(*unpacked(path, contract, stack), contract, stack)
        table.batches = limited(table.batches)
        yield table


def unpacked(path: Path, contract: DataContract, stack: ExitStack) -> tuple[Path, FileFormat]:
    """The file and what it is; of a ZIP the one table inside, for as long as `stack` lives. Raises Unreadable."""
    form = detect(path)
    if form is FileFormat.ZIP:
        path = stack.enter_context(file_inside(path, lambda head: has_header(head, contract)))
        form = detect(path)
        if form is FileFormat.ZIP:
            raise nested_archive()
    return path, form


def _open(path: Path, form: FileFormat, contract: DataContract, stack: ExitStack) -> Table:
    if form in (FileFormat.XLSX, FileFormat.XLS, FileFormat.ODS):
        return open_spreadsheet(path, form, contract, stack)
    if form is FileFormat.PARQUET:
        return open_parquet(path, contract)
    if form is FileFormat.GEOJSON:
        return open_geojson(path, contract, stack)
    if form in (FileFormat.JSON, FileFormat.JSONL):
        return open_json(path, form, contract, stack)
    return open_csv(path, contract, stack)
