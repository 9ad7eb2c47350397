"""Words, dates and safe HTML in the visitor's language: what every template can call."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import nh3
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from markdown_it import MarkdownIt
from markupsafe import Markup

from events_service.sentences import QUOTED, Quoted, Sentence

LANGUAGES = ("en", "da", "sv", "nb", "fi", "is")

language: ContextVar[str] = ContextVar("language", default="en")

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_TAGS = {
    "p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre", "h2", "h3", "h4", "hr",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def catalogues_folder() -> Path:
    """The catalogues of the checkout, or those the wheel carries."""
    package = Path(__file__).parent.parent
    beside = package.parent / "locales"
    return beside if beside.is_dir() else package / "_shipped" / "locales"


@cache
def translations(code: str) -> NullTranslations:
    """The catalogue of a language; English needs none, its words are the keys."""
    return Translations.load(catalogues_folder(), [code], domain="events_service")


def unspoken() -> list[str]:
    """The languages of ours whose catalogue is missing: they are shown in English."""
    return [code for code in LANGUAGES if spoken(code) != code]


def spoken(code: str) -> str:
    """That language where there is a catalogue of it, else English: words and dates are never of two languages."""
    return code if code in LANGUAGES and isinstance(translations(code), Translations) else "en"


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Speak that language meanwhile, whatever the visitor's is; English where there is no catalogue of it."""
    before = language.set(spoken(code))
    try:
        yield
    finally:
        language.reset(before)


def gettext(message: str) -> str:
    """The message in the language of this request or letter; of a `Sentence` its words, with its facts in them."""
    if not isinstance(message, Sentence):
        # A catalogue's own header stands under the empty key.
        return str(translations(language.get()).gettext(message)) if message else ""
    words = str(translations(language.get()).gettext(message.words))
    return words % {name: _fact(fact) for name, fact in message.facts.items()}


def ngettext(one: str, many: str, count: int) -> str:
    """The message for a count, in the language of this request or letter."""
    return str(translations(language.get()).ngettext(one, many, count))


def pgettext(context: str, message: str) -> str:
    """The message where the same English has several meanings: the context says which is meant."""
    return str(translations(language.get()).pgettext(context, message))


def npgettext(context: str, one: str, many: str, count: int) -> str:
    """The message for a count, where the same English has several meanings."""
    return str(translations(language.get()).npgettext(context, one, many, count))


def _fact(fact: object) -> object:
    if isinstance(fact, StrEnum):
        # An event that is cancelled and a registration that is have words of their own in most languages.
        return pgettext(type(fact).__module__.split(".")[1], fact.value)
    if isinstance(fact, Quoted):
        return fact.said_with(gettext(QUOTED))
    return number(int(fact)) if isinstance(fact, int) else fact


@cache
def _locale(code: str) -> Locale:
    return Locale.parse({"en": "en_GB", "nb": "nb_NO"}.get(code, code))


# As each language writes them (CLDR), and English as the alliance does.
_DAYS = {
    "en": ("EEEE d MMMM y", "EEE d MMMM"),
    "da": ("EEEE 'den' d. MMMM y", "EEE d. MMMM"),
    "sv": ("EEEE d MMMM y", "EEE d MMMM"),
    "nb": ("EEEE d. MMMM y", "EEE d. MMMM"),
    "fi": ("EEEE d. MMMM y", "EEE d. MMMM"),
    "is": ("EEEE, d. MMMM y", "EEE, d. MMMM"),
}
_BETWEEN_HOURS_AND_MINUTES = {"sv": ":", "nb": ":", "is": ":"}


def clock_time(moment: datetime, zone: str) -> str:
    """The time of day in the zone: 11.00 in English, Danish and Finnish, 11:00 in Swedish, Norwegian and Icelandic."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%H}{_BETWEEN_HOURS_AND_MINUTES.get(language.get(), '.')}{local:%M}"


def day(moment: datetime, zone: str) -> str:
    """Sunday 7 March 2027, in the language of this request."""
    return _written(moment, zone, _DAYS[language.get()][0])


def day_short(moment: datetime, zone: str) -> str:
    """Sun 7 March, in the language of this request."""
    return _written(moment, zone, _DAYS[language.get()][1])


def _written(moment: datetime, zone: str, pattern: str) -> str:
    return str(format_date(moment.astimezone(ZoneInfo(zone)), pattern, locale=_locale(language.get())))


def wall(moment: datetime, zone: str) -> str:
    """Sunday 7 March 2027, 11.00."""
    return f"{day(moment, zone)}, {clock_time(moment, zone)}"


def zone_label(moment: datetime, zone: str) -> str:
    """The zone's short name at that moment: CET in winter, CEST in summer."""
    return moment.astimezone(ZoneInfo(zone)).tzname() or zone


def month_short(moment: datetime, zone: str) -> str:
    """Mar."""
    return _written(moment, zone, "LLL").rstrip(".")


def month(moment: datetime, zone: str) -> str:
    """March 2027."""
    return _written(moment, zone, "LLLL y")


def day_number(moment: datetime, zone: str) -> str:
    """7."""
    return str(moment.astimezone(ZoneInfo(zone)).day)


def number(count: int) -> str:
    """1,234, in the language of this request."""
    return str(format_decimal(count, locale=_locale(language.get())))


def country(code: str) -> str:
    """The name of a country (ISO 3166-1), in the language of this request; an unknown code stays as it is."""
    return str(_locale(language.get()).territories.get(code, code))


def zone_city(zone: str) -> str:
    """The city a zone is named after, in the language of this request: `Europe/Copenhagen` is København in Danish."""
    named = _locale(language.get()).time_zones.get(zone, {}).get("city")
    return str(named or _CITIES.get(zone) or zone.rpartition("/")[2].replace("_", " "))


# As those who live there write them, where the zone's name does not.
_CITIES = {"Atlantic/Reykjavik": "Reykjavík"}


def iso(moment: datetime, zone: str) -> str:
    """RFC 3339 in the zone, for `<time datetime>`."""
    return moment.astimezone(ZoneInfo(zone)).isoformat()


@lru_cache(maxsize=256)
def markdown(text: str) -> Markup:
    """Markdown without HTML, then cleaned: safe to show."""
    cleaned = nh3.clean(_markdown.render(text), tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "mailto"})
    return Markup(cleaned)  # noqa: S704  # nh3 has just made it safe


FILTERS = {
    "wall": wall,
    "clock": clock_time,
    "day": day,
    "day_short": day_short,
    "zone_label": zone_label,
    "month_short": month_short,
    "month": month,
    "day_number": day_number,
    "iso": iso,
    "number": number,
    "country": country,
    "zone_city": zone_city,
    "markdown": markdown,
    # For a sentence that a rule gave. Unlike `_()`, whose words are ours and may hold markup, it is escaped like any value.
    "said": gettext,
}
