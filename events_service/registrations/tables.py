"""Registrations and the badges they no longer hold."""

from piccolo.columns import Boolean, ForeignKey, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from events_service.events.tables import Event
from events_service.identifiers import new_id


class Registration(Table, tablename="registration"):
    """One person's place, or wish for one, at one event. `email_key` is unique within the event.

    `waitlist_number` orders the waiting list; the position shown is its rank.
    `invite_sequence` is the SEQUENCE last sent to this person, `invite_withdrawn` whether that was a CANCEL; `told_sequence` is the
    event's own SEQUENCE as they were last told it, which their own can run ahead of.
    Tokens (the page, the feed) are drawn from the installation's key and `links_generation`; only digests are here.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    email = Text()
    email_key = Text(index=True)
    name = Text()
    search_key = Text()
    organisation = Text()
    city = Text()
    category = Text()
    attendance = Text()
    language = Text()
    answers = Text()
    status = Text()
    waitlist_number = Integer(null=True, default=None)
    source = Text()
    consent_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
    changed_at = Timestamptz()
    version = Integer(default=1)
    badge_digest = Text(null=True, default=None)
    badge_generation = SmallInt(default=0)
    page_digest = Text()
    feed_digest = Text()
    links_generation = SmallInt(default=0)
    reminded_at = Timestamptz(null=True, default=None)
    told_cancelled_at = Timestamptz(null=True, default=None)
    invite_sequence = Integer(null=True, default=None)
    told_sequence = Integer(null=True, default=None)
    invite_withdrawn = Boolean(default=False)


class RetiredBadge(Table, tablename="retired_badge"):
    """The digest of a badge that was replaced or withdrawn: its holder is told so at the door."""

    digest = Text(primary_key=True)
    registration = ForeignKey(Registration, null=False)
    retired_at = Timestamptz()
