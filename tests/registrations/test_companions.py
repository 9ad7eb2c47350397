"""Companions named on the public form: as many as the event takes, together or as seats come, with an address or without."""

from typing import Any

import httpx
import pytest

from events_service.database import fetch
from events_service.events.admissions import Admission, set_admission
from events_service.registrations.parties import companions_of
from events_service.registrations.queries import registration_by_address
from events_service.registrations.rules import Category
from tests.forms import send
from tests.registrations.given import BODY, a_browser, an_event, bearer, letter_kinds, page_code_of, register, statuses

pytestmark = pytest.mark.usefixtures("database")
FORM, OWN = "/events/guide-launch/register", "/my/registration"
TYPED = BODY | {"consent": "true"}
BO = {"companions.person_1.name": "Bo Ek", "companions.person_1.email": "bo@malmo.example"}
IDA = {"companions.person_2.name": "Ida Holm"}


async def an_event_for_companions(most: int = 2, *, mail_check: bool = False, **more: Any) -> None:
    event = await an_event(**more)
    await set_admission(event, Admission(companions=most, mail_check=mail_check))


async def bring(typed: dict[str, str]) -> httpx.Response:
    async with a_browser() as client:
        return await send(client, FORM, TYPED | typed)


async def by_name() -> dict[str, str]:
    return {row["name"]: row["status"] for row in await fetch("SELECT name, status FROM registration ORDER BY id")}


async def test_the_form_has_as_many_rows_as_the_event_takes_companions() -> None:
    event = await an_event()
    async with a_browser() as client:
        for most in (0, 3):
            await set_admission(event, Admission(companions=most))
            shown = (await client.get(FORM)).text
            assert [f'name="companions.person_{row}.name"' in shown for row in range(1, 6)] == [
                row <= most for row in range(1, 6)
            ]


async def test_companions_get_seats_letters_and_who_has_no_address_stands_with_the_host() -> None:
    await an_event_for_companions(terms={"capacity": 5})
    assert (await bring(BO | IDA)).status_code == 303
    assert await by_name() == {"Åsa Ðórsdóttir": "confirmed", "Bo Ek": "confirmed", "Ida Holm": "confirmed"}
    assert await letter_kinds("bo@malmo.example") == ["confirmed"]
    assert {row["recipient"] for row in await fetch("SELECT recipient FROM letter")} == {
        "asa@malmo.example", "bo@malmo.example"
    }  # fmt: skip
    event_id = (await fetch("SELECT id FROM event"))[0]["id"]
    host = await registration_by_address(event_id, "asa@malmo.example")
    bo, ida = await companions_of(host)
    assert (bo.party, bo.category, bo.source, bo.city) == (host.id, Category.GUEST, "companion", "Malmö")
    async with a_browser() as client:
        assert (await client.post("/my/companions/cancel")).headers["location"] == "/my"
        await client.post("/my", data={"code": page_code_of(host)})
        shown = (await client.get(OWN)).text
        assert (shown.count("data:image/png;base64,"), "The badge of Ida Holm" in shown) == (1, True)
        # Bo has a page of his own, and decides there.
        for_bo = await client.post("/my/companions/cancel", data={"registration_id": bo.id})
        for_ida = await client.post("/my/companions/cancel", data={"registration_id": ida.id})
        assert (for_bo.status_code, for_ida.headers["location"]) == (404, f"{OWN}?done=companion_cancelled")
        await client.post("/my", data={"code": page_code_of(bo)})
        assert "Ida Holm" not in (await client.get(OWN)).text
    assert (await by_name())["Ida Holm"] == "cancelled"


async def test_a_party_that_stays_together_waits_together_and_one_that_does_not_is_split() -> None:
    await an_event_for_companions(terms={"capacity": 2})
    await bring(BO | IDA | {"together": "true"})
    assert set((await by_name()).values()) == {"waitlisted"}
    await an_event_for_companions(slug="other", terms={"capacity": 2})
    async with a_browser() as client:
        await send(client, "/events/other/register", TYPED | BO | IDA)
    rows = await fetch(
        "SELECT registration.status FROM registration JOIN event ON event.id = event WHERE slug = 'other' ORDER BY 1"
    )
    assert [row["status"] for row in rows] == ["confirmed", "confirmed", "waitlisted"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (BO | IDA | {"companions.person_3.name": "One more"}, "companions"),
        ({"companions.person_1.name": "Bo", "companions.person_1.email": "ASA@malmo.example"}, "companions"),
        ({"companions.person_1.email": "bo@malmo.example"}, "companions"),
        ({"companions.person_1.name": "Bo", "companions.person_1.email": "bo@"}, "companions"),
        ({"companions.x": "Bo"}, "companions"),
    ],
)
async def test_what_is_wrong_with_companions_is_said_and_nobody_is_registered(
    typed: dict[str, str], field: str
) -> None:
    await an_event_for_companions()
    refused = await bring(typed)
    assert (refused.status_code, f'href="#f-{field}' in refused.text) == (422, True)
    assert await statuses() == {}


async def test_where_addresses_are_confirmed_each_companion_needs_one() -> None:
    await an_event_for_companions(mail_check=True)
    assert (await bring(IDA)).status_code == 422
    assert (await bring(BO)).status_code == 303
    assert await letter_kinds("bo@malmo.example") == ["mail_check"]


async def test_an_address_that_is_registered_already_brings_nobody_and_nobody_can_tell() -> None:
    await an_event_for_companions(terms={"capacity": 9})
    await register()
    known = await bring(BO)
    unknown = await bring(BO | {"email": "oda@malmo.example", "companions.person_1.email": "bo2@malmo.example"})
    assert len(known.headers["location"]) == len(unknown.headers["location"])
    assert list(await statuses()) == ["asa@malmo.example", "oda@malmo.example", "bo2@malmo.example"]


JSON_BO, JSON_IDA = {"name": "Bo Ek", "email": "bo@malmo.example"}, {"name": "Ida Holm"}


async def bring_by_json(
    companions: list[dict[str, str]], *, headers: dict[str, str] | None = None, **more: Any
) -> httpx.Response:
    async with a_browser() as client:
        body = BODY | {"companions": companions} | more
        return await client.post("/api/v1/events/guide-launch/registrations", json=body, headers=headers)


async def test_companions_come_through_the_api_too_from_the_public_and_from_a_registrar() -> None:
    await an_event_for_companions(terms={"capacity": 4})
    taken = await bring_by_json([JSON_BO, JSON_IDA], together=True)
    assert (taken.status_code, taken.json()) == (201, {"status": "confirmed", "waitlist_position": None})
    host = await registration_by_address((await fetch("SELECT id FROM event"))[0]["id"], "asa@malmo.example")
    assert [one.name for one in await companions_of(host)] == ["Bo Ek", "Ida Holm"]

    # One seat is left, and two want to stay together.
    theirs = {"name": "Oda", "email": "oda@malmo.example", "consent": False, "together": True}
    oda = await bring_by_json([{"name": "Per"}], headers=await bearer(), **theirs)
    assert (oda.status_code, oda.json()["status"]) == (201, "waitlisted")
    assert (await by_name())["Per"] == "waitlisted"


@pytest.mark.parametrize(
    ("companions", "field", "code"),
    [
        ([JSON_BO, JSON_IDA, {"name": "One more"}], "companions", "too_many"),
        ([{"name": "Bo", "email": "ASA@malmo.example"}], "companions", "same_address"),
        ([{"email": "bo@malmo.example"}], "companions.0.name", "required"),
        ([{"name": "Bo", "email": "bo@"}], "companions.0.email", "invalid_email"),
        ([{"name": f"Guest {number}"} for number in range(6)], "companions", "too_long"),
    ],
)
async def test_what_is_wrong_with_companions_is_said_to_programs_by_field(
    companions: list[dict[str, str]], field: str, code: str
) -> None:
    await an_event_for_companions()
    refused = await bring_by_json(companions)
    assert (refused.status_code, [(one["field"], one["code"]) for one in refused.json()["errors"]]) == (
        422,
        [(field, code)],
    )
    assert await statuses() == {}


async def test_too_many_companions_do_not_tell_that_a_hidden_event_is_there() -> None:
    await an_event_for_companions(visibility="invited")
    refused = await bring_by_json([JSON_BO, JSON_IDA, {"name": "One more"}])
    assert (refused.status_code, "companions" in refused.text) == (404, False)
