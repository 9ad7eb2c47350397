"""The JSON of people: what goes in and what comes out, with an example of each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from events_service.errors import FieldError, Invalid
from events_service.people.queries import AccountRow, TokenRow
from events_service.people.rules import Role
from events_service.web.bodies import Body
from events_service.web.fields import Email, LanguageTag, Line, OptionalLine, Slug

Password = Annotated[str, msgspec.Meta(max_length=256, examples=["four unrelated words, say"])]
OneEvent = Annotated[Slug | None, msgspec.Meta(description="The event's slug; null stands for all events.")]
When = Annotated[datetime, msgspec.Meta(examples=["2027-01-04T08:00:00Z"])]

EXAMPLE_ID = "0190f6b2a6c87d3e9a4f0c1b2d3e4f50"
EXAMPLE_ROLE = {"role": "registrar", "event": "guide-launch"}
EXAMPLE_ME = {
    "kind": "account",
    "id": EXAMPLE_ID,
    "name": "Åsa Ðórsdóttir",
    "email": "asa@example.org",
    "language": "sv",
    "roles": [EXAMPLE_ROLE],
}
EXAMPLE_NEW_TOKEN = {"name": "Badge printer", "role": "registrar", "event": "guide-launch"}
EXAMPLE_TOKEN = {"id": EXAMPLE_ID, **EXAMPLE_NEW_TOKEN, "created_at": "2027-01-04T08:00:00Z", "revoked_at": None}
EXAMPLE_MADE_TOKEN = {
    "id": EXAMPLE_ID,
    "token": "k3v5q2m7xw4jz6ncb2a7ytrh5pdlfs3u",
    **EXAMPLE_NEW_TOKEN,
    "created_at": "2027-01-04T08:00:00Z",
}
EXAMPLE_NEW_ACCOUNT = {"email": "asa@example.org", "name": "Åsa Ðórsdóttir", "language": "sv", **EXAMPLE_ROLE}
EXAMPLE_ACCOUNT = {
    "id": EXAMPLE_ID,
    "email": "asa@example.org",
    "name": "Åsa Ðórsdóttir",
    "language": "sv",
    "disabled": False,
    "second_factor": True,
    "created_at": "2027-01-04T08:00:00Z",
    "roles": [EXAMPLE_ROLE],
}


class RoleHeld(msgspec.Struct, frozen=True):
    """A role, at one event or (null) at all."""

    role: str
    event: str | None


class Me(msgspec.Struct, frozen=True):
    """Whose token this is and what it may do. `kind` is `account` or `token`."""

    kind: str
    id: str
    name: str
    email: str | None
    language: str
    roles: list[RoleHeld]


class NewRole(Body, frozen=True):
    """A role to give."""

    role: Role
    event: OneEvent = None


class NewToken(Body, frozen=True):
    """A token to make for a program."""

    name: Line
    role: Role
    event: OneEvent = None


class NewAccount(Body, frozen=True):
    """An account to make sure of: one that exists gets the role, and the password if one is given."""

    email: Email
    role: Role
    event: OneEvent = None
    name: OptionalLine = ""
    language: LanguageTag = "en"
    password: Password | None = None


class Token(msgspec.Struct, frozen=True):
    """A program's token, without the token itself."""

    id: str
    name: str
    role: str
    event: str | None
    created_at: When
    revoked_at: datetime | None


class MadeToken(msgspec.Struct, frozen=True):
    """The token just made: it is told here and never again."""

    id: str
    token: str
    name: str
    role: str
    event: str | None
    created_at: When


class Account(msgspec.Struct, frozen=True):
    """Somebody who signs in."""

    id: str
    email: str
    name: str
    language: str
    disabled: bool
    second_factor: bool
    created_at: When
    roles: list[RoleHeld]


def refuse_unknown_event(event: str | None, *, among: Sequence[str]) -> None:
    """Raise `Invalid` for a slug that no event has."""
    if event is not None and event not in among:
        raise Invalid([FieldError("event", "unknown_event", "There is no event of this name.")])


def token_shape(row: TokenRow) -> Token:
    return Token(row.id, row.name, row.role, row.event_slug, row.created_at, row.revoked_at)


def account_shape(row: AccountRow) -> Account:
    roles = [RoleHeld(role, slug) for role, slug in row.roles]
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        language=row.language,
        disabled=row.disabled,
        second_factor=row.has_second_factor,
        created_at=row.created_at,
        roles=roles,
    )
