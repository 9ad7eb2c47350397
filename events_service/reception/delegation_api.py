"""Delegations for programs, under `/api/v1`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get, patch, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter

from events_service.delegations.drafts import DelegationChange, DelegationDraft, Withdrawal
from events_service.delegations.queries import delegation_by_id, some_delegations_of
from events_service.delegations.rules import Delegation, State, unnamed
from events_service.errors import NotFound
from events_service.events.access import needs_at_event
from events_service.events.queries import event_by_id, event_by_slug
from events_service.events.rules import Event
from events_service.people.api import known_id
from events_service.people.guards import actor_of, as_doer, needs_account
from events_service.people.rules import Permission
from events_service.registrations.delegate_queries import delegates_of, named_at
from events_service.registrations.delegation_letters import coordinator_url
from events_service.registrations.delegations import (
    change_delegation,
    make_delegation,
    send_link_again,
    withdraw_delegation,
)
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Status
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers

ApiRequest = Request[Any, Any, Any]
OF_EVENT = "/api/v1/events/{slug:str}/delegations"
ONE = "/api/v1/delegations/{delegation_id:str}"
TAGS = ["delegations"]

EXAMPLE_DRAFT = {
    "city": "Tromsø",
    "seats": 4,
    "coordinator_email": "solveig@example.org",
    "coordinator_name": "Solveig Nilsen",
    "language": "nb",
    "closes_at": "2027-11-25T12:00",
}
EXAMPLE_DELEGATION = {
    "id": "0190f6b2c3d87e19a4b5c6d7e8f90a1b",
    "event": "year-in-review-summit",
    "city": "Tromsø",
    "seats": 4,
    "named": 1,
    "unnamed": 3,
    "attendance": "in_person",
    "category": None,
    "coordinator_name": "Solveig Nilsen",
    "coordinator_email": "solveig@example.org",
    "language": "nb",
    "closes_at": "2027-11-25T11:00:00Z",
    "asked_at": "2027-09-01T08:15:00Z",
    "reminded_at": None,
    "state": "open",
    "reason": "",
    "created_at": "2027-09-01T08:15:00Z",
    "changed_at": "2027-09-01T08:15:00Z",
    "url": "https://events.example.org/delegation#mfrggzdfmztwq2lknnwg23tpobyxe43u",
}
EXAMPLE_DELEGATE = {
    "registration_id": "0190f6b2d7a97c10b1f2a3c4d5e6f708",
    "name": "Jónas Þórðarson",
    "organisation": "Tromsø kommune",
    "category": "elected_official",
    "attendance": "in_person",
    "status": "confirmed",
}
EXAMPLE_WITH_DELEGATES = {**EXAMPLE_DELEGATION, "delegates": [EXAMPLE_DELEGATE]}
EXAMPLE_CHANGE = {"seats": 5, "closes_at": "2027-11-28T12:00"}
EXAMPLE_WITHDRAWAL = {"reason": "The city cannot come this year.", "delegates_too": True}

SlugInPath = Annotated[str, PathParameter(description="The event's slug.")]
IdInPath = Annotated[str, PathParameter(description="The delegation's id.")]


class DelegationOut(msgspec.Struct, frozen=True):
    """A city's delegation; times are UTC. Whoever has `url` can change who comes: null for who may not edit registrations."""

    id: str
    event: str
    city: str
    seats: int
    named: int
    unnamed: int
    attendance: str
    category: str | None
    coordinator_name: str
    coordinator_email: str
    language: str
    closes_at: datetime
    asked_at: datetime
    reminded_at: datetime | None
    state: State
    reason: str
    created_at: datetime
    changed_at: datetime
    url: str | None


class DelegateOut(msgspec.Struct, frozen=True):
    """Somebody who was named; a protected person under their alias."""

    registration_id: str
    name: str
    organisation: str
    category: str
    attendance: str
    status: Status


class WithDelegates(DelegationOut, frozen=True):
    """A delegation and everybody who was named for it, those with a seat first."""

    delegates: list[DelegateOut]


def _one(*refusals: int, **example: Any) -> dict[int, ResponseSpec]:
    return answers(200, WithDelegates, EXAMPLE_WITH_DELEGATES | example, 401, 403, 404, 409, *refusals)


@post(
    OF_EVENT,
    operation_id="makeDelegation",
    summary="Give a city a delegation",
    tags=TAGS,
    guards=[needs_at_event(Permission.EDIT_REGISTRATIONS)],
    responses=answers(201, DelegationOut, EXAMPLE_DELEGATION | {"named": 0, "unnamed": 4}, 401, 403, 404, 409, 415),
)
async def make(
    request: ApiRequest,
    slug: SlugInPath,
    data: Annotated[DelegationDraft, Body(examples=[Example(value=EXAMPLE_DRAFT)])],
) -> DelegationOut:
    """The seats are kept at once, and the coordinator is sent a link to name people, up to `closes_at` (by default the event's start).

    Refused with `seats_short` and the number left where there are not so many that nobody has or waits for, and with `delegation_exists`
    for a city that has one.
    """
    made = await make_delegation(slug, data, by=as_doer(await actor_of(request)))
    return _out(made, await event_by_slug(slug), named=0, edits=True)


@get(
    OF_EVENT,
    operation_id="listDelegations",
    summary="List delegations",
    tags=TAGS,
    guards=[needs_at_event(Permission.SEE_REGISTRATIONS)],
    responses=answers(200, Page[DelegationOut], {"items": [EXAMPLE_DELEGATION], "next": None}, 401, 403, 404),
)
async def list_all(
    request: ApiRequest, slug: SlugInPath, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[DelegationOut]:
    """By city, withdrawn ones included."""
    event = await event_by_slug(slug)
    found = await some_delegations_of(event.id, after=key_in(cursor), limit=limit + 1)
    shown = page_of(found, limit=limit, key=lambda one: one.id)
    named = await named_at(event.id)
    edits = (await actor_of(request)).may(Permission.EDIT_REGISTRATIONS, slug)
    return Page([_out(one, event, named=named[one.id], edits=edits) for one in shown.items], shown.next)


@get(
    ONE,
    operation_id="getDelegation",
    summary="Read a delegation",
    tags=TAGS,
    guards=[needs_account],
    responses=answers(200, WithDelegates, EXAMPLE_WITH_DELEGATES, 401, 404),
)
async def read(request: ApiRequest, delegation_id: IdInPath) -> WithDelegates:
    """With everybody who was named."""
    return await _shown(request, delegation_id)


@patch(
    ONE,
    operation_id="changeDelegation",
    summary="Change a delegation",
    tags=TAGS,
    guards=[needs_account],
    responses=_one(415),
)
async def change(
    request: ApiRequest,
    delegation_id: IdInPath,
    data: Annotated[DelegationChange, Body(examples=[Example(value=EXAMPLE_CHANGE)])],
) -> WithDelegates:
    """Only what is given changes. Seats that are taken away go to the waiting list; with another address the old link ends.

    After the deadline a later `closes_at` opens it again, where the seats are still there.
    """
    await may_edit(request, delegation_id)
    await change_delegation(delegation_id, data, by=as_doer(await actor_of(request)))
    return await _shown(request, delegation_id)


@post(
    ONE + "/withdraw",
    status_code=200,
    operation_id="withdrawDelegation",
    summary="Withdraw a delegation",
    tags=TAGS,
    guards=[needs_account],
    responses=_one(415, state="withdrawn", unnamed=0),
)
async def withdraw(
    request: ApiRequest,
    delegation_id: IdInPath,
    data: Annotated[Withdrawal | None, Body(examples=[Example(value=EXAMPLE_WITHDRAWAL)])] = None,
) -> WithDelegates:
    """Its unnamed seats go to the waiting list. Who is named keeps their seat, unless `delegates_too`."""
    await may_edit(request, delegation_id)
    await withdraw_delegation(delegation_id, data or Withdrawal(), by=as_doer(await actor_of(request)))
    return await _shown(request, delegation_id)


@post(
    ONE + "/resend",
    status_code=200,
    operation_id="resendDelegation",
    summary="Send a coordinator's link again",
    tags=TAGS,
    guards=[needs_account],
    responses=_one(),
)
async def resend(request: ApiRequest, delegation_id: IdInPath) -> WithDelegates:
    """The same link, to the same address."""
    await may_edit(request, delegation_id)
    await send_link_again(delegation_id, by=as_doer(await actor_of(request)))
    return await _shown(request, delegation_id)


async def may_edit(request: ApiRequest, delegation_id: str) -> tuple[Delegation, Event]:
    """The delegation and its event, for who may edit there. Raises `NotFound`, `Forbidden`."""
    delegation, event = await may_see(request, delegation_id)
    (await actor_of(request)).require(Permission.EDIT_REGISTRATIONS, event.slug)
    return delegation, event


async def may_see(request: ApiRequest, delegation_id: str) -> tuple[Delegation, Event]:
    """The same for who may look. Raises `NotFound`."""
    delegation = await delegation_by_id(known_id(delegation_id))
    event = await event_by_id(delegation.event_id)
    if not (await actor_of(request)).may(Permission.SEE_REGISTRATIONS, event.slug):
        raise NotFound()
    return delegation, event


async def _shown(request: ApiRequest, delegation_id: str) -> WithDelegates:
    delegation, event = await may_see(request, delegation_id)
    people = await delegates_of(delegation.id)
    named = sum(one.status in (Status.CONFIRMED, Status.OFFERED) for one in people)
    edits = (await actor_of(request)).may(Permission.EDIT_REGISTRATIONS, event.slug)
    whole = _out(delegation, event, named=named, edits=edits)
    return WithDelegates(**msgspec.structs.asdict(whole), delegates=_delegates_out(people))


def _delegates_out(people: Sequence[Registration]) -> list[DelegateOut]:
    return [DelegateOut(one.id, one.name, one.organisation, one.category, one.attendance, one.status) for one in people]


def _out(one: Delegation, event: Event, *, named: int, edits: bool) -> DelegationOut:
    return DelegationOut(
        id=one.id,
        event=event.slug,
        city=one.city,
        seats=one.seats,
        named=named,
        unnamed=unnamed(one, named),
        attendance=one.attendance,
        category=one.category,
        coordinator_name=one.coordinator_name,
        coordinator_email=one.coordinator_email,
        language=one.language,
        closes_at=one.closes_at,
        asked_at=one.asked_at,
        reminded_at=one.reminded_at,
        state=one.state,
        reason=one.reason,
        created_at=one.created_at,
        changed_at=one.changed_at,
        url=coordinator_url(one.id, one.link_generation) if edits else None,
    )


ROUTES = [make, list_all, read, change, withdraw, resend]
