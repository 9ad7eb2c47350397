"""The office's page of people: accounts with their roles, and the tokens of programs."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from litestar import Response, Router, get, post
from litestar.di import Provide
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from events_service.errors import Invalid
from events_service.people import actions, queries, second_factor_pages, second_factors, sign_in_pages, sign_ins
from events_service.people.api import EventSlugs, Slugs, known_id
from events_service.people.guards import SignInFirst, actor_of, doer_of, needs, sign_in_token, to_sign_in
from events_service.people.rules import Permission, Role
from events_service.people.shapes import NewAccount, NewToken, refuse_unknown_event
from events_service.people.sign_in_pages import PageRequest, going_on
from events_service.settings import current
from events_service.web.bodies import Body
from events_service.web.fields import OptionalLine
from events_service.web.forms import Form, errors_by_field, read_form
from events_service.web.lists import cursor_for, key_in
from events_service.web.pages import page, redirect

PEOPLE = "/office/people"
ACCOUNTS_SHOWN, TOKENS_SHOWN = 100, 500
Struct = TypeVar("Struct", bound=msgspec.Struct)


class RoleForm(Body, frozen=True):
    """A role to take back."""

    role: Role
    event: OptionalLine = ""


@get(PEOPLE, name="office.people")
async def people(request: PageRequest, event_slugs: Slugs, cursor: FromQuery[str | None] = None) -> Response[str]:
    """Accounts with their roles, and the tokens of programs."""
    return await _people(request, event_slugs, cursor=cursor)


@post(PEOPLE)
async def add_account(request: PageRequest, event_slugs: Slugs) -> Response[Any]:
    """Give somebody a role; whoever has no account gets one."""
    form = await read_form(request, NewAccount)
    own_token = sign_in_token(request)
    try:
        given = _value(form)
        refuse_unknown_event(given.event, among=event_slugs)
        account_id = await actions.add_account(
            given.email,
            given.role,
            given.event,
            password=given.password,
            name=given.name,
            language=given.language,
            keep=own_token,
            by=await doer_of(request),
        )
    except Invalid as invalid:
        errors = form.errors or errors_by_field(invalid)
        return await _people(request, event_slugs, status=422, form=form.typed, errors=errors)
    return await _changed(request, account_id, done="role_given")


@post(PEOPLE + "/{account_id:str}/withdraw")
async def withdraw_role(request: PageRequest, account_id: FromPath[str]) -> Redirect:
    """Take a role back."""
    given = _value(await read_form(request, RoleForm))
    await actions.withdraw_role(
        known_id(account_id), given.role, given.event or None, keep=sign_in_token(request), by=await doer_of(request)
    )
    return await _changed(request, account_id, done="role_withdrawn")


@post(PEOPLE + "/{account_id:str}/disable")
async def disable_account(request: PageRequest, account_id: FromPath[str]) -> Redirect:
    """Shut an account: one's own too, which signs out."""
    await actions.disable_account(known_id(account_id), by=await doer_of(request))
    return redirect(f"{PEOPLE}?done=account_shut")


@post(PEOPLE + "/{account_id:str}/enable")
async def enable_account(request: PageRequest, account_id: FromPath[str]) -> Redirect:
    """Open an account again."""
    await actions.enable_account(known_id(account_id), by=await doer_of(request))
    return redirect(f"{PEOPLE}?done=account_opened")


@post(PEOPLE + "/{account_id:str}/reset-second-factor")
async def reset_second_factor(request: PageRequest, account_id: FromPath[str]) -> Redirect:
    """Take somebody's second factor away, as when the phone is lost."""
    await second_factors.reset_second_factor(
        known_id(account_id), keep=sign_in_token(request), by=await doer_of(request)
    )
    return await _changed(request, account_id, done="second_factor_reset")


@post(PEOPLE + "/tokens")
async def make_token(request: PageRequest, event_slugs: Slugs) -> Response[str]:
    """Make a token and show it, this once."""
    form = await read_form(request, NewToken)
    try:
        given = _value(form)
        refuse_unknown_event(given.event, among=event_slugs)
    except Invalid as invalid:
        errors = form.errors or errors_by_field(invalid)
        return await _people(request, event_slugs, status=422, token_form=form.typed, token_errors=errors)
    made = await actions.make_api_token(given.role, event_slug=given.event, name=given.name, by=await doer_of(request))
    return await _people(request, event_slugs, status=201, made_token=made)


@post(PEOPLE + "/tokens/{token_id:str}/revoke")
async def revoke_token(request: PageRequest, token_id: FromPath[str]) -> Redirect:
    """The token opens nothing from now on."""
    await actions.revoke_api_token(known_id(token_id), by=await doer_of(request))
    return redirect(f"{PEOPLE}?done=token_revoked")


def routes(event_slugs: EventSlugs) -> list[Any]:
    """The pages. `event_slugs` names the events that there are: they live on a floor above."""
    managed = Router(
        path="/",
        guards=[needs(Permission.MANAGE_PEOPLE)],
        dependencies={"event_slugs": Provide(event_slugs)},
        route_handlers=[
            people,
            add_account,
            withdraw_role,
            disable_account,
            enable_account,
            reset_second_factor,
            make_token,
            revoke_token,
        ],
    )
    return [
        Router(
            path="/",
            route_handlers=[*sign_in_pages.ROUTES, *second_factor_pages.ROUTES, managed],
            include_in_schema=False,
            exception_handlers={SignInFirst: to_sign_in},
        )
    ]


async def _changed(request: PageRequest, account_id: str, *, done: str) -> Redirect:
    """Back to the list. Whoever changed their own roles goes on under a new token."""
    to = f"{PEOPLE}?done={done}"
    if account_id != (await actor_of(request)).id:
        return redirect(to)
    return going_on(to, await sign_ins.renew_sign_in(sign_in_token(request)))


def _value(form: Form[Struct]) -> Struct:
    if form.value is None:
        raise Invalid([])
    return form.value


async def _people(
    request: PageRequest, event_slugs: Sequence[str], *, status: int = 200, cursor: str | None = None, **shown: Any
) -> Response[str]:
    accounts = await queries.accounts(after=key_in(cursor), limit=ACCOUNTS_SHOWN)
    last = accounts[:ACCOUNTS_SHOWN][-1:] if len(accounts) > ACCOUNTS_SHOWN else []
    values: dict[str, Any] = {
        "accounts": accounts[:ACCOUNTS_SHOWN],
        "earlier": PEOPLE if cursor else None,
        "later": f"{PEOPLE}?cursor={cursor_for(last[0].id)}" if last else None,
        "tokens": await queries.tokens(limit=TOKENS_SHOWN),
        "events": event_slugs,
        "zone": current().default_timezone,
    }
    nothing: dict[str, Any] = {"made_token": None, "form": {}, "errors": {}, "token_form": {}, "token_errors": {}}
    return page("office/people.html", request, status=status, **values, **(nothing | shown))
