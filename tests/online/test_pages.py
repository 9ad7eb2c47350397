"""The join page over HTTP: what it says to whom and when, and that reading it changes nothing."""

import re
from datetime import timedelta

import httpx
import pytest

from events_service import settings
from events_service.database import fetch
from events_service.directory.actions import add_cities
from events_service.directory.rules import City
from events_service.events.actions import cancel_event
from events_service.online.rules import Ending
from events_service.registrations.links import join_page_url
from events_service.registrations.queries import Registration, registration_by_id
from events_service.registrations.sign_ups import sign_up
from tests.agenda.given import a_release, a_session, a_summit
from tests.online.given import BEGINS, ENDS, MINUTE, a_meeting, count, it_is, somebody, stays
from tests.privacy.given import registered
from tests.registrations.given import JOIN_URL

MEETING = "/my/join/meeting"


def code_for(who: Registration, session_id: str | None = None) -> str:
    url = join_page_url(who.id, who.links_generation, settings.current(), session_id=session_id)
    assert url.startswith(f"{settings.current().base_url}/my/join#")
    return url.partition("#")[2]


async def opened(client: httpx.AsyncClient, who: Registration, session_id: str | None = None) -> str:
    """The join page's address, open in this browser."""
    answer = await client.post("/my/join", data={"code": code_for(who, session_id)})
    assert answer.status_code == 303
    return answer.headers["location"]


def words_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


async def test_following_the_link_and_joining_leads_to_the_meeting(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await a_meeting()
    who = await somebody(event)
    it_is(monkeypatch, BEGINS + MINUTE)
    assert await opened(client, who) == MEETING
    shown = await client.get(MEETING)
    assert "Joining it checks you in." in words_of(shown)
    assert (shown.headers["cache-control"], shown.headers["referrer-policy"]) == ("no-store", "same-origin")
    # A scanner that follows every link checks nobody in, and learns no address.
    assert (await client.get(f"{MEETING}/go")).headers["location"] == MEETING
    assert (await count("scan"), JOIN_URL in shown.text) == (0, False)

    joined = await client.post(f"{MEETING}/enter")
    assert (joined.status_code, joined.headers["location"]) == (303, f"{MEETING}/go")
    led = await client.get(f"{MEETING}/go")
    assert f'<meta http-equiv="refresh" content="0; url={JOIN_URL}">' in led.text
    assert "form-action 'self';" in led.headers["content-security-policy"]
    assert led.headers["referrer-policy"] == "same-origin"
    assert "You joined at 10.01." in words_of(await client.get(MEETING))
    assert (await count("scan"), len(await stays(who))) == (1, 1)


async def test_signs_and_leaving(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    event = await a_meeting()
    who = await somebody(event)
    it_is(monkeypatch, BEGINS)
    await opened(client, who)
    assert (await client.post(f"{MEETING}/here", data={"sign": "there"})).json() == {"there": False}
    await client.post(f"{MEETING}/enter")
    it_is(monkeypatch, BEGINS + 2 * MINUTE)
    assert (await client.post(f"{MEETING}/here", data={"sign": "there"})).json() == {"there": True}
    it_is(monkeypatch, BEGINS + 4 * MINUTE)
    assert (await client.post(f"{MEETING}/here", data={"sign": "closed"})).json() == {"there": False}
    assert (await client.post(f"{MEETING}/here", data={"sign": "anything"})).status_code == 422
    assert (await client.post(f"{MEETING}/here", data={"sign": "there"})).json() == {"there": True}
    assert (await client.post(f"{MEETING}/left")).headers["location"] == MEETING
    assert "You were there until 10.04. You can join again." in words_of(await client.get(MEETING))
    assert [(one.last_at, one.ending) for one in await stays(who)] == [(BEGINS + 4 * MINUTE, Ending.TOLD)]


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (timedelta(days=3, hours=1), "In 3 days."),
        (timedelta(hours=2, minutes=45), "In 2 h 15 min."),
        (timedelta(minutes=42, seconds=1), "In 13 minutes."),
        (timedelta(minutes=30, seconds=30), "In 1 minute."),
    ],
)
async def test_before_it_opens_it_says_when_here_and_where_they_are(
    before: timedelta, told: str, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_cities([City("reykjavik", "Reykjavík", "IS", "Atlantic/Reykjavik")])
    event = await a_meeting()
    who = await somebody(event, city="Reykjavík")
    it_is(monkeypatch, BEGINS - before)
    await opened(client, who)
    text = words_of(await client.get(MEETING))
    assert "You can join from Wednesday 14 January 2037, 09.30 CET. In Reykjavík that is 08.30 GMT." in text
    assert told in text
    assert (await client.post(f"{MEETING}/enter")).headers["location"] == MEETING
    assert await count("scan") == 0


async def test_what_is_in_the_way_is_said(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    venue = {"name": "City Hall", "city": "Copenhagen", "country": "DK"}
    event = await a_meeting(format="hybrid", venue=venue, terms={"online_capacity": 1, "waitlist": True})
    first, waiting = [await somebody(event, number, attendance="online") for number in (1, 2)]
    seated = await somebody(event, 3, attendance="in_person")
    it_is(monkeypatch, BEGINS)
    for who, told in (
        (waiting, "Only confirmed participants can join."),
        (seated, "switch to taking part online on your own page"),
        (first, "The meeting is open"),
    ):
        await opened(client, who)
        assert told in words_of(await client.get(MEETING))
    it_is(monkeypatch, ENDS + timedelta(hours=1))
    assert "The meeting is over" in words_of(await client.get(MEETING))
    it_is(monkeypatch, BEGINS)
    await cancel_event(event.slug, reason="Snow")
    assert "This event is cancelled." in words_of(await client.get(MEETING))


async def test_a_wrong_or_replaced_code_opens_nothing(client: httpx.AsyncClient) -> None:
    event = await a_meeting()
    who, other = await somebody(event, 1), await somebody(event, 2)
    right = code_for(who)
    for wrong in ("", "x", right[:-1], other.id + right[32:], f"{right}.x", "0" * 32 + right[32:]):
        assert (await client.post("/my/join", data={"code": wrong})).status_code == 422
    assert (await client.get(MEETING)).headers["location"] == "/my/join"
    await opened(client, who)
    # The code opens join pages alone.
    assert (await client.get("/my/registration")).headers["location"] == "/my"
    assert (await client.post("/my", data={"code": right})).status_code == 422


async def test_a_session_with_a_meeting_of_its_own_is_joined_apart(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_summit()
    link = "https://meet.example.org/opening"
    own = await a_session(signup=True, capacity=5, join_url=link)
    other = await a_session("Closing", "2037-03-11T16:00", signup=True, capacity=5, join_url=link)
    await a_release()
    who = await registration_by_id(await registered("summit", name="Åsa", email="asa@malmo.example"))
    await sign_up(who.id, own.id)
    assert own.starts_at is not None
    it_is(monkeypatch, own.starts_at)
    assert await opened(client, who, other.id) == f"{MEETING}/{other.id}"
    assert (await client.get(f"{MEETING}/{other.id}")).status_code == 404
    page = await opened(client, who, own.id)
    assert "Opening" in words_of(await client.get(page))
    await client.post(f"{page}/enter")
    assert link in (await client.get(f"{page}/go")).text
    assert [(row["slug"], row["session_id"]) for row in await fetch("SELECT slug, session_id FROM checkpoint")] == [
        (f"online-{own.number}", own.id)
    ]
    # The summit itself is in a hall.
    assert "There is no meeting to join" in words_of(await client.get(MEETING))
