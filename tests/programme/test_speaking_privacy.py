"""Who asked to stay unnamed or withdrew is named by no public page, feed, export or answer."""

from typing import Any

from events_service.settings import Settings
from events_service.speakers import photos
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
from tests.application import application
from tests.house.given import service
from tests.speakers.given import a_picture

CANARY = {
    "name": "Kanariefågel Qvistgaard",
    "email": "qvistgaard@canary.example",
    "title": "Canary-in-chief",
    "organisation": "Canary House",
    "city": "Canarystad",
    "biography": "Sings of canaries.",
    "availability": "Canary hours",
    "technical_needs": "Canary cage",
}
TRACES = ("kanarie", "qvistgaard", "canary")


def public_paths(app: Any, ids: dict[str, str]) -> list[str]:
    """Every address that can be read and whose places we can fill."""
    found = []
    for route in app.routes:
        path = route.path_format
        readable = "GET" in getattr(route, "methods", ())
        ours = path.startswith(("/events", "/api/v1/events", "/calendar"))
        if (readable and ours) or path == "/":
            names = [part.split("}")[0] for part in path.split("{")[1:]]
            if all(name in ids for name in names):
                found.append(path.format(**ids))
    return sorted(found)


async def test_no_public_address_names_them(database: Settings) -> None:
    app = application(database)
    async with service(database) as visitor:

        async def naming(paths: list[str]) -> list[str]:
            found = []
            for path in paths:
                answer = await visitor.get(path)
                assert answer.status_code < 500, path
                if any(trace in (answer.text + str(answer.headers)).lower() for trace in TRACES):
                    found.append(path)
            return found

        event = await a_summit(format="hybrid", join_url="https://meet.example.org/summit")
        room, track = await a_room(), await a_track()
        speaker, shown = await a_speaker(**CANARY), await a_speaker("Astrid Holm")
        speaker = await photos.set_photo(event.id, speaker.id, a_picture())
        people = [{"speaker_id": one.id, "state": "confirmed"} for one in (speaker, shown)]
        session = await a_session(room_ids=[room.id], track_id=track.id, speakers=people, signup=True, capacity=10)
        await a_release("First.")
        await change_session(session, starts_at="2037-03-10T10:00")
        await a_release("Second.")
        ids = {
            "slug": "summit",
            "session_id": session.id,
            "speaker_id": speaker.id,
            "room_id": room.id,
        }
        paths = public_paths(app, ids)
        paths += [f"/events/summit/agenda?view={view}&day=2037-03-10" for view in ("list", "grid")]
        paths += [f"/events/summit/sessions/{session.id}", f"/events/summit/sessions/{session.id}.ics"]
        named = await naming(paths)
        for known in (
            "/events/summit/speakers",
            "/events/summit/schedule.json",
            f"/events/summit/sessions/{session.id}",
        ):
            assert known in named
        for change in ({"public": False}, {"public": True, "state": "withdrawn"}):
            await change_speaker(speaker, **change)
            assert await naming(paths) == [], change
            seen = [await visitor.get(f"/events/summit/speakers/{one.id}") for one in (speaker, shown)]
            assert [answer.status_code for answer in seen] == [404, 200]
