"""The lists that leave the house: which columns they have, and their rows batch by batch, so that none is held as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from events_service.database import fetch
from events_service.errors import FieldError, Invalid
from events_service.events.rules import Event
from events_service.exchange.writing import Rows
from events_service.folding import search_key
from events_service.questions.queries import every_question_of
from events_service.registrations.naming import seen_by
from events_service.registrations.queries import Registration, Wanted, list_registrations
from events_service.registrations.sign_up_queries import Attender, attenders_of
from events_service.speakers.queries import speakers_of
from events_service.speakers.rules import Speaker

BATCH = 500
# As many answers as have a column; more names than that are no questions anybody asked.
MOST_ANSWERS = 150
ABOUT_PEOPLE = (
    "id", "name", "email", "organisation", "city", "category", "attendance", "language", "status", "source", "created_at",
    "changed_at",
)  # fmt: skip
SIGN_UP_COLUMNS = (
    "registration_id", "name", "email", "organisation", "city", "category", "status", "waitlist_position", "signed_up_at", "admitted_at",
)  # fmt: skip
SPEAKER_COLUMNS = (
    "id", "name", "email", "title", "organisation", "city", "language", "public", "state", "biography", "availability",
    "technical_needs", "asked_at", "answered_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of an event's registrations that have a column: `plain` ones, and `sensitive` ones only for who says why."""

    plain: tuple[str, ...]
    sensitive: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list about to be written: its name without the ending, its headers, and its rows."""

    name: str
    headers: tuple[str, ...]
    rows: Rows


async def answers_of(event: Event) -> Answers:
    """By what the event asks or asked. What it never asked for may be anything, and so counts as sensitive."""
    questions = await every_question_of(event.id)
    plain = {one.name for one in questions if not one.sensitive}
    sensitive = {one.name for one in questions if one.sensitive} | (await _names_given(event) - plain)
    return Answers(tuple(sorted(plain - sensitive)[:MOST_ANSWERS]), tuple(sorted(sensitive)[:MOST_ANSWERS]))


def columns_for(answers: Answers, *, asked: Sequence[str] = (), sensitive: bool = False) -> tuple[str, ...]:
    """The columns of a list of registrations or those asked for. Raises `Invalid` for others, and for sensitive ones without leave."""
    plain = (*ABOUT_PEOPLE, *(f"answers.{name}" for name in answers.plain))
    # A note for the door says what nobody else needs to know of somebody.
    held_back = ("door_note", *(f"answers.{name}" for name in answers.sensitive))
    every = (*plain, *held_back) if sensitive else plain
    if wrong := [name for name in asked if name not in every]:
        message = (
            "Sensitive columns need sensitive=true and a reason." if {*wrong} & {*held_back} else "No such column."
        )
        raise Invalid([FieldError("columns", "unknown_column", f"{name[:80]}: {message}") for name in wrong])
    return tuple(dict.fromkeys(asked)) or every


def registrations_list(
    event: Event, wanted: Wanted, columns: tuple[str, ...], *, may_see_protected: bool = False
) -> ListFile:
    """Who registered, in the order they came, as the list in the office is filtered; protected people under their alias."""

    async def rows() -> Rows:
        after = ""
        while people := await list_registrations(event.id, wanted, after=after, limit=BATCH):
            shown = [seen_by(person, may_see_protected=may_see_protected) for person in people]
            yield [_registration_cells(person, columns) for person in shown]
            after = people[-1].id

    return ListFile(f"{event.slug}-registrations", columns, rows())


def sign_ups_list(event: Event, session_id: str, title: str) -> ListFile:
    """Who signed up for the session and did not withdraw, in the order they did; and when they were let in at its own doors."""

    async def rows() -> Rows:
        after, came = "", await _let_in(session_id)
        while some := await attenders_of(session_id, after=after, limit=BATCH):
            yield [_sign_up_cells(one, came.get(one.person.id)) for one in some]
            after = some[-1].id

    return ListFile(f"{event.slug}-{_plain(title)}-sign-ups", SIGN_UP_COLUMNS, rows())


def speakers_list(event: Event) -> ListFile:
    """Everyone on the roster, by name."""

    async def rows() -> Rows:
        yield [_cells(_about_speaker(speaker)) for speaker in (await speakers_of(event.id)).values()]

    return ListFile(f"{event.slug}-speakers", SPEAKER_COLUMNS, rows())


def _about_speaker(speaker: Speaker) -> list[Any]:
    return [speaker.state.value if name == "state" else getattr(speaker, name) for name in SPEAKER_COLUMNS]


def in_words(value: Any) -> str:
    """A value as a cell: moments in UTC (RFC 3339), truth as yes and no, several with semicolons between."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case list() | tuple():
            return "; ".join(in_words(one) for one in value)
        case dict():
            return msgspec.json.encode(value).decode()
    return str(value)


async def _names_given(event: Event) -> set[str]:
    names: set[str] = set()
    after = ""
    while rows := await fetch(
        "SELECT id, answers FROM registration WHERE event = $1 AND answers <> '{}' AND id > $2 ORDER BY id LIMIT 2000",
        event.id,
        after,
    ):
        for row in rows:
            names.update(msgspec.json.decode(row["answers"], type=dict[str, Any]))
        after = rows[-1]["id"]
    return names


def _registration_cells(person: Registration, columns: Sequence[str]) -> list[str]:
    answers: Mapping[str, Any] = person.answers
    return [
        in_words(answers.get(column.removeprefix("answers.")))
        if column.startswith("answers.")
        else _about(person, column)
        for column in columns
    ]


def _about(person: Registration, column: str) -> str:
    value = getattr(person, column)
    return str(value) if isinstance(value, str) else in_words(value)


async def _let_in(session_id: str) -> dict[str, datetime]:
    """Registration → when they were first let in at a door of the session."""
    rows = await fetch(
        """SELECT p.registration, p.admitted_at FROM presence p JOIN checkpoint k ON k.id = p.checkpoint
           WHERE k.session_id = $1 ORDER BY p.admitted_at DESC""",
        session_id,
    )
    return {row["registration"]: row["admitted_at"] for row in rows}


def _sign_up_cells(one: Attender, let_in_at: datetime | None) -> list[str]:
    person = one.person
    return _cells(
        [
            person.id,
            person.name,
            person.email,
            person.organisation,
            person.city,
            person.category.value,
            one.sign_up.status.value,
            one.sign_up.position,
            one.signed_up_at,
            let_in_at,
        ]
    )


def _cells(values: Sequence[Any]) -> list[str]:
    return [in_words(value) for value in values]


def _plain(title: str) -> str:
    """A session's title as part of a file's name."""
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in search_key(title)).split()
    return "-".join(words)[:60] or "session"
