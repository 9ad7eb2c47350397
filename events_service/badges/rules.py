"""How badges are laid out and sorted, what stands on one, and which of them are to be printed. Pure."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from events_service.errors import Conflict
from events_service.folding import search_key
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Attendance, Category
from events_service.sealing import keyed_token

# A word longer than this may be broken, so that it need not be printed too small to read.
LONGEST_UNBROKEN = 22
ZERO_WIDTH_SPACE = "\u200b"
# Joiners that letters of some scripts need between them.
_JOINERS = "\u200c\u200d"
# Pictures and what colours them: no font for print has them.
_NOT_PRINTED = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "So", "Sk"})
_PICTURE_SELECTORS = "\ufe0e\ufe0f"
NAMELESS = "–"


class Layout(StrEnum):
    """A6 each, four of these on A4 with cut marks, or an endless label of 62 mm."""

    A6 = "a6"
    A4X4 = "a4x4"
    LABEL62 = "label62"


class Sort(StrEnum):
    """The order in which badges come out of the printer; within it by name."""

    NAME = "name"
    CITY = "city"
    CATEGORY = "category"
    REGISTERED = "registered"


class Whom(StrEnum):
    """All, or those whose badge was not printed yet as it is now: newcomers, and who changed since."""

    ALL = "all"
    NOT_PRINTED = "not_printed"


class NothingToPrint(Conflict):
    """Nobody who was asked for has a badge to print."""

    code = "nothing_to_print"
    detail = "There is no badge to print: nobody of these has a confirmed seat, or all of them are printed already."


@dataclass(frozen=True, slots=True)
class Choice:
    """Which badges, laid out and sorted how. `ids` names some (None: everybody in the room); `since` leaves who did not change since."""

    layout: Layout = Layout.A6
    sort: Sort = Sort.NAME
    whom: Whom = Whom.ALL
    ids: frozenset[str] | None = None
    since: datetime | None = None


def chosen(
    people: Iterable[Registration], choice: Choice, *, faces: Mapping[str, str], printed: Mapping[str, str]
) -> list[Registration]:
    """Those among these people with seats whose badges are wanted, in order.

    `faces` and `printed` say by registration id what stands on the badge now, and what stood on it when it was last printed.
    """
    wanted = [person for person in people if _is_wanted(person, choice, faces=faces, printed=printed)]
    return sorted(wanted, key=lambda person: (_first(person, choice.sort), search_key(person.name), person.id))


def _is_wanted(person: Registration, choice: Choice, *, faces: Mapping[str, str], printed: Mapping[str, str]) -> bool:
    if choice.ids is not None and person.id not in choice.ids:
        return False
    # Who takes part from afar wears no badge, unless somebody asks for it by name.
    if choice.ids is None and person.attendance is Attendance.ONLINE:
        return False
    if choice.since is not None and person.changed_at <= choice.since:
        return False
    return choice.whom is Whom.ALL or printed.get(person.id) != faces[person.id]


def _first(person: Registration, sort: Sort) -> tuple[object, ...]:
    match sort:
        case Sort.NAME:
            return ()
        case Sort.CITY:
            return (search_key(person.city),)
        case Sort.CATEGORY:
            return (list(Category).index(person.category),)
        case Sort.REGISTERED:
            return (person.id,)


def face_of(person: Registration, *, secret_key: str) -> str:
    """What stands on the badge, as a keyed digest: it changes with everything that can be read there."""
    read = (person.name, person.organisation, person.city, person.category, str(person.badge_generation))
    # Lengths first, so that nothing moves from one to the next.
    lengths = ",".join(str(len(one)) for one in read)
    return keyed_token(person.id, lengths, *read, secret_key=secret_key, purpose="badge-face")


def printable(text: str) -> str:
    """The text as it can be printed: composed (NFC), without pictures and invisible signs, long words breakable."""
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(letter for letter in composed if _is_printed(letter))
    return " ".join(_breakable(word) for word in kept.split() if word.strip(_JOINERS))


def _is_printed(letter: str) -> bool:
    if letter.isspace() or letter in _JOINERS:
        return True
    return unicodedata.category(letter) not in _NOT_PRINTED and letter not in _PICTURE_SELECTORS


def _breakable(word: str) -> str:
    if len(word) <= LONGEST_UNBROKEN:
        return word
    half = LONGEST_UNBROKEN // 2
    pieces: list[str] = []
    piece = ""
    for letter in word:
        # A letter keeps the accents that follow it.
        if len(piece) >= half and not unicodedata.combining(letter) and letter not in _JOINERS:
            pieces.append(piece)
            piece = ""
        piece += letter
    return ZERO_WIDTH_SPACE.join([*pieces, piece])
