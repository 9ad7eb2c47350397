"""An example of a roster, for the OpenAPI document."""

from typing import Any

_ID = "Yk3Zt1qXv0m8w2bC4dE6fA"

ROSTER: dict[str, Any] = {
    "cursor": "1804413845120-5f1c09a2b3d4e687",
    "full": True,
    "event": {
        "slug": "guide-launch",
        "title": "Launch of the Safe Cities Guide",
        "timezone": "Europe/Copenhagen",
        "status": "published",
        "reentry": "once",
        "event_mark": 7,
        "code_salt": "q83vASNFZ4mrze8BI0VniQ==",
        "ends_at": "2027-03-07T16:00:00Z",
        "photo_id_categories": ["elected_official", "media"],
    },
    "device": {
        "id": "0190f6b2a6c87d3e9a4f0c1b2d3e4f50",
        "name": "Gate 1",
        "role": "door_steward",
        "checkpoint": "main",
        "grants": ["search"],
        "kiosk": None,
    },
    "keys": [{"key_id": 1, "event_mark": 7, "public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}],
    "checkpoints": [
        {
            "slug": "main",
            "name": "Main entrance",
            "categories": None,
            "sessions": False,
            "reentry": None,
            "opens_at": None,
            "closes_at": None,
            "zone": None,
        }
    ],
    "categories": ["elected_official", "practitioner"],
    "lease_seconds": 14400,
    "entries": [{"id": _ID, "sealed": "SGVsbG8gd29ybGQ=", "code": "mrze8BI0VnM=", "state": "confirmed", "rooms": []}],
    "revoked": [{"badge": "3q2+7wABAgM=", "state": "cancelled"}],
    "removed": [],
    "cleared": [],
    "standings": [
        {
            "id": _ID,
            "checkpoint": "main",
            "inside": True,
            "at": "2027-03-07T10:04:05.120000Z",
            "day": "2027-03-07",
            "where": "Gate 1",
        }
    ],
}
