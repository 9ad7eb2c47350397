"""What the six situations share: people who live them on their phones, and what their mail and their pages say."""

import re
import smtplib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, Page, expect

from events_service import database
from events_service.directory.actions import add_cities, add_contacts
from events_service.directory.rules import City, Contact, Group
from tests.conftest import settings_for
from tests.journeys.agenda_given import PASSWORD, followed, link_in
from tests.journeys.given import Organiser, invite_in
from tests.replies.samples import Answering, gmail
from tests.services.chromium import PHONE

UNA, JON, ASA, EVA = "una.ek@example.org", "jon.berg@example.org", "asa@example.org", "eva.lund@example.org"
RESERVE = ("first@example.org", "second@example.org", "third@example.org")
SOLVEIG = "solveig@tromso.example"
TROMSO = {"city": "Tromsø", "seats": 2, "coordinator_email": SOLVEIG, "coordinator_name": "Solveig Nilsen"}
MEET = "https://meet.alliance.example/members"
MEMBERS_MEETING: dict[str, Any] = {
    "title": "Members' meeting",
    "kind": "city_meeting",
    "format": "online",
    "visibility": "members",
    "venue": None,
    "join_url": MEET,
    "registration": {"mode": "approval", "capacity": None, "online_capacity": 20},
}
SPARRING_DAY: dict[str, Any] = {
    "slug": "sparring",
    "title": "A day of sparring",
    "kind": "workshop",
    "format": "online",
    "starts_at": "2037-06-10T09:00",
    "ends_at": "2037-06-10T17:00",
    "venue": None,
    "join_url": "https://meet.alliance.example/sparring",
    "registration": {"mode": "open", "capacity": None, "online_capacity": 40},
}
# All share a name that stands in their addresses and at their workplace too: it is looked for everywhere.
ALIASES = {
    "Una Lindqvist": "Heron 1",
    "Jon Lindqvist": "Heron 2",
    "Eva Lindqvist": "Heron 3",
    "Asa Lindqvist": "Heron 4",
}
CLOSED_MEETING: dict[str, Any] = {
    "slug": "four-at-a-table",
    "title": "Four at a table",
    "kind": "city_meeting",
    "visibility": "invited",
    "venue": {
        "name": "The Boathouse",
        "address": "Eksempelstien 4",
        "city": "Oslo",
        "country": "NO",
        "disclosure": "registered",
    },
    "registration": {"mode": "invitation", "capacity": 4, "waitlist": False},
}
TASK_FORCE: dict[str, Any] = {
    "slug": "task-force",
    "title": "Task force",
    "kind": "task_force",
    "starts_at": "2037-06-10T09:00",
    "ends_at": "2037-06-10T17:00",
    "visibility": "invited",
    "registration": {"mode": "invitation", "capacity": 5, "waitlist": False},
}


@asynccontextmanager
async def a_phone(browser: Browser) -> AsyncIterator[Page]:
    """Somebody else's phone: nothing is open on it yet."""
    async with await browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True) as context:
        yield await context.new_page()


async def fill_in(page: Page, name: str, email: str = "", *, press: str = "Register") -> None:
    """The public form, up to the page that says what happens next; without an address where one came in with it."""
    await page.get_by_label("Name", exact=False).first.fill(name)
    if email:
        await page.get_by_label("Mail address").fill(email)
    await page.get_by_label("You take part as").select_option("practitioner")
    await page.locator("input[type=checkbox][required]").check()
    await page.get_by_role("button", name=press).click()
    await expect(page.get_by_text("What happens next")).to_be_visible()


async def open_own_page(page: Page, letter: EmailMessage) -> None:
    """One's own page, by the link in the letter."""
    await page.goto(link_in(letter, "/my"))
    await page.wait_for_url("**/my/registration")


async def cancel(page: Page) -> None:
    """From one's own page."""
    await page.get_by_role("link", name="Cancel my registration").click()
    await page.get_by_role("button", name="Cancel my registration").click()
    await expect(page.get_by_text("Your registration is cancelled").first).to_be_visible()


async def statuses(organiser: Organiser, slug: str) -> dict[str, tuple[str, int | None]]:
    """Name → status and place in line, of everybody registered."""
    listed = (await organiser.ask("GET", f"/events/{slug}/registrations"))["items"]
    return {one["name"]: (one["status"], one["waitlist_position"]) for one in listed}


def calendar_of(letter: EmailMessage) -> tuple[str, str, int]:
    """UID, METHOD and SEQUENCE of the invite in it."""
    invite = invite_in(letter)
    return str(invite["UID"]), str(invite["X-METHOD"]), int(str(invite["SEQUENCE"]))


def tomorrow(clock: str, zone: str = "Europe/Copenhagen") -> str:
    """That time on the wall of the day after today."""
    return f"{(datetime.now(UTC) + timedelta(days=1)).astimezone(ZoneInfo(zone)):%Y-%m-%d}T{clock}"


async def know_members(database_url: str, folder: Path, people: Mapping[str, str]) -> None:
    """Put people of a member city into the directory, by name and address, before the product is started on it."""
    database.connect(settings_for(database_url, folder))
    await add_cities([City("malmo", "Malmö", "SE", "Europe/Stockholm", member=True)])
    await add_contacts(
        Contact(name, address, "", "practitioner", Group.PARTNER, None, "malmo", "en")
        for name, address in people.items()
    )
    await database.disconnect()


async def enter_as_member(page: Page, organiser: Organiser, email: str) -> None:
    """From the public pages to the members' events, by a link asked for by mail."""
    await page.goto(f"{organiser.product.base_url}/members")
    await page.get_by_label("Mail address").fill(email)
    await page.get_by_role("button", name="Send me the link").click()
    await expect(page.get_by_role("status")).to_be_visible()
    await page.goto(link_in(await organiser.mail(email, "The members' events"), "/members"))
    await page.wait_for_url("**/members/events")


async def sign_in(page: Page, organiser: Organiser, role: str) -> None:
    """In the back office, as a new colleague with that role."""
    address, product = f"{role}@alliance.example", organiser.product
    product.command("user", "add", address, "--role", role, "--password", PASSWORD)
    await page.goto(f"{product.base_url}/sign-in")
    await page.get_by_label("Mail address").fill(address)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/office")


async def decide(page: Page, says: str, *names: str, reason: str = "") -> None:
    """On the queue: tick these people and press that button."""
    for name in names:
        await page.get_by_role("checkbox", name=name).check()
    await page.get_by_label("Reason").fill(reason)
    await page.get_by_role("button", name=says).click()


async def a_released_session(organiser: Organiser) -> str:
    """The id of an hour of the sparring day that takes one person."""
    body = {
        "title": "A threat in a chat",
        "starts_at": "2037-06-10T10:00",
        "minutes": 60,
        "signup": True,
        "capacity": 1,
    }
    session = await organiser.ask("POST", "/events/sparring/sessions", body, status=201)
    await organiser.ask("POST", "/events/sparring/agenda/release", {"note": ""}, status=201)
    return str(session["id"])


async def press(page: Page, says: str) -> None:
    """The button of the session that says so."""
    await page.get_by_role("button", name=re.compile(f"^{says}.*A threat in a chat")).click()


async def shown_in(organiser: Organiser, feed: str, titles: dict[str, str]) -> list[str]:
    """How the session stands in that calendar, if it does."""
    found = await followed(organiser.http, feed, titles)
    assert found["the summit"].status == "CONFIRMED"
    return [one.status for title, one in found.items() if title == "A threat in a chat"]


async def feed_of(page: Page, base_url: str) -> str:
    """The address of one's own calendar; the sessions are before us again afterwards."""
    await page.goto(f"{base_url}/my/registration")
    own = await page.get_by_role("link", name="Follow my calendar").get_attribute("href")
    assert own is not None
    await page.goto(f"{base_url}/my/sessions")
    return own


async def registered_by_hand(organiser: Organiser, slug: str, name: str) -> str:
    """The id of somebody whom an organiser gave a seat, once they have their letter."""
    body = {"name": name, "email": f"{name.split()[0].lower()}@lindqvist.example", "organisation": "Lindqvist & Co"}
    done = await organiser.ask("POST", f"/events/{slug}/registrations", body, status=201)
    await organiser.mail(body["email"], "You have a seat")
    return str(done["id"])


def known_in(text: str) -> list[str]:
    """Whose name or address can be read in it."""
    return [name for name in ALIASES if name in text or "lindqvist" in text.casefold()]


async def invite(organiser: Organiser, *addresses: str, reserve: bool = False, minutes: float = 60) -> None:
    """To the task force, with so many minutes to answer."""
    lapses_at = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
    people = [{"name": one.partition("@")[0].title(), "email": one} for one in addresses]
    body = {"people": people, "reserve": reserve, "lapses_at": lapses_at}
    sent = await organiser.ask("POST", "/events/task-force/invitations", body, status=201)
    assert sent["created"] == len(addresses)


async def invitations(organiser: Organiser) -> dict[str, str]:
    """Address → how far the invitation has come."""
    listed = await organiser.ask("GET", "/events/task-force/invitations")
    return {one["email"]: one["state"] for one in listed["items"]}


async def open_invitation(page: Page, organiser: Organiser, email: str) -> None:
    """By the link in the letter."""
    await page.goto(link_in(await organiser.mail(email, "You are invited"), "/invited"))
    await page.wait_for_url("**/invited/answer")


def reply(seat: EmailMessage, partstat: str, *, to: str, port: int) -> None:
    """Answer the invite in that letter as Gmail does, by way of a mail server that speaks LMTP to the product."""
    invite, now = invite_in(seat), datetime.now(UTC).replace(microsecond=0)
    organizer = str(invite["ORGANIZER"]).removeprefix("mailto:")
    mail = gmail(
        Answering(
            str(invite["UID"]), organizer, to, partstat=partstat, sequence=int(str(invite["SEQUENCE"])), stamp=now
        )
    )
    with smtplib.LMTP("127.0.0.1", port) as server:
        server.sendmail(to, [organizer], mail)
