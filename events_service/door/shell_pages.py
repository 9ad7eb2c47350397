"""What makes the door's page an application: its manifest and its service worker."""

import hashlib
from functools import cache

import msgspec
from litestar import Response, get

from events_service import __version__
from events_service.web.assets import asset, manifest, text_of
from events_service.web.pages import environment
from events_service.web.words import gettext as _

# The page without anybody in it, as the worker keeps it.
SHELL = "/door/shell"
WORKER = "/door/service-worker.js"
# The page's ground, light and dark: `--paper` in the styles.
PAPER = "#f4f7f8"
KEPT_KINDS = ("css/site.css", "js/door.js", "js/door-decoder.js", "wasm/zxing-reader.wasm", "icons/favicon.svg")

# What the kept page is made of.
TEMPLATES = ("door/base.html", "door/scan.html", "macros/door.html", "macros/verdict.html", "macros/words.html")


@get(WORKER, opt={"public": True})
async def service_worker() -> Response[str]:
    """The script that keeps the door's page: another one whenever something it keeps is another."""
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/door"}
    return Response(_worker_script(), media_type="text/javascript", headers=headers)


@get("/door/manifest.webmanifest", opt={"public": True})
async def web_manifest() -> Response[bytes]:
    """What a phone needs to know to keep the door among its applications."""
    return manifest_of("/door", _("The door"), display="standalone")


def manifest_of(path: str, name: str, *, display: str) -> Response[bytes]:
    """The manifest of the application whose pages lie under this path."""
    body = {
        "id": path,
        "name": name,
        "short_name": name,
        "start_url": path,
        "scope": path,
        "display": display,
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {"src": asset(f"icons/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"}
            for size in (192, 512)
        ],
    }
    headers = {"Cache-Control": "no-cache"}
    return Response(msgspec.json.encode(body), media_type="application/manifest+json", headers=headers)


def worker_script(name: str, pages: dict[str, str], *, kinds: tuple[str, ...], templates: tuple[str, ...]) -> str:
    """A service worker that keeps these pages (address → the one without anybody in it) and the files of these kinds."""
    files = sorted(asset(file) for file in manifest() if file in kinds or file.endswith(".woff2"))
    kept = {"name": name, "version": _version(files, templates), "pages": pages, "files": files}
    return f"self.DOOR = {msgspec.json.encode(kept).decode()};\n{text_of('js/door-service.js')}"


@cache
def _worker_script() -> str:
    return worker_script("door", {"/door": SHELL}, kinds=KEPT_KINDS, templates=TEMPLATES)


def _version(files: list[str], templates: tuple[str, ...]) -> str:
    """Another one where a file or a page's template is another."""
    loader = environment().loader
    assert loader is not None
    sources = [loader.get_source(environment(), name)[0] for name in templates]
    return hashlib.sha256("\n".join([__version__, *files, *sources]).encode()).hexdigest()[:16]


ROUTES = [service_worker, web_manifest]
