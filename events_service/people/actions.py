"""Verbs about accounts and tokens, each written down with who did it (`by`; the service itself where it comes from its command line).

A change of an account's roles or password ends its sign-ins.
"""

from events_service import clock, database
from events_service.audit.actions import record
from events_service.audit.rules import SERVICE, Deed, Doer
from events_service.database import Row, Transaction
from events_service.errors import FieldError, Invalid, NotFound
from events_service.identifiers import new_id
from events_service.people import passwords
from events_service.people.addresses import account_address
from events_service.people.rules import LastOwner, Role
from events_service.people.sign_ins import end_sign_ins, is_password
from events_service.sealing import random_token, token_digest


async def add_account(
    email: str,
    role: Role,
    event_slug: str | None = None,
    *,
    password: str | None = None,
    name: str | None = None,
    language: str = "en",
    keep: str = "",
    by: Doer = SERVICE,
) -> str:
    """Make sure that there is an account with this role, and return its id. Doing it again changes nothing.

    An account that exists keeps its name and language; it gets the role, and the password if another one was given.
    What is new to it ends its sign-ins, save the one whose token is `keep`.
    Raises `Invalid` for an address or a password that will not do.
    """
    address = account_address(email)
    if password is not None:
        _refuse_weak(password, email=address)
    async with database.transaction() as tx:
        account_id = await _find_or_insert(tx, address, name=name or "", language=language)
        if await _grant(tx, account_id, role=role, event_slug=event_slug, by=by):
            await end_sign_ins(tx, account_id, keep=keep)
    if password is not None and not await _has_password(account_id, password):
        await set_password(account_id, password, keep=keep, by=by)
    return account_id


async def set_password(account_id: str, password: str, *, keep: str = "", by: Doer = SERVICE) -> None:
    """Give an account a new password and end its sign-ins, save the one whose token is `keep`.

    Raises `Invalid` for a password that will not do, `NotFound` for an unknown account.
    """
    account = await database.fetch_one("SELECT email FROM account WHERE id = $1", account_id)
    if account is None:
        raise NotFound()
    _refuse_weak(password, email=account["email"])
    stored = await passwords.hashed(password)
    async with database.transaction() as tx:
        await tx.execute("UPDATE account SET password_hash = $2 WHERE id = $1", account_id, stored)
        await end_sign_ins(tx, account_id, keep=keep)
        await record(tx, by, Deed("set_password", None, "account", account_id))


async def change_password(account_id: str, *, current: str, new: str, address: str, keep: str) -> None:
    """Change one's own password, knowing the present one, from the network `address`; only the sign-in `keep` goes on.

    Raises `Invalid` when the present one is wrong or the new one will not do, `TooMany` after five wrong ones.
    """
    account = await database.fetch_one("SELECT email, password_hash FROM account WHERE id = $1", account_id)
    if account is None:
        raise NotFound()
    _refuse_weak(new, email=account["email"], field="new")
    if not await is_password(current, stored=account["password_hash"], of=account["email"], address=address):
        raise Invalid([FieldError("current", "wrong_password", "This is not your present password.")])
    await set_password(account_id, new, keep=keep, by=Doer("account", account_id))


async def choose_language(account_id: str, language: str) -> None:
    """Let the account's pages speak it from now on, wherever it signs in. Raises `NotFound`."""
    async with database.transaction() as tx:
        await _lock_account(tx, account_id)
        await tx.execute("UPDATE account SET language = $2, language_chosen = TRUE WHERE id = $1", account_id, language)


async def grant_role(
    account_id: str, role: Role, event_slug: str | None = None, *, keep: str = "", by: Doer = SERVICE
) -> None:
    """Give an account a role, for one event or for all; having it already changes nothing. Raises `NotFound`."""
    async with database.transaction() as tx:
        await _lock_account(tx, account_id)
        if await _grant(tx, account_id, role=role, event_slug=event_slug, by=by):
            await end_sign_ins(tx, account_id, keep=keep)


async def withdraw_role(
    account_id: str, role: Role, event_slug: str | None = None, *, keep: str = "", by: Doer = SERVICE
) -> None:
    """Take a role back. Raises `NotFound` for one it does not have, `LastOwner` when nobody could give roles then."""
    async with database.transaction() as tx:
        await _lock_owners(tx)
        withdrawn = await tx.fetch_one(
            """DELETE FROM role_grant
               WHERE account = $1 AND role = $2 AND COALESCE(event_slug, '') = $3 RETURNING id""",
            account_id,
            role.value,
            event_slug or "",
        )
        if withdrawn is None:
            raise NotFound()
        if role is Role.OWNER and event_slug is None:
            await _refuse_without_owner(tx)
        await end_sign_ins(tx, account_id, keep=keep)
        await record(tx, by, Deed("withdrew_role", event_slug, "account", account_id, (role.value,)))


async def disable_account(account_id: str, *, by: Doer = SERVICE) -> None:
    """End an account's sign-ins and allow no new ones. Raises `NotFound`, and `LastOwner` for the last owner."""
    async with database.transaction() as tx:
        await _lock_owners(tx)
        before = await _lock_account(tx, account_id)
        await tx.execute("UPDATE account SET disabled = TRUE WHERE id = $1", account_id)
        if not before["disabled"] and await _is_owner(tx, account_id):
            await _refuse_without_owner(tx)
        await end_sign_ins(tx, account_id)
        await record(tx, by, Deed("disabled_account", None, "account", account_id))


async def enable_account(account_id: str, *, by: Doer = SERVICE) -> None:
    """Let a disabled account sign in again, with the roles it had. Raises `NotFound`."""
    async with database.transaction() as tx:
        await _lock_account(tx, account_id)
        await tx.execute("UPDATE account SET disabled = FALSE WHERE id = $1", account_id)
        await record(tx, by, Deed("enabled_account", None, "account", account_id))


async def make_api_token(role: Role, *, event_slug: str | None = None, name: str, by: Doer = SERVICE) -> str:
    """A token for a program, with one role for one event or for all. It is given out here and never again."""
    token, token_id = random_token(), new_id()
    async with database.transaction() as tx:
        await tx.execute(
            """INSERT INTO api_token (id, token_digest, name, role, event_slug, created_at, revoked_at)
               VALUES ($1, $2, $3, $4, $5, $6, NULL)""",
            token_id,
            token_digest(token),
            name,
            role.value,
            event_slug,
            clock.now(),
        )
        await record(tx, by, Deed("made_token", event_slug, "token", token_id, (role.value,)))
    return token


async def revoke_api_token(token_id: str, *, by: Doer = SERVICE) -> None:
    """The token opens nothing from now on; doing it again changes nothing. Raises `NotFound` for an unknown id."""
    async with database.transaction() as tx:
        revoked = await tx.fetch_one(
            "UPDATE api_token SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1 RETURNING id",
            token_id,
            clock.now(),
        )
        if revoked is None:
            raise NotFound()
        await record(tx, by, Deed("revoked_token", None, "token", token_id))


async def _find_or_insert(tx: Transaction, address: str, *, name: str, language: str) -> str:
    # The update changes nothing; it locks the row and makes RETURNING answer for one that exists too.
    row = await tx.fetch_one(
        """INSERT INTO account (id, email, name, password_hash, language, disabled, created_at)
           VALUES ($1, $2, $3, NULL, $4, FALSE, $5)
           ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING id""",
        new_id(),
        address,
        name,
        language,
        clock.now(),
    )
    assert row is not None
    return str(row["id"])


async def _grant(tx: Transaction, account_id: str, *, role: Role, event_slug: str | None, by: Doer) -> bool:
    """Whether the role is new to the account; then it is written down."""
    row = await tx.fetch_one(
        """INSERT INTO role_grant (id, account, role, event_slug, created_at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (account, role, COALESCE(event_slug, '')) DO NOTHING RETURNING id""",
        new_id(),
        account_id,
        role.value,
        event_slug,
        clock.now(),
    )
    if row is not None:
        await record(tx, by, Deed("granted_role", event_slug, "account", account_id, (role.value,)))
    return row is not None


async def _has_password(account_id: str, password: str) -> bool:
    row = await database.fetch_one("SELECT password_hash FROM account WHERE id = $1", account_id)
    return row is not None and await passwords.holds(password, stored=row["password_hash"])


async def _lock_account(tx: Transaction, account_id: str) -> Row:
    row = await tx.fetch_one("SELECT id, disabled FROM account WHERE id = $1 FOR UPDATE", account_id)
    if row is None:
        raise NotFound()
    return row


async def _lock_owners(tx: Transaction) -> None:
    """Lock, then look: of two who take the last two owners away at once, the second sees what the first did."""
    await tx.fetch("SELECT id FROM role_grant WHERE role = 'owner' AND event_slug IS NULL ORDER BY id FOR UPDATE")


async def _is_owner(tx: Transaction, account_id: str) -> bool:
    return bool(
        await tx.fetch(
            "SELECT id FROM role_grant WHERE account = $1 AND role = 'owner' AND event_slug IS NULL", account_id
        )
    )


async def _refuse_without_owner(tx: Transaction) -> None:
    left = await tx.fetch_one(
        """SELECT role_grant.id FROM role_grant JOIN account ON account.id = role_grant.account
           WHERE role_grant.role = 'owner' AND role_grant.event_slug IS NULL AND NOT account.disabled LIMIT 1"""
    )
    if left is None:
        raise LastOwner()


def _refuse_weak(password: str, *, email: str, field: str = "password") -> None:
    fault = passwords.password_fault(password, email=email, field=field)
    if fault is not None:
        raise Invalid([fault])
