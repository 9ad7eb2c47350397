from datetime import UTC, datetime, timedelta

import pytest

from events_service.errors import Forbidden, Unauthenticated
from events_service.people.rules import (
    ALLOWED,
    ANONYMOUS,
    Actor,
    Grant,
    Permission,
    Role,
    is_signed_in,
    read_grants,
    should_mark_seen,
)

NOW = datetime(2027, 3, 7, 11, 0, tzinfo=UTC)

# A line each: o owner, g organiser, a agenda editor, r registrar, s door supervisor, d door steward, v viewer, m inbound mail.
LETTERS = dict(zip("ogarsdvm", Role, strict=True))
EXPECTED = {
    "see_events": "ogarsdv",
    "create_events": "og",
    "edit_events": "og",
    "publish_events": "og",
    "edit_agenda": "oga",
    "see_registrations": "ogr",
    "edit_registrations": "ogr",
    "see_badges": "ogr",
    "receive_mail": "ogrm",
    "see_letters": "ogr",
    "send_letters": "ogr",
    "manage_door": "ogs",
    "scan": "ogsd",
    "see_attendance": "ogrsv",
    "manage_people": "o",
    "see_audit": "og",
    "see_protected": "og",
}
FOR_ALL_ONLY = {"create_events", "manage_people"}
CASES = [
    pytest.param(role, permission, letter in EXPECTED[permission], id=f"{role}-{permission}")
    for letter, role in LETTERS.items()
    for permission in Permission
]


def actor(*grants: Grant) -> Actor:
    return Actor(kind="account", id="a1", grants=frozenset(grants))


def test_the_expectation_names_every_permission_and_the_table_every_role() -> None:
    assert set(EXPECTED) == {permission.value for permission in Permission}
    assert set(ALLOWED) == set(Role)


@pytest.mark.parametrize(("role", "permission", "allowed"), CASES)
def test_a_role_for_all_events_allows_what_its_row_says_everywhere(
    role: Role, permission: Permission, allowed: bool
) -> None:
    everywhere = actor(Grant(role))
    assert everywhere.may(permission) is allowed
    assert everywhere.may(permission, "launch") is allowed
    assert everywhere.events_with(permission) == (None if allowed else frozenset())


@pytest.mark.parametrize(("role", "permission", "allowed"), CASES)
def test_a_role_for_one_event_reaches_that_event_and_no_other(
    role: Role, permission: Permission, allowed: bool
) -> None:
    allowed_here = allowed and permission.value not in FOR_ALL_ONLY
    own = actor(Grant(role, "launch"))
    assert own.may(permission, "launch") is allowed_here
    assert own.may(permission, "summit") is False
    assert own.may(permission) is False
    assert own.may_somewhere(permission) is allowed_here
    assert own.events_with(permission) == (frozenset({"launch"}) if allowed_here else frozenset())


def test_roles_add_up_each_at_its_own_event() -> None:
    both = actor(Grant(Role.REGISTRAR, "launch"), Grant(Role.DOOR_STEWARD, "summit"))
    assert both.events_with(Permission.SEE_EVENTS) == frozenset({"launch", "summit"})
    assert both.events_with(Permission.SCAN) == frozenset({"summit"})
    assert both.may(Permission.SCAN, "launch") is False


def test_a_stranger_may_nothing_and_is_asked_who_they_are() -> None:
    assert not any(ANONYMOUS.may(permission) for permission in Permission)
    with pytest.raises(Unauthenticated):
        ANONYMOUS.require(Permission.SEE_EVENTS, "launch")
    with pytest.raises(Unauthenticated):
        ANONYMOUS.require_somewhere(Permission.SEE_EVENTS)


def test_a_known_actor_is_refused_by_the_name_of_what_is_needed() -> None:
    steward = actor(Grant(Role.DOOR_STEWARD, "launch"))
    steward.require(Permission.SCAN, "launch")
    steward.require_somewhere(Permission.SCAN)
    with pytest.raises(Forbidden) as refused:
        steward.require(Permission.SCAN, "summit")
    assert refused.value.facts == {"needed": "scan"}
    with pytest.raises(Forbidden):
        steward.require_somewhere(Permission.EDIT_EVENTS)


def test_a_stored_role_that_is_not_known_grants_nothing() -> None:
    assert read_grants([("viewer", None), ("emperor", None), (None, None)]) == {Grant(Role.VIEWER)}


@pytest.mark.parametrize(
    ("signed_in_for", "idle_for", "holds"),
    [
        (timedelta(0), timedelta(0), True),
        (timedelta(hours=1), timedelta(minutes=29, seconds=59), True),
        (timedelta(hours=1), timedelta(minutes=30), False),
        (timedelta(hours=11, minutes=59), timedelta(minutes=1), True),
        (timedelta(hours=12), timedelta(0), False),
    ],
)
def test_a_sign_in_holds_for_half_an_hour_idle_and_twelve_hours_in_all(
    signed_in_for: timedelta, idle_for: timedelta, holds: bool
) -> None:
    assert is_signed_in(created_at=NOW - signed_in_for, last_seen_at=NOW - idle_for, now=NOW) is holds


@pytest.mark.parametrize(("seconds", "mark"), [(0, False), (59, False), (60, True), (600, True)])
def test_a_sign_in_is_marked_as_seen_once_a_minute_at_most(seconds: int, mark: bool) -> None:
    assert should_mark_seen(last_seen_at=NOW - timedelta(seconds=seconds), now=NOW) is mark
