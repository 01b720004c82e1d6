"""Parquet: a text that stands in every row is in the file once; in memory it must not take all its places at once."""

import io
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from satudata.validation.contracts.model import DataContract
from satudata.validation.readers import parquet_file
from satudata.validation.readers.detection import Unreadable

Make = Callable[..., DataContract]
Read = Callable[..., Any]
TEXT = "x" * 20_000


def repeated(rows: int, kind: str) -> bytes:
    texts: Any = pa.array([TEXT] * rows)
    table = pa.table(
        {"nomor": range(rows), "teks": texts.dictionary_encode() if kind == "dictionary" else texts}
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def contract(make_contract: Make) -> DataContract:
    names = {"nomor": "integer", "teks": "string"}
    return make_contract([{"name": name, "logicalType": kind} for name, kind in names.items()])


@pytest.mark.parametrize("kind", ["dictionary", "plain"])
def test_large_texts_come_in_small_batches(
    kind: str, contract: DataContract, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_file, "_BATCH_BYTES", 10 * len(TEXT))
    heights = []
    small = parquet_file._small_batches

    def noted(*arguments: Any) -> Any:
        for batch in small(*arguments):
            heights.append(batch.num_rows)
            yield batch

    monkeypatch.setattr(parquet_file, "_small_batches", noted)
    table = read(repeated(95, kind), contract)
    assert table.rows == [(row, str(row - 2), TEXT) for row in range(2, 97)]
    assert (max(heights), sum(heights)) == (10, 95)


def test_a_file_that_swells_beyond_reason_is_refused(
    contract: DataContract, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_file, "_RATIO_MATTERS", 1_000_000)
    with pytest.raises(Unreadable) as raised:
        read(repeated(5_000, "dictionary"), contract)
    assert [issue.code for issue in raised.value.issues] == ["file.unsafe"]
