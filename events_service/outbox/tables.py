"""Letters waiting to be sent."""

from piccolo.columns import Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from events_service.identifiers import new_id


class Letter(Table, tablename="letter"):
    """A letter: the facts it is written from (JSON), its recipient, and how far its sending has come.

    `message_id` never changes, so that a second delivery of the same letter is known as such.
    One that is held back is given up too: its address takes no mail.
    `search_key` is the name and the address as they are searched. `event_slug` and `registration_id` are for finding;
    nothing is joined through them.
    """

    id = Text(primary_key=True, default=new_id)
    message_id = Text(unique=True)
    kind = Text()
    recipient = Text()
    recipient_name = Text()
    search_key = Text()
    language = Text()
    facts = Text()
    event_slug = Text(null=True, default=None, index=True)
    registration_id = Text(null=True, default=None, index=True)
    status = Text()
    attempts = SmallInt(default=0)
    priority = SmallInt(default=5)
    created_at = Timestamptz()
    next_attempt_at = Timestamptz()
    leased_until = Timestamptz(null=True, default=None)
    lease = Text(null=True, default=None)
    sent_at = Timestamptz(null=True, default=None)
    last_error = Text(null=True, default=None)
    sends = Integer(default=0)
    held_back_at = Timestamptz(null=True, default=None)


class SuppressedAddress(Table, tablename="suppressed_address"):
    """An address that takes no mail: its digest, the mail server's words, and the letter that came back (None: unknown)."""

    digest = Text(primary_key=True)
    reason = Text()
    letter = Text(null=True, default=None)
    since = Timestamptz()
