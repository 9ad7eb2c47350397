"""A large conference's agenda, made through the public interface: imported, released, read, and moved under its participants."""

import asyncio
import json
import threading
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from benchmarks.load import Job, LoadGenerator, Measured
from benchmarks.measuring import Scene
from benchmarks.schedule import schedule_xml
from events_service import database, settings
from events_service.identifiers import new_id
from events_service.settings import Settings
from tests.services.product import Product

SLUG = "bench-conference"
PLACES = 25
ANNOUNCING_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Announced:
    """What a release that moves sessions costs: its own answer, and telling the people who have places in them."""

    release_seconds: float
    letters: int
    per_second: float


class Programme:
    """674 sessions, imported and released. `import_seconds` and `release_seconds` are what that took."""

    def __init__(self, running: Product, owner: str) -> None:
        """Make the event and its agenda; the service must run."""
        self.product, self._owner = running, owner
        self._settings = Settings.from_environ(running.environ)
        self._call("POST", "/api/v1/events", _event())
        self._call("POST", f"/api/v1/events/{SLUG}/publish", {})
        began = time.perf_counter()
        report = self._send("POST", self._agenda("import"), schedule_xml(), "application/xml")
        self.import_seconds = time.perf_counter() - began
        assert report["created"] == 674, report
        began = time.perf_counter()
        self._call("POST", self._agenda("release"), {"note": "The first agenda."})
        self.release_seconds = time.perf_counter() - began

    def scenes(self) -> list[Scene]:
        """What the public asks for: whole, packed, and what it has already."""
        page, event = f"/events/{SLUG}/agenda", f"/events/{SLUG}"
        return [
            Scene("agenda page, 200", 200, b"</html>", again=[self._get(page)]),
            Scene("agenda page, gzip", 200, b"", again=[self._get(page, "Accept-Encoding: gzip")]),
            Scene("agenda page, 304", 304, b"", again=[self._conditional(page)]),
            Scene("schedule.xml, gzip", 200, b"", again=[self._get(f"{event}/schedule.xml", "Accept-Encoding: gzip")]),
            Scene("schedule.xml, 304", 304, b"", again=[self._conditional(f"{event}/schedule.xml")]),
            Scene(
                "schedule.json, gzip", 200, b"", again=[self._get(f"{event}/schedule.json", "Accept-Encoding: gzip")]
            ),
            Scene("schedule.json, 304", 304, b"", again=[self._conditional(f"{event}/schedule.json")]),
            Scene("event feed, gzip", 200, b"", again=[self._get(f"{event}/calendar.ics", "Accept-Encoding: gzip")]),
            Scene("event feed, 304", 304, b"", again=[self._conditional(f"{event}/calendar.ics")]),
        ]

    def give_places(self, people_of: str, many: int) -> int:
        """Sign up to so many confirmed people of that event to sessions of this one, as if they had; returns how many.

        They are registered here by the same rows, so that nothing but the announcing is measured.
        """
        sessions = self._call("GET", f"/api/v1/events/{SLUG}/sessions?limit={PLACES}")["items"]
        for session in sessions:
            path = f"/api/v1/events/{SLUG}/sessions/{session['id']}"
            self._call("PATCH", path, {"signup": True, "capacity": many})
        self._call("POST", self._agenda("release"), {"note": "Sign-up is open."})
        self._wait_until_announced()
        return asyncio.run(self._insert_places(people_of, [session["id"] for session in sessions], many))

    def move_and_announce(self) -> Announced:
        """Move the sessions with places, release, and wait until everybody is told; the worker must run."""
        for session in self._call("GET", f"/api/v1/events/{SLUG}/sessions?limit={PLACES}")["items"]:
            path = f"/api/v1/events/{SLUG}/sessions/{session['id']}"
            self._call("PATCH", path, {"minutes": session["minutes"] + 5})
        before, began = self._letters(), time.perf_counter()
        self._call("POST", self._agenda("release"), {"note": "Moved."})
        released = time.perf_counter()
        self._wait_until_announced()
        letters = self._letters() - before
        return Announced(released - began, letters, letters / (time.perf_counter() - released))

    def meanwhile(self, generator: LoadGenerator, job: Job) -> tuple[Announced, Measured]:
        """The same, with a load sent beside it."""
        told: list[Announced] = []
        mover = threading.Thread(target=lambda: told.append(self.move_and_announce()))
        mover.start()
        measured = generator.run(job)
        mover.join()
        return told[0], measured

    async def _insert_places(self, people_of: str, session_ids: list[str], many: int) -> int:
        settings.use(self._settings)
        database.connect(self._settings)
        try:
            async with database.transaction() as tx:
                rows = await tx.fetch(
                    """SELECT registration.* FROM registration JOIN event ON event.id = registration.event
                       WHERE event.slug = $1 AND registration.status = 'confirmed' ORDER BY registration.id LIMIT $2""",
                    people_of,
                    many,
                )
                target = await tx.fetch_one("SELECT id FROM event WHERE slug = $1", SLUG)
                assert target is not None
                now = datetime.now(UTC)
                copies = [_as_guest(dict(row), target["id"]) for row in rows]
                names = ", ".join(copies[0])
                places = ", ".join(f"${place}" for place in range(1, len(copies[0]) + 1))
                await tx.execute_many(
                    f"INSERT INTO registration ({names}) VALUES ({places})", [tuple(one.values()) for one in copies]
                )
                await tx.execute_many(
                    "INSERT INTO sign_up (id, session, registration, status, created_at, changed_at, version) "
                    "VALUES ($1, $2, $3, 'confirmed', $4, $4, 1)",
                    [
                        (new_id(), session_ids[number % len(session_ids)], one["id"], now)
                        for number, one in enumerate(copies)
                    ],
                )
        finally:
            await database.disconnect()
            settings.use(None)
        return len(copies)

    def _letters(self) -> int:
        return int(asyncio.run(self._one("SELECT COUNT(*) AS figure FROM letter")))

    def _wait_until_announced(self) -> None:
        deadline = time.monotonic() + ANNOUNCING_SECONDS
        waiting = "SELECT COUNT(*) AS figure FROM agenda_release WHERE announced_at IS NULL"
        while asyncio.run(self._one(waiting)):
            assert time.monotonic() < deadline, "people were not told in time"
            time.sleep(0.05)

    async def _one(self, statement: str) -> Any:
        database.connect(self._settings)
        try:
            row = await database.fetch_one(statement)
            return row["figure"] if row else None
        finally:
            await database.disconnect()

    def _agenda(self, what: str) -> str:
        return f"/api/v1/events/{SLUG}/agenda/{what}"

    def _get(self, path: str, *headers: str) -> bytes:
        return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self.product.port}", *headers, "", ""]).encode()

    def _conditional(self, path: str) -> bytes:
        with urllib.request.urlopen(self.product.base_url + path, timeout=30) as answer:
            return self._get(path, f"If-None-Match: {answer.headers['ETag']}")

    def _call(self, method: str, path: str, body: dict[str, object] | None = None) -> Any:
        return self._send(method, path, None if body is None else json.dumps(body).encode(), "application/json")

    def _send(self, method: str, path: str, body: bytes | None, media_type: str) -> Any:
        headers = {"Content-Type": media_type, "Authorization": f"Bearer {self._owner}"}
        asked = urllib.request.Request(self.product.base_url + path, body, headers, method=method)
        with urllib.request.urlopen(asked, timeout=120) as answer:
            return json.loads(answer.read() or b"null")


def _as_guest(row: dict[str, Any], event_id: str) -> dict[str, Any]:
    """The same person at the other event, under an id and secrets of their own."""
    number = new_id()
    return row | {
        "id": number,
        "event": event_id,
        "badge_digest": f"bench-{number}",
        "badge_code_digest": f"code-{number}",
        "page_digest": f"page-{number}",
        "feed_digest": f"feed-{number}",
    }


def _event() -> dict[str, object]:
    venue = {"name": "Congress hall", "address": "Square 1", "city": "Copenhagen", "country": "DK"}
    return {
        "slug": SLUG,
        "title": "A large conference",
        "kind": "summit",
        "timezone": "Europe/Copenhagen",
        "starts_at": "2037-02-07T09:00",
        "ends_at": "2037-02-08T20:00",
        "venue": venue,
        "visibility": "public",
        "registration": {"mode": "open", "capacity": 100_000},
    }
