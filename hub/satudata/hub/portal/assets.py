"""Files the pages load: our own style sheet and script, and the built islands with their manifest.

Names of built files carry a hash, ours get one as `?v=`; both may be kept by browsers for a year.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

OWN = Path(__file__).parent / "static"
BUILT = Path(__file__).parent.parent / "static" / "app"
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Island:
    """Addresses of one built entry: its module and the style sheets it needs."""

    script: str
    styles: tuple[str, ...]


class KeptFiles(StaticFiles):
    """Static files whose addresses change with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            response.headers["Cache-Control"] = _FOREVER
        return response


def asset_routes() -> list[Mount]:
    """`/static/app` (built) and `/static` (ours), compressed on the way."""
    mounts = [Mount("/static", _compressed(KeptFiles(directory=OWN)))]
    if BUILT.is_dir():
        mounts.insert(0, Mount("/static/app", _compressed(KeptFiles(directory=BUILT))))
    return mounts


@cache
def own_file(name: str) -> str:
    """Address of a file of ours, e.g. `portal.css`."""
    digest = hashlib.sha256((OWN / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@cache
def island(entry: str) -> Island | None:
    """A built entry (`ide.js`) with the styles of everything it imports; None when the assets were not built."""
    manifest_file = BUILT / ".vite" / "manifest.json"
    if not manifest_file.is_file():
        return None
    manifest = json.loads(manifest_file.read_text())
    styles: dict[str, None] = {}
    seen: set[str] = set()
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        chunk = manifest[name]
        styles.update(dict.fromkeys(f"/static/app/{style}" for style in chunk.get("css", ())))
        waiting.extend(chunk.get("imports", ()))
    return Island(f"/static/app/{manifest[entry]['file']}", tuple(styles))


def _compressed(app: ASGIApp) -> ASGIApp:
    return GZipMiddleware(app, minimum_size=1000)
