"""The door as its people use it: a phone that is paired, a scanner that types, a server that goes away."""

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Page, expect

from events_service.web.qr_codes import qr_address
from tests.journeys.given import Organiser
from tests.services.product import Product
from tests.services.scanner import scanned


async def pairing_of(organiser: Organiser, slug: str, role: str = "door_steward") -> dict[str, str]:
    made = await organiser.ask("POST", f"/events/{slug}/devices", {"name": "Left door", "role": role}, status=201)
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
        await phone.get_by_role("button", name="Pair", exact=True).click()
        verdict = phone.locator("#verdict")
        await expect(verdict).to_contain_text("Ready")
        # The button comes with the script: keys before that go nowhere.
        await expect(phone.get_by_role("button", name="Sound")).to_be_visible()

        await scanned(phone, badge)
        await expect(verdict).to_contain_text("Welcome")
        await expect(verdict).to_contain_text("1 inside")
        await phone.get_by_role("button", name="Sound").focus()
        await scanned(phone, badge)
        await expect(verdict).to_contain_text("Already admitted")
        await expect(verdict).to_contain_text("at Main entrance (Left door)")
        await scanned(phone, other)
        await expect(verdict).to_contain_text("2 inside")
        await verdict.get_by_role("button", name="Undo this scan").click()
        await expect(verdict).to_contain_text("Undone")
        await expect(verdict).to_contain_text("1 inside")

        product.stop()
        await scanned(phone, other)
        await expect(verdict).to_contain_text("Welcome")
        await expect(verdict).to_contain_text("Decided on this device")
        await expect(phone.get_by_text("Scans to be sent: 1")).to_be_visible()
        await expect(phone.get_by_text("No network", exact=True)).to_be_visible()
        product.start()
        await expect(phone.get_by_text("Scans to be sent")).to_be_hidden(timeout=20_000)

        await organiser.ask("DELETE", f"/devices/{pairing['id']}", status=204)
        await scanned(phone, badge)
        await expect(verdict).to_contain_text("Not paired")
        attendance = await organiser.ask("GET", f"/events/{slug}/attendance")
        assert (attendance["admitted"], attendance["inside"]) == (2, 2)


async def test_a_supervisor_says_why_an_older_scan_is_taken_back(
    install: Callable[..., Product], sqlite_url: str, phone: Page
) -> None:
    product = install(sqlite_url)
    product.start()
    async with Organiser(product) as organiser:
        slug = await organiser.publish()
        assert (await organiser.register(slug, "Asa Ek")).status_code == 201
        (badge,) = await organiser.badges(slug)
        pairing = await pairing_of(organiser, slug, role="door_supervisor")
        await phone.goto(pairing["pairing_url"])
        await phone.get_by_role("button", name="Pair", exact=True).click()
        await expect(phone.get_by_role("button", name="Sound")).to_be_visible()
        await scanned(phone, badge)
        verdict = phone.locator("#verdict")
        await expect(verdict).to_contain_text("1 inside")
        ago = (datetime.now(UTC) - timedelta(minutes=6)).strftime("%Y-%m-%d %H:%M:%S.%f+00:00")
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as base:
            base.execute("UPDATE scan SET received_at = ?", (ago,))
            base.commit()
        await verdict.get_by_role("button", name="Undo this scan").click()
        asked = phone.get_by_role("dialog", name="Undo this scan")
        await asked.get_by_label("Reason").fill("The wrong badge of two")
        await asked.get_by_role("button", name="Undo this scan").click()
        await expect(verdict).to_contain_text("Undone")
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as base:
            assert base.execute("SELECT undo_reason FROM scan").fetchall() == [("The wrong badge of two",)]


async def test_a_supervisors_phone_leads_to_what_it_contradicts(server: Callable[..., Product], phone: Page) -> None:
    product = server()
    async with Organiser(product) as organiser:
        slug = await organiser.publish()
        assert (await organiser.register(slug, "Asa Ek")).status_code == 201
        (badge,) = await organiser.badges(slug)
        pairing = await pairing_of(organiser, slug, role="door_supervisor")
        await phone.goto(pairing["pairing_url"])
        await phone.get_by_role("button", name="Pair", exact=True).click()
        await expect(phone.get_by_text("Guest list brought up to date")).to_be_visible()
        other = await organiser.pair(slug)
        await phone.context.set_offline(True)
        await scanned(phone, badge)
        await expect(phone.locator("#verdict")).to_contain_text("Decided on this device")
        assert (await other.scan(badge))["verdict"] == "admitted"
        line = phone.get_by_text("What was scanned without a network contradicts another gate.")
        await expect(line).to_be_hidden()
        await phone.context.set_offline(False)
        await expect(line).to_be_visible()
        await phone.get_by_role("link", name="Settle it").click()
        await expect(phone.get_by_text("Let in twice")).to_be_visible()


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
        await expect(page.get_by_role("button", name="Camera")).to_be_hidden()
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
