"""Rows of a dataset through the API."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_first_page(asking):
    found = await asking.zoo("first: 3", "totalCount nodes { kode nama jumlah besar harga rasio aktif tanggal waktu provinsi catatan }")
    print(found)
    assert found["totalCount"] == 60
