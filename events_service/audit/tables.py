"""The log, one row a deed. The database itself refuses to change or delete a row."""

from piccolo.columns import Text, Timestamptz
from piccolo.table import Table

from events_service.identifiers import new_id


class AuditEntry(Table, tablename="audit_entry"):
    """A deed: who (`actor_kind`, `actor_id`), what, at which event, to whom or what, which fields, why. Ids and names of fields only.

    `event` is the event's slug, None where none is concerned; `fields` a JSON array.
    """

    id = Text(primary_key=True, default=new_id)
    at = Timestamptz(index=True)
    actor_kind = Text()
    actor_id = Text()
    action = Text()
    event = Text(null=True, default=None)
    subject_kind = Text()
    subject_id = Text()
    fields = Text()
    reason = Text()
