"""The door as its people use it: a phone that is paired, a scanner that types, a server that goes away."""

import io
from collections.abc import Callable

import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Page, expect

from events_service.web.qr_codes import qr_address
from tests.journeys.given import Organiser
from tests.services.product import Product


async def typed(page: Page, badge: str) -> None:
    """As a USB scanner does: keys, wherever the focus is, and Enter."""
    await page.keyboard.insert_text(badge[:-1])
    await page.keyboard.press(badge[-1])
    await page.keyboard.press("Enter")


async def pairing_of(organiser: Organiser, slug: str) -> dict[str, str]:
    made = await organiser.ask("POST", f"/events/{slug}/devices", {"name": "Left door"}, status=201)
    return dict(made)


async def test_a_phone_at_the_door(server: Callable[..., Product], phone: Page) -> None:
    product = server()
    async with Organiser(product) as organiser:
        slug = await organiser.publish()
        for name in ("Asa Ek", "Bo Ek"):
            assert (await organiser.register(slug, name)).status_code == 201
        badge, other = await organiser.badges(slug)
        pairing = await pairing_of(organiser, slug)

        await phone.goto(pairing["pairing_url"])
        await expect(phone.get_by_label("Pairing code")).to_have_value(pairing["pairing_code"])
        assert pairing["pairing_code"] not in phone.url
        await phone.get_by_role("button", name="Pair").click()
        verdict = phone.locator("#verdict")
        await expect(verdict).to_contain_text("Ready")

        await typed(phone, badge)
        await expect(verdict).to_contain_text("Welcome")
        await expect(verdict).to_contain_text("1 inside")
        await phone.get_by_label("Coming in").focus()
        await typed(phone, badge)
        await expect(verdict).to_contain_text("Already admitted")
        await expect(verdict).to_contain_text("at Main entrance (Left door)")
        await typed(phone, other)
        await expect(verdict).to_contain_text("2 inside")
        await verdict.get_by_role("button", name="Undo this scan").click()
        await expect(verdict).to_contain_text("Undone")
        await expect(verdict).to_contain_text("1 inside")

        product.stop()
        await typed(phone, other)
        await expect(verdict).to_contain_text("Not yet decided")
        product.start()
        await expect(verdict).to_contain_text("Welcome", timeout=20_000)

        await organiser.ask("DELETE", f"/devices/{pairing['id']}", status=204)
        await typed(phone, badge)
        await expect(verdict).to_contain_text("Not paired")
        attendance = await organiser.ask("GET", f"/events/{slug}/attendance")
        assert (attendance["admitted"], attendance["inside"]) == (2, 2)


async def test_a_phone_without_scripts_at_the_door(server: Callable[..., Product], browser: Browser) -> None:
    product = server()
    async with (
        Organiser(product) as organiser,
        await browser.new_context(java_script_enabled=False) as context,
    ):
        slug = await organiser.publish()
        await organiser.register(slug, "Asa Ek")
        (badge,) = await organiser.badges(slug)
        pairing = await pairing_of(organiser, slug)
        page = await context.new_page()
        await page.goto(f"{product.base_url}/door")
        await page.get_by_label("Pairing code").fill(pairing["pairing_code"].lower())
        await page.get_by_role("button", name="Pair").click()
        for words in ("Welcome", "Already admitted"):
            await page.get_by_label("Badge code").fill(badge)
            await page.get_by_role("button", name="Check").click()
            await expect(page.locator("#verdict")).to_contain_text(words)
        await page.get_by_text("This device", exact=True).click()
        await page.get_by_role("button", name="Unpair this device").click()
        await expect(page.get_by_text("This device is no longer paired.")).to_be_visible()


async def test_the_pairing_picture_is_read_by_another_decoder(phone: Page) -> None:
    address = "https://events.alliance.example/door/pair#ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    await phone.emulate_media(color_scheme="dark")
    await phone.set_content(f'<body style="background: black"><img width="240" src="{qr_address(address)}"></body>')
    picture = await phone.locator("img").screenshot()
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert code.text == address
