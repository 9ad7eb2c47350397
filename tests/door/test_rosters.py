"""The roster: what a device needs offline, whole and as differences, and that nobody's name can be read in it."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from httpx import AsyncClient, Response

from events_service.database import fetch
from events_service.door import actions, undoing
from events_service.door.checkpoint_actions import ensure_main
from events_service.door.roster_queries import people_on_roster
from events_service.door.roster_seals import badge_mark, code_mark, entry_id
from events_service.events.actions import cancel_event
from events_service.registrations.actions import cancel_registration, edit_registration
from events_service.registrations.admitting import change_admission
from events_service.registrations.badge_tokens import badge_digest, parse
from events_service.registrations.drafts import RegistrationChange
from events_service.registrations.sign_ups import sign_up
from tests.agenda.given import a_release, a_session, a_speaker, change_session
from tests.door.given import (
    ME,
    Guest,
    Phone,
    a_checkpoint,
    a_guest,
    a_phone,
    an_event,
    change,
    code_on,
    come_back,
    guests,
    row_of,
    scanned,
    two_rooms,
)
from tests.house.given import bearer

ROSTER = "/api/v1/door/roster"


async def ask(client: AsyncClient, phone: Phone, *, since: str | None = None, etag: str | None = None) -> Response:
    headers = bearer(phone.token) | ({"If-None-Match": etag} if etag else {})
    return await client.get(ROSTER, params={"since": since} if since else {}, headers=headers)


async def roster(client: AsyncClient, phone: Phone, *, since: str | None = None) -> dict[str, Any]:
    answer = await ask(client, phone, since=since)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def secret_of(badge: str) -> bytes:
    parsed = parse(badge)
    assert parsed is not None
    return parsed[0].secret


def id_of(badge: str) -> str:
    return entry_id(secret_of(badge))


def opened(entry: dict[str, Any], badge: str) -> dict[str, Any]:
    """What an entry holds for whoever has the badge, by an implementation that is not the service's."""
    key = HKDF(SHA256(), length=32, salt=None, info=b"events-service roster 1").derive(secret_of(badge))
    sealed = base64.b64decode(entry["sealed"])
    return dict(json.loads(AESGCM(key).decrypt(sealed[:12], sealed[12:], None)))


async def test_a_badge_finds_and_opens_its_own_entry_and_no_other(client: AsyncClient) -> None:
    event = await an_event()
    anna, bo = await guests(event, 2)
    entries = {entry["id"]: entry for entry in (await roster(client, await a_phone(event)))["entries"]}
    assert entries.keys() == {id_of(anna.badge), id_of(bo.badge)}
    assert opened(entries[id_of(anna.badge)], anna.badge) == {
        "registration_id": anna.id,
        "name": anna.name,
        "organisation": "City of Malmö",
        "category": "practitioner",
        "note": None,
        "photo_id": False,
    }
    with pytest.raises(InvalidTag):
        opened(entries[id_of(bo.badge)], anna.badge)


async def test_the_whole_roster_tells_what_a_device_works_with(client: AsyncClient) -> None:
    event = await an_event(reentry="in_and_out")
    other = await an_event("another")
    await ensure_main(event)
    await a_checkpoint(event, "press", admits={"categories": ["media"]}, opens_at="2037-03-07T10:00")
    reporter, official = await a_guest(event, category="media"), await a_guest(event, category="police")
    told = await roster(client, await a_phone(event, name="Gate 1", supervisor=True))
    assert told["event"]["slug"] == "launch"
    assert (told["event"]["reentry"], told["event"]["status"]) == ("in_and_out", "published")
    assert told["device"]["grants"] == ["override", "search", "undo", "walk_in"]
    assert (told["full"], told["lease_seconds"], told["removed"], told["cleared"]) == (True, 14400, [], [])
    marks = {(await row_of("signing_key", one.id, "event"))["event_mark"] for one in (event, other)}
    assert {key["event_mark"] for key in told["keys"]} == marks
    assert [(door["slug"], door["categories"], door["opens_at"]) for door in told["checkpoints"]] == [
        ("main", None, None),
        ("press", ["media"], "2037-03-07T09:00:00Z"),
    ]
    rooms = {entry["id"]: entry["rooms"] for entry in told["entries"]}
    assert rooms == {id_of(reporter.badge): ["press"], id_of(official.badge): []}


async def test_nothing_personal_is_readable(client: AsyncClient) -> None:
    event = await an_event()
    people = await guests(event, 3)
    phone = await a_phone(event)
    await scanned(phone, people[0].badge)
    body = (await ask(client, phone)).content
    rows = [await row_of("registration", guest.id) for guest in people]
    words = {str(row[name]) for row in rows for name in ("id", "name", "email", "organisation", "city", "badge_digest")}
    words |= {"Åsa", "Malm", "malmo", "practitioner"} | {guest.badge for guest in people}
    in_all = [word for word in words if word.encode() in body or json.dumps(word)[1:-1].encode() in body]
    # Categories are listed once, in the order of the badges' access classes; they say nothing of anybody.
    assert in_all == ["practitioner"]
    assert body.count(b"practitioner") == 1


async def test_a_protected_person_is_sealed_under_their_alias(client: AsyncClient) -> None:
    event = await an_event()
    guest = await a_guest(event)
    await change(
        "UPDATE registration SET name = 'Guest 7', organisation = '', protected = TRUE WHERE id = $1", guest.id
    )
    (entry,) = (await roster(client, await a_phone(event)))["entries"]
    assert (opened(entry, guest.badge)["name"], opened(entry, guest.badge)["organisation"]) == ("Guest 7", "")


async def test_an_unchanged_roster_is_told_so(client: AsyncClient) -> None:
    event = await an_event()
    await guests(event, 20)
    phone = await a_phone(event)
    first = await ask(client, phone)
    plain = await client.get(ROSTER, headers=bearer(phone.token) | {"Accept-Encoding": "identity"})
    assert first.headers["etag"] == f'{plain.headers["etag"][:-1]}-gzip"'
    assert first.content == plain.content
    for etag in (first.headers["etag"], plain.headers["etag"]):
        for since in (None, first.json()["cursor"]):
            again = await ask(client, phone, since=since, etag=etag)
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["x-server-time"]


async def typed(guest: Guest) -> str:
    """The short code on their badge, as a roster knows it."""
    return (await code_on(guest)).replace("-", "")


def gone(guest: Guest, code: str, told: dict[str, Any], *, state: str) -> list[dict[str, str]]:
    """How a roster tells of a badge that no longer holds: by its text, and by its short code."""
    marks = badge_mark(badge_digest(guest.badge)), code_mark(code, base64.b64decode(told["event"]["code_salt"]))
    return [{"badge": mark, "state": state} for mark in marks]


async def test_a_difference_tells_what_changed(client: AsyncClient) -> None:
    event = await an_event()
    leaver, stayer = await guests(event, 2)
    phone = await a_phone(event)
    before = await an_hour_ago(client, phone)
    code = await typed(leaver)
    await cancel_registration(leaver.id, reason="")
    newcomer = await a_guest(event)
    told = await roster(client, phone, since=before["cursor"])
    assert (told["full"], [entry["id"] for entry in told["entries"]]) == (False, [id_of(newcomer.badge)])
    assert told["removed"] == [id_of(leaver.badge)]
    assert told["revoked"] == gone(leaver, code, told, state="cancelled")
    assert id_of(stayer.badge) not in json.dumps(told)


async def test_who_is_inside_by_a_badge_that_was_withdrawn_is_told_until_there_is_a_newer_one(
    client: AsyncClient,
) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await scanned(phone, guest.badge)
    before = await an_hour_ago(client, phone)
    await cancel_registration(guest.id, reason="")
    told = await roster(client, phone, since=before["cursor"])
    assert (told["removed"], told["entries"]) == ([id_of(guest.badge)], [])
    assert [(one["id"], one["inside"]) for one in told["standings"]] == [(id_of(guest.badge), True)]
    assert (await roster(client, phone))["standings"] == told["standings"]
    await come_back(event, guest)
    told = await roster(client, phone, since=before["cursor"])
    assert told["removed"] == [id_of(guest.badge)]
    assert [one["id"] for one in told["standings"]] == [told["entries"][0]["id"]]


async def test_who_came_back_has_another_entry_and_the_old_badge_is_known_as_replaced(client: AsyncClient) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    before, code = await an_hour_ago(client, phone), await typed(guest)
    await cancel_registration(guest.id, reason="")
    await come_back(event, guest)
    told = await roster(client, phone, since=before["cursor"])
    assert told["removed"] == [id_of(guest.badge)]
    assert told["revoked"] == gone(guest, code, told, state="confirmed")
    (entry,) = told["entries"]
    assert entry["id"] not in told["removed"]
    assert told["cleared"] == [entry["id"]]


async def test_where_somebody_stands_is_told_with_the_scan_that_changed_it(client: AsyncClient) -> None:
    event = await an_event(reentry="in_and_out")
    guest, other = await guests(event, 2)
    phone, gate = await a_phone(event), await a_phone(event, name="Right door")
    await scanned(gate, other.badge)
    before = await an_hour_ago(client, phone)
    await scanned(gate, guest.badge, scan_id="in")
    came = {
        "id": id_of(guest.badge), "checkpoint": "main", "inside": True, "at": "2037-03-07T10:05:00Z",
        "day": "2037-03-07", "where": "Right door",
    }  # fmt: skip
    told = await roster(client, phone, since=before["cursor"])
    assert (told["standings"], told["cleared"]) == ([came], [id_of(guest.badge)])
    await scanned(gate, guest.badge, direction="exit", at="2037-03-07T11:30")
    told = await roster(client, phone, since=before["cursor"])
    assert told["standings"] == [came | {"inside": False}]
    await undoing.undo_scan("in", device_digest=gate.digest, reason="")
    told = await roster(client, phone, since=before["cursor"])
    assert told["cleared"] == [id_of(guest.badge)]
    whole = await roster(client, phone)
    assert told["standings"] == [one for one in whole["standings"] if one["id"] == id_of(guest.badge)]


async def test_who_is_merely_scanned_is_told_without_their_entry(client: AsyncClient) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    before = await an_hour_ago(client, phone)
    await scanned(phone, guest.badge)
    told = await roster(client, phone, since=before["cursor"])
    assert (told["entries"], told["removed"], told["cleared"]) == ([], [], [id_of(guest.badge)])
    assert [one["id"] for one in told["standings"]] == [id_of(guest.badge)]


async def test_a_scan_taken_back_is_also_told_of_a_badge_that_was_withdrawn(client: AsyncClient) -> None:
    event = await an_event()
    guest, gate = await a_guest(event), await a_phone(event, supervisor=True)
    await scanned(gate, guest.badge, scan_id="in")
    await cancel_registration(guest.id, reason="")
    before = await an_hour_ago(client, gate)
    assert [one["inside"] for one in before["standings"]] == [True]
    await undoing.undo_scan("in", device_digest=gate.digest, reason="Scanned by mistake.")
    told = await roster(client, gate, since=before["cursor"])
    assert (told["entries"], told["removed"]) == ([], [id_of(guest.badge)])
    assert told["standings"] == (await roster(client, gate))["standings"]


async def test_another_rule_at_a_door_brings_the_whole_roster(client: AsyncClient) -> None:
    event = await an_event()
    await guests(event, 2)
    phone = await a_phone(event)
    before = await an_hour_ago(client, phone)
    assert (await roster(client, phone, since=before["cursor"]))["full"] is False
    await a_checkpoint(event, "press", admits={"categories": ["media"]})
    told = await roster(client, phone, since=before["cursor"])
    assert (told["full"], len(told["entries"])) == (True, 2)


@pytest.mark.parametrize("since", ["nonsense", "9" * 18 + "-" + "0" * 16, "1-", "-", "%00"])
async def test_a_cursor_of_nobody_brings_the_whole_roster(client: AsyncClient, since: str) -> None:
    event = await an_event()
    await a_guest(event)
    assert (await roster(client, await a_phone(event), since=since))["full"] is True


async def test_a_cancelled_event_is_told(client: AsyncClient) -> None:
    event = await an_event()
    phone = await a_phone(event)
    before = await ask(client, phone)
    await cancel_event("launch", reason="The hall is closed.")
    after = await ask(client, phone, since=before.json()["cursor"], etag=before.headers["etag"])
    assert (after.status_code, after.json()["event"]["status"]) == (200, "cancelled")


async def test_a_device_sees_its_own_event_alone(client: AsyncClient) -> None:
    here, there = await an_event(), await an_event("another")
    mine, theirs = await a_guest(here), await a_guest(there)
    await scanned(await a_phone(there), theirs.badge)
    told = await roster(client, await a_phone(here))
    assert [entry["id"] for entry in told["entries"]] == [id_of(mine.badge)]
    assert told["standings"] == []


async def test_a_revoked_device_gets_nothing_and_is_told_to_wipe(client: AsyncClient) -> None:
    event = await an_event()
    phone = await a_phone(event)
    etag = (await ask(client, phone)).headers["etag"]
    await actions.revoke_device(phone.id)
    answer = await ask(client, phone, etag=etag)
    assert (answer.status_code, answer.json()["code"]) == (401, "device_refused")
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'


async def test_the_contact_is_noted_once_a_minute(client: AsyncClient) -> None:
    phone = await a_phone(await an_event())
    paired_at = (await row_of("device", phone.id))["last_seen_at"]
    await ask(client, phone)
    assert (await row_of("device", phone.id))["last_seen_at"] == paired_at
    await change("UPDATE device SET last_seen_at = $2 WHERE id = $1", phone.id, paired_at - timedelta(minutes=2))
    etag = (await ask(client, phone)).headers["etag"]
    assert (await row_of("device", phone.id))["last_seen_at"] >= paired_at
    # Being heard of changes nothing about the roster.
    assert (await ask(client, phone, etag=etag)).status_code == 304


async def an_hour_ago(client: AsyncClient, phone: Phone) -> dict[str, Any]:
    """The whole roster, as if all that it is made of had been done an hour before it was asked for."""
    told = await roster(client, phone)
    for table, key, moment in (("registration", "id", "changed_at"), ("scan", "scan_id", "received_at")):
        for row in await fetch(f"SELECT {key}, {moment} FROM {table}"):
            earlier = row[moment] - timedelta(hours=1)
            await change(f"UPDATE {table} SET {moment} = $2 WHERE {key} = $1", row[key], earlier)
    return told


async def test_a_whole_roster_is_made_anew_for_people_and_not_for_scans(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    made: list[str] = []

    async def counted(event_id: str, **asked: Any) -> Any:
        made.append(event_id)
        return await people_on_roster(event_id, **asked)

    monkeypatch.setattr("events_service.door.rosters.people_on_roster", counted)
    await roster(client, phone)
    await scanned(phone, guest.badge)
    assert len((await roster(client, phone))["standings"]) == 1
    assert len(made) == 1
    await a_guest(event)
    assert len((await roster(client, phone))["entries"]) == 2
    assert len(made) == 2


async def test_a_note_that_changes_is_in_the_next_difference(client: AsyncClient) -> None:
    event = await an_event()
    (anna, _), phone = await guests(event, 2), await a_phone(event)
    before = await an_hour_ago(client, phone)
    await edit_registration(anna.id, RegistrationChange(door_note="Comes with a stick", photo_id=True))
    (entry,) = (await roster(client, phone, since=before["cursor"]))["entries"]
    told = opened(entry, anna.badge)
    assert (told["note"], told["photo_id"]) == ("Comes with a stick", True)


async def test_of_whom_all_are_asked_for_a_photo_id_stands_beside_the_people(client: AsyncClient) -> None:
    event = await an_event()
    await guests(event, 2)
    phone = await a_phone(event)
    first = await ask(client, phone)
    await change_admission(event, by=ME, photo_id_categories=("media",))
    second = await ask(client, phone, etag=first.headers["etag"])
    assert second.status_code == 200
    assert second.json()["event"]["photo_id_categories"] == ["media"]
    assert second.json()["entries"] == first.json()["entries"]


async def test_a_session_room_is_told_with_whom_it_admits(client: AsyncClient) -> None:
    event = await an_event()
    holder, on_stage, stranger = await guests(event, 3)
    speaker = await a_speaker(event="launch", email=(await row_of("registration", on_stage.id))["email"])
    session = await a_session("Workshop", "2037-03-07T12:00", event="launch", signup=True)
    await a_release(event="launch")
    await a_checkpoint(event, "hall", admits={"session_id": session.id}, zone="Rooms")
    phone = await a_phone(event)
    before = await an_hour_ago(client, phone)
    hall = next(door for door in before["checkpoints"] if door["slug"] == "hall")
    assert (hall["sessions"], hall["zone"]) == (True, "Rooms")
    assert rooms_in(before) == {id_of(one.badge): [] for one in (holder, on_stage, stranger)}
    # A place is told as a difference of one person.
    await sign_up(holder.id, session.id)
    told = await roster(client, phone, since=before["cursor"])
    assert (told["full"], rooms_in(told)) == (False, {id_of(holder.badge): ["hall"]})
    # A part in the session has no date: the whole roster comes.
    parts = [{"speaker_id": speaker.id, "role": "moderator"}]
    session = await change_session(session, event="launch", speakers=parts)
    told = await roster(client, phone, since=told["cursor"])
    assert (told["full"], rooms_in(told)) == (
        True,
        {id_of(holder.badge): ["hall"], id_of(on_stage.badge): ["hall"], id_of(stranger.badge): []},
    )
    await change_session(session, event="launch", signup=False)
    told = await roster(client, phone, since=told["cursor"])
    hall = next(door for door in told["checkpoints"] if door["slug"] == "hall")
    assert (told["full"], hall["sessions"], set(map(tuple, rooms_in(told).values()))) == (True, False, {()})


def rooms_in(told: dict[str, Any]) -> dict[str, list[str]]:
    return {entry["id"]: entry["rooms"] for entry in told["entries"]}


async def test_a_move_to_another_room_is_told_at_both(client: AsyncClient) -> None:
    event = await an_event()
    await two_rooms(event)
    guest, phone = await a_guest(event), await a_phone(event)
    await scanned(phone, guest.badge, checkpoint="north")
    before = await an_hour_ago(client, phone)
    await scanned(phone, guest.badge, checkpoint="south")
    told = await roster(client, phone, since=before["cursor"])
    assert {one["checkpoint"]: one["inside"] for one in told["standings"]} == {"north": False, "south": True}
