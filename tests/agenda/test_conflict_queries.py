"""Conflicts found in the draft of a database: with people in other events, and with what organisers said is meant."""

import pytest

from events_service.agenda.conflict_queries import conflicts_of
from events_service.agenda.conflicts import open_conflicts
from events_service.agenda.overrides import override_conflict, withdraw_override
from events_service.agenda.queries import draft_of
from events_service.agenda.rules import Agenda
from events_service.agenda.sessions import remove_session
from events_service.errors import NotFound
from events_service.events.actions import cancel_event, edit_event
from events_service.events.rules import Event
from tests.agenda.given import (
    a_release,
    a_room,
    a_session,
    a_speaker,
    a_summit,
    change_session,
    change_speaker,
)
from tests.events.given import change

pytestmark = pytest.mark.usefixtures("database")


async def told(event: Event, **sign_ups: int) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.code.value, one.session_ids) for one in await conflicts_of(event, sign_ups=sign_ups)]


async def test_conflicts_are_those_of_the_draft_as_it_is_now() -> None:
    event = await a_summit()
    hall, loft = await a_room(), await a_room("Loft")
    first, second = await a_session(room_ids=[hall.id], capacity=5), await a_session("Panel", room_ids=[hall.id])
    assert await told(event) == [("room_clash", (first.id, second.id))]
    assert await told(event, **{first.id: 6}) == [
        ("capacity_below_sign_ups", (first.id,)),
        ("room_clash", (first.id, second.id)),
    ]
    await change_session(second, room_ids=[loft.id])
    assert await told(event) == []
    await change_session(second, room_ids=[hall.id])
    await remove_session("summit", first.id)
    assert await told(event) == []
    assert await conflicts_of(event, sign_ups={}, agenda=Agenda()) == ()


async def test_who_has_not_confirmed_is_told_of_from_the_first_release_on() -> None:
    event = await a_summit()
    speaker = await a_speaker(state="invited")
    session = await a_session(speakers=[{"speaker_id": speaker.id}])
    assert await told(event) == []
    about_to = await conflicts_of(event, sign_ups={}, agenda=await draft_of(event), released=True)
    assert [one.code.value for one in about_to] == ["unconfirmed_speaker"]
    await a_release()
    assert await told(event) == [("unconfirmed_speaker", (session.id,))]
    await change_session(session, speakers=[{"speaker_id": speaker.id, "state": "confirmed"}])
    assert await told(event) == []
    await change_speaker(speaker, state="withdrawn")
    assert await told(event) == [("unconfirmed_speaker", (session.id,))]


async def test_people_are_known_in_other_events_by_their_address() -> None:
    event = await a_summit()
    other = await a_summit(slug="other", title="Launch in Oslo")
    here = await a_speaker(email="Asa@example.org")
    there = await a_speaker("A. Dorsdottir", event="other", email="asa@Example.org")
    nobody = await a_speaker("Nobody", event="other", email=None)
    session = await a_session(speakers=[{"speaker_id": here.id}])
    await a_session("Later", "2037-03-10T09:30", event="other", speakers=[{"speaker_id": there.id}])
    await a_session("Lunch", event="other", kind="break", speakers=[{"speaker_id": there.id}])
    await a_session("Somebody's", event="other", speakers=[{"speaker_id": nobody.id}])
    assert await told(event) == []
    clash = await a_session("At once", event="other", speakers=[{"speaker_id": there.id, "state": "invited"}])
    [found] = await conflicts_of(event, sign_ups={})
    assert (found.code.value, found.session_ids) == ("speaker_elsewhere", (session.id,))
    assert found.message == ("Åsa Ðórsdóttir is in Opening and in another event, Launch in Oslo, at once, 09.00–09.30.")
    [mirrored] = await conflicts_of(other, sign_ups={})
    assert mirrored.session_ids == (clash.id,)
    await edit_event("other", change(visibility="invited"))
    [hidden] = await conflicts_of(event, sign_ups={})
    assert hidden.message == "Åsa Ðórsdóttir is in Opening and in another event at once, 09.00–09.30."
    # An hour later on Helsinki's clocks is an hour earlier: the sessions there have moved, and so has the clash.
    await edit_event("other", change(timezone="Europe/Helsinki"))
    assert [one.facts["hours"] for one in await conflicts_of(event, sign_ups={})] == []
    await change_session(clash, event="other", starts_at="2037-03-10T10:15")
    assert [one.facts["hours"] for one in await conflicts_of(event, sign_ups={})] == ["09.15–09.30"]
    await cancel_event("other")
    assert await told(event) == []


async def test_what_an_organiser_said_is_meant_stays_listed_with_its_reason() -> None:
    event = await a_summit()
    await a_summit(slug="other")
    hall = await a_room()
    first = await a_session(room_ids=[hall.id])
    await a_session("Panel", room_ids=[hall.id])
    [conflict] = await conflicts_of(event, sign_ups={})
    assert not conflict.is_settled
    await override_conflict("summit", conflict.key, "There is a curtain.", "someone")
    await override_conflict("summit", conflict.key, "There is a thick curtain.", "another")
    await change_session(first, starts_at="2037-03-10T09:10")
    [settled] = found = await conflicts_of(event, sign_ups={})
    assert settled.override is not None
    assert (settled.override.reason, settled.override.by) == ("There is a thick curtain.", "another")
    assert (settled.is_settled, open_conflicts(found)) == (True, [])
    third = await a_session("Workshop", room_ids=[hall.id])
    assert sorted(one.is_settled for one in await conflicts_of(event, sign_ups={})) == [False, False, True]
    await remove_session("summit", third.id)
    with pytest.raises(NotFound):
        await withdraw_override("other", conflict.key)
    await withdraw_override("summit", conflict.key)
    assert [one.is_settled for one in await conflicts_of(event, sign_ups={})] == [False]
    with pytest.raises(NotFound):
        await withdraw_override("summit", conflict.key)
