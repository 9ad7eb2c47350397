"""Sending a message to many, once."""

from collections.abc import Mapping

import msgspec

from events_service import clock
from events_service.audit.actions import record
from events_service.audit.rules import Deed, Doer
from events_service.database import transaction
from events_service.errors import Conflict, FieldError, Invalid, NotFound
from events_service.events.rules import Event
from events_service.identifiers import new_id
from events_service.messages.queries import recipients_in, statement
from events_service.messages.rules import Message
from events_service.outbox.actions import post
from events_service.people.queries import AccountRow, account, account_id_of
from events_service.people.rules import Permission, read_grants
from events_service.registrations.letter_facts import ORDINARY, Addressee, letter_about
from events_service.registrations.samples import test_letter
from events_service.texts.rules import Words

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


async def send_test(event: Event, texts: Mapping[str, Words], *, to: str, name: str) -> None:
    """The message as an imagined participant would get it, once in each of its languages, to a colleague's address."""
    letters = [
        test_letter(event, "bulk_message", language, words, to=to, name=name) for language, words in texts.items()
    ]
    async with transaction() as tx:
        await post(tx, letters)


async def colleague_at(address: str, event: Event) -> AccountRow:
    """The account with that address. Raises `Invalid` for one that is of no account that may send letters at the event."""
    refused = Invalid(
        [FieldError("to", "no_colleague", "A test goes to an account that may send letters at this event.")]
    )
    try:
        found = await account(await account_id_of(address.lower()))
    except NotFound as unknown:
        raise refused from unknown
    if found.disabled or not any(one.allows(Permission.SEND_LETTERS, event.slug) for one in read_grants(found.roles)):
        raise refused
    return found
