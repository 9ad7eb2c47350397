"""An agenda with everything in it that an export could trip over, and requests for its files."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest.mock import patch

import httpx
import icalendar

from events_service import clock
from events_service.agenda.rules import Session
from events_service.speakers.rules import Speaker
from tests.agenda.given import a_release, a_room, a_session, a_speaker, a_summit, a_track
from tests.events.given import a_visitor

CALENDAR, XML, JSON = "/events/summit/calendar.ics", "/events/summit/schedule.xml", "/events/summit/schedule.json"
CSV, ATOM = "/events/summit/agenda.csv", "/events/summit/agenda/changes.atom"
EXPORTS = (CALENDAR, XML, JSON, CSV, ATOM)
# None of these may stand in anything public before its time; each is typed somewhere in the agenda.
JOIN_URL = "https://meet.example.org/canary-room"
HIDDEN_NAME, SECRET_TITLE = "Canary Protected", "Canary under embargo"
CANARIES = ("canary-room", HIDDEN_NAME, SECRET_TITLE, "canaryprotected@example.org", "Rådhuspladsen")
EMBARGO_ENDS = "2037-03-05T12:00+00:00"


@dataclass(frozen=True)
class Summit:
    """Its sessions by title, and two on its roster."""

    sessions: dict[str, Session]
    astrid: Speaker
    hidden: Speaker

    def id(self, title: str) -> str:
        return self.sessions[title].id


async def a_full_summit(**more: Any) -> Summit:
    """Released: two days, a plenary in two rooms of two zones, a night past midnight, a break without a room, one cancelled."""
    venue = {"name": "City Hall", "address": "Rådhuspladsen 1", "city": "Copenhagen", "country": "DK"}
    await a_summit(venue=venue | {"disclosure": "registered"}, **more)
    hall, studio = await a_room(capacity=300), await a_room("Studio", city="Helsinki", timezone="Europe/Helsinki")
    track = await a_track(colour="moss")
    astrid = await a_speaker("Astrid Holm")
    hidden = await a_speaker(HIDDEN_NAME, public=False)
    declined = await a_speaker("Bo Declined", state="declined")
    people = [{"speaker_id": one.id} for one in (astrid, hidden, declined)]
    sessions = [
        await a_session("Opening", room_ids=[hall.id, studio.id], kind="plenary", speakers=people, join_url=JOIN_URL),
        await a_session(
            '=1+1; "Rights", <duties> & more',
            "2037-03-10T11:00",
            minutes=90,
            room_ids=[studio.id],
            track_id=track.id,
            topics=["digital-cities"],
            language="da",
            subtitle="@home",
            abstract="Line one\nLine two\ufffe, and \N{GRINNING FACE}.",
            speakers=people[:1],
            capacity=12,
            signup=True,
        ),
        await a_session("Long night", "2037-03-10T22:30", minutes=180, kind="social", room_ids=[hall.id]),
        await a_session("Coffee", "2037-03-11T10:00", kind="break"),
        await a_session("Called off", "2037-03-11T11:00", room_ids=[hall.id], state="cancelled"),
        await a_session(SECRET_TITLE, "2037-03-11T12:00", room_ids=[hall.id], visible_from=EMBARGO_ENDS),
    ]
    await a_release("The *first* one.")
    return Summit({one.title: one for one in sessions}, astrid, hidden)


async def get(path: str, method: str = "GET", **headers: str) -> httpx.Response:
    async with a_visitor() as client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.request(method, path, headers=named)


async def etags(paths: tuple[str, ...] = EXPORTS) -> dict[str, str]:
    """The tag of each file as it is now."""
    return {path: (await get(path)).headers["etag"] for path in paths}


def entries(answer: httpx.Response) -> dict[str, Any]:
    """The entries of a calendar by what they are called."""
    assert answer.status_code == 200
    return {str(entry["SUMMARY"]): entry for entry in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")}


@contextmanager
def at(moment: str) -> Iterator[None]:
    """As if it were that moment."""
    with patch.object(clock, "now", lambda: datetime.fromisoformat(moment)):
        yield
