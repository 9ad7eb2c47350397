"""A protected person is an alias to everybody, whatever they ask and whoever they are; named roles look behind it and say why."""

import re
from typing import Any

import httpx
import pytest

from events_service.audit.rules import Doer
from events_service.database import fetch
from events_service.errors import Conflict
from events_service.outbox.queries import letter_from
from events_service.people import actions as people
from events_service.people.rules import Role
from events_service.privacy.protecting import end_protection, look_behind, protect
from events_service.privacy.take_out import kept_about
from events_service.registrations.actions import cancel_registration, resend_letter
from events_service.registrations.letters import write_letter
from events_service.registrations.queries import registration_by_id
from events_service.registrations.sign_ups import sign_up
from events_service.settings import Settings
from tests.agenda.given import a_release, a_session, a_summit
from tests.application import application
from tests.audit.given import entries
from tests.door.given import change
from tests.house.given import bearer, service
from tests.house.test_access import cookies_of, routes_of
from tests.privacy.given import ADDRESS, KEY, MARK, NAME, let_in, registered, traces
from tests.registrations.given import page_code_of

pytestmark = pytest.mark.usefixtures("database")
REGISTRAR = Doer("account", "a1")
ALIAS = "Heron 4"


async def hidden(slug: str = "summit") -> str:
    """Somebody at a summit with sessions, let in, then protected."""
    event = await a_summit()
    session = await a_session(signup=True, capacity=5)
    await a_release()
    person = await registered(slug, answers={})
    await sign_up(person, session.id)
    await let_in(event, person)
    await change("UPDATE scan SET override_reason = NULL")
    await change("UPDATE scan_conflict SET settled_reason = '', reopened_reason = ''")
    await protect(person, alias=ALIAS, doer=REGISTRAR, reason="Works undercover.")
    return person


@pytest.mark.either_database
async def test_the_alias_stands_in_every_route_for_every_role(database: Settings) -> None:
    async with service(database) as client:
        person = await hidden()
        ids = {
            "slug": "summit",
            "registration_id": person,
            "session_id": (await fetch("SELECT id FROM session"))[0]["id"],
            "name": (await fetch("SELECT id FROM session"))[0]["id"],
        }
        routes = [route[4:] for route in routes_of(application(database)) if route.startswith("GET ")]
        letters = [row["id"] for row in await fetch("SELECT id FROM letter")]
        told: list[tuple[str, str]] = []
        found = 0
        for role in (*Role, None):
            token = await people.make_api_token(role, name="reader") if role else ""
            pages = await cookies_of(role, None) if role in set(Role) - {Role("inbound_mail")} and role else {}
            for path in [one for one in routes if "{letter_id}" not in one] + [
                f"/office/letters/{one}" for one in letters
            ]:
                if "stream" in path or set(re.findall(r"{(\w+)}", path)) - ids.keys():
                    continue
                for query in ("", "?q=zebulon"):
                    headers = bearer(token) if path.startswith("/api") and token else pages
                    answer = await client.get(path.format(**ids) + query, headers=headers)
                    text = answer.text.casefold()
                    found += ALIAS.casefold() in text
                    if MARK in text:
                        told.append((str(role), path + query))
        assert told == []
        assert found > 10


async def test_a_protected_person_is_found_by_the_alias_alone(database: Settings) -> None:
    async with service(database) as client:
        await hidden()
        token = bearer(await people.make_api_token(Role.OWNER, name="owner"))
        found = {}
        for text in ("heron", "quixotarius", "zebulon", KEY):
            answer = await client.get("/api/v1/events/summit/registrations", params={"q": text}, headers=token)
            found[text] = [one["name"] for one in answer.json()["items"]]
        assert found == {"heron": [ALIAS], "quixotarius": [], "zebulon": [], KEY: []}
        badges = await client.get("/api/v1/events/summit/badges", headers=token)
        assert (ALIAS in badges.text, MARK in badges.text.casefold()) == (True, False)


async def test_the_door_says_the_alias_also_for_what_was_scanned_before() -> None:
    person = await hidden()
    rows = await fetch("SELECT answer FROM scan")
    assert {(ALIAS in row["answer"], MARK in row["answer"].casefold()) for row in rows} == {(True, False)}
    assert (await registration_by_id(person)).name == ALIAS
    assert {trace.partition(".")[0] for trace in await traces()} == {"registration", "letter", "session_invite"}


async def test_their_own_letters_and_page_call_them_by_their_name(database: Settings) -> None:
    async with service(database) as client:
        person = await hidden()
        await resend_letter(person)
        row = (await fetch("SELECT * FROM letter WHERE kind = 'confirmed' ORDER BY id DESC"))[0]
        written = await write_letter(letter_from(row))
        assert (written.recipient, f"Dear {NAME}" in written.text) == (ADDRESS, True)
        opened = await client.post("/my", data={"code": page_code_of(await registration_by_id(person))})
        assert opened.headers["location"] == "/my/registration"
        assert NAME in (await client.get("/my/registration")).text
        mine = (await kept_about(KEY))["registrations"][0]
        assert (mine["name"], mine["email"], mine["alias"]) == (NAME, ADDRESS, ALIAS)


async def test_who_comes_back_stays_protected() -> None:
    person = await hidden()
    await cancel_registration(person)
    assert await registered("summit", answers={}) == person
    again = await registration_by_id(person)
    assert (again.name, again.protected, again.email.endswith("@protected.invalid")) == (ALIAS, True, True)


async def test_looking_behind_an_alias_needs_the_permission_and_a_reason_and_is_written_down(
    database: Settings,
) -> None:
    async with service(database) as client:
        person = await hidden()
        path = f"/api/v1/registrations/{person}/reveal"

        async def reveal(role: Role, body: dict[str, Any]) -> httpx.Response:
            token = await people.make_api_token(role, name=role)
            return await client.post(path, json=body, headers=bearer(token))

        assert (await reveal(Role.REGISTRAR, {"reason": "Curious."})).status_code == 403
        assert (await reveal(Role.ORGANISER, {"reason": " "})).status_code == 422
        assert [one.deed.action for one in await entries()] == ["protected"]
        told = await reveal(Role.ORGANISER, {"reason": "The police ask."})
        assert told.json() == {"name": NAME, "email": ADDRESS, "organisation": f"{NAME}'s institute"}
        assert (await entries())[0].deed.reason == "The police ask."
        headers = await cookies_of(Role.OWNER, None)
        office = f"/office/registrations/{person}/protection"
        shown = await client.post(f"{office}/reveal", data={"reason": "A call."}, headers=headers)
        assert (shown.status_code, NAME in shown.text, NAME in (await client.get(office, headers=headers)).text) == (
            200,
            True,
            False,
        )
        assert (await client.post(office, data={"alias": "Owl", "reason": "x"}, headers=headers)).status_code == 409


async def test_ending_the_protection_brings_the_name_back() -> None:
    person = await hidden()
    with pytest.raises(Conflict):
        await protect(person, alias="Owl", doer=REGISTRAR, reason="Again.")
    await end_protection(person, doer=REGISTRAR, reason="It is over.")
    shown = await registration_by_id(person)
    assert (shown.name, shown.email, shown.protected, shown.identity) == (NAME, ADDRESS, False, "")
    with pytest.raises(Conflict):
        await look_behind(person, doer=REGISTRAR, reason="Late.")
    assert [one.deed.action for one in await entries()] == ["unprotected", "protected"]


async def test_who_registers_a_protected_address_finds_neither_the_alias_nor_who_is_behind_it(
    database: Settings,
) -> None:
    async with service(database) as client:
        person = await hidden()
        session = (await fetch("SELECT id FROM session"))[0]["id"]
        token = await people.make_api_token(Role.REGISTRAR, name="registrar")
        typed = {"name": "Somebody", "email": ADDRESS}
        for path in ("registrations", "walk-ins"):
            answer = await client.post(f"/api/v1/events/summit/{path}", json=typed, headers=bearer(token))
            assert (answer.status_code, answer.json()) == (201, {"status": "confirmed", "waitlist_position": None})
        office = await cookies_of(Role.REGISTRAR, None)
        shown = []
        for path, form in (
            ("registrations/new", typed | {"category": "guest", "language": "en"}),
            ("walk-in", typed | {"category": "guest", "language": "en"}),
        ):
            done = await client.post(f"/office/events/summit/{path}", data=form, headers=office)
            assert done.status_code == 303, path
            assert person not in done.headers["location"], path
            shown.append((await client.get(done.headers["location"], headers=office)).text)
        # Who would be signed up to a session by that address would be the one who joins its list.
        nobody = await client.post(
            f"/office/events/summit/sessions/{session}/sign-ups", data={"email": ADDRESS}, headers=office
        )
        assert nobody.status_code == 422
        shown.append(nobody.text.replace(ADDRESS, "what was typed"))
        # Among all the others the alias stands as ever.
        assert [ALIAS in page for page in shown] == [True, False, True]
        assert [page for page in shown if MARK in page.casefold()] == []
        assert (await registration_by_id(person)).name == ALIAS
