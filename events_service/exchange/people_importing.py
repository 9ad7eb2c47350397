"""Taking lists of people in: guests are invited, contacts are kept in the directory. What would become of them is seen first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, TypeVar

from events_service.audit.actions import record_seen
from events_service.audit.rules import Deed, Doer
from events_service.directory.contacts import contacts_at, keep_contacts
from events_service.directory.queries import member_cities
from events_service.directory.rules import Contact, Group, OrganisationKind
from events_service.errors import FieldError, Invalid
from events_service.events.categories import Category
from events_service.events.rules import Event
from events_service.exchange.columns import CONTACT_FIELDS, GUEST_FIELDS, check_choice
from events_service.exchange.entries import Rejected
from events_service.exchange.people_lists import Listed, read_people
from events_service.exchange.sheets import Sheet
from events_service.exchange.vocabulary import city_names
from events_service.invitations.actions import invite
from events_service.invitations.drafts import GuestDraft
from events_service.invitations.queries import known_addresses
from events_service.invitations.rules import MOST_PEOPLE
from events_service.invitations.terms import Offered
from events_service.registrations.applications import email_key
from events_service.registrations.tombstones import erased_since
from events_service.sentences import sentence
from events_service.web.bodies import Body
from events_service.web.fields import Email, LanguageTag, OptionalLine, checked, needed_line

Name = Annotated[str, checked(needed_line, max_length=200, examples=["Åsa Ðórsdóttir"])]


class ContactDraft(Body, frozen=True, kw_only=True):
    """Somebody the alliance knows; `city` as the directory writes it."""

    name: Name
    email: Email
    title: OptionalLine = ""
    category: Category
    group: Group
    organisation: OptionalLine = ""
    city: OptionalLine = ""
    language: LanguageTag


Draft = TypeVar("Draft", GuestDraft, ContactDraft)


@dataclass(frozen=True, slots=True)
class Became:
    """What became of the lines, or would; `unchanged` are those who are known just so, or are invited already."""

    created: int
    updated: int
    unchanged: int
    rejected: tuple[Rejected, ...]


async def take_guests_in(
    event: Event,
    sheet: Sheet,
    columns: Sequence[str],
    offered: Offered,
    *,
    assumed: dict[str, str],
    given_at: datetime,
    by: Doer | None,
) -> Became:
    """Invite everyone of the list who has no invitation yet; without `by` only say what would become of each.

    Whoever was erased since it was `given_at` is left out, and in no figure. Raises `Invalid` for a choice of columns that does not
    say enough, and for too many; `Conflict` as `invite` does.
    """
    chosen = check_choice(sheet.headers, columns, GUEST_FIELDS)
    cities = city_names(await member_cities())
    read = read_people(sheet, chosen, GuestDraft, assumed=assumed, cities=cities)
    _check_number(read.people)
    guests = [one.draft for one in await _not_erased(read.people, given_at)]
    if by is None:
        known = len(await known_addresses(event.id, [one.email.casefold() for one in guests]))
        return Became(len(guests) - known, 0, known, read.rejected)
    created = await invite(event.slug, guests, offered, by=by)
    return Became(created, 0, len(guests) - created, read.rejected)


async def take_contacts_in(
    sheet: Sheet,
    columns: Sequence[str],
    *,
    assumed: dict[str, str],
    organisations: OrganisationKind,
    given_at: datetime,
    by: Doer | None,
) -> Became:
    """Add who is new, and correct who is known by their address; without `by` only say what would become of each.

    Organisations that are not known are added as of that kind; who was erased since is left out. Raises `Invalid` as for guests.
    """
    chosen = check_choice(sheet.headers, columns, CONTACT_FIELDS)
    cities = await member_cities()
    read = read_people(sheet, chosen, ContactDraft, assumed=assumed, cities=city_names(cities))
    _check_number(read.people)
    rejected, wanted = list(read.rejected), list[tuple[Listed[ContactDraft], str | None]]()
    slugs = {city.name: city.slug for city in cities}
    for one in await _not_erased(read.people, given_at):
        if one.draft.city and one.draft.city not in slugs:
            message = sentence("The directory has no “%(name)s”.", name=one.draft.city)
            rejected.append(Rejected(one.line, (FieldError("city", "unknown_city", message),)))
        else:
            wanted.append((one, slugs.get(one.draft.city)))
    known = await contacts_at([one.draft.email.lower() for one, _city in wanted])
    made = [_contact(one, city, known.get(one.draft.email.lower())) for one, city in wanted]
    new = [one for one in made if one.email not in known]
    changed = [one for one in made if one.email in known and one != known[one.email]]
    if by is not None:
        await keep_contacts([*new, *changed], kind=organisations)
        fields = tuple(sorted({*chosen} - {""}))
        await record_seen(by, Deed("imported_contacts", fields=fields))
    return Became(
        len(new),
        len(changed),
        len(made) - len(new) - len(changed),
        tuple(sorted(rejected, key=lambda one: one.line)),
    )


def _contact(listed: Listed[ContactDraft], city: str | None, known: Contact | None) -> Contact:
    """The contact as the line says; what it does not say stays as it is known."""
    draft = listed.draft
    said = Contact(
        draft.name,
        draft.email.lower(),
        draft.title,
        draft.category.value,
        draft.group,
        draft.organisation or None,
        city,
        draft.language,
    )
    if known is None:
        return said
    return replace(
        known,
        **{name: getattr(said, name) for name in ("name", *CONTACT_FIELDS[4:]) if name in listed.given},
    )


async def _not_erased(people: Sequence[Listed[Draft]], given_at: datetime) -> list[Listed[Draft]]:
    """Without those erased since: a report that named them would bring them back."""
    erased = await erased_since({email_key(one.draft.email) for one in people}, given_at)
    return [one for one in people if email_key(one.draft.email) not in erased]


def _check_number(people: Sequence[object]) -> None:
    if len(people) > MOST_PEOPLE:
        message = sentence("At most %(most)s people at once: divide the list.", most=MOST_PEOPLE)
        raise Invalid([FieldError("file", "too_many", message)])
