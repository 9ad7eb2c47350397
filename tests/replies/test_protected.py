"""Protected people answer by mail like anybody; who they are is shown to nobody who reads what came."""

from dataclasses import replace

import pytest

from events_service.audit.rules import Doer
from events_service.database import fetch_one
from events_service.people.rules import Role
from events_service.privacy.protecting import protect
from events_service.settings import Settings
from tests.registrations.given import an_event, enter, register
from tests.replies.given import ADDRESS, answers, came, invite_to, known_of, later, service
from tests.replies.samples import gmail

REPLIES = "/office/replies"
NAME = "Åsa Ðórsdóttir"


async def is_protected(email: str = ADDRESS) -> None:
    row = await fetch_one("SELECT id FROM registration WHERE email_key = $1", email)
    assert row is not None
    await protect(row["id"], alias="Heron 4", doer=Doer("account", "me"), reason="Works undercover.")


async def test_a_protected_persons_answer_counts_like_anybodys(database: Settings) -> None:
    await an_event()
    await register()
    before = await invite_to()
    await is_protected()
    assert await answers(before) == ("applied", "accepted")
    now = await invite_to()
    assert now.email == ADDRESS
    assert await answers(later(now, partstat="DECLINED")) == ("applied", "declined")
    assert await known_of() == ("cancelled", "declined", 0)


@pytest.mark.parametrize("place", ["their invite", "another's invite", "no invite"])
async def test_whatever_a_protected_person_answers_names_them_to_nobody(database: Settings, place: str) -> None:
    await an_event()
    await register()
    await register(1)
    await is_protected()
    theirs, other = await invite_to(), await invite_to("guest1@malmo.example")
    mail = {
        "their invite": replace(theirs, sender="asa.private@elsewhere.example"),
        "another's invite": replace(other, sender=ADDRESS),
        "no invite": replace(theirs, uid="event-1@nowhere.example"),
    }[place]
    assert (await came(gmail(replace(mail, name=NAME))))[0] == "review"
    async with service() as client:
        await enter(client)
        page = (await client.get(REPLIES)).text
        assert "Put aside" in page
        assert [text in page for text in (ADDRESS, NAME, "asa.private", "Svar:")] == [False] * 4
        assert ("guest1@malmo.example" in page) == (place == "another's invite")
        assert ("Heron 4" in page) == (place == "their invite")


async def test_a_registrar_of_another_event_learns_nothing_of_who_answered(database: Settings) -> None:
    await an_event()
    await an_event(slug="summit")
    await register()
    await is_protected()
    await came(gmail(replace(await invite_to(), sender="asa.private@elsewhere.example")))
    async with service() as client:
        await enter(client, Role.REGISTRAR, "summit")
        page = (await client.get(REPLIES)).text
    assert [text in page for text in (ADDRESS, "Heron 4", "asa.private")] == [False] * 3
    assert "Nothing waits for you." in page
