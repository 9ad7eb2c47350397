"""The code in a mail that says: this address is mine, I want this seat."""

from events_service.sealing import keyed_token
from events_service.settings import Settings


def check_code(registration_id: str, generation: int, *, secret_key: str) -> str:
    """The code that confirms an address, once: its digest goes from the registration when it is used."""
    return keyed_token(registration_id, str(generation), secret_key=secret_key, purpose="mail-check")


def check_url(code: str, settings: Settings) -> str:
    """Where it is confirmed. The code stands behind `#`: it is sent to no server by itself and stands in no log."""
    return f"{settings.base_url}/my/confirm#{code}"
