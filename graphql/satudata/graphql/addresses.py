"""Addresses of the hub's pages and downloads, for answers and citations. The paths are fixed names (README)."""

from urllib.parse import quote, urlencode


class Addresses:
    """Absolute addresses under the hub's public one."""

    def __init__(self, public_url: str) -> None:
        self._base = public_url.rstrip("/")

    def dataset(self, slug: str, version: int | None = None) -> str:
        """The dataset's page, at a version when one is given."""
        address = f"{self._base}/datasets/{quote(slug)}"
        return address if version is None else f"{address}?version={version}"

    def download(self, slug: str, version: int, format: str) -> str:
        """A version's file."""
        return f"{self._base}/download/{quote(slug)}/{version}.{format}"

    def console(self, document: str) -> str:
        """The query console with a document in it, ready to be run."""
        return f"{self._base}/ide?{urlencode({'query': document})}"

    def upload(self, upload_id: str) -> str:
        """Where the bytes of an upload are sent with PUT."""
        return f"{self._base}/uploads/{quote(upload_id)}"
