"""An example of every request and answer of the live picture, for the OpenAPI document."""

from typing import Any

ATTENDANCE: dict[str, Any] = {
    "expected": 162,
    "admitted": 143,
    "inside": 140,
    "by_category": {"elected_official": 12, "practitioner": 131},
    "by_city": {"Malmö": 9},
    "by_checkpoint": {"main": 143},
    "per_minute": [{"minute": "2027-03-07T10:04:00Z", "admitted": 6}],
    "conflicts": 0,
}
SESSION_ATTENDANCE: dict[str, Any] = {
    "session_id": "0190f6b2a6c87d3e9a4f0c1b2d3e4f50",
    "signed_up": 24,
    "admitted": 21,
    "inside": 19,
    "absent": 5,
    "by_category": {"practitioner": 21},
    "per_minute": [{"minute": "2027-03-07T12:58:00Z", "admitted": 21}],
}
STREAMED = 'retry: 2000\n\nid: 1\nevent: picture\ndata: {"expected":162,"admitted":143,"inside":140,…}\n\n'
HEARTBEAT: dict[str, Any] = {
    "battery": 0.8,
    "charging": False,
    "waiting": 12,
    "roster_at": "2027-03-07T10:04:00Z",
}
WHY_INSIDE = {"reason": "Fire alarm in the west wing."}
INSIDE: dict[str, Any] = {
    "items": [
        {
            "registration_id": "0190f6b2a6c87d3e9a4f0c1b2d3e4f50",
            "name": "Åsa Ðórsdóttir",
            "organisation": "City of Malmö",
            "city": "Malmö",
            "category": "practitioner",
            "checkpoint": "main",
            "place": "Main entrance",
            "since": "2027-03-07T10:04:00Z",
        }
    ],
    "next": None,
}
