"""People for programs: who am I, tokens, accounts and their roles."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

from litestar import Request, Router, delete, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter, QueryParameter

from events_service.errors import NotFound
from events_service.people import actions, queries, second_factors, shapes
from events_service.people.guards import actor_of, doer_of, needs, needs_account
from events_service.people.rules import Permission, Role
from events_service.people.shapes import (
    Account,
    MadeToken,
    Me,
    NewAccount,
    NewRole,
    NewToken,
    RoleHeld,
    Token,
    account_shape,
    refuse_unknown_event,
    token_shape,
)
from events_service.web.lists import DEFAULT_LIMIT, Cursor, Limit, Page, key_in, page_of
from events_service.web.problems import answers, problems

API = "/api/v1"
EventSlugs = Callable[[], Awaitable[Sequence[str]]]
ApiRequest = Request[Any, Any, State]
Slugs = NamedDependency[Sequence[str]]
EventAsked = Annotated[
    str | None,
    QueryParameter(max_length=80, pattern="^[a-z0-9-]+$", description="The event's slug; without, for all."),
]
_ID = re.compile(r"[0-9a-f]{32}")


def known_id(text: str) -> str:
    """The id as it stands in a path. Raises `NotFound` for what no id looks like."""
    if not _ID.fullmatch(text):
        raise NotFound()
    return text


@get("/me", guards=[needs_account], summary="Who am I", responses=answers(200, Me, shapes.EXAMPLE_ME, 401))
async def me(request: ApiRequest) -> Me:
    """Whose token was sent, and its roles."""
    actor = await actor_of(request)
    held = sorted((grant.role.value, grant.event_slug or "") for grant in actor.grants)
    roles = [RoleHeld(role, slug or None) for role, slug in held]
    return Me(actor.kind, actor.id, actor.name, actor.email, actor.language, roles)


@get(
    "/tokens",
    summary="List the tokens of programs",
    responses=answers(200, Page[Token], {"items": [shapes.EXAMPLE_TOKEN], "next": None}, 401, 403),
)
async def list_tokens(limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[Token]:
    """Also those that were revoked, the oldest first."""
    rows = await queries.tokens(after=key_in(cursor), limit=limit)
    return page_of([token_shape(row) for row in rows], limit=limit, key=lambda token: token.id)


@post(
    "/tokens",
    summary="Make a token for a program",
    responses=answers(201, MadeToken, shapes.EXAMPLE_MADE_TOKEN, 401, 403, 415),
)
async def make_token(
    request: ApiRequest,
    data: Annotated[NewToken, Body(examples=[Example(value=shapes.EXAMPLE_NEW_TOKEN)])],
    event_slugs: Slugs,
) -> MadeToken:
    """With one role, for one event or for all. Only its digest is kept: this answer alone tells it."""
    refuse_unknown_event(data.event, among=event_slugs)
    token = await actions.make_api_token(data.role, event_slug=data.event, name=data.name, by=await doer_of(request))
    row = await queries.token_row(token)
    return MadeToken(row.id, token, row.name, row.role, row.event_slug, row.created_at)


@delete("/tokens/{token_id:str}", summary="Revoke a token", responses=problems(401, 403, 404))
async def revoke_token(
    request: ApiRequest, token_id: Annotated[str, PathParameter(description="The token's id.")]
) -> None:
    """It opens nothing from now on. Doing it again changes nothing."""
    await actions.revoke_api_token(known_id(token_id), by=await doer_of(request))


@get(
    "/accounts",
    summary="List the accounts",
    responses=answers(200, Page[Account], {"items": [shapes.EXAMPLE_ACCOUNT], "next": None}, 401, 403),
)
async def list_accounts(limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[Account]:
    """With their roles, the oldest first."""
    rows = await queries.accounts(after=key_in(cursor), limit=limit)
    return page_of([account_shape(row) for row in rows], limit=limit, key=lambda account: account.id)


@post(
    "/accounts",
    summary="Make sure of an account and its role",
    responses=answers(201, Account, shapes.EXAMPLE_ACCOUNT, 401, 403, 415),
)
async def add_account(
    request: ApiRequest,
    data: Annotated[NewAccount, Body(examples=[Example(value=shapes.EXAMPLE_NEW_ACCOUNT)])],
    event_slugs: Slugs,
) -> Account:
    """Doing it again changes nothing; an account that exists keeps its name and gets the role."""
    refuse_unknown_event(data.event, among=event_slugs)
    account_id = await actions.add_account(
        data.email,
        data.role,
        data.event,
        password=data.password,
        name=data.name,
        language=data.language,
        by=await doer_of(request),
    )
    return account_shape(await queries.account(account_id))


@post(
    "/accounts/{account_id:str}/roles",
    summary="Give an account a role",
    responses=answers(201, Account, shapes.EXAMPLE_ACCOUNT, 401, 403, 404, 415),
)
async def grant_role(
    request: ApiRequest,
    account_id: Annotated[str, PathParameter(description="The account's id.")],
    data: Annotated[NewRole, Body(examples=[Example(value=shapes.EXAMPLE_ROLE)])],
    event_slugs: Slugs,
) -> Account:
    """For one event or for all. It ends the account's sign-ins, so that the new role holds everywhere at once."""
    refuse_unknown_event(data.event, among=event_slugs)
    await actions.grant_role(known_id(account_id), data.role, data.event, by=await doer_of(request))
    return account_shape(await queries.account(account_id))


@delete(
    "/accounts/{account_id:str}/roles/{role:str}",
    summary="Take a role back",
    responses=problems(401, 403, 404, 409),
)
async def withdraw_role(
    request: ApiRequest,
    account_id: Annotated[str, PathParameter(description="The account's id.")],
    role: Annotated[Role, PathParameter(description="The role.")],
    event: Annotated[
        str | None,
        QueryParameter(max_length=80, pattern="^[a-z0-9-]+$", description="The event's slug; without, for all."),
    ] = None,
) -> None:
    """The role for that event, or the one for all events. The last owner of all events stays (409)."""
    await actions.withdraw_role(known_id(account_id), role, event, by=await doer_of(request))


@post(
    "/accounts/{account_id:str}/disable",
    status_code=200,
    summary="Shut an account",
    responses=answers(200, Account, {**shapes.EXAMPLE_ACCOUNT, "disabled": True}, 401, 403, 404, 409),
)
async def disable_account(
    request: ApiRequest, account_id: Annotated[str, PathParameter(description="The account's id.")]
) -> Account:
    """Its sign-ins end and no new ones are possible. The last owner of all events stays (409)."""
    await actions.disable_account(known_id(account_id), by=await doer_of(request))
    return account_shape(await queries.account(account_id))


@post(
    "/accounts/{account_id:str}/enable",
    status_code=200,
    summary="Open an account again",
    responses=answers(200, Account, shapes.EXAMPLE_ACCOUNT, 401, 403, 404),
)
async def enable_account(
    request: ApiRequest, account_id: Annotated[str, PathParameter(description="The account's id.")]
) -> Account:
    """With the roles it had."""
    await actions.enable_account(known_id(account_id), by=await doer_of(request))
    return account_shape(await queries.account(account_id))


@delete(
    "/accounts/{account_id:str}/second-factor",
    summary="Take an account's second factor away",
    responses=problems(401, 403, 404),
)
async def reset_second_factor(
    request: ApiRequest, account_id: Annotated[str, PathParameter(description="The account's id.")]
) -> None:
    """For somebody who lost the phone: its sign-ins end, and its password alone signs in. Doing it again changes nothing."""
    await second_factors.reset_second_factor(known_id(account_id), by=await doer_of(request))


def routes(event_slugs: EventSlugs) -> list[Any]:
    """All of them, under `/api/v1`. `event_slugs` names the events that there are: they live on a floor above."""
    managed = Router(
        path=API,
        guards=[needs(Permission.MANAGE_PEOPLE)],
        dependencies={"event_slugs": Provide(event_slugs)},
        tags=["people"],
        route_handlers=[
            list_tokens,
            make_token,
            revoke_token,
            list_accounts,
            add_account,
            grant_role,
            withdraw_role,
            disable_account,
            enable_account,
            reset_second_factor,
        ],
    )
    return [Router(path=API, tags=["people"], route_handlers=[me]), managed]
