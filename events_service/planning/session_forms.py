"""The form of a session: what it holds, and the draft or change that is made of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from events_service.agenda.drafts import SessionChange, SessionDraft
from events_service.agenda.rules import Session
from events_service.errors import FieldError, Invalid
from events_service.events.rules import AREAS_OF_ACTION, Event, to_wall
from events_service.planning.editor_forms import PageRequest, typed_into
from events_service.speakers.rules import Speaker
from events_service.web.bodies import read_values
from events_service.web.forms import posted_form
from events_service.web.words import gettext as _

Body = TypeVar("Body", SessionDraft, SessionChange)
MANY = frozenset({"room_ids", "topics"})
MOST_ROWS = 100
# Empty rows for people below those who are there.
SPARE_ROWS = 2
# What an emptied field means; those that are not here are left out.
BLANK: Mapping[str, object] = MappingProxyType(
    {
        "title": "",
        "subtitle": "",
        "starts_at": None,
        "ends_at": None,
        "room_ids": [],
        "track_id": None,
        "topics": [],
        "language": "",
        "abstract": "",
        "description": "",
        "capacity": None,
        "signup": False,
        "join_url": None,
        "visible_from": None,
    }
)
FIELDS = frozenset(BLANK) | {"version", "slug", "kind", "state", "minutes", "own_topics"}


@dataclass(frozen=True, slots=True)
class SessionForm(Generic[Body]):
    """`body` when all is right, else None; `typed` and `errors` show the form again."""

    body: Body | None
    typed: dict[str, Any]
    errors: dict[str, list[str]]


def names_on(roster: Mapping[str, Speaker]) -> dict[str, str]:
    """Each person's name by id as it is typed into the form: with the organisation, or a number, where several share it."""
    names = {one.id: one.name for one in roster.values()}
    counts = Counter(names.values())
    longer = {
        one.id: f"{one.name} ({one.organisation})" if counts[one.name] > 1 and one.organisation else one.name
        for one in roster.values()
    }
    seen: Counter[str] = Counter()
    found: dict[str, str] = {}
    for speaker_id, name in longer.items():
        seen[name] += 1
        found[speaker_id] = name if seen[name] == 1 else f"{name} [{seen[name]}]"
    return found


def new_session_form(event: Event, *, day: str = "") -> dict[str, Any]:
    """What the form of a new session begins with: the day that was looked at, at nine; without one it is for the shelf."""
    return {
        "kind": "talk",
        "state": "confirmed",
        "language": event.languages[0] if event.languages else "",
        "starts_at": f"{day}T09:00" if day else "",
        "speakers": [],
    }


def filled_session_form(event: Event, session: Session, names: Mapping[str, str]) -> dict[str, Any]:
    """The session as its form holds it; times are wall time in the event's zone. The length is for the shelf only."""
    return {
        "version": str(session.version),
        "title": session.title,
        "subtitle": session.subtitle,
        "slug": session.slug,
        "kind": session.kind.value,
        "state": session.state.value,
        "starts_at": session.starts_wall or "",
        "ends_at": session.ends_wall or "",
        "minutes": "" if session.is_placed else str(session.minutes),
        "room_ids": list(session.room_ids),
        "track_id": session.track_id or "",
        "topics": [topic for topic in session.topics if topic in offered_topics(event)],
        "own_topics": ", ".join(topic for topic in session.topics if topic not in offered_topics(event)),
        "language": session.language,
        "abstract": session.abstract,
        "description": session.description,
        "capacity": "" if session.capacity is None else str(session.capacity),
        "signup": "true" if session.signup else "",
        "join_url": session.join_url or "",
        "visible_from": to_wall(session.visible_from, event.timezone) if session.visible_from else "",
        "speakers": [
            {"who": names.get(one.speaker_id, ""), "role": one.role.value, "state": one.state.value}
            for one in session.speakers
        ],
    }


def offered_topics(event: Event) -> tuple[str, ...]:
    """The areas of action, and what else the event is about."""
    return (*AREAS_OF_ACTION, *(topic for topic in event.topics if topic not in AREAS_OF_ACTION))


def with_spare_rows(people: Sequence[Mapping[str, str]], *, more: int = SPARE_ROWS) -> list[Mapping[str, str]]:
    """The people's rows with some empty ones below."""
    return [*people, *({"who": "", "role": "speaker", "state": ""} for _ in range(more))][:MOST_ROWS]


async def read_session_form(
    request: PageRequest,
    kind: type[Body],
    *,
    names: Mapping[str, str],
    before: Session | None = None,
) -> SessionForm[Body]:
    """The posted form. Rooms keep the order they had, so that saving an untouched form changes nothing."""
    typed: dict[str, Any] = await typed_into(request, FIELDS, many=MANY)
    typed["speakers"] = _people(await posted_form(request))
    held = before.room_ids if before else ()
    typed["room_ids"] = sorted(typed["room_ids"], key=lambda one: held.index(one) if one in held else len(held))
    values = {**BLANK, **{name: value for name, value in typed.items() if value not in ("", [])}}
    values["topics"] = [*typed["topics"], *_own_topics(typed["own_topics"])]
    values.pop("own_topics", None)
    if _keeps_its_end(typed, before):
        del values["ends_at"]
    unknown: dict[str, list[str]] = {}
    values["speakers"] = list(_appearances(typed["speakers"], names, unknown))
    try:
        body = read_values(kind, values, from_text=True)
    except Invalid as invalid:
        return SessionForm(None, typed, on_the_form(invalid.errors, typed) | unknown)
    return SessionForm(None if unknown else body, typed, unknown)


def on_the_form(errors: Iterable[FieldError], typed: Mapping[str, Any]) -> dict[str, list[str]]:
    """Field → messages, under the names that the form has for what the API calls otherwise."""
    told: dict[str, list[str]] = {}
    for error in errors:
        name, _dot, rest = error.field.partition(".")
        if name == "topics" and rest.isdigit():
            name = "topics" if int(rest) < len(typed["topics"]) else "own_topics"
        elif name == "speakers" and rest:
            place, _dot, part = rest.partition(".")
            name = f"speakers.{place}.{'who' if part in ('', 'speaker_id') else part}"
        told.setdefault(name, []).append(_(error.message))
    return told


def _keeps_its_end(typed: Mapping[str, Any], before: Session | None) -> bool:
    """Whether a length was typed next to an end that was left as it stood: then the length is what is meant."""
    return bool(typed["minutes"] and before and before.ends_wall and typed["ends_at"] == before.ends_wall)


def _own_topics(text: str) -> list[str]:
    return [topic for topic in (one.strip() for one in text.replace("\n", ",").split(",")) if topic]


def _people(posted: Any) -> list[dict[str, str]]:
    """The rows in which somebody is named."""
    rows = []
    for place in range(MOST_ROWS):
        row = {part: str(posted.get(f"speakers.{place}.{part}", "")).strip() for part in ("who", "role", "state")}
        if row["who"]:
            rows.append(row)
    return rows


def _appearances(
    rows: Iterable[Mapping[str, str]], names: Mapping[str, str], unknown: dict[str, list[str]]
) -> Iterable[dict[str, str]]:
    """What the rows say, in ids; names that are on no roster are told in `unknown`."""
    ids = {name.casefold(): speaker_id for speaker_id, name in names.items()}
    for place, row in enumerate(rows):
        speaker_id = ids.get(row["who"].casefold())
        if speaker_id is None:
            unknown[f"speakers.{place}.who"] = [_("There is nobody of that name on the roster. Add them there first.")]
        yield {"speaker_id": speaker_id or "unknown", "role": row["role"] or "speaker"} | (
            {"state": row["state"]} if row["state"] else {}
        )
