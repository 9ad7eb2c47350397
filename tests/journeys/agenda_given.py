"""What the agenda's journeys share: an organiser's desk, and calendars as two independent readers understand them."""

import re
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import httpx
import vobject
from icalendar import Calendar
from playwright.async_api import FloatRect, Locator, Page, expect

from tests.agenda.given import SUMMIT
from tests.journeys.given import MAIL_SECONDS, Organiser, letters_in, text_in
from tests.services.product import Product

# In June, so that who forgets about summer time is an hour late.
SUMMER_SUMMIT: dict[str, Any] = SUMMIT | {"starts_at": "2037-06-10T09:00", "ends_at": "2037-06-10T17:00"}
OFFICE = "/office/events/summit"
PASSWORD = "kelp lantern Orsted 9"
MINUTES_OF_A_DAY = 24 * 60


def at(clock: str) -> datetime:
    """That time on the wall in Copenhagen on the day of the summit, in UTC."""
    return datetime.fromisoformat(f"2037-06-10T{clock}+02:00").astimezone(UTC)


@dataclass(frozen=True, order=True)
class Sent:
    """A calendar message in somebody's mail; `uid` is the title where the test knows it, `starts` is in UTC."""

    to: str
    uid: str
    sequence: int
    method: str
    starts: datetime


@dataclass(frozen=True)
class Shown:
    """An entry of a calendar that is followed by its address; `starts` is in UTC."""

    sequence: int
    starts: datetime
    status: str


@dataclass
class Desk:
    """A browser in which an organiser of the summit is signed in."""

    page: Page
    base_url: str

    async def sign_in(self, product: Product) -> None:
        product.command("user", "add", "organiser@alliance.example", "--role", "organiser", "--password", PASSWORD)
        await self.page.goto(f"{self.base_url}/sign-in")
        await self.page.get_by_label("Mail address").fill("organiser@alliance.example")
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.page.get_by_role("button", name="Sign in").click()
        await self.page.wait_for_url("**/office")

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.base_url}{OFFICE}{path}")

    async def add_place(self, kind: str, name: str, **more: str) -> None:
        """A room or a track, from the agenda's page; `more` by the fields' names."""
        await self.open("/agenda")
        await self.page.get_by_role("link", name=f"Add a {kind}").click()
        for field, text in {"name": name, **more}.items():
            await self.page.locator(f"[name='{field}']").fill(text)
        await self.page.get_by_role("button", name="Save").click()
        await expect(self.page.get_by_role("link", name=name, exact=True)).to_be_visible()

    async def add_speaker(self, name: str, address: str, *, state: str) -> None:
        await self.open("/speakers")
        await self.page.get_by_role("link", name="Add a speaker").click()
        await self.page.get_by_label("Name", exact=True).fill(name)
        await self.page.get_by_label("Mail address").fill(address)
        await self.page.locator("select[name=state]").select_option(state)
        await self.page.get_by_role("button", name="Add to the roster").click()
        await expect(self.page.get_by_role("heading", name=name, level=1)).to_be_visible()

    async def add_session(self, title: str, speaker: str, *, capacity: int | None = None, track: str = "") -> None:
        """A session of an hour on the shelf; with a capacity, one that people sign up for."""
        page = self.page
        await self.open("/agenda")
        await page.get_by_role("link", name="Add a session").click()
        await page.get_by_label("Title", exact=True).fill(title)
        await page.locator("[name=minutes]").fill("60")
        await page.locator("[name='speakers.0.who']").fill(speaker)
        if track:
            await page.locator("[name=track_id]").select_option(label=track)
        if capacity is not None:
            await page.get_by_label("Participants sign up for this session").check()
            await page.locator("[name=capacity]").fill(str(capacity))
        # It is proposed as the day that was looked at; without a begin it lies on the shelf.
        await page.locator("[name=starts_at]").fill("")
        await page.get_by_role("button", name="Save").click()
        await expect(self.tile(title)).to_be_visible()

    def tile(self, title: str) -> Locator:
        return self.page.locator("button.tile").filter(has_text=title)

    async def drag(self, title: str, clock: str, *, column: int) -> None:
        """By mouse from the shelf to a time and a room; the grid is scrolled to where that is."""
        page = self.page
        canvas = await self._box(page.locator(".grid__canvas"))
        hours, minutes = map(int, clock.split(":"))
        below = canvas["height"] * (hours * 60 + minutes) / MINUTES_OF_A_DAY
        await page.locator(".grid-box").evaluate(
            "(box, below) => { box.scrollIntoView({block: 'center'}); box.scrollTop = below - 200; }", below
        )
        card, canvas = await self._box(self.tile(title)), await self._box(page.locator(".grid__canvas"))
        head = await self._box(page.locator(".grid__head").nth(column))
        await page.mouse.move(card["x"] + 20, card["y"] + 10)
        await page.mouse.down()
        await page.mouse.move(card["x"] + 30, card["y"] + 20)
        await page.mouse.move(head["x"] + head["width"] / 2, canvas["y"] + below + 2)
        await page.mouse.up()
        await expect(self.said).to_contain_text(f"Saved: {title}")

    async def carry(self, title: str, clock: str, *, across: int = 0) -> None:
        """By keys from where it lies to a time, and so many rooms to the right."""
        keys = self.page.keyboard
        await self.tile(title).focus()
        await keys.press("Enter")
        await expect(self.said).to_contain_text(f"Picked up: {title}")
        for _ in range(across):
            await keys.press("ArrowRight")
        spoken = re.search(r"(\d+)\.(\d\d) to ", await self.said.inner_text())
        assert spoken is not None
        hours, minutes = map(int, clock.split(":"))
        steps = (hours * 60 + minutes - int(spoken[1]) * 60 - int(spoken[2])) // 5
        for key, times in (("Page", abs(steps) // 12), ("Arrow", abs(steps) % 12)):
            for _ in range(times):
                await keys.press(key + ("Down" if steps > 0 else "Up"))
        await keys.press("Enter")
        await expect(self.said).to_contain_text(f"Saved: {title}")

    @property
    def said(self) -> Locator:
        return self.page.locator(".editor__said")

    async def preview(self) -> dict[str, str]:
        """What the preview of the next release says: how many changes, how many are told, and of each session who is."""
        await self.open("/releases/new")
        found = {}
        for figure in await self.page.locator(".figures > div").all():
            found[await figure.locator("dt").inner_text()] = await figure.locator("dd").inner_text()
        for line in await self.page.locator(".release-line").all():
            title = await line.locator(".change__title").inner_text()
            told = await line.locator(".release-line__told").inner_text()
            found[title] = told.removeprefix("Told:").strip()
        return found

    async def release(self, number: int) -> None:
        """Make the release that is looked at, and see everybody told."""
        await self.page.get_by_role("button", name=f"Make release {number}").click()
        await self.page.wait_for_url(f"**{OFFICE}/releases?*")
        told = self.page.locator(f"#release-{number}").get_by_text("Everybody was told")
        deadline = time.monotonic() + MAIL_SECONDS
        while not await told.is_visible():
            assert time.monotonic() < deadline, f"release {number} is not told of within {MAIL_SECONDS} s"
            await self.page.wait_for_timeout(250)
            await self.open("/releases")

    async def _box(self, where: Locator) -> FloatRect:
        box = await where.bounding_box()
        assert box is not None
        return box


async def register(organiser: Organiser, name: str, **more: Any) -> str:
    """Their address; `more` as in the API."""
    address = f"{name.split()[0].lower()}@example.org"
    body = {"name": name, "email": address, "category": "practitioner", "consent": True, **more}
    await organiser.ask("POST", "/events/summit/registrations", body, status=201)
    return address


async def titles_by_uid(organiser: Organiser, slug: str = "summit") -> dict[str, str]:
    """The sessions' UIDs without what follows the id, and their titles."""
    listed = (await organiser.ask("GET", f"/events/{slug}/sessions"))["items"]
    return {f"session-{one['id']}": one["title"] for one in listed}


async def mailed(organiser: Organiser, letters: int) -> list[EmailMessage]:
    """All there is in the spool, once it is so many letters. More are a failure."""
    found = await organiser.letters(lambda: letters_in(organiser.product.spool), count=letters)
    assert len(found) == letters, [(letter["To"], letter["Subject"]) for letter in found]
    return found


def calendar_messages(letters: Collection[EmailMessage], titles: dict[str, str]) -> list[Sent]:
    """Every calendar message of these letters, in the order of people, sessions and revisions."""
    return sorted(message for letter in letters if (message := _message_in(letter, titles)) is not None)


def _message_in(letter: EmailMessage, titles: dict[str, str]) -> Sent | None:
    """As both readers agree on it; sent to the one attendee, from the organiser, with the file attached once more."""
    parts = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return None
    (part,) = parts
    ics = part.get_payload(decode=True)
    assert isinstance(ics, bytes)
    (attached,) = [one for one in letter.walk() if one.get_content_type() == "application/ics"]
    assert attached.get_payload(decode=True) == ics

    calendar, other = Calendar.from_ical(ics), vobject.readOne(ics.decode())
    (event,), (same,) = calendar.walk("VEVENT"), other.vevent_list
    read = (str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"]), str(event["ATTENDEE"]), _starts(event))
    assert read == (
        other.method.value,
        same.uid.value,
        int(same.sequence.value),
        same.attendee.value,
        same.dtstart.value.astimezone(UTC),
    )
    method, uid, sequence, attendee, starts = read
    assert part.get_param("method") == method
    to = attendee.removeprefix("mailto:")
    assert [one.addr_spec for one in letter["To"].addresses] == [to]
    assert str(event["ORGANIZER"]) == same.organizer.value == f"mailto:{letter['From'].addresses[0].addr_spec}"
    return Sent(to, titles.get(uid.partition("@")[0], "the summit"), sequence, method, starts)


async def followed(http: httpx.AsyncClient, address: str, titles: dict[str, str]) -> dict[str, Shown]:
    """The entries of a calendar by title, as both readers agree on them."""
    answer = await http.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    calendar, other = Calendar.from_ical(answer.content), vobject.readOne(answer.text)
    found = {str(one["UID"]): (int(one["SEQUENCE"]), _starts(one)) for one in calendar.walk("VEVENT")}
    assert found == {
        one.uid.value: (int(one.sequence.value), one.dtstart.value.astimezone(UTC)) for one in other.vevent_list
    }
    statuses = {str(one["UID"]): str(one.get("STATUS", "")) for one in calendar.walk("VEVENT")}
    return {
        titles.get(uid.partition("@")[0], "the summit"): Shown(sequence, starts, statuses[uid])
        for uid, (sequence, starts) in found.items()
    }


def _starts(event: Any) -> datetime:
    begins: datetime = event["DTSTART"].dt
    return begins.astimezone(UTC)


def link_in(letter: EmailMessage, path: str) -> str:
    """The address of that page in the letter, with the secret behind its #."""
    found = re.search(rf"https?://\S+{re.escape(path)}#\S+", text_in(letter))
    assert found is not None, text_in(letter)
    return found.group()
