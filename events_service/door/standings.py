"""Where people stand after a scan that was decided at once: for the next scan of its batch, and for the table."""

import msgspec

from events_service.database import Row
from events_service.door.lookups import Known, with_rooms_beside
from events_service.door.records import Asked
from events_service.door.rules import Direction, Standing
from events_service.identifiers import new_id


class Presences(dict[tuple[str, str], tuple[object, ...]]):
    """The rows to write, by checkpoint and registration."""


def stand(known: Known, presences: Presences, key: tuple[str, str], standing: Standing, asked: Asked) -> None:
    """Remember the new standing at the door of this key (checkpoint, registration)."""
    if asked.passage.direction is Direction.ENTRY:
        row: Row = {
            "checkpoint": key[0],
            "admitted_at": standing.admitted_at,
            "admitted_by": asked.request.scan.scan_id,
            "device": asked.device["id"],
            "device_name": asked.device["name"],
        }
        _leave_rooms(known, presences, asked, person=key[1])
    else:
        # Whoever leaves was admitted once, and stays admitted by that scan.
        _, row = known.standings[key]
    _keep(known, presences, key, standing, row, event=asked.device["event"])


def _leave_rooms(known: Known, presences: Presences, asked: Asked, *, person: str) -> None:
    """Moving to another room leaves the last."""
    here = asked.checkpoint
    for room in with_rooms_beside([here], known.checkpoints.values()):
        standing, row = known.standings.get((room["id"], person), (None, None))
        if room["id"] == here["id"] or standing is None or row is None or not standing.inside:
            continue
        _keep(
            known,
            presences,
            (room["id"], person),
            msgspec.structs.replace(standing, inside=False),
            row,
            event=here["event"],
        )
        if room["id"] in known.inside:
            known.inside[room["id"]] -= 1


def _keep(
    known: Known, presences: Presences, key: tuple[str, str], standing: Standing, row: Row, *, event: str
) -> None:
    known.standings[key] = (standing, row)
    presences[key] = (
        new_id(), event, *key, standing.inside, standing.admitted_at, standing.day,
        row["admitted_by"], row["device"],
    )  # fmt: skip
