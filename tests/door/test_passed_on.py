"""A seat that was passed on: at the door the old badge is one that was replaced, with and without a network."""

import pytest
from httpx import AsyncClient

from events_service.audit.rules import Doer
from events_service.door.roster_seals import badge_mark
from events_service.events.queries import event_by_slug
from events_service.registrations.actions import register_many
from events_service.registrations.applications import Application, Outcome
from events_service.registrations.badge_tokens import badge_digest, parse
from events_service.registrations.badges import badges_of
from events_service.registrations.drafts import RegistrationDraft
from events_service.registrations.rules import Status
from events_service.registrations.substitute_drafts import SubstituteDraft
from events_service.registrations.substituting import substitute
from tests.door.given import Guest, a_guest, a_phone, an_event, code_on, guests, outcome
from tests.house.given import bearer

pytestmark = pytest.mark.usefixtures("database")
JONAS = SubstituteDraft(name="Jónas Þórðarson", email="jonas@reykjavik.example")
REPLACED = ("refused", "badge_replaced")


async def come_instead(guest: Guest, draft: SubstituteDraft = JONAS) -> str:
    """The badge of who comes in this one's place."""
    coming = await substitute(guest.id, draft, by=Doer("account", "registrar"))
    return (await badges_of([coming], await event_by_slug("launch")))[coming.id]


def generation(badge: str) -> int:
    parsed = parse(badge)
    assert parsed is not None
    return parsed[0].generation


async def test_the_old_badge_and_its_code_say_that_another_took_their_place(client: AsyncClient) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    code = await code_on(guest)
    badge = await come_instead(guest)
    assert [await outcome(phone, one) for one in (guest.badge, code, badge)] == [REPLACED, REPLACED, ("admitted", None)]
    told = (await client.get("/api/v1/door/roster", headers=bearer(phone.token))).json()["revoked"]
    assert {"badge": badge_mark(badge_digest(guest.badge)), "state": "confirmed"} in told
    assert {one["state"] for one in told} == {"confirmed"}


async def test_the_new_badge_is_of_a_later_generation_also_that_of_somebody_known_before() -> None:
    event = await an_event(capacity=2)
    first, second = await guests(event, 2)
    draft = RegistrationDraft(name="Bo Ek", email="bo@oslo.example", organisation="City of Oslo", consent=True)
    (waiting,) = await register_many([Application(event.slug, draft, by_registrar=True)])
    assert isinstance(waiting, Outcome) and waiting.status is Status.WAITLISTED
    one = await come_instead(first)
    two = await come_instead(second, SubstituteDraft(name="Bo Ek", email="bo@oslo.example"))
    assert [generation(badge) for badge in (first.badge, one, second.badge, two)] == [1, 2, 1, 2]
    assert await outcome(await a_phone(event), two) == ("admitted", None)
