"""Sending a message to many, once."""

import msgspec

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import transaction
from events_service.errors import Conflict
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.messages.queries import recipients_in, statement
from events_service.messages.rules import Message
from events_service.outbox.actions import post
from events_service.registrations.letters import ORDINARY, Addressee, letter_about

_NOTE = """
INSERT INTO bulk_message (id, event, key, segment, texts, main_language, sent_by, recipients, left_out, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8) ON CONFLICT (key) DO NOTHING RETURNING id
"""


async def send_message(event: Event, message: Message, *, key: str, by: Doer) -> int | None:
    """Lay a letter in the outbox for everyone it is meant for who did not stop their mails; how many these are.

    None when a message with that key was sent before: then nobody gets another. Raises `Conflict` (nobody_to_write_to).
    """
    async with transaction() as tx:
        message_id = new_id()
        noted = await tx.fetch(
            _NOTE,
            message_id,
            event.id,
            key,
            msgspec.json.encode(message.segment).decode(),
            msgspec.json.encode(message.texts).decode(),
            message.main_language,
            by.id,
            clock.now(),
        )
        if not noted:
            return None
        found, values = statement(event.id, message.segment)
        recipients = recipients_in(await tx.fetch(found, *values), message.segment)
        if not recipients.people:
            raise Conflict("Nobody fits, or all who do have stopped their mails.", code="nobody_to_write_to")
        letters = []
        for person in recipients.people:
            language, words = message.words_for(person.language)
            addressee = msgspec.structs.replace(Addressee.of(person), language=language)
            letters.append(letter_about("bulk_message", event, addressee, words=words, priority=ORDINARY))
        await post(tx, letters)
        await tx.execute(
            "UPDATE bulk_message SET recipients = $2, left_out = $3 WHERE id = $1",
            message_id,
            len(letters),
            recipients.left_out,
        )
        fields = (f"answers.{message.segment.answer_name}",) if message.segment.names_an_answer else ()
        await record(tx, by, Deed("sent_message", event.slug, "bulk_message", message_id, fields))
    return len(letters)
