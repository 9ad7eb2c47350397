"""An example of every request and answer about conflicts, for the OpenAPI document."""

from typing import Any

from events_service.door import examples

SETTLE = {"outcome": "sent_away", "reason": "The second one held a copy of the badge."}
REOPEN = {"reason": "It was the holder after all."}
CONFLICT: dict[str, Any] = {
    "id": "0190f6b2a6c87d3e9a4f0c1b2d3e4f51",
    "kind": "double_admission",
    "registration_id": examples.ADMITTED["attendee"]["registration_id"],
    "name": "Åsa Ðórsdóttir",
    "organisation": "City of Malmö",
    "category": "practitioner",
    "checkpoint": "main",
    "place": "Main entrance",
    "reason": "already_admitted",
    "first": {
        "scan_id": examples.SCAN_ID,
        "device": "Gate 1",
        "at": "2027-03-07T10:04:05.120Z",
        "claimed_at": None,
        "did": "admitted",
        "undone": False,
    },
    "second": {
        "scan_id": "0190f6b2-6c1f-7c3a-9d52-0d6f0a4b8e12",
        "device": "Gate 2",
        "at": "2027-03-07T10:09:31.400Z",
        "claimed_at": None,
        "did": "admitted",
        "undone": False,
    },
    "raised_at": "2027-03-07T10:20:00Z",
    "outcomes": ["same_person", "two_people", "sent_away"],
    "outcome": None,
    "settled_reason": "",
    "settled_at": None,
    "settled_by": None,
    "reopened_reason": "",
}
SETTLED: dict[str, Any] = CONFLICT | {
    "outcome": SETTLE["outcome"],
    "settled_reason": SETTLE["reason"],
    "settled_at": "2027-03-07T10:31:00Z",
    "settled_by": {"kind": "device", "name": "Supervisor's phone"},
}
REOPENED: dict[str, Any] = CONFLICT | {"reopened_reason": REOPEN["reason"]}
LISTED = {"items": [CONFLICT], "next": None}
