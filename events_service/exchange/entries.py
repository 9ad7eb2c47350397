"""Lines of a file as registrations somebody could have typed, or with every reason why they are none. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from events_service.errors import FieldError, Invalid
from events_service.exchange.columns import ANSWER, SKIPPED, answer_name
from events_service.exchange.defusing import undefused
from events_service.exchange.sheets import Line, Sheet
from events_service.exchange.vocabulary import meant
from events_service.registrations.drafts import ListedDraft
from events_service.registrations.rules import Category, Status
from events_service.sentences import sentence
from events_service.web.bodies import read_values


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is not taken in, by its number in the file, and everything that is wrong with it."""

    line: int
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that can be taken in. `given` are the fields that hold something; the draft's others are assumed."""

    line: int
    draft: ListedDraft
    given: frozenset[str]
    status: Status | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file's lines come to, each in their order."""

    entries: tuple[Entry, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class Assumed:
    """What holds where a line says nothing."""

    category: Category
    language: str


def read_entries(sheet: Sheet, choice: Sequence[str], *, assumed: Assumed, cities: Mapping[str, str]) -> Reading:
    """The lines as that choice of columns says. An address counts once: the lines after the first are rejected."""
    entries: list[Entry] = []
    rejected = [Rejected(one.number, (FieldError("", one.code, one.message),)) for one in sheet.unread]
    seen: dict[str, int] = {}
    for line in sheet.lines:
        try:
            entry = _entry(line, said(line, sheet.headers, choice, cities), assumed)
            key = entry.draft.email.casefold()
            if key in seen:
                message = sentence("The same address stands in line %(line)s already.", line=seen[key])
                raise Invalid([FieldError("email", "twice_in_file", message)])
        except Invalid as invalid:
            rejected.append(Rejected(line.number, invalid.errors))
        else:
            seen[key] = line.number
            entries.append(entry)
    return Reading(tuple(entries), tuple(sorted(rejected, key=lambda one: one.line)))


def said(line: Line, headers: Sequence[str], choice: Sequence[str], cities: Mapping[str, str]) -> dict[str, Any]:
    """What the line says by field, codes for words; empty cells say nothing."""
    values: dict[str, Any] = {}
    answers: dict[str, str] = {}
    for field, header, cell in zip(choice, headers, line.cells, strict=True):
        text = undefused(cell.strip())
        if field == SKIPPED or not text:
            continue
        if field == ANSWER:
            answers[answer_name(header)] = text
        else:
            values[field] = meant(field, text, cities)
    names = [values.pop(part) for part in ("first_name", "last_name") if part in values]
    if names and "name" not in values:
        values["name"] = " ".join(names)
    return values | ({"answers": answers} if answers else {})


def _entry(line: Line, values: dict[str, Any], assumed: Assumed) -> Entry:
    wrong: list[FieldError] = []
    status: Status | None = None
    if "status" in values:
        text = values.pop("status")
        try:
            status = Status(text)
        except ValueError:
            wrong.append(
                FieldError("status", "unknown_value", sentence("“%(status)s” is no status we know.", status=text[:80]))
            )
    filled: dict[str, Any] = {"category": assumed.category.value, "language": assumed.language, **values}
    try:
        draft = read_values(ListedDraft, filled, from_text=True)
    except Invalid as invalid:
        raise Invalid([*invalid.errors, *wrong]) from invalid
    if wrong:
        raise Invalid(wrong)
    return Entry(line.number, draft, frozenset(values), status)


def as_json(rejected: Sequence[Rejected]) -> str:
    """For keeping."""
    return msgspec.json.encode(rejected).decode()


def from_json(text: str) -> tuple[Rejected, ...]:
    """What was kept."""
    return msgspec.json.decode(text, type=tuple[Rejected, ...])
