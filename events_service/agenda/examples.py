"""Agendas as the OpenAPI document shows them."""

from typing import Any

ROOM_ID, TRACK_ID = "0190f6b27c3d7a11b2c3d4e5f6a7b8c9", "0190f6b27c3d7a12b2c3d4e5f6a7b8c9"
SESSION_ID, SPEAKER_ID = "0190f6b27c3d7a13b2c3d4e5f6a7b8c9", "0190f6b27c3d7a14b2c3d4e5f6a7b8c9"

ROOM_DRAFT: dict[str, Any] = {
    "name": "Great hall",
    "venue": "",
    "city": "",
    "timezone": None,
    "online": False,
    "capacity": 300,
    "latitude": 55.676,
    "longitude": 12.569,
    "description": "Up the grand staircase; the lift is to its left.",
    "position": 0,
}
ROOM: dict[str, Any] = {"id": ROOM_ID, **ROOM_DRAFT, "version": 1}
ROOM_CHANGE: dict[str, Any] = {"version": 1, "capacity": 280}
TRACK_DRAFT: dict[str, Any] = {
    "name": "Digital cities",
    "slug": "digital-cities",
    "colour": "fjord",
    "description": "Prevention where young people are: online.",
    "position": 0,
}
TRACK: dict[str, Any] = {"id": TRACK_ID, **TRACK_DRAFT, "version": 1}
TRACK_CHANGE: dict[str, Any] = {"version": 1, "colour": "moss"}
SESSION_DRAFT: dict[str, Any] = {
    "title": "What twelve cities learnt",
    "subtitle": "Opening panel",
    "kind": "panel",
    "starts_at": "2027-03-07T11:00",
    "ends_at": "2027-03-07T11:45",
    "room_ids": [ROOM_ID],
    "track_id": TRACK_ID,
    "topics": ["digital-cities", "young-pioneers"],
    "language": "en",
    "abstract": "Twelve mayors on what works, and on what did not.",
    "description": "",
    "speakers": [{"speaker_id": SPEAKER_ID, "role": "moderator"}],
    "capacity": 120,
    "signup": True,
    "join_url": "https://meet.example.org/opening",
    "visible_from": None,
    "state": "confirmed",
}
SESSION: dict[str, Any] = {
    "id": SESSION_ID,
    "number": 1,
    "guid": "6c1a5fd0-7b1e-4c55-9a0e-0a4a0f6a2c11",
    "slug": "what-twelve-cities-learnt",
    **SESSION_DRAFT,
    "starts_at": "2027-03-07T11:00:00+01:00",
    "ends_at": "2027-03-07T11:45:00+01:00",
    "minutes": 45,
    "speakers": [{"speaker_id": SPEAKER_ID, "role": "moderator", "state": "confirmed"}],
    "sequence": 0,
    "version": 1,
    "created_at": "2027-01-04T09:30:00+01:00",
    "changed_at": "2027-01-04T09:30:00+01:00",
    "url": f"https://events.example.org/events/guide-launch/sessions/{SESSION_ID}",
}
SESSION_CHANGE: dict[str, Any] = {"version": 1, "starts_at": "2027-03-07T11:15", "room_ids": [ROOM_ID]}
MOVED: dict[str, Any] = {
    **SESSION,
    "starts_at": "2027-03-07T11:15:00+01:00",
    "ends_at": "2027-03-07T12:00:00+01:00",
    "version": 2,
}
AGENDA: dict[str, Any] = {
    "event": "guide-launch",
    "timezone": "Europe/Copenhagen",
    "release": {"number": 3, "created_at": "2027-02-01T10:00:00+01:00", "note": "The afternoon is complete."},
    "overlap": "warn",
    "rooms": [ROOM],
    "tracks": [TRACK],
    "speakers": [
        {
            "id": SPEAKER_ID,
            "name": "Åsa Ðórsdóttir",
            "title": "Head of prevention",
            "organisation": "City of Malmö",
            "city": "Malmö",
            "photo": None,
        }
    ],
    "sessions": [
        {**SESSION, "join_url": None, "speakers": [{"speaker_id": SPEAKER_ID, "role": "moderator"}]},
    ],
}
AGENDA_CHANGE: dict[str, Any] = {"overlap": "refuse"}
HEAD: dict[str, Any] = {"overlap": "refuse", "released": 3, "version": 41}
