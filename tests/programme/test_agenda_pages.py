"""The public pages of a released agenda, as strangers, participants and other sites see them."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio

from events_service import clock
from events_service.agenda.rules import Room, Session
from events_service.events.actions import edit_event
from events_service.people.rules import Role
from events_service.programme import visits
from events_service.programme.starring import way_back
from events_service.programme.stars import STARS_AT_MOST
from events_service.registrations.actions import cancel_registration
from events_service.registrations.queries import registration_by_id
from events_service.registrations.stars import starred_by
from events_service.settings import Settings
from events_service.speakers.rules import Speaker
from tests.agenda.given import (
    a_release,
    a_room,
    a_session,
    a_speaker,
    a_summit,
    a_track,
    change_session,
    change_speaker,
)
from tests.events.given import change, enter
from tests.house.given import service
from tests.programme.given import SUMMIT
from tests.registrations.given import page_code_of, register

AGENDA = "/events/summit/agenda"
FORM = {"Sec-Fetch-Site": "same-origin"}
SECRETS = ("meet.example.org", "Under embargo", "Protected Person", "embargoed-room")


@dataclass(frozen=True)
class Summit:
    """A browser and an agenda of two days: an opening, a panel at the same time, a cancelled talk, a break, and what is secret."""

    browser: httpx.AsyncClient
    hall: Room
    opening: Session
    panel: Session
    workshop: Session
    secret: Session
    astrid: Speaker
    hidden: Speaker

    async def text(self, path: str = AGENDA, **headers: str) -> str:
        answer = await self.browser.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def star(
        self, session: Session, *, on: str = "true", back: str = AGENDA, slug: str = "summit"
    ) -> httpx.Response:
        path = f"/events/{slug}/sessions/{session.id}/star"
        return await self.browser.post(path, data={"on": on, "back": back}, headers=FORM)

    async def participate(self, number: int = 1) -> str:
        person = await registration_by_id((await register(number, slug="summit")).registration_id)
        await self.browser.post("/my", data={"code": page_code_of(person)})
        return person.id


ON_BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """Pages are the same on either database; what asks it in its own words is marked to run on both."""
    return str(request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url"))


@pytest_asyncio.fixture
async def summit(database_url: str, settings: Settings) -> AsyncIterator[Summit]:
    async with service(settings) as browser:
        await a_summit()
        hall, study = await a_room("Great hall"), await a_room("Study")
        helsinki = await a_room("Town hall", city="Helsinki", timezone="Europe/Helsinki")
        secret_room = await a_room("embargoed-room")
        track = await a_track("Digital cities")
        astrid, hidden = await a_speaker("Astrid Holm"), await a_speaker("Protected Person", public=False)
        who = [{"speaker_id": astrid.id, "role": "moderator"}, {"speaker_id": hidden.id}]
        opening = await a_session(
            "Opening & welcome",
            room_ids=[hall.id, helsinki.id],
            track_id=track.id,
            speakers=who,
            abstract="*What* works. <b>No HTML.</b>",
            topics=["diversity"],
            join_url="https://meet.example.org/secret",
        )
        panel = await a_session("Panel", "2037-03-10T09:00", room_ids=[study.id], minutes=60)
        workshop = await a_session(
            "Workshop", "2037-03-11T10:00", room_ids=[hall.id], kind="workshop", signup=True, capacity=1
        )
        secret = await a_session(
            "Under embargo", "2037-03-10T11:00", room_ids=[secret_room.id], visible_from="2037-03-01T00:00"
        )
        await a_session("Called off", "2037-03-10T12:00", room_ids=[hall.id], state="cancelled")
        await a_release("The **first** one.")
        yield Summit(browser, hall, opening, panel, workshop, secret, astrid, hidden)


def pressed(text: str) -> dict[str, str]:
    """Title → whether its star is set."""
    buttons = re.findall(r'<button class="star[^>]*aria-pressed="(\w+)"[^>]*aria-label="Star: ([^"]+)"', text)
    return {title.replace("&amp;", "&"): state for state, title in buttons}


def titles(text: str) -> list[str]:
    return [title.replace("&amp;", "&") for title in re.findall(r'session-card__title"><a [^>]*>([^<]+)</a>', text)]


async def test_a_day_is_a_table_of_rooms_or_a_list_by_time(summit: Summit) -> None:
    grid = await summit.text()
    assert re.findall(r'<th scope="col">([^<]+?)\s*<', grid) == ["Great hall", "Study", "Town hall"]
    assert titles(grid) == ["Opening & welcome", "Panel", "Opening & welcome", "Called off"]
    listed = await summit.text(f"{AGENDA}?view=list&day=all")
    assert titles(listed) == ["Opening & welcome", "Panel", "Called off", "Workshop"]
    assert re.findall(r'agenda-time__starts">([^<]+)<', listed) == ["09.00", "12.00", "10.00"]
    assert "session-card--cancelled" in listed and "Digital cities" in listed and "track--" in listed
    assert "Times are local in Copenhagen (CET)." in listed
    assert "style=" not in grid + listed


async def test_the_zone_is_said_and_remembered_in_links(summit: Summit) -> None:
    text = await summit.text(f"{AGENDA}?zone=Europe/Helsinki&view=list")
    assert "Times are by the clock of Helsinki (EET), with the local time in Copenhagen beside them." in text
    assert "09.00–09.30 (Copenhagen)" in text
    assert f"/events/summit/sessions/{summit.opening.id}?zone=Europe/Helsinki" in text
    assert "day=2037-03-11&amp;zone=Europe%2FHelsinki" in text
    assert "10.00–10.30 (Helsinki)" in await summit.text(f"{AGENDA}?view=list")


async def test_nothing_secret_is_on_any_page(summit: Summit) -> None:
    for place in ("agenda", "agenda?view=list&day=all", "agenda/embed", "agenda/changes", "speakers", "now"):
        text = await summit.text(f"/events/summit/{place}")
        assert [secret for secret in SECRETS if secret in text] == [], place


async def test_an_embargo_ends_by_itself(summit: Summit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Under embargo" not in await summit.text()
    assert (await summit.browser.get(f"/events/summit/sessions/{summit.secret.id}")).status_code == 404
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat("2037-03-01T00:00:00+01:00"))
    assert "Under embargo" in await summit.text()
    assert "Under embargo" in await summit.text(f"{AGENDA}/changes")
    assert "Under embargo" in await summit.text(f"/events/summit/sessions/{summit.secret.id}")


async def test_a_session_has_a_page_of_everything_public(summit: Summit) -> None:
    text = await summit.text(f"/events/summit/sessions/{summit.opening.id}?zone=Atlantic/Reykjavik")
    for words in (
        "<em>What</em> works.",
        "&lt;b&gt;No HTML.&lt;/b&gt;",
        "Astrid Holm",
        "Moderator",
        "Diversity",
        "Great hall",
        "Town hall",
    ):
        assert words in text, words
    assert "08.00–08.30 GMT" in text
    for place, hours in (("Copenhagen", "09.00–09.30"), ("Helsinki", "10.00–10.30")):
        assert re.search(rf"Local time \({place}\)</dt><dd>{hours}", text)
    assert f'href="/events/summit/sessions/{summit.opening.id}.ics"' in text
    assert "Called off" in text.split('rel="next"')[1]
    assert not any(secret in text for secret in SECRETS)


async def test_people_are_shown_who_appear_and_may_be(summit: Summit) -> None:
    await a_speaker("Without Session")
    text = await summit.text("/events/summit/speakers")
    assert re.findall(r'speaker-card__name"><a [^>]*>([^<]+)<', text) == ["Astrid Holm"]
    assert "Opening &amp; welcome" in await summit.text(f"/events/summit/speakers/{summit.astrid.id}")
    assert (await summit.browser.get(f"/events/summit/speakers/{summit.hidden.id}")).status_code == 404
    await change_speaker(summit.astrid, public=False)
    assert "Astrid Holm" not in await summit.text("/events/summit/speakers") + await summit.text()
    assert (await summit.browser.get(f"/events/summit/speakers/{summit.astrid.id}")).status_code == 404


@ON_BOTH
async def test_what_is_not_there_is_not_found_and_what_is_not_released_says_so(summit: Summit) -> None:
    for path in ("sessions/none", "sessions/none.ics", "speakers/none", "rooms/none/now"):
        assert (await summit.browser.get(f"/events/summit/{path}")).status_code == 404
    await a_summit(slug="later")
    for path in ("agenda", "agenda/embed", "agenda/changes", "speakers", "now"):
        assert "The agenda is not out yet" in await summit.text(f"/events/later/{path}")
    assert "See the agenda" not in await summit.text("/events/later")
    assert 'href="/events/summit/agenda"' in await summit.text("/events/summit")


async def test_strange_questions_get_an_answer(summit: Summit) -> None:
    questions = {
        "day=x&view=y&zone=z&track=%27": 200,
        "zone=../../etc/passwd&day=99999-01-01": 200,
        "day=2037-02-30&room=%F0%9F%8E%AA": 200,
        "room=%00": 400,
        f"q={'a' * 201}": 422,
    }
    answers = {query: (await summit.browser.get(f"{AGENDA}?{query}")).status_code for query in questions}
    assert answers == questions


@ON_BOTH
async def test_a_kept_page_is_answered_with_304_until_something_of_it_changes(summit: Summit) -> None:
    first = await summit.browser.get(AGENDA)
    assert (first.headers["cache-control"], first.headers["content-encoding"]) == ("no-cache", "gzip")
    assert {"Cookie", "Accept-Language", "Accept-Encoding"} == set(first.headers["vary"].split(", "))
    has_it = {"If-None-Match": first.headers["etag"]}
    again = await summit.browser.get(AGENDA, headers=has_it)
    assert (again.status_code, again.content) == (304, b"")
    # What means the same is the same page.
    assert (await summit.browser.get(f"{AGENDA}?track=unknown&view=", headers=has_it)).status_code == 304

    async def renewed() -> bool:
        nonlocal has_it
        answer = await summit.browser.get(AGENDA, headers=has_it)
        has_it = {"If-None-Match": answer.headers["etag"]}
        return answer.status_code == 200

    await change_session(summit.panel, title="Another panel")
    assert not await renewed()
    await a_release()
    assert await renewed()
    await change_speaker(summit.astrid, name="Astrid Holm Dahl")
    assert await renewed()
    await edit_event("summit", change(title="Another summit"))
    assert await renewed()
    assert not await renewed()


@ON_BOTH
async def test_places_left_are_counted_into_kept_pages(summit: Summit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "COUNTED_FOR", visits.COUNTED_FOR * 0)
    path = f"{AGENDA}?view=list&day=all"
    before = await summit.text(path)
    assert "1 place left" in before
    await summit.participate()
    await summit.browser.post(f"/events/summit/sessions/{summit.workshop.id}/sign-up", headers=FORM)
    own = await summit.text(path)
    assert "You have a place" in own
    summit.browser.cookies.clear()
    after = await summit.text(path)
    assert "Full, with a waiting list" in after and "You have a place" not in after


async def test_strangers_keep_stars_in_a_cookie_of_the_event(summit: Summit) -> None:
    back = f"{AGENDA}?view=list&q=two%20words"
    answer = await summit.star(summit.panel, back=back)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{back}#s-{summit.panel.number}")
    cookie = answer.headers["set-cookie"]
    assert "Path=/events/summit;" in cookie and "HttpOnly" in cookie and "SameSite=lax" in cookie
    await summit.star(summit.opening)
    await summit.star(summit.opening)
    listed = await summit.browser.get(f"{AGENDA}?view=list")
    assert listed.headers["cache-control"] == "no-store"
    assert pressed(listed.text) == {"Opening & welcome": "true", "Panel": "true", "Called off": "false"}
    assert titles(await summit.text(f"{AGENDA}?view=list&only=starred")) == ["Opening & welcome", "Panel"]
    await summit.star(summit.panel, on="false")
    assert titles(await summit.text(f"{AGENDA}?view=list&only=starred")) == ["Opening & welcome"]
    assert "Max-Age=0" in (await summit.star(summit.opening, on="false")).headers["set-cookie"]
    assert "You have no stars yet" in await summit.text(f"{AGENDA}?only=starred")


async def test_a_cookie_holds_two_hundred_stars_and_nonsense_none(summit: Summit) -> None:
    numbers = ".".join(str(number) for number in range(100_000, 100_000 + STARS_AT_MOST))
    summit.browser.cookies.set("stars", numbers, path="/events/summit")
    value = (await summit.star(summit.panel)).headers["set-cookie"].split(";")[0].removeprefix("stars=")
    assert value.split(".") == [*numbers.split(".")[1:], str(summit.panel.number)]
    for nonsense in ("1;2", "x", "1." * 300, "9" * 40, "²"):
        answer = await summit.browser.get(AGENDA, headers={"Cookie": f"stars={quote(nonsense)}"})
        assert (answer.status_code, set(pressed(answer.text).values())) == (200, {"false"})


@pytest.mark.parametrize(
    "back",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/events/summit", "/events/summit/../../my", "/events/other/agenda",
     "/events/summit/a\r\nX: y", "/events/summitx/agenda", "/events/summit//evil.example", "javascript:alert(1)", ""],
)  # fmt: skip
def test_a_star_leads_back_to_pages_of_its_event_only(back: str) -> None:
    assert way_back(SUMMIT, back) == AGENDA


@ON_BOTH
async def test_participants_keep_their_stars_with_their_registration(summit: Summit) -> None:
    await summit.star(summit.opening)
    person = await summit.participate()
    answer = await summit.star(summit.panel)
    assert "set-cookie" not in answer.headers
    assert await starred_by(person) == {summit.panel.id}
    # What was starred before stays in sight.
    assert titles(await summit.text(f"{AGENDA}?view=list&only=starred")) == ["Opening & welcome", "Panel"]
    await summit.star(summit.panel, on="false")
    await summit.star(summit.opening, on="false")
    assert await starred_by(person) == frozenset()
    assert "You have no stars yet" in await summit.text(f"{AGENDA}?only=starred")
    assert (await summit.star(summit.secret)).status_code == 404


async def test_a_star_from_another_site_is_refused(summit: Summit) -> None:
    path = f"/events/summit/sessions/{summit.panel.id}/star"
    answer = await summit.browser.post(path, data={"on": "true"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


async def test_a_hidden_events_agenda_is_for_its_participants_and_its_staff(summit: Summit) -> None:
    person = await summit.participate()
    await edit_event("summit", change(visibility="invited"))
    places = [
        AGENDA,
        "/events/summit/speakers",
        "/events/summit/now",
        f"{AGENDA}/changes",
        f"/events/summit/sessions/{summit.panel.id}",
    ]

    async def statuses() -> set[int]:
        return {(await summit.browser.get(path)).status_code for path in places}

    async def embedded() -> int:
        return (await summit.browser.get(f"{AGENDA}/embed")).status_code

    assert (await statuses(), await embedded()) == ({200}, 404)
    await cancel_registration(person)
    assert await statuses() == {404}
    summit.browser.cookies.clear()
    assert await statuses() == {404}
    await enter(summit.browser, Role.VIEWER, "summit")
    assert (await statuses(), await embedded()) == ({200}, 404)


async def test_other_sites_may_frame_the_embedded_agenda_and_nothing_else(summit: Summit) -> None:
    framed = await summit.browser.get(f"{AGENDA}/embed?view=list", headers={"Cookie": f"stars={summit.panel.number}"})
    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    assert framed.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "x-frame-options" not in framed.headers
    assert "star" not in framed.text.replace("starts", "") and "<form" not in framed.text
    links = re.findall(r'<a href="([^"]+)"([^>]*)>', framed.text)
    inside = {address for address, rest in links if 'target="_blank" rel="noopener"' not in rest}
    assert inside and all(address.startswith(f"{AGENDA}/embed?") for address in inside)
    # Who is signed in sees what everybody sees.
    await enter(summit.browser, Role.OWNER)
    assert (await summit.browser.get(f"{AGENDA}/embed?view=list")).text == framed.text
    for path in (AGENDA, f"{AGENDA}/changes", "/events/x/y/agenda/embed", "/my/agenda/embed"):
        policy = (await summit.browser.get(path)).headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy, path


async def test_the_change_log_tells_what_each_release_did(summit: Summit) -> None:
    await change_session(summit.panel, starts_at="2037-03-10T14:00", title="Panel of mayors")
    await change_session(summit.workshop, state="cancelled")
    await change_session(summit.opening, abstract="More.")
    # Nobody outside needs to know that an embargo was moved.
    await change_session(summit.secret, visible_from="2037-03-02T00:00")
    await a_release("See *what* moved.")
    newest, first = (await summit.text(f"{AGENDA}/changes")).split('id="release-')[1:]
    assert "See <em>what</em> moved." in newest and "The <strong>first</strong> one." in first
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", newest))
    assert re.findall(r"Cancelled|Moved|New|Edited", words) == ["Cancelled", "Moved", "Edited"]
    assert "Tue 10 March, 09.00–10.00 , Study" in words and "Tue 10 March, 14.00–15.00 , Study" in words
    assert "Opening &amp; welcome description" in words.replace("amp;amp;", "amp;")
    assert "Under embargo" not in newest + first


async def test_now_and_next_at_a_door_and_everywhere(summit: Summit, monkeypatch: pytest.MonkeyPatch) -> None:
    door = f"/events/summit/rooms/{summit.hall.id}/now"

    async def seen(path: str, at: str) -> str:
        monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(at))
        return await summit.text(path)

    during = await seen(door, "2037-03-10T09:10:00+01:00")
    assert (await summit.browser.get(door)).headers["refresh"] == "30"
    assert '<progress max="30" value="10"' in during and "20 minutes left" in during
    assert "09.10" in during and "Workshop" in during and "Called off" not in during
    assert "Nothing is on in this room" in await seen(door, "2037-03-10T09:30:00+01:00")
    assert "That was the last session here" in await seen(door, "2037-03-11T23:00:00+01:00")
    everywhere = await seen("/events/summit/now?zone=Europe/Helsinki", "2037-03-10T09:10:00+01:00")
    on, later = everywhere.split('id="on"')[1].split('id="later"')
    assert re.findall(r"now-card__title\"><a [^>]*>([^<]+)<", on) == [
        "Opening &amp; welcome",
        "Panel",
        "Opening &amp; welcome",
    ]
    assert "10.10" in everywhere and "until 10.30" in on
    # Its embargo is over by then.
    assert re.findall(r"<time [^>]*>([^<]+)<", later) == ["12.00"]
    after = await seen("/events/summit/now", "2037-03-10T10:30:00+01:00")
    assert "Nothing is on at this moment." in after and "Workshop" in after.split('id="later"')[1]
