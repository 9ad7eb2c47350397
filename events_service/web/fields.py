"""Ready-made field types for bodies: each is a string that was checked and cleaned."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from msgspec import Meta

from events_service import clock
from events_service.sentences import sentence
from events_service.web.bodies import Clean, Wrong

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|z|[+-]\d{2}:\d{2})?")
EARLIEST_YEAR, LATEST_YEAR = 2000, 2200


def checked(check: Clean, **meta: Any) -> Any:
    """The `Meta` that runs `check` on the value after msgspec has accepted it."""
    return Meta(extra={"check": check}, **meta)


def one_line(text: str) -> str:
    """Trimmed and NFC-normalised; refuses control characters and what a mail header could be broken with."""
    text = unicodedata.normalize("NFC", text).strip()
    if any(_is_control(char) for char in text) or "=?" in text:
        raise Wrong("forbidden_characters", "Use plain text on one line, without control characters.")
    return text


def needed_line(text: str) -> str:
    """Like `one_line`, and not empty."""
    text = one_line(text)
    if not text:
        raise Wrong("required", "This is needed.")
    return text


def paragraphs(text: str) -> str:
    """NFC-normalised with LF line ends; line breaks and tabs are the only control characters."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    if any(_is_control(char) for char in text if char not in "\n\t"):
        raise Wrong("forbidden_characters", "Use plain text without control characters.")
    return text.strip()


def email_address(text: str) -> str:
    """The address with its domain in lower case and in ASCII; the local part stays as it is (RFC 5321 §2.3.11)."""
    try:
        found = validate_email(
            one_line(text), check_deliverability=False, test_environment=True, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError as error:
        raise Wrong("invalid_email", "Write a mail address such as asa@example.org.") from error
    return found.ascii_email or found.normalized


def https_url(text: str) -> str:
    """An address that starts with https:// and names a host."""
    text = one_line(text)
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise Wrong("invalid_url", "Write an address that starts with https://.") from error
    if parts.scheme != "https" or not parts.hostname or " " in text:
        raise Wrong("invalid_url", "Write an address that starts with https://.")
    return text


def slug(text: str) -> str:
    """Small letters, digits and single hyphens."""
    if not _SLUG.fullmatch(text):
        raise Wrong("invalid_slug", "Use small letters a-z, digits and single hyphens, such as guide-launch.")
    return text


def timezone_name(text: str) -> str:
    """A name of the IANA time zone database."""
    if text not in clock.timezones():
        raise Wrong("unknown_timezone", "Use an IANA time zone name such as Europe/Copenhagen.")
    return text


def language_tag(text: str) -> str:
    """A language tag such as `nb` (BCP 47)."""
    if not _LANGUAGE.fullmatch(text):
        raise Wrong("invalid_language", "Use a language code such as en, da, sv, nb, fi or is.")
    return text


def country_code(text: str) -> str:
    """Two capitals (ISO 3166-1)."""
    if not re.fullmatch(r"[A-Za-z]{2}", text):
        raise Wrong("invalid_country", "Use the country's two-letter code, such as DK.")
    return text.upper()


def moment(text: str) -> str:
    """A date and time of RFC 3339, with an offset or, as wall time, without; kept as text because a zone may be needed to read it."""
    try:
        parsed = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        parsed = None
    if parsed is None:
        raise Wrong("invalid_time", "Write date and time such as 2027-03-07T11:00, with or without an offset.")
    if not EARLIEST_YEAR <= parsed.year <= LATEST_YEAR:
        raise Wrong(
            "invalid_time",
            sentence(
                "The year must lie between %(first)s and %(last)s.", first=str(EARLIEST_YEAR), last=str(LATEST_YEAR)
            ),
        )
    return text


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs") or char in "\u2028\u2029"


Line = Annotated[str, checked(needed_line, max_length=200)]
OptionalLine = Annotated[str, checked(one_line, max_length=200)]
Paragraphs = Annotated[str, checked(paragraphs, max_length=20_000)]
Email = Annotated[str, checked(email_address, max_length=254, examples=["asa@example.org"])]
HttpsUrl = Annotated[str, checked(https_url, max_length=2_000, examples=["https://meet.example.org/abc"])]
Slug = Annotated[str, checked(slug, max_length=80, examples=["guide-launch"])]
TimezoneName = Annotated[str, checked(timezone_name, max_length=64, examples=["Europe/Copenhagen"])]
LanguageTag = Annotated[str, checked(language_tag, max_length=20, examples=["sv"])]
CountryCode = Annotated[str, checked(country_code, max_length=2, examples=["DK"])]
Moment = Annotated[str, checked(moment, max_length=40, examples=["2027-03-07T11:00"])]
