"""Verbs about signing in: the cookie's token is new each time, and only its digest is kept."""

from datetime import datetime

from events_service import clock, database
from events_service.database import Transaction
from events_service.errors import Invalid, Unauthenticated
from events_service.people import passwords
from events_service.people.addresses import account_address, network_of
from events_service.people.rules import IDLE_AT_MOST, SIGNED_IN_AT_MOST, TRIES, TRIES_WITHIN, SignInRefused
from events_service.sealing import random_token, token_digest
from events_service.web import limits


async def sign_in(email: str, password: str, *, address: str, instead_of: str = "") -> str:
    """A fresh token for the sign-in cookie; the sign-in that the browser had before (`instead_of`) ends.

    Raises `SignInRefused` alike for an unknown address, a wrong password and a disabled account, and `TooMany` after
    five failures within a quarter of an hour for one account or from one network `address`.
    """
    try:
        known_as = account_address(email)
    except Invalid:
        # No account has such an address. It is refused like one that nobody has.
        known_as = ""
    account = await database.fetch_one(
        "SELECT id, password_hash FROM account WHERE email = $1 AND NOT disabled", known_as
    )
    stored: str | None = account["password_hash"] if account else None
    if not await is_password(password, stored=stored, of=known_as, address=address) or not account or not stored:
        raise SignInRefused()
    better = await passwords.hashed(password) if passwords.is_outdated(stored) else stored
    return await _open(account["id"], verified=stored, better=better, instead_of=instead_of)


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
    account_tries, network_tries = f"sign-in account {of}", f"sign-in network {network_of(address)}"
    for tries in (account_tries, network_tries):
        await limits.allow(tries, most=TRIES, within=TRIES_WITHIN)
    if not await passwords.holds(password, stored=stored):
        return False
    await limits.forget(account_tries)
    # Only this try: others behind the same address may still be guessing at other accounts.
    await limits.give_back(network_tries)
    return True


async def _open(account_id: str, *, verified: str, better: str, instead_of: str) -> str:
    token, now = random_token(), clock.now()
    async with database.transaction() as tx:
        # Lock, then look: the password may have been changed, or the account disabled, while this one was checked.
        unchanged = await tx.fetch_one(
            "SELECT id FROM account WHERE id = $1 AND password_hash = $2 AND NOT disabled FOR UPDATE",
            account_id,
            verified,
        )
        if unchanged is None:
            raise SignInRefused()
        if better != verified:
            await tx.execute("UPDATE account SET password_hash = $2 WHERE id = $1", account_id, better)
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
