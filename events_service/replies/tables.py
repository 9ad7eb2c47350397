"""Mail that was taken in, until it is forgotten."""

from piccolo.columns import BigInt, Bytea, ForeignKey, Text, Timestamptz
from piccolo.table import Table

from events_service.agenda.tables import Session
from events_service.events.tables import Event
from events_service.identifiers import new_id


class InboundMail(Table, tablename="inbound_mail"):
    """A mail and what became of it. `digest` is of what it says, so that the same answer by another way is known again.

    `event`, `session` and `email_key` name the invite it answers, as far as that is known; `contents` is the mail itself, only
    where somebody is to look at it. `decided_by` is the account that did.
    """

    id = Text(primary_key=True, default=new_id)
    digest = Text(unique=True)
    received_at = Timestamptz(index=True)
    came_by = Text()
    state = Text()
    why = Text()
    event = ForeignKey(Event, null=True, default=None, index=True)
    session = ForeignKey(Session, null=True, default=None, index=True)
    email_key = Text(null=True, default=None)
    sender = Text()
    attendee = Text()
    subject = Text()
    answer = Text(null=True, default=None)
    sequence = BigInt(null=True, default=None)
    stamped_at = Timestamptz(null=True, default=None)
    contents = Bytea(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Text(null=True, default=None)
