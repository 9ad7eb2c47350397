"""How long people stayed in a meeting, as far as their join page could tell."""

from piccolo.columns import ForeignKey, Text, Timestamptz
from piccolo.table import Table

from events_service.door.tables import Checkpoint
from events_service.events.tables import Event
from events_service.identifiers import new_id
from events_service.registrations.tables import Registration


class OnlineStay(Table, tablename="online_stay"):
    """From joining to leaving, once; who comes back has another. `checkpoint` is the join page.

    `seen_at` is the page's last sign, `left_at` null while nobody knows of an end, `ending` how it is known: `told` by a button,
    `closed` with the page, or `silent`: no sign came any more, so that the last one counts.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    checkpoint = ForeignKey(Checkpoint, null=False)
    registration = ForeignKey(Registration, null=False)
    joined_at = Timestamptz()
    seen_at = Timestamptz()
    left_at = Timestamptz(null=True, default=None)
    ending = Text(null=True, default=None)
