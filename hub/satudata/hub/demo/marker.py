"""The file `demo.json` in a home says that the home is a demo, and whether its seeding was finished."""

import json
import os
from pathlib import Path

MARKER = "demo.json"


def is_demo_home(home: Path) -> bool:
    """True for homes made by `satudata demo`, finished or not."""
    return (home / MARKER).is_file()


def is_finished(home: Path) -> bool:
    """True when every demo dataset was published."""
    try:
        content = json.loads((home / MARKER).read_text())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("finished") is True


def mark(home: Path, *, finished: bool) -> None:
    """Write the marker, whole or not at all."""
    home.mkdir(parents=True, exist_ok=True)
    temporary = home / f"{MARKER}.part"
    temporary.write_text(json.dumps({"demo": True, "finished": finished}) + "\n")
    os.replace(temporary, home / MARKER)
