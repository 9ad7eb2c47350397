"""An agenda as people live it: built, released, moved and called off in a browser, and followed by everybody's calendar."""

import re
from collections.abc import Callable
from pathlib import Path

from lxml import etree
from playwright.async_api import Page, expect

from tests.feeds.forms import check_json, check_xml
from tests.journeys.agenda_given import (
    SUMMER_SUMMIT,
    Desk,
    Sent,
    Shown,
    at,
    calendar_messages,
    followed,
    link_in,
    mailed,
    register,
    titles_by_uid,
)
from tests.journeys.given import Organiser
from tests.services.product import Product

SCHEDULE = Path(__file__).parents[1] / "agenda" / "schedules" / "frab.xml"
ASTRID, BO, ASA = "astrid@example.org", "bo@example.org", "asa@example.org"
OPENING, WORKSHOP, WALK = "Opening of the summit", "Safe squares", "Walk through the night"


async def test_everybody_is_told_of_what_concerns_them_once(
    server: Callable[..., Product], desktop: Page, phone: Page
) -> None:
    product = server()
    async with Organiser(product) as organiser:
        await organiser.publish(**SUMMER_SUMMIT)
        desk = Desk(desktop, product.base_url)
        await desk.sign_in(product)
        await build(desk)
        assert await desk.preview() == figures(3, speakers=2, participants=0) | {
            OPENING: "1 speaker",
            WORKSHOP: "1 speaker",
            WALK: "1 speaker",
        }
        await desk.release(1)

        await take_part(phone, product.base_url, organiser)
        ids = {title: uid.removeprefix("session-") for uid, title in (await titles_by_uid(organiser)).items()}
        jon = await register(organiser, "Jon Berg", session_ids=[ids[WALK]])
        una = await register(organiser, "Una Ek")

        await desk.open("/agenda")
        await desk.carry(WORKSHOP, "13:05")
        await expect(desk.said).to_have_text(f"Saved: {WORKSHOP}, Studio, 13.05 to 14.05. It fits.")
        assert await desk.preview() == figures(1, speakers=1, participants=1) | {WORKSHOP: "1 speaker, 1 participant"}
        await desk.release(2)

        await call_off(desk, WALK)
        assert await desk.preview() == figures(1, speakers=1, participants=1) | {WALK: "1 speaker, 1 participant"}
        await desk.release(3)
        assert await desk.preview() == {}

        # What was told before is not told again; the newcomer's letter comes after all that would be.
        product.stop()
        product.start()
        eva = await register(organiser, "Eva Lund")
        titles = await titles_by_uid(organiser)
        letters = await mailed(organiser, 13)
        starts, before, now, walk = at("09:00"), at("11:30"), at("13:05"), at("15:00")
        assert calendar_messages(letters, titles) == sorted(
            [
                Sent(ASTRID, WORKSHOP, 0, "REQUEST", before),
                Sent(ASTRID, WORKSHOP, 1, "REQUEST", now),
                Sent(ASTRID, WALK, 0, "REQUEST", walk),
                Sent(ASTRID, WALK, 1, "CANCEL", walk),
                Sent(BO, OPENING, 0, "REQUEST", at("09:30")),
                Sent(ASA, "the summit", 0, "REQUEST", starts),
                Sent(ASA, WORKSHOP, 0, "REQUEST", before),
                Sent(ASA, WORKSHOP, 1, "REQUEST", now),
                Sent(jon, "the summit", 0, "REQUEST", starts),
                Sent(jon, WALK, 0, "REQUEST", walk),
                Sent(jon, WALK, 1, "CANCEL", walk),
                Sent(una, "the summit", 0, "REQUEST", starts),
                Sent(eva, "the summit", 0, "REQUEST", starts),
            ]
        )

        await phone.goto(f"{product.base_url}/my/registration")
        own = await phone.get_by_role("link", name="Follow my calendar").get_attribute("href")
        assert own is not None and "/my/calendar/" in own and own.endswith(".ics")
        assert await followed(organiser.http, own, titles) == {
            "the summit": Shown(0, starts, "CONFIRMED"),
            WORKSHOP: Shown(1, now, "CONFIRMED"),
        }
        assert await followed(organiser.http, "/events/summit/calendar.ics", titles) == {
            "the summit": Shown(0, starts, "CONFIRMED"),
            OPENING: Shown(0, at("09:30"), "CONFIRMED"),
            WORKSHOP: Shown(1, now, "CONFIRMED"),
            WALK: Shown(1, walk, "CANCELLED"),
        }


async def test_a_speaker_answers_each_session_on_a_phone(
    server: Callable[..., Product], desktop: Page, phone: Page
) -> None:
    product = server()
    async with Organiser(product) as organiser:
        await organiser.publish(**SUMMER_SUMMIT)
        desk = Desk(desktop, product.base_url)
        await desk.sign_in(product)
        await three_sessions(organiser)
        await desk.open("/speakers")
        await desktop.get_by_role("button", name="Ask 1 person").click()

        letter = await organiser.mail(ASTRID, "Will you take part")
        await phone.goto(link_in(letter, "/speaking"))
        await expect(phone.get_by_text("we wait for your answers to 3 sessions")).to_be_visible()
        await answer(phone, "Confirm", OPENING)
        await answer(phone, "Decline", WALK)
        await answer(phone, "Confirm", WORKSHOP)
        await expect(phone.get_by_text("All is answered")).to_be_visible()

        titles = await titles_by_uid(organiser)
        assert calendar_messages(await mailed(organiser, 5), titles) == sorted(
            [
                Sent(ASTRID, OPENING, 0, "REQUEST", at("09:30")),
                Sent(ASTRID, WORKSHOP, 0, "REQUEST", at("11:30")),
                Sent(ASTRID, WALK, 0, "REQUEST", at("15:00")),
                Sent(ASTRID, WALK, 1, "CANCEL", at("15:00")),
            ]
        )
        own = await phone.get_by_role("link", name="Follow my calendar").get_attribute("href")
        assert own is not None
        assert await followed(organiser.http, own, titles) == {
            OPENING: Shown(0, at("09:30"), "CONFIRMED"),
            WORKSHOP: Shown(0, at("11:30"), "CONFIRMED"),
        }
        await desk.open("/speakers")
        await expect(desktop.get_by_role("row").filter(has_text="Astrid Holm")).to_contain_text("Confirmed")


async def test_an_imported_schedule_is_released_exported_and_imported_again(
    server: Callable[..., Product], desktop: Page, tmp_path: Path
) -> None:
    product = server()
    async with Organiser(product) as organiser:
        await organiser.publish(**SUMMER_SUMMIT | {"starts_at": "2037-03-10T09:00", "ends_at": "2037-03-11T17:00"})
        desk = Desk(desktop, product.base_url)
        await desk.sign_in(product)
        await choose_schedule(desk, SCHEDULE)
        await expect(desktop.get_by_text("Nothing has been changed yet.")).to_be_visible()
        await desktop.get_by_role("button", name="Import into the draft").click()
        await desktop.wait_for_url("**/agenda?done=imported")
        await desk.preview()
        await desk.release(1)

        titles = ["Light the square", "Walk through the night", "Coffee"]
        await desktop.goto(f"{product.base_url}/events/summit/agenda?view=list&day=all")
        assert await desktop.locator(".session-card__title").all_inner_texts() == titles
        xml = (await organiser.http.get("/events/summit/schedule.xml")).content
        assert [event.findtext("title") for event in check_xml(xml).iter("event")] == titles
        conference = check_json((await organiser.http.get("/events/summit/schedule.json")).json())
        found = [one["title"] for day in conference["days"] for room in day["rooms"].values() for one in room]
        assert sorted(found) == sorted(titles)

        exported = tmp_path / "exported.xml"
        exported.write_bytes(xml)
        for schedule in (SCHEDULE, exported):
            await choose_schedule(desk, schedule)
            await expect(desktop.get_by_text("Everything is up to date.")).to_be_visible()
            await expect(desktop.get_by_role("button", name="Import into the draft")).to_be_hidden()
        await desk.open("/releases/new")
        await expect(desktop.get_by_text("Nothing to release")).to_be_visible()
        assert etree.fromstring(xml).findtext("conference/time_zone_name") == "Europe/Copenhagen"


async def build(desk: Desk) -> None:
    """Two rooms, a track, two speakers and three sessions: one placed by mouse, two by keys."""
    await desk.add_place("room", "Great hall", capacity="200")
    await desk.add_place("room", "Studio", capacity="20")
    await desk.add_place("track", "Public space")
    await desk.add_speaker("Astrid Holm", ASTRID, state="confirmed")
    await desk.add_speaker("Bo Ek", BO, state="confirmed")
    await desk.add_session(OPENING, "Bo Ek")
    await desk.drag(OPENING, "09:30", column=0)
    await expect(desk.said).to_have_text(f"Saved: {OPENING}, Great hall, 9.30 to 10.30. It fits.")
    await desk.add_session(WORKSHOP, "Astrid Holm", capacity=12, track="Public space")
    await desk.carry(WORKSHOP, "11:30", across=1)
    await expect(desk.said).to_have_text(f"Saved: {WORKSHOP}, Studio, 11.30 to 12.30. It fits.")
    await desk.add_session(WALK, "Astrid Holm", capacity=12)
    await desk.carry(WALK, "15:00")
    await expect(desk.said).to_have_text(f"Saved: {WALK}, Great hall, 15.00 to 16.00. It fits.")


async def three_sessions(organiser: Organiser) -> None:
    """Released, each with the same speaker, who was not asked yet."""
    body = {"name": "Astrid Holm", "email": ASTRID}
    speaker = await organiser.ask("POST", "/events/summit/speakers", body, status=201)
    for title, clock in ((OPENING, "09:30"), (WORKSHOP, "11:30"), (WALK, "15:00")):
        session = {"title": title, "starts_at": f"2037-06-10T{clock}", "speakers": [{"speaker_id": speaker["id"]}]}
        await organiser.ask("POST", "/events/summit/sessions", session, status=201)
    await organiser.ask("POST", "/events/summit/agenda/release", {"note": ""}, status=201)


async def take_part(page: Page, base_url: str, organiser: Organiser) -> None:
    """Register on the public pages, open one's own by the letter, and sign up for the workshop from the agenda."""
    await page.goto(f"{base_url}/events/summit/register")
    await page.get_by_label("Name", exact=False).first.fill("Åsa Þórsdóttir")
    await page.get_by_label("Mail address").fill(ASA)
    await page.get_by_label("You take part as").select_option("practitioner")
    await page.locator("input[type=checkbox][required]").check()
    await page.get_by_role("button", name="Register").click()
    await expect(page.get_by_text("What happens next")).to_be_visible()
    await page.goto(link_in(await organiser.mail(ASA, "You have a seat"), "/my"))
    await expect(page.get_by_text("Your seat is confirmed")).to_be_visible()
    await page.goto(f"{base_url}/events/summit/agenda?view=list")
    await page.get_by_role("link", name=WORKSHOP).click()
    await expect(page.get_by_role("link", name="Public space")).to_be_visible()
    await expect(page.get_by_text("0 of 12 places taken")).to_be_visible()
    await page.get_by_role("button", name=re.compile("^Sign up")).click()
    await expect(page.get_by_text("You have a place").first).to_be_visible()


async def call_off(desk: Desk, title: str) -> None:
    """By the session's form, which the editor opens."""
    await desk.open("/agenda")
    await desk.tile(title).focus()
    await desk.page.keyboard.press("e")
    await desk.page.wait_for_url("**/agenda/sessions/*")
    await desk.page.get_by_label("Cancelled: shown as such by the next release").check()
    await desk.page.get_by_role("button", name="Save").click()
    await expect(desk.tile(title)).to_contain_text("Cancelled")


async def answer(page: Page, says: str, title: str) -> None:
    """Yes or no to one session on the speaker's own page."""
    await page.get_by_role("button", name=f"{says} {title}").tap()
    slot = page.locator(".slot").filter(has_text=title)
    await expect(slot.locator(".chip, .status").nth(1)).to_have_text(
        {"Confirm": "Confirmed", "Decline": "Declined"}[says]
    )


async def choose_schedule(desk: Desk, schedule: Path) -> None:
    await desk.open("/agenda/import")
    await desk.page.get_by_label("The file").set_input_files(schedule)
    await desk.page.get_by_role("button", name="See what would change").click()


def figures(changes: int, *, speakers: int, participants: int) -> dict[str, str]:
    """As the preview of a release shows them."""
    return {
        "Changes": str(changes),
        "Speakers who get a letter": str(speakers),
        "Participants who get a letter": str(participants),
    }
