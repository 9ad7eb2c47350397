"""Who joined, for organisers: the page, the file and the API; and what becomes of it when a person or an event is forgotten."""

from typing import Any

import httpx
import pytest

from events_service import clock
from events_service.attendance.queries import attendance
from events_service.audit.rules import Doer
from events_service.database import fetch
from events_service.events.rules import Event
from events_service.online.rules import Sign
from events_service.people import actions, sign_ins
from events_service.people.rules import Role
from events_service.privacy.erasing import erase_address
from events_service.privacy.protecting import protect
from events_service.privacy.retention import sweep_events
from events_service.privacy.take_out import kept_about
from events_service.registrations.queries import Registration
from tests.house.given import bearer
from tests.online.given import BEGINS, MINUTE, a_meeting, count, it_is, joins, somebody, tells
from tests.people.given import HERE, PASSWORD
from tests.privacy.given import is_over

OFFICE, API = "/office/events/kick-off/online", "/api/v1/events/kick-off/online-presence"


async def three_who_joined(monkeypatch: pytest.MonkeyPatch, event: Event) -> list[Registration]:
    """One who was late and left early, one who is there still, and one whose page told nothing."""
    people = [
        await somebody(event, number, name=name)
        for number, name in ((1, "=Åsa"), (2, "Zebulon"), (3, "Silent Oda"))
    ]  # fmt: skip
    for minute, who, sign in (
        (0, 1, Sign.JOINED), (1, 2, Sign.JOINED), (9, 0, Sign.JOINED), (10, 0, Sign.THERE), (50, 0, Sign.LEFT),
        (50, 1, Sign.THERE),
    ):  # fmt: skip
        it_is(monkeypatch, BEGINS + minute * MINUTE)
        await (joins(people[who], event) if sign is Sign.JOINED else tells(people[who], event, sign))
    it_is(monkeypatch, BEGINS + 51 * MINUTE)
    return people


async def signed_in(client: httpx.AsyncClient, role: Role) -> None:
    email = f"{role.value}@malmo.example"
    await actions.add_account(email, role, password=PASSWORD)
    token = await sign_ins.sign_in(email, PASSWORD, address=HERE)
    client.cookies.set("signin", token)


async def asked(client: httpx.AsyncClient, role: Role, query: str = "") -> httpx.Response:
    return await client.get(f"{API}{query}", headers=bearer(await actions.make_api_token(role, name="asking")))


async def test_programs_are_told_who_joined_a_page_at_a_time(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await three_who_joined(monkeypatch, await a_meeting())
    first = (await asked(client, Role.REGISTRAR, "?limit=2")).json()
    rest = (await asked(client, Role.REGISTRAR, f"?limit=2&cursor={first['next']}")).json()
    shown: list[dict[str, Any]] = first["items"] + rest["items"]
    assert [one["registration_id"] for one in shown] == sorted(person.id for person in people)
    by_name = {one["name"]: one for one in shown}
    told = {
        name: (one["late_minutes"], one["early_minutes"], one["stayed_minutes"], one["ending"], one["is_there"])
        for name, one in by_name.items()
    }
    assert told == {
        "=Åsa": (9, 40, 41, "told", False),
        "Zebulon": (None, None, 0, None, True),
        "Silent Oda": (None, None, None, None, False),
    }
    assert rest["next"] is None


async def test_others_are_not_told(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    await three_who_joined(monkeypatch, await a_meeting())
    assert (await client.get(API)).status_code == 401
    for role in (Role.VIEWER, Role.DOOR_SUPERVISOR, Role.AGENDA_EDITOR):
        assert (await asked(client, role)).status_code == 403
    assert (await asked(client, Role.REGISTRAR, "?session_id=none")).status_code == 404
    assert (await asked(client, Role.REGISTRAR, "?cursor=*")).status_code == 422


async def test_the_file_is_a_list_without_formulas(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    await three_who_joined(monkeypatch, await a_meeting())
    await signed_in(client, Role.REGISTRAR)
    lines = (await client.get(f"{OFFICE}.csv")).text.splitlines()
    assert lines[0].startswith("name,organisation,city,category,joined_at,late_minutes")
    assert lines[3] == (
        "'=Åsa,City of Malmö,Malmö,practitioner,2037-01-14T10:09:00+01:00,9,2037-01-14T10:50:00+01:00,told,40,41"
    )


async def test_the_page_names_protected_people_by_their_alias(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await three_who_joined(monkeypatch, await a_meeting())
    await protect(people[1].id, alias="Heron 4", doer=Doer("account", "me"), reason="Works undercover.")
    await signed_in(client, Role.REGISTRAR)
    shown = (await client.get(OFFICE)).text
    assert ("Heron 4" in shown, "Zebulon" in shown) == (True, False)
    assert "10.09 · 9 min late" in shown
    assert (await client.get(f"{OFFICE}?session=none")).status_code == 404


async def test_what_is_kept_is_told_to_the_person_and_erased_with_them(
    monkeypatch: pytest.MonkeyPatch, client: httpx.AsyncClient
) -> None:
    event = await a_meeting()
    people = await three_who_joined(monkeypatch, event)
    (stay,) = (await kept_about(people[0].email))["online_stays"]
    assert (stay["event"], stay["meeting"], stay["joined_at"], stay["ending"]) == (
        "kick-off",
        "Online",
        BEGINS + 9 * MINUTE,
        "told",
    )
    before = await attendance(event.id)
    assert await erase_address(people[0].email, doer=Doer("account", "me")) == 1
    assert await count(f"online_stay WHERE registration = '{people[0].id}'") == 0
    assert (await attendance(event.id)).admitted == before.admitted == 3


async def test_the_sweep_leaves_counts_by_the_hour(monkeypatch: pytest.MonkeyPatch, client: httpx.AsyncClient) -> None:
    event = await a_meeting()
    await three_who_joined(monkeypatch, event)
    monkeypatch.undo()
    await is_over(event, days=1000)
    assert await sweep_events(clock.now()) == 3
    assert (await count("online_stay"), (await attendance(event.id)).by_checkpoint) == (0, {"online": 3})
    assert {row["admitted_at"].minute for row in await fetch("SELECT admitted_at FROM presence")} == {0}


async def test_the_live_picture_shows_who_is_online_apart(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await a_meeting()
    await three_who_joined(monkeypatch, event)
    await signed_in(client, Role.ORGANISER)
    shown = (await client.get("/office/events/kick-off/attendance")).text
    assert f'href="{OFFICE}"' in shown
    figures = await attendance(event.id)
    assert (figures.admitted, figures.inside, figures.by_checkpoint) == (3, 0, {"online": 3})
