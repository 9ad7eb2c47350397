"""Words, dates and safe HTML in the visitor's language: what every template can call."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
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

LANGUAGES = ("en", "da", "sv", "nb", "fi", "is")

language: ContextVar[str] = ContextVar("language", default="en")

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_TAGS = {
    "p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre", "h2", "h3", "h4", "hr",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


@cache
def translations(code: str) -> NullTranslations:
    """The catalogue of a language; English needs none, its words are the keys."""
    package = Path(__file__).parent.parent
    folders = (package.parent / "locales", package / "_shipped" / "locales")
    folder = next((folder for folder in folders if folder.is_dir()), folders[0])
    return Translations.load(folder, [code], domain="events_service")


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
    """The message in the language of this request or letter."""
    return str(translations(language.get()).gettext(message))


def ngettext(one: str, many: str, count: int) -> str:
    """The message for a count, in the language of this request or letter."""
    return str(translations(language.get()).ngettext(one, many, count))


@cache
def _locale(code: str) -> Locale:
    return Locale.parse({"en": "en_GB", "nb": "nb_NO"}.get(code, code))


def clock_time(moment: datetime, zone: str) -> str:
    """The time of day in the zone, as the Nordic countries write it: 11.00."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%H.%M")


def day(moment: datetime, zone: str) -> str:
    """Sunday 7 March 2027, in the language of this request."""
    local = moment.astimezone(ZoneInfo(zone))
    return str(format_date(local, "EEEE d MMMM y", locale=_locale(language.get())))


def day_short(moment: datetime, zone: str) -> str:
    """Sun 7 March, in the language of this request."""
    return str(format_date(moment.astimezone(ZoneInfo(zone)), "EEE d MMMM", locale=_locale(language.get())))


def wall(moment: datetime, zone: str) -> str:
    """Sunday 7 March 2027, 11.00."""
    return f"{day(moment, zone)}, {clock_time(moment, zone)}"


def zone_label(moment: datetime, zone: str) -> str:
    """The zone's short name at that moment: CET in winter, CEST in summer."""
    return moment.astimezone(ZoneInfo(zone)).tzname() or zone


def month_short(moment: datetime, zone: str) -> str:
    """Mar."""
    return str(format_date(moment.astimezone(ZoneInfo(zone)), "MMM", locale=_locale(language.get()))).rstrip(".")


def month(moment: datetime, zone: str) -> str:
    """March 2027."""
    return str(format_date(moment.astimezone(ZoneInfo(zone)), "LLLL y", locale=_locale(language.get())))


def day_number(moment: datetime, zone: str) -> str:
    """7."""
    return str(moment.astimezone(ZoneInfo(zone)).day)


def number(count: int) -> str:
    """1,234, in the language of this request."""
    return str(format_decimal(count, locale=_locale(language.get())))


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
    "markdown": markdown,
}
