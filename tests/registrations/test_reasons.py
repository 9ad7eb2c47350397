"""Why something was decided, and by whom: in the letter where it is for the person, in the log in any case."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from events_service.audit.rules import Doer
from events_service.database import transaction
from events_service.events.admissions import Admission, set_admission
from events_service.registrations import actions
from events_service.registrations.offers import decide_many
from events_service.registrations.seat_letters import write_seat_letter
from events_service.texts.actions import keep_words
from events_service.texts.rules import Words
from tests.audit.given import entries
from tests.forms import send
from tests.registrations.given import (
    BODY,
    a_browser,
    an_event,
    bearer,
    enter,
    form_token,
    letters,
    mail_of,
    parts_of,
    person,
    register,
)

pytestmark = pytest.mark.usefixtures("database")
ME = Doer("account", "me")
EVENT, ONE = "/api/v1/events/guide-launch/registrations", "/api/v1/registrations"
WHY = "Asked by <the mayor>."


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


async def deeds() -> list[tuple[str, str, tuple[str, ...], str]]:
    """What was done by whom, the oldest first."""
    found = [(one.deed.action, one.doer.kind, one.deed.fields, one.deed.reason) for one in await entries()]
    return found[::-1]


async def last_said(number: int) -> tuple[str, str]:
    """Kind and text of the last letter to that guest; what stands in it stands in its HTML as well."""
    letter = (await letters(f"guest{number}@malmo.example"))[-1]
    parts = parts_of(await mail_of(letter))
    assert (WHY in parts.text) == ("Asked by &lt;the mayor&gt;." in parts.html)
    return letter.kind, parts.text


async def test_the_letters_of_a_yes_carry_its_reason() -> None:
    event = await an_event(terms={"mode": "approval", "capacity": 1})
    ids = [(await register(number)).registration_id for number in (1, 2, 3)]
    await decide_many(event, ids[:2], approved=True, reason=WHY, by=ME)
    await actions.approve_registration(ids[2], by=ME)
    said = [await last_said(number) for number in (1, 2, 3)]
    assert [(kind, WHY in text) for kind, text in said] == [
        ("confirmed", True),
        ("waitlisted", True),
        ("waitlisted", False),
    ]
    assert await deeds() == [("approved", "account", ("status",), WHY)] * 2 + [("approved", "account", ("status",), "")]


async def test_an_organisers_own_words_do_not_swallow_the_reason() -> None:
    event = await an_event(terms={"mode": "approval"})
    await keep_words(event, "confirmed", "en", Words("Come, {name}", "We meet in {city}.", "Bye."), by=ME)
    await actions.approve_registration((await register(1)).registration_id, reason=WHY)
    _, text = await last_said(1)
    assert text.index("We meet in Copenhagen.") < text.index("Bye.") < text.index(WHY)


async def test_programs_say_why_with_every_decision(client: httpx.AsyncClient) -> None:
    await an_event(terms={"mode": "approval"})
    headers, why = await bearer(), {"reason": WHY}
    one, two = [(await register(number)).registration_id for number in (1, 2)]
    assert (await client.post(f"{ONE}/{one}/approve", json=why, headers=headers)).json()["status"] == "confirmed"
    assert (await last_said(1))[1].count(WHY) == 1
    assert (await client.post(f"{ONE}/{two}/decline", json=why, headers=headers)).status_code == 200
    assert (await client.post(f"{ONE}/{one}/cancel", headers=headers)).status_code == 200
    assert (await client.post(EVENT, json=BODY, headers=headers)).status_code == 201
    # Somebody who is here already is not registered once more.
    assert (await client.post(EVENT, json=BODY, headers=headers)).status_code == 201
    assert await deeds() == [
        ("approved", "token", ("status",), WHY),
        ("declined", "token", ("status",), WHY),
        ("cancelled_registration", "token", ("status",), ""),
        ("registered", "token", (), ""),
    ]


async def test_a_body_is_no_condition_of_a_yes(client: httpx.AsyncClient) -> None:
    await an_event(terms={"mode": "approval"})
    one = (await register(1)).registration_id
    assert (await client.post(f"{ONE}/{one}/approve", headers=await bearer())).json()["status"] == "confirmed"


async def test_the_back_office_is_written_down_as_programs_are(client: httpx.AsyncClient) -> None:
    await an_event(terms={"mode": "approval", "capacity": 1})
    one, two = [(await register(number)).registration_id for number in (1, 2)]
    await enter(client)
    office = "/office/registrations"
    token = await form_token(client, f"{office}/{one}")
    for path, why in ((f"{one}/approve", ""), (f"{two}/decline", WHY), (f"{one}/cancel", "")):
        sent = await client.post(f"{office}/{path}", data={"reason": why, "csrf_token": token})
        assert sent.status_code == 303
    added = "/office/events/guide-launch/registrations/new"
    assert (await send(client, added, BODY | {"consent": "true"})).status_code == 303
    assert await deeds() == [
        ("approved", "account", ("status",), ""),
        ("declined", "account", ("status",), WHY),
        ("cancelled_registration", "account", ("status",), ""),
        ("registered", "account", (), ""),
    ]


async def test_who_cancels_themselves_stands_in_no_log() -> None:
    await an_event()
    await actions.cancel_registration((await register(1)).registration_id)
    assert await deeds() == []


async def test_a_correction_says_what_it_changed_and_why_but_not_to_what(client: httpx.AsyncClient) -> None:
    await an_event(terms={"capacity": 1})
    headers = await bearer()
    await register(1)
    two = await person(await register(2))
    change = {"version": two.version, "city": "Lund", "priority": 5, "door_note": "Stick", "reason": WHY}
    assert (await client.patch(f"{ONE}/{two.id}", json=change, headers=headers)).json()["city"] == "Lund"
    assert sorted(await deeds()) == [
        ("changed_door_note", "token", ("door_note",), WHY),
        ("changed_registration", "token", ("city",), WHY),
        ("set_priority", "token", ("priority",), WHY),
    ]
    assert (await client.patch(f"{ONE}/{two.id}", json={"priority": 4}, headers=headers)).status_code == 200
    assert (await deeds())[-1] == ("set_priority", "token", ("priority",), "")
    assert len(await deeds()) == 4


@pytest.mark.parametrize("why", [None, {"reason": WHY}])
async def test_a_seat_is_offered_with_a_reason_or_without(
    client: httpx.AsyncClient, why: dict[str, str] | None
) -> None:
    await an_event(terms={"capacity": 1})
    _, waiting = [(await register(number)).registration_id for number in (1, 2)]
    # A seat that is free, and nobody's yet.
    async with transaction() as tx:
        await tx.execute("UPDATE event SET capacity = 2")
    answer = await client.post(f"{ONE}/{waiting}/offer", json=why, headers=await bearer())
    assert answer.json()["status"] == "offered"
    assert await deeds() == [("offered_seat", "token", ("status",), why["reason"] if why else "")]


async def test_the_check_of_an_address_is_sent_again_with_its_own_link() -> None:
    event = await an_event()
    await set_admission(event, Admission(mail_check=True))
    await actions.resend_letter((await register(1)).registration_id)
    first, again = await letters("guest1@malmo.example")
    assert (first.kind, again.kind) == ("mail_check", "mail_check")
    written = [(await write_seat_letter(one)).text for one in (first, again)]
    assert written[0] == written[1] and "/my/confirm#" in written[0]


async def test_an_offer_is_sent_again_with_its_deadline(client: httpx.AsyncClient) -> None:
    event = await an_event(terms={"capacity": 1})
    await set_admission(event, Admission(offers=True))
    seated, waiting = await register(1), await register(2)
    await actions.cancel_registration(seated.registration_id)
    again = await client.post(f"{ONE}/{waiting.registration_id}/resend", headers=await bearer())
    assert (again.status_code, again.json()["status"]) == (200, "offered")
    offers = (await letters("guest2@malmo.example"))[1:]
    assert [one.kind for one in offers] == ["offered", "offered"]
    written = [(await write_seat_letter(one)).text for one in offers]
    assert written[0] == written[1] and "It is kept for you until" in written[0]
