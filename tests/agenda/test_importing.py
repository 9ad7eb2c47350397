"""Taking schedules of other systems into the draft, on both databases."""

from pathlib import Path
from typing import Any

import pytest

from events_service.agenda import import_plan
from events_service.agenda.import_plan import Report
from events_service.agenda.importing import import_schedule, preview_import
from events_service.agenda.queries import draft_of, head_of
from events_service.agenda.rules import Agenda, Part, SessionKind, SessionState
from events_service.agenda.schedule_entries import Skipped
from events_service.agenda.sessions import remove_session
from events_service.errors import NotFound
from events_service.events.queries import event_by_slug
from events_service.speakers.queries import roster_version, speakers_of
from events_service.speakers.rules import Speaker, State
from tests.agenda.given import a_session, a_speaker, a_summit, a_track, change_room, change_session, change_speaker

pytestmark = pytest.mark.usefixtures("database")
SCHEDULES = Path(__file__).parent / "schedules"


def report(created: int = 0, updated: int = 0, unchanged: int = 0, **more: Any) -> Report:
    nothing: dict[str, Any] = {"skipped": (), "missing": (), "rooms": 0, "tracks": 0, "speakers": 0, "renamed": 0}
    return Report(created=created, updated=updated, unchanged=unchanged, **(nothing | more))


def one_day(*events: str) -> bytes:
    """A file with these events in the hall on the summit's first day."""
    inside = "".join(events)
    return f'<schedule><day date="2037-03-10"><room name="Hall">{inside}</room></day></schedule>'.encode()


def event(title: str = "Talk", inside: str = "", *, name: str = 'id="1"', start: str = "10:00") -> str:
    return f"<event {name}><start>{start}</start><duration>00:30</duration><title>{title}</title>{inside}</event>"


def persons(*people: str) -> str:
    return f"<persons>{''.join(people)}</persons>"


async def draft() -> Agenda:
    return await draft_of(await event_by_slug("summit"))


async def roster() -> dict[str, Speaker]:
    return {one.name: one for one in (await speakers_of((await event_by_slug("summit")).id)).values()}


async def versions() -> tuple[int, int]:
    """Those of the draft and of the roster."""
    summit = await event_by_slug("summit")
    return (await head_of(summit.id)).version, await roster_version(summit.id)


async def test_a_file_comes_whole_and_again_changes_nothing() -> None:
    await a_summit()
    data = (SCHEDULES / "frab.xml").read_bytes()
    told: list[tuple[int, int]] = []
    foreseen = await preview_import("summit", data)
    assert ((await draft()).sessions, await versions()) == ((), (0, 0))
    first = await import_schedule("summit", data, progress=lambda done, total: told.append((done, total)))
    assert first == foreseen
    assert first == report(created=3, rooms=2, tracks=1, speakers=2, skipped=first.skipped)
    assert [one.event for one in first.skipped] == ["101", "104"]
    assert told == [(0, 3), (3, 3)]
    agenda = await draft()
    people = await roster()
    session = agenda.sessions[0]
    assert (session.title, session.number, session.guid, session.import_key, session.slug) == (
        "Light the square", 101, "0b7a2a3e-50ad-5a0c-8f0c-6a1f0c1d9e01",
        "guid:0b7a2a3e-50ad-5a0c-8f0c-6a1f0c1d9e01", "light-the-square",
    )  # fmt: skip
    assert (session.starts_wall, session.ends_wall, session.minutes) == ("2037-03-10T10:00", "2037-03-10T11:00", 60)
    assert (session.kind, session.state, session.language) == (SessionKind.TALK, SessionState.CONFIRMED, "en")
    assert [room.name for room in agenda.rooms_of(session)] == ["Harbour hall"]
    assert session.track_id is not None and agenda.track[session.track_id].slug == "public-space"
    assert [(one.speaker_id, one.role, one.state) for one in session.speakers] == [
        (people[name].id, Part.SPEAKER, State.CONFIRMED) for name in ("Åsa Ðórsdóttir", "Bo Ek")
    ]
    assert [(one.state, one.email, one.import_key) for one in people.values()] == [
        (State.CONFIRMED, None, "id:7"), (State.CONFIRMED, None, "id:8")
    ]  # fmt: skip
    before = await versions()
    assert before == (1, 1)
    assert await import_schedule("summit", data) == report(unchanged=3, skipped=first.skipped)
    assert (await draft(), await versions()) == (agenda, before)


async def test_times_are_those_of_the_file_whatever_the_event_s_zone() -> None:
    await a_summit(timezone="Atlantic/Reykjavik")
    await import_schedule("summit", (SCHEDULES / "pretalx.xml").read_bytes())
    agenda = await draft()
    assert [(one.starts_wall, [room.name for room in agenda.rooms_of(one)]) for one in agenda.sessions] == [
        ("2037-03-10T07:00", ["Hall A", "Hall B"]),
        ("2037-03-10T09:00", ["Hall B"]),
        ("2037-03-10T12:00", ["Hall A"]),
    ]
    assert [track.colour for track in agenda.tracks] == ["rowan", "moss"]


async def test_a_changed_event_changes_what_differs_and_nothing_else() -> None:
    await a_summit()
    await import_schedule("summit", one_day(event("One"), event("Two", name='id="2"', start="11:00")))
    one, two = (await draft()).sessions
    moved = one_day(event("One", start="10:15"), event("Two", name='id="2"', start="11:00"))
    assert await import_schedule("summit", moved) == report(updated=1, unchanged=1)
    after, same = (await draft()).sessions
    assert same == two
    assert (after.starts_wall, after.version, after.id, after.guid) == ("2037-03-10T10:15", 2, one.id, one.guid)
    assert await versions() == (2, 0)


async def test_what_the_file_does_not_carry_stays_as_editors_left_it() -> None:
    await a_summit()
    data = one_day(event("Talk", "<subtitle>Theirs</subtitle>" + persons('<person id="1">Bo Ek</person>')))
    await import_schedule("summit", data)
    (session,) = (await draft()).sessions
    helper = await a_speaker("Interpreter")
    bo = (await roster())["Bo Ek"]
    ours: dict[str, Any] = {
        "capacity": 12,
        "signup": True,
        "kind": "sparring",
        "state": "cancelled",
        "abstract": "Ours",
        "language": "sv",
        "join_url": "https://meet.example.org/a",
        "visible_from": "2037-03-09T09:00",
        "topics": ["diversity"],
        "speakers": [
            {"speaker_id": bo.id, "role": "moderator", "state": "declined"},
            {"speaker_id": helper.id, "role": "interpreter"},
        ],
    }
    await change_session(session, subtitle="Ours", **ours)
    await change_speaker(bo, email="bo@x.example", biography="Walks at night", name="Bo E. Ek")
    (before,) = (await draft()).sessions
    assert await import_schedule("summit", data) == report(updated=1)
    (after,) = (await draft()).sessions
    assert after.subtitle == "Theirs"
    kept = (
        "capacity",
        "signup",
        "kind",
        "state",
        "abstract",
        "language",
        "join_url",
        "visible_from",
        "topics",
        "speakers",
    )
    assert {name: getattr(after, name) for name in kept} == {name: getattr(before, name) for name in kept}
    # Who has an address with us has said themselves how they are called.
    assert {"Bo E. Ek", "Interpreter"} == set(await roster())
    assert await import_schedule("summit", data) == report(unchanged=1)


async def test_people_the_file_takes_out_go_and_a_name_it_corrects_follows() -> None:
    await a_summit()
    await import_schedule(
        "summit", one_day(event(inside=persons('<person id="1">Bo</person>', '<person id="2">Ea</person>')))
    )
    corrected = one_day(event(inside=persons('<person id="2">Ea Dam</person>')))
    assert await import_schedule("summit", corrected) == report(updated=1, renamed=1)
    (session,) = (await draft()).sessions
    people = await roster()
    assert set(people) == {"Bo", "Ea Dam"}
    assert [one.speaker_id for one in session.speakers] == [people["Ea Dam"].id]
    emptied = one_day(event(inside="<persons/>"))
    assert await import_schedule("summit", emptied) == report(updated=1)
    assert (await draft()).sessions[0].speakers == ()


async def test_one_name_is_one_person_and_the_roster_s_where_it_is_there_once() -> None:
    await a_summit()
    known = await a_speaker("Søren Holm", state="invited")
    data = one_day(
        event(inside=persons("<person>soren holm</person>", "<person>Ea Dam</person>")),
        event(
            name='id="2"',
            start="11:00",
            inside=persons('<person id="9">Ea Dam</person>', "<person>Søren Holm</person>"),
        ),
    )
    # Who has a name alone is whoever is called so, in the file or here.
    assert await import_schedule("summit", data) == report(created=2, rooms=1, speakers=1)
    people = await roster()
    first, second = (await draft()).sessions
    assert [(one.speaker_id, one.state) for one in first.speakers] == [
        (known.id, State.INVITED), (people["Ea Dam"].id, State.CONFIRMED)
    ]  # fmt: skip
    assert {one.speaker_id for one in second.speakers} == {one.speaker_id for one in first.speakers}
    assert (await roster())["Søren Holm"] == known
    assert await import_schedule("summit", data) == report(unchanged=2)


async def test_a_person_with_an_id_is_never_taken_for_somebody_else_of_that_name() -> None:
    await a_summit()
    known = await a_speaker("Bo Ek")
    await import_schedule("summit", one_day(event(inside=persons('<person id="4">Bo Ek</person>'))))
    (session,) = (await draft()).sessions
    assert session.speakers[0].speaker_id != known.id


async def test_rooms_and_tracks_are_known_by_name_and_tracks_by_slug_too() -> None:
    await a_summit()
    track = await a_track("Youth and schools", slug="youth")
    data = one_day(
        event("One", '<track slug="youth">Youth</track>'),
        event("Two", "<track>New</track>", name='id="2"', start="12:00"),
    )
    assert await import_schedule("summit", data) == report(created=2, rooms=1, tracks=1)
    agenda = await draft()
    assert agenda.sessions[0].track_id == track.id
    await change_room(agenda.rooms[0], capacity=80)
    assert await import_schedule("summit", data) == report(unchanged=2)
    untracked = one_day(event("One", "<track/>"), event("Two", name='id="2"', start="12:00"))
    assert await import_schedule("summit", untracked) == report(updated=1, unchanged=1)
    after = await draft()
    assert [one.track_id for one in after.sessions] == [None, agenda.sessions[1].track_id]


async def test_what_is_gone_from_the_file_is_named_and_stays() -> None:
    await a_summit()
    await a_session("Made here")
    await import_schedule("summit", one_day(event("One"), event("Two", name='id="2"', start="11:00")))
    two = next(one for one in (await draft()).sessions if one.title == "Two")
    gone = await import_schedule("summit", one_day(event("One")))
    assert gone == report(unchanged=1, missing=(two.id,))
    assert len((await draft()).sessions) == 3
    # What is there but cannot be read is not gone.
    broken = event("Two", name='id="2"', start="late")
    skipped = (Skipped("2", "Two", "It does not say when it begins."),)
    assert await import_schedule("summit", one_day(event("One"), broken)) == report(unchanged=1, skipped=skipped)


async def test_a_session_is_known_again_by_guid_by_id_and_by_its_own_guid() -> None:
    await a_summit()
    ours = await a_session("Made here", "2037-03-10T09:00")
    exported = one_day(event("Made here, edited elsewhere", name=f'id="{ours.number}" guid="{ours.guid.upper()}"'))
    assert await import_schedule("summit", exported) == report(updated=1, rooms=1)
    assert [(one.id, one.title) for one in (await draft()).sessions] == [(ours.id, "Made here, edited elsewhere")]
    await import_schedule("summit", one_day(event("By id", name='id="77"', start="12:00")))
    guid = "7d3c3e8e-6c5c-4d7e-9a55-0a4a8f3f7f10"
    with_guid = one_day(event("By id and guid", name=f'id="77" guid="{guid}"', start="12:00"))
    assert (await import_schedule("summit", with_guid)).updated == 1


async def test_numbers_and_guids_are_the_file_s_where_they_are_free() -> None:
    await a_summit()
    taken = await a_session("Made here")
    guid = "7d3c3e8e-6c5c-4d7e-9a55-0a4a8f3f7f10"
    data = one_day(
        event("Same number", name=f'id="{taken.number}"', start="10:00"),
        event("Own guid", name=f'id="500" guid="{guid}"', start="11:00"),
        event("Same guid, written otherwise", name=f'id="501" guid="{guid.replace("-", "")}"', start="12:00"),
        event("No number", name='id="keynote"', start="13:00"),
        event("Too large", name='id="99999999999"', start="14:00"),
    )
    await import_schedule("summit", data)
    found = {one.title: one for one in (await draft()).sessions if one.id != taken.id}
    assert {one.title: one.number for one in found.values()} == {
        "Own guid": 500, "Same guid, written otherwise": 501, "Same number": 502, "No number": 503, "Too large": 504,
    }  # fmt: skip
    assert found["Own guid"].guid == guid
    assert found["Same guid, written otherwise"].guid != guid
    assert (await a_session("Made after")).number == 505


async def test_two_events_of_one_name_are_told() -> None:
    await a_summit()
    guid = "7d3c3e8e-6c5c-4d7e-9a55-0a4a8f3f7f10"
    await import_schedule("summit", one_day(event("Known", name='id="1"')))
    data = one_day(
        event("With a guid now", name=f'id="1" guid="{guid}"'), event("The same id", name='id="1"', start="15:00")
    )
    told = (Skipped("1", "The same id", "Another session of the file is called the same."),)
    assert await import_schedule("summit", data) == report(updated=1, skipped=told)


async def test_a_session_taken_out_comes_back_as_a_new_one() -> None:
    await a_summit()
    data = one_day(event(name='id="1" guid="7d3c3e8e-6c5c-4d7e-9a55-0a4a8f3f7f10"'))
    await import_schedule("summit", data)
    (before,) = (await draft()).sessions
    await remove_session("summit", before.id)
    assert await import_schedule("summit", data) == report(created=1)
    (after,) = (await draft()).sessions
    assert (after.id != before.id, after.guid != before.guid, after.number) == (True, True, 2)


async def test_nothing_is_written_when_it_fails_half_way(monkeypatch: pytest.MonkeyPatch) -> None:
    await a_summit()
    monkeypatch.setattr(import_plan, "new_id", lambda: "the same id for everything")
    with pytest.raises(Exception, match=r"(?i)unique"):
        await import_schedule("summit", (SCHEDULES / "frab.xml").read_bytes())
    laid = await draft()
    assert (laid.rooms, laid.tracks, laid.sessions) == ((), (), ())
    assert (await roster(), await versions()) == ({}, (0, 0))


async def test_an_unknown_event_is_not_found() -> None:
    with pytest.raises(NotFound):
        await import_schedule("nowhere", one_day())


async def test_a_large_file_comes_whole() -> None:
    await a_summit()
    events = "".join(
        event(f"Talk {number}", persons(f"<person id='{number}'>Person {number}</person>"), name=f'id="{number}"')
        for number in range(1, 451)
    )
    told: list[int] = []
    whole = await import_schedule("summit", one_day(events), progress=lambda done, total: told.append(done))
    assert (whole, told) == (report(created=450, rooms=1, speakers=450), [0, 200, 400, 450])
    assert await import_schedule("summit", one_day(events.replace("Talk", "Speech"))) == report(updated=450)
