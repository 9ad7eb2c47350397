"""Verbs about signing in: the cookie's token is new each time, and only its digest is kept."""

from datetime import datetime

from events_service import clock, database
from events_service.database import Transaction
from events_service.errors import Invalid, Unauthenticated
from events_service.people import passwords
from events_service.people.addresses import account_address
from events_service.people.carried import carried, carry
from events_service.people.codes import spend_code
from events_service.people.rules import (
    HALF_WAY_AT_MOST,
    IDLE_AT_MOST,
    SIGNED_IN_AT_MOST,
    CodeRefused,
    HalfWayOver,
    SecondFactorAsked,
    SignInRefused,
)
from events_service.people.tries import count_try, forget_tries, give_back_try
from events_service.sealing import random_token, same, token_digest

HALF_WAY = "half signed in"


async def sign_in(email: str, password: str, *, address: str, instead_of: str = "") -> str:
    """A fresh token for the sign-in cookie; the sign-in that the browser had before (`instead_of`) ends.

    Raises `SignInRefused` alike for an unknown address, a wrong password and a disabled account, and `TooMany` after
    five failures within a quarter of an hour for one account or from one network `address`. For an account with a
    second factor it raises `SecondFactorAsked`, and `finish_sign_in` makes the token.
    """
    known_as = _known_as(email)
    account = await database.fetch_one(
        "SELECT id, password_hash, totp_sealed_secret FROM account WHERE email = $1 AND NOT disabled", known_as
    )
    stored: str | None = account["password_hash"] if account else None
    if not await is_password(password, stored=stored, of=known_as, address=address) or not account or not stored:
        raise SignInRefused()
    if passwords.is_outdated(stored):
        stored = await _keep_better(account["id"], password, stored=stored)
    if account["totp_sealed_secret"] is not None:
        half_way = carry(account["id"], token_digest(stored), purpose=HALF_WAY, now=clock.now())
        raise SecondFactorAsked(half_way=half_way)
    async with database.transaction() as tx:
        if not await _is_unchanged(tx, account["id"], password_hash=stored, second_factor=False):
            raise SignInRefused()
        token = await _open(tx, account["id"], instead_of=instead_of)
    await forget_tries(known_as)
    return token


async def finish_sign_in(half_way: str, code: str, *, address: str, instead_of: str = "") -> str:
    """A fresh token for the sign-in cookie, once a code of the second factor has followed the password.

    Raises `HalfWayOver` five minutes after the password, or when the account has changed since; `CodeRefused` for a
    code that is wrong or was used before; `TooMany` as `sign_in` does.
    """
    found = carried(half_way, purpose=HALF_WAY, lasts=HALF_WAY_AT_MOST, now=clock.now())
    account_id, password_digest = found or ("", "")
    account = await database.fetch_one("SELECT email, password_hash FROM account WHERE id = $1", account_id)
    stored: str = account["password_hash"] or "" if account else ""
    if not account or not same(token_digest(stored), password_digest):
        raise HalfWayOver()
    await count_try(account["email"], address=address)
    async with database.transaction() as tx:
        if not await _is_unchanged(tx, account_id, password_hash=stored, second_factor=True):
            raise HalfWayOver()
        if not await spend_code(tx, account_id, code, now=clock.now()):
            raise CodeRefused()
        token = await _open(tx, account_id, instead_of=instead_of)
    await give_back_try(account["email"], address=address)
    await forget_tries(account["email"])
    return token


async def sign_out(token: str) -> None:
    """End this sign-in; an unknown one has ended already."""
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM sign_in WHERE token_digest = $1", token_digest(token))


async def renew_sign_in(token: str) -> str:
    """A new token for the same sign-in, as after a change of one's roles. Raises `Unauthenticated` if it has ended."""
    fresh = random_token()
    async with database.transaction() as tx:
        row = await tx.fetch_one(
            "UPDATE sign_in SET token_digest = $2 WHERE token_digest = $1 RETURNING account",
            token_digest(token),
            token_digest(fresh),
        )
    if row is None:
        raise Unauthenticated()
    return fresh


async def mark_seen(token: str, *, now: datetime) -> None:
    """Write down that a sign-in is in use."""
    async with database.transaction() as tx:
        await tx.execute("UPDATE sign_in SET last_seen_at = $2 WHERE token_digest = $1", token_digest(token), now)


async def end_sign_ins(tx: Transaction, account_id: str, *, keep: str = "") -> None:
    """End an account's sign-ins, save the one whose token is `keep`."""
    await tx.execute("DELETE FROM sign_in WHERE account = $1 AND token_digest <> $2", account_id, token_digest(keep))


async def sweep_sign_ins(*, now: datetime) -> None:
    """Take away the sign-ins that have run out."""
    async with database.transaction() as tx:
        await _sweep(tx, now=now)


async def is_password(password: str, *, stored: str | None, of: str, address: str) -> bool:
    """Whether it is the account's password. Raises `TooMany` after five failures for the account or the address."""
    await count_try(of, address=address)
    if not await passwords.holds(password, stored=stored):
        return False
    await give_back_try(of, address=address)
    return True


def _known_as(email: str) -> str:
    try:
        return account_address(email)
    except Invalid:
        # No account has such an address. It is refused like one that nobody has.
        return ""


async def _keep_better(account_id: str, password: str, *, stored: str) -> str:
    """The password hashed by today's parameters, stored in place of the old hash."""
    better = await passwords.hashed(password)
    async with database.transaction() as tx:
        kept = await tx.fetch_one(
            "UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2 RETURNING id",
            account_id,
            stored,
            better,
        )
    if kept is None:
        raise SignInRefused()
    return better


async def _is_unchanged(tx: Transaction, account_id: str, *, password_hash: str, second_factor: bool) -> bool:
    # Lock, then look: the password or the second factor may have been changed, or the account disabled, meanwhile.
    row = await tx.fetch_one(
        """SELECT totp_sealed_secret FROM account
           WHERE id = $1 AND password_hash = $2 AND NOT disabled FOR UPDATE""",
        account_id,
        password_hash,
    )
    return row is not None and (row["totp_sealed_secret"] is not None) is second_factor


async def _open(tx: Transaction, account_id: str, *, instead_of: str) -> str:
    token, now = random_token(), clock.now()
    await tx.execute("DELETE FROM sign_in WHERE token_digest = $1", token_digest(instead_of))
    await _sweep(tx, now=now)
    await tx.execute(
        "INSERT INTO sign_in (token_digest, account, created_at, last_seen_at) VALUES ($1, $2, $3, $3)",
        token_digest(token),
        account_id,
        now,
    )
    return token


async def _sweep(tx: Transaction, *, now: datetime) -> None:
    await tx.execute(
        "DELETE FROM sign_in WHERE last_seen_at <= $1 OR created_at <= $2", now - IDLE_AT_MOST, now - SIGNED_IN_AT_MOST
    )
