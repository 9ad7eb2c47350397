"""The secrets a registration has: its page, its feed, its badge, its reply address. None is stored; each can be drawn again.

They depend on the installation's key, the registration's id and a generation that revokes them when it rises.
"""

import hmac

from events_service.events.rules import Event
from events_service.events.signing import SigningKey
from events_service.registrations.badge_tokens import SECRET_BYTES, BadgeToken, expiry_of, mint
from events_service.registrations.rules import Category
from events_service.sealing import derived_key, keyed_token

ACCESS_CLASSES = {category: number for number, category in enumerate(Category, start=1)}


def page_code(registration_id: str, generation: int, *, secret_key: str) -> str:
    """The code that opens a participant's own page."""
    return keyed_token(registration_id, str(generation), secret_key=secret_key, purpose="participant-page")


def join_code(registration_id: str, generation: int, *, secret_key: str) -> str:
    """The code that opens a participant's join pages, and nothing else: the registration's id, then 32 characters."""
    return registration_id + keyed_token(registration_id, str(generation), secret_key=secret_key, purpose="join-page")


def feed_token(registration_id: str, generation: int, *, secret_key: str) -> str:
    """The token in the address of a participant's calendar feed."""
    return keyed_token(registration_id, str(generation), secret_key=secret_key, purpose="participant-feed")


def reply_token(registration_id: str, *, secret_key: str) -> str:
    """What stands behind the plus in the address that takes answers to an invite."""
    return keyed_token(registration_id, secret_key=secret_key, purpose="invite-reply")


def stop_mails_token(registration_id: str, *, secret_key: str) -> str:
    """What stops mails that need not be sent, without opening anything."""
    return keyed_token(registration_id, secret_key=secret_key, purpose="stop-mails")


def session_reply_token(session_id: str, email_key: str, *, secret_key: str) -> str:
    """What stands behind the plus in the address that takes one person's answers to the invite to one session."""
    return keyed_token(session_id, email_key, secret_key=secret_key, purpose="session-invite-reply")


def badge_secret(registration_id: str, generation: int, *, secret_key: str) -> bytes:
    """The 16 secret bytes in the badge of that generation."""
    drawn_from = f"{registration_id}|{generation}".encode()
    return hmac.digest(derived_key(secret_key, "badge-secret"), drawn_from, "sha256")[:SECRET_BYTES]


def badge_text(
    registration_id: str, generation: int, *, category: str, event: Event, key: SigningKey, secret_key: str
) -> str:
    """The text of the badge of that generation."""
    token = BadgeToken(
        key_id=key.key_id,
        event_mark=key.event_mark,
        secret=badge_secret(registration_id, generation, secret_key=secret_key),
        access_class=ACCESS_CLASSES[Category(category)],
        generation=generation,
        expires_on=expiry_of(event.ends_at),
    )
    return mint(token, private_key=key.private)
