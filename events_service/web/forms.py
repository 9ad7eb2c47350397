"""Reading a posted form: what was typed is kept, and every wrong field is told at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, TypedDict, TypeVar
from urllib.parse import urlsplit

import msgspec
from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.exceptions import ClientException, HTTPException

from events_service import settings
from events_service.errors import Invalid, Refused
from events_service.web.bodies import read_values
from events_service.web.problems import status_of
from events_service.web.words import gettext

Struct = TypeVar("Struct", bound=msgspec.Struct)
# What tells programs from people, see web/bots.py: a field nobody sees, and when the form was shown.
TRAP, SHOWN = "your_homepage", "shown"
PLUMBING_FIELDS = frozenset({"csrf_token", TRAP, SHOWN})
SAME_SITE = frozenset({"same-origin", "none"})


class ShownAgain(TypedDict):
    """How a form is shown again: as it was typed, with the messages at its fields, or a sentence why it cannot be done."""

    typed: dict[str, Any]
    errors: dict[str, list[str]]
    refusal: str
    status: int


@dataclass(slots=True)
class Form(Generic[Struct]):
    """`value` when all is right, else None; `typed` and `errors` (dotted field → messages) to show the form again."""

    value: Struct | None
    typed: dict[str, Any]
    errors: dict[str, list[str]] = field(default_factory=dict)
    invalid: Invalid | None = None

    def given(self) -> Struct:
        """The value. Raises `Invalid` with all that is wrong where there is none."""
        if self.value is None:
            raise self.invalid or Invalid([])
        return self.value

    def again(self, refused: Refused) -> ShownAgain:
        """What to show it again with, in the visitor's language, after this refusal."""
        if isinstance(refused, Invalid):
            return ShownAgain(typed=self.typed, errors=errors_by_field(refused), refusal="", status=status_of(refused))
        return ShownAgain(typed=self.typed, errors={}, refusal=gettext(refused.detail), status=status_of(refused))


async def read_form(
    request: Request[Any, Any, Any],
    kind: type[Struct],
    *,
    many: frozenset[str] = frozenset(),
    blank: Mapping[str, object] = MappingProxyType({}),
    **fixed: object,
) -> Form[Struct]:
    """The posted form as a struct. Dotted names (`venue.city`) make inner objects; empty fields count as not given.

    `many` names fields that hold several values (checkboxes); `blank` says by dotted name what an empty field means
    instead; `fixed` adds values that are not typed.
    """
    posted = await posted_form(request)
    typed: dict[str, Any] = {}
    for name in posted:
        if name not in PLUMBING_FIELDS:
            values = [value for value in posted.getall(name) if isinstance(value, str)]
            typed[name] = values if name in many else (values[-1] if values else "")
    given = {**blank, **{name: value for name, value in typed.items() if value not in ("", [])}}
    try:
        return Form(read_values(kind, {**_nested(given), **fixed}, from_text=True), typed)
    except Invalid as invalid:
        return Form(None, typed, errors_by_field(invalid), invalid)


async def posted_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    """What was posted, by name. Raises `ClientException` (400) where a part's text is not of the encoding it names."""
    try:
        return await request.form()
    except (UnicodeDecodeError, LookupError) as error:
        raise ClientException("The form holds text that cannot be read.") from error


def errors_by_field(invalid: Invalid) -> dict[str, list[str]]:
    """Field → messages in the visitor's language, as the templates' macros take them."""
    by_field: dict[str, list[str]] = {}
    for error in invalid.errors:
        by_field.setdefault(error.field, []).append(gettext(error.message))
    return by_field


def refuse_foreign_posts(request: Request[Any, Any, Any]) -> None:
    """Refuse a form that another site's page sent: browsers say so in Sec-Fetch-Site, older ones in Origin (403)."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        foreign = site not in SAME_SITE
    else:
        origin = request.headers.get("origin")
        own = {urlsplit(settings.current().base_url).netloc.lower(), request.headers.get("host", "").lower()}
        foreign = origin is not None and _host_in(origin) not in own
    if foreign:
        raise HTTPException("This form was sent from another site. Open the page here and try again.", status_code=403)


def _host_in(origin: str) -> str:
    """Host and port, or nothing for `null` and for what is no address."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _nested(flat: dict[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in flat.items():
        *outer, last = name.split(".")
        inside = nested
        for part in outer:
            below = inside.setdefault(part, {})
            inside = below if isinstance(below, dict) else {}
        inside[last] = value
    return nested
