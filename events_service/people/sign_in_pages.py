"""Signing in and out in the browser, and one's own account."""

from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromQuery
from litestar.response import Redirect
from msgspec import Meta

from events_service.errors import Invalid, TooMany
from events_service.people import actions, queries, sign_ins
from events_service.people.addresses import visitor_address
from events_service.people.guards import (
    SIGN_IN_PATH,
    actor_of,
    landing,
    needs_account,
    sign_in_cookie,
    sign_in_token,
)
from events_service.people.passwords import LONGEST_PASSWORD
from events_service.people.rules import CodeRefused, HalfWayOver, SecondFactorAsked, SignInRefused
from events_service.web.bodies import Body
from events_service.web.fields import OptionalLine
from events_service.web.forms import errors_by_field, read_form
from events_service.web.languages import language_cookie
from events_service.web.pages import page, redirect
from events_service.web.words import gettext as _

PageRequest = Request[Any, Any, Any]
Errors = dict[str, list[str]]
ACCOUNT = "/office/account"
CODE_PATH = f"{SIGN_IN_PATH}/code"
Password = Annotated[str, Meta(max_length=LONGEST_PASSWORD)]
Code = Annotated[str, Meta(max_length=40)]
Sealed = Annotated[str, Meta(max_length=500)]


class SignInForm(Body, frozen=True):
    """What signing in takes; `next` is the name of the page to go on to."""

    email: Annotated[str, Meta(max_length=254)]
    password: Password
    next: OptionalLine = ""


class CodeForm(Body, frozen=True):
    """The second half of signing in: `half_way` is what the first one left."""

    half_way: Sealed
    code: Code
    next: OptionalLine = ""


class PasswordForm(Body, frozen=True):
    """A change of one's own password."""

    current: Password
    new: Password


@get(SIGN_IN_PATH, name="sign_in", opt={"public": True})
async def sign_in_page(request: PageRequest, next: FromQuery[str] = "") -> Response[Any]:
    """The form; whoever is signed in already goes straight on."""
    if not (await actor_of(request)).is_anonymous:
        return redirect(landing(request.app, next))
    return _sign_in_form(request, {}, {}, next_route=next)


@post(SIGN_IN_PATH, opt={"public": True})
async def sign_in(request: PageRequest) -> Response[Any]:
    """On to the page that was asked for, or to the second factor; or the form again without saying what was wrong."""
    form = await read_form(request, SignInForm)
    if form.value is None:
        return _sign_in_form(request, form.typed, form.errors, next_route=form.typed.get("next", ""), status=422)
    email, password, next_route = form.value.email, form.value.password, form.value.next
    try:
        token = await sign_ins.sign_in(email, password, address=visitor(request), instead_of=sign_in_token(request))
    except SecondFactorAsked as asked:
        return _code_form(request, {}, half_way=asked.half_way, next_route=next_route)
    except SignInRefused as refused:
        return _sign_in_form(request, form.typed, {"email": [_(refused.detail)]}, next_route=next_route, status=401)
    except TooMany as refused:
        shown = _sign_in_form(request, form.typed, {"email": [_(refused.detail)]}, next_route=next_route, status=429)
        shown.headers["Retry-After"] = str(refused.retry_after)
        return shown
    return await _signed_in(request, next_route, token)


@get(CODE_PATH, opt={"public": True})
async def code_page() -> Redirect:
    """The code comes after the password, whoever opens its page on its own."""
    return redirect(SIGN_IN_PATH)


@post(CODE_PATH, opt={"public": True})
async def finish_sign_in(request: PageRequest) -> Response[Any]:
    """On to the page that was asked for; the code's form again when it was wrong, the first form when it came too late."""
    form = await read_form(request, CodeForm)
    half_way, next_route = form.typed.get("half_way", ""), form.typed.get("next", "")
    if form.value is None:
        return _code_form(request, form.errors, half_way=half_way, next_route=next_route, status=422)
    own_token = sign_in_token(request)
    try:
        token = await sign_ins.finish_sign_in(half_way, form.value.code, address=visitor(request), instead_of=own_token)
    except HalfWayOver as over:
        return _sign_in_form(request, {}, {"email": [_(over.detail)]}, next_route=next_route, status=401)
    except CodeRefused as refused:
        return _code_form(request, {"code": [_(refused.detail)]}, half_way=half_way, next_route=next_route, status=401)
    except TooMany as refused:
        shown = _code_form(request, {"code": [_(refused.detail)]}, half_way=half_way, next_route=next_route, status=429)
        shown.headers["Retry-After"] = str(refused.retry_after)
        return shown
    return await _signed_in(request, next_route, token)


@post("/sign-out", opt={"public": True})
async def sign_out(request: PageRequest) -> Redirect:
    """End this sign-in. Doing it again changes nothing."""
    if token := sign_in_token(request):
        await sign_ins.sign_out(token)
    return going_on(f"{SIGN_IN_PATH}?done=signed_out", "")


@get(ACCOUNT, name="office.account")
async def own_account(request: PageRequest) -> Response[str]:
    """One's own roles, the form for another password, and the second factor."""
    return await own_account_page(request)


@post(ACCOUNT)
async def change_password(request: PageRequest) -> Response[Any]:
    """Another password; every other browser in which one was signed in is signed out."""
    form = await read_form(request, PasswordForm)
    if form.value is None:
        return await own_account_page(request, status=422, errors=form.errors)
    actor, token = await actor_of(request), sign_in_token(request)
    current, new = form.value.current, form.value.new
    try:
        await actions.change_password(actor.id, current=current, new=new, address=visitor(request), keep=token)
    except Invalid as invalid:
        return await own_account_page(request, status=422, errors=errors_by_field(invalid))
    return going_on(f"{ACCOUNT}?done=password_changed", await sign_ins.renew_sign_in(token))


own = Router(path="/", guards=[needs_account], route_handlers=[own_account, change_password])
ROUTES: list[Any] = [sign_in_page, sign_in, code_page, finish_sign_in, sign_out, own]


def visitor(request: PageRequest) -> str:
    """The network address that tries are counted against."""
    return visitor_address(request)


def going_on(to: str, token: str) -> Redirect:
    going = redirect(to)
    going.set_cookie(sign_in_cookie(token))
    return going


async def remember_language(request: PageRequest, language: str) -> None:
    """Keep the language that was chosen with the account of who is signed in."""
    actor = await actor_of(request)
    if actor.kind == "account":
        await actions.choose_language(actor.id, language)


async def _signed_in(request: PageRequest, next_route: str, token: str) -> Redirect:
    """On to the page that was asked for, in the language they once chose, whatever this browser spoke before."""
    going = going_on(landing(request.app, next_route), token)
    if chosen := await queries.chosen_language(token):
        going.set_cookie(language_cookie(chosen))
    return going


def _sign_in_form(
    request: PageRequest, typed: dict[str, Any], errors: Errors, *, next_route: str, status: int = 200
) -> Response[str]:
    return page("people/sign_in.html", request, status=status, form=typed, errors=errors, next_route=next_route)


def _code_form(
    request: PageRequest, errors: Errors, *, half_way: str, next_route: str, status: int = 200
) -> Response[str]:
    return page("people/code.html", request, status=status, errors=errors, half_way=half_way, next_route=next_route)


async def own_account_page(
    request: PageRequest, *, status: int = 200, errors: Errors | None = None, removal_errors: Errors | None = None
) -> Response[str]:
    """One's own account, with what is wrong in the form for the password or in the one that removes the second factor."""
    account = await queries.account((await actor_of(request)).id)
    return page(
        "office/account.html",
        request,
        status=status,
        account=account,
        recovery_codes_left=await queries.recovery_codes_left(account.id) if account.has_second_factor else 0,
        form={},
        errors=errors or {},
        removal_errors=removal_errors or {},
    )
