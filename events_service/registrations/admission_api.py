"""How an event admits people, for programs: quotas, offers, promotions, and decisions about many at once."""

from collections.abc import Collection
from typing import Annotated, Any

import msgspec
from litestar import Request, get, patch, post, put
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter

from events_service.errors import Refused
from events_service.events.access import needs_at_event
from events_service.events.admissions import Admission, admission_of
from events_service.events.queries import event_by_id, event_by_slug
from events_service.people.guards import actor_of, doer_of, needs_account
from events_service.people.rules import Permission
from events_service.registrations import offers
from events_service.registrations.access import registration_at
from events_service.registrations.admission_drafts import AdmissionDraft, DecisionDraft, PromotionDraft, QuotasDraft
from events_service.registrations.admitting import change_admission
from events_service.registrations.drafts import RecordedReason
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Category
from events_service.registrations.shapes import EXAMPLE_ID, EXAMPLE_REGISTRATION, RegistrationOut, registrations_out
from events_service.web.problems import answers

ApiRequest = Request[Any, Any, Any]
OF_EVENT = "/api/v1/events/{slug:str}"
ONE = "/api/v1/registrations/{registration_id:str}"
TAGS = ["registrations"]
EXAMPLE_QUOTAS = {"categories": {"police": 20, "media": 5}, "cities": {"Malmö": 12}}
EXAMPLE_ADMISSION = {
    "offers": True,
    "offer_hours": 48,
    "mail_check": False,
    "reminder_days": [14, 7, 2],
    "sensitive_days": 7,
    "companions": 2,
    "photo_id_categories": ["elected_official", "media"],
}
EXAMPLE_DECISION = {"ids": [EXAMPLE_ID], "reason": "The room is smaller than planned."}
EXAMPLE_DECIDED = {"done": [EXAMPLE_ID], "refused": []}

SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]
IdInPath = Annotated[str, PathParameter(description="The registration's id.")]
DecisionBody = Annotated[DecisionDraft, Body(examples=[Example(value=EXAMPLE_DECISION)])]

WhyBody = Annotated[RecordedReason | None, Body(examples=[Example(value={"reason": "Speaks at the opening."})])]


class QuotasOut(msgspec.Struct, frozen=True):
    """Name → how many of it at most have a seat. What is not named has no quota."""

    categories: dict[str, int]
    cities: dict[str, int]


class AdmissionOut(msgspec.Struct, frozen=True):
    """How an event admits people, beyond its terms.

    A freed seat is offered for so many hours where `offers` is on; whoever registers may bring so many `companions`; of
    `photo_id_categories` the door asks everybody for a photo ID.
    """

    offers: bool
    offer_hours: int
    mail_check: bool
    reminder_days: list[int]
    sensitive_days: int
    companions: int
    photo_id_categories: list[Category]


class NotDecided(msgspec.Struct, frozen=True):
    """One that could not be decided, and why."""

    id: str
    code: str
    message: str


class Decided(msgspec.Struct, frozen=True):
    """Who was decided on, and who was not."""

    done: list[str]
    refused: list[NotDecided]


@get(
    OF_EVENT + "/quotas",
    operation_id="getQuotas",
    summary="Read the quotas",
    tags=TAGS,
    guards=[needs_at_event(Permission.SEE_REGISTRATIONS)],
    responses=answers(200, QuotasOut, EXAMPLE_QUOTAS, 401, 403, 404),
)
async def get_quotas(slug: SlugInPath) -> QuotasOut:
    """How many of each category, and from each city, have a seat at most."""
    return _quotas_out(await admission_of(await event_by_slug(slug)))


@put(
    OF_EVENT + "/quotas",
    operation_id="setQuotas",
    summary="Set the quotas",
    tags=TAGS,
    guards=[needs_at_event(Permission.EDIT_EVENTS)],
    responses=answers(200, QuotasOut, EXAMPLE_QUOTAS, 401, 403, 404, 415),
)
async def set_quotas(
    request: ApiRequest,
    slug: SlugInPath,
    data: Annotated[QuotasDraft, Body(examples=[Example(value=EXAMPLE_QUOTAS)])],
) -> QuotasOut:
    """All of them, in place of those there were. Nobody loses a seat; whoever now fits moves up at once."""
    categories = {category.value: seats for category, seats in data.categories.items()}
    event, by = await event_by_slug(slug), await doer_of(request)
    return _quotas_out(await change_admission(event, by=by, categories=categories, cities=data.cities))


@get(
    OF_EVENT + "/admission",
    operation_id="getAdmission",
    summary="Read how an event admits people",
    tags=TAGS,
    guards=[needs_at_event(Permission.SEE_REGISTRATIONS)],
    responses=answers(200, AdmissionOut, EXAMPLE_ADMISSION, 401, 403, 404),
)
async def get_admission(slug: SlugInPath) -> AdmissionOut:
    """Offers, checks by mail, reminders."""
    return _admission_out(await admission_of(await event_by_slug(slug)))


@patch(
    OF_EVENT + "/admission",
    operation_id="changeAdmission",
    summary="Change how an event admits people",
    tags=TAGS,
    guards=[needs_at_event(Permission.EDIT_EVENTS)],
    responses=answers(200, AdmissionOut, EXAMPLE_ADMISSION, 401, 403, 404, 415),
)
async def change(
    request: ApiRequest,
    slug: SlugInPath,
    data: Annotated[AdmissionDraft, Body(examples=[Example(value=EXAMPLE_ADMISSION)])],
) -> AdmissionOut:
    """Only what is given changes."""
    return _admission_out(
        await change_admission(await event_by_slug(slug), by=await doer_of(request), **changes_in(data))
    )


@post(
    OF_EVENT + "/registrations/approve",
    status_code=200,
    operation_id="approveRegistrations",
    summary="Approve many registrations",
    tags=TAGS,
    guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)],
    responses=answers(200, Decided, EXAMPLE_DECIDED, 401, 403, 404, 415),
)
async def approve_many(request: ApiRequest, slug: SlugInPath, data: DecisionBody) -> Decided:
    """In the order given: a seat while there are some, then places in line; the letters carry the reason. Up to 500 at once."""
    return await _decided(request, slug, data, approved=True)


@post(
    OF_EVENT + "/registrations/decline",
    status_code=200,
    operation_id="declineRegistrations",
    summary="Decline many registrations",
    tags=TAGS,
    guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)],
    responses=answers(200, Decided, EXAMPLE_DECIDED, 401, 403, 404, 415),
)
async def decline_many(request: ApiRequest, slug: SlugInPath, data: DecisionBody) -> Decided:
    """The letters carry the reason. Up to 500 at once."""
    return await _decided(request, slug, data, approved=False)


@post(
    ONE + "/promote",
    status_code=200,
    operation_id="promoteRegistration",
    summary="Promote somebody out of turn",
    tags=TAGS,
    guards=[needs_account],
    responses=answers(200, RegistrationOut, EXAMPLE_REGISTRATION, 401, 403, 404, 409, 415),
)
async def promote(
    request: ApiRequest,
    registration_id: IdInPath,
    data: Annotated[PromotionDraft, Body(examples=[Example(value={"reason": "Speaks at the opening."})])],
) -> RegistrationOut:
    """A free seat out of turn; where there is none for them, the first place in line. The reason is recorded."""
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    by = await doer_of(request)
    return await _shown(request, await offers.promote_registration(person.id, reason=data.reason, by=by))


@post(
    ONE + "/offer",
    status_code=200,
    operation_id="offerSeat",
    summary="Offer a seat",
    tags=TAGS,
    guards=[needs_account],
    responses=answers(
        200, RegistrationOut, EXAMPLE_REGISTRATION | {"status": "offered", "badge": None}, 401, 403, 404, 409, 415
    ),
)
async def offer(request: ApiRequest, registration_id: IdInPath, data: WhyBody = None) -> RegistrationOut:
    """Kept until the person says yes or no, or the deadline is past. The reason is recorded."""
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    by = await doer_of(request)
    return await _shown(request, await offers.offer_seat(person.id, by=by, reason=data.reason if data else ""))


@post(
    ONE + "/accept",
    status_code=200,
    operation_id="acceptOffer",
    summary="Accept an offer for somebody",
    tags=TAGS,
    guards=[needs_account],
    responses=answers(200, RegistrationOut, EXAMPLE_REGISTRATION, 401, 403, 404, 409),
)
async def accept(request: ApiRequest, registration_id: IdInPath) -> RegistrationOut:
    """As the person does on their own page: the seat is theirs."""
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    return await _shown(request, await offers.accept_offer(person.id))


def changes_in(draft: AdmissionDraft) -> dict[str, object]:
    """What is given, as the settings hold it."""
    given = {name: getattr(draft, name) for name in draft.__struct_fields__}
    changes = {name: value for name, value in given.items() if value is not msgspec.UNSET}
    if "reminder_days" in changes:
        changes["reminder_days"] = tuple(sorted(set(changes["reminder_days"]), reverse=True))
    if "photo_id_categories" in changes:
        changes["photo_id_categories"] = in_order(changes["photo_id_categories"])
    return changes


def in_order(categories: Collection[Category]) -> tuple[str, ...]:
    """Each once, as they stand in lists."""
    return tuple(category.value for category in Category if category in categories)


async def _decided(request: ApiRequest, slug: str, data: DecisionDraft, *, approved: bool) -> Decided:
    event, by = await event_by_slug(slug), await doer_of(request)
    done, refused = await offers.decide_many(event, data.ids, approved=approved, reason=data.reason, by=by)
    return Decided(done, [_not_decided(one, why) for one, why in refused.items()])


def _not_decided(registration_id: str, why: Refused) -> NotDecided:
    return NotDecided(registration_id, why.code, str(why.detail))


async def _shown(request: ApiRequest, person: Registration) -> RegistrationOut:
    event = await event_by_id(person.event_id)
    (shown,) = await registrations_out([person], event, actor=await actor_of(request))
    return shown


def _quotas_out(admission: Admission) -> QuotasOut:
    return QuotasOut(dict(admission.categories), dict(admission.cities))


def _admission_out(admission: Admission) -> AdmissionOut:
    return AdmissionOut(
        admission.offers,
        admission.offer_hours,
        admission.mail_check,
        list(admission.reminder_days),
        admission.sensitive_days,
        admission.companions,
        [Category(one) for one in admission.photo_id_categories],
    )


ROUTES = [
    get_quotas,
    set_quotas,
    get_admission,
    change,
    approve_many,
    decline_many,
    promote,
    offer,
    accept,
]
