"""Invitations for programs, under `/api/v1`."""

import csv
import io
from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter, QueryParameter

from events_service.audit.actions import record_seen
from events_service.audit.rules import Deed
from events_service.errors import FieldError, Invalid, NotFound
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_id, event_by_slug
from events_service.events.rules import Event
from events_service.invitations import actions
from events_service.invitations.actions import Rejected
from events_service.invitations.drafts import GuestDraft, InvitationsDraft, Segment
from events_service.invitations.hiding import hidden_at
from events_service.invitations.queries import (
    Wanted,
    invitation_by_id,
    known_addresses,
    list_invitations,
    people_in,
)
from events_service.invitations.rules import MOST_PEOPLE, Invitation, State
from events_service.invitations.terms import offered_in
from events_service.people.api import known_id
from events_service.people.guards import actor_of, as_doer, needs_account
from events_service.people.rules import Actor, Permission
from events_service.reception.invitation_examples import (
    EXAMPLE_DRAFT,
    EXAMPLE_INVITATION,
    EXAMPLE_PREVIEW,
    EXAMPLE_SEGMENT,
    EXAMPLE_SENT,
)
from events_service.reception.invitation_shapes import (
    Found,
    InvitationOut,
    Preview,
    Reminded,
    Sent,
    invitation_out,
    rejected_out,
)
from events_service.sentences import sentence
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers, problems

ApiRequest = Request[Any, Any, Any]
OF_EVENT = "/api/v1/events/{slug:str}/invitations"
ONE = "/api/v1/invitations/{invitation_id:str}"
TAGS = ["invitations"]
# What a spreadsheet may take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
SHOWN_OF_SEGMENT = 50


SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]
IdInPath = Annotated[str, PathParameter(description="The invitation's id.")]
Text = Annotated[
    str,
    QueryParameter(max_length=200, pattern=r"^[^\x00]*$", description="Words of name, address, organisation or city."),
]
StateAsked = Annotated[State | None, QueryParameter(description="Only those of this state.")]


def _created() -> dict[int, ResponseSpec]:
    return answers(201, Sent, EXAMPLE_SENT, 401, 403, 404, 409, 415)


def _one(example: dict[str, Any]) -> dict[int, ResponseSpec]:
    return answers(200, InvitationOut, {**EXAMPLE_INVITATION, **example}, 401, 403, 404, 409)


@post(
    OF_EVENT,
    operation_id="invite",
    summary="Invite people",
    tags=TAGS,
    guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)],
    responses=_created(),
)
async def invite(
    request: ApiRequest,
    slug: SlugInPath,
    data: Annotated[InvitationsDraft, Body(examples=[Example(value=EXAMPLE_DRAFT)])],
) -> Sent:
    """Up to 5,000 at once: people one by one, or a segment of the directory. Who has an invitation to this event gets no other.

    With `reserve` nobody is written to: they are invited in their order when others decline or their time is over.
    """
    event = await event_by_slug(slug)
    offered = offered_in(data, event)
    guests, rejected = await _guests(data)
    created = await actions.invite(slug, guests, offered, by=as_doer(await actor_of(request)))
    return Sent(created, len(guests) - created, [rejected_out(one) for one in rejected])


@post(
    OF_EVENT + "/preview",
    status_code=200,
    operation_id="previewSegment",
    summary="See whom a segment holds",
    tags=TAGS,
    guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)],
    responses=answers(200, Preview, EXAMPLE_PREVIEW, 401, 403, 404, 415),
)
async def preview(
    slug: SlugInPath, data: Annotated[Segment, Body(examples=[Example(value=EXAMPLE_SEGMENT)])]
) -> Preview:
    """Nothing is sent."""
    event = await event_by_slug(slug)
    people = await people_in_segment(data)
    known = await known_addresses(event.id, [one.email.casefold() for one in people])
    shown = [Found(one.name, one.email, one.organisation, one.city) for one in people[:SHOWN_OF_SEGMENT]]
    return Preview(len(people), len(known), shown)


@get(
    OF_EVENT,
    operation_id="listInvitations",
    summary="List invitations",
    tags=TAGS,
    guards=[needs_at_event(Permission.SEE_REGISTRATIONS)],
    responses=answers(200, Page[InvitationOut], {"items": [EXAMPLE_INVITATION], "next": None}, 401, 403, 404),
)
async def list_all(
    request: ApiRequest,
    slug: SlugInPath,
    q: Text = "",
    status: StateAsked = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[InvitationOut]:
    """In the order they were made."""
    event = await event_by_slug(slug)
    actor = await actor_of(request)
    found = await list_invitations(
        event.id,
        Wanted(q, status or ""),
        after=key_in(cursor),
        limit=limit + 1,
        may_see_protected=actor.may(Permission.SEE_PROTECTED, slug),
    )
    shown = page_of(found, limit=limit, key=lambda one: one.id)
    edits = actor.may(Permission.EDIT_REGISTRATIONS, slug)
    return Page([invitation_out(one, event, edits=edits) for one in shown.items], shown.next)


@get(
    OF_EVENT + ".csv",
    operation_id="exportInvitations",
    summary="All invitations as CSV",
    tags=TAGS,
    media_type="text/csv",
    guards=[needs_at_event(Permission.SEE_REGISTRATIONS)],
    responses={
        200: ResponseSpec(bytes, description="CSV (RFC 4180), UTF-8.", media_type="text/csv"),
        **problems(401, 403, 404),
    },
)
async def export(request: ApiRequest, slug: SlugInPath) -> Response[bytes]:
    """Who was invited and how far it has come; formulas are defused. That it was read is noted."""
    return await invitations_csv(await event_by_slug(slug), await actor_of(request))


@post(
    OF_EVENT + "/remind",
    status_code=200,
    operation_id="remindGuests",
    summary="Remind who has not answered",
    tags=TAGS,
    guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)],
    responses=answers(200, Reminded, {"reminded": 12}, 401, 403, 404, 409),
)
async def remind(request: ApiRequest, slug: SlugInPath) -> Reminded:
    """Nobody twice within half a day."""
    return Reminded(await actions.remind_by_hand(slug, by=as_doer(await actor_of(request))))


@get(
    ONE,
    operation_id="getInvitation",
    summary="Read an invitation",
    tags=TAGS,
    guards=[needs_account],
    responses=answers(200, InvitationOut, EXAMPLE_INVITATION, 401, 404),
)
async def read(request: ApiRequest, invitation_id: IdInPath) -> InvitationOut:
    """How far it has come."""
    return await _shown(request, invitation_id, to=Permission.SEE_REGISTRATIONS)


@post(
    ONE + "/withdraw",
    status_code=200,
    operation_id="withdrawInvitation",
    summary="Withdraw an invitation",
    tags=TAGS,
    guards=[needs_account],
    responses=_one({"state": "withdrawn"}),
)
async def withdraw(request: ApiRequest, invitation_id: IdInPath) -> InvitationOut:
    """The link opens nothing any more, and the next of the reserve is invited."""
    await _shown(request, invitation_id, to=Permission.EDIT_REGISTRATIONS)
    await actions.withdraw(invitation_id, by=as_doer(await actor_of(request)))
    return await _shown(request, invitation_id, to=Permission.EDIT_REGISTRATIONS)


@post(
    ONE + "/resend",
    status_code=200,
    operation_id="resendInvitation",
    summary="Send an invitation again",
    tags=TAGS,
    guards=[needs_account],
    responses=_one({"state": "invited"}),
)
async def resend(request: ApiRequest, invitation_id: IdInPath) -> InvitationOut:
    """Who declined, whose time was over, who was withdrawn or is in the reserve is invited anew."""
    await _shown(request, invitation_id, to=Permission.EDIT_REGISTRATIONS)
    await actions.send_again(invitation_id, by=as_doer(await actor_of(request)))
    return await _shown(request, invitation_id, to=Permission.EDIT_REGISTRATIONS)


async def people_in_segment(segment: Segment) -> list[GuestDraft]:
    """Everybody in it. Raises `Invalid` for more than can be invited at once."""
    people = await people_in(segment, limit=MOST_PEOPLE + 1)
    if len(people) > MOST_PEOPLE:
        raise Invalid(
            [
                FieldError(
                    "segment",
                    "too_many",
                    sentence("At most %(most)s people at once: narrow it down.", most=MOST_PEOPLE),
                )
            ]
        )
    return people


async def invitations_csv(event: Event, actor: Actor) -> Response[bytes]:
    """All invitations as a file, as this one may see them. That it was read is noted."""
    await record_seen(as_doer(actor), Deed("exported_invitations", event.slug, "event", event.id))
    protected = actor.may(Permission.SEE_PROTECTED, event.slug)
    return _csv_of(
        event, await list_invitations(event.id, Wanted(), limit=MOST_PEOPLE * 10, may_see_protected=protected)
    )


def _csv_of(event: Event, invitations: Sequence[Invitation]) -> Response[bytes]:
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow(
        ("name", "email", "organisation", "city", "category", "state", "invited_at", "answered_at", "lapses_at", "word")
    )
    for one in invitations:
        moments = (one.invited_at, one.answered_at, one.lapses_at)
        cells = (one.name, one.email, one.organisation, one.city, one.category, one.state.value)
        lines.writerow(
            [_defused(cell) for cell in (*cells, *(at.isoformat() if at else "" for at in moments), one.word)]
        )
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{event.slug}-invitations.csv"',
    }
    return Response(text.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


async def _guests(data: InvitationsDraft) -> tuple[list[GuestDraft], list[Rejected]]:
    if (data.people is None) == (data.segment is None):
        message = "Give either people or a segment of the directory."
        raise Invalid([FieldError("people", "required", message)])
    if data.segment is not None:
        return await people_in_segment(data.segment), []
    return actions.read_people(data.people or [])


async def _shown(request: ApiRequest, invitation_id: str, *, to: Permission) -> InvitationOut:
    """The invitation, for who may do this at its event. Raises `NotFound`, `Forbidden`."""
    invitation = await invitation_by_id(known_id(invitation_id))
    event = await event_by_id(invitation.event_id)
    actor = await actor_of(request)
    if not actor.may(Permission.SEE_REGISTRATIONS, event.slug):
        raise NotFound()
    actor.require(to, event.slug)
    hidden = await hidden_at(event.id, may_see_protected=actor.may(Permission.SEE_PROTECTED, event.slug))
    edits = actor.may(Permission.EDIT_REGISTRATIONS, event.slug)
    return invitation_out(hidden.shown(invitation), event, edits=edits)


ROUTES = [invite, preview, list_all, export, remind, read, withdraw, resend]
