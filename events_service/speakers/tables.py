"""Speakers, their photographs, and a number that rises with every change of an event's roster."""

from piccolo.columns import Boolean, Bytea, ForeignKey, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from events_service.events.tables import Event
from events_service.identifiers import new_id


class Speaker(Table, tablename="speaker"):
    """One person on one event's roster. `import_key` is what another system calls them; it is unique within the event.

    The links to their own page and calendar are drawn from the installation's key and `link_generation`; only digests are here.
    `asked_at`, `reminded_at`: when they were last asked to answer; `answered_at`: when they last did.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    name = Text()
    search_key = Text()
    email = Text(null=True, default=None)
    email_key = Text(null=True, default=None, index=True)
    title = Text()
    organisation = Text()
    city = Text()
    biography = Text()
    language = Text()
    public = Boolean()
    state = Text()
    availability = Text()
    technical_needs = Text()
    import_key = Text(null=True, default=None)
    photo_digest = Text(null=True, default=None)
    link_generation = SmallInt(default=0)
    link_digest = Text()
    feed_digest = Text()
    asked_at = Timestamptz(null=True, default=None)
    reminded_at = Timestamptz(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)
    version = Integer(default=1)
    created_at = Timestamptz()
    changed_at = Timestamptz()


class SpeakerPhoto(Table, tablename="speaker_photo"):
    """A photograph as we encoded it anew, in two sizes (WebP)."""

    speaker = ForeignKey(Speaker, null=False, primary_key=True)
    large = Bytea()
    small = Bytea()
    changed_at = Timestamptz()


class Roster(Table, tablename="roster"):
    """A number for each event that rises with every change of its speakers: what caches are kept by."""

    event = ForeignKey(Event, null=False, primary_key=True)
    version = Integer(default=1)
