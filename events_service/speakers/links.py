"""The addresses a speaker has: the page of their own, their calendar, their photograph."""

from events_service import settings
from events_service.speakers.actions import feed_token, speaker_code
from events_service.speakers.photos import Size
from events_service.speakers.rules import Speaker


def own_page_url(speaker_id: str, generation: int) -> str:
    """The speaker's own page. The code stands behind `#`: it is sent to no server and stands in no log."""
    own = settings.current()
    return f"{own.base_url}/speaking#{speaker_code(speaker_id, generation, secret_key=own.secret_key)}"


def own_feed_url(speaker_id: str, generation: int) -> str:
    """The speaker's calendar feed."""
    own = settings.current()
    return f"{own.base_url}/my/calendar/{feed_token(speaker_id, generation, secret_key=own.secret_key)}.ics"


def photo_path(slug: str, speaker: Speaker, size: Size = "large") -> str | None:
    """Where the photograph lies; None without one. A new photograph has a new address."""
    if speaker.photo_digest is None:
        return None
    return f"/events/{slug}/speakers/{speaker.id}/photo/{speaker.photo_digest}-{size}.webp"
