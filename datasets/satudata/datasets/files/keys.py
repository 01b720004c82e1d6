"""Where each kind of file stands in the store. Keys are relative, so a store can be moved as a whole."""


def raw_key(sha256: str) -> str:
    """An uploaded file, byte for byte as it came."""
    return f"raw/{sha256}"


def report_key(sha256: str) -> str:
    """The JSON report of a check."""
    return f"reports/{sha256}.json"


def lake_key(dataset: str, sha256: str) -> str:
    """A version's rows; `dataset` is `agency/dataset`."""
    return f"lake/{dataset}/{sha256}.parquet"
