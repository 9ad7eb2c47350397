"""The addresses a participant is given."""

from events_service.registrations.secrets import (
    feed_token,
    join_code,
    reply_token,
    session_reply_token,
    stop_mails_token,
)
from events_service.settings import Settings


def page_url(code: str, settings: Settings) -> str:
    """The participant's own page. The code stands behind `#`: it is sent to no server and stands in no log."""
    return f"{settings.base_url}/my#{code}"


def join_page_url(registration_id: str, generation: int, settings: Settings, *, session_id: str | None = None) -> str:
    """Where a participant joins the event's meeting, or that of a session. The code stands behind `#`, and opens nothing else."""
    code = join_code(registration_id, generation, secret_key=settings.secret_key)
    return f"{settings.base_url}/my/join#{code}{f'.{session_id}' if session_id else ''}"


def feed_url(registration_id: str, generation: int, settings: Settings) -> str:
    """The participant's calendar feed."""
    token = feed_token(registration_id, generation, secret_key=settings.secret_key)
    return f"{settings.base_url}/my/calendar/{token}.ics"


def stop_mails_url(registration_id: str, settings: Settings) -> str:
    """Where mails that need not be sent are stopped. It opens nothing else, so that mail programs may post to it (RFC 8058)."""
    token = stop_mails_token(registration_id, secret_key=settings.secret_key)
    return f"{settings.base_url}/my/stop-mails/{registration_id}/{token}"


def reply_address(registration_id: str | None, settings: Settings) -> str:
    """The mailbox that takes answers: with a plus address of its own for each invite (`invites+<token>@…`)."""
    if registration_id is None:
        return settings.reply_address
    return _plus_address(reply_token(registration_id, secret_key=settings.secret_key), settings)


def session_reply_address(session_id: str, email_key: str | None, settings: Settings) -> str:
    """The mailbox that takes answers to the invite of one person to one session; the plain one for None, who holds no invite."""
    if email_key is None:
        return settings.reply_address
    return _plus_address(session_reply_token(session_id, email_key, secret_key=settings.secret_key), settings)


def _plus_address(token: str, settings: Settings) -> str:
    local, _, domain = settings.reply_address.rpartition("@")
    return f"{local}+{token}@{domain}"
