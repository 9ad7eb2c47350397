"""What schedules call a session that stands in them once for each of its rooms. Pure."""

import uuid

_NAMESPACE = uuid.UUID("5c2f1f2e-7a55-5d2b-9a0e-3d5b1f6f0c41")


def guid_of(text: str) -> str:
    """A UUID (version 5) that is always the same for the same text."""
    return str(uuid.uuid5(_NAMESPACE, text))


def guid_in_room(guid: str, room: str) -> str:
    """What the session of that guid is called in a further room of that name: schedules ask for a guid for each."""
    return guid_of(f"{guid.lower()} {room}")
