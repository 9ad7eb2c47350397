"""A guest at the kiosk: a camera, a printer that the browser stands for, and a network that goes."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.badges.given import pages_of
from tests.journeys.fake_camera import film
from tests.journeys.given import Organiser
from tests.journeys.test_door import SOON_MS, event_with, wrong_with
from tests.services.chromium import running
from tests.services.product import Product

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLET = ViewportSize(width=820, height=1180)
GUESTS = ("Åsa Ðórsdóttir", "Bo Ek", "Sólveig Þorláksdóttir")
# What a printer would have got, each time the page prints.
PRINTER = """
window.printed = [];
window.print = () => {
  const badge = document.querySelector("[data-badge]");
  window.printed.push({
    name: badge.querySelector("[data-slot=name]").textContent,
    category: badge.dataset.category,
    code: badge.querySelector("[data-slot=code]").textContent,
    drawn: badge.querySelector("[data-code]").getAttribute("d").length > 1000,
  });
};
"""


@asynccontextmanager
async def a_tablet(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with await browser.new_context(viewport=TABLET, has_touch=True) as context:
        await context.add_init_script(PRINTER)
        yield context


async def kiosk_at(
    context: BrowserContext, organiser: Organiser, slug: str, paper: str = "label62"
) -> tuple[Page, str]:
    """The page of a kiosk that was just paired, and the device's id."""
    device = await organiser.ask("POST", f"/events/{slug}/devices", {"name": "Kiosk", "kiosk": paper}, status=201)
    page = await context.new_page()
    code = device["pairing_url"].partition("#")[2]
    await page.goto(device["pairing_url"])
    # The script has taken the code from the address; without it one types it.
    await page.locator("input[name=code]").fill(code)
    await page.get_by_role("button", name="Pair", exact=True).click()
    await page.wait_for_url("**/door/kiosk")
    return page, device["id"]


async def ready(page: Page) -> None:
    """All is there that the kiosk needs to go on without a network."""
    await page.get_by_text("For staff").click()
    await expect(page.get_by_text("Guest list brought up to date")).to_be_visible(timeout=SOON_MS)
    # Only a worker that has fetched all it keeps takes charge of the page.
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=SOON_MS)


async def typed(page: Page, text: str) -> None:
    await page.get_by_label("Or type the eight letters below your code").fill(text)
    await page.keyboard.press("Enter")


async def test_a_camera_lets_guests_in_and_their_badges_are_printed(
    server: Callable[..., Product], chromium_program: Path, tmp_path: Path
) -> None:
    product = server()
    async with Organiser(product) as organiser:
        slug, badges = await event_with(organiser, *GUESTS)
        flags = film(badges, tmp_path / "badges.mjpeg")
        async with running(chromium_program, *flags) as browser, a_tablet(browser) as context:
            page, _ = await kiosk_at(context, organiser, slug)
            for name in GUESTS:
                await page.wait_for_function(
                    "name => printed.some((one) => one.name === name)", arg=name, timeout=SOON_MS
                )
            await expect(page.locator("#answer")).to_contain_text("You are checked in", timeout=SOON_MS)
            assert await wrong_with(page) == []
            printed = await page.evaluate("printed")
        # The film shows them again and again: nobody is let in twice, and nothing is printed unasked.
        assert sorted(one["name"] for one in printed) == sorted(GUESTS)
        assert all(one["drawn"] and len(one["code"]) == len("BAKO-LIME") for one in printed)
        attendance = await organiser.ask("GET", f"/events/{slug}/attendance")
        assert (attendance["admitted"], attendance["conflicts"]) == (3, 0)


async def test_a_guest_who_is_refused_is_sent_to_the_desk_and_not_told_why(
    sqlite_url: str, install: Callable[..., Product], browser: Browser
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser, a_tablet(browser) as context:
        slug, (badge, *_) = await event_with(organiser, "Bo Ek")
        listed = await organiser.ask("GET", f"/events/{slug}/registrations")
        await organiser.ask("POST", f"/registrations/{listed['items'][0]['id']}/cancel", {})
        page, device = await kiosk_at(context, organiser, slug)
        answer = page.locator("#answer")
        await typed(page, badge)
        await expect(answer).to_contain_text("Please go to the staffed desk")
        shown = await page.locator("main").inner_text()
        assert "Bo Ek" not in shown
        assert "ancelled" not in shown
        assert await wrong_with(page) == []
        await answer.get_by_role("button", name="Done").click()
        await expect(answer).to_be_empty()
        await typed(page, "no code at all")
        await expect(answer).to_contain_text("We do not know this code")
        assert await page.evaluate("printed") == []
        # What guests cannot: the organiser ends it.
        await organiser.ask("DELETE", f"/devices/{device}", status=204)
        await typed(page, badge)
        await expect(answer).to_contain_text("This kiosk is closed")


async def test_a_jam_prints_once_more_and_then_the_desk_helps(
    sqlite_url: str, install: Callable[..., Product], browser: Browser
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser, a_tablet(browser) as context:
        slug, (badge, *_) = await event_with(organiser, "Bo Ek")
        page, _ = await kiosk_at(context, organiser, slug, "a6")
        answer = page.locator("#answer")
        await typed(page, badge)
        await expect(answer).to_contain_text("Your badge is being printed")
        await expect(answer).to_contain_text("Bo Ek")
        for words in ("Your badge is being printed once more", "Please go to the staffed desk"):
            await typed(page, badge)
            await expect(answer).to_contain_text("Did your badge not come out")
            assert "Bo Ek" not in await answer.inner_text()
            await answer.get_by_role("button", name="Print my badge").click()
            await expect(answer).to_contain_text(words)
        assert [one["name"] for one in await page.evaluate("printed")] == ["Bo Ek", "Bo Ek"]


async def test_a_kiosk_goes_on_without_the_server_and_keeps_no_name(
    server: Callable[..., Product], browser: Browser
) -> None:
    product = server()
    async with Organiser(product) as organiser, a_tablet(browser) as context:
        slug, badges = await event_with(organiser, *GUESTS)
        page, _ = await kiosk_at(context, organiser, slug)
        await ready(page)
        product.stop()
        answer = page.locator("#answer")
        for name, badge in zip(GUESTS, badges, strict=True):
            await typed(page, badge)
            await expect(answer.get_by_text(name)).to_be_visible(timeout=SOON_MS)
        await typed(page, badges[0])
        await expect(answer).to_contain_text("You are checked in already")
        printed = await page.evaluate("printed")
        assert [(one["name"], one["category"], one["drawn"]) for one in printed] == [
            (name, "practitioner", True) for name in GUESTS
        ]
        await answer.get_by_role("button", name="Done").click()
        left = await page.content()
        assert not [name for name in GUESTS if name in left]

        # In the guest's own language, too.
        await page.get_by_role("link", name="Svenska").click()
        await page.wait_for_url("**/door/kiosk?language=sv")
        await expect(page.locator("[data-event]")).to_have_text("Launch of the Safe Cities Guide")

        product.start()
        await expect(page.locator("[data-status=waiting]")).to_be_hidden(timeout=60_000)
        await page.wait_for_function("() => JSON.parse(localStorage.getItem('door.printed') ?? '[]').length === 0")
        attendance = await organiser.ask("GET", f"/events/{slug}/attendance")
        assert (attendance["admitted"], attendance["conflicts"]) == (3, 0)


async def test_a_tablet_without_scripts_checks_in_and_shows_a_badge_to_print(
    server: Callable[..., Product], browser: Browser
) -> None:
    product = server()
    async with (
        Organiser(product) as organiser,
        await browser.new_context(viewport=TABLET, java_script_enabled=False) as context,
    ):
        slug, (badge, *_) = await event_with(organiser, "Bo Ek")
        page, _ = await kiosk_at(context, organiser, slug)
        await page.get_by_role("link", name="Dansk").click()
        await page.locator("input[name=badge]").fill(badge)
        await page.locator("form[data-scan] button").click()
        answer = page.locator("#answer")
        await expect(answer).to_contain_text("Bo Ek")
        assert await page.locator("html").get_attribute("lang") == "da"
        await answer.locator("form button").click()
        await page.emulate_media(media="print")
        paper = page.locator("[data-badge]")
        await expect(paper).to_be_visible()
        await expect(paper).to_contain_text("Bo Ek")
        await expect(page.locator(".masthead")).to_be_hidden()
        await page.emulate_media(media="screen")
        await answer.get_by_role("link").click()
        await expect(answer).to_be_empty()
        assert "Bo Ek" not in await page.content()


@pytest.mark.parametrize(("paper", "size"), [("label62", (62, 100)), ("a6", (105, 148))])
async def test_what_comes_out_of_the_printer_is_one_page_of_the_papers_size(
    sqlite_url: str, install: Callable[..., Product], browser: Browser, paper: str, size: tuple[int, int]
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser, a_tablet(browser) as context:
        slug, (badge, *_) = await event_with(organiser, "Åsa Øyvindsdóttir Þórarinsson-Ðærøy")
        page, _ = await kiosk_at(context, organiser, slug, paper)
        await typed(page, badge)
        await page.wait_for_function("() => printed.length === 1")
        (sheet,) = pages_of(await page.pdf(prefer_css_page_size=True))
        assert (sheet.width, sheet.height) == pytest.approx(size, abs=0.5)
        assert sheet.codes == [badge]
        assert "Åsa Øyvindsdóttir" in sheet.words
