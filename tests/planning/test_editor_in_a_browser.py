"""The agenda editor as organisers use it: by mouse, by keys and by finger, two of them at once, and with the server away."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import FloatRect, Locator, Page, expect

from tests.agenda.given import SUMMIT
from tests.journeys.given import Organiser
from tests.services.product import Product

PASSWORD = "kelp lantern Orsted 9"
AGENDA = "/office/events/summit/agenda"
# A row of five minutes is 0.625 of the root's 17 pixels high.
MINUTE_PX = 0.625 * 17 / 5


@dataclass
class Desk:
    """A browser with the summit's agenda open, and the organiser who may ask the API what was saved."""

    page: Page
    organiser: Organiser
    rooms: list[str] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)

    def tile(self, title: str) -> Locator:
        return self.page.locator(f"button.tile[data-id='{self.sessions[title]}']")

    @property
    def said(self) -> Locator:
        return self.page.locator(".editor__said")

    async def saved(self, title: str) -> tuple[str | None, int, list[str]]:
        """When it begins on the clock, how many minutes it lasts, and in which rooms by their place in the order."""
        found = await self.organiser.ask("GET", f"/events/summit/sessions/{self.sessions[title]}")
        begins = found["starts_at"][11:16] if found["starts_at"] else None
        return begins, found["minutes"], [self.rooms.index(room) for room in found["room_ids"]]

    async def change(self, of: str, **fields: Any) -> None:
        """What another editor does meanwhile."""
        await self.organiser.ask("PATCH", f"/events/summit/sessions/{self.sessions[of]}", fields)

    async def box(self, where: Locator) -> FloatRect:
        box = await where.bounding_box()
        assert box is not None
        return box


@pytest.fixture
def product(sqlite_url: str, install: Callable[..., Product]) -> Product:
    """On one kind of database: what is saved is tested on both elsewhere."""
    made = install(sqlite_url)
    made.start()
    return made


@asynccontextmanager
async def a_desk(product: Product, page: Page) -> AsyncIterator[Desk]:
    """Three rooms; the Opening at 9 in the first, the Panel at 10 in the second with the same speaker, Lunch on the shelf."""
    async with Organiser(product) as organiser:
        desk = Desk(page, organiser)
        await organiser.publish(**SUMMIT)
        for name in ("Great hall", "Foyer", "Study"):
            desk.rooms.append((await organiser.ask("POST", "/events/summit/rooms", {"name": name}, status=201))["id"])
        speaker = await organiser.ask(
            "POST", "/events/summit/speakers", {"name": "Asa Ek", "state": "confirmed"}, status=201
        )
        for title, begins, rooms, people in (
            ("Opening", "2037-03-10T09:00", desk.rooms[:1], [speaker["id"]]),
            ("Panel", "2037-03-10T10:00", desk.rooms[1:2], [speaker["id"]]),
            ("Lunch", None, [], []),
        ):
            body = {"title": title, "starts_at": begins, "room_ids": rooms, "minutes": 30}
            body["speakers"] = [{"speaker_id": one} for one in people]
            desk.sessions[title] = (await organiser.ask("POST", "/events/summit/sessions", body, status=201))["id"]
        product.command("user", "add", "asa@alliance.example", "--role", "organiser", "--password", PASSWORD)
        await page.goto(f"{product.base_url}/sign-in")
        await page.get_by_label("Mail address").fill("asa@alliance.example")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url("**/office")
        await page.goto(f"{product.base_url}{AGENDA}")
        await expect(desk.tile("Opening")).to_be_visible()
        await page.locator(".grid-box").evaluate("box => box.scrollIntoView({block: 'center'})")
        yield desk


async def drag(page: Page, begin: tuple[float, float], end: tuple[float, float], *, drop: bool = True) -> None:
    await page.mouse.move(*begin)
    await page.mouse.down()
    await page.mouse.move(begin[0] + 10, begin[1] + 10)
    await page.mouse.move(*end)
    if drop:
        await page.mouse.up()


async def test_by_mouse(product: Product, desktop: Page) -> None:
    async with a_desk(product, desktop) as desk:
        room = await desk.box(desktop.locator(".grid__head").nth(0))
        opening = await desk.box(desk.tile("Opening"))
        grip = (opening["x"] + 20, opening["y"] + 15)
        # Two rooms to the right and an hour and five minutes down, not quite on the step.
        await drag(desktop, grip, (grip[0] + 2 * room["width"], grip[1] + 65 * MINUTE_PX + 4))
        await expect(desk.said).to_have_text("Saved: Opening, Study, 10.05 to 10.35. 1 conflict.")
        assert await desk.saved("Opening") == ("10:05", 30, [2])
        await expect(desktop.locator(".conflict")).to_contain_text("Asa Ek")
        await expect(desktop.get_by_role("link", name="Tue 10 March")).to_contain_text("2 sessions, 1 conflict")
        await expect(desk.tile("Panel")).to_have_accessible_name("Panel, Foyer, 10.00 to 10.30, 1 conflict")

        opening = await desk.box(desk.tile("Opening"))
        edge = (opening["x"] + 60, opening["y"] + opening["height"] - 3)
        await drag(desktop, edge, (edge[0], edge[1] + 15 * MINUTE_PX))
        await expect(desk.said).to_contain_text("Saved: Opening, Study, 10.05 to 10.50.")
        assert await desk.saved("Opening") == ("10:05", 45, [2])

        lunch = await desk.box(desk.tile("Lunch"))
        canvas = await desk.box(desktop.locator(".grid__canvas"))
        to = (room["x"] + 1.5 * room["width"], canvas["y"] + 12 * 60 * MINUTE_PX)
        await drag(desktop, (lunch["x"] + 20, lunch["y"] + 10), to, drop=False)
        await expect(desktop.locator(".tile--ghost")).to_contain_text("12.00–12.30")
        await desktop.keyboard.press("Escape")
        await desktop.mouse.up()
        await expect(desktop.locator(".tile--ghost")).to_be_hidden()
        assert await desk.saved("Lunch") == (None, 30, [])
        await drag(desktop, (lunch["x"] + 20, lunch["y"] + 10), to)
        await expect(desk.said).to_have_text("Saved: Lunch, Foyer, 12.00 to 12.30. It fits.")
        shelf = await desk.box(desktop.locator(".shelf"))
        panel = await desk.box(desk.tile("Panel"))
        await drag(desktop, (panel["x"] + 20, panel["y"] + 10), (shelf["x"] + 40, shelf["y"] + 60))
        await expect(desk.said).to_have_text("Saved: Panel, on the shelf, 30 minutes. It fits.")
        assert (await desk.saved("Panel"))[0] is None
        await expect(desktop.get_by_text("Everything fits on this day.")).to_be_visible()

        for words in ("Panel, Foyer, 10.00", "Lunch, on the shelf", "Opening, Study, 10.05 to 10.35"):
            await desktop.get_by_role("button", name="Undo").click()
            await expect(desk.said).to_contain_text(f"Undone: {words}")
        await desktop.get_by_role("button", name="Redo").click()
        await expect(desk.said).to_contain_text("Done again: Opening, Study, 10.05 to 10.50")
        assert await desk.saved("Opening") == ("10:05", 45, [2])


async def test_by_keys(product: Product, desktop: Page) -> None:
    async with a_desk(product, desktop) as desk:
        keys = desktop.keyboard
        await desk.tile("Opening").focus()
        await keys.press("Enter")
        await expect(desk.said).to_contain_text("Picked up: Opening, Great hall, 9.00 to 9.30.")
        for key, words in (
            ("ArrowDown", "Opening, Great hall, 9.05 to 9.35"),
            ("ArrowRight", "Opening, Foyer, 9.05 to 9.35"),
            ("Shift+ArrowDown", "Opening, Foyer, 9.05 to 9.40"),
            ("PageDown", "Opening, Foyer, 10.05 to 10.40"),
        ):
            await keys.press(key)
            await expect(desk.said).to_have_text(words)
        await keys.press("Escape")
        await expect(desk.said).to_have_text("Put back: Opening, Great hall, 9.00 to 9.30.")
        for key in ("Enter", "ArrowDown", "ArrowRight", "Shift+ArrowDown", "Enter"):
            await keys.press(key)
        await expect(desk.said).to_have_text("Saved: Opening, Foyer, 9.05 to 9.40. It fits.")
        await expect(desk.tile("Opening")).to_be_focused()
        assert await desk.saved("Opening") == ("09:05", 35, [1])

        await keys.press("ArrowDown")
        await expect(desk.tile("Panel")).to_be_focused()
        await keys.press("s")
        await expect(desk.said).to_contain_text("Saved: Panel, on the shelf")
        await expect(desk.tile("Panel")).to_be_focused()
        await keys.press("Control+z")
        await expect(desk.said).to_contain_text("Undone: Panel, Foyer, 10.00 to 10.30")
        await keys.press("Control+Shift+z")
        await expect(desk.said).to_contain_text("Done again: Panel, on the shelf")
        await desk.tile("Panel").focus()
        for key in ("Enter", "ArrowUp", "Enter"):
            await keys.press(key)
        await expect(desk.said).to_contain_text("Saved: Panel, Foyer,")
        assert (await desk.saved("Panel"))[2] == [1]
        await desk.tile("Opening").focus()
        await keys.press("e")
        await desktop.wait_for_url(f"**{AGENDA}/sessions/{desk.sessions['Opening']}")
        await expect(desktop.get_by_label("Begins")).to_have_value("2037-03-10T09:05")


async def test_two_editors_and_a_server_that_is_away(product: Product, desktop: Page) -> None:
    async with a_desk(product, desktop) as desk:
        keys = desktop.keyboard
        await desk.change("Opening", starts_at="2037-03-10T14:00", title="Grand opening")
        await desk.tile("Opening").focus()
        for key in ("Enter", "ArrowDown", "Enter"):
            await keys.press(key)
        await expect(desk.said).to_have_text(
            "Somebody else changed this meanwhile. It is now: Grand opening, Great hall, 14.00 to 14.30. "
            "Your change was not saved."
        )
        assert await desk.saved("Opening") == ("14:00", 30, [0])
        for key in ("Enter", "ArrowDown", "Enter"):
            await keys.press(key)
        await expect(desk.said).to_contain_text("Saved: Grand opening, Great hall, 14.05 to 14.35.")

        product.stop()
        for key in ("Enter", "ArrowDown", "Enter"):
            await keys.press(key)
        await expect(desk.said).to_have_text(
            "Not saved: the server cannot be reached. It is back: Grand opening, Great hall, 14.05 to 14.35."
        )
        product.start()
        await desktop.get_by_role("button", name="Try again").click()
        await expect(desk.said).to_contain_text("Saved: Grand opening, Great hall, 14.10 to 14.40.")
        assert await desk.saved("Opening") == ("14:10", 30, [0])
        await desktop.context.clear_cookies()
        await desk.tile("Panel").focus()
        await keys.press("s")
        await expect(desk.said).to_contain_text("Not saved: you are signed out.")
        assert (await desk.saved("Panel"))[0] == "10:00"


async def test_by_finger(product: Product, phone: Page) -> None:
    async with a_desk(product, phone) as desk:
        finger = await phone.context.new_cdp_session(phone)

        async def touch(kind: str, *points: tuple[float, float]) -> None:
            places = [{"x": x, "y": y} for x, y in points]
            await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

        opening = await desk.box(desk.tile("Opening"))
        x, y = opening["x"] + 30, opening["y"] + 25
        await touch("touchStart", (x, y))
        await expect(desk.tile("Opening")).to_have_class(re.compile("is-lifted"))
        for down in (10, 30, 20 * MINUTE_PX):
            await touch("touchMove", (x, y + down))
        await touch("touchEnd")
        await expect(desk.said).to_contain_text("Saved: Opening, Great hall, 9.20 to 9.50.")
        assert await desk.saved("Opening") == ("09:20", 30, [0])

        # A finger that moves at once scrolls, and moves nothing.
        before = await phone.evaluate("scrollY + document.querySelector('.grid-box').scrollTop")
        opening = await desk.box(phone.locator(".grid__times"))
        x, y = opening["x"] + 20, (await desk.box(desk.tile("Opening")))["y"] + 20
        await touch("touchStart", (x, y))
        for up in (20, 60, 120):
            await touch("touchMove", (x, y - up))
        await touch("touchEnd")
        await phone.wait_for_function(
            "before => scrollY + document.querySelector('.grid-box').scrollTop > before", arg=before
        )
        # A tap chooses; the bar leads on.
        await desk.tile("Opening").tap()
        await phone.get_by_role("button", name="To the shelf").tap()
        await expect(desk.said).to_contain_text("Saved: Opening, on the shelf, 30 minutes.")
        assert (await desk.saved("Opening"))[0] is None
