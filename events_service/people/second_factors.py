"""Verbs about the second factor of an account. Setting it up and taking it away end its other sign-ins."""

from dataclasses import dataclass

from events_service import clock, database, settings
from events_service.audit.actions import record
from events_service.audit.rules import SERVICE, Deed, Doer
from events_service.errors import FieldError, Invalid, NotFound
from events_service.people.carried import carried, carry
from events_service.people.codes import drop_second_factor, keep_second_factor, spend_code
from events_service.people.rules import SET_UP_WITHIN, CodeRefused, SecondFactorHeld
from events_service.people.sign_ins import end_sign_ins, is_password
from events_service.people.totp import app_address, code_text, new_recovery_codes, new_secret, step_of
from events_service.people.tries import count_try, give_back_try

SET_UP = "second factor being set up"


@dataclass(frozen=True, slots=True)
class Offer:
    """A second factor still to be confirmed: the secret, its `otpauth:` address, and both sealed for the form."""

    secret: str
    address: str
    sealed: str


def offer(account_id: str, *, email: str) -> Offer:
    """A fresh secret for this account. Nothing is stored until a code of it was typed."""
    secret = new_secret()
    return _offer(secret, email=email, sealed=carry(account_id, secret, purpose=SET_UP, now=clock.now()))


def offered(account_id: str, sealed: str, *, email: str) -> Offer | None:
    """The offer that a form brought back; None when it is older than half an hour, or not one to this account."""
    found = carried(sealed, purpose=SET_UP, lasts=SET_UP_WITHIN, now=clock.now())
    if found is None or found[0] != account_id:
        return None
    return _offer(found[1], email=email, sealed=sealed)


async def set_up(account_id: str, secret: str, *, code: str, keep: str) -> list[str]:
    """Ask for codes of this secret at every sign-in from now on; only the sign-in `keep` goes on.

    Gives ten recovery codes, here and never again. Raises `Invalid` for a wrong code, `SecondFactorHeld` when there is
    a second factor already.
    """
    step = step_of(code_text(code), secret=secret, now=clock.now())
    if step is None:
        raise Invalid([FieldError("code", "wrong_code", CodeRefused.detail)])
    recovery_codes = new_recovery_codes()
    async with database.transaction() as tx:
        if not await keep_second_factor(tx, account_id, secret=secret, step=step, recovery_codes=recovery_codes):
            raise SecondFactorHeld()
        await end_sign_ins(tx, account_id, keep=keep)
    return recovery_codes


async def remove(account_id: str, *, password: str, code: str, address: str, keep: str) -> None:
    """Take one's own second factor away, knowing the password and a code; only the sign-in `keep` goes on.

    Raises `Invalid` when either is wrong, and `TooMany` after five failures for the account or from the network
    `address`.
    """
    account = await database.fetch_one("SELECT email, password_hash FROM account WHERE id = $1", account_id)
    if account is None:
        raise NotFound()
    email: str = account["email"]
    if not await is_password(password, stored=account["password_hash"], of=email, address=address):
        raise Invalid([FieldError("password", "wrong_password", "This is not your present password.")])
    await count_try(email, address=address)
    async with database.transaction() as tx:
        if not await spend_code(tx, account_id, code, now=clock.now()):
            raise Invalid([FieldError("code", "wrong_code", CodeRefused.detail)])
        await drop_second_factor(tx, account_id)
        await end_sign_ins(tx, account_id, keep=keep)
    await give_back_try(email, address=address)


async def reset_second_factor(account_id: str, *, keep: str = "", by: Doer = SERVICE) -> None:
    """Take an account's second factor away, as for somebody who lost the phone; it may set up another.

    Its sign-ins end, save the one whose token is `keep`. Where there is none, nothing changes but that. Raises
    `NotFound` for an unknown account.
    """
    async with database.transaction() as tx:
        if not await drop_second_factor(tx, account_id):
            raise NotFound()
        await record(tx, by, Deed("reset_second_factor", None, "account", account_id))
        await end_sign_ins(tx, account_id, keep=keep)


def _offer(secret: str, *, email: str, sealed: str) -> Offer:
    return Offer(secret, app_address(secret, email=email, organisation=settings.current().organisation), sealed)
