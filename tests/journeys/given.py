"""What the journeys share: an organiser who speaks HTTP with the real product, and its spool as a participant's mailbox."""

import asyncio
import email
import email.policy
import io
import time
import uuid
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import icalendar
import msgspec
import zxingcpp
from PIL import Image

from tests.services.product import Product

EVENT: dict[str, Any] = {
    "slug": "guide-launch",
    "title": "Launch of the Safe Cities Guide",
    "kind": "launch",
    "format": "in_person",
    "timezone": "Europe/Copenhagen",
    "starts_at": "2027-03-07T11:00",
    "ends_at": "2027-03-07T17:00",
    "summary": "The guide, and the people behind it.",
    "description": "Doors open at **10.30**.",
    "languages": ["en", "da"],
    "venue": {"name": "City Hall", "address": "Square 1", "city": "Copenhagen", "country": "DK"},
    "visibility": "public",
    "registration": {"mode": "open", "capacity": 200, "waitlist": True},
}
SCANNED_AT = "2027-03-07T11:04:05.120+01:00"
MAIL_SECONDS = 120
AT_ONCE = 64


class Organiser:
    """An owner's token and what is done with it, over HTTP."""

    def __init__(self, product: Product) -> None:
        self.product = product
        token = product.command("token", "create", "--role", "owner", "--name", "journeys")
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        self.http = httpx.AsyncClient(base_url=product.base_url, timeout=60, limits=limits)
        # The client looks through all that wait each time one ends: it is kept from having hundreds waiting.
        self.turns = asyncio.Semaphore(AT_ONCE)
        self.bearer = {"Authorization": f"Bearer {token}"}

    async def __aenter__(self) -> "Organiser":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.http.aclose()

    async def ask(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """The answer's JSON. Fails for another status."""
        answer = await self.http.request(method, f"/api/v1{path}", json=body, headers=self.bearer)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def publish(self, **changes: Any) -> str:
        """A published event's slug; `registration` is merged."""
        event = EVENT | changes | {"registration": EVENT["registration"] | changes.get("registration", {})}
        await self.ask("POST", "/events", event, status=201)
        await self.ask("POST", f"/events/{event['slug']}/publish")
        return str(event["slug"])

    async def register(self, slug: str, name: str) -> httpx.Response:
        """The public form's answer for a made-up person."""
        body = {"name": name, "email": f"{name.lower().replace(' ', '.')}@example.org", "consent": True}
        async with self.turns:
            return await self.http.post(f"/api/v1/events/{slug}/registrations", json=body)

    async def badges(self, slug: str) -> list[str]:
        """The badge texts of everyone confirmed."""
        answer = await self.http.get(f"/api/v1/events/{slug}/badges", headers=self.bearer)
        assert answer.status_code == 200
        return [msgspec.json.decode(line)["badge"] for line in answer.text.splitlines()]

    async def pair(self, slug: str, *, role: str = "door_steward") -> "Door":
        """A paired device at the main checkpoint."""
        device = await self.ask("POST", f"/events/{slug}/devices", {"name": "Gate", "role": role}, status=201)
        paired = await self.http.post("/api/v1/devices/pair", json={"pairing_code": device["pairing_code"]})
        assert paired.status_code == 200, paired.text
        return Door(self.http, self.turns, paired.json()["token"])

    async def mail(self, to: str, subject: str, *, count: int = 1) -> EmailMessage:
        """The newest letter to this address whose subject holds these words, once there are `count` of them."""

        def found() -> list[EmailMessage]:
            return [one for one in letters_in(self.product.spool) if to in one["To"] and subject in one["Subject"]]

        return (await self.letters(found, count=count))[-1]

    async def letters(self, find: Callable[[], list[EmailMessage]], *, count: int) -> list[EmailMessage]:
        """What `find` finds in the spool, once it is as many as that."""
        deadline = time.monotonic() + MAIL_SECONDS
        while len(found := find()) < count:
            said = [(letter["To"], letter["Subject"]) for letter in letters_in(self.product.spool)]
            assert time.monotonic() < deadline, f"{len(found)} of {count} letters within {MAIL_SECONDS} s, of {said}"
            await asyncio.sleep(0.1)
        return found


class Door:
    """A paired device."""

    def __init__(self, http: httpx.AsyncClient, turns: asyncio.Semaphore, token: str) -> None:
        self.http = http
        self.turns = turns
        self.bearer = {"Authorization": f"Bearer {token}"}

    async def post_scan(self, badge: str, *, scan_id: str | None = None, direction: str = "entry") -> httpx.Response:
        """The answer to one scan, whatever its status."""
        body = {
            "scan_id": scan_id or str(uuid.uuid4()),
            "badge": badge,
            "direction": direction,
            "scanned_at": SCANNED_AT,
        }
        async with self.turns:
            return await self.http.post("/api/v1/scans", json=body, headers=self.bearer)

    async def scan(self, badge: str, *, scan_id: str | None = None) -> dict[str, Any]:
        """The verdict on one badge."""
        answer = await self.post_scan(badge, scan_id=scan_id)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def letters_in(spool: Path) -> list[EmailMessage]:
    """Every letter in the spool, oldest first."""
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)  # type: ignore[arg-type]
        for path in sorted(spool.glob("*.eml"))
    ]


def code_in(letter: EmailMessage) -> str:
    """What the picture of the badge says, read by a decoder that is not ours."""
    pictures = [part.get_content() for part in letter.walk() if part.get_content_type() == "image/png"]
    assert len(pictures) == 1
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(pictures[0])))
    assert len(codes) == 1
    return str(codes[0].text)


def invite_in(letter: EmailMessage) -> icalendar.Event:
    """The one VEVENT of the invite; its METHOD and the mail's agree."""
    parts = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    assert len(parts) == 1
    calendar = icalendar.Calendar.from_ical(parts[0].get_payload(decode=True))
    assert parts[0].get_param("method") == calendar["METHOD"]
    (event,) = calendar.walk("VEVENT")
    event["X-METHOD"] = calendar["METHOD"]
    return event


def text_in(letter: EmailMessage) -> str:
    """The plain text."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
