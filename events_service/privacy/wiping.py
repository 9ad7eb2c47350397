"""What is emptied of a registration so that nobody is left in it: the one place that names every column that tells who it was.

The rows stay, nameless, with category, city and status, so that every count is as it was.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from events_service.database import Transaction

# A nameless registration is told of nothing any more; its links and open pages end.
_REGISTRATION = """UPDATE registration SET email = '', email_key = 'erased:' || id, name = '', search_key = '', organisation = '',
       answers = '{}', door_note = '', photo_id = FALSE, consent_at = NULL, protected = FALSE, identity = '', check_digest = NULL,
       page_digest = 'erased:' || id, feed_digest = 'erased:' || id, links_generation = links_generation + 1,
       told_sequence = 2147483647, told_cancelled_at = $2, erased_at = $2, changed_at = $2, version = version + 1
       WHERE id = ANY($1)"""
_WHAT_HANGS_ON_IT = (
    "DELETE FROM star WHERE registration = ANY($1)",
    "DELETE FROM session_invite WHERE registration = ANY($1)",
    "DELETE FROM answer_file WHERE registration = ANY($1)",
    "DELETE FROM consent WHERE registration = ANY($1)",
    "DELETE FROM online_stay WHERE registration = ANY($1)",
    "DELETE FROM badge_file WHERE print IN (SELECT print FROM printed_badge WHERE registration = ANY($1))",
    "DELETE FROM printed_badge WHERE registration = ANY($1)",
    "DELETE FROM substitution WHERE leaving = ANY($1) OR coming = ANY($1)",
    """UPDATE letter SET recipient = '', recipient_name = '', search_key = '', facts = '', last_error = NULL,
              status = CASE WHEN status = 'waiting' THEN 'given_up' ELSE status END WHERE registration_id = ANY($1)""",
    "UPDATE scan SET override_reason = '' WHERE registration = ANY($1) AND override_reason IS NOT NULL",
    "UPDATE scan SET undo_reason = '' WHERE registration = ANY($1) AND undo_reason IS NOT NULL",
    "UPDATE scan_conflict SET settled_reason = '', reopened_reason = '' WHERE registration = ANY($1)",
)


# The invitation stays as a number among others, withdrawn where nobody had answered it; its link opens nothing.
NAMELESS_INVITATION = """email = '', email_key = 'erased:' || id, name = '', search_key = '', organisation = '', word = '',
       code_digest = 'erased:' || id, state = CASE WHEN state IN ('reserve', 'invited', 'opened') THEN 'withdrawn' ELSE state END"""

# The delegation goes on for the organisers, without a coordinator; the link opens nothing.
NAMELESS_DELEGATION = """coordinator_name = '', coordinator_email = '', email_key = 'erased:' || id, code_digest = 'erased:' || id,
       link_generation = link_generation + 1"""


async def wipe_registrations(tx: Transaction, ids: Sequence[str], *, now: datetime) -> None:
    """Empty these registrations and what hangs on them. Letters that still waited are not sent."""
    if not ids:
        return
    for statement in _WHAT_HANGS_ON_IT:
        await tx.execute(statement, list(ids))
    await _forget_who_was_scanned(tx, ids)
    await tx.execute(_REGISTRATION, list(ids), now)


async def forget_notes_told(tx: Transaction, ids: Sequence[str]) -> None:
    """Take the notes about these people out of the answers that devices got."""
    rows = await tx.fetch("SELECT scan_id, answer FROM scan WHERE registration = ANY($1)", list(ids))
    await tx.execute_many(
        "UPDATE scan SET answer = $2 WHERE scan_id = $1", [(row["scan_id"], _noteless(row["answer"])) for row in rows]
    )


async def _forget_who_was_scanned(tx: Transaction, ids: Sequence[str]) -> None:
    """The answer that a device got holds the name: the verdict stays, and to which badge, but not whose it was."""
    rows = await tx.fetch("SELECT scan_id, answer FROM scan WHERE registration = ANY($1)", list(ids))
    await tx.execute_many(
        "UPDATE scan SET answer = $2 WHERE scan_id = $1", [(row["scan_id"], _nameless(row["answer"])) for row in rows]
    )


def _noteless(answer: str) -> str:
    told = msgspec.json.decode(answer)
    if told["attendee"] is not None:
        told["attendee"]["note"] = None
    return msgspec.json.encode(told).decode()


def _nameless(answer: str) -> str:
    return msgspec.json.encode(msgspec.json.decode(answer) | {"attendee": None}).decode()
