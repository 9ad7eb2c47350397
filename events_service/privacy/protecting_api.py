"""Protected people for programs."""

from typing import Annotated, Any

from litestar import Request, post
from litestar.openapi.spec import Example
from litestar.params import Body as RequestBody
from litestar.params import FromPath

from events_service.people.guards import doer_of, needs_account
from events_service.people.rules import Permission
from events_service.privacy.protecting import end_protection, look_behind, protect
from events_service.registrations.access import registration_at
from events_service.registrations.naming import Identity
from events_service.web.bodies import Body
from events_service.web.fields import checked, needed_line
from events_service.web.problems import answers, problems

ApiRequest = Request[Any, Any, Any]
ONE = "/api/v1/registrations/{registration_id:str}"
TAGS = ["Privacy"]
EXAMPLE = {"name": "Åsa Ðórsdóttir", "email": "asa@example.org", "organisation": "City of Malmö"}


class Protection(Body, frozen=True, kw_only=True):
    """Under which name the person is shown from now on, and why."""

    alias: Annotated[str, checked(needed_line, max_length=80, examples=["Heron 4"])]
    reason: Annotated[str, checked(needed_line, max_length=500, examples=["Works undercover."])]


class Why(Body, frozen=True, kw_only=True):
    """Why; it stands in the log."""

    reason: Annotated[str, checked(needed_line, max_length=500, examples=["The police ask who was there."])]


EXAMPLE_PROTECTION = {"alias": "Heron 4", "reason": "Works undercover."}
EXAMPLE_WHY = {"reason": "The police ask who was there."}
GivenProtection = Annotated[Protection, RequestBody(examples=[Example(value=EXAMPLE_PROTECTION)])]
GivenWhy = Annotated[Why, RequestBody(examples=[Example(value=EXAMPLE_WHY)])]


@post(
    ONE + "/protect",
    operation_id="protectPerson",
    summary="Show somebody under an alias",
    tags=TAGS,
    guards=[needs_account],
    status_code=204,
    responses=problems(401, 403, 404, 409, 415, 422),
)
async def protect_person(request: ApiRequest, registration_id: FromPath[str], data: GivenProtection) -> None:
    """Every list, search, badge, door and export shows the alias from now on, whoever reads it."""
    person = await registration_at(request, registration_id, to=Permission.EDIT_REGISTRATIONS)
    await protect(person.id, alias=data.alias, doer=await doer_of(request), reason=data.reason)


@post(
    ONE + "/unprotect",
    operation_id="endProtection",
    summary="Show somebody under their own name again",
    tags=TAGS,
    guards=[needs_account],
    status_code=204,
    responses=problems(401, 403, 404, 409, 415, 422),
)
async def unprotect_person(request: ApiRequest, registration_id: FromPath[str], data: GivenWhy) -> None:
    """The alias is forgotten."""
    person = await registration_at(request, registration_id, to=Permission.SEE_PROTECTED)
    await end_protection(person.id, doer=await doer_of(request), reason=data.reason)


@post(
    ONE + "/reveal",
    operation_id="revealPerson",
    summary="See who stands behind an alias",
    tags=TAGS,
    guards=[needs_account],
    status_code=200,
    responses=answers(200, Identity, EXAMPLE, 401, 403, 404, 409, 415, 422),
)
async def reveal_person(request: ApiRequest, registration_id: FromPath[str], data: GivenWhy) -> Identity:
    """That it was looked at, by whom and why, stands in the log."""
    person = await registration_at(request, registration_id, to=Permission.SEE_PROTECTED)
    return await look_behind(person.id, doer=await doer_of(request), reason=data.reason)


ROUTES = [protect_person, unprotect_person, reveal_person]
