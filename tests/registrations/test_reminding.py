"""Reminders of an event, once each, and mails that a person need not get."""

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any, cast

import httpx
import pytest

from events_service import database
from events_service.events import actions as event_actions
from events_service.events.drafts import EventChange
from events_service.events.rules import Event
from events_service.registrations import actions
from events_service.registrations.announcing import announce_changes
from events_service.registrations.reminding import remind_participants
from events_service.registrations.stop_pages import ROUTES as STOP_PAGES
from events_service.web.bodies import read_values
from tests.registrations.given import (
    an_app,
    an_event,
    letter_kinds,
    letters,
    mail_of,
    page_code_of,
    parts_of,
    person,
    register,
)

pytestmark = pytest.mark.usefixtures("database")
DAYS = timedelta(days=1)


async def near(event: Event, before: timedelta = DAYS) -> datetime:
    """A moment so long before the event begins."""
    return event.starts_at - before


def a_client() -> httpx.AsyncClient:
    app = an_app(*STOP_PAGES)
    transport = httpx.ASGITransport(cast(Any, app), client=("192.0.2.7", 5000))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


async def stop_path(recipient: str) -> str:
    """The path in the header of the last letter to this address."""
    mail = await mail_of((await letters(recipient))[-1])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<http://127\.0\.0\.1:8000(/my/stop-mails/\S+)>", str(mail["List-Unsubscribe"]))
    assert found is not None
    return found[1]


async def test_everyone_confirmed_is_reminded_once_with_the_invite_they_have() -> None:
    event = await an_event(terms={"capacity": 2})
    for number in (1, 2, 3):
        await register(number)
    await event_actions.edit_event(
        event.slug, read_values(EventChange, {"ends_at": "2037-03-08T18:00"}, from_text=False)
    )
    assert await remind_participants(await near(event)) == 0  # told of the change first
    await announce_changes()
    before = await person(await register(1))

    assert await remind_participants(await near(event, 2 * DAYS + timedelta(minutes=1))) == 0
    ran = await asyncio.gather(*[remind_participants(await near(event, 2 * DAYS)) for _ in range(3)])
    assert sum(ran) == 2
    assert await remind_participants(await near(event)) == 0
    assert [await letter_kinds(f"guest{number}@malmo.example") for number in (2, 3)] == [
        ["confirmed", "event_changed", "event_reminder"], ["waitlisted"]
    ]  # fmt: skip
    letter = (await letters("guest2@malmo.example"))[-1]
    parts = parts_of(await mail_of(letter))
    assert parts.ics is not None and parts.picture is not None
    assert b"METHOD:REQUEST" in parts.ics and b"\r\nSEQUENCE:1\r\n" in parts.ics
    assert "The event you registered for begins soon." in parts.text
    after = await person(await register(1))
    assert (after.invite_sequence, after.version) == (before.invite_sequence, before.version)


async def test_nobody_is_reminded_of_what_is_over_called_off_or_no_longer_theirs() -> None:
    event = await an_event()
    gone = await register(1)
    late = await register(2)
    await actions.cancel_registration(gone.registration_id)
    async with database.transaction() as tx:
        await tx.execute(
            "UPDATE registration SET created_at = $2 WHERE id = $1", late.registration_id, await near(event)
        )
    assert await remind_participants(await near(event)) == 0
    await register(3)
    assert await remind_participants(event.starts_at) == 0
    await event_actions.cancel_event(event.slug, reason="")
    assert await remind_participants(await near(event)) == 0


async def test_a_mail_program_stops_the_mails_in_one_click_and_reading_the_address_does_not() -> None:
    event = await an_event()
    who = await register(1)
    await register(2)
    await remind_participants(await near(event))
    path = await stop_path("guest1@malmo.example")
    async with a_client() as client:
        asked = await client.get(path)
        assert (asked.status_code, asked.headers["referrer-policy"]) == (200, "no-referrer")
        assert (await person(who)).mails_stopped_at is None
        for wrong in (path[:-1] + "0", path.replace(who.registration_id, "nobody"), path.rsplit("/", 1)[0] + "/x"):
            assert [(await client.request(method, wrong)).status_code for method in ("GET", "POST")] == [404, 404]
        for _ in range(2):
            stopped = await client.post(path, data={"List-Unsubscribe": "One-Click"})
            assert (stopped.status_code, "Mails are stopped" in stopped.text) == (200, True)
    assert (await person(who)).mails_stopped_at is not None


async def test_who_stopped_their_mails_gets_what_is_necessary_and_can_have_all_again() -> None:
    event = await an_event()
    who = await register(1)
    async with a_client() as client:
        assert (await client.post("/my/mails", data={"mails": "stop"})).headers["location"] == "/my"
        await client.post("/my", data={"code": page_code_of(await person(who))})
        assert "Stop mails I do not need" in (await client.get("/my/registration")).text
        stopped = await client.post("/my/mails", data={"mails": "stop"})
        assert stopped.headers["location"] == "/my/registration?done=mails_stopped"
        shown = (await client.get("/my/registration?done=mails_stopped")).text
        assert "Send me reminders and messages again" in shown
        assert await remind_participants(await near(event)) == 0
        await event_actions.edit_event(
            event.slug, read_values(EventChange, {"starts_at": "2037-03-08T12:00"}, from_text=False)
        )
        await announce_changes()
        assert await letter_kinds("guest1@malmo.example") == ["confirmed", "event_changed"]
        assert (await client.post("/my/mails", data={"mails": "nonsense"})).headers["location"] == "/my/registration"
        await client.post("/my/mails", data={"mails": "send"})
        assert await remind_participants(await near(event)) == 1
