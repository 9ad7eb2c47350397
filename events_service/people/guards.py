"""Who is asking, and whether the route lets them in.

`needs(Permission.X)` guards a route; on a route with `{slug}` it asks about that event. Under `/api` only a bearer
token counts, elsewhere only the sign-in cookie: a page in another site's frame can send the cookie, never the header.
"""

from typing import Any

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect
from litestar.types import Guard

from events_service import clock, settings
from events_service.audit.rules import Doer
from events_service.errors import Forbidden, Unauthenticated
from events_service.people import queries, sign_ins
from events_service.people.rules import ANONYMOUS, Actor, Permission, should_mark_seen
from events_service.sealing import keyed_token, same
from events_service.web.forms import posted_form, refuse_foreign_posts

Connection = ASGIConnection[Any, Any, Any, Any]
URL_ENCODED, MULTI_PART = "application/x-www-form-urlencoded", "multipart/form-data"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
SIGN_IN_PATH = "/sign-in"
OFFICE_PATH = "/office"


class SignInFirst(Unauthenticated):
    """A page of the back office was asked for by a stranger; `facts["next_route"]` names the page, or is empty."""

    code = "sign_in_first"
    detail = "Sign in to see this page."


async def actor_of(connection: Connection) -> Actor:
    """Who is asking, looked up once a request. Raises `Unauthenticated` for a token that does not hold."""
    state = connection.scope["state"]
    known = state.get("actor")
    if isinstance(known, Actor):
        return known
    actor = await (_bearer_actor(connection) if is_api(connection) else _cookie_actor(connection))
    state["actor"] = actor
    return actor


def needs(permission: Permission) -> Guard:
    """A guard: the actor may do this at the event in the path, or, on a route without one, everywhere."""

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        actor = await _known_actor(connection, handler)
        actor.require(permission, connection.path_params.get("slug"))

    return guard


def needs_somewhere(permission: Permission) -> Guard:
    """A guard for lists over several events: the actor may do this at one of them at least."""

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        actor = await _known_actor(connection, handler)
        actor.require_somewhere(permission)

    return guard


async def needs_account(connection: Connection, handler: BaseRouteHandler) -> None:
    """A guard: anybody who is signed in, or any program with a token."""
    if (await _known_actor(connection, handler)).is_anonymous:
        raise Unauthenticated()


def to_sign_in(request: Request[Any, Any, Any], error: Exception) -> Redirect:
    """The answer to `SignInFirst`: the sign-in page, which leads on to the named page afterwards."""
    next_route = error.facts.get("next_route") if isinstance(error, SignInFirst) else None
    return Redirect(f"{SIGN_IN_PATH}?next={next_route}" if next_route else SIGN_IN_PATH, status_code=303)


def landing(app: Litestar, route_name: str) -> str:
    """The path of our own office page of that name, or of the office itself: what was typed is never a path."""
    found = app.get_handler_index_by_name(route_name) if route_name.startswith("office") else None
    plain = [path for path in found["paths"] if "{" not in path] if found else []
    return plain[0] if plain else OFFICE_PATH


def is_api(connection: Connection) -> bool:
    """Whether the request is a program's, under `/api`."""
    return connection.scope["path"].startswith("/api/")


def cookie_name() -> str:
    """The sign-in cookie: on https it is bound to the host by its name."""
    return "__Host-signin" if settings.current().is_https else "signin"


def sign_in_token(connection: Connection) -> str:
    """What the sign-in cookie holds, or nothing; nobody has looked yet whether it is valid."""
    return connection.cookies.get(cookie_name(), "")


def sign_in_cookie(token: str) -> Cookie:
    """The cookie of a sign-in. It ends with the browser's session; an empty token takes it away at once."""
    return Cookie(
        key=cookie_name(),
        value=token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.current().is_https,
        max_age=None if token else 0,
    )


def form_token(connection: Connection) -> str:
    """What every form of a signed-in person carries in `csrf_token`; empty for a stranger.

    It is bound to this sign-in and this installation, so that another person's or another session's is worth nothing.
    """
    return _form_token_of(sign_in_token(connection))


def go_on_as(request: Request[Any, Any, Any], token: str) -> None:
    """Let the page that answers this request carry the form token of a sign-in renewed meanwhile."""
    request.scope["state"]["form_token"] = _form_token_of(token)


async def know_visitor(request: Request[Any, Any, Any]) -> None:
    """Before each handler: pages learn who is signed in, and a form not from a page of ours is refused (403)."""
    if is_api(request):
        return
    actor = await actor_of(request)
    request.scope["state"]["person"] = None if actor.is_anonymous else actor
    request.scope["state"]["form_token"] = form_token(request)
    if request.method in READING:
        return
    # Whoever knows an address that is a secret itself may post there from anywhere, as mail programs do (RFC 8058).
    if not request.route_handler.opt.get("secret_address"):
        refuse_foreign_posts(request)
    if not check_form_token(request, await _given_form_token(request)):
        raise Forbidden(
            "This form is of an earlier visit. Open the page again and send it from there.", code="stale_form"
        )


def check_form_token(connection: Connection, given: str) -> bool:
    """Whether a posted form may be believed to be ours. A stranger's needs no token: there is nothing to borrow."""
    return same(given, form_token(connection))


def _form_token_of(token: str) -> str:
    return keyed_token(token, secret_key=settings.current().secret_key, purpose="form") if token else ""


async def _known_actor(connection: Connection, handler: BaseRouteHandler) -> Actor:
    """The actor, or `SignInFirst` for a stranger who asks for a page."""
    actor = await actor_of(connection)
    if actor.is_anonymous and not is_api(connection):
        reading = connection.scope.get("method") in READING
        raise SignInFirst(next_route=(handler.name or "") if reading else "")
    return actor


async def _given_form_token(request: Request[Any, Any, Any]) -> str:
    """From the form, or from the header that scripts send."""
    in_header = request.headers.get("x-csrf-token")
    if in_header is not None or request.content_type[0] not in (URL_ENCODED, MULTI_PART):
        return in_header or ""
    given = (await posted_form(request)).get("csrf_token", "")
    return given if isinstance(given, str) else ""


async def _bearer_actor(connection: Connection) -> Actor:
    given = connection.headers.get("authorization")
    if given is None:
        return ANONYMOUS
    scheme, _, token = given.partition(" ")
    actor = await queries.bearer(token.strip()) if scheme.lower() == "bearer" else None
    if actor is None:
        raise Unauthenticated()
    return actor


async def _cookie_actor(connection: Connection) -> Actor:
    token = sign_in_token(connection)
    now = clock.now()
    found = await queries.signed_in(token, now=now) if token else None
    if found is None:
        return ANONYMOUS
    if should_mark_seen(last_seen_at=found.last_seen_at, now=now):
        await sign_ins.mark_seen(token, now=now)
    return found.actor


def as_doer(actor: Actor) -> Doer:
    """Somebody known, as the log names them."""
    return Doer("token" if actor.kind == "token" else "account", actor.id)


async def doer_of(request: Request[Any, Any, Any]) -> Doer:
    """Whoever asks, as the log names them. Raises as `actor_of`."""
    return as_doer(await actor_of(request))
