"""A speaker's own page: the way in, the answers, what calendars hear of them, and who is named to whom."""

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from icalendar import Calendar
from PIL import Image

from events_service import clock, settings
from events_service import settings as settings_floor
from events_service.agenda.release_queries import published_agenda
from events_service.events.actions import cancel_event
from events_service.programme.speaking_pages import PASS, OpenPage
from events_service.registrations import open_pass
from events_service.settings import Settings
from events_service.speakers import photos
from events_service.speakers.actions import replace_links
from events_service.speakers.links import own_feed_url
from events_service.speakers.rules import Speaker, State
from events_service.web.sealed_cookies import SealedCookie
from tests.agenda.given import a_release, a_room, a_session, a_speaker, a_summit, change_session
from tests.conftest import settings_for
from tests.registrations.test_pages import words
from tests.speakers.given import a_browser, a_picture, as_it_is, code_of, kinds_to, letters_to, mail_of, parts_of

pytestmark = pytest.mark.usefixtures("database")
OWN = "/speaking/me"
SECRET = "https://meet.example.org/secret-room"
PROFILE = {"name": "Åsa Ðórsdóttir", "language": "sv", "public": "true"}


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with a_browser() as started:
        yield started


async def opened(client: httpx.AsyncClient, speaker: Speaker) -> None:
    answer = await client.post("/speaking", data={"code": code_of(speaker)})
    assert (answer.status_code, answer.headers["location"]) == (303, OWN)


async def invited(name: str = "Åsa Ðórsdóttir", **more: Any) -> Speaker:
    return await a_speaker(name, state="invited", **more)


async def answer(client: httpx.AsyncClient, given: str, session_id: str = "") -> httpx.Response:
    return await client.post("/speaking/answer", data={"answer": given, "session_id": session_id})


async def calendar_of(speaker: Speaker) -> list[tuple[str, str, int]]:
    """Kind, METHOD and SEQUENCE of every letter with an invite that the speaker got."""
    found = []
    for letter in await letters_to(speaker):
        parts = [part for part in (await mail_of(letter)).walk() if part.get_content_type() == "text/calendar"]
        for part in parts:
            calendar = Calendar.from_ical(part.get_payload(decode=True))
            (entry,) = calendar.walk("VEVENT")
            found.append((letter.kind, str(calendar["METHOD"]), int(entry["SEQUENCE"])))
    return found


async def test_reading_the_link_changes_nothing_and_the_posted_code_opens_the_page(client: httpx.AsyncClient) -> None:
    await a_summit()
    hall, speaker = await a_room("Blue hall", venue="City Hall"), await invited()
    other, hidden = await a_speaker("Bo Berg"), await a_speaker("Hidden Name", public=False)
    people = [{"speaker_id": one.id} for one in (speaker, other, hidden)]
    await a_session(
        "Trust in towns", "2037-03-10T10:00", room_ids=[hall.id], speakers=people, visible_from="2037-03-01T00:00"
    )
    await a_session("Without a time", None, speakers=[{"speaker_id": speaker.id}])
    await a_session("Somebody else's", "2037-03-10T12:00", speakers=[{"speaker_id": other.id}])
    shown = await client.get("/speaking")
    assert 'data-fragment="submit"' in shown.text and "set-cookie" not in shown.headers
    await opened(client, speaker)
    page = await client.get(OWN)
    told = words(page)
    for word in (
        "Trust in towns",
        "Tuesday 10 March 2037",
        "10.00–10.30 CET",
        "Blue hall, City Hall",
        "With Bo Berg and 1 more person.",
    ):
        assert word in told, word
    for word in ("Without a time", "Somebody else's", "Hidden Name"):
        assert word not in page.text
    assert own_feed_url(speaker.id, 0) in page.text
    assert (await as_it_is(speaker)) == speaker


async def test_pages_are_stored_nowhere_and_tell_their_address_to_no_one(client: httpx.AsyncClient) -> None:
    event = await a_summit()
    speaker = await invited()
    await photos.set_photo(event.id, speaker.id, a_picture())
    await opened(client, speaker)
    for path in ("/speaking", OWN, "/speaking/withdraw", "/speaking/photo.webp"):
        page = await client.get(path)
        assert (page.status_code, page.headers["cache-control"], page.headers["referrer-policy"]) == (
            200, "no-store", "same-origin"
        ), path  # fmt: skip


async def test_the_cookie_is_for_this_host_and_not_for_scripts(client: httpx.AsyncClient, database: Settings) -> None:
    await a_summit()
    speaker = await invited()
    plain = (await client.post("/speaking", data={"code": code_of(speaker)})).headers["set-cookie"]
    settings_floor.use(settings_for(database.database_url, database.data_dir, base_url="https://events.example.org"))
    secure = (await client.post("/speaking", data={"code": code_of(speaker)})).headers["set-cookie"]
    assert (plain.partition("=")[0], secure.partition("=")[0]) == ("speaking", "__Host-speaking")
    for cookie in (plain, secure):
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/", "max-age=7200"} <= parts
        assert speaker.id not in cookie and code_of(speaker) not in cookie
    assert "Secure" in secure


async def test_only_an_unexpired_cookie_of_this_purpose_opens_anything(client: httpx.AsyncClient) -> None:
    await a_summit()
    speaker = await invited()
    held = OpenPage(speaker.id, 0)
    late = SealedCookie("speaking", purpose="speaker-cookie", holds=OpenPage, lasts=timedelta(seconds=-1))
    another = SealedCookie("speaking", purpose=open_pass.PURPOSE, holds=OpenPage, lasts=timedelta(hours=1))
    nobody = PASS.keep(OpenPage("0" * 32, 0))
    cookies = [late.keep(held), another.keep(held), nobody, PASS.keep(OpenPage(speaker.id, 1)), PASS.take_away()]
    for value in ("x", "AAAA" * 40, "%C3%B8", *(one.value or "" for one in cookies)):
        client.cookies.clear()
        client.cookies.set("speaking", value)
        for path in (OWN, "/speaking/withdraw", "/speaking/photo.webp"):
            page = await client.get(path)
            assert (page.status_code, page.headers["location"]) == (303, "/speaking"), (value, path)
        for path in ("answer", "profile", "photo", "photo/remove", "withdraw"):
            assert (await client.post(f"/speaking/{path}", data={"answer": "confirmed"})).status_code == 303
    client.cookies.set("speaking", PASS.keep(held).value or "")
    assert (await client.get(OWN)).status_code == 200
    assert (await as_it_is(speaker)) == speaker


async def test_a_replaced_link_opens_nothing_and_closes_what_it_had_opened(client: httpx.AsyncClient) -> None:
    event = await a_summit()
    speaker = await invited()
    await opened(client, speaker)
    replaced = await replace_links(event.id, speaker.id)
    assert (await client.get(OWN)).status_code == 303
    assert (await client.post("/speaking", data={"code": code_of(speaker)})).status_code == 422
    await opened(client, replaced)
    assert (await client.get(OWN)).status_code == 200


async def test_a_wrong_code_is_asked_for_again_and_not_too_often(client: httpx.AsyncClient, database: Settings) -> None:
    await a_summit()
    speaker = await invited()
    settings_floor.use(settings_for(database.database_url, database.data_dir, rate_limits="on"))
    for code in ["", "nope", "ø" * 32, "x" * 500, "a\x00b"]:
        page = await client.post("/speaking", data={"code": code})
        assert page.status_code == 422 and "This code opens nothing." in words(page)
    await opened(client, speaker)
    answers = [await client.post("/speaking", data={"code": "nope"}) for _ in range(16)]
    assert [page.status_code for page in answers] == [422] * 15 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    async with a_browser("192.0.2.99") as elsewhere:
        await opened(elsewhere, speaker)


async def test_a_form_of_another_site_is_refused(client: httpx.AsyncClient) -> None:
    await a_summit()
    speaker = await invited()
    session = await a_session(speakers=[{"speaker_id": speaker.id}])
    await opened(client, speaker)
    client.headers["Sec-Fetch-Site"] = "cross-site"
    for path in ("answer", "profile", "photo", "withdraw", "leave"):
        assert (await client.post(f"/speaking/{path}", data={"answer": "declined"})).status_code == 403
    assert await parts_of(session.id) == {speaker.id: "invited"}


async def test_each_session_is_answered_by_itself_and_the_roster_follows(client: httpx.AsyncClient) -> None:
    await a_summit()
    speaker = await invited()
    first, second = [
        await a_session(f"Talk {hour}", f"2037-03-10T{hour}:00", speakers=[{"speaker_id": speaker.id}])
        for hour in (10, 11)
    ]
    await opened(client, speaker)

    async def after(given: str, session_id: str) -> tuple[str, str, State]:
        answered = await answer(client, given, session_id)
        assert (answered.status_code, answered.headers["location"]) == (303, f"{OWN}?done=answer_kept")
        return (
            (await parts_of(first.id))[speaker.id],
            (await parts_of(second.id))[speaker.id],
            (await as_it_is(speaker)).state,
        )

    assert await after("declined", first.id) == ("declined", "invited", State.INVITED)
    assert await after("confirmed", second.id) == ("declined", "confirmed", State.CONFIRMED)
    assert await after("declined", second.id) == ("declined", "declined", State.DECLINED)
    assert await after("confirmed", first.id) == ("confirmed", "declined", State.CONFIRMED)
    assert await after("confirmed", "") == ("confirmed", "confirmed", State.CONFIRMED)
    assert (await as_it_is(speaker)).answered_at is not None


async def test_what_is_not_theirs_or_no_longer_ahead_cannot_be_answered(client: httpx.AsyncClient) -> None:
    await a_summit()
    speaker, other = await invited(), await invited("Bo Berg")
    part = [{"speaker_id": speaker.id}]
    open_one = await a_session("Open", speakers=part)
    shelf = await a_session("Shelf", None, speakers=part)
    off = await a_session("Off", "2037-03-10T11:00", state="cancelled", speakers=part)
    past = await a_session("Past", "2020-03-10T11:00", speakers=part)
    taken = await a_session("Taken", "2037-03-10T12:00", speakers=[{"speaker_id": speaker.id, "state": "withdrawn"}])
    foreign = await a_session("Foreign", "2037-03-10T13:00", speakers=[{"speaker_id": other.id}])
    await opened(client, speaker)
    for session in (shelf, off, past, taken, foreign):
        assert (await answer(client, "confirmed", session.id)).status_code == 409, session.title
    for given in ("", "maybe", "withdrawn", "proposed"):
        assert (await answer(client, given, open_one.id)).status_code == 422
    assert (await answer(client, "confirmed", "x" * 65)).status_code == 422
    assert (await as_it_is(speaker)) == speaker
    assert (await answer(client, "declined")).status_code == 303
    states = [(await parts_of(one.id)).get(speaker.id) for one in (open_one, shelf, off, past, taken, foreign)]
    assert states == ["declined", "invited", "invited", "invited", "withdrawn", None]
    await cancel_event("summit")
    assert (await answer(client, "confirmed", open_one.id)).status_code == 409
    assert "This event is cancelled." in words(await client.get(OWN))


async def test_a_no_to_a_released_session_takes_it_from_the_calendar_at_once_and_a_yes_brings_it_back(
    client: httpx.AsyncClient,
) -> None:
    await a_summit()
    speaker = await a_speaker()
    session = await a_session(speakers=[{"speaker_id": speaker.id}])
    await opened(client, speaker)
    assert (await answer(client, "confirmed", session.id)).status_code == 303
    assert await calendar_of(speaker) == []
    await a_release()
    assert (await answer(client, "confirmed", session.id)).status_code == 303
    assert (await answer(client, "declined", session.id)).status_code == 303
    assert (await answer(client, "declined", session.id)).status_code == 303
    assert (await answer(client, "confirmed", session.id)).status_code == 303
    told = await calendar_of(speaker)
    assert [(kind, method) for kind, method, _ in told] == [
        ("speaking_invited", "REQUEST"), ("speaking_withdrawn", "CANCEL"), ("speaking_invited", "REQUEST")
    ]  # fmt: skip
    sequences = [sequence for _, _, sequence in told]
    assert sequences == sorted(set(sequences))


async def test_the_join_link_is_for_who_confirmed(client: httpx.AsyncClient) -> None:
    await a_summit()
    speaker = await invited()
    session = await a_session(speakers=[{"speaker_id": speaker.id}], join_url=SECRET)
    await opened(client, speaker)
    assert SECRET not in (await client.get(OWN)).text
    await answer(client, "confirmed", session.id)
    assert SECRET in (await client.get(OWN)).text
    await change_session(session, state="cancelled")
    assert SECRET not in (await client.get(OWN)).text


async def test_withdrawing_asks_first_leaves_everything_and_is_for_good(client: httpx.AsyncClient) -> None:
    event = await a_summit()
    speaker = await a_speaker()
    sessions = [
        await a_session(f"Talk {hour}", f"2037-03-10T{hour}:00", speakers=[{"speaker_id": speaker.id}])
        for hour in (10, 11)
    ]
    await a_release()
    await opened(client, speaker)
    await answer(client, "confirmed")
    assert (await client.get("/speaking/withdraw")).status_code == 200
    for _ in range(2):
        assert (await client.post("/speaking/withdraw")).headers["location"] == f"{OWN}?done=speaking_withdrawn"
    assert [(await parts_of(one.id))[speaker.id] for one in sessions] == ["withdrawn"] * 2
    assert [method for _, method, _ in await calendar_of(speaker)] == ["REQUEST"] * 2 + ["CANCEL"] * 2
    published = await published_agenda(event, now=clock.now())
    assert published is not None and published.speakers == {}
    assert (await client.get("/speaking/withdraw")).headers["location"] == OWN
    assert (await answer(client, "confirmed", sessions[0].id)).status_code == 409
    page = await client.get(OWN)
    assert "You are no longer on the programme." in words(page) and settings.current().reply_address in page.text


async def test_what_they_write_of_themselves_is_kept_and_unticking_hides_them_everywhere(
    client: httpx.AsyncClient,
) -> None:
    event = await a_summit()
    speaker = await a_speaker(email="asa@example.org")
    await a_session(speakers=[{"speaker_id": speaker.id}])
    await a_release()
    await opened(client, speaker)
    written = {
        "title": "Mayor",
        "city": "Malmö",
        "biography": "**Bold**",
        "availability": "Late",
        "technical_needs": "HDMI",
    }
    assert (await client.post("/speaking/profile", data=PROFILE | written)).status_code == 303
    after = await as_it_is(speaker)
    assert {name: getattr(after, name) for name in written} == written
    assert (after.language, after.public, after.email, after.state) == ("sv", True, "asa@example.org", State.CONFIRMED)
    for name in ("email", "state", "import_key", "link_generation"):
        refused = await client.post("/speaking/profile", data=PROFILE | {name: "declined"})
        assert refused.status_code == 422
    hidden = {name: value for name, value in PROFILE.items() if name != "public"}
    assert (await client.post("/speaking/profile", data=hidden)).status_code == 303
    emptied = await as_it_is(speaker)
    assert (emptied.public, emptied.title, emptied.biography, emptied.technical_needs) == (False, "", "", "")
    published = await published_agenda(event, now=clock.now())
    assert published is not None and published.speakers == {}


async def test_wrong_values_are_all_told_at_once_and_nothing_typed_is_lost(client: httpx.AsyncClient) -> None:
    await a_summit()
    speaker = await invited()
    await opened(client, speaker)
    typed = {"name": "", "language": "1", "title": "x" * 201, "biography": "Kept <b>text</b>"}
    page = await client.post("/speaking/profile", data=typed)
    assert page.status_code == 422
    for field in ("name", "language", "title"):
        assert f'href="#f-{field}"' in page.text, field
    assert "Kept &lt;b&gt;text&lt;/b&gt;" in page.text
    assert (await as_it_is(speaker)) == speaker


async def test_their_photograph_is_taken_shown_and_removed(client: httpx.AsyncClient) -> None:
    await a_summit()
    speaker = await invited()
    await opened(client, speaker)

    async def send(data: bytes) -> httpx.Response:
        return await client.post("/speaking/photo", files={"photo": ("me.png", data, "image/png")})

    assert (await client.get("/speaking/photo.webp")).status_code == 404
    for data, said in ((b"", "Choose a picture first."), (a_picture("GIF"), "no picture we can read")):
        refused = await send(data)
        assert refused.status_code == 422 and said in words(refused)
    assert (await client.post("/speaking/photo", data={"photo": "text"})).status_code == 422
    assert (await send(b"\0" * (photos.MOST_BYTES + 1))).status_code == 422
    assert (await send(b"\0" * (2 * photos.MOST_BYTES))).status_code == 413
    assert (await send(a_picture("BMP", (1500, 1000)))).status_code == 422
    assert (await send(a_picture("JPEG", (3000, 2000), quality=100))).status_code == 303
    digest = (await as_it_is(speaker)).photo_digest
    assert f'src="/speaking/photo.webp?{digest}"' in (await client.get(OWN)).text
    shown = await client.get("/speaking/photo.webp")
    assert Image.open(io.BytesIO(shown.content)).size == (960, 640)
    assert (await client.post("/speaking/photo/remove")).status_code == 303
    assert (await as_it_is(speaker)).photo_digest is None


async def test_leaving_closes_the_page_on_this_device_alone(client: httpx.AsyncClient) -> None:
    await a_summit()
    speaker = await invited()
    async with a_browser() as elsewhere:
        await opened(elsewhere, speaker)
        await opened(client, speaker)
        assert (await client.post("/speaking/leave")).headers["location"] == "/speaking?done=speaking_closed_here"
        assert [(await one.get(OWN)).status_code for one in (client, elsewhere)] == [303, 200]
    assert await kinds_to(speaker) == []
