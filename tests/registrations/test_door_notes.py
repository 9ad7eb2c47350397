"""What a registrar tells the door of somebody: who may write and read it, who is told, and when it goes."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from events_service import clock
from events_service.audit.rules import Doer
from events_service.events.admissions import admission_of
from events_service.people.rules import Role
from events_service.privacy.protecting import protect
from events_service.privacy.retention import sweep_events
from events_service.privacy.take_out import kept_about
from events_service.registrations.actions import cancel_registration, edit_registration
from events_service.registrations.admitting import change_admission
from events_service.registrations.drafts import RegistrationChange
from events_service.registrations.substitute_drafts import SubstituteDraft
from events_service.registrations.substituting import substitute
from tests.audit.given import entries
from tests.door.given import a_guest, a_phone, an_event, come_back, row_of, scanned
from tests.privacy.given import KEY, NAME, is_over, let_in, registered
from tests.registrations.given import a_browser, bearer, enter, form_token

pytestmark = pytest.mark.usefixtures("database")
ME = Doer("account", "me")
NOTE = "Hjólastóll: østre indgang, ring på"


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


async def tell(person: str, note: str = NOTE, **more: Any) -> None:
    await edit_registration(person, RegistrationChange(door_note=note, **more))


async def test_the_door_is_told_with_every_verdict() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await tell(guest.id, photo_id=True)
    first, second = await scanned(phone, guest.badge), await scanned(phone, guest.badge)
    assert [answer.verdict for answer in (first, second)] == ["admitted", "refused"]
    assert [(one.attendee.note, one.attendee.photo_id) for one in (first, second) if one.attendee] == [(NOTE, True)] * 2


async def test_an_old_badge_tells_of_its_holder_what_is_true_now() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await tell(guest.id)
    await cancel_registration(guest.id)
    await come_back(event, guest)
    told = await scanned(phone, guest.badge)
    assert told.attendee and (told.reason, told.attendee.note) == ("badge_replaced", NOTE)


async def test_of_some_categories_everybody_is_asked() -> None:
    event = await an_event()
    phone = await a_phone(event)
    people = [await a_guest(event, category=category) for category in ("elected_official", "practitioner")]
    await change_admission(event, by=ME, photo_id_categories=("elected_official", "media"))
    answers = [await scanned(phone, person.badge) for person in people]
    assert [answer.attendee and answer.attendee.photo_id for answer in answers] == [True, False]
    assert (await admission_of(event)).photo_id_categories == ("elected_official", "media")


async def test_a_registrar_writes_it_and_the_log_holds_no_word_of_it(client: httpx.AsyncClient) -> None:
    event = await an_event()
    guest = await a_guest(event)
    path, registrar = f"/api/v1/registrations/{guest.id}", await bearer()
    answer = await client.patch(path, json={"door_note": f"  {NOTE} ", "photo_id": True}, headers=registrar)
    assert (answer.status_code, answer.json()["door_note"], answer.json()["photo_id"]) == (200, NOTE, True)
    refused = await client.patch(path, json={"door_note": "x" * 201}, headers=registrar)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "door_note")
    lines = await client.patch(path, json={"door_note": "one\ntwo"}, headers=registrar)
    assert (lines.status_code, lines.json()["errors"][0]["code"]) == (422, "forbidden_characters")
    (entry,) = await entries(action="changed_door_note")
    assert (entry.deed.subject_id, entry.deed.fields, entry.deed.reason) == (guest.id, ("door_note", "photo_id"), "")


async def test_nobody_else_reads_it(client: httpx.AsyncClient) -> None:
    event = await an_event()
    guest = await a_guest(event)
    await tell(guest.id)
    for role, note in ((Role.REGISTRAR, NOTE), (Role.DOOR_SUPERVISOR, None)):
        answer = await client.get(f"/api/v1/registrations/{guest.id}", headers=await bearer(role))
        assert (answer.status_code, answer.json().get("door_note")) in ((200, note), (404, None))
        assert (NOTE in answer.text) == (note is not None)
    stranger = {"name": "Bo", "email": "bo@x.example", "consent": True, "door_note": NOTE}
    assert (await client.post("/api/v1/events/launch/registrations", json=stranger)).status_code == 422


async def test_the_office_writes_it_on_the_persons_page(client: httpx.AsyncClient) -> None:
    event = await an_event()
    guest = await a_guest(event)
    page = f"/office/registrations/{guest.id}"
    await enter(client)
    token = await form_token(client, page)
    done = await client.post(f"{page}/door", data={"csrf_token": token, "door_note": NOTE, "photo_id": "true"})
    assert (done.status_code, done.headers["location"]) == (303, f"{page}?done=door_told")
    row = await row_of("registration", guest.id)
    assert (row["door_note"], bool(row["photo_id"])) == (NOTE, True)
    wrong = await client.post(f"{page}/door", data={"csrf_token": token, "door_note": "x" * 201})
    assert (wrong.status_code, 'id="f-door_note"' in wrong.text, "x" * 201 in wrong.text) == (422, True, True)
    await client.post(f"{page}/door", data={"csrf_token": token})
    row = await row_of("registration", guest.id)
    assert (row["door_note"], bool(row["photo_id"])) == ("", False)


async def test_the_settings_of_the_event_say_of_whom(client: httpx.AsyncClient) -> None:
    event = await an_event()
    owner = await bearer(Role.ORGANISER)
    asked = {"photo_id_categories": ["media", "elected_official", "media"]}
    answer = await client.patch("/api/v1/events/launch/admission", json=asked, headers=owner)
    assert answer.json()["photo_id_categories"] == ["elected_official", "media"]
    guest = await a_guest(event, category="media")
    await enter(client)
    assert "Everybody of this category is asked." in (await client.get(f"/office/registrations/{guest.id}")).text


async def test_of_a_protected_person_the_door_sees_alias_and_note() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await tell(guest.id)
    await protect(guest.id, alias="Guest 7", doer=ME, reason="A threat")
    told = await scanned(phone, guest.badge)
    assert told.attendee and (told.attendee.name, told.attendee.note) == ("Guest 7", NOTE)


async def test_it_stays_with_the_person_and_not_with_the_seat() -> None:
    event = await an_event()
    guest = await a_guest(event)
    await tell(guest.id, photo_id=True)
    draft = SubstituteDraft(name="Bo Ek", email="bo@x.example")
    coming = await substitute(guest.id, draft, by=ME)
    row = await row_of("registration", coming.id)
    assert (row["door_note"], bool(row["photo_id"])) == ("", False)


async def test_it_goes_with_the_sensitive_answers_also_from_what_doors_were_told() -> None:
    event = await an_event("gone")
    person = await registered(event.slug)
    await tell(person, photo_id=True)
    await let_in(event, person)
    await is_over(event, days=8)
    assert await sweep_events(clock.now()) == 1
    row, scan = await row_of("registration", person), await row_of("scan", person, "registration")
    told = msgspec.json.decode(scan["answer"])["attendee"]
    assert (row["door_note"], bool(row["photo_id"]), told["name"], told["note"]) == ("", True, NAME, None)
    assert await sweep_events(clock.now()) == 0


async def test_who_asks_for_their_data_gets_it() -> None:
    await an_event("gone")
    await tell(await registered("gone"), photo_id=True)
    (kept,) = (await kept_about(KEY))["registrations"]
    assert (kept["door_note"], bool(kept["photo_id"])) == (NOTE, True)
