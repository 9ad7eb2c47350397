"""An example of every request and answer about checkpoints, for the OpenAPI document."""

from typing import Any

CHECKPOINT: dict[str, Any] = {
    "slug": "mayors",
    "name": "The mayors' room",
    "admits": {"categories": ["elected_official"], "session_id": None},
    "reentry": "in_and_out",
    "opens_at": None,
    "closes_at": None,
    "zone": "Rooms",
}
CHECKPOINT_LISTED: dict[str, Any] = {"id": "0190f6b2a6c87d3e9a4f0c1b2d3e4f50", **CHECKPOINT, "version": 1}
CHANGE: dict[str, Any] = {"version": 1, "closes_at": "2027-03-07T16:00"}
CHANGED: dict[str, Any] = {**CHECKPOINT_LISTED, "closes_at": "2027-03-07T15:00:00Z", "version": 2}
