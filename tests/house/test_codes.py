"""Codes and passes from mails and of devices: what opens one person's page opens nobody else's, and nobody may go on guessing.

`SECRET` says what is sent to each route that a secret opens, `PLAIN` names the routes that ask for none: one that neither knows fails.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from httpx import ASGITransport
from litestar import Litestar

from events_service import clock, database, settings
from events_service.app import create_app
from events_service.audit.rules import Doer
from events_service.database import fetch, transaction
from events_service.delegations.drafts import DelegationDraft
from events_service.delegations.rules import delegation_code
from events_service.events.admissions import Admission, set_admission
from events_service.events.members import MEMBER, OpenMember
from events_service.events.rules import Event
from events_service.invitations.actions import invite
from events_service.invitations.drafts import GuestDraft
from events_service.invitations.rules import invitation_code
from events_service.invitations.terms import Offered
from events_service.people import visitors
from events_service.registrations.applications import Application
from events_service.registrations.badges import badges_of
from events_service.registrations.delegations import make_delegation
from events_service.registrations.drafts import CompanionForm, RegistrationDraft
from events_service.registrations.links import feed_url, stop_mails_url
from events_service.registrations.magic_pages import OPEN_ADDRESS, OpenAddress
from events_service.registrations.parties import companion_drafts, companions_of, register_party
from events_service.registrations.queries import registration_by_id
from events_service.registrations.secrets import join_code
from events_service.registrations.sign_ups import sign_up
from events_service.web.bodies import read_values
from tests.agenda.given import a_release, a_session, a_speaker, a_summit
from tests.conftest import settings_for
from tests.door.given import a_phone, an_event
from tests.house.given import BASE_URL, service
from tests.registrations.delegation_given import named
from tests.registrations.given import page_code_of
from tests.speakers.given import code_of as speaker_code_of

CODE_DOORS = (
    "/my",
    "/my/join",
    "/my/confirm",
    "/my/link/open",
    "/members/open",
    "/invited",
    "/delegation",
    "/speaking",
)
MARK = "quixotarius"
SOMEBODY = {"name": "Changed", "email": "changed@oslo.example"}
DETAILS = {"name": "Changed", "language": "en", "organisation": "Changed", "city": "Changed"}

TABLES = (
    *("registration", "invitation", "delegation", "speaker", "session_speaker", "sign_up", "star", "substitution"),
    *("scan", "letter"),
)

# What is sent to a route that a code, a pass or a device's token opens; `{…}` is the other person's.
SECRET: dict[str, dict[str, str]] = {
    **{f"GET {path}": {} for path in (
        "/my", "/my/registration", "/my/badge.png", "/my/badge.svg", "/my/calendar.ics", "/my/link", "/my/all", "/my/data.json",
        "/my/data.csv", "/my/erase", "/my/programme", "/my/sessions", "/my/calendar/{file_name}", "/my/cancel", "/my/answers",
        "/my/files/{sent_id}", "/my/details", "/my/substitute", "/my/confirm", "/my/ticket", "/my/ticket/service-worker.js",
        "/my/stop-mails/{registration_id}/{token}", "/my/join", "/my/join/meeting", "/my/join/meeting/{session_id}",
        "/my/join/meeting/go", "/my/join/meeting/{session_id}/go",
        "/invited", "/invited/answer", "/delegation", "/delegation/seats", "/delegation/delegates/{registration_id}",
        "/delegation/delegates/{registration_id}/substitute", "/delegation/delegates/{registration_id}/withdraw",
        "/members", "/members/events", "/speaking", "/speaking/me", "/speaking/photo.webp", "/speaking/withdraw",
        "/door", "/door/kiosk", "/door/scan", "/door/search?q=zebulon", "/door/walk-in",
        "/api/v1/door/roster", "/api/v1/door/search?q=zebulon",
    )},
    "POST /my": {"code": "{page_code}"},
    "POST /my/join": {"code": "{join_code}"},
    **{f"POST /my/join/{page}": {} for page in (
        "own", "own/{session_id}", "meeting/enter", "meeting/here", "meeting/left",
        "meeting/{session_id}/enter", "meeting/{session_id}/here", "meeting/{session_id}/left",
    )},
    "POST /my/confirm": {"code": "{page_code}"},
    "POST /my/link/open": {"code": "{page_code}"},
    "POST /members/open": {"code": "{page_code}"},
    "POST /invited": {"code": "{guest_code}"},
    "POST /delegation": {"code": "{delegation_code}"},
    "POST /speaking": {"code": "{speaker_code}"},
    "POST /my/all": {"registration_id": "{registration}"},
    "POST /my/answers": {},
    "POST /my/accept": {},
    "POST /my/details": DETAILS,
    "POST /my/companions/cancel": {"registration_id": "{companion}"},
    "POST /my/mails": {"mails": "stop"},
    "POST /my/stop-mails/{registration_id}/{token}": {},
    "POST /my/programme/unstar": {"session_id": "{session_id}"},
    "POST /my/substitute": SOMEBODY,
    "POST /events/{slug}/sessions/{session_id}/star": {"star": "on"},
    "POST /events/{slug}/sessions/{session_id}/sign-up": {},
    "POST /events/{slug}/sessions/{session_id}/withdraw": {},
    "POST /invited/accept": {**SOMEBODY, "category": "guest", "language": "en", "consent": "true"},
    "POST /invited/decline": {"word": "Changed"},
    "POST /invited/pass-on": SOMEBODY,
    "POST /delegation/seats": SOMEBODY,
    "POST /delegation/delegates/{registration_id}": {"name": "Changed", "language": "en"},
    "POST /delegation/delegates/{registration_id}/substitute": SOMEBODY,
    "POST /delegation/delegates/{registration_id}/withdraw": {},
    "POST /speaking/answer": {"answer": "declined", "session_id": "{session_id}"},
    "POST /speaking/profile": {"biography": "Changed"},
    "POST /speaking/photo": {},
    "POST /speaking/photo/remove": {},
    "POST /speaking/withdraw": {},
    "POST /door/scan": {"badge": "{badge}", "scan_id": "scan-1"},
    "POST /door/undo": {"scan_id": "scan-1"},
    "POST /door/kiosk": {"badge": "{badge}", "scan_id": "scan-1"},
    "POST /door/kiosk/badge": {"scan_id": "scan-1"},
    "POST /api/v1/door/badges": {"scan_id": "scan-1"},
    "POST /api/v1/door/badges/printed": {"scan_id": "scan-1"},
    "POST /door/walk-in": {**SOMEBODY, "scan_id": "scan-2"},
    "POST /api/v1/scans": {"badge": "{badge}", "scan_id": "scan-3", "scanned_at": "2037-03-07T11:00"},
    "POST /api/v1/scans/batch": {},
    "POST /api/v1/scans/{scan_id}/undo": {},
    "POST /api/v1/door/walk-ins": {"scan_id": "scan-4", "name": "Changed"},
    "POST /api/v1/door/heartbeat": {"battery": "0.5"},
    "GET /door/evacuation": {},
    "POST /door/evacuation": {"reason": "A drill"},
    "POST /api/v1/door/evacuation": {"reason": "A drill"},
    **{f"GET {path}/door/conflicts": {} for path in ("", "/api/v1")},
    **{f"POST {path}/door/conflicts/{{conflict_id}}/settle": {"outcome": "came_in", "reason": "Changed"} for path in ("", "/api/v1")},
    **{f"POST {path}/door/conflicts/{{conflict_id}}/reopen": {"reason": "Changed"} for path in ("", "/api/v1")},
    # These end what is open in the browser that sends them, so they come last.
    "POST /my/new-links": {},
    "POST /my/cancel": {},
    "POST /my/leave": {},
    "POST /my/all/leave": {},
    "POST /invited/leave": {},
    "POST /delegation/leave": {},
    "POST /members/leave": {},
    "POST /speaking/leave": {},
    "POST /door/leave": {},
    "POST /my/erase": {},
}  # fmt: skip

# Open to anybody, and about nobody; those that take an address answer the same for every address (see the test of enumeration).
PLAIN = {
    "GET /", "GET /api/v1/cities", "GET /api/v1/events",
    "GET /api/v1/events/{slug}", "GET /api/v1/events/{slug}/agenda", "GET /api/v1/events/{slug}/form",
    "POST /api/v1/events/{slug}/files", "POST /api/v1/events/{slug}/registrations", "POST /api/v1/devices/pair",
    "GET /calendar.ics", "GET /cities", "GET /events", "GET /events/{slug}", "GET /events/{slug}/calendar.ics",
    "GET /events/{slug}/register", "POST /events/{slug}/register", "GET /events/{slug}/registered",
    "GET /privacy", "POST /language", "GET /sign-in", "POST /sign-in", "POST /sign-out",
    "GET /sign-in/code", "POST /sign-in/code", "GET /static/{name}", "POST /members", "POST /my/link", "GET /door/pair",
    "POST /door/pair", "GET /door/shell", "GET /door/service-worker.js", "GET /door/kiosk/shell",
    "GET /door/kiosk/service-worker.js", "GET /door/kiosk/manifest.webmanifest", "GET /door/manifest.webmanifest",
    "GET /events/{slug}/speakers/{speaker_id}/photo/{name}", "GET /events/{slug}/schedule.xml", "GET /events/{slug}/schedule.json",
    "GET /events/{slug}/agenda.csv", "GET /events/{slug}/agenda/changes.atom", "GET /events/{slug}/agenda",
    "GET /events/{slug}/agenda/embed", "GET /events/{slug}/agenda/changes", "GET /events/{slug}/sessions/{name}",
    "GET /events/{slug}/speakers", "GET /events/{slug}/speakers/{speaker_id}", "GET /events/{slug}/rooms/{room_id}/now",
    "GET /events/{slug}/now",
}  # fmt: skip


def opened_without_an_account(app: Litestar) -> Iterator[str]:
    """The routes that say themselves that no account is needed."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if handler.opt.get("public") or handler.opt.get("device"):
                for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                    yield f"{method} {route.path_format}"


def test_every_route_that_needs_no_account_is_known(tmp_path: Any) -> None:
    found = set(opened_without_an_account(create_app(settings_for(f"sqlite:///{tmp_path}/none.sqlite", tmp_path))))
    settings.use(None)
    assert found == {route.partition("?")[0] for route in SECRET} | PLAIN


@dataclass(frozen=True)
class Person:
    """Somebody who has each of the secrets at one event; `ids` fill the places of routes and forms."""

    ids: dict[str, str]
    token: str

    @property
    def codes(self) -> dict[str, str]:
        return {
            "/my": "page_code",
            "/my/join": "join_code",
            "/invited": "guest_code",
            "/delegation": "delegation_code",
            "/speaking": "speaker_code",
        }


async def a_person(event: Event, name: str, domain: str) -> Person:
    await set_admission(event, Admission(companions=1))
    draft = RegistrationDraft(name=name, email=f"own@{domain}", organisation=f"{name} & Co", consent=True)
    companions = companion_drafts([CompanionForm(name=f"{name}'s guest")], host=draft)
    wish = Application(event.slug, draft, by_registrar=True)
    registration = await registration_by_id((await register_party(wish, companions, together=False)).registration_id)
    speaker = await a_speaker(name, event=event.slug, email=f"speaker@{domain}", biography=f"{name} wrote this.")
    begins = "2037-03-10T10:00" if event.slug == "summit" else "2037-03-07T12:00"
    session = await a_session(
        starts_at=begins, event=event.slug, speakers=[{"speaker_id": speaker.id}], signup=True, capacity=9
    )
    await a_release(event=event.slug)
    await sign_up(registration.id, session.id)
    guest = read_values(GuestDraft, {"name": name, "email": f"guest@{domain}"}, from_text=False)
    await invite(event.slug, [guest], Offered(), by=Doer("account", "me"))
    invitation = (await fetch("SELECT id FROM invitation WHERE event = $1", event.id))[0]["id"]
    seats = DelegationDraft(city="Tromsø", seats=2, coordinator_email=f"coordinator@{domain}", coordinator_name=name)
    delegation = await make_delegation(event.slug, seats, by=Doer("account", "me"))
    delegate = await named(delegation, 1, name=f"{name}'s delegate", email=f"delegate@{domain}")
    key = settings.current().secret_key
    ids = {
        "slug": event.slug,
        "session_id": session.id,
        "registration": registration.id,
        "companion": (await companions_of(registration))[0].id,
        "registration_id": delegate.id,
        "badge": (await badges_of([registration], event))[registration.id],
        "page_code": page_code_of(registration),
        "join_code": join_code(registration.id, registration.links_generation, secret_key=key),
        "guest_code": invitation_code(invitation, secret_key=key),
        "delegation_code": delegation_code(delegation.id, delegation.link_generation, secret_key=key),
        "speaker_code": speaker_code_of(speaker),
        "file_name": urlsplit(feed_url(registration.id, 0, settings.current())).path.rpartition("/")[2],
        "stop": urlsplit(stop_mails_url(registration.id, settings.current())).path.rpartition("/")[2],
        "email": registration.email,
        "sent_id": "a" * 32,
        "scan_id": "scan-3",
        "conflict_id": "a" * 32,
        "token": "a" * 32,
    }
    return Person(ids, (await a_phone(event)).token)


@dataclass(frozen=True)
class House:
    client: httpx.AsyncClient
    theirs: Person
    other: Person


@pytest_asyncio.fixture
async def house(sqlite_url: str, tmp_path: Any) -> AsyncIterator[House]:
    async with service(settings_for(sqlite_url, tmp_path)) as client:
        theirs = await a_person(await a_summit(), "Zebulon Quixotarius", "quixotarius.example")
        yield House(client, theirs, await a_person(await an_event(), "Oda", "oslo.example"))


async def passes_of(house: House, person: Person) -> dict[str, str]:
    """The cookies of a browser in which everything of theirs is open."""
    for door, code in person.codes.items():
        opened = await house.client.post(door, data={"code": person.ids[code]})
        assert opened.status_code == 303, door
    address = OPEN_ADDRESS.keep(OpenAddress(person.ids["email"]))
    member = MEMBER.keep(OpenMember(person.ids["email"]))
    found = dict(house.client.cookies) | {one.key: cast(str, one.value) for one in (address, member)}
    house.client.cookies.clear()
    return found | {"door": person.token}


async def shown_to(house: House, cookies: Mapping[str, str], *, of: Person, bearer: str = "") -> list[str]:
    """The routes that show something of this person to who holds these cookies; everything is sent everywhere."""
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Sec-Fetch-Site": "same-origin",
    }
    found = []
    for route, form in SECRET.items():
        method, _, path = route.partition(" ")
        filled = {name: value.format_map(of.ids) for name, value in form.items()}
        is_api = path.startswith("/api/")
        own = headers if not is_api else {"Authorization": f"Bearer {bearer}"} if bearer else {}
        sent: dict[str, Any] = {} if method == "GET" else {"json": filled} if is_api else {"data": filled}
        answer = await house.client.request(method, path.format_map(of.ids), headers=own, **sent)
        house.client.cookies.clear()
        assert answer.status_code < 500, route
        if MARK in f"{answer.text} {answer.headers}".casefold():
            found.append(route)
    return found


async def kept_of(person: Person) -> list[str]:
    """All rows in which this person stands, by their name, their address or an id of theirs."""
    wanted = [MARK, *(person.ids[name] for name in ("registration", "companion", "registration_id"))]
    found = []
    for table in TABLES:
        rows = [repr(dict(row)) for row in await fetch(f"SELECT * FROM {table}")]
        found += [row for row in rows if any(one in row.casefold() for one in wanted)]
    return sorted(found)


async def test_the_own_passes_show_what_is_theirs(house: House) -> None:
    seen = await shown_to(house, await passes_of(house, house.theirs), of=house.theirs)
    assert {
        "GET /my/registration", "GET /my/data.json", "GET /my/details", "GET /my/calendar/{file_name}",
        "GET /invited/answer", "GET /delegation/seats", "GET /delegation/delegates/{registration_id}", "GET /speaking/me",
    } <= set(seen)  # fmt: skip


@pytest.mark.parametrize("whose", ["nobody's", "garbage", "another's", "exchanged"])
async def test_no_pass_shows_or_changes_what_is_another_persons(house: House, whose: str) -> None:
    theirs = await passes_of(house, house.theirs)
    rotated = [*list(theirs.values())[1:], next(iter(theirs.values()))]
    cookies = {
        "nobody's": {},
        "garbage": dict.fromkeys(theirs, "AAAAAAAA"),
        "another's": await passes_of(house, house.other),
        # The same seals under other names: a pass is good for its own purpose alone.
        "exchanged": dict(zip(theirs, rotated, strict=True)),
    }[whose]
    unknown = dict.fromkeys(
        ("page_code", "join_code", "guest_code", "delegation_code", "speaker_code", "file_name", "badge"), "a" * 32
    )
    # Whose secrets are sent in forms and paths is not in question here, so they are nobody's; the ids are the person's own.
    of = Person(house.theirs.ids | unknown, "")
    before = await kept_of(house.theirs)
    token = house.other.token if whose == "another's" else "AAAAAAAA" if whose == "garbage" else ""
    assert len(before) > 8
    assert await shown_to(house, cookies, of=of, bearer=token) == []
    assert await kept_of(house.theirs) == before


async def test_a_badge_of_another_event_tells_a_device_nothing(house: House) -> None:
    before = await kept_of(house.theirs)
    of = Person({"badge": house.theirs.ids["badge"]}, "")
    for route, headers in (
        ("/door/scan", {"Cookie": f"door={house.other.token}", "Sec-Fetch-Site": "same-origin"}),
        ("/api/v1/scans", {"Authorization": f"Bearer {house.other.token}"}),
    ):
        filled = {name: value.format_map(of.ids) for name, value in SECRET[f"POST {route}"].items()}
        sent: dict[str, Any] = {"json": filled} if route.startswith("/api/") else {"data": filled}
        answer = await house.client.post(route, headers=headers, **sent)
        assert (answer.status_code, MARK in answer.text.casefold()) == (200, False)
    assert await kept_of(house.theirs) == before


async def test_codes_and_passes_that_were_replaced_or_whose_time_is_over_open_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = await passes_of(house, house.theirs)
    later = clock.now() + timedelta(days=1)
    unknown = dict.fromkeys(
        ("page_code", "join_code", "guest_code", "delegation_code", "speaker_code", "file_name"), "a" * 32
    )
    with monkeypatch.context() as then:
        then.setattr(clock, "now", lambda: later)
        expired = {name: value for name, value in theirs.items() if name != "door"}
        before = await kept_of(house.theirs)
        assert await shown_to(house, expired, of=Person(house.theirs.ids | unknown, "")) == []
        assert await kept_of(house.theirs) == before
    async with transaction() as tx:
        await tx.execute(
            """UPDATE registration SET links_generation = links_generation + 1, page_digest = 'new' || id, feed_digest = 'new' || id"""
        )
        await tx.execute("UPDATE delegation SET link_generation = link_generation + 1, code_digest = 'new' || id")
        await tx.execute("UPDATE speaker SET link_generation = link_generation + 1, link_digest = 'new' || id")
        await tx.execute("UPDATE invitation SET code_digest = 'new' || id")
        await tx.execute("UPDATE device SET revoked_at = $1", clock.now())
    # These follow the address or the invitation, not a link that was replaced; they end by themselves.
    replaced = {name: value for name, value in theirs.items() if name not in ("my-all", "member", "invited")}
    before = await kept_of(house.theirs)
    assert await shown_to(house, replaced, of=house.theirs, bearer=house.theirs.token) == []
    assert await kept_of(house.theirs) == before


def from_address(app: Any, address: str) -> httpx.AsyncClient:
    transport = ASGITransport(cast(Any, app), client=(address, 1), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=BASE_URL)


@pytest.mark.parametrize("door", CODE_DOORS)
async def test_a_whole_network_is_stopped_from_guessing_codes_and_another_is_not(
    door: str, sqlite_url: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors, "NETWORK_MAY", 1)
    app = create_app(settings_for(sqlite_url, tmp_path, rate_limits="on"))
    guess = {"code": "a" * 32}
    try:
        for address, tries, last in (("192.0.2.7", 20, 422), ("192.0.2.8", 1, 429), ("198.51.100.7", 1, 422)):
            async with from_address(app, address) as client:
                told = [(await client.post(door, data=guess)).status_code for _ in range(tries)]
            assert (told[:-1], told[-1]) == ([422] * (tries - 1), last), address
    finally:
        await database.disconnect()
