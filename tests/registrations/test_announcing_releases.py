"""Telling of releases: exactly those whom a change concerns, once, whatever interrupts it and whoever else is at it."""

import asyncio
import random
from contextvars import Context
from typing import Any

import msgspec
import pytest

from events_service import database
from events_service.agenda.release_queries import current_release
from events_service.agenda.releases import planned_release
from events_service.agenda.rules import Session, SessionState
from events_service.agenda.sessions import remove_session
from events_service.events import actions as event_actions
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.registrations import actions, announcing_releases, sign_ups
from events_service.registrations.announcing import announce_changes
from events_service.registrations.announcing_releases import announce_releases
from events_service.registrations.queries import Registration
from events_service.registrations.session_invites import settle_speaker
from events_service.registrations.touched import Count, Told, who_is_told
from tests.agenda.given import (
    a_release,
    a_room,
    a_session,
    a_speaker,
    a_summit,
    change_room,
    change_session,
    change_speaker,
)
from tests.registrations.given import person, register
from tests.registrations.session_mail import Sent, ics_in, mail_of, posted, sent, two_readers

pytestmark = pytest.mark.usefixtures("database")

GUESTS = [f"guest{number}@malmo.example" for number in range(10)]


async def guest(number: int, *held: Session) -> Registration:
    """Guest `number` with a seat, signed up for these sessions."""
    who = await person(await register(number, slug="summit"))
    for session in held:
        await sign_ups.sign_up(who.id, session.id, despite_overlap=True)
    return who


async def released_and_told(**more: Any) -> list[Sent]:
    """The draft is released and announced; the letters of that."""
    before = len(await posted())
    await a_release(**more)
    number = await announce_releases()
    letters = await sent(after=before)
    assert number == len(letters)
    return letters


async def waiting() -> list[int]:
    """The numbers of the releases nobody was told of."""
    rows = await database.fetch("SELECT number FROM agenda_release WHERE announced_at IS NULL ORDER BY number")
    return [row["number"] for row in rows]


async def test_everyone_concerned_is_told_of_exactly_what_concerns_them() -> None:
    await a_summit()
    hall, small = await a_room(), await a_room("Small hall")
    one, two = await a_speaker("One", email="one@example.org"), await a_speaker("Two", email="two@example.org")
    await a_session(room_ids=[hall.id], speakers=[{"speaker_id": one.id}])
    talk = await a_session(
        "Talk", "2037-03-10T10:00", signup=True, speakers=[{"speaker_id": one.id}, {"speaker_id": two.id}]
    )
    lunch = await a_session("Lunch", "2037-03-10T12:00", signup=True, kind="break")
    assert await released_and_told() == [
        Sent("one@example.org", "speaking_invited", "Opening", "REQUEST", 0),
        Sent("one@example.org", "speaking_invited", "Talk", "REQUEST", 0),
        Sent("two@example.org", "speaking_invited", "Talk", "REQUEST", 0),
    ]
    await guest(1, talk), await guest(2, talk, lunch)
    assert await announce_releases() == 0

    # Edited: feeds show it, and nobody is told.
    await change_session(talk, title="The talk", abstract="Longer.")
    assert await released_and_told() == []
    # Moved: whoever holds it, once each.
    await change_session(talk, starts_at="2037-03-10T10:30")
    assert await released_and_told() == [
        Sent(GUESTS[1], "session_changed", "The talk", "REQUEST", 1),
        Sent(GUESTS[2], "session_changed", "The talk", "REQUEST", 1),
        Sent("one@example.org", "speaking_changed", "The talk", "REQUEST", 1),
        Sent("two@example.org", "speaking_changed", "The talk", "REQUEST", 1),
    ]
    # A room's new name is another place.
    await change_room(hall, name="Banquet hall")
    assert await released_and_told() == [Sent("one@example.org", "speaking_changed", "Opening", "REQUEST", 1)]
    # Another speaker: the one who came, the one who left.
    three = await a_speaker("Three", email="three@example.org")
    await change_session(talk, speakers=[{"speaker_id": two.id}, {"speaker_id": three.id}])
    assert await released_and_told() == [
        Sent("one@example.org", "speaking_withdrawn", "The talk", "CANCEL", 2),
        Sent("three@example.org", "speaking_invited", "The talk", "REQUEST", 1),
    ]
    # Gone and cancelled are the same to who held it.
    await remove_session("summit", lunch.id)
    await change_session(talk, state="cancelled")
    assert await released_and_told() == [
        Sent(GUESTS[1], "session_cancelled", "The talk", "CANCEL", 2),
        Sent(GUESTS[2], "session_cancelled", "Lunch", "CANCEL", 1),
        Sent(GUESTS[2], "session_cancelled", "The talk", "CANCEL", 2),
        Sent("three@example.org", "session_cancelled", "The talk", "CANCEL", 2),
        Sent("two@example.org", "session_cancelled", "The talk", "CANCEL", 2),
    ]
    # What comes back asks its speakers again; the places in it were given up.
    await change_session(talk, state="confirmed", room_ids=[small.id])
    assert await released_and_told() == [
        Sent("three@example.org", "speaking_invited", "The talk", "REQUEST", 3),
        Sent("two@example.org", "speaking_invited", "The talk", "REQUEST", 3),
    ]
    assert await waiting() == []
    assert await announce_releases() == 0


async def test_a_cancel_tells_where_and_when_it_was() -> None:
    await a_summit()
    who = await a_speaker(email="one@example.org")
    session = await a_session(room_ids=[(await a_room()).id], speakers=[{"speaker_id": who.id}])
    await released_and_told()
    await change_session(session, starts_at=None)
    assert [one.kind for one in await released_and_told()] == ["session_cancelled"]
    ics = ics_in(await mail_of((await posted())[-1]))
    assert ics is not None
    read = two_readers(ics)
    assert (read["starts"], read["status"]) == ("2037-03-10T09:00:00+01:00", "CANCELLED")
    assert read["location"].startswith("Great hall, ")


async def test_who_waited_for_a_cancelled_session_is_told_once_and_places_that_came_are_given() -> None:
    await a_summit()
    first = await a_session("First", signup=True, capacity=1)
    second = await a_session("Second", "2037-03-10T12:00", signup=True, capacity=1)
    await released_and_told()
    for number in (1, 2, 3):
        await guest(number, first, second)
    await change_session(first, state="cancelled")
    await change_session(second, capacity=2)
    planned = await told_by_preview(await event_by_slug("summit"))
    assert planned.by_session == {first.id: Count(0, 3), second.id: Count(0, 1)}
    assert await released_and_told() == [
        Sent(GUESTS[1], "session_cancelled", "First", "CANCEL", 1),
        Sent(GUESTS[2], "session_cancelled", "First"),
        Sent(GUESTS[2], "session_promoted", "Second", "REQUEST", 0),
        Sent(GUESTS[3], "session_cancelled", "First"),
    ]
    rows = await database.fetch("SELECT session, status FROM sign_up ORDER BY session, id")
    assert [(row["session"] == first.id, row["status"]) for row in rows] == [
        *[(True, "cancelled")] * 3,
        *[(False, "confirmed")] * 2,
        (False, "waitlisted"),
    ]


async def test_releases_that_wait_are_told_as_the_current_one_has_it() -> None:
    await a_summit()
    who = await a_speaker(email="one@example.org")
    stays, leaves = (
        await a_session(speakers=[{"speaker_id": who.id}]),
        await a_session("Dinner", speakers=[{"speaker_id": who.id}]),
    )
    await a_release()
    await change_session(stays, starts_at="2037-03-10T11:00")
    await remove_session("summit", leaves.id)
    await a_release()
    assert await announce_releases() == 1
    assert await sent() == [Sent("one@example.org", "speaking_invited", "Opening", "REQUEST", 1)]
    assert await waiting() == []


async def test_a_run_that_is_cut_off_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    await a_summit()
    session = await a_session(signup=True)
    await released_and_told()
    for number in range(1, 8):
        await guest(number, session)
    await change_session(session, starts_at="2037-03-10T11:00")
    before = len(await posted())
    await a_release()
    monkeypatch.setattr(announcing_releases, "LETTERS_AT_ONCE", 3)
    real, calls = announcing_releases.tell, 0

    async def stops_at_the_second(*args: Any, **more: Any) -> int:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise RuntimeError("cut off")
        return await real(*args, **more)

    monkeypatch.setattr(announcing_releases, "tell", stops_at_the_second)
    assert await announce_releases() == 0
    assert (len(await posted()) - before, await waiting()) == (3, [2])
    assert await announce_releases() == 4
    assert (await sent(after=before), await waiting()) == (
        [Sent(GUESTS[number], "session_changed", "Opening", "REQUEST", 1) for number in range(1, 8)],
        [],
    )


async def test_two_workers_at_once_send_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    await a_summit()
    who = await a_speaker(email="one@example.org")
    held = [await a_session(f"Session {number}", signup=True, speakers=[{"speaker_id": who.id}]) for number in range(6)]
    await a_release()
    monkeypatch.setattr(announcing_releases, "LETTERS_AT_ONCE", 2)

    async def until_told() -> None:
        while await waiting():
            await asyncio.wait_for(announce_releases(), timeout=20)

    await asyncio.gather(until_told(), until_told(), until_told())
    for number in (1, 2):
        await guest(number, *held)
    for session in held:
        await change_session(session, starts_at="2037-03-11T11:00")
    await a_release()
    await asyncio.gather(until_told(), until_told(), until_told())
    assert await sent() == [
        *[
            Sent(GUESTS[number], kind, f"Session {title}", "REQUEST", sequence)
            for number in (1, 2)
            for title in range(6)
            for kind, sequence in (("session_invited", 0), ("session_changed", 1))
        ],
        *[
            Sent("one@example.org", kind, f"Session {title}", "REQUEST", sequence)
            for title in range(6)
            for kind, sequence in (("speaking_invited", 0), ("speaking_changed", 1))
        ],
    ]


# SQLite knows one writer at a time: there the pieces are short instead.
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_seats_are_given_out_while_people_are_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    await a_summit()
    session = await a_session(signup=True)
    other = await a_session("Other", signup=True)
    await released_and_told()
    await guest(1, session)
    await change_session(session, starts_at="2037-03-10T11:00")
    await a_release()
    real, meanwhile = announcing_releases.tell, list[str]()

    async def somebody_comes() -> None:
        who = await guest(2, other)
        meanwhile.append(who.status.value)

    async def telling(*args: Any, **more: Any) -> int:
        told = await real(*args, **more)
        if told:
            # The letters are written and not committed: in a context of its own, as another request is.
            await asyncio.wait_for(asyncio.create_task(somebody_comes(), context=Context()), timeout=10)
        return told

    monkeypatch.setattr(announcing_releases, "tell", telling)
    assert (await announce_releases(), meanwhile) == (1, ["confirmed"])


async def test_an_event_called_off_withdraws_every_session_from_everybody_once() -> None:
    event = await a_summit()
    who = await a_speaker(email=GUESTS[1])
    one = await a_session("One", signup=True, speakers=[{"speaker_id": who.id}])
    two = await a_session("Two", "2037-03-10T12:00", signup=True)
    gone = await a_session("Gone", "2037-03-10T15:00", signup=True)
    await released_and_told()
    await guest(1, one, two)
    await guest(2, two, gone)
    before = len(await posted())
    # Released, and nobody told of it yet.
    await remove_session("summit", gone.id)
    await a_session("Never", "2037-03-10T16:00", speakers=[{"speaker_id": who.id}])
    await a_release()
    await event_actions.cancel_event(event.slug, reason="The hall burned down.")
    await announce_changes()
    assert await sent(after=before) == [
        Sent(GUESTS[1], "session_cancelled", "One", "CANCEL", 1),
        Sent(GUESTS[1], "session_cancelled", "Two", "CANCEL", 1),
        Sent(GUESTS[2], "session_cancelled", "Gone", "CANCEL", 1),
        Sent(GUESTS[2], "session_cancelled", "Two", "CANCEL", 1),
    ]
    assert await announce_changes() == 0
    assert await waiting() == []
    text = (await mail_of((await posted())[-1])).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "The hall burned down." in text


async def test_a_registration_that_ends_gives_its_sessions_back() -> None:
    await a_summit()
    session = await a_session(signup=True)
    await released_and_told()
    who = await guest(1, session)
    await actions.cancel_registration(who.id)
    assert [(one.kind, one.method, one.sequence) for one in await sent()] == [
        ("session_invited", "REQUEST", 0),
        ("session_withdrawn", "CANCEL", 1),
    ]
    await change_session(session, starts_at="2037-03-10T11:00")
    assert await released_and_told() == []


async def told_by_preview(event: Event) -> Told:
    agenda, changes = await planned_release(event)
    return await who_is_told(event, agenda, changes)


async def test_the_preview_counts_exactly_those_who_are_then_told() -> None:
    event = await a_summit()
    chance = random.Random(11)  # the same edits in every run
    rooms = [await a_room(f"Room {number}") for number in range(2)]
    people = [await a_speaker(f"Speaker {number}", email=f"speaker{number}@example.org") for number in range(3)]
    # One of them is a participant, too; another has no address.
    people += [await a_speaker("Guest too", email=GUESTS[1]), await a_speaker("Silent", email=None)]
    held = [
        await a_session(
            f"Session {number}",
            f"2037-03-10T{9 + number:02}:00",
            signup=True,
            capacity=2,
            speakers=parts(chance, people),
        )
        for number in range(5)
    ]
    await a_release()
    guests = [await guest(number) for number in (1, 2, 3)]
    await announce_releases()
    for _ in range(8):
        for one in guests:
            session = chance.choice(held)
            if await takes_place(event, session):
                await sign_ups.sign_up(one.id, session.id, despite_overlap=True)
        for session in chance.sample(held, 3):
            await change_session(session, **an_edit(chance, people, [room.id for room in rooms]))
        who = chance.choice(people[:3])
        await change_speaker(who, state=chance.choice(["confirmed", "declined"]))
        await settle_speaker(event, who.id)
        planned, before = await told_by_preview(event), len(await posted())
        await a_release()
        await announce_releases()
        letters = (await posted())[before:]
        spoke = {one.recipient for one in letters if one.facts and one.facts["person"]["speaker_id"]}
        others = {one.recipient for one in letters if one.facts and not one.facts["person"]["speaker_id"]}
        by_session = [one.facts["about"]["session"]["id"] for one in letters if one.facts]
        assert (planned.speakers, planned.participants) == (len(spoke), len(others))
        assert {session: count.speakers + count.participants for session, count in planned.by_session.items()} == {
            session: by_session.count(session) for session in by_session
        }
        await every_calendar_is_right(event)


def parts(chance: random.Random, people: list[Any]) -> list[dict[str, str]]:
    return [{"speaker_id": one.id} for one in chance.sample(people, chance.randrange(4))]


def an_edit(chance: random.Random, people: list[Any], room_ids: list[str]) -> dict[str, Any]:
    return chance.choice(
        [
            {"title": f"Title {chance.randrange(100)}"},
            {"starts_at": f"2037-03-1{chance.randrange(2)}T{chance.randrange(9, 18):02}:00"},
            {"room_ids": chance.sample(room_ids, 1)},
            {"speakers": parts(chance, people)},
            {"state": chance.choice(["cancelled", "confirmed", "confirmed", "draft"])},
            {"capacity": chance.choice([1, 2, 3, None])},
        ]
    )


async def takes_place(event: Event, session: Session) -> bool:
    release = await current_release(event.id)
    found = release and release.agenda.session.get(session.id)
    return found is not None and found.state is SessionState.CONFIRMED


async def every_calendar_is_right(event: Event) -> None:
    """Read as calendar programs do, the letters leave everybody with the sessions they are in, at the times they are."""
    calendars: dict[tuple[str, str], str] = {}
    highest: dict[tuple[str, str], int] = {}
    for letter in await posted():
        assert letter.facts is not None
        session, invite = letter.facts["about"]["session"], letter.facts["invite"]
        if invite is None:
            continue
        key = letter.recipient.casefold(), session["id"]
        assert invite["sequence"] > highest.get(key, -1)
        highest[key] = invite["sequence"]
        if invite["method"] == "REQUEST":
            calendars[key] = session["starts_at"]
        else:
            del calendars[key]
    assert calendars == await right_calendars(event)


async def right_calendars(event: Event) -> dict[tuple[str, str], str]:
    release = await current_release(event.id)
    assert release is not None
    on = {one.id: one for one in release.agenda.sessions if one.state is SessionState.CONFIRMED}
    starts = {one: msgspec.to_builtins(session.starts_at) for one, session in on.items()}
    holders = await database.fetch(
        """SELECT session, email_key FROM sign_up JOIN registration ON registration.id = sign_up.registration
           WHERE sign_up.status = 'confirmed'"""
    )
    speakers = await database.fetch("SELECT id, email_key FROM speaker WHERE state = 'confirmed' AND email IS NOT NULL")
    found = [(row["email_key"], row["session"]) for row in holders if row["session"] in on]
    for row in speakers:
        found += [
            (row["email_key"], one.id)
            for one in on.values()
            if row["id"] in {part.speaker_id for part in one.appearing}
        ]
    return {(email_key, session_id): starts[session_id] for email_key, session_id in found}
