"""As whom people take part in events. Known down here because an event's questions may be for some of them alone."""

from enum import StrEnum


class Category(StrEnum):
    """As whom a person takes part."""

    ELECTED_OFFICIAL = "elected_official"
    PRACTITIONER = "practitioner"
    EXPERT = "expert"
    NGO = "ngo"
    POLICE = "police"
    YOUTH = "youth"
    MEDIA = "media"
    SPEAKER = "speaker"
    STAFF = "staff"
    GUEST = "guest"
