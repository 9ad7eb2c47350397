"""The event that is measured, made through the public interface, and the requests that are sent to it."""

import email
import email.policy
import json
import re
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from math import ceil
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.services.product import Product

SLUG = "bench-summit"
CAPACITY = 100_000
FEEDS_WANTED = 60
LETTERS_SECONDS = 60
OWN_FEED = re.compile(r"/my/calendar/[^\s<>\"]+\.ics")


class Summit:
    """An open event with seats for everybody, filled as it is measured; then a door with checkpoints and one device."""

    def __init__(self, running: Product) -> None:
        """Make the event; the service must run. `product` is who is asked; another one on the same database may take over.

        `registered` is how many people it has.
        """
        self.product = running
        self.owner = running.command("token", "create", "--role", "owner", "--name", "benchmarks")
        self._device = ""
        self._unscanned: Iterator[tuple[str, str]] = iter(())
        self.registered = 0
        starts = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        self._call("/api/v1/events", _event(starts))
        self._call(f"/api/v1/events/{SLUG}/publish", {})

    def registrations(self, many: int) -> list[bytes]:
        """Public registrations by as many people who are not registered yet."""
        first, self.registered = self.registered, self.registered + many
        path = f"/api/v1/events/{SLUG}/registrations"
        return [self._post(path, _draft(number)) for number in range(first, first + many)]

    def open_door(self, *, first_scans: int) -> None:
        """Fetch the badges, pair a device and make as many checkpoints as so many first scans need."""
        lines = self._get(f"/api/v1/events/{SLUG}/badges").decode().splitlines()
        badges = [json.loads(line)["badge"] for line in lines]
        checkpoints = ["main", *(f"hall-{number}" for number in range(1, ceil(first_scans / len(badges))))]
        for slug in checkpoints[1:]:
            self._call(f"/api/v1/events/{SLUG}/checkpoints", {"slug": slug, "name": slug})
        door: dict[str, object] = {"name": "Door", "checkpoint": "main", "role": "door_steward"}
        code = self._call(f"/api/v1/events/{SLUG}/devices", door)["pairing_code"]
        self._device = self._call("/api/v1/devices/pair", {"pairing_code": code, "name": "Phone"})["token"]
        self._unscanned = product(checkpoints, badges)

    def scans(self, many: int) -> list[bytes]:
        """First scans of a badge at a checkpoint: all are admitted."""
        now = datetime.now(UTC).isoformat()
        return [
            self._post("/api/v1/scans", _scan(checkpoint, badge, at=now), self._device)
            for checkpoint, badge in islice(self._unscanned, many)
        ]

    def batch(self, many: int) -> bytes:
        """First scans that a device made without a network, as it sends them."""
        now = datetime.now(UTC).isoformat()
        scans = [_scan(checkpoint, badge, at=now) for checkpoint, badge in islice(self._unscanned, many)]
        assert len(scans) == many, "no badges are left to scan"
        return self._post("/api/v1/scans/batch", {"device_time": now, "scans": scans}, self._device)

    def rosters(self) -> tuple[bytes, bytes, bytes]:
        """What the device asks when it was just paired, when something changed since it had all, and when nothing did."""
        path = "/api/v1/door/roster"
        asked = urllib.request.Request(
            self.product.base_url + path, headers={"Authorization": f"Bearer {self._device}"}
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            tag, cursor = answer.headers["ETag"], json.loads(answer.read())["cursor"]
        bearer = f"Host: {self._host}\r\nAuthorization: Bearer {self._device}\r\n"
        whole = f"GET {path} HTTP/1.1\r\n{bearer}"
        difference = f"GET {path}?since={cursor} HTTP/1.1\r\n{bearer}"
        return f"{whole}\r\n".encode(), f"{difference}\r\n".encode(), f"{whole}If-None-Match: {tag}\r\n\r\n".encode()

    def badges_pdf(self) -> bytes:
        """Everybody's badge for the printer: 2,000 people at most."""
        path = f"/api/v1/events/{SLUG}/badges.pdf?layout=a6"
        return f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {self.owner}\r\n\r\n".encode()

    def feeds(self) -> list[str]:
        """The addresses of some participants' feeds, as their letters tell them. Waits until enough letters are sent."""
        deadline, found = time.monotonic() + LETTERS_SECONDS, dict[Path, str]()
        while len(found) < FEEDS_WANTED and time.monotonic() < deadline:
            for letter in list(self.product.spool.glob("*.eml"))[:FEEDS_WANTED]:
                found[letter] = found.get(letter) or _feed_in(letter)
            time.sleep(0.2)
        assert found, "no letter was sent"
        return sorted(found.values())

    def fresh(self, path: str) -> bytes:
        """A GET by who has nothing yet."""
        return f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode()

    def conditional(self, path: str) -> bytes:
        """A GET by who has the present version."""
        with urllib.request.urlopen(self.product.base_url + path, timeout=10) as answer:
            tag = answer.headers["ETag"]
        return f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nIf-None-Match: {tag}\r\n\r\n".encode()

    @property
    def _host(self) -> str:
        return f"127.0.0.1:{self.product.port}"

    def _post(self, path: str, body: dict[str, object], token: str = "") -> bytes:
        sent = json.dumps(body).encode()
        lines = [f"POST {path} HTTP/1.1", f"Host: {self._host}", "Content-Type: application/json"]
        lines += [f"Authorization: Bearer {token}"] if token else []
        lines += [f"Content-Length: {len(sent)}", "", ""]
        return "\r\n".join(lines).encode() + sent

    def _call(self, path: str, body: dict[str, object]) -> Any:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.owner}"}
        asked = urllib.request.Request(self.product.base_url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def _get(self, path: str) -> bytes:
        headers = {"Authorization": f"Bearer {self.owner}"}
        asked = urllib.request.Request(self.product.base_url + path, headers=headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return bytes(answer.read())


def _event(starts: datetime) -> dict[str, object]:
    venue = {"name": "City Hall", "address": "Square 1", "city": "Copenhagen", "country": "DK", "disclosure": "public"}
    return {
        "slug": SLUG,
        "title": "Summit of Safe Cities",
        "kind": "summit",
        "format": "in_person",
        "timezone": "Europe/Copenhagen",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=10)).isoformat(),
        "summary": "A day of talks, panels and city stories.",
        "description": "## What awaits you\n\nTalks, **panels** and city stories, and a plenary at the end.\n\n" * 4,
        "languages": ["en", "da"],
        "venue": venue,
        "visibility": "public",
        "registration": {"mode": "open", "capacity": CAPACITY, "waitlist": True, "reentry": "once"},
    }


def _draft(number: int) -> dict[str, object]:
    return {
        "name": f"Åsa Ðórsdóttir {number}",
        "email": f"visitor.{number}@example.org",
        "organisation": "City of Malmö",
        "city": "Malmö",
        "category": "practitioner",
        "attendance": "in_person",
        "language": "sv",
        "answers": {"diet": "vegetarian"},
        "consent": True,
    }


def _scan(checkpoint: str, badge: str, *, at: str) -> dict[str, object]:
    return {"scan_id": str(uuid4()), "badge": badge, "checkpoint": checkpoint, "direction": "entry", "scanned_at": at}


def _feed_in(letter: Path) -> str:
    message = email.message_from_bytes(letter.read_bytes(), policy=email.policy.default)
    plain = message.get_body(("plain",))
    assert plain is not None
    found = OWN_FEED.search(plain.get_content())
    assert found is not None, f"no feed in {letter}"
    return found[0]
