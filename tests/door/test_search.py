"""Finding people by name at the door, on both databases."""

from typing import Any

import pytest
from httpx import AsyncClient

from events_service.audit.rules import Doer
from events_service.door.queries import paired_device
from events_service.door.rules import Grant
from events_service.door.search import FoundPerson, search
from events_service.errors import Forbidden
from events_service.events.rules import Event
from events_service.registrations.actions import edit_registration, register_many
from events_service.registrations.admitting import change_admission
from events_service.registrations.applications import Application
from events_service.registrations.drafts import RegistrationChange, RegistrationDraft
from events_service.web.bodies import read_values
from tests.door.given import Phone, a_guest, a_phone, an_event, change, outcome

pytestmark = pytest.mark.usefixtures("database")

NAMES = ("Åsa Ðórsdóttir", "Þór Æsøy", "Søren Ås", "Bo Ek")


async def people(event: Event, *names: str, organisation: str = "City of Malmö") -> None:
    """Guests of these names."""

    def asked(at: int, name: str) -> dict[str, Any]:
        email = f"guest{at}@{event.slug}.asa.example"
        return {"name": name, "email": email, "organisation": organisation, "city": "Tromsø", "consent": True}

    drafts = [read_values(RegistrationDraft, asked(at, name), from_text=False) for at, name in enumerate(names)]
    await register_many([Application(event.slug, draft, by_registrar=True) for draft in drafts])


async def found(phone: Phone, text: str) -> list[FoundPerson]:
    return await search(text, device=await paired_device(phone.digest))


async def names_found(phone: Phone, text: str) -> list[str]:
    return [one.name for one in await found(phone, text)]


async def test_nordic_letters_count_as_plain_ones_and_the_other_way_round() -> None:
    event = await an_event()
    await people(event, *NAMES)
    phone = await a_phone(event, supervisor=True)
    for text, names in (
        ("thor", ["Þór Æsøy"]),
        ("ÆSØY", ["Þór Æsøy"]),
        ("aesoy", ["Þór Æsøy"]),
        ("dorsdottir", ["Åsa Ðórsdóttir"]),
        ("as ren", ["Søren Ås"]),
        ("ås søren", ["Søren Ås"]),
        ("malmo ek", ["Bo Ek"]),
        ("tromso ek", ["Bo Ek"]),
        ("%", []),
        ("nobody", []),
    ):
        assert sorted(await names_found(phone, text)) == sorted(names), text


async def test_an_address_finds_nobody_and_neither_does_one_letter() -> None:
    event = await an_event()
    await people(event, "Bo Ek")
    phone = await a_phone(event, supervisor=True)
    for text in ("guest0", "launch.asa", "b", " ", ""):
        assert await names_found(phone, text) == [], text


async def test_whoever_is_found_is_let_in_by_what_was_found() -> None:
    event = await an_event()
    await people(event, "Bo Ek")
    phone = await a_phone(event, supervisor=True)
    (bo,) = await found(phone, "bo ek")
    assert (bo.organisation, bo.city, bo.category, bo.status) == (
        "City of Malmö",
        "Tromsø",
        "practitioner",
        "confirmed",
    )
    assert bo.badge is not None
    assert bo.admitted_at is None
    assert await outcome(phone, bo.badge) == ("admitted", None)
    (again,) = await found(phone, "bo ek")
    assert again.admitted_at is not None


async def test_who_has_no_seat_has_no_badge_and_comes_last() -> None:
    event = await an_event()
    await people(event, "Anna Ek", "Bo Ek")
    await change("UPDATE registration SET status = 'cancelled', badge_digest = NULL WHERE name = $1", "Anna Ek")
    one, other = await found(await a_phone(event, supervisor=True), "ek")
    assert (one.name, other.name, other.status, other.badge) == ("Bo Ek", "Anna Ek", "cancelled", None)


async def test_nobody_of_another_event_is_found() -> None:
    event, other = await an_event(), await an_event("summit")
    await people(other, "Bo Ek")
    assert await names_found(await a_phone(event, supervisor=True), "bo ek") == []


async def test_a_stewards_device_finds_people_where_it_was_granted() -> None:
    event = await an_event()
    await people(event, "Bo Ek")
    with pytest.raises(Forbidden):
        await found(await a_phone(event, name="Left"), "bo ek")
    assert await names_found(await a_phone(event, name="Right", grants=[Grant.SEARCH]), "bo ek") == ["Bo Ek"]


async def test_what_the_door_is_to_know_of_somebody_is_told_with_them() -> None:
    event = await an_event()
    phone = await a_phone(event, supervisor=True)
    guest, reporter = await a_guest(event), await a_guest(event, category="media")
    await edit_registration(guest.id, RegistrationChange(door_note="Comes with a stick"))
    await change_admission(event, by=Doer("account", "me"), photo_id_categories=("media",))
    told = {one.registration_id: (one.note, one.photo_id) for one in await found(phone, "asa")}
    assert told == {guest.id: ("Comes with a stick", False), reporter.id: (None, True)}


async def test_a_device_asks_and_others_do_not(client: AsyncClient) -> None:
    event = await an_event()
    await people(event, "Bo Ek")
    plain, granted = await a_phone(event, name="Left"), await a_phone(event, name="Right", supervisor=True)
    assert (await client.get("/api/v1/door/search?q=bo")).status_code == 401
    for phone, status in ((plain, 403), (granted, 200)):
        headers = {"Authorization": f"Bearer {phone.token}"}
        answer = await client.get("/api/v1/door/search", params={"q": "bo ek"}, headers=headers)
        assert answer.status_code == status
    assert [one["name"] for one in answer.json()["items"]] == ["Bo Ek"]
    too_long = await client.get("/api/v1/door/search", params={"q": "x" * 101}, headers=headers)
    assert too_long.status_code == 422


async def test_without_scripts_a_page_finds_and_lets_in(client: AsyncClient) -> None:
    event = await an_event()
    await people(event, "Bo <b>Ek")
    phone = await a_phone(event, supervisor=True)
    client.cookies.set("door", phone.token)
    page = await client.get("/door/search", params={"q": "bo"})
    assert "Bo &lt;b&gt;Ek" in page.text
    (bo,) = await found(phone, "bo")
    assert f'name="badge" value="{bo.badge}"' in page.text
    assert "Nobody of that name" in (await client.get("/door/search", params={"q": "nobody"})).text
    client.cookies.set("door", (await a_phone(event, name="Left")).token)
    assert (await client.get("/door/search")).status_code == 403
    client.cookies.clear()
    assert (await client.get("/door/search")).headers["location"] == "/door/pair"
