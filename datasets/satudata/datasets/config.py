"""What this layer must be told. `satudata.hub` fills it from its settings; nothing here reads the environment."""

from dataclasses import dataclass
from pathlib import Path

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class DatasetsConfig:
    """Places and limits. Paths in `home` are made when missing."""

    home: Path
    database_url: str | None = None
    """SQLAlchemy URL (`sqlite+aiosqlite` or `postgresql+asyncpg`); None is `<home>/catalogue.sqlite`."""
    files_url: str | None = None
    """Where raw files, reports and the lake live; None is `<home>/files`."""
    max_upload_bytes: int = 5 * GIB
    upload_hours: int = 24
    """How long an upload may wait to be sent and submitted."""
    checker_idle_seconds: float = 60.0
    """The checker process ends after so long without work."""
    serving_max_bytes: int = 20 * GIB
    """Disk for serving copies. Beyond it those read longest ago go; a reader who comes back waits for a new one."""

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'catalogue.sqlite'}"

    @property
    def files(self) -> str:
        return self.files_url or (self.home / "files").absolute().as_uri()

    @property
    def references(self) -> Path:
        """Folder of code lists (`satudata.validation.references`)."""
        return self.home / "references"

    @property
    def serving(self) -> Path:
        """Folder of serving copies; may be deleted at any time, they are rebuilt."""
        return self.home / "serving"

    @property
    def work(self) -> Path:
        """Folder of running jobs, one subfolder a submission."""
        return self.home / "work"
