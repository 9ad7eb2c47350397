"""An example of every request and answer of the door, for the OpenAPI document."""

from typing import Any

SCAN_ID = "0190f6b2-6c1f-7c3a-9d52-0d6f0a4b8e11"
_ID = "0190f6b2a6c87d3e9a4f0c1b2d3e4f50"
_CODE = "kjq6tzv5x2m4c7w3n8r0a1b9"
_AT = "2027-03-07T11:04:05.120+01:00"

SCAN: dict[str, Any] = {
    "scan_id": SCAN_ID,
    "badge": "S1" + "AEA2F5QHWPMJ7K6LZ4XN" * 7 + "AEA2",
    "checkpoint": "main",
    "direction": "entry",
    "scanned_at": _AT,
    "override_reason": None,
}
ADMITTED: dict[str, Any] = {
    "scan_id": SCAN_ID,
    "verdict": "admitted",
    "reason": None,
    "message": "Welcome",
    "replayed": False,
    "attendee": {
        "registration_id": _ID,
        "name": "Åsa Ðórsdóttir",
        "organisation": "City of Malmö",
        "category": "practitioner",
        "note": "Comes by the side entrance: wheelchair.",
        "photo_id": False,
    },
    "previous": None,
    "inside": 143,
}
WALK_IN: dict[str, Any] = {
    "scan_id": SCAN_ID,
    "checkpoint": "main",
    "name": "Åsa Ðórsdóttir",
    "email": None,
    "organisation": "City of Malmö",
    "city": "Malmö",
    "category": "guest",
    "language": "sv",
    "override_reason": None,
}
WALKED_IN: dict[str, Any] = {"registration_id": _ID, "badge": SCAN["badge"], "scan": ADMITTED}
FOUND_PERSON: dict[str, Any] = {
    "registration_id": _ID,
    "name": "Åsa Ðórsdóttir",
    "organisation": "City of Malmö",
    "city": "Malmö",
    "category": "practitioner",
    "status": "confirmed",
    "badge": SCAN["badge"],
    "admitted_at": None,
    "note": None,
    "photo_id": False,
}
BATCH: dict[str, Any] = {"device_time": _AT, "scans": [SCAN]}
BATCH_ANSWER: dict[str, Any] = {"results": [ADMITTED], "conflicts": []}
UNDO = {"reason": "The wrong badge was held up."}
UNDONE: dict[str, Any] = {"scan_id": SCAN_ID, "undone": True, "inside": 142}
DEVICE: dict[str, Any] = {
    "name": "Gate 1",
    "checkpoint": "main",
    "role": "door_steward",
    "grants": ["search"],
    "kiosk": None,
}
PAIRING = {
    "id": _ID,
    "pairing_code": _CODE,
    "pairing_url": f"https://events.example.org/door/pair#{_CODE}",
    "expires_at": "2027-03-07T10:15:00Z",
}
DEVICE_LISTED: dict[str, Any] = {
    "id": _ID,
    "name": "Gate 1",
    "role": "door_steward",
    "grants": ["search"],
    "checkpoint": "main",
    "status": "paired",
    "last_seen_at": "2027-03-07T10:04:00Z",
    "created_at": "2027-03-07T10:00:00Z",
    "kiosk": None,
}
PAIR = {"pairing_code": _CODE, "name": "Jonas's phone"}
PAIRED: dict[str, Any] = {
    "token": "mfrggzdfmztwq2lknnwg23tpobyxe43u",
    "event": "guide-launch",
    "checkpoint": "main",
    "keys": [{"key_id": 1, "event_mark": 7, "public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}],
    "device_id": _ID,
    "role": "door_steward",
    "event_title": "Launch of the Safe Cities Guide",
    "timezone": "Europe/Copenhagen",
}
