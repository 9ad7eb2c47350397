"""Supervisors settle what gates contradict, on both databases."""

from datetime import timedelta

import pytest

from events_service import clock
from events_service.attendance.queries import attendance
from events_service.audit.rules import Doer
from events_service.door.conflict_actions import ReopenDraft, SettleDraft, reopen, settle
from events_service.door.conflict_queries import DoorConflict, conflict_by_id, conflicts_of, how_many_open
from events_service.door.roster_queries import people_on_roster, revision_of
from events_service.door.rules import Verdict
from events_service.door.settlements import Outcome
from events_service.door.undoing import undo_scan
from events_service.errors import Conflict, Invalid, NotFound
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.privacy.protecting import protect
from events_service.registrations.actions import cancel_registration
from tests.audit.given import entries
from tests.door.given import (
    ME,
    Guest,
    Phone,
    a_guest,
    a_phone,
    an_event,
    came_by,
    change,
    guests,
    outcome,
    row_of,
    scanned,
    turned_away,
    twice_admitted,
)

pytestmark = pytest.mark.usefixtures("database")
WHY = "Spoke to them at the desk."


async def the_only(event: Event, *, settled: bool | None = None) -> DoorConflict:
    (found,) = await conflicts_of(event.id, settled=settled)
    return found


async def settled_as(event: Event, outcome: Outcome, *, by: Doer = ME) -> DoorConflict:
    """The event's one open conflict, settled."""
    found = await the_only(event, settled=False)
    return await settle(found.id, SettleDraft(outcome=outcome, reason=WHY), event_id=event.id, doer=by)


async def opened_again(event: Event, conflict_id: str) -> DoorConflict:
    draft = ReopenDraft(reason="It was somebody else.")
    return await reopen(conflict_id, draft, event_id=event.id, doer=ME)


async def let_in_cancelled() -> tuple[Event, Guest, Phone]:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await cancel_registration(guest.id)
    await came_by(phone, guest, "in", at="2037-03-07T11:05")
    return event, guest, phone


async def test_a_conflict_tells_both_gates_and_both_times() -> None:
    event, guest, _, _ = await twice_admitted()
    found = await the_only(event)
    assert (found.kind, found.name, found.place, found.reason) == (
        "double_admission",
        guest.name,
        "Main entrance",
        "already_admitted",
    )
    assert found.first is not None
    assert [(one.scan_id, one.device, one.did, one.undone) for one in (found.first, found.second)] == [
        ("first", "Left door", "admitted", False),
        ("second", "Right door", "admitted", False),
    ]
    # Each batch came at a moment of its own.
    assert round((found.second.at - found.first.at).total_seconds() / 60) == 5
    assert found.outcomes == [Outcome.SAME_PERSON, Outcome.TWO_PEOPLE, Outcome.SENT_AWAY]
    assert (found.outcome, found.settled_by, await how_many_open(event.id)) == (None, None, 1)


async def test_a_time_that_is_not_believed_is_told_beside_ours() -> None:
    event = await an_event()
    guest, phone = await a_guest(event), await a_phone(event)
    await came_by(phone, guest, "away", at="2036-03-07T11:05", gate=Verdict.REFUSED)
    found = await the_only(event)
    assert found.second.claimed_at is not None
    assert found.second.claimed_at.isoformat() == "2036-03-07T10:05:00+00:00"
    assert (await row_of("scan", "away", "scan_id"))["happened_at"] == found.second.at != found.second.claimed_at


async def test_a_protected_person_stands_under_their_alias() -> None:
    event, guest, _ = await turned_away()
    await protect(guest.id, alias="Heron 4", doer=ME, reason="Works undercover.")
    found = await the_only(event)
    assert (found.name, found.organisation) == ("Heron 4", "")


async def test_who_came_in_after_all_is_inside_from_that_moment() -> None:
    event, guest, phone = await turned_away()
    settled = await settled_as(event, Outcome.CAME_IN)
    assert (settled.outcome, settled.settled_reason) == (Outcome.CAME_IN, WHY)
    figures = await attendance(event.id)
    assert (figures.inside, figures.admitted, figures.conflicts) == (1, 1, 0)
    assert (await row_of("presence", guest.id, "registration"))["admitted_by"] == "away"
    row = await row_of("scan", "away", "scan_id")
    assert (row["verdict"], row["reason"], row["gate"]) == ("admitted", None, "refused")
    assert await outcome(phone, guest.badge) == ("refused", "already_admitted")


async def test_who_stayed_out_may_come_later() -> None:
    event, guest, phone = await turned_away()
    await settled_as(event, Outcome.STAYED_OUT)
    assert (await attendance(event.id)).inside == 0
    assert await outcome(phone, guest.badge) == ("admitted", None)


async def test_who_may_stay_without_a_badge_that_holds_is_inside() -> None:
    event, _, _ = await let_in_cancelled()
    assert (await attendance(event.id)).inside == 0
    await settled_as(event, Outcome.MAY_STAY)
    assert (await attendance(event.id)).inside == 1


async def test_who_was_sent_away_is_not_inside() -> None:
    event, _, _ = await let_in_cancelled()
    await settled_as(event, Outcome.SENT_AWAY)
    figures = await attendance(event.id)
    assert (figures.inside, figures.conflicts) == (0, 0)


async def test_settling_the_same_way_twice_is_once_and_another_way_is_refused() -> None:
    event, _, _ = await turned_away()
    first = await settled_as(event, Outcome.CAME_IN)
    again = SettleDraft(outcome=Outcome.CAME_IN, reason="Another reason.")
    assert await settle(first.id, again, event_id=event.id, doer=Doer("device", "other")) == first
    other = SettleDraft(outcome=Outcome.STAYED_OUT, reason=WHY)
    with pytest.raises(Conflict) as refused:
        await settle(first.id, other, event_id=event.id, doer=ME)
    assert (refused.value.code, refused.value.facts) == ("already_settled", {"outcome": "came_in"})
    assert len(await entries(action="settled_conflict")) == 1


async def test_an_outcome_of_another_kind_is_refused() -> None:
    event, _, _ = await turned_away()
    found = await the_only(event)
    with pytest.raises(Invalid) as invalid:
        await settle(found.id, SettleDraft(outcome=Outcome.MAY_STAY, reason=WHY), event_id=event.id, doer=ME)
    assert [(error.field, error.code) for error in invalid.value.errors] == [("outcome", "unknown_value")]
    assert await how_many_open(event.id) == 1


async def test_opened_again_it_is_as_before_and_may_be_settled_otherwise() -> None:
    event, _, _ = await turned_away()
    settled = await settled_as(event, Outcome.CAME_IN)
    open_again = await opened_again(event, settled.id)
    assert (open_again.outcome, open_again.settled_reason, open_again.settled_at) == (None, "", None)
    assert open_again.reopened_reason == "It was somebody else."
    figures = await attendance(event.id)
    assert (figures.inside, figures.conflicts) == (0, 1)
    assert await opened_again(event, settled.id) == open_again
    assert (await settled_as(event, Outcome.STAYED_OUT)).outcome is Outcome.STAYED_OUT


async def test_what_contradicts_no_longer_is_not_opened_again() -> None:
    event, guest, _, _ = await twice_admitted()
    settled = await settled_as(event, Outcome.SAME_PERSON)
    supervisor = await a_phone(event, name="Desk", supervisor=True)
    await undo_scan("first", device_digest=supervisor.digest, reason="Wrong person")
    with pytest.raises(Conflict) as refused:
        await opened_again(event, settled.id)
    assert refused.value.code == "conflict_over"
    assert (await the_only(event)).outcome is Outcome.SAME_PERSON
    assert (await row_of("presence", guest.id, "registration"))["admitted_by"] == "second"


async def test_the_log_says_who_settled_what_and_nothing_of_the_person() -> None:
    event, guest, _ = await turned_away()
    desk = await a_phone(event, name="Desk", supervisor=True)
    settled = await settled_as(event, Outcome.CAME_IN, by=Doer("device", desk.id))
    assert settled.settled_by is not None
    assert (settled.settled_by.kind, settled.settled_by.name) == ("device", "Desk")
    await opened_again(event, settled.id)
    for action, doer in (("settled_conflict", desk.id), ("reopened_conflict", "me")):
        (entry,) = await entries(action=action)
        assert (entry.doer.id, entry.deed.event, entry.deed.subject_id) == (doer, "launch", guest.id)
        assert (entry.deed.fields, entry.deed.reason) == ((settled.id, "refused_but_valid", "came_in"), "")


async def test_conflicts_of_other_events_are_not_there() -> None:
    event, _, _ = await turned_away()
    other = await an_event("summit")
    found = await the_only(event)
    assert await conflicts_of(other.id) == []
    for conflict_id, event_id in (
        (found.id, other.id),
        (new_id(), event.id),
        ("\x00", event.id),
        ("\ud800", event.id),
        ("", event.id),
    ):
        with pytest.raises(NotFound):
            await conflict_by_id(conflict_id, event_id=event_id)


async def test_a_list_goes_on_after_the_last_one_seen() -> None:
    event = await an_event()
    people, phone = await guests(event, 5), await a_phone(event)
    for n, guest in enumerate(people):
        await came_by(phone, guest, f"away-{n}", at="2037-03-07T11:05", gate=Verdict.REFUSED)
    first = await conflicts_of(event.id, limit=3)
    rest = await conflicts_of(event.id, before=first[-1].id)
    assert [one.second.scan_id for one in first + rest] == [f"away-{n}" for n in (4, 3, 2, 1, 0)]


async def test_phones_learn_of_a_settlement_at_their_next_contact() -> None:
    event, guest, _ = await turned_away()
    await change("UPDATE scan SET received_at = $1", clock.now() - timedelta(hours=1))
    await change("UPDATE scan_conflict SET created_at = $1", clock.now() - timedelta(hours=1))
    await change("UPDATE registration SET changed_at = $1", clock.now() - timedelta(hours=1))
    begun, seen = clock.now(), [(await revision_of(event.id)).text]
    assert await people_on_roster(event.id, since=begun) == []
    settled = await settled_as(event, Outcome.CAME_IN)
    seen.append((await revision_of(event.id)).text)
    assert [row["id"] for row in await people_on_roster(event.id, since=begun)] == [guest.id]
    await opened_again(event, settled.id)
    seen.append((await revision_of(event.id)).text)
    assert len(set(seen)) == 3


@pytest.mark.parametrize("settled_first", [True, False])
async def test_a_batch_that_comes_after_a_settlement_makes_the_same_record(settled_first: bool) -> None:
    event = await an_event()
    guest, left = await a_guest(event), await a_phone(event)
    right, online = await a_phone(event, name="Right door"), await a_phone(event, name="Desk")
    await came_by(left, guest, "away", at="2037-03-07T11:05", gate=Verdict.REFUSED)
    refused = await the_only(event)
    draft = SettleDraft(outcome=Outcome.CAME_IN, reason=WHY)
    if settled_first:
        await settle(refused.id, draft, event_id=event.id, doer=ME)
    await came_by(right, guest, "in", at="2037-03-07T11:30")
    if not settled_first:
        await settle(refused.id, draft, event_id=event.id, doer=ME)
    assert (await row_of("presence", guest.id, "registration"))["admitted_by"] == "away"
    left_over = await the_only(event, settled=False)
    assert left_over.first is not None
    assert (left_over.kind, left_over.first.scan_id, left_over.second.scan_id) == ("double_admission", "away", "in")
    assert (await scanned(online, guest.badge)).inside == 1
