"""Every page, on a phone and on a desk, in light and in dark: axe-core finds nothing, nothing sticks out, nothing is refused.

In the other languages, whose words are longer, each page fits a phone and no words are cut.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, StorageState

from events_service.web.words import LANGUAGES
from tests.journeys import screens
from tests.journeys.screens import Found, Screen
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
AREAS = ["public", "my", "office", "door", "kiosk"]
# A kiosk's language is in its address: it is for whoever stands there, not for who stood there before.
SPOKEN_BY_COOKIE = AREAS[:-1]
WIDTH = "document.documentElement.scrollWidth"
WORDS_CUT = """
() => [...document.querySelectorAll(
    "button, .button, label, legend, summary, h1, h2, h3, dt, dd, tbody th, nav a, .chip, .status, .figure"
  )]
  .filter((one) => one.clientWidth > 1 && !one.querySelector(".unseen") && !one.closest(".unseen"))
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => `${one.tagName.toLowerCase()}.${one.className}: ${one.textContent.trim().slice(0, 40)}`)
"""
OTHER_LANGUAGES = [code for code in LANGUAGES if code != "en"]
# Whose words are the longest: where they fit, the others' mostly do.
LONGEST = "fi"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who may open every page, and what they need to know to do so; a kiosk's tablet besides."""

    product: Product
    found: Found
    cookies: StorageState
    tablet: StorageState

    def cookies_for(self, area: str) -> StorageState | None:
        """What a browser that opens these pages holds."""
        if area == "public":
            return None
        return self.tablet if area == "kiosk" else self.cookies


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
        cookies = await context.storage_state()
    async with await browser.new_context(base_url=demonstration.base_url) as context:
        await screens.pair_kiosk(context, demonstration)
        return Visitor(demonstration, screens.with_receipt(found, receipt), cookies, await context.storage_state())


@pytest.mark.parametrize("device", ["phone", pytest.param("desk", marks=pytest.mark.thorough)])
@pytest.mark.parametrize("area", AREAS)
async def test_every_page_is_for_everybody(browser: Browser, visitor: Visitor, area: str, device: str) -> None:
    complaints = []
    async with a_page(browser, visitor, device, area) as (page, said):
        for screen in screens.of(area, visitor.found):
            await screen.open(page)
            complaints += [f"{screen}: {words}" for words in [*said, *await complaints_about(page)]]
            said.clear()
    assert complaints == []


@pytest.mark.parametrize("area", AREAS)
async def test_no_page_sticks_out_on_a_desk(browser: Browser, visitor: Visitor, area: str) -> None:
    complaints = []
    async with a_page(browser, visitor, "desk", area) as (page, said):
        for screen in screens.of(area, visitor.found):
            await screen.open(page)
            complaints += [f"{screen}: {words}" for words in [*said, *await what_sticks_out(page)]]
            said.clear()
    assert complaints == []


@pytest.mark.parametrize(
    "language",
    [code if code == LONGEST else pytest.param(code, marks=pytest.mark.thorough) for code in OTHER_LANGUAGES],
)
async def test_every_page_fits_a_phone_in_every_language(browser: Browser, visitor: Visitor, language: str) -> None:
    complaints = []
    async with a_page(browser, visitor, "phone", "office") as (page, _):
        await page.context.add_cookies([{"name": "language", "value": language, "url": visitor.product.base_url}])
        for screen in screens_to_read(visitor.found):
            await screen.open(page)
            # What is shown within other people's pages speaks the language that its address asks for.
            spoken = "en" if screen.path.endswith("/embed") else language
            assert (str(screen), await page.locator("html").get_attribute("lang")) == (str(screen), spoken)
            complaints += [f"{screen}: {words}" for words in await what_does_not_fit(page)]
    async with a_page(browser, visitor, "phone", "kiosk") as (page, _):
        await page.goto(f"/door/kiosk?language={language}")
        assert await page.locator("html").get_attribute("lang") == language
        complaints += [f"kiosk: {words}" for words in [*await what_does_not_fit(page), *await complaints_about(page)]]
    assert not complaints, "\n".join(complaints)


def screens_to_read(found: Found) -> list[Screen]:
    """All that are there without anything pressed: buttons are found by their English names."""
    return [
        one
        for area in SPOKEN_BY_COOKIE
        for one in screens.of(area, found)
        if not one.press and not one.shows.startswith("text=")
    ]


@asynccontextmanager
async def a_page(browser: Browser, visitor: Visitor, device: str, area: str) -> AsyncIterator[tuple[Page, list[str]]]:
    """A page of this device, and what the browser complains of in its console, the security policy's refusals among it."""
    said: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # That a page itself is answered with an error is what some screens are about.
        is_about_the_page = message.location["url"] == page.url and message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not is_about_the_page:
            said.append(f"console: {message.text}")

    # Without transitions, colours are what they shall be at once.
    context = await browser.new_context(
        base_url=visitor.product.base_url,
        storage_state=visitor.cookies_for(area),
        reduced_motion="reduce",
        **DEVICES[device],
    )
    async with context:
        page = await context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: said.append(f"script: {error}"))
        yield page, said


async def complaints_about(page: Page) -> list[str]:
    """What axe-core finds in light and in dark, and whether one would have to scroll sideways."""
    found = await what_sticks_out(page)
    # As the debugger, so that the page's security policy, which allows no such script, stays as it is.
    await page.evaluate(AXE.read_text())
    found += [f"light: {words}" for words in await page.evaluate(RULES_BROKEN, {})]
    # In the dark nothing is different but the colours.
    await page.emulate_media(color_scheme="dark")
    found += [f"dark: {words}" for words in await page.evaluate(RULES_BROKEN, {"runOnly": ["color-contrast"]})]
    await page.emulate_media(color_scheme="light")
    return found


async def what_sticks_out(page: Page) -> list[str]:
    """Whether one would have to scroll sideways."""
    # Not the window's own inner width: on a phone that grows with what sticks out.
    assert page.viewport_size is not None
    sideways = await page.evaluate(WIDTH) - page.viewport_size["width"]
    return [f"sticks out by {sideways} pixels"] if sideways > 0 else []


async def what_does_not_fit(page: Page) -> list[str]:
    """The same, and words that are wider than what holds them."""
    return [*await what_sticks_out(page), *(f"cut: {words}" for words in await page.evaluate(WORDS_CUT))]
