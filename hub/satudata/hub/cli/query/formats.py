"""The ways an answer can be written. Apart from the rest, because `--help` needs nothing else."""

from enum import StrEnum


class Format(StrEnum):
    """How an answer is written."""

    JSON = "json"
    TABLE = "table"
    CSV = "csv"
    JSONL = "jsonl"
