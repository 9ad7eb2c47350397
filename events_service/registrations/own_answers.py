"""A participant changes what they answered."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import transaction
from events_service.errors import Conflict
from events_service.events.rules import Event, Mode
from events_service.events.rules import Status as EventStatus
from events_service.questions.rules import AnswerValue
from events_service.registrations.actions import lock_registration
from events_service.registrations.questionnaire import settle_own_answers
from events_service.registrations.rules import ENDED, Status


def may_answer(status: Status, event: Event, *, now: datetime) -> bool:
    """Whether answers can still be changed: until registration closes or the event starts."""
    terms = event.registration
    is_closed = terms.mode is Mode.CLOSED or (terms.closes_at is not None and now >= terms.closes_at)
    is_coming = event.status is EventStatus.PUBLISHED and now < event.starts_at
    return status not in ENDED and is_coming and not is_closed


async def answer_oneself(registration_id: str, answers: Mapping[str, AnswerValue]) -> None:
    """Take these answers in place of all that were given. Raises `NotFound`, `Invalid`, `Conflict` where it is too late."""
    async with transaction() as tx:
        event, person = await lock_registration(tx, registration_id)
        if not may_answer(person.status, event, now=clock.now()):
            raise Conflict("It is too late to change your answers. Please write to the organisers.", code="too_late")
        kept = await settle_own_answers(tx, person, answers)
        await tx.execute(
            "UPDATE registration SET answers = $2, changed_at = $3, version = version + 1 WHERE id = $1",
            person.id,
            msgspec.json.encode(kept).decode(),
            clock.now(),
        )
        changed = tuple(sorted(name for name in {*kept, *person.answers} if kept.get(name) != person.answers.get(name)))
        deed = Deed("changed_own_answers", event.slug, "registration", person.id, changed)
        await record(tx, Doer("participant", person.id), deed)
