"""Invitations."""

from piccolo.columns import ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from events_service.events.tables import Event
from events_service.identifiers import new_id


class Invitation(Table, tablename="invitation"):
    """One person's invitation to one event. `email_key` is unique within the event.

    `reserve_number` orders those who are invited when somebody declines. The code of the personal link is drawn from the installation's
    key; only its digest is here. `host` passed theirs on to this one. `registration_id` is what came of an accepted one; nothing is
    joined through it. `remind_at` is when the next reminder is due.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    email = Text()
    email_key = Text()
    name = Text()
    search_key = Text()
    organisation = Text()
    city = Text()
    category = Text()
    language = Text()
    state = Text()
    reserve_number = Integer(null=True, default=None)
    plus_ones = Integer(default=0)
    code_digest = Text(unique=True)
    lapses_at = Timestamptz(null=True, default=None)
    remind_at = Timestamptz(null=True, default=None)
    invited_by_kind = Text()
    invited_by = Text()
    host = Text(null=True, default=None)
    registration_id = Text(null=True, default=None)
    word = Text()
    created_at = Timestamptz()
    invited_at = Timestamptz(null=True, default=None)
    opened_at = Timestamptz(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)
    reminded_at = Timestamptz(null=True, default=None)
    changed_at = Timestamptz()
