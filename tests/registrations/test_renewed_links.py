"""Links that are replaced: by who holds them and by registrars. The old ones open nothing, the badge stays."""

import pytest

from events_service.database import fetch, transaction
from events_service.people.rules import Role
from events_service.registrations.badges import badges_of
from events_service.registrations.links import feed_url
from events_service.registrations.mail_checks import check_code
from events_service.registrations.queries import Registration, registration_by_id
from events_service.sealing import token_digest
from events_service.settings import Settings
from tests.audit.given import entries
from tests.registrations.given import an_event, bearer, letter_kinds, letters, mail_of, page_code_of, person, register
from tests.replies.given import service

pytestmark = pytest.mark.usefixtures("database")


def feed_of(who: Registration, settings: Settings) -> str:
    return feed_url(who.id, who.links_generation, settings).removeprefix(settings.base_url)


async def test_who_replaces_their_links_keeps_the_page_open_here_and_nowhere_else(database: Settings) -> None:
    event = await an_event()
    before = await person(await register())
    async with service() as client, service() as other:
        for browser in (client, other):
            assert (await browser.post("/my", data={"code": page_code_of(before)})).status_code == 303
        assert (await client.get(feed_of(before, database))).status_code == 200
        shown = (await client.get("/my/registration")).text
        assert "Replace my links" in shown
        done = await client.post("/my/new-links")
        assert (done.status_code, done.headers["location"]) == (303, "/my/registration?done=links_replaced")

        after = await registration_by_id(before.id)
        assert after.links_generation == before.links_generation + 1
        assert (await badges_of([after], event)) == (await badges_of([before], event))
        page = await client.get("/my/registration")
        assert feed_of(after, database) in page.text and feed_of(before, database) not in page.text
        assert (await other.get("/my/registration")).headers["location"] == "/my"
        assert (await other.post("/my", data={"code": page_code_of(before)})).status_code == 422
        assert (await other.get(feed_of(before, database))).status_code == 404
        assert (await other.get(feed_of(after, database))).status_code == 200
        assert (await other.post("/my", data={"code": page_code_of(after)})).status_code == 303
    assert await letter_kinds() == ["confirmed", "confirmed"]
    assert f"/my#{page_code_of(after)}" in str(
        (await mail_of((await letters())[-1])).get_body(("plain",)).get_content()
    )  # type: ignore[union-attr]
    (deed,) = await entries(action="replaced_links")
    assert (deed.doer.kind, deed.deed.subject_id) == ("participant", before.id)


async def test_a_registrar_replaces_the_links_of_who_asks_for_it(database: Settings) -> None:
    await an_event(terms={"capacity": 1})
    (asa, waiting) = (await person(await register()), await person(await register(1)))
    async with service() as client:
        for one in (asa, waiting):
            path = f"/api/v1/registrations/{one.id}/new-links"
            assert (await client.post(path)).status_code == 401
            assert (await client.post(path, headers=await bearer(Role.DOOR_STEWARD))).status_code == 404
            assert (await client.post(path, headers=await bearer(event="other"))).status_code == 404
            answer = await client.post(path, headers=await bearer())
            assert (answer.status_code, answer.json()["id"]) == (200, one.id)
            assert (await client.get(feed_of(one, database))).status_code == 404
    assert [row["links_generation"] for row in await fetch("SELECT links_generation FROM registration")] == [1, 1]


async def test_a_mail_address_that_is_still_to_be_confirmed_is_confirmed_by_the_new_letter(database: Settings) -> None:
    await an_event()
    who = await person(await register())
    async with transaction() as tx:
        await tx.execute("UPDATE registration SET check_digest = 'old' WHERE id = $1", who.id)
    async with service() as client:
        await client.post("/my", data={"code": page_code_of(who)})
        await client.post("/my/new-links")
    (row,) = await fetch("SELECT check_digest FROM registration")
    assert row["check_digest"] == token_digest(check_code(who.id, 1, secret_key=database.secret_key))
