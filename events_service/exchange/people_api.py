"""Guests and contacts taken in from lists, for programs."""

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.exceptions import HTTPException
from litestar.params import PathParameter, QueryParameter

from events_service import clock
from events_service.directory.rules import Group, OrganisationKind
from events_service.events.access import needs_at_event
from events_service.events.categories import Category
from events_service.events.queries import event_by_slug
from events_service.exchange.asking import doer_of
from events_service.exchange.columns import CONTACT_FIELDS, GUEST_FIELDS
from events_service.exchange.import_api import ACCEPTED, ListOperation, RejectedOut, rejected_out
from events_service.exchange.people_importing import Became, take_contacts_in, take_guests_in
from events_service.exchange.people_lists import guess_people
from events_service.exchange.reading import read_sheet
from events_service.exchange.sheets import LARGEST_BYTES, FileTooLarge, Sheet
from events_service.invitations.drafts import Terms
from events_service.invitations.rules import MOST_COMPANIONS
from events_service.invitations.terms import offered_in
from events_service.people.guards import actor_of, needs
from events_service.people.rules import Permission
from events_service.web.bodies import read_values
from events_service.web.problems import answers

ApiRequest = Request[Any, Any, Any]
GUESTS = "/api/v1/events/{slug:str}/invitations/import"
CONTACTS = "/api/v1/contacts/import"
EXAMPLE = {
    "created": 12,
    "updated": 0,
    "unchanged": 2,
    "rejected": [
        {
            "line": 3,
            "errors": [
                {"field": "email", "code": "invalid_email", "message": "Write a mail address such as asa@example.org."}
            ],
        }
    ],
}

DryRun = Annotated[bool, QueryParameter(description="Only say what would become of each line.")]
CategoryAsked = Annotated[Category, QueryParameter(description="Of whom the file says none.")]
LanguageAsked = Annotated[str, QueryParameter(description="Of whom the file says none.", max_length=20)]


class PeopleOut(msgspec.Struct, frozen=True):
    """What became of the lines. `unchanged`: who is known just so, or has an invitation already."""

    created: int
    updated: int
    unchanged: int
    rejected: list[RejectedOut]


@post(
    GUESTS,
    status_code=200,
    operation_id="importInvitations",
    summary="Invite the people of a list",
    tags=["invitations"],
    guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)],
    operation_class=ListOperation,
    request_max_body_size=LARGEST_BYTES,
    responses=answers(200, PeopleOut, EXAMPLE, 401, 403, 404, 409, 413, 415),
)
async def import_guests(
    request: ApiRequest,
    slug: Annotated[str, PathParameter(description="The event's slug.")],
    dry_run: DryRun = False,
    category: CategoryAsked = Category.GUEST,
    language: LanguageAsked = "en",
    reserve: Annotated[
        bool, QueryParameter(description="Write to nobody yet: they are invited when others decline.")
    ] = False,
    lapses_at: Annotated[str | None, QueryParameter(description="Until when they may answer.", max_length=40)] = None,
    plus_ones: Annotated[int, QueryParameter(ge=0, le=MOST_COMPANIONS, description="Companions each may bring.")] = 0,
) -> PeopleOut:
    """CSV or XLSX as for registrations, 5,000 people at most. Who has an invitation to this event gets no other."""
    event, given_at, sheet = await event_by_slug(slug), clock.now(), await _sheet(request)
    terms = read_values(Terms, {"reserve": reserve, "plus_ones": plus_ones, "lapses_at": lapses_at}, from_text=False)
    became = await take_guests_in(
        event,
        sheet,
        guess_people(sheet.headers, GUEST_FIELDS),
        offered_in(terms, event),
        assumed={"category": category.value, "language": language},
        given_at=given_at,
        by=None if dry_run else doer_of(await actor_of(request)),
    )
    return _out(became)


@post(
    CONTACTS,
    status_code=200,
    operation_id="importContacts",
    summary="Take contacts into the directory",
    tags=["Directory"],
    guards=[needs(Permission.CREATE_EVENTS)],
    operation_class=ListOperation,
    request_max_body_size=LARGEST_BYTES,
    responses=answers(200, PeopleOut, EXAMPLE, 401, 403, 413, 415),
)
async def import_contacts(
    request: ApiRequest,
    dry_run: DryRun = False,
    category: CategoryAsked = Category.PRACTITIONER,
    language: LanguageAsked = "en",
    group: Annotated[Group, QueryParameter(description="Of whom the file says none.")] = Group.PARTNER,
    organisation_kind: Annotated[
        OrganisationKind, QueryParameter(description="Of organisations that the directory does not know yet.")
    ] = OrganisationKind.MUNICIPALITY,
) -> PeopleOut:
    """CSV or XLSX as for registrations, 5,000 people at most. People are known by their address; an empty cell leaves what is known.

    A line whose city is no member city is rejected.
    """
    given_at, sheet = clock.now(), await _sheet(request)
    became = await take_contacts_in(
        sheet,
        guess_people(sheet.headers, CONTACT_FIELDS),
        assumed={"category": category.value, "language": language, "group": group.value},
        organisations=organisation_kind,
        given_at=given_at,
        by=None if dry_run else doer_of(await actor_of(request)),
    )
    return _out(became)


async def _sheet(request: ApiRequest) -> Sheet:
    if request.content_type[0] not in ACCEPTED:
        raise HTTPException(f"Send the list as {', '.join(ACCEPTED)}.", status_code=415)
    try:
        return await asyncio.to_thread(read_sheet, await request.body())
    except FileTooLarge as refused:
        raise HTTPException(refused.detail, status_code=413) from refused


def _out(became: Became) -> PeopleOut:
    return PeopleOut(became.created, became.updated, became.unchanged, [rejected_out(one) for one in became.rejected])


ROUTES = [import_guests, import_contacts]
