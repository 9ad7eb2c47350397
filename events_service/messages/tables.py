"""Messages that were sent to many."""

from piccolo.columns import ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from events_service.events.tables import Event
from events_service.identifiers import new_id


class BulkMessage(Table, tablename="bulk_message"):
    """What an organiser sent to whom (JSON, nobody's name in it), and how many letters it became.

    `key` is of the form it was sent from: a form that is sent twice is one message. `left_out` counts those who stopped their mails.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    key = Text(unique=True)
    segment = Text()
    texts = Text()
    main_language = Text()
    sent_by = Text()
    recipients = Integer()
    left_out = Integer()
    created_at = Timestamptz()
