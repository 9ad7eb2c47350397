"""Two rooms with a phone at each: who has a place in the session is let in, and whoever moves on has left."""

from collections.abc import Callable

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.given import Organiser
from tests.journeys.test_door import SOON_MS, a_phone_at, event_with, paired
from tests.services.product import Product
from tests.services.scanner import scanned

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def rooms_of(organiser: Organiser) -> tuple[str, str, list[str]]:
    """An event with a room for a session and one for everybody, the session, and the badges of who has a place in it and who has none."""
    slug, _ = await event_with(organiser, "Åsa Ðórsdóttir", "Bo Ek")
    body = {"title": "Workshop", "starts_at": "2027-03-07T12:00", "ends_at": "2027-03-07T13:00", "signup": True}
    session = await organiser.ask("POST", f"/events/{slug}/sessions", body, status=201)
    await organiser.ask("POST", f"/events/{slug}/agenda/release", {"note": ""}, status=201)
    people = (await organiser.ask("GET", f"/events/{slug}/registrations"))["items"]
    asa = next(one for one in people if one["name"].startswith("Åsa"))
    sign_ups = f"/events/{slug}/sessions/{session['id']}/sign-ups"
    await organiser.ask("POST", sign_ups, {"registration_id": asa["id"]}, status=201)
    for name, admits in (("workshop", {"session_id": session["id"]}), ("lounge", {})):
        room = {"slug": name, "name": name.capitalize(), "admits": admits, "zone": "Rooms", "reentry": "in_and_out"}
        await organiser.ask("POST", f"/events/{slug}/checkpoints", room, status=201)
    answer = await organiser.http.get(f"/api/v1/events/{slug}/badges", headers=organiser.bearer)
    badges = {one["registration_id"]: one["badge"] for one in map(msgspec.json.decode, answer.text.splitlines())}
    return slug, session["id"], [badges.pop(asa["id"]), *badges.values()]


async def scan(page: Page, badge: str, *words: str, leaving: bool = False) -> None:
    """Scan a badge as a USB scanner does, and read the answer."""
    await page.get_by_text("Going out" if leaving else "Coming in", exact=True).click()
    await page.locator("#verdict").evaluate("(place) => place.replaceChildren()")
    await scanned(page, badge)
    for some in words:
        await expect(page.locator("#verdict")).to_contain_text(some)


async def test_a_person_moves_from_room_to_room(
    sqlite_url: str, install: Callable[..., Product], browser: Browser
) -> None:
    product = install(sqlite_url)
    product.start()
    async with (
        Organiser(product) as organiser,
        a_phone_at(browser) as first,
        a_phone_at(browser) as second,
    ):
        slug, session_id, (asa, bo) = await rooms_of(organiser)
        figures = f"/events/{slug}/sessions/{session_id}/attendance"
        workshop, _ = await paired(first, organiser, slug, checkpoint="workshop")
        lounge, _ = await paired(second, organiser, slug, checkpoint="lounge")
        for page in (workshop, lounge):
            await expect(page.get_by_text("Guest list brought up to date")).to_be_visible(timeout=SOON_MS)
        await scan(workshop, bo, "Not admitted at this checkpoint")
        await scan(workshop, asa, "Welcome", "1 inside")
        await scan(lounge, bo, "Welcome", "1 inside")
        await scan(lounge, asa, "Welcome", "2 inside")
        assert (await organiser.ask("GET", figures))["inside"] == 0
        await scan(workshop, asa, "Not inside", leaving=True)
        await scan(lounge, bo, "Goodbye", "1 inside", leaving=True)

        # The phone at the workshop hears that she moved on; then the network goes.
        await workshop.reload()
        await expect(workshop.get_by_text("Guest list brought up to date")).to_be_visible(timeout=SOON_MS)
        product.stop()
        await scan(workshop, bo, "Not admitted at this checkpoint", "Decided on this device")
        await scan(workshop, asa, "Welcome", "Decided on this device")
        product.start()
        await expect(workshop.get_by_text("Scans to be sent")).to_be_hidden(timeout=SOON_MS)
        told = await organiser.ask("GET", figures)
        assert [told[name] for name in ("signed_up", "admitted", "inside", "absent")] == [1, 1, 1, 0]
        await scan(lounge, asa, "Not inside", leaving=True)
        assert (await organiser.ask("GET", f"/events/{slug}/attendance"))["conflicts"] == 0
