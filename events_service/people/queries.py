"""Who stands behind a cookie or a token, and the lists of accounts and tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from events_service import database
from events_service.database import Row
from events_service.people.rules import Actor, is_signed_in, read_grants
from events_service.sealing import token_digest


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is signed in, and when that was last written down."""

    actor: Actor
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with its roles; `roles` are pairs of role and event slug (None for all events), in that order."""

    id: str
    email: str
    name: str
    language: str
    disabled: bool
    has_password: bool
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
    row = await database.fetch_one(
        "SELECT id, name, role, event_slug FROM api_token WHERE token_digest = $1 AND revoked_at IS NULL",
        token_digest(token),
    )
    if row is None:
        return None
    grants = read_grants([(row["role"], row["event_slug"])])
    return Actor(kind="token", id=row["id"], name=row["name"], grants=grants)


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
