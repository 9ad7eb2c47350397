"""Importing a schedule.xml, for programs, over HTTP."""

from pathlib import Path

from httpx import AsyncClient, Response

from events_service.agenda.queries import draft_of
from events_service.agenda.schedule_xml import LARGEST_BYTES
from events_service.events.queries import event_by_slug
from events_service.people.rules import Role
from events_service.settings import Settings
from tests.agenda.given import a_summit
from tests.conftest import settings_for
from tests.events.given import bearer
from tests.house.given import service

IMPORT = "/api/v1/events/summit/agenda/import"
FRAB = (Path(__file__).parents[1] / "agenda" / "schedules" / "frab.xml").read_bytes()
XML = {"content-type": "application/xml"}


async def send(client: AsyncClient, data: bytes, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post(IMPORT, content=data, headers=XML | named)


async def test_a_schedule_is_imported_and_what_became_of_it_is_told(settings: Settings) -> None:
    async with service(settings) as client:
        summit = await a_summit()
        client.headers = await bearer(Role.AGENDA_EDITOR, "summit")  # type: ignore[assignment]
        skipped = [
            {"event": "101", "title": "Light the square", "why": "The address of “Files” is not one on the web."},
            {"event": "104", "title": "Nothing at all", "why": "It lasts no time at all."},
        ]
        first = await send(client, FRAB, content_type="text/xml; charset=utf-8")
        assert (first.status_code, first.json()) == (
            200,
            {
                "created": 3, "updated": 0, "unchanged": 0, "skipped": skipped, "missing": [],
                "rooms": 2, "tracks": 1, "speakers": 2, "renamed": 0,
            },
        )  # fmt: skip
        again = await send(client, FRAB.replace(b"Coffee", b"Tea"), content_type="application/octet-stream")
        assert (again.json()["updated"], again.json()["unchanged"]) == (1, 2)
        less = await send(client, b"<schedule/>")
        assert less.json()["missing"] == [one.id for one in (await draft_of(summit)).sessions]


async def test_what_is_no_schedule_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    told = {
        b"not xml at all": (400, "unreadable"),
        b"": (400, "unreadable"),
        b"<schedule>\x00</schedule>": (400, "unreadable"),
        b"<schedule>\xff</schedule>": (400, "unreadable"),
        b"<rss/>": (422, "not_a_schedule"),
        b'<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]><schedule>&a;</schedule>': (422, "doctype"),
        b"<schedule>" + b"<a>" * 5000: (422, "too_deep"),
        b"<schedule>" + b" " * LARGEST_BYTES: (413, "too_large"),
    }
    async with service(settings_for(sqlite_url, tmp_path)) as client:
        await a_summit()
        client.headers = await bearer(Role.AGENDA_EDITOR, "summit")  # type: ignore[assignment]
        for data, (status, code) in told.items():
            answer = await send(client, data)
            assert (answer.status_code, answer.json()["code"]) == (status, code), data[:40]
            assert "passwd" not in answer.text
        assert (await draft_of(await event_by_slug("summit"))).sessions == ()


async def test_other_media_types_and_other_people_are_refused(sqlite_url: str, tmp_path: Path) -> None:
    async with service(settings_for(sqlite_url, tmp_path)) as client:
        await a_summit()
        assert (await send(client, FRAB)).status_code == 401
        client.headers = await bearer(Role.REGISTRAR, "summit")  # type: ignore[assignment]
        assert (await send(client, FRAB)).status_code == 403
        client.headers = await bearer(Role.AGENDA_EDITOR, "summit")  # type: ignore[assignment]
        assert (await send(client, b"{}", content_type="application/json")).status_code == 415
        assert (await client.post(IMPORT.replace("summit", "nowhere"), content=FRAB, headers=XML)).status_code == 404


async def test_a_large_file_may_carry_an_idempotency_key(sqlite_url: str, tmp_path: Path) -> None:
    own = settings_for(sqlite_url, tmp_path)
    async with service(own) as client:
        await a_summit()
        client.headers = await bearer(Role.AGENDA_EDITOR, "summit")  # type: ignore[assignment]
        large = FRAB.replace(b"</schedule>", b" " * own.max_body_bytes + b"</schedule>")
        answers = [await send(client, large, idempotency_key="one import") for _ in range(2)]
        assert [answer.json()["created"] for answer in answers] == [3, 3]
        assert [answer.headers.get("idempotency-replayed") for answer in answers] == [None, "true"]
