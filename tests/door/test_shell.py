"""What the door's page is kept by: its manifest, its worker and the page without anybody in it."""

import json
import re

import pytest
from httpx import AsyncClient

from tests.door.given import a_phone, an_event

pytestmark = pytest.mark.usefixtures("database")


async def test_the_kept_page_is_the_same_for_everybody(client: AsyncClient) -> None:
    nobody = await client.get("/door/shell")
    phone = await a_phone(await an_event(), name="Phone of Jonas")
    client.cookies.set("door", phone.token)
    somebody = await client.get("/door/shell")
    assert nobody.status_code == somebody.status_code == 200
    hidden = re.compile(r'name="scan_id" value="\w+"')
    assert hidden.sub("", nobody.text) == hidden.sub("", somebody.text)
    assert "Jonas" not in somebody.text
    assert 'data-door=""' in somebody.text


async def test_the_worker_keeps_files_that_are_there(client: AsyncClient) -> None:
    answer = await client.get("/door/service-worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert (answer.headers["cache-control"], answer.headers["service-worker-allowed"]) == ("no-cache", "/door")
    first = answer.text.split("\n", 1)[0]
    kept = json.loads(first.removeprefix("self.DOOR = ").removesuffix(";"))
    assert kept["pages"]["/door"] == "/door/shell"
    assert re.fullmatch(r"[0-9a-f]{16}", kept["version"])
    assert not [name for name in kept["files"] if "/api/" in name]
    for name in kept["files"]:
        assert (await client.get(name)).status_code == 200, name
    page = (await client.get("/door/shell")).text
    for name in re.findall(r'(?:href|src|data-decoder|data-machine-code)="(/static/[^"]+\.(?:css|js|wasm|svg))"', page):
        assert name in kept["files"]


async def test_the_manifest_says_where_the_application_begins(client: AsyncClient) -> None:
    answer = await client.get("/door/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/door", "/door", "standalone")
    for icon in manifest["icons"]:
        assert (await client.get(icon["src"])).headers["content-type"] == icon["type"]


async def test_only_the_decoder_may_compile(client: AsyncClient) -> None:
    page = await client.get("/door/shell")
    (decoder,) = re.findall(r'data-decoder="([^"]+)"', page.text)
    (script,) = re.findall(r'src="([^"]+/door-[^"]+)"', page.text)
    policies = {path: (await client.get(path)).headers["content-security-policy"] for path in (decoder, script)}
    assert "script-src 'self' 'wasm-unsafe-eval';" in policies[decoder]
    assert "wasm" not in policies[script]
    door = page.headers["content-security-policy"]
    for rule in ("script-src 'self'", "worker-src 'self'", "media-src 'self' blob:", "img-src 'self' data: blob:"):
        assert rule in door.split("; ")
    assert "camera=(self)" in page.headers["permissions-policy"].split(", ")


async def test_the_decoders_machine_code_is_told_as_such(client: AsyncClient) -> None:
    (code,) = re.findall(r'data-machine-code="([^"]+)"', (await client.get("/door/shell")).text)
    assert (await client.get(code)).headers["content-type"] == "application/wasm"
