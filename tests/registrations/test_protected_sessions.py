"""Protected people take part in sessions as themselves: what they are sent reaches them, and lists show the alias."""

import pytest

from events_service import clock
from events_service.agenda.rules import Session
from events_service.audit.rules import Doer
from events_service.errors import Invalid
from events_service.privacy.protecting import protect
from events_service.registrations.announcing_releases import announce_releases
from events_service.registrations.choices import own_agenda
from events_service.registrations.queries import registration_by_id
from events_service.registrations.sign_up_queries import attenders_of
from events_service.registrations.sign_ups import sign_up, withdraw
from events_service.registrations.substitute_drafts import SubstituteDraft
from events_service.registrations.substituting import substitute
from events_service.web.bodies import read_values
from tests.agenda.given import a_release, a_session, a_speaker, a_summit, change_session
from tests.registrations.given import register
from tests.registrations.session_mail import sent

pytestmark = pytest.mark.usefixtures("database")
GUEST = "guest1@malmo.example"


async def heron() -> str:
    """A protected guest of the summit."""
    guest = (await register(1, slug="summit")).registration_id
    await protect(guest, alias="Heron 4", doer=Doer("account", "me"), reason="Works undercover.")
    return guest


async def a_workshop() -> Session:
    session = await a_session("Workshop", "2037-03-10T10:00", minutes=60, signup=True, capacity=2)
    await a_release()
    return session


async def test_their_session_invites_go_to_themselves_and_follow_every_change() -> None:
    await a_summit()
    session = await a_workshop()
    guest = await heron()
    await sign_up(guest, session.id)
    await change_session(session, starts_at="2037-03-10T11:00")
    await a_release()
    await announce_releases()
    await withdraw(guest, session.id)
    told = [(one.to, one.method, one.sequence) for one in await sent()]
    assert told == [(GUEST, "REQUEST", 0), (GUEST, "REQUEST", 1), (GUEST, "CANCEL", 2)]


async def test_a_place_that_becomes_free_is_told_to_themselves() -> None:
    await a_summit()
    session = await a_workshop()
    for number in (2, 3):
        await sign_up((await register(number, slug="summit")).registration_id, session.id)
    guest = await heron()
    await sign_up(guest, session.id)
    await change_session(session, capacity=3)
    await a_release()
    await announce_releases()
    assert [(one.to, one.kind) for one in await sent() if one.to == GUEST] == [
        (GUEST, "session_waitlisted"),
        (GUEST, "session_promoted"),
    ]
    assert [one.person.name for one in await attenders_of(session.id)][-1] == "Heron 4"


async def test_their_part_as_a_speaker_stands_in_their_own_programme() -> None:
    event = await a_summit()
    speaker = await a_speaker(email=GUEST)
    session = await a_session("Opening", speakers=[{"speaker_id": speaker.id}])
    await a_release()
    person = await registration_by_id(await heron())
    mine = await own_agenda(person, event, now=clock.now())
    assert [(one.session.id, one.is_speaking) for one in mine.chosen] == [(session.id, True)]


async def test_nobody_comes_in_their_own_place() -> None:
    await a_summit()
    guest = await heron()
    draft = read_values(SubstituteDraft, {"name": "Somebody", "email": GUEST.upper()}, from_text=False)
    with pytest.raises(Invalid) as refused:
        await substitute(guest, draft, by=Doer("account", "me"))
    assert [one.code for one in refused.value.errors] == ["same_person"]
