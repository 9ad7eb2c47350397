"""Events, the keys that sign their badges, and the notices that tell higher floors what changed."""

from piccolo.columns import Boolean, Bytea, DoublePrecision, ForeignKey, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from events_service.identifiers import new_id


class Event(Table, tablename="event"):
    """An event. Times are UTC beside the wall time that was typed (`2027-03-07T11:00`) in `timezone`.

    `languages` and `topics` are JSON arrays. `sequence` is iCalendar's SEQUENCE; `changed_at` its LAST-MODIFIED.
    """

    id = Text(primary_key=True, default=new_id)
    slug = Text(unique=True)
    title = Text()
    kind = Text()
    format = Text()
    status = Text(index=True)
    visibility = Text()
    timezone = Text()
    starts_at = Timestamptz(index=True)
    ends_at = Timestamptz()
    starts_wall = Text()
    ends_wall = Text()
    summary = Text()
    description = Text()
    languages = Text()
    topics = Text()
    venue_name = Text(null=True, default=None)
    venue_address = Text(null=True, default=None)
    venue_city = Text(null=True, default=None)
    venue_country = Text(null=True, default=None)
    venue_latitude = DoublePrecision(null=True, default=None)
    venue_longitude = DoublePrecision(null=True, default=None)
    venue_disclosure = Text(null=True, default=None)
    join_url = Text(null=True, default=None)
    registration_mode = Text()
    registration_opens_at = Timestamptz(null=True, default=None)
    registration_closes_at = Timestamptz(null=True, default=None)
    capacity = Integer(null=True, default=None)
    online_capacity = Integer(null=True, default=None)
    waitlist = Boolean()
    retention_days = Integer()
    reentry = Text()
    sequence = Integer(default=0)
    version = Integer(default=1)
    created_at = Timestamptz()
    changed_at = Timestamptz()
    published_at = Timestamptz(null=True, default=None)
    cancelled_reason = Text(null=True, default=None)
    search_key = Text()


class Admission(Table, tablename="admission"):
    """How an event admits people, where it differs from the usual. `categories` and `cities` are JSON: name → seats at most.

    `reminder_days` is a JSON array: how many days before an invitation lapses its guest is reminded. `photo_id_categories` is one of
    the categories whose people the door asks for a photo ID.
    """

    event = ForeignKey(Event, null=False, primary_key=True)
    categories = Text()
    cities = Text()
    offers = Boolean()
    offer_hours = Integer()
    mail_check = Boolean()
    reminder_days = Text()
    sensitive_days = Integer()
    companions = Integer(default=0)
    photo_id_categories = Text(default="[]")


class SigningKey(Table, tablename="signing_key"):
    """The Ed25519 key pair that signs an event's badges; the private half is sealed."""

    event = ForeignKey(Event, null=False, primary_key=True)
    key_id = SmallInt()
    public_key = Bytea()
    sealed_private_key = Bytea()
    # Four bytes inside every badge: they tell another event's badge from an unknown one.
    event_mark = Integer()


class Notice(Table, tablename="notice"):
    """Left by a change that calendars must follow; the registrations floor reads it and tells the people concerned."""

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    kind = Text()
    created_at = Timestamptz()
    announced_at = Timestamptz(null=True, default=None, index=True)
