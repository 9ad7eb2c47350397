"""The roster: all that a device needs to decide by itself, whole or as what changed since.

An answer depends on the state of the database alone, so equal states have equal bytes and one strong entity tag.
"""

import asyncio
import base64
import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

import msgspec

from events_service import clock, settings
from events_service.database import Row, transaction
from events_service.door.answers import attendee_of
from events_service.door.checkpoint_queries import Checkpoint, checkpoints_of, parts_at_doors, places_at_doors
from events_service.door.queries import DoorDevice
from events_service.door.roster_queries import (
    Revision,
    badges_retired,
    event_facts,
    keys_for,
    people_on_roster,
    revision_of,
    standings_on_roster,
)
from events_service.door.roster_seals import badge_mark, code_mark, code_salt, entry_id, seal_for_badge
from events_service.door.roster_shapes import (
    RevokedBadge,
    RosterDevice,
    RosterDoor,
    RosterEntry,
    RosterEvent,
    RosterKey,
    RosterStanding,
)
from events_service.registrations.rules import Category
from events_service.registrations.secrets import badge_secret
from events_service.registrations.short_codes import code_digest, short_code

LEASE = timedelta(hours=4)
# A change may be committed so long after the moment it is stamped with: a difference reaches back that far, and may repeat itself.
OVERLAP = timedelta(seconds=60)
SEEN_EVERY = timedelta(minutes=1)
KEPT_EVENTS = 4
# Every device asks for everybody's again and again while people come in.
KEPT_IDS = 65_536
# A code that was taken already is drawn again; of 10^8 codes and 10^4 badges hardly ever, and never so often.
MOST_DRAWS = 8
_CURSOR = re.compile(r"(\d{1,18})-([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class Outline:
    """Which roster a device would get, before it is made: `etag` names its state, `rules` those at its doors, `frame` is all of it but
    the people."""

    etag: str
    cursor: str
    since: datetime | None
    revision: Revision
    rules: str
    event_id: str
    frame: dict[str, Any]
    doors: list[Checkpoint]


async def outline(device: DoorDevice, *, since: str | None) -> Outline:
    """What the device would get. A cursor that is none of ours, or of another event or other rules at its doors, gets the whole roster."""
    secret_key = settings.current().secret_key
    revision, doors = await revision_of(device.event_id), await checkpoints_of(device.event_id)
    event, keys = await event_facts(device.event_id), await keys_for(device.event_id, now=clock.now())
    frame = {
        "event": RosterEvent(
            **{**event, "photo_id_categories": msgspec.json.decode(event["photo_id_categories"])},
            event_mark=next(key["event_mark"] for key in keys if key["event"] == device.event_id),
            code_salt=base64.b64encode(code_salt(device.event_id, secret_key=secret_key)).decode(),
        ),
        "device": RosterDevice(
            device.id, device.name, device.role.value, device.checkpoint, sorted(device.powers), device.kiosk
        ),
        "keys": [_key(key) for key in keys],
        "checkpoints": [_door(one) for one in doors],
        "categories": [category.value for category in Category],
        "lease_seconds": int(LEASE.total_seconds()),
    }
    # Who takes part in a session changes without a date, and seldom: then everybody is told anew.
    parts = await parts_at_doors(_sessions(doors))
    own_rules = [[one.slug, one.categories, one.session_id, one.by_session] for one in doors]
    rules = _digest([device.event_id, own_rules, sorted(parts)])
    latest = revision.latest or datetime.fromtimestamp(0, UTC)
    return Outline(
        etag=f'"{_digest([revision.text, rules, frame])}{_digest(device.id)}"',
        cursor=f"{round(latest.timestamp() * 1000)}-{rules}",
        since=_moment_in(since, rules=rules),
        revision=revision,
        rules=rules,
        event_id=device.event_id,
        frame=frame,
        doors=doors,
    )


async def write_roster(outlined: Outline) -> bytes:
    """The roster as JSON."""
    people = await _changed_people(outlined) if outlined.since else await _all_people(outlined)
    standings = await standings_on_roster(outlined.event_id, since=outlined.since)
    body = {
        "cursor": outlined.cursor,
        "full": outlined.since is None,
        **outlined.frame,
        **people,
        "standings": await asyncio.to_thread(_standings, standings, settings.current().secret_key),
    }
    return await asyncio.to_thread(msgspec.json.encode, body)


async def note_contact(device: DoorDevice) -> None:
    """The device was heard of just now: kept at most once a minute, for people to read."""
    now = clock.now()
    if device.last_seen_at is not None and now - device.last_seen_at < SEEN_EVERY:
        return
    async with transaction() as tx:
        await tx.execute("UPDATE device SET last_seen_at = $2 WHERE id = $1", device.id, now)


# The people of whole rosters by event: sealing 10,000 names takes a while, and devices are paired by the dozen.
_whole: OrderedDict[str, tuple[str, dict[str, msgspec.Raw]]] = OrderedDict()
_making = asyncio.Lock()


async def _all_people(outlined: Outline) -> dict[str, msgspec.Raw]:
    # Scans change no entry: a device that is paired while hundreds come in waits for nothing.
    state = f"{outlined.revision.people}|{outlined.rules}"
    async with _making:
        kept = _whole.get(outlined.event_id)
        if kept is None or kept[0] != state:
            kept = (state, await _people(outlined, since=None))
            _whole[outlined.event_id] = kept
        _whole.move_to_end(outlined.event_id)
        while len(_whole) > KEPT_EVENTS:
            _whole.popitem(last=False)
    return kept[1]


async def _changed_people(outlined: Outline) -> dict[str, msgspec.Raw]:
    return await _people(outlined, since=outlined.since)


async def _people(outlined: Outline, *, since: datetime | None) -> dict[str, msgspec.Raw]:
    people = await people_on_roster(outlined.event_id, since=since)
    retired = await badges_retired(outlined.event_id, since=since)
    places = await places_at_doors(_sessions(outlined.doors))
    return await asyncio.to_thread(_written, people, retired, places, outlined.doors, outlined.event_id, since is None)


def _written(
    people: list[Row],
    retired: list[Row],
    places: set[tuple[str, str]],
    doors: list[Checkpoint],
    event_id: str,
    is_whole: bool,
) -> dict[str, msgspec.Raw]:
    secret_key = settings.current().secret_key
    salt = code_salt(event_id, secret_key=secret_key)
    holders = [person for person in people if person["badge_digest"] is not None]
    # Most of a difference are people who were scanned: nothing that their entries say is another for that.
    changed = [person for person in holders if person["entry_changed"]]
    parts: dict[str, Any] = {
        "entries": [_entry(person, _rooms(person, doors, places), salt, secret_key) for person in changed],
        "revoked": [
            RevokedBadge(mark, row["status"])
            for row in retired
            for mark in _marks_gone(row, event_id, salt, secret_key)
        ],
        "removed": [] if is_whole else [old for person in people for old in _ids_gone(person, secret_key)],
        "cleared": [] if is_whole else [_id(person, secret_key) for person in holders],
    }
    return {name: msgspec.Raw(msgspec.json.encode(part)) for name, part in parts.items()}


def _entry(person: Row, rooms: list[str], salt: bytes, secret_key: str) -> RosterEntry:
    generation = person["badge_generation"]
    secret = badge_secret(person["id"], generation, secret_key=secret_key)
    # Of which categories all are asked for a photo ID stands in the frame: no name is sealed anew when that changes.
    shown = attendee_of(person)
    code = short_code(person["id"], generation, person["badge_code_draw"], secret_key=secret_key)
    return RosterEntry(
        entry_id(secret),
        seal_for_badge(msgspec.json.encode(shown), secret),
        code_mark(code, salt),
        person["status"],
        rooms,
    )


def _rooms(person: Row, doors: list[Checkpoint], places: set[tuple[str, str]]) -> list[str]:
    """The slugs of the checkpoints with a rule of their own that admit this person."""
    return [
        one.slug
        for one in doors
        if (one.categories or one.by_session)
        and (not one.categories or person["category"] in one.categories)
        and (not one.by_session or (one.session_id, person["id"]) in places)
    ]


def _sessions(doors: list[Checkpoint]) -> list[str]:
    """The ids of the sessions that doors admit by."""
    return sorted({one.session_id for one in doors if one.session_id and one.by_session})


def _ids_gone(person: Row, secret_key: str) -> list[str]:
    """The ids of the badges this person no longer has."""
    last = person["badge_generation"] - (1 if person["badge_digest"] is not None else 0)
    return [_id_of(person["id"], generation, secret_key) for generation in range(1, last + 1)]


def _marks_gone(row: Row, event_id: str, salt: bytes, secret_key: str) -> list[str]:
    """The marks of a badge that no longer holds, and of its short code: that is found again by its digest among those the holder had."""
    codes = (
        short_code(row["id"], generation, draw, secret_key=secret_key)
        for generation in range(1, row["badge_generation"] + 1)
        for draw in range(MOST_DRAWS)
    )
    gone = (code for code in codes if code_digest(event_id, code, secret_key=secret_key) == row["code_digest"])
    return [badge_mark(row["digest"]), *(code_mark(code, salt) for code in islice(gone, 1))]


def _id(person: Row, secret_key: str) -> str:
    return _id_of(person["id"], person["badge_generation"], secret_key)


@lru_cache(maxsize=KEPT_IDS)
def _id_of(registration_id: str, generation: int, secret_key: str) -> str:
    return entry_id(badge_secret(registration_id, generation, secret_key=secret_key))


def _standings(rows: list[Row], secret_key: str) -> list[RosterStanding]:
    return [
        RosterStanding(
            _id(row, secret_key),
            row["slug"],
            row["inside"],
            row["admitted_at"],
            row["admitted_day"].isoformat(),
            row["device_name"],
        )
        for row in rows
    ]


def _key(row: Row) -> RosterKey:
    return RosterKey(row["key_id"], row["event_mark"], base64.b64encode(row["public_key"]).decode())


def _door(one: Checkpoint) -> RosterDoor:
    categories = list(one.categories) or None
    return RosterDoor(
        one.slug, one.name, categories, one.by_session, one.reentry, one.opens_at, one.closes_at, one.zone
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:16]


def _moment_in(cursor: str | None, *, rules: str) -> datetime | None:
    """From when on a difference tells what changed; None for the whole roster."""
    found = _CURSOR.fullmatch(cursor or "")
    if found is None or found[2] != rules:
        return None
    try:
        return datetime.fromtimestamp(int(found[1]) / 1000, UTC) - OVERLAP
    except (OverflowError, ValueError, OSError):
        return None
