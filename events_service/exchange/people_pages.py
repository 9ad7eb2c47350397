"""The pages that take a list of guests or of contacts in: choose the file, say what its columns mean, see what would happen, do it.

The file travels with the form between the steps: nothing of it is kept here until somebody says yes.
"""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from events_service import clock
from events_service.audit.rules import Doer
from events_service.directory.rules import Group, OrganisationKind
from events_service.errors import Conflict, Invalid
from events_service.events.access import needs_at_event
from events_service.events.categories import Category
from events_service.events.queries import event_by_slug
from events_service.events.rules import Event
from events_service.exchange.asking import doer_of
from events_service.exchange.columns import CONTACT_FIELDS, GUEST_FIELDS, SKIPPED
from events_service.exchange.people_importing import Became, take_contacts_in, take_guests_in
from events_service.exchange.people_lists import guess_people
from events_service.exchange.reading import read_sheet
from events_service.exchange.sheets import FileTooLarge, NoTable, Sheet
from events_service.exchange.waiting import rejected_lines
from events_service.exchange.writing import MEDIA_TYPES
from events_service.invitations.drafts import Terms
from events_service.invitations.terms import offered_in
from events_service.people.guards import actor_of, needs
from events_service.people.rules import Permission
from events_service.web.bodies import read_values
from events_service.web.forms import errors_by_field, posted_form
from events_service.web.pages import page, redirect
from events_service.web.words import LANGUAGES
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
GUESTS, CONTACTS = "/office/events/{slug:str}/invitations/import", "/office/contacts/import"
LARGEST_BYTES = 2_000_000
# It travels as text, which is a third longer.
LARGEST_POST = 3_000_000
SHOWN_LINES, SHOWN_REJECTED, SHOWN_EXAMPLES = 10, 200, 3
TERMS = ("category", "language", "group", "organisation_kind", "reserve", "lapses_at", "plus_ones")


@dataclass(frozen=True, slots=True)
class _Given:
    """A file and when it was first given, UTC: who was erased since then is not taken in. Empty where there is none."""

    data: bytes
    at: datetime

    @property
    def packed(self) -> str:
        """As it travels with the form."""
        return f"{self.at.isoformat()}|{base64.urlsafe_b64encode(self.data).decode()}"


Take = Callable[[_Given, Sheet, tuple[str, ...], dict[str, str], Doer | None], Awaitable[Became]]


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of list: its template, where its form is, where one comes from, its fields, and what is done with it."""

    purpose: str
    address: str
    back: str
    fields: tuple[str, ...]
    usual: dict[str, str]
    take: Take
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class _Preview:
    sheet: Sheet
    columns: tuple[str, ...]
    carried: str
    became: Became | None = None

    @property
    def shown(self) -> list[tuple[int, tuple[str, ...]]]:
        """The first lines, with their numbers."""
        return [(line.number, line.cells) for line in self.sheet.lines[:SHOWN_LINES]]

    def examples(self, column: int) -> str:
        """What the first lines hold in that column, a few of them."""
        return ", ".join(line.cells[column] for line in self.sheet.lines[:SHOWN_EXAMPLES] if line.cells[column])


@get(GUESTS, guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)], include_in_schema=False)
async def choose_guests(request: PageRequest, slug: FromPath[str]) -> Response[str]:
    """The form to choose a list of guests."""
    return _page(request, await _guests(slug))


@post(
    GUESTS,
    guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)],
    include_in_schema=False,
    request_max_body_size=LARGEST_POST,
)
async def take_guests(request: PageRequest, slug: FromPath[str]) -> Response[Any]:
    """A look at who would be invited; after it, the letters."""
    return await _answer(request, await _guests(slug))


@get(CONTACTS, name="office.import_contacts", guards=[needs(Permission.CREATE_EVENTS)], include_in_schema=False)
async def choose_contacts(request: PageRequest) -> Response[str]:
    """The form to choose a list of contacts."""
    return _page(request, _contacts())


@post(CONTACTS, guards=[needs(Permission.CREATE_EVENTS)], include_in_schema=False, request_max_body_size=LARGEST_POST)
async def take_contacts(request: PageRequest) -> Response[Any]:
    """A look at what would become of the lines; after it, they are in the directory."""
    return await _answer(request, _contacts())


async def _guests(slug: str) -> _Kind:
    event = await event_by_slug(slug)

    async def take(
        given: _Given, sheet: Sheet, columns: tuple[str, ...], terms: dict[str, str], by: Doer | None
    ) -> Became:
        said = {name: terms[name] for name in ("reserve", "lapses_at", "plus_ones") if terms.get(name)}
        offered = offered_in(read_values(Terms, said, from_text=True), event)
        assumed = {"category": terms["category"], "language": terms["language"]}
        return await take_guests_in(event, sheet, columns, offered, assumed=assumed, given_at=given.at, by=by)

    back = f"/office/events/{slug}/invitations"
    usual = {"category": Category.GUEST.value, "language": event.languages[0] if event.languages else "en"}
    return _Kind("guests", f"{back}/import", back, GUEST_FIELDS, usual, take, event)


def _contacts() -> _Kind:
    async def take(
        given: _Given, sheet: Sheet, columns: tuple[str, ...], terms: dict[str, str], by: Doer | None
    ) -> Became:
        assumed = {name: terms[name] for name in ("category", "language", "group")}
        kind = terms["organisation_kind"]
        known = OrganisationKind(kind) if kind in set(OrganisationKind) else OrganisationKind.MUNICIPALITY
        return await take_contacts_in(sheet, columns, assumed=assumed, organisations=known, given_at=given.at, by=by)

    usual = {
        "category": Category.PRACTITIONER.value,
        "language": "en",
        "group": Group.PARTNER.value,
        "organisation_kind": OrganisationKind.MUNICIPALITY.value,
    }
    return _Kind("contacts", CONTACTS, "/office", CONTACT_FIELDS, usual, take)


async def _answer(request: PageRequest, kind: _Kind) -> Response[Any]:
    form = await posted_form(request)
    given = await _given(form)
    if not given.data:
        return _page(request, kind, errors={"file": [_("Choose a file first.")]}, status=422)
    try:
        if len(given.data) > LARGEST_BYTES:
            raise FileTooLarge()
        sheet = await asyncio.to_thread(read_sheet, given.data)
    except (FileTooLarge, NoTable) as refused:
        status = 413 if isinstance(refused, FileTooLarge) else 422
        return _page(request, kind, errors={"file": [_(refused.detail)]}, status=status)
    terms = kind.usual | {name: value for name in TERMS if isinstance(value := form.get(name), str)}
    preview = _Preview(sheet, _columns(sheet, kind, form), given.packed)
    by = doer_of(await actor_of(request)) if form.get("action") == "import" else None
    try:
        became = await kind.take(given, sheet, preview.columns, terms, by)
    except Invalid as invalid:
        return _page(request, kind, terms=terms, preview=preview, errors=errors_by_field(invalid), status=422)
    except Conflict as conflict:
        return _page(request, kind, terms=terms, preview=preview, refusal=_(conflict.detail), status=409)
    if by is not None:
        return redirect(f"{kind.back}?done={'people_invited' if kind.event else 'contacts_imported'}")
    if form.get("action") == "rejected":
        return _rejected_file(sheet, became)
    return _page(request, kind, terms=terms, preview=replace(preview, became=became))


def _rejected_file(sheet: Sheet, became: Became) -> Response[bytes]:
    """The lines that would not be taken in, each with why: to be put right and given again."""
    headers = {"Content-Disposition": 'attachment; filename="rejected.csv"', "Cache-Control": "no-store"}
    return Response(rejected_lines(sheet, became.rejected), media_type=MEDIA_TYPES["csv"], headers=headers)


async def _given(form: Any) -> _Given:
    """The file as it was just chosen, or as it came along with the form."""
    chosen = form.get("file")
    if isinstance(chosen, UploadFile):
        return _Given(await chosen.read(), clock.now())
    at, _between, packed = str(form.get("carried") or "").partition("|")
    try:
        given = _Given(base64.b64decode(packed, altchars=b"-_", validate=True), datetime.fromisoformat(at))
    except (binascii.Error, ValueError):
        return _Given(b"", clock.now())
    return given if given.at.tzinfo else _Given(b"", clock.now())


def _columns(sheet: Sheet, kind: _Kind, form: Any) -> tuple[str, ...]:
    """What was chosen for each column; what nobody chose yet is guessed."""
    guessed = guess_people(sheet.headers, kind.fields)
    typed = [form.get(f"column.{number}", one) for number, one in enumerate(guessed)]
    return tuple(one if one in kind.fields else SKIPPED for one in typed)


def _page(
    request: PageRequest,
    kind: _Kind,
    *,
    terms: dict[str, str] | None = None,
    preview: _Preview | None = None,
    errors: dict[str, list[str]] | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response[str]:
    if preview is not None and errors and preview.became is None:
        # The file is chosen already: what is wrong with all of it is told where its columns are.
        errors = {"columns" if name == "file" else name: said for name, said in errors.items()}
    return page(
        "office/people_import.html",
        request,
        status=status,
        event=kind.event,
        purpose=kind.purpose,
        here=kind.address,
        back=kind.back,
        fields=[field for field in kind.fields if field],
        form=terms or kind.usual,
        preview=preview,
        errors=errors or {},
        refusal=refusal,
        categories=list(Category),
        groups=list(Group),
        organisation_kinds=list(OrganisationKind),
        languages=LANGUAGES,
        most_rejected=SHOWN_REJECTED,
    )


ROUTES = [choose_guests, take_guests, choose_contacts, take_contacts]
