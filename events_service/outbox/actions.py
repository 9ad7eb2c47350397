"""Letters: posted within the transaction of what they tell of, sent when due, forgotten when old."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import structlog

from events_service import clock, settings
from events_service.database import Transaction, transaction
from events_service.errors import Conflict, FieldError, Invalid, NotFound
from events_service.folding import search_key
from events_service.identifiers import new_id
from events_service.outbox import rules
from events_service.outbox.rules import NewLetter, Status
from events_service.outbox.sending import send_due

__all__ = ["forget_bodies", "post", "resend", "send_due"]

log = structlog.get_logger(__name__)

_INSERT = """
INSERT INTO letter (id, message_id, kind, recipient, recipient_name, search_key, language, facts, event_slug,
                    registration_id, priority, status, created_at, next_attempt_at, attempts, sends)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', $12, $12, 0, 0)
"""

_COPY = """
INSERT INTO letter (id, message_id, kind, recipient, recipient_name, search_key, language, facts, event_slug,
                    registration_id, priority, status, created_at, next_attempt_at, attempts, sends)
SELECT $1, $2, kind, recipient, recipient_name, search_key, language, facts, event_slug,
       registration_id, priority, 'waiting', $3, $3, 0, 0
FROM letter WHERE id = $4
"""


async def post(tx: Transaction, letters: Sequence[NewLetter]) -> list[str]:
    """Lay letters in the outbox, due at once, and return their ids in order; they exist once the caller commits.

    Nothing is rendered here. Those to addresses that lead nowhere are left out. Raises `Invalid` when an address or a name is
    unsafe in a header; then none is posted.
    """
    letters = [letter for letter in letters if not rules.leads_nowhere(letter.recipient)]
    for letter in letters:
        _refuse_unsafe(letter)
    now, domain = clock.now(), settings.current().domain
    rows = [_row(letter, letter_id=new_id(), domain=domain, now=now) for letter in letters]
    await tx.execute_many(_INSERT, rows)
    return [str(row[0]) for row in rows]


async def resend(letter_id: str, *, by: str) -> str:
    """Post a copy under a message id of its own, due at once, and return its id. `by` is the id of who asked for it.

    Raises `NotFound`, and `Conflict` (letter_forgotten) when there is nothing left to write the letter from.
    """
    async with transaction() as tx:
        found = await tx.fetch_one("SELECT facts FROM letter WHERE id = $1", letter_id)
        if found is None:
            raise NotFound()
        if not found["facts"]:
            raise Conflict("The contents of this letter were deleted after 14 days.", code="letter_forgotten")
        copy = new_id()
        message_id = rules.message_id_for(copy, domain=settings.current().domain)
        await tx.execute(_COPY, copy, message_id, clock.now(), letter_id)
    log.info("letter.resent", letter=letter_id, copy=copy, by=by)
    return copy


async def forget_bodies(before: datetime) -> int:
    """Empty the facts of letters posted before this moment that wait no longer; the rows stay. Returns how many.

    One that belongs to no event, such as a link that was asked for, says no more whom it went to.
    """
    async with transaction() as tx:
        forgotten = await tx.fetch(
            """UPDATE letter SET facts = '', recipient = CASE WHEN event_slug IS NULL THEN '' ELSE recipient END,
                      recipient_name = CASE WHEN event_slug IS NULL THEN '' ELSE recipient_name END,
                      search_key = CASE WHEN event_slug IS NULL THEN '' ELSE search_key END
               WHERE created_at < $1 AND facts <> '' AND status <> $2 RETURNING id""",
            before,
            Status.WAITING.value,
        )
    return len(forgotten)


def _refuse_unsafe(letter: NewLetter) -> None:
    errors = []
    if not rules.is_safe_address(letter.recipient):
        errors.append(FieldError("email", "invalid_email", "Enter one mail address, such as name@example.org."))
    if not rules.is_safe_in_header(letter.recipient_name):
        errors.append(FieldError("name", "unsafe_characters", "Leave out control characters and the sequence =?."))
    if errors:
        raise Invalid(errors)


def _row(letter: NewLetter, *, letter_id: str, domain: str, now: datetime) -> tuple[object, ...]:
    return (
        letter_id,
        rules.message_id_for(letter_id, domain=domain),
        letter.kind,
        letter.recipient,
        letter.recipient_name,
        search_key(f"{letter.recipient_name} {letter.recipient}"),
        letter.language,
        msgspec.json.encode(letter.facts).decode(),
        letter.event_slug,
        letter.registration_id,
        letter.priority,
        now,
    )
