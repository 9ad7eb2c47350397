"""An organiser's own words."""

from piccolo.columns import ForeignKey, Text, Timestamptz
from piccolo.table import Table

from events_service.events.tables import Event
from events_service.identifiers import new_id


class EventText(Table, tablename="event_text"):
    """What one kind of letter of an event says in one language, in place of our words. Unique by these three."""

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    kind = Text()
    language = Text()
    subject = Text()
    opening = Text()
    closing = Text()
    changed_at = Timestamptz()
