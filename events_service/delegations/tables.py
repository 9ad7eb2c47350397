"""Delegations."""

from piccolo.columns import ForeignKey, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from events_service.events.tables import Event
from events_service.identifiers import new_id


class Delegation(Table, tablename="delegation"):
    """A city's seats at one event. `city_key` is unique within the event among those that are not withdrawn.

    Those registrations that name it are its delegates; while it is `open` its other seats are kept for it. The code of the coordinator's
    link is drawn from the installation's key and `link_generation`; only its digest is here. `category` is empty where the coordinator
    chooses one for each delegate.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    city = Text()
    city_key = Text()
    seats = Integer()
    attendance = Text()
    category = Text()
    coordinator_name = Text()
    coordinator_email = Text()
    email_key = Text(index=True)
    language = Text()
    link_generation = SmallInt(default=0)
    code_digest = Text(unique=True)
    closes_at = Timestamptz()
    asked_at = Timestamptz(null=True, default=None)
    reminded_at = Timestamptz(null=True, default=None)
    state = Text()
    reason = Text()
    made_by_kind = Text()
    made_by = Text()
    created_at = Timestamptz()
    changed_at = Timestamptz()
