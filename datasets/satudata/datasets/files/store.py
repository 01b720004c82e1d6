"""The object store: a local folder, memory, or any S3-compatible service, behind one small asynchronous class.

Files are named by their content (`keys.py`) and never change: writing one that is there already is success.
Nothing here knows what is in a file.
"""

import asyncio
import hashlib
import tempfile
import uuid
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlparse

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, ObjectStore, from_url

from satudata.datasets.files.keys import raw_key

INCOMING = "incoming"
"""Folder of streams that are still arriving; what a killed process left there can be deleted."""
PART_BYTES = 8 << 20
"""S3 wants parts of at least 5 MiB, and at most 10,000 of them: files up to 80 GB."""


@dataclass
class FileMissing(Exception):
    """No file under this key."""

    key: str


@dataclass
class FileConflict(Exception):
    """The key is taken by a file of another size: the store was changed by hand, or a hash was wrong."""

    key: str
    expected_bytes: int
    found_bytes: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    key: str
    sha256: str
    bytes: int


class FileStore:
    """Use `FileStore.from_url`: `file:///folder`, `memory:///` or `s3://bucket/prefix`."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    @classmethod
    def from_url(cls, url: str, **options: Any) -> Self:
        """`options` go to the S3 client as they are (`endpoint`, `access_key_id`, `region`, ...).

        A local folder is made when missing; a bucket must exist.
        """
        parsed = urlparse(url)
        if parsed.scheme == "file":
            folder = Path(unquote(parsed.path))
            return cls(LocalStore(folder, mkdir=True, automatic_cleanup=False), folder)
        if parsed.scheme == "memory":
            return cls(from_url(url))
        return cls(from_url(url, retry_config={"max_retries": 3}, **options))

    async def put_raw(self, stream: AsyncIterable[bytes]) -> StoredFile:
        """Keep a stream under `raw/<sha256>`, hashed on the way in constant memory.

        An exception of the stream passes through and leaves nothing behind.
        """
        digest, size = hashlib.sha256(), 0

        async def hashed() -> AsyncIterator[bytes]:
            nonlocal size
            async for piece in stream:
                digest.update(piece)
                size += len(piece)
                yield piece

        arriving = f"{INCOMING}/{uuid.uuid4().hex}"
        await obstore.put_async(self._store, arriving, hashed(), chunk_size=PART_BYTES, max_concurrency=2)
        try:
            key = raw_key(digest.hexdigest())
            if not await self._is_kept(key, size):
                await obstore.rename_async(self._store, arriving, key)
        finally:
            await self.delete(arriving)
        return StoredFile(key, digest.hexdigest(), size)

    async def put_bytes(self, key: str, data: bytes) -> None:
        """Keep `data`; success when it is there already. Raises FileConflict."""
        try:
            await obstore.put_async(self._store, key, data, mode="create")
        except AlreadyExistsError:
            await self._is_kept(key, len(data))

    async def put_file(self, key: str, path: Path) -> None:
        """Keep a copy of a local file; success when it is there already. Raises FileConflict."""
        size = (await asyncio.to_thread(path.stat)).st_size
        if not await self._is_kept(key, size):
            await obstore.put_async(self._store, key, path, chunk_size=PART_BYTES, max_concurrency=2)

    async def read(self, key: str) -> bytes:
        """The whole file. Raises FileMissing."""
        try:
            found = await obstore.get_async(self._store, key)
        except FileNotFoundError as error:
            raise FileMissing(key) from error
        return bytes(await found.bytes_async())

    async def open_stream(self, key: str, *, chunk_bytes: int = 1 << 20) -> AsyncIterator[bytes]:
        """The file in pieces of about `chunk_bytes`. Raises FileMissing at the first piece."""
        try:
            found = await obstore.get_async(self._store, key)
        except FileNotFoundError as error:
            raise FileMissing(key) from error
        async for piece in found.stream(min_chunk_size=chunk_bytes):
            yield bytes(piece)

    async def exists(self, key: str) -> bool:
        try:
            await self.size(key)
        except FileMissing:
            return False
        return True

    async def size(self, key: str) -> int:
        """Bytes. Raises FileMissing."""
        try:
            found = await obstore.head_async(self._store, key)
        except FileNotFoundError as error:
            raise FileMissing(key) from error
        return found["size"]

    async def modified(self, key: str) -> datetime:
        """When the file was written, in UTC. Raises FileMissing."""
        try:
            return (await obstore.head_async(self._store, key))["last_modified"]
        except FileNotFoundError as error:
            raise FileMissing(key) from error

    async def list(self, prefix: str) -> AsyncIterator[tuple[str, int]]:
        """(key, bytes) of every file under a folder-like prefix such as `lake/bps`, in no order."""
        async for found in obstore.list(self._store, prefix):
            for item in found:
                yield item["path"], item["size"]

    async def delete(self, key: str) -> None:
        """Remove a file; success when there is none."""
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return

    def own_path(self, key: str) -> Path | None:
        """Where the file is (or would be) when the store is a local folder, else None. Never write to it."""
        return None if self._folder is None else self._folder / key

    @asynccontextmanager
    async def local_path(self, key: str) -> AsyncIterator[Path]:
        """A real path to read from: the file itself in a local store, else a copy that lives as long as the block.

        Never write to it. Raises FileMissing.
        """
        own = self.own_path(key)
        if own is not None:
            if not own.is_file():
                raise FileMissing(key)
            yield own
            return
        with tempfile.TemporaryDirectory(prefix="satudata-") as folder:
            copy = Path(folder, Path(key).name)
            await asyncio.to_thread(self._download, key, copy)
            yield copy

    def _download(self, key: str, target: Path) -> None:
        try:
            found = obstore.get(self._store, key)
        except FileNotFoundError as error:
            raise FileMissing(key) from error
        with target.open("wb") as file:
            for piece in found.stream(min_chunk_size=PART_BYTES):
                file.write(piece)

    async def _is_kept(self, key: str, size: int) -> bool:
        """Whether the file is there, whole. Raises FileConflict when another one is."""
        try:
            found = await self.size(key)
        except FileMissing:
            return False
        if found != size:
            raise FileConflict(key, size, found)
        return True
