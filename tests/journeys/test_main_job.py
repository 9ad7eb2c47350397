"""The whole main job, as people live it: a browser, a mailbox, a door."""

import re
from collections.abc import Callable

from playwright.async_api import Page, expect

from tests.journeys.given import Organiser, code_in, invite_in, text_in
from tests.services.product import Product

ADDRESS = "asa.thorsdottir@example.org"


async def test_a_participant_from_the_form_to_the_door_and_away(server: Callable[..., Product], phone: Page) -> None:
    product = server()
    async with Organiser(product) as organiser:
        slug = await organiser.publish()

        await register_in_browser(phone, product.base_url, slug)
        letter = await organiser.mail(ADDRESS, "You have a seat")
        invite = invite_in(letter)
        assert (str(invite["X-METHOD"]), int(invite["SEQUENCE"])) == ("REQUEST", 0)
        badge = code_in(letter)

        door = await organiser.pair(slug)
        admitted = await door.scan(badge)
        assert (admitted["verdict"], admitted["inside"]) == ("admitted", 1)
        assert admitted["attendee"]["name"] == "Åsa Þórsdóttir"
        again = await door.scan(badge)
        assert (again["verdict"], again["reason"]) == ("refused", "already_admitted")
        assert again["previous"]["device"] == "Gate"
        attendance = await organiser.ask("GET", f"/events/{slug}/attendance")
        assert (attendance["expected"], attendance["admitted"], attendance["inside"]) == (1, 1, 1)

        await cancel_in_browser(phone, product.base_url, text_in(letter))
        farewell = await organiser.mail(ADDRESS, "Your registration is cancelled")
        withdrawn = invite_in(farewell)
        assert (str(withdrawn["X-METHOD"]), int(withdrawn["SEQUENCE"])) == ("CANCEL", 1)
        assert withdrawn["UID"] == invite["UID"]
        refused = await door.scan(badge)
        assert (refused["verdict"], refused["reason"]) == ("refused", "registration_cancelled")


async def register_in_browser(page: Page, base_url: str, slug: str) -> None:
    """From the list of events through the form to the page that says what happens next."""
    await page.goto(f"{base_url}/events")
    await page.get_by_role("link", name="Launch of the Safe Cities Guide").first.click()
    await page.get_by_role("link", name="Register").first.click()
    await page.get_by_label("Name", exact=False).first.fill("Åsa Þórsdóttir")
    await page.get_by_label("Mail address").fill(ADDRESS)
    await page.get_by_role("button", name="Register").click()
    # Something is still missing: what was typed is kept.
    await expect(page.get_by_label("Mail address")).to_have_value(ADDRESS)
    await page.get_by_label("You take part as").select_option("practitioner")
    await page.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Register").click()
    await expect(page.get_by_text("What happens next")).to_be_visible()


async def cancel_in_browser(page: Page, base_url: str, letter: str) -> None:
    """By the link in the letter to one's own page, and by its button away."""
    link = re.search(rf"{re.escape(base_url)}/my#\S+", letter)
    assert link is not None
    await page.goto(link.group())
    await expect(page.get_by_text("Your seat is confirmed")).to_be_visible()
    await page.get_by_role("link", name="Cancel my registration").click()
    await page.get_by_role("button", name="Cancel my registration").click()
    await expect(page.get_by_text("Your registration is cancelled").first).to_be_visible()
