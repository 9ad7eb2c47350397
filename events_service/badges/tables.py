"""Who had which badges printed, and the files until somebody fetched them. None of it says who came in."""

from piccolo.columns import Bytea, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from events_service.events.tables import Event
from events_service.identifiers import new_id
from events_service.registrations.tables import Registration


class BadgePrint(Table, tablename="badge_print"):
    """Badges that were asked for together: `again` of these `badges` had been printed before, `drawn` of them are drawn so far.

    Whoever draws holds it until `leased_until`.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    layout = Text()
    language = Text()
    state = Text()
    badges = Integer()
    again = Integer()
    drawn = Integer()
    asked_by_kind = Text()
    asked_by = Text()
    asked_at = Timestamptz()
    leased_until = Timestamptz(null=True, default=None)


class PrintedBadge(Table, tablename="printed_badge"):
    """One of them, at its place in the pile; `face` is a keyed digest of what stood on it."""

    id = Text(primary_key=True, default=new_id)
    print = ForeignKey(BadgePrint, null=False)
    registration = ForeignKey(Registration, null=False)
    place = Integer()
    face = Text()


class BadgeFile(Table, tablename="badge_file"):
    """A part of a print as PDF, sealed. Kept a day at most, and in no backup."""

    id = Text(primary_key=True, default=new_id)
    print = ForeignKey(BadgePrint, null=False)
    part = Integer()
    badges = Integer()
    sealed = Bytea()
    made_at = Timestamptz()
