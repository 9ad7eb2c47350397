"""Checkpoints: what organisers say of them, change, close and take away."""

from datetime import timedelta

import pytest
from httpx import AsyncClient

from events_service import clock
from events_service.door import checkpoint_actions
from events_service.door.actions import revoke_device
from events_service.door.checkpoint_actions import close_checkpoint, doors_of, edit_checkpoint, remove_checkpoint
from events_service.door.checkpoint_drafts import CheckpointChange
from events_service.door.checkpoint_queries import Checkpoint, checkpoint_named, checkpoints_of
from events_service.errors import Conflict, Invalid, NotFound
from events_service.events.actions import create_event, publish_event
from events_service.events.drafts import EventDraft
from events_service.events.rules import Event
from events_service.people.actions import make_api_token
from events_service.people.rules import Role
from events_service.web.bodies import read_values
from events_service.web.words import language
from tests.agenda.given import a_session
from tests.door.given import ADMITTED, ELEVEN, LAUNCH, a_checkpoint, a_guest, a_phone, an_event, change, outcome
from tests.house.given import bearer

pytestmark = pytest.mark.usefixtures("database")

CLOSED = ("refused", "outside_hours")
DOORS = "/api/v1/events/launch/checkpoints"


async def changed(event: Event, slug: str, **fields: object) -> Checkpoint:
    return await edit_checkpoint(event, slug, read_values(CheckpointChange, fields, from_text=False))


async def refused(event: Event, slug: str, **fields: object) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        await changed(event, slug, **fields)
    return {error.field: error.code for error in caught.value.errors}


async def test_only_what_is_given_changes() -> None:
    event = await an_event()
    await a_checkpoint(event, "press", admits={"categories": ["media"]}, opens_at="2037-03-07T10:00", zone="Rooms")
    before = await checkpoint_named(event.id, "press")
    after = await changed(event, "press", name="Press room", closes_at="2037-03-07T18:00")
    assert (after.name, after.categories, after.zone, after.opens_at) == (
        "Press room",
        ("media",),
        "Rooms",
        before.opens_at,
    )
    assert (after.closes_at, after.version) == (ELEVEN + timedelta(hours=7), before.version + 1)
    after = await changed(event, "press", admits={"categories": []}, opens_at=None, closes_at=None, zone=None)
    assert (after.categories, after.opens_at, after.closes_at, after.zone) == ((), None, None, None)


async def test_a_change_to_what_somebody_changed_meanwhile_is_refused() -> None:
    event = await an_event()
    await a_checkpoint(event, "press")
    await changed(event, "press", version=1, name="Press room")
    with pytest.raises(Conflict) as caught:
        await changed(event, "press", version=1, name="Media")
    assert (caught.value.code, (await checkpoint_named(event.id, "press")).name) == ("stale_version", "Press room")


async def test_every_wrong_field_is_told_at_once() -> None:
    event, _ = await an_event(), await an_event("another")
    elsewhere = await a_session("Elsewhere", "2037-03-07T12:00", event="another")
    await a_checkpoint(event, "press", opens_at="2037-03-07T12:00")
    # A clock that is put forward skips half past two.
    assert await refused(event, "press", opens_at="2037-03-29T02:30", admits={"session_id": elsewhere.id}) == {
        "opens_at": "impossible_wall_time",
        "admits.session_id": "unknown_session",
    }
    assert await refused(event, "press", closes_at="2037-03-07T12:00") == {"closes_at": "before_opens_at"}
    assert await refused(event, "main", zone="Rooms") == {"zone": "main_is_no_room"}


async def doors(event: Event) -> list[str]:
    return [one.slug for one in await checkpoints_of(event.id)]


async def test_closed_it_lets_nobody_in_until_it_has_other_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    event = await an_event(reentry="in_and_out")
    # It would open tomorrow only.
    await a_checkpoint(event, "press", opens_at="2037-03-08T09:00")
    guest, phone = await a_guest(event), await a_phone(event)
    monkeypatch.setattr(clock, "now", lambda: ELEVEN)
    await close_checkpoint(event, "press")
    await close_checkpoint(event, "press")
    door = await checkpoint_named(event.id, "press")
    assert (door.opens_at, door.closes_at, door.version) == (None, ELEVEN, 2)
    assert await outcome(phone, guest.badge, checkpoint="press") == CLOSED
    await changed(event, "press", closes_at=None)
    assert await outcome(phone, guest.badge, checkpoint="press") == ADMITTED
    await close_checkpoint(event, "press")
    assert await outcome(phone, guest.badge, checkpoint="press", direction="exit") == ADMITTED


async def test_one_that_was_used_is_closed_and_not_taken_away() -> None:
    event = await an_event()
    for slug in ("scanned", "device", "unused"):
        await a_checkpoint(event, slug)
    phone = await a_phone(event)
    await outcome(phone, (await a_guest(event)).badge, checkpoint="scanned")
    await revoke_device((await a_phone(event, checkpoint="device")).id)
    told = {}
    for slug in ("main", "scanned", "device"):
        with pytest.raises(Conflict) as caught:
            await remove_checkpoint(event, slug)
        told[slug] = (caught.value.code, caught.value.facts)
    assert told == {
        "main": ("main_checkpoint", {}),
        "scanned": ("checkpoint_in_use", {"devices": 0, "scans": 1}),
        "device": ("checkpoint_in_use", {"devices": 1, "scans": 0}),
    }
    await remove_checkpoint(event, "unused")
    assert await doors(event) == ["main", "scanned", "device"]
    with pytest.raises(NotFound):
        await remove_checkpoint(event, "unused")


async def test_programs_add_read_change_and_take_away(client: AsyncClient) -> None:
    event = await an_event()
    headers = bearer(await make_api_token(Role.DOOR_SUPERVISOR, name="Door"))
    session = await a_session("Workshop", "2037-03-07T12:00", event="launch", signup=True)
    body = {"slug": "hall", "name": "Hall", "admits": {"session_id": session.id}, "zone": "Rooms"}
    added = await client.post(DOORS, headers=headers, json=body)
    assert (added.status_code, added.json()["admits"]) == (201, {"categories": [], "session_id": session.id})
    assert (added.json()["zone"], added.json()["version"]) == ("Rooms", 1)
    assert (await client.get(f"{DOORS}/hall", headers=headers)).json() == added.json()
    change_ = {"version": 1, "admits": {"categories": ["speaker"]}, "closes_at": "2037-03-07T18:00"}
    answer = await client.patch(f"{DOORS}/hall", headers=headers, json=change_)
    assert (answer.status_code, answer.json()["closes_at"]) == (200, "2037-03-07T17:00:00Z")
    assert answer.json()["admits"] == {"categories": ["speaker"], "session_id": session.id}
    stale = await client.patch(f"{DOORS}/hall", headers=headers, json=change_)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert (await client.patch(f"{DOORS}/hall", headers=headers, json={"slug": "other"})).status_code == 422
    assert (await client.delete(f"{DOORS}/hall?version=1", headers=headers)).status_code == 409
    assert (await client.delete(f"{DOORS}/hall?version=2", headers=headers)).status_code == 204
    assert (await client.get(f"{DOORS}/hall", headers=headers)).status_code == 404
    main = await client.delete(f"{DOORS}/main", headers=headers)
    assert (main.status_code, main.json()["code"]) == (409, "main_checkpoint")
    assert event.slug == "launch"


async def test_another_events_checkpoint_is_not_there(client: AsyncClient) -> None:
    await an_event()
    other = await an_event("another")
    await a_checkpoint(other, "hall")
    headers = bearer(await make_api_token(Role.DOOR_SUPERVISOR, event_slug="launch", name="Door"))
    for method in ("GET", "DELETE"):
        assert (await client.request(method, f"{DOORS}/hall", headers=headers)).status_code == 404
        there = await client.request(method, "/api/v1/events/another/checkpoints/hall", headers=headers)
        assert there.status_code == 403


async def test_a_meetings_join_page_is_no_checkpoint_to_change() -> None:
    event = await an_event()
    await a_checkpoint(event, "online")
    await change("UPDATE checkpoint SET online = TRUE WHERE slug = 'online'")
    with pytest.raises(NotFound):
        await changed(event, "online", name="Another")


async def test_the_first_one_is_named_in_the_events_first_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_actions, "_", lambda words: f"{words} ({language.get()})")
    for slug, spoken_there, named in (("danish", ["da", "en"], "da"), ("silent", [], "en")):
        await create_event(read_values(EventDraft, LAUNCH | {"slug": slug, "languages": spoken_there}, from_text=False))
        event = await publish_event(slug)
        (main,) = await doors_of(event)
        assert (main.slug, main.name) == ("main", f"Main entrance ({named})")
