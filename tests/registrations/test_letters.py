"""Letters to participants as they go out: badge, invite, links, words."""

import io

import pytest
import vobject
import zxingcpp
from icalendar import Calendar
from PIL import Image

from events_service import settings
from events_service.events import actions as event_actions
from events_service.events.drafts import EventChange
from events_service.outbox.rules import PostedLetter
from events_service.registrations import actions
from events_service.registrations.announcing import announce_changes
from events_service.registrations.badge_tokens import badge_digest
from events_service.registrations.badges import badges_of
from events_service.registrations.queries import registration_by_code
from events_service.registrations.secrets import reply_token
from events_service.web.bodies import read_values
from tests.registrations.given import (
    JOIN_URL,
    an_event,
    letter_kinds,
    letters,
    mail_of,
    page_code_of,
    parts_of,
    person,
    register,
)

pytestmark = pytest.mark.usefixtures("database")
ADDRESS = "asa@malmo.example"


async def move(slug: str = "guide-launch", **more: object) -> None:
    await event_actions.edit_event(slug, read_values(EventChange, more, from_text=False))
    await announce_changes()


async def invite_in(letter: PostedLetter) -> tuple[str, int, str]:
    """METHOD, SEQUENCE and local start of the letter's invite, as two independent readers agree."""
    ics = parts_of(await mail_of(letter)).ics
    assert ics is not None
    calendar = Calendar.from_ical(ics)
    (event,) = calendar.walk("VEVENT")
    other = vobject.readOne(ics.decode())
    assert other.vevent.sequence.value == str(int(event["SEQUENCE"]))
    assert other.method.value == str(calendar["METHOD"])
    assert other.vevent.uid.value == str(event["UID"])
    return str(calendar["METHOD"]), int(event["SEQUENCE"]), f"{event['DTSTART'].dt:%Y-%m-%dT%H:%M}"


async def test_the_code_in_the_picture_is_the_badge() -> None:
    event = await an_event()
    who = await person(await register())
    (letter,) = await letters()
    parts = parts_of(await mail_of(letter))
    assert parts.picture is not None
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(parts.picture)))
    assert found.text == (await badges_of([who], event))[who.id]
    assert badge_digest(found.text) == who.badge_digest
    assert found.text in parts.text


async def test_the_letter_opens_the_persons_own_page_and_nobody_elses() -> None:
    await an_event()
    who = await person(await register())
    (letter,) = await letters()
    parts = parts_of(await mail_of(letter))
    code = page_code_of(who)
    assert f"{settings.current().base_url}/my#{code}" in parts.text
    assert code in parts.html
    assert (await registration_by_code(code.upper() + " ")).id == who.id


async def test_the_invite_comes_from_the_mailbox_that_takes_its_answers() -> None:
    event = await an_event()
    who = await person(await register())
    (letter,) = await letters()
    mail = await mail_of(letter)
    ics = parts_of(mail).ics
    assert ics is not None
    (entry,) = Calendar.from_ical(ics).walk("VEVENT")
    token = reply_token(who.id, secret_key=settings.current().secret_key)
    assert mail["From"].addresses[0].addr_spec == f"invites+{token}@localhost"
    assert entry["ORGANIZER"] == f"mailto:invites+{token}@localhost"
    assert entry["ATTENDEE"] == f"mailto:{ADDRESS}"
    assert (entry["UID"], entry["LOCATION"]) == (
        f"event-{event.id}@127.0.0.1",
        "City Hall, Rådhuspladsen 1, Copenhagen",
    )
    assert mail["To"].addresses[0].display_name == "Åsa Ðórsdóttir"
    assert mail["Reply-To"] is None


async def test_the_join_link_is_in_letters_to_confirmed_people_alone() -> None:
    await an_event(format="online", venue=None, join_url=JOIN_URL, terms={"capacity": 1})
    await register(1)
    await register(2)
    (confirmed,), (waiting,) = await letters("guest1@malmo.example"), await letters("guest2@malmo.example")
    told = parts_of(await mail_of(confirmed))
    assert told.text.index("/my/join#") < told.text.index(JOIN_URL)
    assert told.ics is not None
    invite = told.ics.replace(b"\r\n ", b"").decode()
    described = next(line for line in invite.splitlines() if line.startswith("DESCRIPTION:"))
    assert described.index("/my/join#") < described.index(JOIN_URL)
    # Programs that dial in by themselves, and rooms, need the meeting's own address.
    assert f":{JOIN_URL}" in next(line for line in invite.splitlines() if line.startswith("CONFERENCE"))
    parts = parts_of(await mail_of(waiting))
    assert JOIN_URL not in parts.text + parts.html and "/my/join" not in parts.text + parts.html
    assert (parts.ics, parts.picture) == (None, None)
    assert "You are number 1 on the waiting list" in parts.text


async def test_an_address_that_is_not_disclosed_goes_to_confirmed_people_alone() -> None:
    venue = {
        "name": "Safe House", "address": "Secret Street 9", "city": "Oslo", "country": "NO", "disclosure": "registered"
    }  # fmt: skip
    await an_event(venue=venue, terms={"capacity": 1})
    await register(1)
    await register(2)
    (confirmed,), (waiting,) = await letters("guest1@malmo.example"), await letters("guest2@malmo.example")
    assert "Secret Street 9" in parts_of(await mail_of(confirmed)).text
    parts = parts_of(await mail_of(waiting))
    assert "Secret" not in parts.text + parts.html and "Safe House" not in parts.text + parts.html


@pytest.mark.parametrize("language", ["en", "da", "sv", "nb", "fi", "is", "de"])
async def test_every_kind_of_letter_can_be_written_in_every_language(language: str) -> None:
    await an_event(terms={"capacity": 1})
    first = await register(1, language=language)
    await register(2, language=language)
    await register(1, language=language, name="Again")
    await move(starts_at="2037-03-08T12:00")
    await actions.cancel_registration(first.registration_id)
    await event_actions.cancel_event("guide-launch", reason="The hall is closed.")
    await announce_changes()
    written = [*await letters("guest1@malmo.example"), *await letters("guest2@malmo.example")]
    assert [letter.kind for letter in written] == [
        "confirmed", "already_registered", "event_changed", "cancelled", "waitlisted", "promoted", "event_cancelled"
    ]  # fmt: skip
    for letter in written:
        mail = await mail_of(letter)
        assert mail["Subject"] and "guide-launch" not in mail["Subject"]
        assert parts_of(mail).text.strip()


async def test_the_story_of_one_invite() -> None:
    """REQUEST 0 → moved → REQUEST 1 → cancelled → CANCEL 2 → registers again → REQUEST 3 → moved → REQUEST 4."""
    await an_event()
    outcome = await register()
    await move(starts_at="2037-03-08T12:00")
    await move(summary="Other words, the same time and place.")
    await actions.cancel_registration(outcome.registration_id)
    await move(starts_at="2037-03-08T12:30")
    await register()
    await move(starts_at="2037-03-08T13:00")
    story = [await invite_in(letter) for letter in await letters()]
    assert story == [
        ("REQUEST", 0, "2037-03-08T11:00"),
        ("REQUEST", 1, "2037-03-08T12:00"),
        ("CANCEL", 2, "2037-03-08T12:00"),
        ("REQUEST", 3, "2037-03-08T12:30"),
        ("REQUEST", 4, "2037-03-08T13:00"),
    ]


async def test_who_came_back_is_told_of_the_next_change_though_their_sequence_ran_ahead() -> None:
    await an_event()
    outcome = await register()
    await actions.cancel_registration(outcome.registration_id)
    await register()
    await actions.cancel_registration(outcome.registration_id)
    await register()
    await move(starts_at="2037-03-08T12:00")
    story = [(await invite_in(letter))[:2] for letter in await letters()]
    assert story == [
        ("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2), ("CANCEL", 3), ("REQUEST", 4), ("REQUEST", 5)
    ]  # fmt: skip


async def test_everyone_is_told_once_however_often_the_worker_runs() -> None:
    await an_event(terms={"capacity": 1})
    await register(1)
    await register(2)
    await move(starts_at="2037-03-08T12:00")
    assert await announce_changes() == 0
    assert await letter_kinds("guest1@malmo.example") == ["confirmed", "event_changed"]
    assert await letter_kinds("guest2@malmo.example") == ["waitlisted"]


async def test_an_event_called_off_leaves_the_calendars_of_all_and_nobody_gets_a_badge() -> None:
    await an_event(terms={"capacity": 1})
    seated = await register(1)
    await register(2)
    await event_actions.cancel_event("guide-launch", reason="The hall is closed.")
    await announce_changes()
    await announce_changes()
    assert await letter_kinds("guest2@malmo.example") == ["waitlisted", "event_cancelled"]
    _, told = await letters("guest1@malmo.example")
    parts = parts_of(await mail_of(told))
    assert parts.ics is not None
    (entry,) = Calendar.from_ical(parts.ics).walk("VEVENT")
    assert (Calendar.from_ical(parts.ics)["METHOD"], entry["STATUS"], entry["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert parts.picture is None
    assert "The hall is closed." in parts.text
    assert (await person(seated)).invite_withdrawn


async def test_who_came_back_to_the_waiting_list_is_told_that_the_event_is_off() -> None:
    await an_event(terms={"capacity": 1})
    outcome = await register(1)
    await register(2)
    await actions.cancel_registration(outcome.registration_id)
    await register(1)
    await event_actions.cancel_event("guide-launch")
    await announce_changes()
    assert (await letter_kinds("guest1@malmo.example"))[-1] == "event_cancelled"


async def test_more_places_move_the_line_up() -> None:
    await an_event(terms={"capacity": 1})
    for number in (1, 2, 3, 4):
        await register(number)
    await move(registration={"capacity": 3})
    assert [(await letter_kinds(f"guest{number}@malmo.example"))[-1] for number in (1, 2, 3, 4)] == [
        "confirmed", "promoted", "promoted", "waitlisted"
    ]  # fmt: skip


async def test_a_cancel_for_one_person_has_no_status_and_the_seats_next_owner_starts_at_the_events_sequence() -> None:
    await an_event(terms={"capacity": 1})
    await move(starts_at="2037-03-08T12:00")
    first = await register(1)
    await register(2)
    await actions.cancel_registration(first.registration_id)
    (_, cancelled), (_, promoted) = await letters("guest1@malmo.example"), await letters("guest2@malmo.example")
    ics = parts_of(await mail_of(cancelled)).ics
    assert ics is not None
    (entry,) = Calendar.from_ical(ics).walk("VEVENT")
    assert "STATUS" not in entry
    assert await invite_in(cancelled) == ("CANCEL", 2, "2037-03-08T12:00")
    assert await invite_in(promoted) == ("REQUEST", 1, "2037-03-08T12:00")


async def test_a_letter_written_later_says_what_was_true_when_it_was_posted() -> None:
    await an_event()
    await register()
    await move(starts_at="2037-03-08T12:00")
    first, second = await letters()
    assert [(await invite_in(letter))[2] for letter in (first, second)] == ["2037-03-08T11:00", "2037-03-08T12:00"]
    assert "11.00" in parts_of(await mail_of(first)).text
