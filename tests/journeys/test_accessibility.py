"""Every page, on a phone and on a desk, in light and in dark: axe-core finds nothing, nothing sticks out, nothing is refused."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, StorageState

from tests.journeys import screens
from tests.journeys.screens import Found
from tests.services.chromium import DESKTOP, PHONE
from tests.services.product import Product

AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
DEVICES: dict[str, dict[str, Any]] = {
    "phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True},
    "desk": {"viewport": DESKTOP},
}
RULES_BROKEN = """
async (only) => (await axe.run(document, {resultTypes: ["violations"], preload: false, ...only})).violations
  .map((rule) => `${rule.id}: ${rule.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`)
"""
WIDTH = "document.documentElement.scrollWidth"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who may open every page, and what they need to know to do so."""

    product: Product
    found: Found
    cookies: StorageState


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with the demonstration alliance; its letters stay unsent."""
    folder = tmp_path_factory.mktemp("demonstration")
    product = Product(folder, f"sqlite:///{folder / 'events.sqlite'}", work_outbox="off")
    product.start("--demo-if-empty")
    yield product
    product.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visitor(demonstration: Product, browser: Browser) -> Visitor:
    found = await screens.find(demonstration)
    async with await browser.new_context(base_url=demonstration.base_url) as context:
        receipt = await screens.register(context)
        await screens.admit_everywhere(context, demonstration, found)
        return Visitor(demonstration, screens.with_receipt(found, receipt), await context.storage_state())


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("area", ["public", "my", "office", "door"])
async def test_every_page_is_for_everybody(browser: Browser, visitor: Visitor, area: str, device: str) -> None:
    complaints = []
    async with a_page(browser, visitor, device, signed_in=area != "public") as (page, said):
        for screen in screens.of(area, visitor.found):
            await screen.open(page)
            complaints += [f"{screen}: {words}" for words in [*said, *await complaints_about(page)]]
            said.clear()
    assert complaints == []


@asynccontextmanager
async def a_page(
    browser: Browser, visitor: Visitor, device: str, *, signed_in: bool
) -> AsyncIterator[tuple[Page, list[str]]]:
    """A page of this device, and what the browser complains of in its console, the security policy's refusals among it."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # That a page itself is answered with an error is what some screens are about.
        is_about_the_page = message.location["url"] == page.url and message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not is_about_the_page:
            said.append(f"console: {message.text}")

    cookies = visitor.cookies if signed_in else None
    # Without transitions, colours are what they shall be at once.
    context = await browser.new_context(
        base_url=visitor.product.base_url, storage_state=cookies, reduced_motion="reduce", **DEVICES[device]
    )
    async with context:
        page = await context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: said.append(f"script: {error}"))
        yield page, said


async def complaints_about(page: Page) -> list[str]:
    """What axe-core finds in light and in dark, and whether one would have to scroll sideways."""
    found = []
    # Not the window's own inner width: on a phone that grows with what sticks out.
    assert page.viewport_size is not None
    sideways = await page.evaluate(WIDTH) - page.viewport_size["width"]
    if sideways > 0:
        found.append(f"sticks out by {sideways} pixels")
    # As the debugger, so that the page's security policy, which allows no such script, stays as it is.
    await page.evaluate(AXE.read_text())
    found += [f"light: {words}" for words in await page.evaluate(RULES_BROKEN, {})]
    # In the dark nothing is different but the colours.
    await page.emulate_media(color_scheme="dark")
    found += [f"dark: {words}" for words in await page.evaluate(RULES_BROKEN, {"runOnly": ["color-contrast"]})]
    await page.emulate_media(color_scheme="light")
    return found
