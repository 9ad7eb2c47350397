"""Sign-ups for programs and in the back office."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest_asyncio

from events_service.agenda.rules import Session
from events_service.audit.rules import Doer
from events_service.people.rules import Role
from events_service.privacy.protecting import protect
from events_service.registrations.queries import registration_by_id
from events_service.registrations.sign_up_queries import own_sign_ups
from events_service.registrations.sign_up_rules import SignUp, SignUpStatus
from events_service.registrations.sign_ups import sign_up
from events_service.settings import Settings
from tests.agenda.given import a_release, a_room, a_session, a_summit, change_session
from tests.audit.given import entries
from tests.house.given import service
from tests.registrations.given import bearer, enter, form_token, letter_kinds, register

CONFIRMED, WAITLISTED = SignUpStatus.CONFIRMED, SignUpStatus.WAITLISTED


@dataclass(frozen=True)
class Summit:
    """A sparring session for one and a panel at the same time; three guests are confirmed, nobody has signed up."""

    client: httpx.AsyncClient
    sparring: Session
    panel: Session
    people: list[str]

    def api(self, tail: str = "", session: Session | None = None) -> str:
        return f"/api/v1/events/summit/sessions/{(session or self.sparring).id}/sign-ups{tail}"

    def desk(self, tail: str = "", session: Session | None = None) -> str:
        return f"/office/events/summit/sessions/{(session or self.sparring).id}/sign-ups{tail}"


@pytest_asyncio.fixture
async def summit(database_url: str, settings: Settings) -> AsyncIterator[Summit]:
    async with service(settings) as client:
        await a_summit()
        room = await a_room()
        sparring = await a_session(
            "Sparring", "2037-03-10T10:00", kind="sparring", signup=True, capacity=1, room_ids=[room.id]
        )
        panel = await a_session("Panel", "2037-03-10T10:15", signup=True)
        await a_release()
        people = [(await register(number, slug="summit")).registration_id for number in (1, 2, 3)]
        yield Summit(client, sparring, panel, people)


async def test_a_registrar_signs_people_up_puts_one_first_and_withdraws_another(summit: Summit) -> None:
    headers = await bearer(Role.REGISTRAR, "summit")
    answers = [
        await summit.client.post(summit.api(), json={"registration_id": one}, headers=headers) for one in summit.people
    ]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert [(one["status"], one["waitlist_position"]) for one in (answer.json() for answer in answers)] == [
        ("confirmed", None), ("waitlisted", 1), ("waitlisted", 2)
    ]  # fmt: skip
    first = await summit.client.post(summit.api(f"/{summit.people[2]}/first"), headers=headers)
    assert (first.status_code, first.json()["waitlist_position"]) == (200, 1)
    (deed,) = await entries(action="put_first")
    assert (deed.deed.subject_id, deed.doer.kind, deed.deed.reason) == (summit.people[2], "token", "")
    why = {"reason": "Speaks there."}
    again = await summit.client.post(summit.api(f"/{summit.people[1]}/first"), json=why, headers=headers)
    assert (again.status_code, (await entries(action="put_first"))[0].deed.reason) == (200, "Speaks there.")
    await summit.client.post(summit.api(f"/{summit.people[2]}/first"), headers=headers)
    for _ in range(2):
        gone = await summit.client.delete(summit.api(f"/{summit.people[0]}"), headers=headers)
        assert (gone.status_code, gone.content) == (204, b"")
    one, *rest = (await summit.client.get(summit.api("?limit=1"), headers=headers)).json().values()
    more = (await summit.client.get(summit.api(f"?cursor={rest[0]}"), headers=headers)).json()
    assert [(who["registration_id"], who["status"], who["name"]) for who in (*one, *more["items"])] == [
        (summit.people[1], "waitlisted", "Guest 2"),
        (summit.people[2], "confirmed", "Guest 3"),
    ]
    shown = (await summit.client.get(f"/api/v1/registrations/{summit.people[1]}", headers=headers)).json()
    assert shown["sessions"] == [{"session_id": summit.sparring.id, "status": "waitlisted", "waitlist_position": 1}]


async def test_what_programs_are_refused(summit: Summit) -> None:
    headers = await bearer()
    await a_summit(slug="another")
    elsewhere = (await register(1, slug="another")).registration_id
    await summit.client.post(summit.api(), json={"registration_id": summit.people[0]}, headers=headers)
    overlap = {"registration_id": summit.people[0]}
    answer = await summit.client.post(summit.api(session=summit.panel), json=overlap, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "overlap_unconfirmed")
    meant = overlap | {"despite_overlap": True}
    assert (await summit.client.post(summit.api(session=summit.panel), json=meant, headers=headers)).status_code == 201
    for wrong in (elsewhere, "0" * 32, "nobody"):
        answer = await summit.client.post(summit.api(), json={"registration_id": wrong, "moon": 1}, headers=headers)
        fields = {one["field"]: one["code"] for one in answer.json()["errors"]}
        assert (answer.status_code, fields["moon"]) == (422, "unknown_field")
        answer = await summit.client.post(summit.api(), json={"registration_id": wrong}, headers=headers)
        assert answer.json()["errors"][0]["code"] == "unknown_registration"
    for path in (summit.api(f"/{elsewhere}"), summit.api(f"/{summit.people[0]}").replace("summit", "another")):
        assert (await summit.client.delete(path, headers=headers)).status_code == 404
    first = await summit.client.post(summit.api(f"/{summit.people[1]}/first"), headers=headers)
    assert (first.status_code, first.json()["code"]) == (409, "wrong_status")
    for session_id in ("nothing", "0" * 32):
        path = f"/api/v1/events/summit/sessions/{session_id}/sign-ups"
        assert (await summit.client.get(path, headers=headers)).status_code == 404


async def test_registering_with_sessions_over_the_api(summit: Summit) -> None:
    path = "/api/v1/events/summit/registrations"
    body = {"name": "Guest 4", "email": "guest4@malmo.example", "consent": True}
    both = body | {"session_ids": [summit.sparring.id, summit.panel.id]}
    wrong = await summit.client.post(path, json=both | {"session_ids": ["x", *both["session_ids"]], "email": "x"})
    assert {one["field"]: one["code"] for one in wrong.json()["errors"]} == {
        "email": "invalid_email", "session_ids.0": "unknown_session"
    }  # fmt: skip
    warned = await summit.client.post(path, json=both)
    assert (warned.status_code, warned.json()["errors"][0]["field"]) == (422, "session_ids.1")
    assert "“Sparring”" in warned.json()["errors"][0]["message"]
    received = await summit.client.post(path, json=both | {"despite_overlap": True})
    assert (received.status_code, received.json()) == (201, {"status": "confirmed", "waitlist_position": None})
    kinds = await letter_kinds("guest4@malmo.example")
    assert kinds == ["confirmed", "session_invited", "session_invited"]
    # The answer to somebody who types a known address is the same, and nobody is signed up for anything.
    known = await summit.client.post(path, json=both | {"email": "guest1@malmo.example", "despite_overlap": True})
    assert known.json() == received.json()
    assert await own_sign_ups(summit.people[0]) == {}


async def test_an_organiser_does_the_same_on_the_pages(summit: Summit) -> None:
    client = summit.client
    await enter(client, Role.REGISTRAR)
    token = await form_token(client, summit.desk())
    for number in (1, 2, 3):
        form = {"csrf_token": token, "email": f"Guest{number}@malmo.example"}
        added = await client.post(summit.desk(), data=form)
        assert (added.status_code, added.headers["location"]) == (303, summit.desk("?done=signed_up_for"))
    page = (await client.get(summit.desk())).text
    assert [page.count(word) for word in ("1 of 1 place taken", "2 waiting", "/first", "/withdraw")] == [1, 1, 1, 3]
    first = await client.post(
        summit.desk(f"/{summit.people[2]}/first"), data={"csrf_token": token, "reason": "x" * 501}
    )
    assert (first.status_code, "500" in first.text) == (422, True)
    first = await client.post(
        summit.desk(f"/{summit.people[2]}/first"), data={"csrf_token": token, "reason": "Sparred last year."}
    )
    assert first.headers["location"] == summit.desk("?done=put_first")
    assert [one.deed.reason for one in await entries(action="put_first")] == ["Sparred last year."]
    gone = await client.post(summit.desk(f"/{summit.people[0]}/withdraw"), data={"csrf_token": token})
    assert gone.headers["location"] == summit.desk("?done=session_withdrawn_for")
    assert await own_sign_ups(summit.people[2]) == {summit.sparring.id: SignUp(CONFIRMED)}
    overview = (await client.get("/office/events/summit/sign-ups")).text
    assert "1 of 1" in overview
    assert summit.desk() in overview
    person = (await client.get(f"/office/registrations/{summit.people[1]}")).text
    assert "Sparring" in person
    assert "no. 1" in person
    assert "/office/events/summit/sign-ups" in (await client.get("/office/events/summit/registrations")).text


async def test_what_goes_wrong_on_the_pages_is_said_there(summit: Summit) -> None:
    client = summit.client
    await sign_up(summit.people[0], summit.sparring.id)
    unreleased = await a_session("Later", "2037-03-11T10:00", signup=True)
    await enter(client, Role.REGISTRAR)
    csrf = {"csrf_token": await form_token(client, summit.desk())}
    unknown = await client.post(summit.desk(), data=csrf | {"email": "nobody@malmo.example"})
    assert (unknown.status_code, "Nobody has registered" in unknown.text) == (422, True)
    assert (await client.post(summit.desk(), data=csrf)).status_code == 422
    overlap = csrf | {"email": "guest1@malmo.example"}
    asked = await client.post(summit.desk(session=summit.panel), data=overlap)
    assert (asked.status_code, 'name="despite_overlap"' in asked.text) == (409, True)
    both = await client.post(summit.desk(session=summit.panel), data=overlap | {"despite_overlap": "true"})
    assert both.status_code == 303
    early = await client.post(summit.desk(session=unreleased), data=overlap)
    assert (early.status_code, "not released yet" in early.text) == (409, True)
    await change_session(summit.sparring, state="cancelled")
    await a_release()
    late = await client.post(summit.desk(), data=csrf | {"email": "guest2@malmo.example"})
    assert (late.status_code, "takes no sign-ups" in late.text) == (409, True)
    assert (await registration_by_id(summit.people[1])).version == 1


async def test_signing_up_by_address_tells_nobody_whose_alias_it_is(summit: Summit) -> None:
    client, doer = summit.client, Doer("account", "a1")
    await protect(summit.people[0], alias="Heron 4", doer=doer, reason="Works undercover.")
    form = {"email": "guest1@malmo.example"}
    for role, status in ((Role.REGISTRAR, 422), (Role.ORGANISER, 303)):
        await enter(client, role)
        token = await form_token(client, summit.desk())
        answer = await client.post(summit.desk(), data=form | {"csrf_token": token})
        assert (answer.status_code, "Heron" in answer.text) == (status, False)
        assert ("Nobody has registered for this event with that address." in answer.text) == (status == 422)
