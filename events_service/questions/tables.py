"""An event's questions, one row each; `name` is unique among those of an event that are asked still."""

from piccolo.columns import Boolean, ForeignKey, Integer, Text, Timestamptz
from piccolo.table import Table

from events_service.events.tables import Event
from events_service.identifiers import new_id


class Question(Table, tablename="question"):
    """A question. `labels`, `help`, `options`, `categories` and `condition` are JSON; `retired_at` is when it was asked no more."""

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False, index=True)
    name = Text()
    kind = Text()
    labels = Text()
    help = Text()
    options = Text()
    categories = Text()
    condition = Text(null=True, default=None)
    required = Boolean(default=False)
    sensitive = Boolean(default=False)
    long = Boolean(default=False)
    least = Integer(null=True, default=None)
    most = Integer(null=True, default=None)
    position = Integer()
    version = Integer(default=1)
    created_at = Timestamptz()
    changed_at = Timestamptz()
    retired_at = Timestamptz(null=True, default=None)
