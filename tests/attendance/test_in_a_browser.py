"""The live picture as an organiser sees it: it follows the door by itself, and stands without scripts too."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.given import Door, Organiser
from tests.journeys.situation_given import sign_in
from tests.journeys.test_accessibility import complaints_about
from tests.services.chromium import DESKTOP
from tests.services.product import Product

pytestmark = pytest.mark.asyncio(loop_scope="session")

GUESTS = 10
# The stream tells once a second, on a machine that may be busy.
SOON_MS = 30_000


@asynccontextmanager
async def a_door(product: Product) -> AsyncIterator[tuple[Organiser, str, Door, list[str]]]:
    """An event with ten guests, a device at its door, and the badges."""
    async with Organiser(product) as organiser:
        slug = await organiser.publish()
        await asyncio.gather(*(organiser.register(slug, f"Guest {number}") for number in range(GUESTS)))
        yield organiser, slug, await organiser.pair(slug), await organiser.badges(slug)


async def figure(page: Page, name: str, number: int) -> None:
    """Wait until that figure is so much."""
    place = page.locator(".figures div", has=page.get_by_text(name, exact=True)).locator("dd")
    await expect(place).to_have_text(str(number), timeout=SOON_MS)


async def test_ten_scans_change_the_page_one_after_the_other(server: Callable[..., Product], desktop: Page) -> None:
    product = server()
    async with a_door(product) as (organiser, slug, door, badges):
        await sign_in(desktop, organiser, "organiser")
        await desktop.goto(f"{product.base_url}/office/events/{slug}/attendance")
        await expect(desktop.get_by_text("Live", exact=True)).to_be_visible(timeout=SOON_MS)
        # Were the page loaded anew, this would be gone.
        await desktop.evaluate("window.isTheSamePage = true")
        await figure(desktop, "Expected", GUESTS)
        for number, badge in enumerate(badges, start=1):
            assert (await door.scan(badge))["verdict"] == "admitted"
            await figure(desktop, "Admitted", number)
        left = await door.post_scan(badges[0], direction="exit")
        assert left.json()["verdict"] == "admitted"
        await figure(desktop, "Inside now", GUESTS - 1)
        assert await desktop.evaluate("window.isTheSamePage")
        await desktop.emulate_media(reduced_motion="reduce")
        assert await complaints_about(desktop) == []


async def test_it_says_so_when_the_server_is_gone_and_goes_on_when_it_is_back(
    sqlite_url: str, install: Callable[..., Product], desktop: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with a_door(product) as (organiser, slug, door, badges):
        await sign_in(desktop, organiser, "organiser")
        await desktop.goto(f"{product.base_url}/office/events/{slug}/attendance")
        await expect(desktop.get_by_text("Live", exact=True)).to_be_visible(timeout=SOON_MS)
        product.stop()
        await expect(desktop.get_by_text("No connection: these figures may be old.")).to_be_visible(timeout=SOON_MS)
        product.start()
        await door.scan(badges[0])
        await figure(desktop, "Admitted", 1)
        await expect(desktop.get_by_text("Live", exact=True)).to_be_visible(timeout=SOON_MS)


async def test_without_scripts_the_figures_stand_and_the_evacuation_list_asks_why(
    server: Callable[..., Product], browser: Browser
) -> None:
    product = server()
    async with a_door(product) as (organiser, slug, door, badges):
        await door.scan(badges[0])
        async with await browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
            page = await context.new_page()
            await sign_in(page, organiser, "organiser")
            await page.goto(f"{product.base_url}/office/events/{slug}/attendance")
            await figure(page, "Admitted", 1)
            await door.scan(badges[1])
            await page.reload()
            await figure(page, "Admitted", 2)
            await page.get_by_role("link", name="Who is inside: evacuation list").click()
            await expect(page.get_by_role("row")).to_have_count(0)
            await page.get_by_label("Reason").fill("Fire alarm")
            await page.get_by_role("button", name="Show the list").click()
            await expect(page.get_by_role("row")).to_have_count(3)
            await expect(page.get_by_text("Fire alarm")).to_be_visible()
