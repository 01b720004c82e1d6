"""The query a dataset's page shows and runs."""

import pytest

from graphql import parse, print_ast
from satudata.graphql.documents import load_operation, rows_document


def test_it_reads_like_one_written_by_hand(zoo_contract):
    assert rows_document(zoo_contract, 5, offset=10, version=2) == (
        """query DinasUji_KebunData {
  data {
    dinasUji {
      kebunData(first: 5, offset: 10, version: 2) {
        totalCount
        version { number publishedAt }
        nodes {
          kode
          nama
          jumlah
          besar
          harga
          rasio
          aktif
          tanggal
          waktu
          provinsi
          catatan
          status
        }
      }
    }
  }
}
"""
    )


def test_it_is_printed_as_tools_print_it(zoo_contract):
    document = rows_document(zoo_contract)

    tidy = print_ast(parse(document)).replace(
        "{\n          number\n          publishedAt\n        }", "{ number publishedAt }"
    )
    assert document.strip() == tidy


async def test_it_runs(asking, zoo_contract):
    rows = (await asking.data(rows_document(zoo_contract, 3)))["data"]["dinasUji"]["kebunData"]

    assert rows["totalCount"] == 60
    assert [node["kode"] for node in rows["nodes"]] == ["K000", "K001", "K002"]
    assert "rahasia" not in rows["nodes"][0]


def test_an_operation_that_is_not_there():
    with pytest.raises(FileNotFoundError):
        load_operation("tidak-ada")
