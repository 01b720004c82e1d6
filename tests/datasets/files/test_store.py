"""One behaviour on three stores: a local folder, memory, and S3 as moto's server speaks it."""

import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import boto3
import httpx
import pytest

from satudata.datasets.files.keys import lake_key, raw_key, report_key
from satudata.datasets.files.store import INCOMING, FileConflict, FileMissing, FileStore

BUCKET = "satudata"


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(endpoint, server)
        boto3.client(
            "s3",
            endpoint_url=endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name="us-east-1",
        ).create_bucket(Bucket=BUCKET)
        yield endpoint
    finally:
        server.kill()
        server.wait()


def _wait_until_up(endpoint: str, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert server.poll() is None, "moto's server ended"
        try:
            httpx.get(endpoint, trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("moto's server did not start")


@pytest.fixture(params=["local", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    match request.param:
        case "local":
            return FileStore.from_url((tmp_path / "files with space").as_uri())
        case "memory":
            return FileStore.from_url("memory:///")
        case _:
            return FileStore.from_url(
                f"s3://{BUCKET}/{tmp_path.name}",
                endpoint=request.getfixturevalue("s3_endpoint"),
                access_key_id="test",
                secret_access_key="test",
                region="us-east-1",
                virtual_hosted_style_request=False,
                client_options={"allow_http": True, "proxy_excludes": "127.0.0.1"},
            )


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def keys(store: FileStore, prefix: str) -> dict[str, int]:
    return {key: size async for key, size in store.list(prefix)}


async def test_a_stream_is_kept_by_its_hash(store: FileStore) -> None:
    kept = await store.put_raw(pieces(b"kode,nama\n", b"32,Jawa Barat\n"))

    data = b"kode,nama\n32,Jawa Barat\n"
    assert (kept.sha256, kept.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert kept.key == raw_key(kept.sha256)
    assert await store.read(kept.key) == data
    assert await store.size(kept.key) == len(data)
    assert await keys(store, INCOMING) == {}


async def test_an_empty_stream_is_a_file_too(store: FileStore) -> None:
    kept = await store.put_raw(pieces())

    assert kept.bytes == 0
    assert await store.read(kept.key) == b""


async def test_the_same_stream_twice_is_one_file(store: FileStore) -> None:
    first = await store.put_raw(pieces(b"a", b"bc"))
    second = await store.put_raw(pieces(b"abc"))

    assert first == second
    assert await keys(store, "raw") == {first.key: 3}
    assert await keys(store, INCOMING) == {}


async def test_a_big_stream_goes_in_parts(store: FileStore) -> None:
    part = os.urandom(1 << 20)
    kept = await store.put_raw(pieces(*[part] * 19))

    assert kept.bytes == 19 << 20
    digest = hashlib.sha256()
    async for piece in store.open_stream(kept.key):
        digest.update(piece)
    assert digest.hexdigest() == kept.sha256


async def test_a_broken_stream_leaves_nothing(store: FileStore) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 1000
        raise ConnectionResetError("the sender went away")

    with pytest.raises(ConnectionResetError, match="went away"):
        await store.put_raw(broken())

    assert await keys(store, "raw") == {}
    assert await keys(store, INCOMING) == {}


async def test_putting_what_is_there_is_success_and_another_size_is_not(
    store: FileStore, tmp_path: Path
) -> None:
    key = report_key("0" * 64)
    await store.put_bytes(key, b"{}")
    await store.put_bytes(key, b"{}")
    with pytest.raises(FileConflict) as conflict:
        await store.put_bytes(key, b"{...}")
    assert (conflict.value.expected_bytes, conflict.value.found_bytes) == (5, 2)

    source = tmp_path / "source"
    source.write_bytes(b"parquet")
    lake = lake_key("bps/impor", "1" * 64)
    await store.put_file(lake, source)
    await store.put_file(lake, source)
    source.write_bytes(b"longer parquet")
    with pytest.raises(FileConflict):
        await store.put_file(lake, source)
    assert await store.read(lake) == b"parquet"


async def test_a_missing_file_is_named(store: FileStore) -> None:
    assert not await store.exists("raw/none")
    with pytest.raises(FileMissing) as missing:
        await store.read("raw/none")
    assert missing.value.key == "raw/none"
    with pytest.raises(FileMissing):
        await store.size("raw/none")
    with pytest.raises(FileMissing):
        await anext(store.open_stream("raw/none"))
    with pytest.raises(FileMissing):
        async with store.local_path("raw/none"):
            raise AssertionError("there is no such file")
    await store.delete("raw/none")


async def test_listing_is_by_folder(store: FileStore) -> None:
    await store.put_bytes("lake/bps/impor/a.parquet", b"1")
    await store.put_bytes("lake/bps/impor/b.parquet", b"22")
    await store.put_bytes("lake/bpsx/other/c.parquet", b"333")

    assert await keys(store, "lake/bps") == {"lake/bps/impor/a.parquet": 1, "lake/bps/impor/b.parquet": 2}
    await store.delete("lake/bps/impor/a.parquet")
    assert await keys(store, "lake/bps") == {"lake/bps/impor/b.parquet": 2}


async def test_a_local_path_is_a_real_file(store: FileStore) -> None:
    await store.put_bytes("lake/a/b/c.parquet", b"rows")

    async with store.local_path("lake/a/b/c.parquet") as path:
        assert path.read_bytes() == b"rows"
        assert path.suffix == ".parquet"
    own = store.own_path("lake/a/b/c.parquet")
    assert path.exists() == (own is not None)
    if own is not None:
        assert own == path
