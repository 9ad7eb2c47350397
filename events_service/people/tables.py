"""Accounts of organisers and staff, their roles and second factors, where they are signed in, and API tokens."""

from piccolo.columns import BigInt, Boolean, Bytea, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from events_service.identifiers import new_id


class Account(Table, tablename="account"):
    """A person who signs in. `email` is in lower case and unique.

    `language_chosen`: they chose it themselves, so that it goes with them into every browser they sign in with.
    With a second factor, its sealed secret is kept, and the last 30-second step (since 1970) whose code was spent.
    """

    id = Text(primary_key=True, default=new_id)
    email = Text(unique=True)
    name = Text()
    password_hash = Text(null=True, default=None)
    language = Text(default="en")
    language_chosen = Boolean(default=False)
    disabled = Boolean(default=False)
    totp_sealed_secret = Bytea(null=True, default=None)
    totp_last_step = BigInt(null=True, default=None)
    created_at = Timestamptz()


class RecoveryCode(Table, tablename="recovery_code"):
    """A code that stands in for the second factor once. Only a keyed digest is kept, until it is spent."""

    digest = Text(primary_key=True)
    account = ForeignKey(Account, null=False)


class RoleGrant(Table, tablename="role_grant"):
    """A role for one event, named by its slug, or for all (null)."""

    id = Text(primary_key=True, default=new_id)
    account = ForeignKey(Account, null=False)
    role = Text()
    event_slug = Text(null=True, default=None)
    created_at = Timestamptz()


class SignIn(Table, tablename="sign_in"):
    """A server-side session. Only the digest of the cookie's token is kept."""

    token_digest = Text(primary_key=True)
    account = ForeignKey(Account, null=False)
    created_at = Timestamptz()
    last_seen_at = Timestamptz()


class ApiToken(Table, tablename="api_token"):
    """A token for programs, with one role and optionally one event."""

    id = Text(primary_key=True, default=new_id)
    token_digest = Text(unique=True)
    name = Text()
    role = Text()
    event_slug = Text(null=True, default=None)
    created_at = Timestamptz()
    revoked_at = Timestamptz(null=True, default=None)
