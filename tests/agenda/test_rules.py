"""What changed between two agendas, what of one is released, and what of that the public sees."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from events_service.agenda.comparing import changes_between, with_sequences
from events_service.agenda.rules import (
    Agenda,
    Appearance,
    ChangeKind,
    Room,
    Session,
    SessionState,
    Track,
    days_of,
    for_the_public,
    overlapping,
    to_release,
)

NINE = datetime(2037, 3, 10, 8, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
LATER = NINE + timedelta(hours=2)
HALL, LOFT = Room(id="hall", name="Great hall"), Room(id="loft", name="Loft")
TRACK = Track(id="t", name="Digital cities", slug="digital-cities")
CANCELLED, DRAFT = SessionState.CANCELLED, SessionState.DRAFT


def session(name: str = "a", starts_at: datetime | None = NINE, **more: Any) -> Session:
    fields: dict[str, Any] = {
        "id": name,
        "number": 1,
        "guid": name,
        "slug": name,
        "title": name.title(),
        "starts_at": starts_at,
        "ends_at": starts_at and starts_at + HALF_AN_HOUR,
        "room_ids": ("hall",),
        "created_at": NINE,
        "changed_at": NINE,
    }
    return Session(**(fields | more))


def agenda(*sessions: Session, rooms: tuple[Room, ...] = (HALL, LOFT)) -> Agenda:
    return Agenda(rooms=rooms, tracks=(TRACK,), sessions=sessions)


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        (session(), session(), None),
        (session(), session(changed_at=LATER, version=7, number=2), None),
        (None, session(), (ChangeKind.ADDED, ())),
        (None, session(state=CANCELLED), None),
        (session(), None, (ChangeKind.CANCELLED, ())),
        (session(state=CANCELLED), None, None),
        (session(), session(state=CANCELLED), (ChangeKind.CANCELLED, ())),
        (session(state=CANCELLED), session(), (ChangeKind.MOVED, ())),
        (session(state=CANCELLED), session(state=CANCELLED, starts_at=LATER), (ChangeKind.EDITED, ("starts_at", "ends_at"))),
        (session(), session(starts_at=LATER), (ChangeKind.MOVED, ("starts_at", "ends_at"))),
        (session(), session(room_ids=("loft",)), (ChangeKind.MOVED, ("rooms",))),
        (session(), session(join_url="https://x.example"), (ChangeKind.MOVED, ("join_url",))),
        (session(), session(title="B", track_id="t"), (ChangeKind.EDITED, ("title", "track_id"))),
        (session(), session(speakers=(Appearance(speaker_id="s"),)), (ChangeKind.EDITED, ("speakers",))),
        (session(), session(title="B", starts_at=LATER), (ChangeKind.MOVED, ("title", "starts_at", "ends_at"))),
    ],
)  # fmt: skip
def test_what_became_of_a_session(
    then: Session | None, now: Session | None, told: tuple[ChangeKind, tuple[str, ...]] | None
) -> None:
    before, after = agenda(*filter(None, [then])), agenda(*filter(None, [now]))
    assert [(one.kind, one.fields) for one in changes_between(before, after)] == ([told] if told else [])


def test_another_name_of_a_room_moves_what_is_in_it() -> None:
    renamed = agenda(session(), rooms=(msgspec.structs.replace(HALL, name="Old hall"), LOFT))
    [change] = changes_between(agenda(session()), renamed)
    assert change.before is not None and change.after is not None
    assert (change.kind, change.before.rooms, change.after.rooms) == (ChangeKind.MOVED, ("Great hall",), ("Old hall",))
    bigger = agenda(session(), rooms=(msgspec.structs.replace(HALL, capacity=9, position=9), LOFT))
    assert changes_between(agenda(session()), bigger) == ()


def test_what_was_cancelled_comes_last() -> None:
    before = agenda(session("gone"), session("a"), session("b"))
    after = agenda(session("a", state=CANCELLED), session("b", title="New"), session("new", starts_at=LATER))
    assert [one.session_id for one in changes_between(before, after)] == ["b", "new", "a", "gone"]


def test_sequence_and_stamp_follow_what_a_calendar_must_be_told() -> None:
    before = agenda(*(session(name, sequence=3) for name in ("same", "edited", "moved", "called-off")))
    after = agenda(
        session("same", sequence=3, changed_at=LATER),
        session("edited", sequence=3, title="New"),
        session("moved", sequence=3, starts_at=LATER),
        session("called-off", sequence=3, state=CANCELLED),
        session("new"),
    )
    numbered = with_sequences(after, changes_between(before, after), before=before, now=LATER)
    assert [(one.id, one.sequence, one.changed_at) for one in numbered.sessions] == [
        ("same", 3, NINE),
        ("edited", 3, LATER),
        ("moved", 4, LATER),
        ("called-off", 4, LATER),
        ("new", 0, LATER),
    ]


def test_a_release_holds_what_has_a_time_and_is_no_draft_and_the_rooms_and_tracks_of_it() -> None:
    draft = agenda(
        session("late", LATER),
        session("early"),
        session("shelved", None),
        session("thought", state=DRAFT, room_ids=("loft",), track_id="t"),
        session("off", state=CANCELLED),
    )
    released = to_release(draft)
    assert [one.id for one in released.sessions] == ["early", "off", "late"]
    assert (released.rooms, released.tracks) == ((HALL,), ())


def test_the_public_sees_neither_what_is_under_embargo_nor_where_it_will_be() -> None:
    whole = agenda(
        session(join_url="https://x.example"), session("secret", visible_from=LATER, room_ids=("loft",), track_id="t")
    )
    before, after = for_the_public(whole, now=LATER - HALF_AN_HOUR), for_the_public(whole, now=LATER)
    assert [(one.id, one.join_url) for one in before.sessions] == [("a", None)]
    assert (before.rooms, before.tracks) == ((HALL,), ())
    assert ([one.id for one in after.sessions], after.rooms, after.tracks) == (["a", "secret"], (HALL, LOFT), (TRACK,))
    assert whole.embargoes_until() == (LATER,)


def test_days_are_those_of_the_zone_a_session_starts_in() -> None:
    night = datetime(2037, 3, 10, 22, 30, tzinfo=UTC)
    whole = agenda(session("noon"), session("night", night), session("shelved", None))

    def days(zone: str) -> list[tuple[str, list[str]]]:
        return [(day, [one.id for one in those]) for day, those in days_of(whole, zone)]

    assert days("Europe/Copenhagen") == [("2037-03-10", ["noon", "night"])]
    assert days("Europe/Helsinki") == [("2037-03-10", ["noon"]), ("2037-03-11", ["night"])]


def test_what_ends_when_another_begins_does_not_overlap_it() -> None:
    others = [
        session("before", NINE - HALF_AN_HOUR),
        session("into", NINE - HALF_AN_HOUR / 2),
        session("at-once"),
        session("after", NINE + HALF_AN_HOUR),
        session("shelved", None),
    ]
    assert [one.id for one in overlapping(session(), [session(), *others])] == ["into", "at-once"]
    assert list(overlapping(session(starts_at=None), others)) == []
