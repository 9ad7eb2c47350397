"""Reading what a roster is made of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from events_service.database import Row, fetch, fetch_one

# Badges of events that ended longer ago are strangers' to a device: forged, as far as it can tell.
KEYS_KEPT = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Revision:
    """Which state an event is in: `people` changes whenever somebody's registration or place in a session does, `text` also whenever
    somebody passes a door. `latest` is the last change."""

    people: str
    text: str
    latest: datetime | None


async def revision_of(event_id: str) -> Revision:
    """Each kind is counted, and summed or stamped: nothing comes, goes or changes without one of them being another."""
    row = await fetch_one(
        """SELECT (SELECT COUNT(*) FROM registration WHERE event = $1) AS people,
                  (SELECT SUM(version) FROM registration WHERE event = $1) AS versions,
                  (SELECT MAX(changed_at) FROM registration WHERE event = $1) AS changed_at,
                  (SELECT COUNT(*) FROM scan WHERE event = $1) AS scans,
                  (SELECT MAX(received_at) FROM scan WHERE event = $1) AS received_at,
                  (SELECT COUNT(*) FROM scan WHERE event = $1 AND undone_at IS NOT NULL) AS undone,
                  (SELECT MAX(undone_at) FROM scan WHERE event = $1 AND undone_at IS NOT NULL) AS undone_at,
                  (SELECT COUNT(*) FROM scan_conflict WHERE event = $1) AS conflicts,
                  (SELECT SUM(version) FROM scan_conflict WHERE event = $1) AS settlings,
                  (SELECT MAX(created_at) FROM scan_conflict WHERE event = $1) AS raised_at,
                  (SELECT MAX(changed_at) FROM scan_conflict WHERE event = $1) AS settled_at,
                  (SELECT SUM(version) FROM sign_up WHERE session IN (
                      SELECT session_id FROM checkpoint WHERE event = $1)) AS sign_ups,
                  (SELECT MAX(changed_at) FROM sign_up WHERE session IN (
                      SELECT session_id FROM checkpoint WHERE event = $1)) AS signed_at""",
        event_id,
    )
    assert row is not None
    named = ("changed_at", "received_at", "undone_at", "raised_at", "settled_at", "signed_at")
    moments = [_moment(row[name]) for name in named]
    people = "|".join(str(row[name]) for name in ("people", "versions", "changed_at", "sign_ups", "signed_at"))
    return Revision(people, "|".join(map(str, row.values())), max(filter(None, moments), default=None))


async def event_facts(event_id: str) -> Row:
    """The event's columns that a device needs."""
    row = await fetch_one(
        """SELECT e.slug, e.title, e.timezone, e.status, e.reentry, e.ends_at,
                  COALESCE(a.photo_id_categories, '[]') AS photo_id_categories
           FROM event e LEFT JOIN admission a ON a.event = e.id WHERE e.id = $1""",
        event_id,
    )
    assert row is not None
    return row


async def keys_for(event_id: str, *, now: datetime) -> list[Row]:
    """The public keys of this event and of those that devices should tell from forgeries."""
    return await fetch(
        """SELECT s.event, s.key_id, s.event_mark, s.public_key FROM signing_key s JOIN event e ON e.id = s.event
           WHERE e.id = $1 OR e.ends_at > $2 ORDER BY s.event_mark, s.event""",
        event_id,
        now - KEYS_KEPT,
    )


async def people_on_roster(event_id: str, *, since: datetime | None) -> list[Row]:
    """Everybody who has a badge or had one; with `since`, only those about whom something changed after it, and of each whether it is
    more than where they stand (`entry_changed`). In a fixed order."""
    wanted = "" if since is None else f"AND r.id IN ({_TOUCHED})"
    changed = "TRUE" if since is None else f"r.id IN ({_CHANGED})"
    return await fetch(
        f"""SELECT r.id, r.name, r.organisation, r.category, r.status, r.badge_digest, r.badge_generation, r.badge_code_draw,
                   r.door_note, r.photo_id, {changed} AS entry_changed
            FROM registration r WHERE r.event = $1 AND r.badge_generation > 0 {wanted} ORDER BY r.id""",  # noqa: S608
        *((event_id,) if since is None else (event_id, since)),
    )


async def badges_retired(event_id: str, *, since: datetime | None) -> list[Row]:
    """The badges that no longer hold, and how their holders' registrations stand: `confirmed` where another badge took its place.

    With `since`, only of those whose entry changed.
    """
    wanted = "" if since is None else f"AND r.id IN ({_CHANGED})"
    return await fetch(
        f"""SELECT b.digest, b.code_digest, r.id, r.badge_generation,
                   CASE WHEN b.passed_on THEN 'confirmed' ELSE r.status END AS status
            FROM retired_badge b JOIN registration r ON r.id = b.registration
            WHERE r.event = $1 {wanted} ORDER BY b.digest""",  # noqa: S608
        *((event_id,) if since is None else (event_id, since)),
    )


async def standings_on_roster(event_id: str, *, since: datetime | None) -> list[Row]:
    """Where people stand at each checkpoint, also those whose badge holds no more: they leave by it; as `people_on_roster` tells."""
    wanted = "" if since is None else f"AND r.id IN ({_TOUCHED})"
    return await fetch(
        f"""SELECT r.id, r.badge_generation, k.slug, p.inside, p.admitted_at, p.admitted_day, d.name AS device_name
            FROM presence p JOIN registration r ON r.id = p.registration JOIN checkpoint k ON k.id = p.checkpoint
            JOIN device d ON d.id = p.device
            WHERE p.event = $1 AND NOT k.online AND r.badge_generation > 0 {wanted} ORDER BY r.id, k.slug""",  # noqa: S608
        *((event_id,) if since is None else (event_id, since)),
    )


# Whose entry changed: by their registration, or their place in a session.
_CHANGED = """SELECT id FROM registration WHERE event = $1 AND changed_at >= $2
              UNION SELECT registration FROM sign_up WHERE changed_at >= $2 AND session IN (
                  SELECT session_id FROM checkpoint WHERE event = $1)"""
# Everybody of the event about whom anything changed: that, or where they stand.
_TOUCHED = f"""{_CHANGED}
               UNION SELECT registration FROM scan WHERE event = $1 AND received_at >= $2 AND registration IS NOT NULL
               UNION SELECT registration FROM scan WHERE event = $1 AND undone_at >= $2 AND registration IS NOT NULL
               UNION SELECT registration FROM scan_conflict WHERE event = $1 AND (created_at >= $2 OR changed_at >= $2)"""  # noqa: S608


def _moment(value: datetime | str | None) -> datetime | None:
    """An aggregate over moments, which SQLite gives as text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
