"""Settings: every `SATUDATA_*` variable, its default and what it means, as in docs/settings.md (a test compares).

This is the only module that reads the environment; the layers below get frozen config objects made in `assembly.py`.
"""

import contextlib
import difflib
import ipaddress
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from satudata.graphql.config import Limits
from satudata.validation.text import Language, Text

PREFIX = "SATUDATA_"
LogLevel = Literal["debug", "info", "warning", "error"]

# Read by the build hook and by tests, not by the running hub.
_OTHER_NAMES = frozenset({"SATUDATA_SKIP_ASSETS"})
_OTHER_PREFIXES = ("SATUDATA_TEST_", "SATUDATA_BENCH_")


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One variable that cannot be used, and what to write instead."""

    name: str
    message: Text


class SettingsError(Exception):
    """The environment holds settings the hub cannot run with. `problems` names each variable."""

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        super().__init__("; ".join(f"{problem.name}: {problem.message.en}" for problem in problems))
        self.problems = problems


class Settings(BaseSettings):
    """One frozen object of all settings. Make it with `load_settings`, which words errors for people."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    home: Path = Field(
        default=Path(".satudata"),
        description="Folder of this hub: database, files, jobs, serving copies, generated secret.",
    )
    database_url: str | None = Field(
        default=None,
        description="Database of the catalogue: sqlite:///path or postgresql://user@host/name. "
        "Unset: catalogue.sqlite in the home.",
    )
    files_url: str | None = Field(
        default=None,
        description="Where uploads, reports and snapshots are kept: a folder or file:// address. "
        "Unset: files in the home.",
    )
    secret_key: str | None = Field(
        default=None,
        min_length=32,
        description="Secret that signs form tokens and cursors, at least 32 characters. "
        "Unset: made once, kept in the home (mode 0600).",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        description="Address people use to reach this hub, without a final slash. "
        "https:// makes session cookies Secure.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Addresses or networks, comma-separated, whose X-Forwarded-For and -Proto headers are believed.",
    )
    workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="HTTP processes of `satudata serve`. One of them also runs the jobs.",
    )
    response_cache_mb: int = Field(
        default=64,
        ge=0,
        le=65_536,
        description="Megabytes each HTTP process keeps of answers it may give again to visitors. 0: none are kept.",
    )
    cost_per_minute: int = Field(
        default=300_000,
        description="Cost of queries a visitor's address may ask for in a minute, at least 10000. 0: no limit.",
    )
    cost_per_minute_token: int = Field(
        default=1_500_000,
        description="The same for a known person.",
    )
    cost_per_minute_agency: int = Field(
        default=6_000_000,
        description="The same for all people with a role in one agency together.",
    )
    log_level: LogLevel = Field(
        default="info",
        description="Least level that is logged: debug, info, warning or error.",
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must look like https://data.example.go.id")
        return value.rstrip("/")

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:  # Any: whatever the environment or a test hands in
        if not isinstance(value, str):
            return value
        items = tuple(item.strip() for item in value.split(",") if item.strip())
        for item in items:
            try:
                ipaddress.ip_network(item)
            except ValueError as error:
                raise ValueError(f"{item!r} is neither an address nor a network like 10.0.0.0/8") from error
        return items

    @field_validator("cost_per_minute", "cost_per_minute_token", "cost_per_minute_agency")
    @classmethod
    def _fits_one_query(cls, value: int) -> int:
        if value != 0 and value < Limits().cost:
            raise ValueError(f"must be 0 or at least {Limits().cost}, what one query may cost")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:  # Any: as above
        return value.lower() if isinstance(value, str) else value

    @property
    def origin(self) -> str:
        """`scheme://host[:port]` of the public address, as browsers send it in Origin."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()

    @property
    def secure_cookies(self) -> bool:
        """True when people come over https, so that cookies may be marked Secure."""
        return self.public_url.startswith("https://")

    @property
    def jobs_database(self) -> str:
        """Address of the job runner's own database."""
        return f"sqlite:///{self.home / 'jobs.sqlite'}"


def load_settings(**overrides: Any) -> Settings:  # Any: values of the fields above, checked by pydantic
    """Settings from the environment; `overrides` (from command-line options) win. Raises SettingsError."""
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        raise SettingsError(tuple(_problem(item["loc"], item["msg"]) for item in error.errors())) from error


def unknown_names(environ: Mapping[str, str] | None = None) -> list[tuple[str, str | None]]:
    """`SATUDATA_*` variables that are no setting, each with the name that was probably meant."""
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    found = []
    for name in sorted(os.environ if environ is None else environ):
        upper = name.upper()
        if not upper.startswith(PREFIX) or upper in known | _OTHER_NAMES or upper.startswith(_OTHER_PREFIXES):
            continue
        close = difflib.get_close_matches(upper, known, n=1)
        found.append((name, close[0] if close else None))
    return found


def secret_of(settings: Settings) -> str:
    """The signing secret: the setting, else the one in the home, made there on first use (mode 0600)."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.home / "secret.key"
    settings.home.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_secret(path)
    return _read_secret(path)


def _make_secret(path: Path) -> None:
    """Several processes may start at once: the first whole file wins."""
    handle, name = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)


def _read_secret(path: Path) -> str:
    secret = path.read_text().strip()
    if len(secret) < 32:
        message = Text(
            id=f"Berkas {path} rusak atau kosong. Hapus berkas itu lalu jalankan lagi.",
            en=f"The file {path} is damaged or empty. Delete it and start again.",
        )
        raise SettingsError((SettingProblem("SATUDATA_SECRET_KEY", message),))
    return secret


def _problem(location: tuple[int | str, ...], message: str) -> SettingProblem:
    field = str(location[0]) if location else ""
    name = f"{PREFIX}{field.upper()}"
    described = Settings.model_fields[field].description if field in Settings.model_fields else ""
    reason = re.sub(r"^Value error, ", "", message)
    return SettingProblem(
        name,
        Text(
            id=f"nilai tidak dapat dipakai ({reason}). {described}",
            en=f"cannot be used ({reason}). {described}",
        ),
    )


def language_of_environment(environ: Mapping[str, str] | None = None) -> Language:
    """English when the locale of the environment is English, else Indonesian."""
    values = os.environ if environ is None else environ
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = values.get(name)
        if value:
            return "en" if value.lower().startswith("en") else "id"
    return "id"
