"""A made-up language in which every word of ours stands in marks, and what of a page stands outside them."""

import re
from collections.abc import Iterable, Iterator

import lxml.html
import msgspec
from babel import Locale
from babel.support import Translations

from events_service.web.words import LANGUAGES

OPEN, CLOSE = "⟦", "⟧"
_INNERMOST = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
_BETWEEN = re.compile(r"[\x00\n,;:·–—()|•“”→=&?#]+|\.(?:\s|$)|\s-\s")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Drawings, and what was typed or stands there word for word, such as a letter's source.
UNREAD = {"script", "style", "svg", "textarea", "pre", "code"}
SHOWN_ATTRIBUTES = ("aria-label", "aria-description", "title", "placeholder", "alt", "data-label")
# Names that are the same in every language: those of zones, and of a mail's headers.
NAMES = {"CET", "CEST", "EET", "EEST", "GMT", "UTC", "From", "To", "Subject", "Date", "Message"}
# Addresses, names of files, times of day, codes, and the first letters of a name.
_NO_WORDS = re.compile(
    r"https?://\S+|\S+@\S+|\w+\.(?:xml|json|ics|csv)\b|\d+[.:]\d\d\b|\b[a-z2-7]{32}\b"
    r"|\b(?:[A-Z0-9]{20,}|[A-Z2-7]{4})\b|\b[^\W\d_a-z]{2}\b(?!/)"
)


class Marked(Translations):
    """Every message stands for itself, in marks."""

    def gettext(self, message: str) -> str:
        """The message in marks."""
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, num: int) -> str:
        """One or many, in marks."""
        return f"{OPEN}{msgid1 if num == 1 else msgid2}{CLOSE}"

    def pgettext(self, context: str, message: str) -> str:
        """The message in marks, whatever it means."""
        return self.gettext(message)

    def npgettext(self, context: str, singular: str, plural: str, num: int) -> str:
        """One or many, in marks, whatever they mean."""
        return self.ngettext(singular, plural, num)


def unmarked(texts: Iterable[str], known: str) -> list[str]:
    """What of the texts is neither in marks nor known (see `known_from`) nor a number."""
    found: dict[str, None] = {}
    for text in texts:
        while (shorter := _INNERMOST.sub("\0", text)) != text:
            text = shorter
        for piece in _BETWEEN.split(_NO_WORDS.sub("\0", text)):
            piece = " ".join(piece.split()).strip(" .!'\"*[]<>")
            if (
                piece not in found
                and {*_WORD.findall(piece)} - DATES - NAMES
                and not _stands_in(known, piece.casefold())
            ):
                found[piece] = None
    return list(found)


def _stands_in(known: str, piece: str) -> bool:
    """Whether it is there as whole words."""
    at = known.find(piece)
    while at >= 0:
        before, after = known[at - 1 : at], known[at + len(piece) : at + len(piece) + 1]
        if not (before.isalnum() or after.isalnum()):
            return True
        at = known.find(piece, at + 1)
    return False


def known_from(values: Iterable[object]) -> str:
    """What may stand outside of the marks: what people wrote, and names; one text, folded."""
    return "\n".join(" ".join(text.split()).casefold() for text in (*_texts_in(values), *_names_of_places()))


def texts_of(page: str) -> Iterator[str]:
    """All that a page shows or says: its text as a whole, what stands in attributes, and the words it gives to its scripts."""
    # Where a word may be broken, it is one word all the same.
    whole = page.replace("<wbr>", "")
    tree = lxml.html.document_fromstring(whole.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
    # A message may hold a link: its marks are in other elements than its middle.
    flow: list[str] = []
    for element in tree.iter():
        if isinstance(element.tag, str):
            yield from (element.get(name, "") for name in SHOWN_ATTRIBUTES)
            yield from (str(value) for name, value in element.items() if name.startswith("data-") and " " in str(value))
            if element.tag == "script" and element.get("type") == "application/json":
                yield from (one for one in _texts_in([msgspec.json.decode(element.text or "null")]) if " " in one)
    for event, element in lxml.html.etree.iterwalk(tree, events=("start", "end")):
        is_shown = isinstance(element.tag, str) and element.tag not in UNREAD
        flow.append(
            (element.text or "") if event == "start" and is_shown else "" if event == "start" else element.tail or ""
        )
    yield "\n".join(flow)


def _texts_in(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
            if value[:1] in ("{", "["):
                try:
                    yield from _texts_in([msgspec.json.decode(value)])
                except msgspec.DecodeError:
                    continue
        elif isinstance(value, dict):
            yield from _texts_in([*value.keys(), *value.values()])
        elif isinstance(value, list):
            yield from _texts_in(value)


def _names_of_places() -> Iterator[str]:
    for code in LANGUAGES:
        locale = Locale.parse(code)
        yield str(locale.display_name)
        yield from locale.territories.values()
        yield from (str(zone["city"]) for zone in locale.time_zones.values() if "city" in zone)


def _words_of_dates() -> Iterator[str]:
    for code in LANGUAGES:
        locale = Locale.parse(code)
        for months_or_days in (locale.months, locale.days):
            for by_width in months_or_days.values():
                for names in by_width.values():
                    for name in names.values():
                        yield from _WORD.findall(name)


DATES = {*_words_of_dates(), "den"}
