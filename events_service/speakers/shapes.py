"""Speakers as programs see them: the contract's fields, and examples for the OpenAPI document."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from events_service import settings
from events_service.events.rules import Event
from events_service.speakers.links import photo_path
from events_service.speakers.rules import Speaker, State


class SpeakerOut(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on an event's roster."""

    id: str
    event: Annotated[str, Meta(description="The event's slug.")]
    name: str
    email: Annotated[str | None, Meta(description="Where questions and invites go; null: neither is sent.")]
    title: str
    organisation: str
    city: str
    biography: Annotated[str, Meta(description="Markdown.")]
    photo: Annotated[
        str | None, Meta(description="Address of the photograph (WebP, at most 960 pixels a side); null without one.")
    ]
    photo_small: Annotated[str | None, Meta(description="The same as a square of 320 pixels.")]
    language: Annotated[str, Meta(description="The language of their letters.")]
    public: Annotated[bool, Meta(description="Whether the public is shown who they are.")]
    state: State
    availability: str
    technical_needs: str
    asked_at: Annotated[datetime | None, Meta(description="When they were last asked to answer.")]
    reminded_at: Annotated[datetime | None, Meta(description="When they were last reminded since.")]
    answered_at: Annotated[datetime | None, Meta(description="When they last answered.")]
    version: Annotated[int, Meta(description="Rises with each change.")]
    created_at: datetime
    changed_at: datetime


def speaker_out(speaker: Speaker, event: Event) -> SpeakerOut:
    """The speaker, in full: for those who may edit the agenda."""
    return SpeakerOut(
        id=speaker.id,
        event=event.slug,
        name=speaker.name,
        email=speaker.email,
        title=speaker.title,
        organisation=speaker.organisation,
        city=speaker.city,
        biography=speaker.biography,
        photo=_absolute(photo_path(event.slug, speaker, "large")),
        photo_small=_absolute(photo_path(event.slug, speaker, "small")),
        language=speaker.language,
        public=speaker.public,
        state=speaker.state,
        availability=speaker.availability,
        technical_needs=speaker.technical_needs,
        asked_at=speaker.asked_at,
        reminded_at=speaker.reminded_at,
        answered_at=speaker.answered_at,
        version=speaker.version,
        created_at=speaker.created_at,
        changed_at=speaker.changed_at,
    )


def _absolute(path: str | None) -> str | None:
    return None if path is None else settings.current().base_url + path


EXAMPLE_ID = "0190f6b2c1d47a3e9a4f0c1b2d3e4f50"
EXAMPLE_DRAFT: dict[str, Any] = {
    "name": "Åsa Ðórsdóttir",
    "email": "asa@example.org",
    "title": "Head of prevention",
    "organisation": "City of Malmö",
    "city": "Malmö",
    "biography": "Has built the city's local prevention team.",
    "language": "sv",
    "public": True,
    "state": "proposed",
    "availability": "Not before 10.00 on the second day.",
    "technical_needs": "",
}
_PHOTO = f"https://events.example.org/events/guide-launch/speakers/{EXAMPLE_ID}/photo/5b1dbb3987420512e1e0"
EXAMPLE_SPEAKER: dict[str, Any] = {
    "id": EXAMPLE_ID,
    "event": "guide-launch",
    **EXAMPLE_DRAFT,
    "photo": None,
    "photo_small": None,
    "asked_at": None,
    "reminded_at": None,
    "answered_at": None,
    "version": 1,
    "created_at": "2027-01-15T09:12:00Z",
    "changed_at": "2027-01-15T09:12:00Z",
}
EXAMPLE_WITH_PHOTO: dict[str, Any] = {
    **EXAMPLE_SPEAKER,
    "photo": f"{_PHOTO}-large.webp",
    "photo_small": f"{_PHOTO}-small.webp",
    "version": 2,
}
EXAMPLE_CHANGE: dict[str, Any] = {"version": 1, "title": "Head of safety", "state": "confirmed"}
