"""Releases: what they freeze, what they say has changed, and how SEQUENCE rises."""

import pytest

from events_service import clock
from events_service.agenda.queries import draft_of
from events_service.agenda.release_queries import current_release, published_agenda
from events_service.agenda.releases import planned_release
from events_service.agenda.rules import ChangeKind
from events_service.agenda.sessions import remove_session
from events_service.events.actions import edit_event
from tests.agenda.given import a_release, a_room, a_session, a_speaker, a_summit, change_session
from tests.events.given import VENUE, change

pytestmark = pytest.mark.usefixtures("database")


async def test_a_release_freezes_the_draft_under_the_next_number() -> None:
    event = await a_summit()
    hall = await a_room()
    session = await a_session(room_ids=[hall.id])
    assert await current_release(event.id) is None
    first = await a_release("The first one.")
    await change_session(session, title="Grand opening")
    kept = await current_release(event.id)
    assert kept is not None
    assert (kept.number, kept.note) == (1, "The first one.")
    assert [one.title for one in kept.agenda.sessions] == ["Opening"]
    assert [(one.kind, one.title) for one in first.changes] == [(ChangeKind.ADDED, "Opening")]
    assert (await a_release()).number == 2


async def test_sequence_rises_for_what_moves_and_not_for_what_is_edited() -> None:
    event = await a_summit()
    session = await a_session()
    other = await a_session("Panel", "2037-03-10T11:00")
    await a_release()
    await change_session(session, starts_at="2037-03-10T09:30")
    await change_session(other, abstract="What works.")
    release = await a_release()
    assert {one.title: one.kind for one in release.changes} == {
        "Opening": ChangeKind.MOVED,
        "Panel": ChangeKind.EDITED,
    }
    assert {one.title: one.sequence for one in release.agenda.sessions} == {"Opening": 1, "Panel": 0}
    unchanged = await a_release()
    assert unchanged.changes == ()
    assert unchanged.agenda == release.agenda
    assert {one.title: one.sequence for one in (await draft_of(event)).sessions} == {"Opening": 1, "Panel": 0}


async def test_what_leaves_the_agenda_is_cancelled_and_comes_back_above_its_cancel() -> None:
    event = await a_summit()
    session = await a_session()
    await a_release()
    await change_session(session, starts_at=None)
    assert [one.kind for one in (await a_release()).changes] == [ChangeKind.CANCELLED]
    await change_session(session, starts_at="2037-03-10T14:00")
    back = await a_release()
    assert [(one.kind, back.agenda.session[one.session_id].sequence) for one in back.changes] == [(ChangeKind.ADDED, 1)]
    await remove_session(event.slug, session.id)
    assert [one.kind for one in (await a_release()).changes] == [ChangeKind.CANCELLED]


async def test_a_plan_says_what_a_release_would_do_and_writes_nothing() -> None:
    event = await a_summit()
    await a_session()
    _, changes = await planned_release(event)
    assert [one.kind for one in changes] == [ChangeKind.ADDED]
    assert await current_release(event.id) is None


async def test_the_public_sees_no_embargo_no_join_link_and_nobody_who_is_not_to_be_shown() -> None:
    event = await a_summit()
    shown = await a_speaker("Astrid Holm")
    hidden = await a_speaker("Protected Person", public=False)
    await a_session(
        join_url="https://meet.example.org/x", speakers=[{"speaker_id": shown.id}, {"speaker_id": hidden.id}]
    )
    await a_session("Secret", "2037-03-10T11:00", visible_from="2037-03-01T00:00")
    await a_release()
    before = await published_agenda(event, now=clock.now())
    assert before is not None
    assert [(one.title, one.join_url) for one in before.agenda.sessions] == [("Opening", None)]
    assert [who.name for _, who in before.appearing(before.agenda.sessions[0])] == ["Astrid Holm"]
    after = await published_agenda(event, now=event.starts_at)
    assert after is not None
    assert [one.title for one in after.agenda.sessions] == ["Opening", "Secret"]
    assert after.revision != before.revision


async def test_a_session_keeps_its_wall_time_when_the_events_zone_changes() -> None:
    event = await a_summit()
    await a_session()
    moved = await edit_event(event.slug, change(timezone="Europe/Helsinki"))
    session = (await draft_of(moved)).sessions[0]
    assert session.starts_at is not None
    assert (session.starts_wall, session.starts_at.isoformat()) == ("2037-03-10T09:00", "2037-03-10T07:00:00+00:00")


async def test_who_declines_a_session_is_out_of_the_released_one_at_once() -> None:
    event = await a_summit()
    stays, leaves = await a_speaker("Astrid Holm"), await a_speaker("Bo Lund")
    session = await a_session(speakers=[{"speaker_id": stays.id}, {"speaker_id": leaves.id}])
    await a_session("Panel", "2037-03-10T11:00", speakers=[{"speaker_id": leaves.id}])
    await a_release()
    before = await published_agenda(event, now=clock.now())
    await change_session(session, speakers=[{"speaker_id": stays.id}, {"speaker_id": leaves.id, "state": "declined"}])
    after = await published_agenda(event, now=clock.now())
    assert before is not None and after is not None
    assert before.revision != after.revision
    assert [[who.name for _, who in after.appearing(one)] for one in after.agenda.sessions] == [
        ["Astrid Holm"],
        ["Bo Lund"],
    ]


async def test_what_is_in_the_events_own_house_moves_with_it() -> None:
    event = await a_summit()
    hall, annex = await a_room("Great hall"), await a_room("Annex", venue="The old mill")
    stream = await a_room("Stream", online=True)
    for title, room in (("Opening", hall), ("Panel", annex), ("Questions", stream)):
        await a_session(title, "2037-03-10T11:00", room_ids=[room.id])
    await a_session("Walk", "2037-03-10T14:00")
    await a_release()
    await edit_event(event.slug, change(venue={**VENUE, "name": "Concert hall"}))
    release = await a_release()
    assert {one.title: one.kind for one in release.changes} == {
        "Opening": ChangeKind.MOVED,
        "Walk": ChangeKind.MOVED,
    }
    assert (await a_release()).changes == ()
