"""A Chromium for the browser tests: the one named, the one installed, or (as root on Debian) one that apt installs.

Browser tests use Playwright's asynchronous API. Its objects belong to one event loop and starting them costs most of
a second, so one browser lives on the session's loop, and `tests/conftest.py` moves every test that asks for it there.
Such a test drives the product as a process (the `server` fixture); fixtures that live on a test's own loop, like
`database`, are not for it.
"""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, ViewportSize, async_playwright, expect

from tests.services import NotHad

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# How long a page may take to show what is expected of it: Playwright's own five seconds are short where all cores are busy.
SHOWN_MS = 30_000
PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=900)


def find_chromium() -> Path:
    """The program to start. Raises `NotHad` when there is none and none can be installed."""
    if named := os.environ.get("EVENTS_TEST_CHROMIUM"):
        if shutil.which(named):
            return Path(named)
        raise NotHad(f"which is not at {named}, as EVENTS_TEST_CHROMIUM says.")
    return _installed() or _install()


@asynccontextmanager
async def running(program: Path, *more_flags: str) -> AsyncIterator[Browser]:
    """A browser for as long as the block lasts; `more_flags` as for a fake camera."""
    expect.set_options(timeout=SHOWN_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[*FLAGS, *more_flags])
        yield browser
        await browser.close()


def _installed() -> Path | None:
    commands = (shutil.which(command) for command in COMMANDS)
    applications = (path for path in APPLICATIONS if Path(path).exists())
    found = next((path for path in (*commands, *applications) if path), None)
    return Path(found) if found else None


def _install() -> Path:
    if not Path("/etc/debian_version").exists() or os.geteuid() != 0:
        raise NotHad("which is not installed.")
    quietly = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(["apt-get", *command], env=quietly, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NotHad(f"which apt-get could not install: {done.stderr.strip()[-300:]}")
    if found := _installed():
        return found
    raise NotHad("which apt-get installed where nobody finds it.")
