"""Who stands behind a cookie or a token, and the lists of accounts and tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from events_service import database
from events_service.database import Row
from events_service.errors import NotFound
from events_service.people.rules import Actor, is_signed_in, read_grants
from events_service.people.tables import Account, ApiToken, RecoveryCode, RoleGrant
from events_service.sealing import token_digest


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is signed in, and when that was last written down."""

    actor: Actor
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with its roles; `roles` are pairs of role and event slug (None for all events), the oldest first."""

    id: str
    email: str
    name: str
    language: str
    disabled: bool
    has_password: bool
    has_second_factor: bool
    created_at: datetime
    roles: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A program's token, without the token."""

    id: str
    name: str
    role: str
    event_slug: str | None
    created_at: datetime
    revoked_at: datetime | None


async def chosen_language(token: str) -> str | None:
    """The language that whoever holds this sign-in token chose; None where they chose none."""
    row = await database.fetch_one(
        """SELECT account.language FROM sign_in JOIN account ON account.id = sign_in.account
           WHERE sign_in.token_digest = $1 AND account.language_chosen""",
        token_digest(token),
    )
    return row["language"] if row else None


async def signed_in(token: str, *, now: datetime) -> SignedIn | None:
    """Who holds this sign-in token, by one statement; None when it is unknown, too old, or the account is disabled."""
    rows = await database.fetch(
        """
        SELECT account.id, account.email, account.name, account.language, sign_in.created_at, sign_in.last_seen_at,
               role_grant.role, role_grant.event_slug
        FROM sign_in
        JOIN account ON account.id = sign_in.account
        LEFT JOIN role_grant ON role_grant.account = account.id
        WHERE sign_in.token_digest = $1 AND NOT account.disabled
        """,
        token_digest(token),
    )
    if not rows:
        return None
    first = rows[0]
    if not is_signed_in(created_at=first["created_at"], last_seen_at=first["last_seen_at"], now=now):
        return None
    return SignedIn(actor=_account_actor(rows), last_seen_at=first["last_seen_at"])


async def bearer(token: str) -> Actor | None:
    """The program behind an API token, by one statement; None when the token is unknown or revoked."""
    row = await database.look_up(
        "SELECT id, name, role, event_slug FROM api_token WHERE token_digest = $1 AND revoked_at IS NULL",
        token_digest(token),
    )
    if row is None:
        return None
    grants = read_grants([(row["role"], row["event_slug"])])
    return Actor(kind="token", id=row["id"], name=row["name"], grants=grants)


async def accounts(*, after: str = "", limit: int) -> list[AccountRow]:
    """Accounts with their roles, by id from `after` on; one more than `limit` where there are more."""
    return await _with_roles(await Account.select().where(Account.id > after).order_by(Account.id).limit(limit + 1))


async def account(account_id: str) -> AccountRow:
    """One account with its roles. Raises `NotFound`."""
    found = await _with_roles(await Account.select().where(Account.id == account_id))
    if not found:
        raise NotFound()
    return found[0]


async def account_id_of(email: str) -> str:
    """The id of the account with this mail address, in lower case. Raises `NotFound`."""
    row = await Account.select(Account.id).where(Account.email == email).first()
    if row is None:
        raise NotFound(f"There is no account {email}.")
    return str(row["id"])


async def recovery_codes_left(account_id: str) -> int:
    """How many of an account's recovery codes nobody has used yet."""
    return int(await RecoveryCode.count().where(RecoveryCode.account == account_id))


async def tokens(*, after: str = "", limit: int) -> list[TokenRow]:
    """Programs' tokens, revoked ones too, by id from `after` on; one more than `limit` where there are more."""
    rows = await ApiToken.select().where(ApiToken.id > after).order_by(ApiToken.id).limit(limit + 1)
    return [_token(row) for row in rows]


async def token_row(token: str) -> TokenRow:
    """What is kept of a token. Raises `NotFound` for an unknown one."""
    row = await ApiToken.select().where(ApiToken.token_digest == token_digest(token)).first()
    if row is None:
        raise NotFound()
    return _token(row)


async def _with_roles(rows: Sequence[Row]) -> list[AccountRow]:
    ids = [row["id"] for row in rows]
    grants = await RoleGrant.select().where(RoleGrant.account.is_in(ids)).order_by(RoleGrant.id) if ids else []
    return [_account(row, [grant for grant in grants if grant["account"] == row["id"]]) for row in rows]


def _account(row: Row, grants: Sequence[Row]) -> AccountRow:
    return AccountRow(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        language=row["language"],
        disabled=row["disabled"],
        has_password=row["password_hash"] is not None,
        has_second_factor=row["totp_sealed_secret"] is not None,
        created_at=row["created_at"],
        roles=tuple((grant["role"], grant["event_slug"]) for grant in grants),
    )


def _token(row: Row) -> TokenRow:
    return TokenRow(
        id=row["id"],
        name=row["name"],
        role=row["role"],
        event_slug=row["event_slug"],
        created_at=row["created_at"],
        revoked_at=row["revoked_at"],
    )


def _account_actor(rows: Sequence[Row]) -> Actor:
    first = rows[0]
    return Actor(
        kind="account",
        id=first["id"],
        name=first["name"],
        email=first["email"],
        grants=read_grants((row["role"], row["event_slug"]) for row in rows),
        language=first["language"],
    )
