"""Files that wait for somebody's yes, or are being taken in. Kept a day at most, and in no backup."""

from piccolo.columns import Bytea, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from events_service.events.tables import Event
from events_service.identifiers import new_id


class WaitingFile(Table, tablename="waiting_file"):
    """A list that somebody gave us. `owner` is an account: nobody else reads it. `terms` and `report` are JSON.

    `done` of the file's `lines` that can be taken in are taken in. Whoever works on it holds it until `leased_until`.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    owner = Text()
    purpose = Text()
    file_name = Text()
    data = Bytea()
    terms = Text()
    state = Text()
    lines = Integer()
    done = Integer()
    report = Text()
    leased_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz(index=True)
