"""A participant chooses sessions in the browser where their registration is open; no scripts are needed."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest_asyncio

from events_service.agenda.drafts import AgendaChange
from events_service.agenda.rules import Overlap, Session
from events_service.agenda.sessions import change_agenda
from events_service.registrations.queries import Registration, registration_by_id
from events_service.registrations.sign_up_queries import own_sign_ups
from events_service.registrations.sign_up_rules import SignUp, SignUpStatus
from events_service.registrations.stars import set_star, starred_by
from events_service.settings import Settings
from tests.agenda.given import a_release, a_room, a_session, a_speaker, a_summit
from tests.house.given import service
from tests.registrations.given import page_code_of, register

CONFIRMED, WAITLISTED = SignUpStatus.CONFIRMED, SignUpStatus.WAITLISTED
FORM = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Summit:
    """A browser, and a released agenda: a workshop and a panel at the same time, a sparring session for one, a talk, a secret."""

    browser: httpx.AsyncClient
    workshop: Session
    panel: Session
    sparring: Session
    talk: Session
    secret: Session

    async def open(self, number: int = 1) -> Registration:
        """Guest `number` registers and opens their registration here."""
        person = await registration_by_id((await register(number, slug="summit")).registration_id)
        await self.browser.post("/my", data={"code": page_code_of(person)})
        return person

    async def choose(self, session: Session, verb: str = "sign-up", **form: str) -> httpx.Response:
        return await self.browser.post(f"/events/summit/sessions/{session.id}/{verb}", data=form, headers=FORM)


@pytest_asyncio.fixture
async def summit(database_url: str, settings: Settings) -> AsyncIterator[Summit]:
    async with service(settings) as browser:
        await a_summit()
        hall = await a_room("Great hall")
        speaker = await a_speaker("Guest 1", email="guest1@malmo.example")
        sign_up = {"signup": True, "minutes": 60, "room_ids": [hall.id], "kind": "workshop"}
        made = [
            await a_session(
                "Mapping workshop", "2037-03-10T10:00", capacity=5, join_url="https://meet.example.org/map", **sign_up
            ),
            await a_session("Youth panel", "2037-03-10T10:30", **sign_up),
            await a_session("Sparring", "2037-03-11T10:00", **{**sign_up, "kind": "sparring", "capacity": 1}),
            await a_session("Harbour talk", "2037-03-11T12:00", speakers=[{"speaker_id": speaker.id}]),
            await a_session("Secret guest", "2037-03-11T14:00", visible_from="2037-03-01T00:00", **sign_up),
        ]
        await a_release()
        yield Summit(browser, *made)


async def test_signing_up_and_withdrawing_with_plain_forms(summit: Summit) -> None:
    person = await summit.open()
    signed = await summit.choose(summit.workshop)
    here = f"/events/summit/sessions/{summit.workshop.id}"
    assert (signed.status_code, signed.headers["location"]) == (303, f"{here}?done=signed_up")
    assert await own_sign_ups(person.id) == {summit.workshop.id: SignUp(CONFIRMED)}
    shown = (await summit.browser.get(signed.headers["location"])).text
    assert "You have a place. The invite is on its way" in shown
    assert f'action="{here}/withdraw"' in shown
    left = await summit.choose(summit.workshop, "withdraw", back="registration")
    assert (left.status_code, left.headers["location"]) == (303, "/my/registration?done=session_left")
    assert await own_sign_ups(person.id) == {}
    again = await summit.choose(summit.workshop, "withdraw", back="https://evil.example")
    assert again.headers["location"] == f"{here}?done=session_left"


async def test_a_full_session_is_waited_for(summit: Summit) -> None:
    await summit.open(2)
    await summit.choose(summit.sparring)
    person = await summit.open(1)
    form = (await summit.browser.get(f"/events/summit/sessions/{summit.sparring.id}")).text
    assert "Join the waiting list" in form
    waits = await summit.choose(summit.sparring, back="sessions")
    assert waits.headers["location"] == "/my/sessions?done=session_waiting"
    assert await own_sign_ups(person.id) == {summit.sparring.id: SignUp(WAITLISTED, 1)}
    assert "You are waiting, number 1" in (await summit.browser.get("/my/programme")).text


async def test_who_has_no_registration_open_is_led_to_it_with_a_word(summit: Summit) -> None:
    for verb in ("sign-up", "withdraw"):
        led = await summit.choose(summit.workshop, verb)
        assert (led.status_code, led.headers["location"]) == (303, "/my?done=open_first")
    assert "Open your registration for this event here first" in (await summit.browser.get("/my?done=open_first")).text
    for path in ("/my/programme", "/my/sessions"):
        assert (await summit.browser.get(path)).headers["location"] == "/my"
    unstarred = await summit.browser.post("/my/programme/unstar", data={"session_id": summit.talk.id}, headers=FORM)
    assert unstarred.headers["location"] == "/my"


async def test_a_registration_for_another_event_signs_nobody_up_here(summit: Summit) -> None:
    await a_summit(slug="another")
    person = await registration_by_id((await register(1, slug="another")).registration_id)
    await summit.browser.post("/my", data={"code": page_code_of(person)})
    assert (await summit.choose(summit.workshop)).headers["location"] == "/my?done=open_first"
    elsewhere = await summit.browser.post(f"/events/another/sessions/{summit.workshop.id}/sign-up", headers=FORM)
    assert elsewhere.status_code == 404
    assert await own_sign_ups(person.id) == {}


async def test_what_cannot_be_signed_up_for(summit: Summit) -> None:
    person = await summit.open()
    assert (await summit.choose(summit.secret)).status_code == 404
    refused = await summit.choose(summit.talk)
    assert (refused.status_code, "This session takes no sign-ups." in refused.text) == (409, True)
    for path in ("nothing", "0" * 32):
        missing = await summit.browser.post(f"/events/summit/sessions/{path}/sign-up", headers=FORM)
        assert missing.status_code == 404
    foreign = await summit.browser.post(
        f"/events/summit/sessions/{summit.workshop.id}/sign-up", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status_code == 403
    assert await own_sign_ups(person.id) == {}


async def test_an_overlap_is_confirmed_by_a_tick_or_refused(summit: Summit) -> None:
    person = await summit.open()
    await summit.choose(summit.workshop)
    asked = await summit.choose(summit.panel)
    assert asked.status_code == 409
    assert "“Mapping workshop”" in asked.text
    assert 'name="despite_overlap"' in asked.text
    await change_agenda("summit", AgendaChange(Overlap.REFUSE))
    refused = await summit.choose(summit.panel, despite_overlap="true")
    assert (refused.status_code, 'name="despite_overlap"' in refused.text) == (409, False)
    assert set(await own_sign_ups(person.id)) == {summit.workshop.id}
    await change_agenda("summit", AgendaChange(Overlap.WARN))
    assert (await summit.choose(summit.panel, despite_overlap="true")).status_code == 303
    assert set(await own_sign_ups(person.id)) == {summit.workshop.id, summit.panel.id}
    page = (await summit.browser.get("/my/registration")).text
    assert page.count("At the same time as") == 2


async def test_their_own_agenda_holds_what_they_signed_up_for_starred_and_speak_in(summit: Summit) -> None:
    person = await summit.open()
    await summit.choose(summit.workshop)
    for session in (summit.sparring, summit.secret):
        await set_star(person.id, session.id, on=True)
    page = (await summit.browser.get("/my/programme")).text
    titles = re.findall(r'session-card__title"><a[^>]*>([^<]*)<', page)
    assert titles == ["Mapping workshop", "Sparring", "Harbour talk"]
    # Following the link is the check-in: it leads to a page of ours first.
    assert page.count(f'action="/my/join/own/{summit.workshop.id}"') == 1
    assert "https://meet.example.org" not in page
    assert "You take part in this" in page
    assert "Secret guest" not in page
    await summit.browser.post("/my/programme/unstar", data={"session_id": summit.sparring.id}, headers=FORM)
    assert await starred_by(person.id) == {summit.secret.id}
    assert "Sparring" not in (await summit.browser.get("/my/programme")).text
    await summit.choose(summit.workshop, "withdraw")
    assert "/my/join/own/" not in (await summit.browser.get("/my/programme")).text


async def test_the_sessions_to_choose_from_say_how_their_places_stand(summit: Summit) -> None:
    await summit.open(2)
    await summit.choose(summit.sparring)
    await summit.open(1)
    page = (await summit.browser.get("/my/sessions")).text
    titles = re.findall(r'session-card__title"><a[^>]*>([^<]*)<', page)
    assert titles == ["Mapping workshop", "Youth panel", "Sparring"]
    assert "0 of 5 places taken" in page
    assert "1 of 1 place taken" in page
    assert "https://meet.example.org/map" not in page
    assert (await summit.browser.get("/my/sessions")).headers["cache-control"] == "no-store"


async def test_a_waiting_registration_sees_what_it_wished_for(summit: Summit) -> None:
    await a_summit(slug="small", registration={"mode": "open", "capacity": 1}, visibility="unlisted")
    workshop = await a_session("Small workshop", "2037-03-10T10:00", event="small", signup=True)
    await a_release(event="small")
    await register(5, slug="small")
    waiting = await registration_by_id((await register(6, slug="small", session_ids=[workshop.id])).registration_id)
    await summit.browser.post("/my", data={"code": page_code_of(waiting)})
    page = (await summit.browser.get("/my/registration")).text
    assert "Small workshop" in page
    assert "with your seat at the event" in page
    refused = await summit.browser.post(f"/events/small/sessions/{workshop.id}/sign-up", headers=FORM)
    assert (refused.status_code, "Only confirmed participants" in refused.text) == (409, True)
    assert "once your seat at the event is confirmed" in (await summit.browser.get("/my/sessions")).text
    await summit.browser.post(f"/events/small/sessions/{workshop.id}/withdraw", headers=FORM)
    assert await own_sign_ups(waiting.id) == {}


async def test_participants_of_an_event_hidden_from_strangers_choose_all_the_same(summit: Summit) -> None:
    await a_summit(slug="inner", visibility="members")
    workshop = await a_session("Inner workshop", "2037-03-10T10:00", event="inner", signup=True)
    await a_release(event="inner")
    path = f"/events/inner/sessions/{workshop.id}/sign-up"
    assert (await summit.browser.post(path, headers=FORM)).status_code == 404
    outcome = await register(7, slug="inner", by_registrar=True)
    person = await registration_by_id(outcome.registration_id)
    await summit.browser.post("/my", data={"code": page_code_of(person)})
    assert "Inner workshop" in (await summit.browser.get("/my/sessions")).text
    assert (await summit.browser.post(path, data={"back": "sessions"}, headers=FORM)).status_code == 303
    assert await own_sign_ups(person.id) == {workshop.id: SignUp(CONFIRMED)}
