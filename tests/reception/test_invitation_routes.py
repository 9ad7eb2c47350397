"""Invitations over HTTP: for programs, for guests, and in the back office."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from events_service.people.rules import Role
from events_service.privacy.protecting import protect
from events_service.registrations.rules import Status
from tests.reception.given import ORGANISER, a_browser, all_invitations, code_of, invited, states
from tests.registrations.given import BODY, an_event, bearer, enter, form_token, letter_kinds, statuses
from tests.registrations.test_pages import words

pytestmark = pytest.mark.usefixtures("database")
PATH, REGISTER = "/api/v1/events/guide-launch/invitations", "/api/v1/events/guide-launch/registrations"
ONE = "guest1@malmo.example"
OFFICE = "/office/events/guide-launch/invitations"


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


async def by_invitation() -> str:
    """An event that only its guests may know of; its id."""
    return (await an_event(visibility="invited", terms={"mode": "invitation"})).id


async def test_a_program_invites_and_is_told_who_was_left_out(client: httpx.AsyncClient) -> None:
    await by_invitation()
    registrar = await bearer()
    people = [
        {"name": "Åsa", "email": "asa@malmo.example"},
        {"name": "", "email": "x", "moon": 1},
        {"name": "Bo", "email": ONE},
    ]
    body = {"people": people, "lapses_at": "2037-02-20T12:00", "plus_ones": 1}
    sent = await client.post(PATH, json=body, headers=registrar)
    assert (sent.status_code, sent.json()["created"], sent.json()["known"]) == (201, 2, 0)
    (rejected,) = sent.json()["rejected"]
    assert (rejected["line"], {one["field"]: one["code"] for one in rejected["errors"]}) == (
        2, {"name": "required", "email": "invalid_email", "moon": "unknown_field"},
    )  # fmt: skip
    again = await client.post(PATH, json=body, headers=registrar)
    assert (again.json()["created"], again.json()["known"]) == (0, 2)
    listed = (await client.get(f"{PATH}?status=invited&limit=1", headers=registrar)).json()
    assert (listed["items"][0]["lapses_at"], listed["items"][0]["email"]) == (
        "2037-02-20T11:00:00Z",
        "asa@malmo.example",
    )
    assert listed["next"] and "/invited#" in listed["items"][0]["url"]
    taken_back = await client.post(f"/api/v1/invitations/{listed['items'][0]['id']}/withdraw", headers=registrar)
    assert (taken_back.status_code, taken_back.json()["state"]) == (200, "withdrawn")
    file = await client.get(f"{PATH}.csv", headers=registrar)
    assert file.text.splitlines()[1].startswith("Åsa,asa@malmo.example,,,guest,withdrawn,")


async def test_wrong_terms_are_named_and_strangers_are_told_nothing(client: httpx.AsyncClient) -> None:
    await by_invitation()
    registrar = await bearer()
    for body, field in [
        ({}, "people"),
        ({"people": [], "segment": {}}, "people"),
        ({"people": [], "plus_ones": 99}, "plus_ones"),
        ({"people": [], "lapses_at": "2037-03-29T02:30"}, "lapses_at"),
        ({"people": [], "lapses_at": "2020-01-01T12:00"}, "lapses_at"),
    ]:
        wrong = await client.post(PATH, json=body, headers=registrar)
        assert (wrong.status_code, [error["field"] for error in wrong.json()["errors"]]) == (422, [field])
    assert (await client.get(PATH)).status_code == 401
    assert (await client.get(PATH, headers=await bearer(Role.DOOR_STEWARD))).status_code == 403
    assert (await client.get(PATH, headers=await bearer(event="other"))).status_code == 404


async def test_a_code_registers_a_guest_and_nobody_without(client: httpx.AsyncClient) -> None:
    event = await an_event(terms={"mode": "invitation"})
    await invited(1)
    (one,) = await all_invitations(event.id)
    assert (await client.post(REGISTER, json=BODY)).json()["code"] == "invitation_required"
    wrong = await client.post(REGISTER, json=BODY | {"invitation": "a" * 32})
    assert [(e["field"], e["code"]) for e in wrong.json()["errors"]] == [("invitation", "unknown_invitation")]
    body = BODY | {"email": ONE, "invitation": code_of(one)}
    done = await client.post(REGISTER, json=body)
    assert (done.status_code, done.json()) == (201, {"status": "confirmed", "waitlist_position": None})
    used = await client.post(REGISTER, json=body)
    assert [(e["field"], e["code"]) for e in used.json()["errors"]] == [("invitation", "used_invitation")]


async def test_a_guest_opens_the_link_and_says_yes_with_a_companion(client: httpx.AsyncClient) -> None:
    event_id = await by_invitation()
    await invited(1, plus_ones=1)
    (one,) = await all_invitations(event_id)
    assert (await client.get("/invited")).status_code == 200
    assert (await client.get("/invited/answer")).headers["location"] == "/invited"
    assert "opens nothing" in words(await client.post("/invited", data={"code": "c" * 32}))
    # Mail scanners follow links: only the button opens.
    assert [state.value for state in await states(event_id)] == ["invited"]
    opened = await client.post("/invited", data={"code": code_of(one)})
    assert (opened.status_code, opened.headers["location"]) == (303, "/invited/answer")
    assert [state.value for state in await states(event_id)] == ["opened"]
    shown = await client.get("/invited/answer")
    assert "Launch of the Safe Cities Guide" in words(shown) and 'value="Guest 1"' in shown.text
    yes = {"name": "Guest One", "language": "en"}
    unwilling = await client.post("/invited/accept", data=yes | {"companions": "somebody"})
    assert unwilling.status_code == 422 and "Consent:" in words(unwilling)
    unreadable = await client.post("/invited/accept", data=yes | {"consent": "true", "companions": "somebody"})
    assert unreadable.status_code == 422 and "Line 1" in words(unreadable)
    done = await client.post("/invited/accept", data=yes | {"consent": "true", "companions": "Bo <bo@x.example>"})
    assert done.headers["location"] == "/invited/answer?done=invitation_accepted"
    assert await statuses() == {ONE: (Status.CONFIRMED, None), "bo@x.example": (Status.CONFIRMED, None)}
    assert "You said yes" in words(await client.get("/invited/answer"))
    late = await client.post("/invited/decline", data={})
    assert late.status_code == 409


async def test_a_guest_says_no_or_names_somebody_else(client: httpx.AsyncClient) -> None:
    event_id = await by_invitation()
    await invited(1, 2)
    one, two = await all_invitations(event_id)
    await client.post("/invited", data={"code": code_of(one)})
    assert (await client.post("/invited/pass-on", data={"name": "Bo"})).status_code == 422
    passed = await client.post("/invited/pass-on", data={"name": "Bo", "email": "bo@x.example"})
    assert passed.headers["location"] == "/invited/answer?done=invitation_passed_on"
    assert await letter_kinds("bo@x.example") == ["invitation"]
    await client.post("/invited/leave")
    await client.post("/invited", data={"code": code_of(two)})
    await client.post("/invited/decline", data={"word": "On leave."})
    assert [state.value for state in await states(event_id)] == ["delegated", "declined", "invited"]
    assert "You said no" in words(await client.get("/invited/answer"))


async def test_an_organiser_looks_before_anything_is_sent(client: httpx.AsyncClient) -> None:
    event_id = await by_invitation()
    await enter(client)
    assert "Nobody is invited yet" in words(await client.get(OFFICE))
    typed = {
        "csrf_token": await form_token(client, f"{OFFICE}/new"),
        "pasted": "Åsa <asa@x.example>\nBo <bo@>\n",
        "plus_ones": "1",
    }
    looked = await client.post(f"{OFFICE}/new", data=typed)
    assert "1 person would be invited" in words(looked) and "Line 2:" in words(looked)
    assert await states(event_id) == []
    sent = await client.post(f"{OFFICE}/new", data=typed | {"step": "send"})
    assert sent.headers["location"] == f"{OFFICE}?done=people_invited"
    assert await letter_kinds("asa@x.example") == ["invitation"]
    nobody = await client.post(f"{OFFICE}/new", data=typed | {"pasted": ""})
    assert nobody.status_code == 422 and "Paste from one to 5,000 people" in words(nobody)
    (one,) = await all_invitations(event_id)
    token = {"csrf_token": typed["csrf_token"]}
    assert "asa@x.example" in words(await client.get(f"{OFFICE}?q=asa&status=invited"))
    again = await client.post(f"/office/invitations/{one.id}/resend", data=token)
    assert again.headers["location"] == f"{OFFICE}?done=resent"
    await client.post(f"/office/invitations/{one.id}/withdraw", data=token)
    refused = await client.post(f"/office/invitations/{one.id}/withdraw", data=token)
    assert refused.status_code == 409 and "Asked for: withdrawn" in words(refused)
    assert "asa@x.example" in (await client.get(f"{OFFICE}/file.csv")).text


@pytest.mark.parametrize("answered", [True, False])
async def test_a_protected_guest_stands_in_the_lists_under_the_alias(client: httpx.AsyncClient, answered: bool) -> None:
    event = await an_event(terms={"mode": "open"})
    await invited(1, 2)
    (known, other) = await all_invitations(event.id)
    registrar, owner = await bearer(), await bearer(Role.OWNER)
    body = BODY | {"name": "Guest 1", "email": ONE} | ({"invitation": code_of(known)} if answered else {})
    made = await client.post(REGISTER, json=body, headers=registrar)
    assert made.status_code == 201
    await protect(made.json()["id"], alias="Heron 4", doer=ORGANISER, reason="Works undercover.")
    await enter(client)

    for text in (
        (await client.get(PATH, headers=registrar)).text,
        (await client.get(f"{PATH}.csv", headers=registrar)).text,
        (await client.get(f"/api/v1/invitations/{known.id}", headers=registrar)).text,
        (await client.get(OFFICE)).text,
        (await client.get(f"{OFFICE}/file.csv")).text,
    ):
        assert "Heron 4" in text
        assert "Guest 1" not in text and ONE not in text and code_of(known) not in text
    found = {
        q: [one["id"] for one in (await client.get(f"{PATH}?q={q}", headers=registrar)).json()["items"]]
        for q in ("guest1", "heron", "malmo", "guest")
    }
    assert found == {"guest1": [], "heron": [known.id], "malmo": [other.id], "guest": [other.id]}
    seen = (await client.get(f"{PATH}?q=guest1", headers=owner)).json()["items"]
    assert [(one["name"], one["email"]) for one in seen] == [("Guest 1", ONE)]
