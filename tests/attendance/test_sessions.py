"""Who came to a session."""

import pytest
from httpx import AsyncClient

from events_service.attendance.session_queries import people_of_session
from events_service.attendance.session_rules import Attender, count, session_for_viewers
from events_service.events.queries import event_by_slug
from events_service.people.actions import make_api_token
from events_service.people.rules import Role
from events_service.registrations.sign_ups import sign_up
from tests.agenda.given import a_release, a_session
from tests.door.given import ELEVEN, a_checkpoint, a_phone, an_event, change, guests, scanned
from tests.house.given import bearer
from tests.people.given import account, enter

pytestmark = pytest.mark.usefixtures("database")
OFFICE = "/office/events/launch"


def somebody(n: int, *, signed_up: bool = True, came: bool = True, inside: bool = False) -> Attender:
    return Attender(str(n), f"Guest {n}", "", "expert", signed_up, False, ELEVEN if came else None, inside)


def test_small_numbers_are_not_told_to_whoever_may_not_see_registrations() -> None:
    people = [*(somebody(n, inside=n < 2) for n in range(9)), *(somebody(n, came=False) for n in range(9, 12))]
    whole = count("s", people)
    assert (whole.signed_up, whole.admitted, whole.inside, whole.absent) == (12, 9, 2, 3)
    told = session_for_viewers(whole)
    assert (told.signed_up, told.admitted, told.inside, told.absent, told.by_category) == (
        12,
        9,
        None,
        None,
        {"expert": 9},
    )
    few = session_for_viewers(count("s", people[:3]))
    assert (few.signed_up, few.admitted, few.by_category, few.per_minute) == (None, None, {}, [])
    nobody = count("s", [])
    assert session_for_viewers(nobody) == nobody


async def a_counted_session() -> str:
    """Three signed up, of whom two came, one of them left again; and a supervisor let in somebody without a place."""
    event = await an_event()
    session = await a_session("Workshop", "2037-03-07T12:00", event="launch", signup=True)
    await a_release(event="launch")
    await a_checkpoint(event, "hall", admits={"session_id": session.id}, reentry="in_and_out")
    came, left, absent, uninvited = await guests(event, 4)
    for guest, name in ((came, "Cille"), (left, "Leif"), (absent, "Abba"), (uninvited, "Ulla")):
        await change("UPDATE registration SET name = $2 WHERE id = $1", guest.id, name)
        if guest is not uninvited:
            await sign_up(guest.id, session.id)
    phone = await a_phone(event, supervisor=True)
    for guest in (came, left):
        await scanned(phone, guest.badge, checkpoint="hall")
    await scanned(phone, left.badge, checkpoint="hall", direction="exit")
    await scanned(phone, uninvited.badge, checkpoint="hall", override_reason="The minister's guest")
    # The main entrance is no door of the session.
    await scanned(phone, absent.badge)
    return session.id


async def test_who_came_of_those_who_signed_up() -> None:
    session_id = await a_counted_session()
    event = await event_by_slug("launch")
    people = {one.name: one for one in await people_of_session(event, session_id)}
    assert list(people) == ["Abba", "Cille", "Leif", "Ulla"]
    assert {name: (one.signed_up, one.came_at is not None, one.inside) for name, one in people.items()} == {
        "Abba": (True, False, False),
        "Cille": (True, True, True),
        "Leif": (True, True, False),
        "Ulla": (False, True, True),
    }


async def test_programs_are_told_the_figures(client: AsyncClient) -> None:
    session_id = await a_counted_session()
    address = f"/api/v1/events/launch/sessions/{session_id}/attendance"
    headers = bearer(await make_api_token(Role.ORGANISER, name="Figures"))
    told = (await client.get(address, headers=headers)).json()
    assert {name: told[name] for name in ("session_id", "signed_up", "admitted", "inside", "absent")} == {
        "session_id": session_id, "signed_up": 3, "admitted": 3, "inside": 2, "absent": 1,
    }  # fmt: skip
    assert told["by_category"] == {"practitioner": 3}
    assert sum(one["admitted"] for one in told["per_minute"]) == 3
    viewer = bearer(await make_api_token(Role.VIEWER, name="Viewer"))
    told = (await client.get(address, headers=viewer)).json()
    assert (told["signed_up"], told["admitted"], told["by_category"], told["per_minute"]) == (None, None, {}, [])
    for wrong in ("none", "0" * 32):
        answer = await client.get(f"/api/v1/events/launch/sessions/{wrong}/attendance", headers=headers)
        assert answer.status_code == 404


async def test_the_page_names_people_to_who_may_see_registrations(client: AsyncClient) -> None:
    session_id = await a_counted_session()
    await account(role=Role.REGISTRAR, event="launch")
    await enter(client)
    shown = (await client.get(f"{OFFICE}/sessions/{session_id}/sign-ups")).text
    assert f"{OFFICE}/sessions/{session_id}/attendance" in shown
    listed = (await client.get(f"{OFFICE}/sessions/{session_id}/sign-ups.csv")).text.splitlines()
    assert listed[0].endswith("signed_up_at,admitted_at")
    assert sorted(line.endswith("Z") for line in listed[1:]) == [False, True, True]


async def test_the_page_names_nobody_to_a_viewer(client: AsyncClient) -> None:
    session_id = await a_counted_session()
    await account(role=Role.VIEWER, event="launch")
    await enter(client)
    shown = await client.get(f"{OFFICE}/sessions/{session_id}/attendance")
    assert shown.status_code == 200
    assert "under 5" in shown.text
    assert [name for name in ("Abba", "Cille", "Leif", "Ulla") if name in shown.text] == []
    assert "Workshop" in (await client.get(f"{OFFICE}/attendance")).text


async def test_a_session_without_a_door_says_that_nobody_counts(client: AsyncClient) -> None:
    await an_event()
    session = await a_session("Panel", "2037-03-07T12:00", event="launch")
    await account(role=Role.ORGANISER, event="launch")
    await enter(client)
    shown = await client.get(f"{OFFICE}/sessions/{session.id}/attendance")
    assert "Nobody counts who comes to this session" in shown.text
    form = await client.get(f"{OFFICE}/door/new-checkpoint?session={session.id}")
    assert f'<option value="{session.id}" selected>' in form.text
