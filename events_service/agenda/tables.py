"""The draft agenda, its releases, and what organisers decided about its conflicts."""

from piccolo.columns import Boolean, DoublePrecision, ForeignKey, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from events_service.events.tables import Event
from events_service.identifiers import new_id
from events_service.speakers.tables import Speaker


class AgendaHead(Table, tablename="agenda"):
    """One row for each event with an agenda. Whoever changes the draft or releases it locks this row first.

    `version` rises with every change of the draft; `released` is the number of the current release, 0 for none;
    `timezone` is the zone the sessions' UTC times were last worked out in.
    """

    event = ForeignKey(Event, null=False, primary_key=True)
    version = Integer(default=1)
    released = Integer(default=0)
    timezone = Text()
    overlap = Text()
    last_number = Integer(default=0)


class Room(Table, tablename="room"):
    """A room of the draft: in a house (`venue`) in a city, or online. `timezone` is None where it is the event's."""

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    name = Text()
    venue = Text()
    city = Text()
    timezone = Text(null=True, default=None)
    online = Boolean()
    capacity = Integer(null=True, default=None)
    latitude = DoublePrecision(null=True, default=None)
    longitude = DoublePrecision(null=True, default=None)
    description = Text()
    position = Integer()
    version = Integer(default=1)
    created_at = Timestamptz()
    changed_at = Timestamptz()


class Track(Table, tablename="track"):
    """A track of the draft. `colour` is one of the palette's names."""

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    name = Text()
    slug = Text()
    colour = Text()
    description = Text()
    position = Integer()
    version = Integer(default=1)
    created_at = Timestamptz()
    changed_at = Timestamptz()


class Session(Table, tablename="session"):
    """A session of the draft; without times it lies on the shelf. Times are UTC beside the wall time in the event's zone.

    `number` is a small number of its own within the event, `guid` a UUID: other systems know it by these. `import_key` is
    what another system calls it. `sequence` is iCalendar's, raised by a release that moves it. A deleted session stays as a row,
    because people may hold invites to it.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    number = Integer()
    guid = Text()
    slug = Text()
    title = Text()
    subtitle = Text()
    kind = Text()
    state = Text()
    starts_at = Timestamptz(null=True, default=None, index=True)
    ends_at = Timestamptz(null=True, default=None)
    starts_wall = Text(null=True, default=None)
    ends_wall = Text(null=True, default=None)
    minutes = Integer()
    track = ForeignKey(Track, null=True, default=None)
    topics = Text()
    language = Text()
    abstract = Text()
    description = Text()
    capacity = Integer(null=True, default=None)
    signup = Boolean()
    join_url = Text(null=True, default=None)
    visible_from = Timestamptz(null=True, default=None)
    import_key = Text(null=True, default=None)
    sequence = Integer(default=0)
    version = Integer(default=1)
    created_at = Timestamptz()
    changed_at = Timestamptz()
    deleted_at = Timestamptz(null=True, default=None)


class SessionRoom(Table, tablename="session_room"):
    """A session takes place in a room; some take several."""

    id = Text(primary_key=True, default=new_id)
    session = ForeignKey(Session, null=False, index=True)
    room = ForeignKey(Room, null=False, index=True)
    position = SmallInt()


class SessionSpeaker(Table, tablename="session_speaker"):
    """A person's part in a session, and whether they will take it."""

    id = Text(primary_key=True, default=new_id)
    session = ForeignKey(Session, null=False, index=True)
    speaker = ForeignKey(Speaker, null=False, index=True)
    role = Text()
    state = Text()
    position = SmallInt()


class AgendaRelease(Table, tablename="agenda_release"):
    """A release: the whole agenda as JSON as it was then, and what changed since the one before. Never edited.

    `announced_at` is set when everybody concerned has been told.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    number = Integer()
    note = Text()
    agenda = Text()
    changes = Text()
    created_at = Timestamptz()
    created_by = Text()
    announced_at = Timestamptz(null=True, default=None)


class ConflictOverride(Table, tablename="conflict_override"):
    """An organiser's word that a conflict is meant, with the reason. `key` names the conflict (its code and whom it is about)."""

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    key = Text()
    reason = Text()
    created_by = Text()
    created_at = Timestamptz()
