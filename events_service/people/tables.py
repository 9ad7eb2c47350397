"""Accounts of organisers and staff, their roles, where they are signed in, and API tokens."""

from piccolo.columns import Boolean, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from events_service.identifiers import new_id


class Account(Table, tablename="account"):
    """A person who signs in. `email` is in lower case and unique."""

    id = Text(primary_key=True, default=new_id)
    email = Text(unique=True)
    name = Text()
    password_hash = Text(null=True, default=None)
    language = Text(default="en")
    disabled = Boolean(default=False)
    created_at = Timestamptz()


class RoleGrant(Table, tablename="role_grant"):
    """A role for one event, named by its slug, or for all (null)."""

    id = Text(primary_key=True, default=new_id)
    account = ForeignKey(Account)
    role = Text()
    event_slug = Text(null=True, default=None)
    created_at = Timestamptz()


class SignIn(Table, tablename="sign_in"):
    """A server-side session. Only the digest of the cookie's token is kept."""

    token_digest = Text(primary_key=True)
    account = ForeignKey(Account)
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
