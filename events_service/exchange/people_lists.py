"""Lists of people who register for nothing: guests to invite, contacts for the directory. Each line on its own. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from events_service.errors import FieldError, Invalid
from events_service.exchange.columns import ANSWER, SKIPPED, guess
from events_service.exchange.entries import Rejected, said
from events_service.exchange.sheets import Sheet
from events_service.sentences import sentence
from events_service.web.bodies import Body, read_values

Draft = TypeVar("Draft", bound=Body)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Draft]):
    """A line that can be taken in; `given` are the fields that hold something, the draft's others are assumed."""

    line: int
    draft: Draft
    given: frozenset[str]


@dataclass(frozen=True, slots=True)
class PeopleRead(Generic[Draft]):
    """What a file's lines come to, each in their order."""

    people: tuple[Listed[Draft], ...]
    rejected: tuple[Rejected, ...]


def guess_people(headers: Sequence[str], fields: Sequence[str]) -> tuple[str, ...]:
    """What each column most likely means; nobody on such a list answers questions."""
    return tuple(SKIPPED if field == ANSWER else field for field in guess(headers, fields))


def read_people(
    sheet: Sheet, choice: Sequence[str], kind: type[Draft], *, assumed: Mapping[str, str], cities: Mapping[str, str]
) -> PeopleRead[Draft]:
    """The lines as that choice of columns says. An address counts once: the lines after the first are rejected."""
    people = list[Listed[Draft]]()
    rejected = [Rejected(one.number, (FieldError("", one.code, one.message),)) for one in sheet.unread]
    seen: dict[str, int] = {}
    for line in sheet.lines:
        values: dict[str, Any] = said(line, sheet.headers, choice, cities)
        for part in ("first_name", "last_name"):
            values.pop(part, None)
        try:
            draft = read_values(kind, {**assumed, **values}, from_text=True)
            key = str(values["email"]).casefold()
            if key in seen:
                message = sentence("The same address stands in line %(line)s already.", line=seen[key])
                raise Invalid([FieldError("email", "twice_in_file", message)])
        except Invalid as invalid:
            rejected.append(Rejected(line.number, invalid.errors))
        else:
            seen[key] = line.number
            people.append(Listed(line.number, draft, frozenset(values)))
    return PeopleRead(tuple(people), tuple(sorted(rejected, key=lambda one: one.line)))
