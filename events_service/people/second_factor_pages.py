"""One's own second factor: setting it up with an authenticator app, and removing it."""

import asyncio
from typing import Any

from litestar import Response, Router, get, post

from events_service.errors import Invalid
from events_service.people import queries, second_factors, sign_ins
from events_service.people.guards import actor_of, go_on_as, needs_account, sign_in_cookie, sign_in_token
from events_service.people.rules import SecondFactorHeld
from events_service.people.second_factors import Offer
from events_service.people.sign_in_pages import (
    ACCOUNT,
    Code,
    Errors,
    PageRequest,
    Password,
    Sealed,
    going_on,
    own_account_page,
    visitor,
)
from events_service.people.totp import RECOVERY_GROUP, in_groups
from events_service.web.bodies import Body
from events_service.web.forms import errors_by_field, read_form
from events_service.web.pages import page, redirect
from events_service.web.qr_codes import qr_address
from events_service.web.words import gettext as _

SECOND_FACTOR = f"{ACCOUNT}/second-factor"
SECRET_GROUP = 4
TOO_LATE = "This page was open for too long. Take the new secret into the app and type its code."


class SetUpForm(Body, frozen=True):
    """The first code of a new second factor; `offer` is its secret, sealed."""

    offer: Sealed
    code: Code


class RemovalForm(Body, frozen=True):
    """What taking the second factor away asks for."""

    password: Password
    code: Code


@get(SECOND_FACTOR, name="office.second_factor")
async def offer_second_factor(request: PageRequest) -> Response[Any]:
    """A fresh secret as a picture and as text. Whoever has a second factor is sent back."""
    account = await queries.account((await actor_of(request)).id)
    if account.has_second_factor:
        return redirect(ACCOUNT)
    return await _offered(request, second_factors.offer(account.id, email=account.email))


@post(SECOND_FACTOR)
async def set_up_second_factor(request: PageRequest) -> Response[Any]:
    """The recovery codes, this once; or the same secret again when the code was wrong."""
    form = await read_form(request, SetUpForm)
    account = await queries.account((await actor_of(request)).id)
    if account.has_second_factor:
        raise SecondFactorHeld()
    offer = second_factors.offered(account.id, form.typed.get("offer", ""), email=account.email)
    if offer is None:
        anew = second_factors.offer(account.id, email=account.email)
        return await _offered(request, anew, errors={"code": [_(TOO_LATE)]}, status=422)
    if form.value is None:
        return await _offered(request, offer, errors=form.errors, status=422)
    token = sign_in_token(request)
    try:
        recovery_codes = await second_factors.set_up(account.id, offer.secret, code=form.value.code, keep=token)
    except Invalid as invalid:
        return await _offered(request, offer, errors=errors_by_field(invalid), status=422)
    return _recovery_codes(request, recovery_codes, token=await sign_ins.renew_sign_in(token))


@post(f"{SECOND_FACTOR}/remove")
async def remove_second_factor(request: PageRequest) -> Response[Any]:
    """From now on the password alone signs in; every other browser is signed out."""
    form = await read_form(request, RemovalForm)
    account = await queries.account((await actor_of(request)).id)
    if not account.has_second_factor:
        return redirect(ACCOUNT)
    if form.value is None:
        return await own_account_page(request, status=422, removal_errors=form.errors)
    token, password, code = sign_in_token(request), form.value.password, form.value.code
    try:
        await second_factors.remove(account.id, password=password, code=code, address=visitor(request), keep=token)
    except Invalid as invalid:
        return await own_account_page(request, status=422, removal_errors=errors_by_field(invalid))
    return going_on(f"{ACCOUNT}?done=second_factor_removed", await sign_ins.renew_sign_in(token))


own = Router(
    path="/",
    guards=[needs_account],
    route_handlers=[offer_second_factor, set_up_second_factor, remove_second_factor],
)
ROUTES: list[Any] = [own]


async def _offered(
    request: PageRequest, offer: Offer, *, errors: Errors | None = None, status: int = 200
) -> Response[str]:
    return page(
        "office/second_factor.html",
        request,
        status=status,
        picture=await asyncio.to_thread(qr_address, offer.address),
        secret=in_groups(offer.secret, SECRET_GROUP),
        offer=offer.sealed,
        errors=errors or {},
    )


def _recovery_codes(request: PageRequest, codes: list[str], *, token: str) -> Response[str]:
    go_on_as(request, token)
    shown = [in_groups(code, RECOVERY_GROUP) for code in codes]
    answer = page("office/recovery_codes.html", request, status=201, recovery_codes=shown)
    answer.set_cookie(sign_in_cookie(token))
    return answer
