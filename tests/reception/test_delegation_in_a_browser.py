"""A coordinator's evening: the link from the mail, three names, one who falls ill; on the product as it runs."""

from collections.abc import Callable

from playwright.async_api import Page, expect

from tests.journeys.given import Organiser
from tests.services.product import Product

SOLVEIG = {"city": "Tromsø", "seats": 2, "coordinator_email": "solveig@tromso.example", "coordinator_name": "Solveig"}


async def test_a_coordinator_names_two_people_and_replaces_one(server: Callable[..., Product], phone: Page) -> None:
    product = server()
    async with Organiser(product) as organiser:
        slug = await organiser.publish()
        made = await organiser.ask("POST", f"/events/{slug}/delegations", SOLVEIG, status=201)
        await phone.goto(made["url"])
        await phone.wait_for_url("**/delegation/seats")
        code = made["url"].partition("#")[2]
        assert code not in phone.url and code not in await phone.content()

        for name, address in (("Åsa Ek", "asa@tromso.example"), ("Bo Ek", "bo@tromso.example")):
            await phone.get_by_label("Name", exact=True).fill(name)
            await phone.get_by_label("Mail address").fill(address)
            await phone.get_by_label("Takes part as").select_option("elected_official")
            await phone.get_by_role("button", name="Give them the seat").click()
            await expect(phone.get_by_role("status")).to_contain_text("They have their seat.")
        await expect(phone.get_by_text("Every seat has a name.")).to_be_visible()

        await phone.get_by_role("link", name="Replace Bo Ek").click()
        await phone.get_by_label("Name").fill("Nils Berg")
        await phone.get_by_label("Mail address").fill("nils@tromso.example")
        await phone.get_by_role("button", name="Pass the seat on").click()
        await expect(phone.get_by_role("status")).to_contain_text("The seat changed hands.")
        rows = phone.locator("tbody tr")
        await expect(rows.nth(1)).to_contain_text("Nils Berg")
        await expect(rows.nth(2)).to_contain_text("Does not come")

        await phone.get_by_role("link", name="Withdraw Åsa Ek").click()
        await phone.get_by_role("button", name="Withdraw").click()
        await expect(phone.get_by_role("heading", name="Name somebody")).to_be_visible()
        listed = await organiser.ask("GET", f"/delegations/{made['id']}")
        assert sorted((one["name"], one["status"]) for one in listed["delegates"]) == [
            ("Bo Ek", "cancelled"),
            ("Nils Berg", "confirmed"),
            ("Åsa Ek", "cancelled"),
        ]
