"""Settling what gates contradict: by people who manage the door, and by supervisors' devices."""

from typing import Annotated

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import Row, Transaction, transaction
from events_service.door.conflict_queries import DoorConflict, conflict_by_id
from events_service.door.ledgers import ConflictKind
from events_service.door.queries import DoorDevice, paired_device
from events_service.door.settlements import SETTLES, Outcome
from events_service.door.undoing import stand_anew
from events_service.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from events_service.people.rules import Role
from events_service.web.bodies import Body
from events_service.web.fields import checked, needed_line

SettlingReason = Annotated[str, checked(needed_line, max_length=500, examples=["Spoke to both at the desk."])]


class SettleDraft(Body, frozen=True, kw_only=True):
    """What had happened, and how that was found out."""

    outcome: Outcome
    reason: SettlingReason


class ReopenDraft(Body, frozen=True, kw_only=True):
    """Why it is opened again."""

    reason: SettlingReason


async def supervisor_of(device_digest: str) -> DoorDevice:
    """The device, if it is a supervisor's. Raises `DeviceRefused`, `Forbidden`."""
    device = await paired_device(device_digest)
    if device.role is not Role.DOOR_SUPERVISOR:
        raise Forbidden("Only a supervisor's device settles what gates contradict.")
    return device


async def settle(conflict_id: str, draft: SettleDraft, *, event_id: str, doer: Doer) -> DoorConflict:
    """Write down what had happened, and let the record follow. The same outcome again changes nothing.

    Raises `NotFound`, `Invalid` for an outcome that does not fit the kind, `Conflict` for what was settled otherwise.
    """
    async with transaction() as tx:
        found = await _locked(tx, (await conflict_by_id(conflict_id, event_id=event_id)))
        if draft.outcome not in SETTLES[ConflictKind(found["kind"])]:
            raise Invalid([FieldError("outcome", "unknown_value", "This outcome does not fit what happened.")])
        if found["settled_at"] is None:
            await tx.execute(
                """UPDATE scan_conflict SET outcome = $2, settled_reason = $3, settled_at = $4, settled_by_kind = $5, settled_by = $6,
                          changed_at = $4, version = version + 1 WHERE id = $1""",
                *(conflict_id, draft.outcome.value, draft.reason, clock.now(), doer.kind, doer.id),
            )
            await record(tx, doer, _deed("settled_conflict", found, draft.outcome))
            await stand_anew(tx, found)
        elif found["outcome"] != draft.outcome:
            raise Conflict(
                "This was settled otherwise. Open it again first.", code="already_settled", outcome=found["outcome"]
            )
        return await conflict_by_id(conflict_id, event_id=event_id)


async def reopen(conflict_id: str, draft: ReopenDraft, *, event_id: str, doer: Doer) -> DoorConflict:
    """Forget how it was settled, and let the record follow. What is open stays as it is.

    Raises `NotFound`, and `Conflict` where the scans contradict each other no longer by what is known today.
    """
    async with transaction() as tx:
        found = await _locked(tx, (await conflict_by_id(conflict_id, event_id=event_id)))
        if found["settled_at"] is not None:
            await tx.execute(
                """UPDATE scan_conflict SET outcome = NULL, settled_reason = '', settled_at = NULL, settled_by_kind = NULL,
                          settled_by = NULL, reopened_reason = $2, changed_at = $3, version = version + 1 WHERE id = $1""",
                *(conflict_id, draft.reason, clock.now()),
            )
            await record(tx, doer, _deed("reopened_conflict", found, Outcome(found["outcome"])))
            await stand_anew(tx, found)
            if await tx.fetch_one("SELECT id FROM scan_conflict WHERE id = $1", conflict_id) is None:
                raise Conflict("By what is known today nothing contradicts here any more.", code="conflict_over")
        return await conflict_by_id(conflict_id, event_id=event_id)


async def _locked(tx: Transaction, shown: DoorConflict) -> Row:
    """The conflict, its person locked before, as everybody who scans does. Raises `NotFound`."""
    await tx.fetch("SELECT id FROM registration WHERE id = $1 FOR NO KEY UPDATE", shown.registration_id)
    found = await tx.fetch_one(
        """SELECT c.*, k.slug AS checkpoint_slug, e.slug, e.reentry
           FROM scan_conflict c JOIN checkpoint k ON k.id = c.checkpoint JOIN event e ON e.id = c.event WHERE c.id = $1""",
        shown.id,
    )
    if found is None:
        raise NotFound()
    return found


def _deed(action: str, found: Row, outcome: Outcome) -> Deed:
    return Deed(action, found["slug"], "registration", found["registration"], (found["id"], found["kind"], outcome))
