"""Who looked at registrations and letters, who changed questions and doors: all of that is written down, and has its words."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from events_service import clock
from events_service.audit.actions import ONE_LOOK
from events_service.audit.queries import entries
from events_service.people.rules import Role
from events_service.settings import Settings
from tests.house.given import service
from tests.registrations.given import an_event, bearer, enter, form_token, letters, person, register

ROOT = Path(__file__).parents[2]
EVENT = "/api/v1/events/guide-launch"
OFFICE = "/office/events/guide-launch"
QUESTION = {"name": "shoe", "kind": "text", "labels": {"en": "Shoe size?"}}


@pytest_asyncio.fixture
async def client(database: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with service(database) as started:
        yield started


async def deeds(*left_out: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """What was done by whom to what, the oldest first."""
    found = [(one.deed.action, one.doer.kind, one.deed.subject_id, one.deed.fields) for one in await entries()]
    return [one for one in reversed(found) if one[0] not in ("granted_role", "made_token", "set_password", *left_out)]


async def test_who_looks_at_registrations_is_written_down_once_an_hour(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await an_event()
    one, other = await person(await register()), await person(await register(1))
    await enter(client)
    listed, seen = ("saw_registrations", "account", event.id, ()), ("saw_registration", "account", one.id, ())
    for path in (f"{OFFICE}/registrations", f"/office/registrations/{one.id}") * 2:
        assert (await client.get(path)).status_code == 200
    assert await deeds("created_event", "published_event") == [listed, seen]
    # Another person is another look, and so is a program's.
    await client.get(f"/office/registrations/{other.id}/answers")
    program = await bearer()
    await client.get(f"{EVENT}/registrations", headers=program)
    await client.get(f"/api/v1/registrations/{one.id}", headers=program)
    assert [one[:2] for one in (await deeds("created_event", "published_event"))[2:]] == [
        ("saw_registration", "account"),
        ("saw_registrations", "token"),
        ("saw_registration", "token"),
    ]
    later = clock.now() + ONE_LOOK + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    await client.get(f"/api/v1/registrations/{one.id}", headers=program)
    assert (await deeds())[-1] == ("saw_registration", "token", one.id, ())
    assert len(await entries(action="saw_registration", subject_id=one.id)) == 3


async def test_who_may_not_look_leaves_no_look(client: httpx.AsyncClient) -> None:
    await an_event()
    one = await person(await register())
    await enter(client, Role.REGISTRAR, "another-event")
    assert (await client.get(f"/office/registrations/{one.id}")).status_code == 404
    assert (await client.get(f"{OFFICE}/registrations")).status_code in (403, 404)
    assert await entries(action="saw_registration") == await entries(action="saw_registrations") == []


async def test_a_letter_that_is_read_or_sent_again_is_written_down(client: httpx.AsyncClient) -> None:
    await an_event()
    one = await person(await register())
    (letter,) = await letters()
    await enter(client)
    page = f"/office/letters/{letter.id}"
    token = {"csrf_token": await form_token(client, page)}
    assert (await client.get(page)).status_code == 200
    assert (await client.post(f"{page}/resend", data=token)).status_code == 303
    assert (await client.post(f"/office/registrations/{one.id}/resend", data=token)).status_code == 303
    assert await deeds("created_event", "published_event") == [
        ("saw_letter", "account", letter.id, ()),
        ("sent_letter_again", "account", letter.id, ()),
        ("sent_letter_again", "account", one.id, ()),
    ]


async def test_what_becomes_of_questions_is_written_down(client: httpx.AsyncClient) -> None:
    await an_event()
    program = await bearer(Role.ORGANISER)
    made = (await client.post(f"{EVENT}/questions", json=QUESTION, headers=program)).json()
    path = f"{EVENT}/questions/{made['id']}"
    for change in ({"required": True, "labels": {"en": "Which size?"}}, {"required": True}):
        assert (await client.patch(path, json=change, headers=program)).status_code == 200
    assert (await client.delete(path, headers=program)).status_code == 204
    await enter(client, Role.ORGANISER)
    token = {"csrf_token": await form_token(client, f"{OFFICE}/questions/new")}
    assert (await client.post(f"{OFFICE}/questions/presets", data=token | {"preset": "diet"})).status_code == 303
    (diet,) = [one for one in await deeds() if one[:2] == ("added_question", "account")]
    assert [one for one in await deeds() if one[2] == made["id"]] == [
        ("added_question", "token", made["id"], ()),
        ("changed_question", "token", made["id"], ("labels", "required")),
        ("retired_question", "token", made["id"], ()),
    ]
    assert diet[2] != made["id"]


async def test_what_becomes_of_checkpoints_and_devices_is_written_down(client: httpx.AsyncClient) -> None:
    await an_event()
    program = await bearer(Role.ORGANISER)
    lounge = {"slug": "lounge", "name": "Lounge"}
    added = (await client.post(f"{EVENT}/checkpoints", json=lounge, headers=program)).json()["id"]
    change = {"name": "The lounge", "reentry": "daily"}
    assert (await client.patch(f"{EVENT}/checkpoints/lounge", json=change, headers=program)).status_code == 200
    device = {"name": "Phone", "role": "door_supervisor", "checkpoint": "lounge", "grants": ["search"]}
    paired = (await client.post(f"{EVENT}/devices", json=device, headers=program)).json()
    code = {"pairing_code": paired["pairing_code"]}
    assert (await client.post("/api/v1/devices/pair", json=code)).status_code in (200, 201)
    for _ in range(2):
        assert (await client.delete(f"/api/v1/devices/{paired['id']}", headers=program)).status_code == 204
    assert (await client.delete(f"{EVENT}/checkpoints/lounge", headers=program)).status_code == 409
    garden = (await client.post(f"{EVENT}/checkpoints", json={"slug": "g", "name": "G"}, headers=program)).json()["id"]
    await enter(client, Role.ORGANISER)
    token = {"csrf_token": await form_token(client, f"{OFFICE}/door")}
    for step in ("lounge/close", "g/remove"):
        assert (await client.post(f"{OFFICE}/door/checkpoints/{step}", data=token)).status_code == 303
    assert await deeds("created_event", "published_event") == [
        ("added_checkpoint", "token", added, ()),
        ("changed_checkpoint", "token", added, ("name", "reentry")),
        ("added_device", "token", paired["id"], ("door_supervisor", "search")),
        ("paired_device", "device", paired["id"], ()),
        ("revoked_device", "token", paired["id"], ()),
        ("added_checkpoint", "token", garden, ()),
        ("closed_checkpoint", "account", added, ()),
        ("removed_checkpoint", "account", garden, ()),
    ]


def test_every_deed_and_all_it_concerns_has_its_words() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "events_service").rglob("*.py"))
    deeds = set(re.findall(r'\b(?:Deed|_deed)\(\s*"(\w+)"', source))
    deeds |= set(re.findall(r'desk\.(?:note|look)\(request, "(\w+)"', source))
    subjects = set(re.findall(r'\bDeed\([^()]*?\bslug, "(\w+)"', source)) | {"account", "letter", "letter_text"}
    assert len(deeds) > 60 and len(subjects) > 8
    words = (ROOT / "templates" / "macros" / "words.html").read_text()
    for macro, codes in (("deed", deeds), ("subject", subjects)):
        body = words.split(f"macro {macro}(")[1].split("endmacro")[0]
        assert sorted(codes - set(re.findall(r'"(\w+)": _\(', body))) == []
