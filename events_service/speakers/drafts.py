"""What is written about a speaker: by agenda editors, and by the speakers themselves."""

from typing import Annotated

from msgspec import UNSET, UnsetType

from events_service.events.drafts import Version, given
from events_service.speakers.rules import State
from events_service.web.bodies import Body
from events_service.web.fields import Email, LanguageTag, Line, OptionalLine, Paragraphs, checked, paragraphs

__all__ = ["OwnChange", "SpeakerChange", "SpeakerDraft", "given"]

Note = Annotated[str, checked(paragraphs, max_length=4_000)]


class SpeakerDraft(Body, frozen=True):
    """Somebody new on the roster. Without an address they get no link and no invites."""

    name: Line
    email: Email | None = None
    title: OptionalLine = ""
    organisation: OptionalLine = ""
    city: OptionalLine = ""
    biography: Paragraphs = ""
    language: LanguageTag = "en"
    public: bool = True
    state: State = State.PROPOSED
    availability: Note = ""
    technical_needs: Note = ""


class SpeakerChange(Body, frozen=True):
    """A change: only what is given changes. `version`, when given, must be the one that was read."""

    version: Version | UnsetType = UNSET
    name: Line | UnsetType = UNSET
    email: Email | UnsetType | None = UNSET
    title: OptionalLine | UnsetType = UNSET
    organisation: OptionalLine | UnsetType = UNSET
    city: OptionalLine | UnsetType = UNSET
    biography: Paragraphs | UnsetType = UNSET
    language: LanguageTag | UnsetType = UNSET
    public: bool | UnsetType = UNSET
    state: State | UnsetType = UNSET
    availability: Note | UnsetType = UNSET
    technical_needs: Note | UnsetType = UNSET


class OwnChange(Body, frozen=True):
    """What speakers change about themselves."""

    name: Line
    title: OptionalLine = ""
    organisation: OptionalLine = ""
    city: OptionalLine = ""
    biography: Paragraphs = ""
    language: LanguageTag = "en"
    public: bool = False
    availability: Note = ""
    technical_needs: Note = ""
