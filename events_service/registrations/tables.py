"""Registrations and the badges they no longer hold; places in sessions, stars, and the session invites people were sent."""

from piccolo.columns import BigInt, Boolean, Bytea, ForeignKey, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from events_service.agenda.tables import Session
from events_service.delegations.tables import Delegation
from events_service.events.tables import Event
from events_service.identifiers import new_id
from events_service.speakers.tables import Speaker


class Registration(Table, tablename="registration"):
    """One person's place, or wish for one, at one event. `email_key` is unique within the event.

    `priority` (the highest first) and then `waitlist_number` order the waiting list. A `party` is one registration's id, shared by
    those who came together; `party_together` says that they want seats for all or none.
    `awaits` says what a pending registration waits for beside an organiser; `answer_until` is the deadline of an offered seat and of
    a mail check, whose code has the digest `check_digest`.
    `invite_sequence` is the SEQUENCE last sent to this person, `invite_withdrawn` whether that was a CANCEL; `told_sequence` is the
    event's own SEQUENCE as they were last told it, which their own can run ahead of.
    `answer` is what their calendar last said to the invite, with the SEQUENCE and DTSTAMP it said so with.
    Of `protected` people the name is an alias and the address leads nowhere; who they are stands in `identity` (JSON). Of who was
    erased (`erased_at`) the row stays, nameless, so that counts stay right.
    Those who name a `delegation` have one of its seats. `door_note` and `photo_id` are for whoever stands at the door.
    Tokens (the page, the feed) are drawn from the installation's key and `links_generation`; only digests are here.
    """

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    email = Text()
    email_key = Text(index=True)
    name = Text()
    search_key = Text()
    organisation = Text()
    city = Text()
    category = Text()
    attendance = Text()
    language = Text()
    answers = Text()
    status = Text()
    waitlist_number = Integer(null=True, default=None)
    source = Text()
    consent_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
    changed_at = Timestamptz()
    version = Integer(default=1)
    badge_digest = Text(null=True, default=None)
    badge_generation = SmallInt(default=0)
    badge_code_digest = Text(null=True, default=None)
    badge_code_draw = SmallInt(default=0)
    page_digest = Text()
    feed_digest = Text()
    links_generation = SmallInt(default=0)
    reminded_at = Timestamptz(null=True, default=None)
    event_reminded_at = Timestamptz(null=True, default=None)
    mails_stopped_at = Timestamptz(null=True, default=None)
    told_cancelled_at = Timestamptz(null=True, default=None)
    invite_sequence = Integer(null=True, default=None)
    told_sequence = Integer(null=True, default=None)
    invite_withdrawn = Boolean(default=False)
    priority = Integer(default=0)
    party = Text(null=True, default=None)
    party_together = Boolean(default=False)
    awaits = Text(null=True, default=None)
    answer_until = Timestamptz(null=True, default=None)
    check_digest = Text(null=True, default=None)
    answer = Text(null=True, default=None)
    answer_sequence = BigInt(null=True, default=None)
    answer_stamped_at = Timestamptz(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)

    protected = Boolean(default=False)
    identity = Text(default="")
    delegation = ForeignKey(Delegation, null=True, default=None)
    erased_at = Timestamptz(null=True, default=None)
    door_note = Text(default="")
    photo_id = Boolean(default=False)


class MagicLink(Table, tablename="magic_link"):
    """Somebody asked for a link to what is an address's: `opens` its `registrations`, or the `members` events.

    `expires_at` is set when its letter is posted.
    """

    id = Text(primary_key=True, default=new_id)
    email = Text()
    email_key = Text(index=True)
    language = Text()
    digest = Text(unique=True)
    asked_at = Timestamptz()
    expires_at = Timestamptz(null=True, default=None)
    used_at = Timestamptz(null=True, default=None)
    opens = Text(default="registrations")


class RetiredBadge(Table, tablename="retired_badge"):
    """The digests of a badge that was replaced or withdrawn, and of its short code: its holder is told so at the door.

    `passed_on`: somebody else holds the seat, and a badge of their own.
    """

    digest = Text(primary_key=True)
    code_digest = Text(null=True, default=None)
    registration = ForeignKey(Registration, null=False)
    retired_at = Timestamptz()
    passed_on = Boolean(default=False)


class AnswerFile(Table, tablename="answer_file"):
    """A file somebody answered a question (by its name) with; without a registration as long as that is not made."""

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False)
    question = Text()
    registration = ForeignKey(Registration, null=True, default=None, index=True)
    name = Text()
    media_type = Text()
    data = Bytea()
    created_at = Timestamptz()


class Consent(Table, tablename="consent"):
    """What somebody agreed to: `purpose` is `data_use` or a question's name, `wording` what they read, in which version."""

    id = Text(primary_key=True, default=new_id)
    registration = ForeignKey(Registration, null=False, index=True)
    purpose = Text()
    version = Text()
    wording = Text()
    given_at = Timestamptz()
    withdrawn_at = Timestamptz(null=True, default=None)


class SignUp(Table, tablename="sign_up"):
    """One participant's place, or wish for one, in one session. A wish becomes more once its registration is confirmed."""

    id = Text(primary_key=True, default=new_id)
    session = ForeignKey(Session, null=False)
    registration = ForeignKey(Registration, null=False, index=True)
    status = Text()
    waitlist_number = Integer(null=True, default=None)
    created_at = Timestamptz()
    changed_at = Timestamptz()
    version = Integer(default=1)


class Star(Table, tablename="star"):
    """A participant marked a session for their own calendar."""

    id = Text(primary_key=True, default=new_id)
    session = ForeignKey(Session, null=False)
    registration = ForeignKey(Registration, null=False, index=True)
    created_at = Timestamptz()


class SessionInvite(Table, tablename="session_invite"):
    """What one person was last sent about one session: one row for each person (by address) and UID.

    `sequence` is the SEQUENCE last sent to them, `told_sequence` the session's own as they were last told it, `withdrawn` whether
    the last message was a CANCEL. They hold it as a participant (`registration`), as a speaker, or both. `answer` is what their
    calendar last said to it, with the SEQUENCE and DTSTAMP it said so with.
    """

    id = Text(primary_key=True, default=new_id)
    session = ForeignKey(Session, null=False)
    email_key = Text(index=True)
    registration = ForeignKey(Registration, null=True, default=None, index=True)
    speaker = ForeignKey(Speaker, null=True, default=None, index=True)
    sequence = Integer()
    told_sequence = Integer()
    withdrawn = Boolean(default=False)
    changed_at = Timestamptz()
    answer = Text(null=True, default=None)
    answer_sequence = BigInt(null=True, default=None)
    answer_stamped_at = Timestamptz(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)


class Substitution(Table, tablename="substitution"):
    """Somebody comes in somebody else's place, or is meant to: `draft` (JSON) says who while it waits for a registrar's answer."""

    id = Text(primary_key=True, default=new_id)
    event = ForeignKey(Event, null=False, index=True)
    leaving = ForeignKey(Registration, null=False)
    coming = ForeignKey(Registration, null=True, default=None)
    draft = Text()
    state = Text()
    reason = Text()
    asked_by_kind = Text()
    asked_by = Text()
    asked_at = Timestamptz()
    decided_by_kind = Text(null=True, default=None)
    decided_by = Text(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
