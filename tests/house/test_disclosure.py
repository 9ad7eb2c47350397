"""What must not be known is in no answer to whom it may not reach: a place and a link for those who have a seat, a protected person.

Each is a word that stands nowhere else. Every GET route of the application is read by a stranger, by every role, by a device and by other
participants; what a few of them may see is found there, so that a walk that reads nothing fails.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
import pytest_asyncio
from pypdfium2 import PdfDocument

from events_service.audit.rules import Doer
from events_service.database import fetch
from events_service.events.queries import event_by_slug
from events_service.outbox.queries import letter_from
from events_service.people import actions
from events_service.people.rules import Role
from events_service.privacy.protecting import protect
from events_service.registrations.badges import badges_of
from events_service.registrations.letters import write_letter
from events_service.registrations.queries import Registration, registration_by_id
from tests.agenda.given import a_release, a_room, a_session, a_speaker, a_summit, a_track
from tests.application import application
from tests.conftest import settings_for
from tests.door.given import a_phone, scanned
from tests.door.given import an_event as another_event
from tests.house.given import bearer, service
from tests.house.test_access import cookies_of, routes_of
from tests.privacy.given import registered
from tests.registrations.given import page_code_of

PLACE, LINK, SECRET = "Gyrfalcon Lane 7", "gyrfalcon-meeting", "quixotarius"
SESSION_LINK = "ptarmigan-session"
CANARIES = (PLACE, LINK, SECRET, SESSION_LINK)
ALIAS = "Heron 4"
# What is answered with a file when it is posted, and forms that ask for one: the last asks for a name that nobody may be found by.
EXPORT, EVACUATION = "/office/events/{slug}/registrations/export", "/office/events/{slug}/attendance/evacuation"
WHY = {"reason": "A drill"}
FILES: dict[str, tuple[dict[str, str], ...]] = {
    EXPORT: (
        {"form": "csv"},
        {"form": "xlsx"},
        {"form": "csv", "sensitive": "yes", **WHY},
        {"form": "csv", "q": "zebulon"},
    ),
    EVACUATION: ({"form": "csv", **WHY}, {"form": "page", **WHY}),
}


@dataclass(frozen=True)
class House:
    client: httpx.AsyncClient
    paths: list[str]
    posts: list[str]
    ids: dict[str, str]
    seated: Registration
    waiting: Registration
    protected: Registration
    device: str


@pytest_asyncio.fixture
async def house(sqlite_url: str, tmp_path: Any) -> AsyncIterator[House]:
    own = settings_for(sqlite_url, tmp_path)
    async with service(own) as client:
        event = await a_summit(
            format="hybrid",
            venue={
                "name": "City Hall",
                "address": PLACE,
                "city": "Copenhagen",
                "country": "DK",
                "disclosure": "registered",
            },
            join_url=f"https://meet.example.org/{LINK}",
            registration={"mode": "open", "capacity": 2, "waitlist": True},
        )
        room, track, speaker = await a_room(), await a_track(), await a_speaker(public=True)
        session = await a_session(
            speakers=[{"speaker_id": speaker.id}],
            room_ids=[room.id],
            signup=True,
            join_url=f"https://meet.example.org/{SESSION_LINK}",
        )
        await a_release()
        seated = await registered("summit", name="Åsa", email="asa@malmo.example")
        hidden = await registered("summit", answers={})
        waiting = await registered("summit", name="Lars", email="lars@malmo.example")
        await protect(hidden, alias=ALIAS, doer=Doer("account", "me"), reason="Works undercover.")
        phone = await a_phone(event)
        ids = {
            "slug": "summit",
            "registration_id": hidden,
            "session_id": session.id,
            "name": session.id,
            "room_id": room.id,
            "track_id": track.id,
            "speaker_id": speaker.id,
            "language": "en",
            "kind": "confirmed",
            "device_id": phone.id,
        }
        known = defaultdict(lambda: "none", ids)
        every = [route.split(" ", 1) for route in routes_of(application(own))]
        routes = [path for method, path in every if method == "GET"]
        paths = sorted(route.format_map(known) for route in routes if "stream" not in route)
        posts = sorted(path.format_map(known) for method, path in every if method == "POST")
        letters = [row["id"] for row in await fetch("SELECT id FROM letter")]
        paths += [f"/office/letters/{one}" for one in letters] + [
            f"/no/such/{PLACE[:3]}",
            "/robots.txt",
            "/sitemap.xml",
        ]
        yield House(
            client,
            paths,
            posts,
            ids,
            *[await registration_by_id(one) for one in (seated, waiting, hidden)],
            phone.token,
        )


async def read_all(house: House, headers: Mapping[str, str] | None = None) -> dict[str, set[str]]:
    """Canary → the paths of the answers in which it stands, of all that can be read with these headers."""
    found: dict[str, set[str]] = {canary: set() for canary in CANARIES}
    for path in house.paths:
        for query in ("", "?q=zebulon"):
            answer = await house.client.get(path + query, headers=dict(headers or {}))
            assert answer.status_code < 500, path
            text = words_in(answer) + f" {answer.headers}".casefold()
            for canary in CANARIES:
                if canary.casefold() in text:
                    found[canary].add(path)
    house.client.cookies.clear()
    return found


def where(found: Mapping[str, set[str]]) -> dict[str, set[str]]:
    return {canary: paths for canary, paths in found.items() if paths}


async def as_participant(house: House, person: Registration) -> dict[str, set[str]]:
    opened = await house.client.post("/my", data={"code": page_code_of(person)})
    assert opened.headers["location"] == "/my/registration"
    return await read_all(house)


async def test_strangers_and_devices_learn_nothing(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    for headers in ({}, bearer(house.device), bearer("a" * 32), {"Accept": "application/json"}):
        assert where(await read_all(house, headers)) == {}
    logged = "".join(capfd.readouterr())
    assert [canary for canary in CANARIES if canary.casefold() in logged.casefold()] == []


@pytest.mark.parametrize("role", Role)
async def test_staff_of_another_event_learn_nothing_and_of_this_one_no_protected_name(house: House, role: Role) -> None:
    await another_event("launch")
    elsewhere = await actions.make_api_token(role, event_slug="launch", name="elsewhere")
    assert where(await read_all(house, bearer(elsewhere))) == {}
    here = await actions.make_api_token(role, event_slug="summit", name="here")
    assert (await read_all(house, bearer(here)))[SECRET] == set()
    if role is not Role.INBOUND_MAIL:
        assert where(await read_all(house, await cookies_of(role, "launch"))) == {}
        seen = await read_all(house, await cookies_of(role, "summit"))
        assert seen[SECRET] == set()
        if role is Role.ORGANISER:
            assert "/office/events/summit/edit" in seen[PLACE] & seen[LINK]


async def test_who_has_a_seat_is_told_the_place_and_the_link_and_who_waits_is_not(house: House) -> None:
    seated = await as_participant(house, house.seated)
    assert "/my/registration" in seated[PLACE]
    assert (seated[SECRET], seated[SESSION_LINK]) == (set(), set())
    assert where(await as_participant(house, house.waiting)) == {}
    own = await as_participant(house, house.protected)
    assert "/my/registration" in own[SECRET]
    assert "/my/registration" in own[PLACE]


async def test_letters_tell_the_place_to_whom_they_are_written(house: House) -> None:
    rows = await fetch("SELECT * FROM letter WHERE registration_id = $1", house.seated.id)
    written = [(await write_letter(letter_from(row))).text for row in rows]
    assert [PLACE in text for text in written] == [True]


async def come_in(house: House) -> None:
    """The protected person is inside."""
    event, person = await event_by_slug("summit"), await registration_by_id(house.protected.id)
    badge = (await badges_of([person], event))[person.id]
    answer = await scanned(await a_phone(event, name="Gate"), badge)
    assert answer.verdict.value == "admitted"


def is_file(answer: httpx.Response) -> bool:
    return answer.headers.get("content-disposition", "").startswith("attachment")


def words_in(answer: httpx.Response) -> str:
    """All that can be read in the answer, small; of a workbook what stands in its sheets, of a PDF what stands on its pages."""
    if answer.content.startswith(b"%PDF"):
        return "".join(page.get_textpage().get_text_range() for page in PdfDocument(answer.content)).casefold()
    if not answer.content.startswith(b"PK"):
        return answer.text.casefold()
    with ZipFile(BytesIO(answer.content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist()).casefold()


async def files_for(house: House, headers: Mapping[str, str]) -> list[tuple[str, dict[str, str], httpx.Response]]:
    """Every file that can be had by posting, and the pages of the same lists: the path, the form and the answer."""
    asked = [(path.format_map(house.ids), form) for path, forms in FILES.items() for form in forms]
    found = [(path, form, await house.client.post(path, data=form, headers=dict(headers))) for path, form in asked]
    house.client.cookies.clear()
    return [(path, form, answer) for path, form, answer in found if answer.status_code < 300]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.INBOUND_MAIL])
async def test_a_file_that_is_posted_for_names_no_protected_person(house: House, role: Role) -> None:
    await come_in(house)
    await another_event("launch")
    assert await files_for(house, {}) == []
    assert await files_for(house, await cookies_of(role, "launch")) == []
    found = await files_for(house, await cookies_of(role, "summit"))
    for path, form, answer in found:
        assert is_file(answer) == (form["form"] != "page")
        words = words_in(answer)
        assert SECRET not in words, (path, form)
        assert (ALIAS.casefold() in words) == ("q" not in form), (path, form)
    if role in (Role.OWNER, Role.ORGANISER):
        assert len(found) == sum(len(forms) for forms in FILES.values())


@pytest.mark.parametrize("path", ["/door/evacuation", "/api/v1/door/evacuation"])
async def test_a_supervisors_device_names_no_protected_person_either(house: House, path: str) -> None:
    await come_in(house)
    phone = await a_phone(await event_by_slug("summit"), name="Supervisor", supervisor=True)
    if path.startswith("/api"):
        answer = await house.client.post(path, json=WHY, headers=bearer(phone.token))
    else:
        headers = {"Cookie": f"door={phone.token}", "Sec-Fetch-Site": "same-origin"}
        answer = await house.client.post(path, data=WHY, headers=headers)
    assert answer.status_code == 200
    assert ALIAS in answer.text
    assert SECRET not in answer.text.casefold()


async def test_a_badge_to_print_names_no_protected_person(house: House) -> None:
    token = await actions.make_api_token(Role.OWNER, name="printer")
    printed = await house.client.get("/api/v1/events/summit/badges.pdf?layout=a6", headers=bearer(token))
    assert printed.content.startswith(b"%PDF")
    assert ALIAS.casefold() in words_in(printed)
    assert SECRET not in words_in(printed)


async def test_nothing_else_in_the_office_is_answered_with_a_file_when_it_is_posted(house: House) -> None:
    headers, form = await cookies_of(Role.OWNER, None), {"form": "csv", **WHY}
    posts = [path for path in house.posts if path.startswith("/office/events/")]
    found = {path for path in posts if is_file(await house.client.post(path, data=form, headers=headers))}
    token = await actions.make_api_token(Role.OWNER, name="everywhere")
    calls = [path for path in house.posts if path.startswith("/api/v1/")]
    found |= {path for path in calls if is_file(await house.client.post(path, json=form, headers=bearer(token)))}
    assert found == {path.format_map(house.ids) for path in FILES}
