"""Sessions in a person's own calendar: what they speak in, have a place in, wait for or marked, and nobody else's."""

from typing import Any

import icalendar
import pytest

from events_service.agenda import answers
from events_service.database import fetch, transaction
from events_service.events.actions import cancel_event
from events_service.events.queries import event_by_slug
from events_service.registrations import sign_ups
from events_service.registrations.actions import cancel_registration
from events_service.registrations.queries import Registration, registration_by_id
from events_service.registrations.secrets import feed_token, join_code
from events_service.registrations.stars import set_star
from events_service.settings import current as settings
from events_service.speakers.links import own_feed_url
from events_service.speakers.queries import speaker_by_id
from events_service.speakers.rules import Speaker, State
from tests.agenda.given import a_release, a_session, a_speaker, a_summit, change_session, change_speaker
from tests.feeds.given import EMBARGO_ENDS, at, entries, get
from tests.registrations.given import register
from tests.registrations.session_mail import ics_in, mail_of, posted

pytestmark = pytest.mark.usefixtures("database")
JOIN_URL = "https://meet.example.org/workshop"


async def a_guest(number: int = 1, **more: Any) -> Registration:
    return await registration_by_id((await register(number, slug="summit", **more)).registration_id)


def link(person: Registration) -> str:
    return f"/my/calendar/{feed_token(person.id, person.links_generation, secret_key=settings().secret_key)}.ics"


def link_of_speaker(speaker: Speaker) -> str:
    return own_feed_url(speaker.id, speaker.link_generation).removeprefix(settings().base_url)


async def sessions_in(path: str) -> dict[str, Any]:
    found = entries(await get(path))
    return {name: entry for name, entry in found.items() if str(entry["UID"]).startswith("session-")}


def shown(entry: Any) -> tuple[str, bool, bool]:
    """The status, whether the time stays free, and whether the join link is told."""
    told = JOIN_URL in str(entry.get("LOCATION", "")) and JOIN_URL in str(entry.get("CONFERENCE", ""))
    return str(entry["STATUS"]), str(entry.get("TRANSP", "")) == "TRANSPARENT", told


async def say(speaker: Speaker, session_id: str, state: State) -> None:
    event = await event_by_slug("summit")
    async with transaction() as tx:
        await answers.set_answers(tx, event, speaker.id, {session_id: state})


async def test_each_session_is_shown_as_what_it_is_to_the_person() -> None:
    await a_summit()
    me = await a_speaker("Guest One", email="guest1@malmo.example")
    hours = iter(range(9, 17))

    async def one(title: str, **more: Any) -> str:
        return (await a_session(title, f"2037-03-10T{next(hours):02}:00", join_url=JOIN_URL, **more)).id

    await one("Mine to speak in", speakers=[{"speaker_id": me.id}])
    held, waited = await one("Place", signup=True), await one("Waiting", signup=True, capacity=1)
    starred, both = await one("Star"), await one("Star and place", signup=True)
    await one("Nothing of mine")
    await a_release()
    person, other = await a_guest(1), await a_guest(2)
    await sign_ups.sign_up(other.id, waited)
    for session_id in (held, waited, both):
        await sign_ups.sign_up(person.id, session_id)
    for session_id in (starred, both):
        await set_star(person.id, session_id, True)
    found = await sessions_in(link(person))
    assert {name: shown(entry) for name, entry in found.items()} == {
        "Mine to speak in": ("CONFIRMED", False, True),
        "Place": ("CONFIRMED", False, True),
        "Waiting": ("TENTATIVE", False, False),
        "Star": ("CONFIRMED", True, False),
        "Star and place": ("CONFIRMED", False, True),
    }
    assert {name: shown(entry) for name, entry in (await sessions_in(link(other))).items()} == {
        "Waiting": ("CONFIRMED", False, True)
    }
    text = b"".join((await get(link(person))).content.split(b"\r\n ")).decode()
    assert [word for word in ("guest2", "Guest 2", other.id, "guest1@", "ATTENDEE", "ORGANIZER") if word in text] == []


def led_to(entry: Any) -> str:
    """The join page an entry leads to, as its path and code."""
    _, found, after = str(entry["DESCRIPTION"]).partition("/my/join#")
    return after.split()[0] if found else ""


async def test_a_session_with_a_meeting_leads_who_has_a_place_or_a_part_to_its_own_join_page() -> None:
    await a_summit()
    me = await a_speaker("Guest One", email="guest1@malmo.example")
    mine = await a_session("Mine", join_url=JOIN_URL, speakers=[{"speaker_id": me.id}])
    held = await a_session("Place", "2037-03-10T11:00", join_url=JOIN_URL, signup=True)
    starred = await a_session("Star", "2037-03-10T12:00", join_url=JOIN_URL)
    room = await a_session("In a room", "2037-03-10T13:00", signup=True)
    await a_release()
    person = await a_guest(1)
    for session in (held, room):
        await sign_ups.sign_up(person.id, session.id)
    await set_star(person.id, starred.id, True)
    code = join_code(person.id, person.links_generation, secret_key=settings().secret_key)
    assert {name: led_to(entry) for name, entry in (await sessions_in(link(person))).items()} == {
        "Mine": f"{code}.{mine.id}",
        "Place": f"{code}.{held.id}",
        "Star": "",
        "In a room": "",
    }
    # A speaker's feed is no participant's: it opens no page of theirs.
    assert {name: led_to(entry) for name, entry in (await sessions_in(link_of_speaker(me))).items()} == {"Mine": ""}


async def test_a_session_of_the_events_meeting_leads_who_takes_part_online_to_the_events_join_page() -> None:
    await a_summit(format="hybrid", join_url=JOIN_URL)
    workshop = await a_session("Workshop", signup=True)
    await a_release()
    guests = [await a_guest(1, attendance="online"), await a_guest(2)]
    for one in guests:
        await sign_ups.sign_up(one.id, workshop.id)
    code = join_code(guests[0].id, guests[0].links_generation, secret_key=settings().secret_key)
    assert [led_to((await sessions_in(link(one)))["Workshop"]) for one in guests] == [code, ""]


async def test_the_invite_to_a_session_with_a_meeting_leads_to_the_same_page() -> None:
    await a_summit()
    held = await a_session("Place", join_url=JOIN_URL, signup=True)
    await a_release()
    person = await a_guest(1)
    await sign_ups.sign_up(person.id, held.id)
    (letter,) = await posted()
    ics = ics_in(await mail_of(letter))
    assert ics is not None
    (sent,) = icalendar.Calendar.from_ical(ics).walk("VEVENT")
    entry = (await sessions_in(link(person)))["Place"]
    for name in ("UID", "SEQUENCE", "LOCATION", "DESCRIPTION", "CONFERENCE"):
        assert str(entry[name]) == str(sent[name])
    assert led_to(sent)


async def test_each_change_of_theirs_gives_another_tag_and_nothing_else_does() -> None:
    event = await a_summit()
    me, someone = await a_speaker("Guest One", email="guest1@malmo.example"), await a_speaker("Another")
    mine = await a_session("Mine", speakers=[{"speaker_id": me.id}, {"speaker_id": someone.id}])
    room = await a_session("Workshop", "2037-03-10T11:00", signup=True)
    free = await a_session("Free", "2037-03-10T12:00")
    await a_release()
    person, other = await a_guest(1), await a_guest(2)
    seen = [(await get(link(person))).headers["etag"]]

    async def is_another() -> bool:
        answer = await get(link(person), if_none_match=seen[-1])
        assert answer.status_code in (200, 304)
        if answer.status_code == 304:
            return False
        assert answer.headers["etag"] not in seen[-1:]
        seen.append(answer.headers["etag"])
        return True

    assert not await is_another()
    await set_star(person.id, free.id, True)
    assert await is_another()
    await sign_ups.sign_up(person.id, room.id)
    assert await is_another()
    await sign_ups.sign_up(other.id, room.id)
    await set_star(other.id, mine.id, True)
    await change_session(free, title="Free at last")
    assert not await is_another()
    await a_release()
    assert await is_another()
    await change_speaker(someone, public=False)
    assert await is_another()
    await say(me, mine.id, State.DECLINED)
    assert await is_another()
    assert list(await sessions_in(link(person))) == ["Workshop", "Free at last"]
    await say(me, mine.id, State.CONFIRMED)
    assert await is_another()
    await sign_ups.withdraw(person.id, room.id)
    assert await is_another()
    await set_star(person.id, free.id, False)
    assert await is_another()
    assert list(await sessions_in(link(person))) == ["Mine"]
    await cancel_registration(other.id)
    assert not await is_another()
    await cancel_event(event.slug)
    assert await is_another()
    assert {str(one["STATUS"]) for one in (await sessions_in(link(person))).values()} == {"CANCELLED"}


async def test_sequence_is_never_below_what_was_mailed() -> None:
    await a_summit()
    session = await a_session("Workshop", signup=True)
    await a_release()
    person = await a_guest()
    for act in (sign_ups.sign_up, sign_ups.withdraw, sign_ups.sign_up):
        await act(person.id, session.id)
    (sent,) = await fetch("SELECT sequence, changed_at FROM session_invite WHERE session = $1", session.id)
    (entry,) = (await sessions_in(link(person))).values()
    assert (int(entry["SEQUENCE"]), sent["sequence"] > 0) == (sent["sequence"], True)
    assert entry["LAST-MODIFIED"].dt == sent["changed_at"].replace(microsecond=0)


async def test_a_cancelled_registration_leaves_nothing_behind_and_a_waiting_one_no_join_link() -> None:
    await a_summit(registration={"mode": "open", "capacity": 1, "waitlist": True})
    session = await a_session("Workshop", signup=True, join_url=JOIN_URL)
    await a_release()
    first, second = await a_guest(1), await a_guest(2, session_ids=[session.id])
    await set_star(first.id, session.id, True)
    assert {name: shown(one) for name, one in (await sessions_in(link(second))).items()} == {
        "Workshop": ("TENTATIVE", False, False)
    }
    await cancel_registration(first.id)
    assert entries(await get(link(first))) == {}
    assert shown((await sessions_in(link(second)))["Workshop"]) == ("CONFIRMED", False, True)


async def test_an_embargo_holds_for_who_chose_and_not_for_who_speaks() -> None:
    await a_summit()
    me = await a_speaker("Guest One", email="guest1@malmo.example")
    secret = await a_session("Secret", speakers=[{"speaker_id": me.id}])
    await a_release()
    speaking, watching = await a_guest(1), await a_guest(2)
    await set_star(watching.id, secret.id, True)
    await change_session(secret, visible_from=EMBARGO_ENDS)
    await a_release()
    assert list(await sessions_in(link(speaking))) == ["Secret"]
    before = await get(link(watching))
    assert "Secret" not in before.text
    with at("2037-03-05T11:59:59+00:00"):
        assert (await get(link(watching), if_none_match=before.headers["etag"])).status_code == 304
    with at(EMBARGO_ENDS):
        assert list(await sessions_in(link(watching))) == ["Secret"]


async def test_a_speaker_has_a_calendar_of_their_own_slots_and_no_others() -> None:
    await a_summit()
    astrid, other = await a_speaker("Astrid Holm"), await a_speaker("Another", public=False)
    hers = await a_session("Hers", speakers=[{"speaker_id": astrid.id}], join_url=JOIN_URL)
    people = [{"speaker_id": one.id} for one in (astrid, other)]
    await a_session("Both", "2037-03-10T10:00", speakers=people, join_url=JOIN_URL)
    await a_session("Theirs", "2037-03-10T11:00", speakers=people[1:])
    await a_release()
    person = await a_guest(1, name="Astrid Holm", email=str(astrid.email))
    await set_star(person.id, hers.id, True)
    path = link_of_speaker(astrid)
    answer = await get(path)
    assert {name: shown(one) for name, one in entries(answer).items()} == {
        "Hers": ("CONFIRMED", False, True),
        "Both": ("CONFIRMED", False, True),
    }
    assert "Another" not in answer.text and "With Astrid Holm" in answer.text
    assert (answer.headers["referrer-policy"], answer.headers["cache-control"]) == ("no-referrer", "private, no-cache")
    assert (await get(path, if_none_match=answer.headers["etag"])).status_code == 304
    await say(astrid, hers.id, State.DECLINED)
    assert list(entries(await get(path, if_none_match=answer.headers["etag"]))) == ["Both"]
    await change_speaker(await speaker_by_id(astrid.event_id, astrid.id), state="withdrawn")
    assert entries(await get(path)) == {}


async def test_an_unpublished_draft_and_unknown_links_open_nothing() -> None:
    await a_summit()
    speaker = await a_speaker()
    await a_session(speakers=[{"speaker_id": speaker.id}])
    path = link_of_speaker(speaker)
    assert entries(await get(path)) == {}
    assert (await get(path.removesuffix(".ics"))).status_code == 404
    assert (await get(path[:-5] + ".ics")).status_code == 404
