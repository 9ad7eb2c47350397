"""Conflicts as a rule: what is told of which agenda, under which name, and with how much work."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events_service.agenda.conflict_kinds import AgendaConflict, Elsewhere, Severity
from events_service.agenda.conflicts import find_conflicts
from events_service.agenda.rules import Agenda, Appearance, Part, Room, Session, SessionKind, SessionState
from events_service.agenda.travel import Place, minutes_between_places
from events_service.speakers.rules import Speaker, State
from tests.events.given import plain_event

DAY = datetime(2037, 3, 10, tzinfo=UTC)
EVENT = plain_event(starts_at=DAY.replace(hour=8), ends_at=DAY.replace(hour=16))
HALL = Room(id="hall", name="Great hall", capacity=100)
LOFT = Room(id="loft", name="Loft", capacity=20)
LIBRARY = Room(id="library", name="Reading room", venue="Library", capacity=40)
MALMO = Room(id="malmo", name="Council", venue="Town hall", city="Malmö")
ZOOM = Room(id="zoom", name="Online", online=True)
WEBEX = Room(id="webex", name="Another online", online=True)
ROOMS = (HALL, LOFT, LIBRARY, MALMO, ZOOM, WEBEX)


def at(clock: str) -> datetime:
    """That time of the day in UTC; an hour more in Copenhagen."""
    hour, minute = map(int, clock.split("."))
    return DAY + timedelta(hours=hour, minutes=minute)


def session(name: str, hours: str | None, *rooms: str, who: str = "", **more: Any) -> Session:
    """`hours` as `9.00-9.30` in UTC; `who` names speakers, all of whom confirmed."""
    starts, _, ends = (hours or "").partition("-")
    fields: dict[str, Any] = {
        "id": name,
        "number": 1,
        "guid": name,
        "slug": name,
        "title": name.title(),
        "starts_at": at(starts) if hours else None,
        "ends_at": at(ends) if hours else None,
        "room_ids": rooms,
        "speakers": tuple(Appearance(speaker_id=one, state=State.CONFIRMED) for one in who.split()),
        "created_at": DAY,
        "changed_at": DAY,
    }
    return Session(**(fields | more))


def speaker(name: str, **more: Any) -> Speaker:
    fields = {"id": name, "event_id": "e1", "name": name.title(), "email": f"{name}@example.org", "state": "confirmed"}
    return Speaker(**({**fields, "state": State.CONFIRMED, "created_at": DAY, "changed_at": DAY} | more))


ROSTER = {name: speaker(name) for name in ("astrid", "bo", "cilla")}


def conflicts(*sessions: Session, rooms: tuple[Room, ...] = ROOMS, **more: Any) -> tuple[AgendaConflict, ...]:
    given: dict[str, Any] = {"event": EVENT, "speakers": ROSTER, "elsewhere": (), "sign_ups": {}, "released": True}
    return find_conflicts(Agenda(rooms=rooms, sessions=sessions), **(given | more))


def codes(*sessions: Session, **more: Any) -> list[str]:
    return [one.code.value for one in conflicts(*sessions, **more)]


BREAK, SOCIAL, PLENARY = SessionKind.BREAK, SessionKind.SOCIAL, SessionKind.PLENARY


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        # One room.
        (session("a", "9.00-9.30", "hall"), session("b", "9.30-10.00", "hall"), []),
        (session("a", "9.00-9.31", "hall"), session("b", "9.30-10.00", "hall"), ["room_clash"]),
        (session("a", "9.00-10.00", "hall"), session("b", "9.15-9.20", "hall"), ["room_clash"]),
        (session("a", "9.00-9.30", "hall"), session("b", "9.00-9.30", "loft"), []),
        (session("a", "9.00-9.30", "loft", "hall"), session("b", "9.00-9.30", "hall", "library"), ["room_clash"]),
        (session("a", "9.00-9.30", "hall", "loft"), session("b", "9.00-9.30", "hall", "loft"), ["room_clash"] * 2),
        (session("a", "9.00-9.30", "zoom"), session("b", "9.00-9.30", "zoom"), ["room_clash"]),
        (session("a", "9.00-9.30"), session("b", "9.00-9.30"), []),
        (session("a", None, "hall"), session("b", "9.00-9.30", "hall"), []),
        (session("a", "9.00-9.30", "hall", state=SessionState.CANCELLED), session("b", "9.00-9.30", "hall"), []),
        (session("a", "9.00-9.30", "hall", state=SessionState.DRAFT), session("b", "9.00-9.30", "hall"), ["room_clash"]),
        # A break in one room takes it; one across all of them is in nobody's way, and neither is a second one.
        (session("a", "9.00-9.30", "hall", kind=BREAK), session("b", "9.00-9.30", "hall"), ["room_clash"]),
        (
            session("a", "9.00-9.30", "hall", "loft", "library", "malmo", kind=BREAK),
            session("b", "9.00-9.30", "hall"),
            [],
        ),
        (
            session("a", "9.00-9.30", "hall", "loft", "library", "malmo", kind=PLENARY),
            session("b", "9.00-9.30", "hall"),
            ["room_clash"],
        ),
        # One person.
        (session("a", "9.00-9.30", "hall", who="bo"), session("b", "9.30-10.00", "hall", who="bo"), []),
        (
            session("a", "9.00-9.30", "hall", who="bo astrid"),
            session("b", "9.29-10.00", "loft", who="cilla bo"),
            ["speaker_double_booked"],
        ),
        (session("a", "9.00-9.30", who="bo"), session("b", "9.00-9.30", who="bo"), ["speaker_double_booked"]),
        (session("a", "9.00-9.30", who="bo", kind=BREAK), session("b", "9.00-9.30", who="bo"), []),
        (session("a", "9.00-9.30", who="bo", kind=SOCIAL), session("b", "9.00-9.30", who="bo"), []),
        (
            session("a", "9.00-9.30", kind=PLENARY, speakers=(Appearance(speaker_id="bo", role=Part.HOST, state=State.CONFIRMED),)),
            session("b", "9.00-9.30", speakers=(Appearance(speaker_id="bo", role=Part.INTERPRETER, state=State.CONFIRMED),)),
            ["speaker_double_booked"],
        ),
        (
            session("a", "9.00-9.30", speakers=(Appearance(speaker_id="bo", state=State.DECLINED),), state=SessionState.DRAFT),
            session("b", "9.00-9.30", who="bo"),
            [],
        ),
        (session("a", "9.00-9.30", who="nobody"), session("b", "9.00-9.30", who="nobody"), []),
        # The way from one to the other: within a house, within a city, to another city, to a screen.
        (session("a", "9.00-9.30", "hall", who="bo"), session("b", "9.30-10.00", "loft", who="bo"), []),
        (session("a", "9.00-9.30", "hall", who="bo"), session("b", "9.59-10.30", "library", who="bo"), ["travel_time"]),
        (session("a", "9.00-9.30", "hall", who="bo"), session("b", "10.00-10.30", "library", who="bo"), []),
        (session("a", "9.00-9.30", "hall", who="bo"), session("b", "12.29-12.59", "malmo", who="bo"), ["travel_time"]),
        (session("a", "9.00-9.30", "hall", who="bo"), session("b", "12.30-13.00", "malmo", who="bo"), []),
        (session("a", "9.00-9.30", "hall", who="bo"), session("b", "9.34-10.00", "zoom", who="bo"), ["travel_time"]),
        (session("a", "9.00-9.30", "hall", who="bo"), session("b", "9.35-10.00", "zoom", who="bo"), []),
        (session("a", "9.00-9.30", "webex", who="bo"), session("b", "9.30-10.00", "zoom", who="bo"), ["travel_time"]),
        (session("a", "9.00-9.30", "zoom", who="bo"), session("b", "9.30-10.00", "zoom", who="bo"), []),
        (session("a", "9.00-9.30", "hall", who="bo"), session("b", "9.30-10.00", "malmo", "hall", who="bo"), []),
        (session("a", "9.00-9.30", "hall", who="bo"), session("b", "9.30-10.00", who="bo"), []),
    ],
)  # fmt: skip
def test_two_sessions(first: Session, second: Session, told: list[str]) -> None:
    assert codes(first, second) == told
    assert codes(second, first) == told


@pytest.mark.parametrize(
    ("one", "sign_ups", "told"),
    [
        (session("a", "9.00-9.30", "hall", capacity=10), 10, []),
        (session("a", "9.00-9.30", "hall", capacity=10), 11, ["capacity_below_sign_ups"]),
        (session("a", "9.00-9.30", "loft", capacity=20), 0, []),
        (session("a", "9.00-9.30", "loft", capacity=21), 0, ["capacity_above_room"]),
        (session("a", "9.00-9.30", "loft", "hall", capacity=120), 0, []),
        (session("a", "9.00-9.30", "loft", "zoom", capacity=500), 0, []),
        (session("a", "9.00-9.30", "malmo", capacity=500), 0, []),
        (session("a", "9.00-9.30", "loft"), 21, ["capacity_above_room"]),
        (session("a", "9.00-9.30", "loft", capacity=21), 22, ["capacity_below_sign_ups", "capacity_above_room"]),
        (session("a", "9.00-9.30", capacity=500), 0, []),
        (session("a", "7.59-9.30"), 0, ["outside_event"]),
        (session("a", "15.30-16.01"), 0, ["outside_event"]),
        (session("a", "8.00-16.00"), 0, []),
    ],
)
def test_one_session(one: Session, sign_ups: int, told: list[str]) -> None:
    assert codes(one, sign_ups={"a": sign_ups}) == told


@pytest.mark.parametrize(
    ("state", "on_roster", "message"),
    [
        (State.CONFIRMED, State.CONFIRMED, None),
        (State.CONFIRMED, State.INVITED, None),
        (State.INVITED, State.CONFIRMED, "Bo has not confirmed A yet."),
        (State.PROPOSED, State.PROPOSED, "Bo has not confirmed A yet."),
        (State.DECLINED, State.CONFIRMED, "Bo has declined A."),
        (State.CONFIRMED, State.WITHDRAWN, "Bo has withdrawn from A."),
    ],
)
def test_who_has_not_confirmed_is_told_of_once_the_agenda_is_released(
    state: State, on_roster: State, message: str | None
) -> None:
    one = session("a", "9.00-9.30", speakers=(Appearance(speaker_id="bo", state=state),))
    roster = {"bo": speaker("bo", state=on_roster)}
    assert conflicts(one, speakers=roster, released=False) == ()
    assert [found.message for found in conflicts(one, speakers=roster)] == ([message] if message else [])


def away(hours: str, who: str = "bo", title: str = "Launch") -> Elsewhere:
    starts, _, ends = hours.partition("-")
    return Elsewhere(
        email_key=f"{who}@example.org", session_id="x", event_title=title, starts_at=at(starts), ends_at=at(ends)
    )


@pytest.mark.parametrize(
    ("elsewhere", "messages"),
    [
        (away("9.30-10.00"), []),
        (away("9.00-9.30", who="astrid"), []),
        (away("8.00-9.10"), ["Bo is in A and in another event, Launch, at once, 10.00–10.10."]),
        (away("9.10-9.20", title=""), ["Bo is in A and in another event at once, 10.10–10.20."]),
    ],
)
def test_a_person_in_another_event_is_known_by_the_address(elsewhere: Elsewhere, messages: list[str]) -> None:
    roster = {"bo": speaker("bo", email="Bo@Example.org")}
    found = conflicts(session("a", "9.00-9.30", who="bo"), speakers=roster, elsewhere=[elsewhere])
    assert [one.message for one in found] == messages
    assert {one.code.value for one in found} <= {"speaker_elsewhere"}


def test_who_is_on_the_roster_twice_under_one_address_is_one_person() -> None:
    roster = ROSTER | {"again": speaker("again", email="BO@example.org")}
    assert codes(session("a", "9.00-9.30", who="bo"), session("b", "9.00-9.30", who="again"), speakers=roster) == [
        "speaker_double_booked"
    ]
    assert codes(session("a", "9.00-9.30", who="bo again"), speakers=roster) == []
    nameless = {name: speaker(name, email=None) for name in ("bo", "again")}
    assert codes(session("a", "9.00-9.30", who="bo"), session("b", "9.00-9.30", who="again"), speakers=nameless) == []


def test_the_way_between_two_places_counts_though_something_online_lies_between() -> None:
    found = conflicts(
        session("a", "9.00-9.30", "hall", who="bo"),
        session("b", "9.40-9.50", "zoom", who="bo"),
        session("c", "10.00-10.30", "malmo", who="bo"),
    )
    assert [(one.code.value, one.session_ids, one.facts["minutes"], one.facts["needed"]) for one in found] == [
        ("travel_time", ("a", "c"), 30, 180)
    ]


COPENHAGEN, OSTERBRO, MALMO_AT = (55.676, 12.569), (55.707, 12.577), (55.605, 13.004)


@pytest.mark.parametrize(
    ("first", "second", "minutes"),
    [
        (Place("a", "x", COPENHAGEN), Place("a", "x", OSTERBRO), 0),
        (Place("a", "x", COPENHAGEN), Place("b", "x", OSTERBRO), 21),  # 3.5 km
        (Place("a", "x", COPENHAGEN), Place("b", "y", MALMO_AT), 48),  # 28.5 km
        (Place("a", "x", COPENHAGEN), Place("b", "x"), 30),
        (Place("a", "x", COPENHAGEN), Place("b", ""), 30),
        (Place("a", "x"), Place("a", "y"), 180),
        (Place("", "x"), Place("", "x"), 0),
        (Place("zoom", online=True), Place("a", "x", COPENHAGEN), 5),
        (Place("zoom", online=True), Place("webex", online=True), 5),
        (Place("zoom", online=True), Place("zoom", online=True), 0),
    ],
)
def test_how_long_it_takes(first: Place, second: Place, minutes: int) -> None:
    assert minutes_between_places(first, second) == minutes
    assert minutes_between_places(second, first) == minutes


def test_a_room_is_in_the_events_house_whether_it_names_it_or_not() -> None:
    named = Room(id="named", name="Foyer", venue="City hall", city="copenhagen", latitude=55.0, longitude=12.0)
    assert codes(
        session("a", "9.00-9.30", "hall", who="bo"), session("b", "9.30-10.00", "named", who="bo"), rooms=(HALL, named)
    ) == []  # fmt: skip


def test_the_worst_comes_first_then_what_is_earlier() -> None:
    found = conflicts(
        session("late", "15.30-16.30", "loft", capacity=30),
        session("a", "9.00-9.30", "hall"),
        session("b", "9.00-9.30", "hall"),
        session("c", "8.30-9.30", "library"),
        session("d", "8.00-8.31", "library"),
    )
    assert [(one.code.value, one.severity, one.session_ids) for one in found] == [
        ("room_clash", Severity.ERROR, ("d", "c")),
        ("room_clash", Severity.ERROR, ("a", "b")),
        ("outside_event", Severity.WARNING, ("late",)),
        ("capacity_above_room", Severity.NOTICE, ("late",)),
    ]
    assert found[0].message == "Reading room is taken twice, 09.30–09.31: D and C."


def test_a_conflict_keeps_its_key_until_it_concerns_others() -> None:
    def keys(*sessions: Session) -> list[str]:
        return [one.key for one in conflicts(*sessions)]

    before = keys(session("b", "9.00-9.30", "hall"), session("a", "9.00-9.30", "hall"))
    moved = keys(session("a", "9.10-9.40", "hall"), session("b", "9.00-9.30", "hall", who="bo"))
    assert before == moved == ["room_clash:a,b:hall"]
    assert keys(session("a", "9.00-9.30", "loft"), session("b", "9.00-9.30", "loft")) == ["room_clash:a,b:loft"]


class Counted(datetime):
    """A moment that counts how often it is compared."""

    compared = 0

    def __lt__(self, other: datetime) -> bool:
        Counted.compared += 1
        return super().__lt__(other)

    def __gt__(self, other: datetime) -> bool:
        Counted.compared += 1
        return super().__gt__(other)

    def __le__(self, other: datetime) -> bool:
        Counted.compared += 1
        return super().__le__(other)

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return super().__eq__(other)

    __hash__ = datetime.__hash__


def work(many: int) -> tuple[int, int]:
    """How many comparisons, and how many conflicts, so many sessions take that are all at once, in one room, with one person."""

    def counted(moment: datetime) -> Counted:
        return Counted.fromisoformat(moment.isoformat())

    sessions = [
        session(f"s{number}", "9.00-10.00", "hall", who="bo", starts_at=counted(at("9.00")), ends_at=counted(at("10.00")))
        for number in range(many)
    ]  # fmt: skip
    Counted.compared = 0
    found = conflicts(*sessions, elsewhere=[away("9.00-10.00")] * many)
    return Counted.compared, len(found)


def test_the_work_grows_with_the_sessions_and_not_with_their_square() -> None:
    (few, told_of_few), (many, told_of_many) = work(100), work(800)
    assert many < 8 * 2 * few
    assert told_of_many < 8 * 2 * told_of_few


def test_every_session_of_a_crowd_is_told_of() -> None:
    found = conflicts(*(session(f"s{number}", "9.00-10.00", "hall") for number in range(50)))
    assert {one for conflict in found for one in conflict.session_ids} == {f"s{number}" for number in range(50)}
