"""Printing badges as an organiser does, and opening a ticket where there is no network."""

import io
from collections.abc import Callable

import zxingcpp
from PIL import Image
from playwright.async_api import Page, expect

from events_service.demo.staff import WELL_KNOWN_PASSWORD
from tests.badges.given import pages_of, read_by_opencv
from tests.journeys import screens
from tests.journeys.given import Organiser
from tests.services.product import Product

NO_TICKET_KEPT = "async () => (await caches.keys()).every((name) => !name.startsWith('ticket '))"


async def test_badges_are_printed_while_one_watches(server: Callable[..., Product], desktop: Page) -> None:
    product = server()
    product.command("demo")
    await desktop.goto(f"{product.base_url}/sign-in")
    await desktop.get_by_label("Mail address").fill("owner@demo.example")
    await desktop.get_by_label("Password").fill(WELL_KNOWN_PASSWORD)
    await desktop.get_by_role("button", name="Sign in").click()
    await desktop.wait_for_url("**/office")
    await desktop.goto(f"{product.base_url}/office/events/{screens.LAUNCH}/badges")
    await desktop.get_by_role("radio", name="A4, four to cut apart").check()
    await desktop.get_by_role("button", name="Print badges").click()
    await expect(desktop.get_by_text("The badges are drawn.")).to_be_visible(timeout=30_000)
    async with desktop.expect_download() as download:
        await desktop.get_by_role("link", name="Download badges").click()
    pages = pages_of((await (await download.value).path()).read_bytes())
    codes = [code for page in pages for code in page.codes]
    assert str(len(set(codes))) == await desktop.locator(".figures dd").first.inner_text()
    assert (len(codes), len(pages)) == (len(set(codes)), -(-len(codes) // 4))
    async with Organiser(product) as organiser:
        assert set(codes) <= set(await organiser.badges(screens.LAUNCH))


async def test_a_ticket_opens_without_a_network_once_it_was_opened(server: Callable[..., Product], phone: Page) -> None:
    product = server()
    async with Organiser(product) as organiser:
        slug = await organiser.publish()
        body = {"name": "Åsa Ðórsdóttir", "email": "asa@malmo.example", "consent": True}
        registered = await organiser.ask("POST", f"/events/{slug}/registrations", body, status=201)
    await phone.goto(registered["manage_url"])
    await phone.wait_for_url("**/my/registration")
    await phone.get_by_role("link", name="Ticket for the phone").click()
    await expect(phone.get_by_text("Kept on this device")).to_be_visible()
    assert await code_shown(phone) == registered["badge"]
    product.stop()
    await phone.reload()
    await expect(phone.get_by_text("Åsa Ðórsdóttir")).to_be_visible()
    assert await code_shown(phone) == registered["badge"]
    product.start()
    await phone.goto(f"{product.base_url}/my/registration")
    await phone.get_by_role("button", name="Close my registration").click()
    await phone.wait_for_url("**/my?done=*")
    await phone.wait_for_function(NO_TICKET_KEPT)


async def code_shown(page: Page) -> str:
    """What two programs that share no code read from the screen."""
    picture = Image.open(io.BytesIO(await page.locator(".phone-ticket__code").screenshot()))
    (found,) = zxingcpp.read_barcodes(picture)
    assert read_by_opencv(picture) == {found.text}
    return found.text
