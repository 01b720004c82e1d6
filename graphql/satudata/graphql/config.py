"""What the API needs to be told when it is assembled: addresses, keys and limits. Frozen; only the hub reads settings.

The limits are public: `hub { limits }` answers them, and every refusal names the one it hit.
"""

from dataclasses import dataclass, field

from satudata.validation.text import Text


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one operation. They are checked before anything is read."""

    tokens: int = 2_000
    """Lexical tokens of a document."""
    depth: int = 15
    """Levels of nested fields, fragments spread out."""
    fields: int = 1_000
    """Fields of one operation, fragments spread out."""
    root_fields: int = 20
    """Fields directly under the operation."""
    operations: int = 10
    """Operations of one document."""
    page: int = 1_000
    """Largest `first`."""
    offset: int = 10_000
    """Largest `offset` where rows must be sorted or filtered to find it."""
    groups: int = 10_000
    """Most groups answered when `first` is absent."""
    cost: int = 10_000
    """Highest price of an operation; see `cost.py`."""
    body: int = 256_000
    """Bytes of a request."""
    list_values: int = 1_000
    """Values of one `in` or `notIn`."""
    datasets: int = 50
    """Datasets one document reads rows of."""
    comparisons: int = 60_000
    """Work of comparing repeated fields and fragments; see `overlaps.py`."""
    introspection: int = 50_000
    """Fields in an answer of introspection, as estimated; half as much again as the tools' full query needs."""
    digits: int = 400
    """Digits of a whole number in a document."""
    variable_values: int = 10_000
    """Values in the variables of a request, at every level."""
    variable_depth: int = 100
    """Levels of nesting in the variables."""


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Bounds of subscriptions, which stay open."""

    per_client: int = 20
    """Open at once for one network address or person."""
    per_process: int = 1_000
    """Open at once in this process."""
    keep_alive_seconds: float = 15.0
    """Silence after which a comment is sent, and after which credentials are looked at again."""
    longest_seconds: float = 3_600.0
    """After so long the connection is closed; clients come back by themselves."""


@dataclass(frozen=True, slots=True)
class ApiConfig:
    """`public_url` has no final slash; `cursor_key` signs cursors and must be the same in every process."""

    public_url: str
    cursor_key: bytes
    version: str
    name: Text = field(default=Text("Satu Data Hub", "Satu Data Hub"))
    timeout_seconds: float = 10.0
    limits: Limits = field(default_factory=Limits)
    streams: StreamLimits = field(default_factory=StreamLimits)
    at_once_per_client: int = 8
    """Operations of one network address or person that run at once in this process."""
    waiting_per_client: int = 64
    """Operations beyond that, which wait for their turn as long as one may take."""
    document_cache_bytes: int = 32_000_000
    """Room for parsed documents, and as much again for validated ones."""
    document_cache_entries: int = 2_048
    schema_cache_entries: int = 256
    response_cache_bytes: int = 64_000_000
    """Room for answers that may be told again; 0: every answer is made anew."""
