"""Who may do what: roles, permissions, the one table between them, and how long a sign-in lasts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from events_service.errors import Conflict, Forbidden, Unauthenticated


class Role(StrEnum):
    """What a person or a program is here for, at one event or at all."""

    OWNER = "owner"
    ORGANISER = "organiser"
    AGENDA_EDITOR = "agenda_editor"
    REGISTRAR = "registrar"
    DOOR_SUPERVISOR = "door_supervisor"
    DOOR_STEWARD = "door_steward"
    VIEWER = "viewer"
    INBOUND_MAIL = "inbound_mail"  # for a mail server: hands over replies to invites, and nothing else


class Permission(StrEnum):
    """What can be allowed, in an organiser's words."""

    SEE_EVENTS = "see_events"  # drafts too
    CREATE_EVENTS = "create_events"
    EDIT_EVENTS = "edit_events"
    PUBLISH_EVENTS = "publish_events"  # and cancel them
    EDIT_AGENDA = "edit_agenda"
    SEE_REGISTRATIONS = "see_registrations"
    EDIT_REGISTRATIONS = "edit_registrations"
    SEE_BADGES = "see_badges"
    RECEIVE_MAIL = "receive_mail"  # hand over replies to invites
    SEE_LETTERS = "see_letters"
    SEND_LETTERS = "send_letters"
    MANAGE_DOOR = "manage_door"
    SCAN = "scan"
    SEE_ATTENDANCE = "see_attendance"
    MANAGE_PEOPLE = "manage_people"
    SEE_AUDIT = "see_audit"
    SEE_PROTECTED = "see_protected"  # who stands behind an alias, with a reason


_REGISTRAR = frozenset(
    {
        Permission.SEE_EVENTS,
        Permission.SEE_REGISTRATIONS,
        Permission.EDIT_REGISTRATIONS,
        Permission.SEE_BADGES,
        Permission.RECEIVE_MAIL,
        Permission.SEE_LETTERS,
        Permission.SEND_LETTERS,
        Permission.SEE_ATTENDANCE,
    }
)

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ORGANISER: frozenset(Permission) - {Permission.MANAGE_PEOPLE},
    Role.AGENDA_EDITOR: frozenset({Permission.SEE_EVENTS, Permission.EDIT_AGENDA}),
    Role.REGISTRAR: _REGISTRAR,
    Role.DOOR_SUPERVISOR: frozenset(
        {Permission.SEE_EVENTS, Permission.MANAGE_DOOR, Permission.SCAN, Permission.SEE_ATTENDANCE}
    ),
    Role.DOOR_STEWARD: frozenset({Permission.SEE_EVENTS, Permission.SCAN}),
    Role.VIEWER: frozenset({Permission.SEE_EVENTS, Permission.SEE_ATTENDANCE}),
    Role.INBOUND_MAIL: frozenset({Permission.RECEIVE_MAIL}),
}

# A role for one event never carries these: they reach past that event.
FOR_ALL_EVENTS_ONLY = frozenset({Permission.CREATE_EVENTS, Permission.MANAGE_PEOPLE})


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for the event of that slug, or for all events (None)."""

    role: Role
    event_slug: str | None = None

    def allows(self, permission: Permission, event_slug: str | None) -> bool:
        """Whether it allows this at that event, or, for None, everywhere."""
        if permission not in ALLOWED[self.role]:
            return False
        if self.event_slug is None:
            return True
        return self.event_slug == event_slug and permission not in FOR_ALL_EVENTS_ONLY


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: nobody we know, somebody signed in, or a program with a token."""

    kind: Literal["anonymous", "account", "token"]
    id: str = ""
    name: str = ""
    email: str | None = None
    grants: frozenset[Grant] = field(default_factory=frozenset)
    language: str = "en"

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is signed in and no token came along."""
        return self.kind == "anonymous"

    def may(self, permission: Permission, event_slug: str | None = None) -> bool:
        """Whether this is allowed at that event; without one, whether it is allowed everywhere."""
        return any(grant.allows(permission, event_slug) for grant in self.grants)

    def may_somewhere(self, permission: Permission) -> bool:
        """Whether this is allowed at one event at least."""
        return self.events_with(permission) != frozenset()

    def require(self, permission: Permission, event_slug: str | None = None) -> None:
        """Raise `Unauthenticated` for a stranger and `Forbidden` for anyone else who may not do this."""
        self._insist(self.may(permission, event_slug), permission)

    def require_somewhere(self, permission: Permission) -> None:
        """The same for what is allowed at one event at least."""
        self._insist(self.may_somewhere(permission), permission)

    def events_with(self, permission: Permission) -> frozenset[str] | None:
        """The slugs of the events where this is allowed; None stands for all events."""
        if self.may(permission):
            return None
        slugs = {grant.event_slug for grant in self.grants if grant.event_slug is not None}
        return frozenset(slug for slug in slugs if self.may(permission, slug))

    def _insist(self, allowed: bool, permission: Permission) -> None:
        if allowed:
            return
        if self.is_anonymous:
            raise Unauthenticated()
        raise Forbidden(needed=permission.value)


ANONYMOUS = Actor(kind="anonymous")


def read_grants(rows: Iterable[tuple[str | None, str | None]]) -> frozenset[Grant]:
    """Grants from stored pairs of role and event slug. A role that this version does not know grants nothing."""
    known = set(Role)
    return frozenset(Grant(Role(role), event_slug) for role, event_slug in rows if role in known)


IDLE_AT_MOST = timedelta(minutes=30)
SIGNED_IN_AT_MOST = timedelta(hours=12)
# A sign-in is marked as seen no oftener than this, so that reading pages does not write to the database each time.
SEEN_EVERY = timedelta(minutes=1)
TRIES = 5
TRIES_WITHIN = timedelta(minutes=15)
# From the right password to the code of the second factor, and from the picture of a new one to its first code.
HALF_WAY_AT_MOST = timedelta(minutes=5)
SET_UP_WITHIN = timedelta(minutes=30)


def is_signed_in(*, created_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    """Whether a sign-in still holds: used within half an hour, and no older than twelve hours."""
    return now - last_seen_at < IDLE_AT_MOST and now - created_at < SIGNED_IN_AT_MOST


def should_mark_seen(*, last_seen_at: datetime, now: datetime) -> bool:
    """Whether it is time to write down that the sign-in is in use."""
    return now - last_seen_at >= SEEN_EVERY


class SignInRefused(Unauthenticated):
    """The address is unknown, the password is wrong, or the account is disabled: they look the same."""

    code = "sign_in_refused"
    detail = "The mail address or the password is not right."


class SecondFactorAsked(Unauthenticated):
    """The password is right and a code is asked for as well; `half_way` goes with it, sealed, for five minutes."""

    code = "second_factor_asked"
    detail = "Type the code of your authenticator app as well."

    def __init__(self, *, half_way: str) -> None:
        super().__init__()
        self.half_way = half_way


class CodeRefused(Unauthenticated):
    """The code is wrong, out of date, or was used before: they look the same."""

    code = "code_refused"
    detail = "This code is not right, or was used already. Type the one that the app shows now."


class HalfWayOver(Unauthenticated):
    """The code came too late, or the account has changed since its password was asked for."""

    code = "half_way_over"
    detail = "That took too long. Begin again with your password."


class SecondFactorHeld(Conflict):
    """An account has one second factor at most."""

    code = "second_factor_held"
    detail = "You have a second factor already. Remove it before you set up another."


class LastOwner(Conflict):
    """Somebody must remain who can give roles."""

    code = "last_owner"
    detail = "This is the last owner of all events. Make somebody else an owner first."
