"""What was erased, as digests, and what the sweep removed, as numbers."""

from piccolo.columns import Integer, Text, Timestamptz
from piccolo.table import Table

from events_service.identifiers import new_id


class Tombstone(Table, tablename="tombstone"):
    """An address asked to be erased. The digest is keyed with the installation's secret: it tells nobody else whose."""

    digest = Text(primary_key=True)
    erased_at = Timestamptz()


class Sweep(Table, tablename="sweep"):
    """How much of one kind was removed when, at which event (its slug; None where none is concerned)."""

    id = Text(primary_key=True, default=new_id)
    at = Timestamptz(index=True)
    kind = Text()
    event_slug = Text(null=True, default=None)
    removed = Integer()
