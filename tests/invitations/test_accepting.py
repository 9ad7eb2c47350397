"""A yes to an invitation, on the page or by a program: what the guest may choose, whom they bring, and who was here before."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from events_service import database
from events_service.errors import Invalid
from events_service.events.rules import Event
from events_service.invitations.actions import invite
from events_service.invitations.rules import State
from events_service.invitations.terms import Offered
from events_service.registrations.accepting import accept_invitation
from events_service.registrations.actions import register
from events_service.registrations.applications import Application
from events_service.registrations.rules import Status
from tests.questions.given import asked
from tests.reception.given import ORGANISER, SLUG, all_invitations, code_of, guest, states
from tests.registrations.given import BODY, a_browser, an_event, bearer, draft, letter_kinds, statuses

pytestmark = pytest.mark.usefixtures("database")
API = f"/api/v1/events/{SLUG}/registrations"
ONE, TWO = "guest1@malmo.example", "guest2@malmo.example"
HOST = {"name": "Guest 1", "email": ONE}
WITH = [{"name": "Bo Ek", "email": "bo@malmo.example"}, {"name": "Ida Holm"}]


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


async def invited(event: Event, number: int = 1, *, plus_ones: int = 0, **more: Any) -> str:
    """Invite this guest; the code of the invitation."""
    await invite(event.slug, [guest(number, **more)], Offered(plus_ones=plus_ones), by=ORGANISER)
    return code_of((await all_invitations(event.id))[-1])


def wish(code: str, number: int = 1, **more: Any) -> Application:
    who = {"name": f"Guest {number}", "email": f"guest{number}@malmo.example", "invitation": code}
    return Application(SLUG, draft(**(who | more)))


async def test_a_code_opens_no_way_round_what_the_event_needs_to_know(client: httpx.AsyncClient) -> None:
    event = await an_event(visibility="invited", terms={"mode": "invitation"})
    await asked("photos", "consent", required=True)
    code = await invited(event, category="media")
    body = BODY | HOST | {"invitation": code, "category": "staff"}
    refused = await client.post(API, json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "answers.photos")
    with pytest.raises(Invalid) as wrong:
        await register(wish(code, answers={"photos": True}, consent=False))
    assert [error.field for error in wrong.value.errors] == ["consent"]
    assert await states(event.id) == [State.INVITED]
    assert (await client.post(API, json=body | {"answers": {"photos": True}})).status_code == 201
    (row,) = await database.fetch("SELECT category, status, source FROM registration")
    assert (row["category"], row["status"], row["source"]) == ("media", "confirmed", "invitation")


async def test_a_registrar_says_yes_for_a_guest_without_what_only_the_guest_can_say(client: httpx.AsyncClient) -> None:
    event = await an_event(terms={"mode": "invitation"})
    await asked("photos", "consent", required=True)
    body = BODY | HOST | {"invitation": await invited(event), "consent": False}
    assert (await client.post(API, json=body, headers=await bearer())).status_code == 201
    assert await states(event.id) == [State.ACCEPTED]


@pytest.mark.parametrize("by", ["guest", "registrar"])
async def test_a_guest_brings_companions_by_the_code_and_the_invitation_is_answered(
    client: httpx.AsyncClient, by: str
) -> None:
    event = await an_event(visibility="invited", terms={"mode": "invitation", "capacity": 9})
    body = BODY | HOST | {"invitation": await invited(event, plus_ones=2), "companions": WITH}
    headers = await bearer() if by == "registrar" else {}
    too_many = body | {"companions": [*WITH, {"name": "Eva Lund", "email": "eva@malmo.example"}]}
    refused = await client.post(API, json=too_many, headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "too_many")
    assert (await client.post(API, json=body, headers=headers)).status_code == 201
    assert await states(event.id) == [State.ACCEPTED]
    rows = await database.fetch("SELECT id, name, party, source, status FROM registration ORDER BY id")
    assert [(row["name"], row["source"], row["status"]) for row in rows] == [
        ("Guest 1", "invitation", "confirmed"),
        ("Bo Ek", "companion", "confirmed"),
        ("Ida Holm", "companion", "confirmed"),
    ]
    # Who has no address is on the page of whoever brings them.
    assert {row["party"] for row in rows} == {rows[0]["id"]}


async def test_companions_who_stay_together_wait_together(client: httpx.AsyncClient) -> None:
    event = await an_event(terms={"mode": "invitation", "capacity": 2})
    body = BODY | HOST | {"invitation": await invited(event, plus_ones=2), "companions": WITH, "together": True}
    assert (await client.post(API, json=body)).json() == {"status": "waitlisted", "waitlist_position": 1}
    assert {status for status, _ in (await statuses()).values()} == {Status.WAITLISTED}


async def test_who_waits_for_a_word_has_it_by_the_invitation() -> None:
    event = await an_event(terms={"mode": "approval", "capacity": 1})
    pending = await register(Application(SLUG, draft(name="Guest 1", email=ONE)))
    other = await register(Application(SLUG, draft(name="Guest 2", email=TWO)))
    assert [pending.status, other.status] == [Status.PENDING] * 2
    outcome = await accept_invitation(wish(await invited(event)))
    assert (outcome.registration_id, outcome.status, outcome.is_new) == (
        pending.registration_id,
        Status.CONFIRMED,
        False,
    )
    assert await letter_kinds(ONE) == ["pending", "invitation", "confirmed"]
    # Never past the seats.
    assert (await accept_invitation(wish(await invited(event, 2), 2))).status is Status.WAITLISTED
    assert await letter_kinds(TWO) == ["pending", "invitation", "waitlisted"]
    assert await states(event.id) == [State.ACCEPTED] * 2


async def test_who_stands_in_line_keeps_their_place_and_is_told_so() -> None:
    event = await an_event(terms={"capacity": 1})
    for number in range(3):
        await register(Application(SLUG, draft(name=f"Guest {number}", email=f"guest{number}@malmo.example")))
    before = await statuses()
    assert (await accept_invitation(wish(await invited(event)))).status is Status.WAITLISTED
    assert await statuses() == before
    assert await letter_kinds(ONE) == ["waitlisted", "invitation", "waitlisted"]


async def test_who_has_a_seat_is_told_that_it_is_theirs() -> None:
    event = await an_event()
    first = await register(Application(SLUG, draft(name="Guest 1", email=ONE)))
    again = await accept_invitation(wish(await invited(event)))
    assert (again.registration_id, again.status) == (first.registration_id, Status.CONFIRMED)
    assert await letter_kinds(ONE) == ["confirmed", "invitation", "already_registered"]
