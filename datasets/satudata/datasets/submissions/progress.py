"""How far a job is, told from the checker process to whoever asks: a small JSON file in the job's work folder.

It is a courtesy: nothing depends on it, it writes nothing to the database, and a missing file only means "queued".
"""

import os
from datetime import datetime
from pathlib import Path

import orjson

from satudata.datasets.submissions.types import CheckProgress, CheckStage

FILE = "progress.json"


def write_progress(folder: Path, progress: CheckProgress) -> None:
    """Replace the file in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{FILE}.part"
    part.write_bytes(
        orjson.dumps(
            {
                "stage": progress.stage.value,
                "done": progress.done,
                "total": progress.total,
                "at": progress.at.isoformat(),
            }
        )
    )
    os.replace(part, folder / FILE)


def read_progress(folder: Path) -> CheckProgress | None:
    """What was written last, None when nothing was."""
    try:
        raw = orjson.loads((folder / FILE).read_bytes())
    except FileNotFoundError:
        return None
    return CheckProgress(
        stage=CheckStage(raw["stage"]),
        done=raw["done"],
        total=raw["total"],
        at=datetime.fromisoformat(raw["at"]),
    )
