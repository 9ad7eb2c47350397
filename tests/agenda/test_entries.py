"""Sessions as calendars show them: what anyone reads, and what those read who hold them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from events_service import settings
from events_service.agenda.entries import held_session_entry, session_entry, tentative_session_entry
from events_service.agenda.rules import Agenda, Room, Session, SessionKind, SessionState, Track
from events_service.calendar import EntryStatus
from events_service.events.rules import Disclosure, Event, Format, Venue
from tests.conftest import settings_for
from tests.events.given import plain_event

AT = datetime(2037, 3, 10, 8, tzinfo=UTC)
UNTIL = datetime(2037, 3, 10, 9, 30, tzinfo=UTC)
HALL = Venue("City Hall", "Rådhuspladsen 1", "Copenhagen", "DK", 55.67, 12.57)
GREAT, SMALL = Room(id="great", name="Great hall"), Room(id="small", name="Small hall")
DOCK = Room(
    id="dock",
    name="Dock 3",
    venue="The Dock",
    city="Helsinki",
    timezone="Europe/Helsinki",
    latitude=60.1,
    longitude=24.9,
)
STAGE = Room(id="stage", name="Online stage", online=True)
TRACK = Track(id="t", name="Digital cities", slug="digital-cities")
AGENDA = Agenda(rooms=(GREAT, SMALL, DOCK, STAGE), tracks=(TRACK,))


@pytest.fixture(autouse=True)
def own(tmp_path: Path) -> Iterator[None]:
    settings.use(settings_for(f"sqlite:///{tmp_path}/none.sqlite", tmp_path, base_url="https://events.example"))
    yield
    settings.use(None)


def an_event(**more: Any) -> Event:
    return plain_event(
        **({"venue": HALL, "join_url": None, "format": Format.IN_PERSON, "timezone": "Europe/Copenhagen"} | more)
    )


def a_session(*room_ids: str, **more: Any) -> Session:
    given: dict[str, Any] = {
        "id": "s1", "number": 1, "guid": "g", "slug": "talk", "title": "Talk", "starts_at": AT, "ends_at": UNTIL,
        "room_ids": room_ids, "sequence": 3, "created_at": AT, "changed_at": UNTIL,
    }  # fmt: skip
    return Session(**(given | more))


def test_an_entry_says_what_when_where_and_with_whom() -> None:
    session = a_session("great", kind=SessionKind.CITY_STORY, track_id="t", subtitle="In one year", abstract="Why.")
    entry = session_entry(an_event(), session, AGENDA, speakers=["Åsa", "Bo"])
    assert (entry.uid, entry.sequence, entry.summary) == ("session-s1@events.example", 3, "Talk")
    assert (entry.starts_at, entry.ends_at, entry.zone, entry.last_modified) == (AT, UNTIL, "Europe/Copenhagen", UNTIL)
    assert entry.categories == ("City story", "Digital cities")
    assert entry.url == f"https://events.example/events/{an_event().slug}/sessions/s1"
    assert entry.description == f"In one year\n\n{an_event().title}\n\nWith Åsa, Bo\n\nWhy.\n\n{entry.url}"
    assert session_entry(an_event(), session, AGENDA, speakers=[], sequence=7).sequence == 7


@pytest.mark.parametrize(
    ("rooms", "told", "hidden", "degrees"),
    [
        ((), "City Hall, Rådhuspladsen 1, Copenhagen", "Copenhagen", (55.67, 12.57)),
        (("great",), "Great hall, City Hall, Rådhuspladsen 1, Copenhagen", "Great hall, Copenhagen", (55.67, 12.57)),
        (
            ("great", "small"),
            "Great hall, Small hall, City Hall, Rådhuspladsen 1, Copenhagen",
            "Great hall, Small hall, Copenhagen",
            (55.67, 12.57),
        ),
        (("dock",), "Dock 3, The Dock, Helsinki", "Dock 3, Helsinki", (60.1, 24.9)),
        (
            ("great", "dock"),
            "Great hall, City Hall, Rådhuspladsen 1, Copenhagen; Dock 3, The Dock, Helsinki",
            "Great hall, Copenhagen; Dock 3, Helsinki",
            None,
        ),
        (("stage",), "Online stage, Online", "Online stage, Online", None),
    ],
)
def test_the_place_is_told_as_far_as_it_is_disclosed(
    rooms: tuple[str, ...], told: str, hidden: str, degrees: tuple[float, float] | None
) -> None:
    session, secret = a_session(*rooms), an_event(venue=replace(HALL, disclosure=Disclosure.REGISTERED))
    public = session_entry(an_event(), session, AGENDA, speakers=[])
    assert (public.location, public.geo) == (told, degrees)
    undisclosed = session_entry(secret, session, AGENDA, speakers=[])
    assert (undisclosed.location, undisclosed.geo) == (hidden, None)
    held = held_session_entry(secret, session, AGENDA, speakers=[])
    assert (held.location, held.geo) == (told, degrees)


def test_the_link_to_join_is_for_those_who_hold_the_session() -> None:
    online = an_event(format=Format.ONLINE, venue=None, join_url="https://meet.example.org/event")
    cases = [
        (an_event(), a_session("great"), None),
        (an_event(), a_session("great", join_url="https://meet.example.org/own"), "https://meet.example.org/own"),
        (online, a_session(), "https://meet.example.org/event"),
        (online, a_session(join_url="https://meet.example.org/own"), "https://meet.example.org/own"),
    ]
    for event, session, link in cases:
        assert held_session_entry(event, session, AGENDA, speakers=[]).join_url == link
        for entry in (
            session_entry(event, session, AGENDA, speakers=[]),
            tentative_session_entry(event, session, AGENDA, speakers=[]),
        ):
            assert entry.join_url is None and "meet.example.org" not in repr(entry)
    assert held_session_entry(online, a_session(), AGENDA, speakers=[]).location == ""
    assert session_entry(online, a_session(), AGENDA, speakers=[]).location == "Online"


def test_a_cancelled_session_says_so_and_gives_no_link() -> None:
    session = a_session("great", state=SessionState.CANCELLED, join_url="https://meet.example.org/own")
    for shown in (session_entry, tentative_session_entry, held_session_entry):
        entry = shown(an_event(), session, AGENDA, speakers=[])
        assert (entry.status, entry.join_url) == (EntryStatus.CANCELLED, None)
        assert entry.description.startswith("This session is cancelled.")
    waiting = tentative_session_entry(an_event(), a_session("great"), AGENDA, speakers=[], sequence=5)
    assert (waiting.status, waiting.sequence) == (EntryStatus.TENTATIVE, 5)


@pytest.mark.parametrize(
    ("event", "rooms", "zone", "lines"),
    [
        ({}, ("great", "small"), "Europe/Copenhagen", []),
        ({}, ("dock",), "Europe/Helsinki", []),
        ({}, ("great", "dock"), "Europe/Helsinki", ["Copenhagen 09.00–10.30 CET", "Helsinki 10.00–11.30 EET"]),
        (
            {"format": Format.HYBRID, "join_url": "https://meet.example.org/event"},
            ("great",),
            "Europe/Copenhagen",
            ["Reykjavík 08.00–09.30 GMT", "Copenhagen, Oslo, Stockholm 09.00–10.30 CET", "Helsinki 10.00–11.30 EET"],
        ),
    ],
)
def test_several_cities_are_told_their_own_times(
    event: dict[str, Any], rooms: tuple[str, ...], zone: str, lines: list[str]
) -> None:
    entry = session_entry(an_event(**event), a_session(*rooms), AGENDA, speakers=[])
    told = entry.description.split("Local times:\n")
    assert entry.zone == zone
    assert (told[1].split("\n\n")[0].split("\n") if len(told) > 1 else []) == lines
