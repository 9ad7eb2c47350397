"""The built front end: scripts, styles and fonts under names that hold their hash, kept in memory and never changing."""

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from events_service.errors import NotFound

FOLDER = Path(__file__).parent.parent / "static"
CACHE_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file's bytes, media type and strong ETag."""

    data: bytes
    media_type: str
    etag: str


class AssetsMissing(RuntimeError):
    """The front end was not built: run `python hatch_build.py`."""


@cache
def manifest() -> dict[str, str]:
    """Logical names to built names. Raises `AssetsMissing` when the front end was not built."""
    path = FOLDER / "manifest.json"
    if not path.exists():
        raise AssetsMissing("The front end is not built. Run: python hatch_build.py")
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str])


def asset(name: str) -> str:
    """The address of a built file by its logical name (`css/site.css`)."""
    return f"/static/{manifest()[name]}"


def text_of(name: str) -> str:
    """A built script or style by its logical name."""
    return _built()[manifest()[name]].data.decode()


@cache
def _built() -> dict[str, Asset]:
    return {name: _load(name) for name in manifest().values()}


def _load(name: str) -> Asset:
    data = (FOLDER / name).read_bytes()
    media_type = {".js": "text/javascript", ".woff2": "font/woff2", ".wasm": "application/wasm"}.get(
        Path(name).suffix, mimetypes.guess_type(name)[0] or "application/octet-stream"
    )
    return Asset(data, media_type, f'"{hashlib.sha256(data).hexdigest()[:32]}"')


@get("/static/{name:path}", include_in_schema=False, opt={"public": True})
async def static_file(name: FromPath[str], request: Request) -> Response[bytes]:  # type: ignore[type-arg]
    """A built file; 304 when the visitor has it."""
    found = _built().get(name.lstrip("/"))
    if found is None:
        raise NotFound()
    headers = {"ETag": found.etag, "Cache-Control": CACHE_FOREVER}
    if request.headers.get("if-none-match") == found.etag:
        return Response(b"", status_code=304, headers=headers, media_type=found.media_type)
    return Response(found.data, headers=headers, media_type=found.media_type)
