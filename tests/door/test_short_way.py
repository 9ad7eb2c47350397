"""A scan that comes plainly goes a short way through the house, anything unusual the long one: both say the same."""

from typing import Any

import msgspec
import pytest
from httpx import AsyncClient, Response

from events_service.door.drafts import ScanDraft
from events_service.identifiers import new_id
from events_service.web import short_way
from tests.door.given import a_guest, a_phone, an_event, count

pytestmark = pytest.mark.usefixtures("database")

SCANS = "/api/v1/scans"
SHORT, LONG = "application/json", "application/scan+json"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies that went the short way."""
    bodies: list[bytes] = []

    def noting(kind: type[ScanDraft], raw: bytes) -> ScanDraft:
        bodies.append(raw)
        return before(kind, raw)

    before = short_way.read_json
    monkeypatch.setattr(short_way, "read_json", noting)
    return bodies


async def sent(client: AsyncClient, body: bytes, *, token: str, kind: str, **headers: str) -> Response:
    told = {"Content-Type": kind, "Authorization": f"Bearer {token}", **headers}
    return await client.post(SCANS, content=body, headers=told)


def a_scan(badge: str, **more: Any) -> bytes:
    return msgspec.json.encode({"scan_id": new_id(), "badge": badge, "scanned_at": "2037-03-07T11:05", **more})


def told(answer: Response) -> tuple[int, Any, dict[str, str]]:
    return answer.status_code, answer.json(), dict(answer.headers)


async def test_both_ways_give_the_same_answer(client: AsyncClient, read: list[bytes]) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    scan = a_scan(guest.badge)
    first = await sent(client, scan, token=phone.token, kind=SHORT)
    assert (first.status_code, first.json()["verdict"], first.json()["replayed"]) == (200, "admitted", False)
    short = await sent(client, scan, token=phone.token, kind=SHORT)
    assert len(read) == 2
    long = await sent(client, scan, token=phone.token, kind=LONG)
    assert len(read) == 2
    assert told(short) == told(long)
    assert short.json() == {**first.json(), "replayed": True}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 422),
        (b"\xff", 400),
        (b'{"scan_id": 1}', 422),
        (a_scan("S1NOTHING", checkpoint="nowhere"), 422),
        (a_scan("S1NOTHING", scanned_at="yesterday"), 422),
    ],
    ids=["no_json", "no_object", "no_text", "no_scan", "no_checkpoint", "no_time"],
)
async def test_both_ways_refuse_alike(client: AsyncClient, read: list[bytes], body: bytes, status: int) -> None:
    phone = await a_phone(await an_event())
    short, long = [await sent(client, body, token=phone.token, kind=kind) for kind in (SHORT, LONG)]
    assert (short.status_code, len(read)) == (status, 1)
    assert told(short) == told(long)


async def test_both_ways_tell_a_stranger_to_wipe(client: AsyncClient) -> None:
    await an_event()
    short, long = [await sent(client, a_scan("S1NOTHING"), token="none of ours", kind=kind) for kind in (SHORT, LONG)]
    assert (short.status_code, short.headers["clear-site-data"]) == (401, '"cache", "cookies", "storage"')
    assert told(short) == told(long)


async def test_a_key_is_heeded_on_the_short_way(client: AsyncClient) -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    scan = a_scan(guest.badge)
    answers = [await sent(client, scan, token=phone.token, kind=SHORT, **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.json()["replayed"] for answer in answers] == [False, False]
    assert [answer.headers.get("idempotency-replayed") for answer in answers] == [None, "true"]
    assert await count("scan") == 1


async def test_a_long_body_goes_the_long_way(client: AsyncClient, read: list[bytes]) -> None:
    phone = await a_phone(await an_event())
    answer = await sent(client, a_scan("S1" + "A" * short_way.LONGEST_BYTES), token=phone.token, kind=SHORT)
    assert (answer.status_code, answer.json()["errors"][0]["code"], read) == (422, "too_long", [])


async def test_a_body_longer_than_it_was_told_is_not_read_to_its_end(client: AsyncClient, read: list[bytes]) -> None:
    phone = await a_phone(await an_event())
    body = b"x" * (short_way.LONGEST_BYTES + 1)
    answer = await sent(client, body, token=phone.token, kind=SHORT, **{"Content-Length": "10"})
    assert (answer.status_code, answer.json()["code"], read) == (413, "too_large", [])
