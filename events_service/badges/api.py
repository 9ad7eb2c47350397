"""Badges as PDF for programs, under `/api/v1`. Taking them along is written down as printing them."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter

from events_service.audit.rules import Doer
from events_service.badges.printing import print_now
from events_service.badges.queries import whom
from events_service.badges.rules import Choice, Layout, Sort, Whom
from events_service.errors import FieldError, Invalid
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_id, event_by_slug
from events_service.events.rules import to_utc
from events_service.people.guards import actor_of, needs_account
from events_service.people.rules import Permission
from events_service.registrations.access import registration_at
from events_service.registrations.badges import NoBadge
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Status
from events_service.sentences import sentence
from events_service.web.problems import problems

ApiRequest = Request[Any, Any, Any]
TAGS = ["badges"]
# What is drawn while a program waits; the office draws any number.
MOST_AT_ONCE = 2_000
LAST = "last"
# A server takes addresses of 64 KiB at most, in which each letter may be written as three.
MOST_TYPED = 16_000

SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]
IdInPath = Annotated[str, PathParameter(description="The registration's id.")]
LayoutAsked = Annotated[
    Layout,
    QueryParameter(
        description="`a6`: a badge a page; `a4x4`: four on A4 with cut marks; `label62`: a 62 mm label each."
    ),
]
SortAsked = Annotated[Sort, QueryParameter(description="In which order; `registered` is the order in which they came.")]
SinceAsked = Annotated[
    str,
    QueryParameter(
        max_length=40,
        description="Only who changed after this moment (without an offset in the event's time zone); "
        "or `last`: whose badge was not printed yet as it is now.",
    ),
]
IdsAsked = Annotated[
    str,
    QueryParameter(
        max_length=MOST_TYPED,
        pattern=r"^[^\x00]*$",
        description="Only these registrations, with commas between. Without it everybody with a seat in the room.",
    ),
]


def _pdf(description: str, *refusals: int) -> dict[int, ResponseSpec]:
    good = ResponseSpec(bytes, description=description, media_type="application/pdf", generate_examples=False)
    return {200: good, **problems(*refusals)}


@get(
    "/api/v1/events/{slug:str}/badges.pdf",
    operation_id="printBadges",
    summary="Badges as PDF",
    tags=TAGS,
    guards=[needs_at_event(Permission.SEE_BADGES)],
    media_type="application/pdf",
    responses=_pdf("The badges, tagged, with title and language.", 401, 403, 404, 409),
)
async def badges_pdf(
    request: ApiRequest,
    slug: SlugInPath,
    layout: LayoutAsked = Layout.A6,
    sort: SortAsked = Sort.NAME,
    since: SinceAsked = "",
    ids: IdsAsked = "",
) -> Response[bytes]:
    """Badges to print, at most 2,000 at once; more of them the back office draws. Printing again changes no badge."""
    event = await event_by_slug(slug)
    choice = Choice(
        layout=layout,
        sort=sort,
        whom=Whom.NOT_PRINTED if since == LAST else Whom.ALL,
        ids=_read_ids(ids),
        since=_read_since(since, zone=event.timezone),
    )
    people = await whom(event, choice)
    if choice.ids is not None:
        _refuse_unknown(choice.ids, people, since=since)
    if len(people) > MOST_AT_ONCE:
        told = sentence(
            "These are %(badges)s badges: name fewer at once, or print them in the office.", badges=len(people)
        )
        raise Invalid([FieldError("ids", "too_many", told)])
    return as_file(await print_now(event, people, layout, by=await doer_at(request)), f"{slug}-badges.pdf")


@get(
    "/api/v1/registrations/{registration_id:str}/badge.pdf",
    operation_id="printBadge",
    summary="A badge as PDF",
    tags=TAGS,
    guards=[needs_account],
    media_type="application/pdf",
    responses=_pdf("The badge, tagged, with title and language.", 401, 403, 404, 409),
)
async def badge_pdf(request: ApiRequest, registration_id: IdInPath, layout: LayoutAsked = Layout.A6) -> Response[bytes]:
    """One badge to print."""
    person = await registration_at(request, registration_id, to=Permission.SEE_BADGES)
    if person.status is not Status.CONFIRMED:
        raise NoBadge()
    event = await event_by_id(person.event_id)
    return as_file(await print_now(event, [person], layout, by=await doer_at(request)), "badge.pdf")


async def doer_at(request: ApiRequest) -> Doer:
    """The account or the token that asks. Nobody unknown gets past the guards."""
    actor = await actor_of(request)
    assert actor.kind != "anonymous"
    return Doer(actor.kind, actor.id)


def as_file(pdf: bytes, name: str) -> Response[bytes]:
    """A PDF to be kept or printed; no cache holds it."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(pdf, media_type="application/pdf", headers=headers)


def _read_since(typed: str, *, zone: str) -> datetime | None:
    """The moment; without an offset it is wall time in the zone. Raises `Invalid`."""
    if typed in ("", LAST):
        return None
    # What stands for the plus of an offset in an address that nobody encoded.
    text = typed.replace(" ", "+")
    try:
        if "T" not in text:
            raise ValueError(text)
        return to_utc(text, zone)
    except (OverflowError, ValueError) as error:
        told = "Write a moment with its offset, such as 2027-03-07T11:00:00+01:00, or last."
        raise Invalid([FieldError("since", "wrong_form", told)]) from error


def _read_ids(typed: str) -> frozenset[str] | None:
    return frozenset(one.strip() for one in typed.split(",") if one.strip()) or None


def _refuse_unknown(ids: frozenset[str], people: list[Registration], *, since: str) -> None:
    """Whoever asks for badges by name is told which there are not; those that `since` leaves out are no mistake."""
    unknown = sorted(ids - {person.id for person in people})
    if unknown and not since:
        told = sentence("No confirmed seat at this event: %(ids)s", ids=", ".join(unknown[:10]))
        raise Invalid([FieldError("ids", "not_confirmed", told)])


ROUTES = [badges_pdf, badge_pdf]
