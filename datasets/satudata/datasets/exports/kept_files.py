"""A folder of files that can be made again: what was asked for longest ago goes when it grows too large."""

import os
from pathlib import Path


def touch(path: Path) -> bool:
    """Whether it is there; if so it counts as asked for now."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def trim(folder: Path, max_bytes: int, newest: Path) -> None:
    """Remove files, but never `newest`, until the folder holds at most `max_bytes`. Subfolders are left alone."""
    kept = sorted(
        ((stat.st_mtime, stat.st_size, path) for path in folder.iterdir() if (stat := _stat(path))),
        key=lambda item: item[0],
    )
    total = sum(size for _, size, _ in kept)
    for _, size, path in kept:
        if total <= max_bytes:
            return
        if path != newest:
            path.unlink(missing_ok=True)
            total -= size


def _stat(path: Path) -> os.stat_result | None:
    """None for folders of files in the making, and for what has gone."""
    try:
        return path.stat() if path.is_file() else None
    except FileNotFoundError:
        return None
