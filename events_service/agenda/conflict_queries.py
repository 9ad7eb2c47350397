"""Reading what conflicts are found in: the draft, the roster, the same people in other events, and what organisers decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from events_service.agenda.conflict_kinds import AgendaConflict, Elsewhere, Override
from events_service.agenda.conflicts import FREE_TIME, find_conflicts
from events_service.agenda.drafts import LONGEST_MINUTES
from events_service.agenda.queries import draft_of, head_of
from events_service.agenda.rules import Agenda, SessionState
from events_service.database import Row, fetch
from events_service.events.rules import Event, Status, Visibility, to_utc
from events_service.speakers.queries import speakers_of
from events_service.speakers.rules import OUT

# The other event's zone may have changed since its rows' UTC times were worked out: they are looked for further apart.
ZONES_APART = timedelta(hours=26)
LONGEST = timedelta(minutes=LONGEST_MINUTES)


async def conflicts_of(
    event: Event, *, sign_ups: Mapping[str, int], agenda: Agenda | None = None, released: bool | None = None
) -> tuple[AgendaConflict, ...]:
    """What does not fit in the event's agenda (the draft unless another is given), each with its override if it has one.

    `sign_ups` is how many hold a place by session. `released`: whether people who have not confirmed count, as they do from the
    first release on unless it is said here.
    """
    agenda = await draft_of(event) if agenda is None else agenda
    overrides = await overrides_of(event.id)
    found = find_conflicts(
        agenda,
        event=event,
        speakers=await speakers_of(event.id),
        elsewhere=await elsewhere_of(event, agenda),
        sign_ups=sign_ups,
        released=(await head_of(event.id)).released > 0 if released is None else released,
    )
    return tuple(
        msgspec.structs.replace(one, override=overrides[one.key]) if one.key in overrides else one for one in found
    )


async def overrides_of(event_id: str) -> dict[str, Override]:
    """What organisers said is meant, by the conflict's key; conflicts that are gone included."""
    rows = await fetch("SELECT key, reason, created_by, created_at FROM conflict_override WHERE event = $1", event_id)
    return {
        row["key"]: Override(reason=row["reason"], by=row["created_by"], created_at=row["created_at"]) for row in rows
    }


async def elsewhere_of(event: Event, agenda: Agenda) -> Sequence[Elsewhere]:
    """What the event's speakers do in other events while its sessions take place, known by their addresses."""
    starts = [one.starts_at for one in agenda.sessions if one.starts_at is not None]
    ends = [one.ends_at for one in agenda.sessions if one.ends_at is not None]
    if not starts:
        return ()
    first, last = min(starts), max(ends)
    rows = await fetch(
        """SELECT other.email_key, session.id, session.starts_at, session.ends_at, session.starts_wall, session.ends_wall,
               event.title, event.timezone, event.status, event.visibility, agenda.timezone AS worked_out_in
           FROM session
           JOIN session_speaker ON session_speaker.session = session.id
           JOIN speaker AS other ON other.id = session_speaker.speaker
           JOIN event ON event.id = session.event
           JOIN agenda ON agenda.event = session.event
           WHERE session.starts_at < $2 AND session.starts_at > $3 AND session.ends_at > $4
             AND session.event <> $1 AND event.status <> $5 AND session.deleted_at IS NULL AND session.state <> $6
             AND NOT (session.kind = ANY($7))
             AND NOT (session_speaker.state = ANY($8)) AND NOT (other.state = ANY($8))
             AND other.email_key IN (SELECT email_key FROM speaker WHERE event = $1 AND email_key IS NOT NULL)""",
        event.id,
        last + ZONES_APART,
        first - ZONES_APART - LONGEST,
        first - ZONES_APART,
        Status.CANCELLED.value,
        SessionState.CANCELLED.value,
        [kind.value for kind in FREE_TIME],
        [state.value for state in OUT],
    )
    return [one for one in map(_elsewhere_from, rows) if one.starts_at < last and one.ends_at > first]


def _elsewhere_from(row: Row) -> Elsewhere:
    starts_at, ends_at = _there_now(row)
    open_to_all = row["status"] != Status.DRAFT and row["visibility"] in (Visibility.PUBLIC, Visibility.UNLISTED)
    return Elsewhere(
        email_key=row["email_key"],
        session_id=row["id"],
        # Who plans here need not be anybody who may know of the other event.
        event_title=row["title"] if open_to_all else "",
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _there_now(row: Row) -> tuple[datetime, datetime]:
    """When it is, at its wall time in the other event's zone as it is now."""
    if row["worked_out_in"] != row["timezone"]:
        try:
            return to_utc(row["starts_wall"], row["timezone"]), to_utc(row["ends_wall"], row["timezone"])
        except ValueError:
            pass
    return row["starts_at"], row["ends_at"]
