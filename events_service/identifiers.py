"""Ids: opaque, and in the order they were made, so that lists page by them."""

import uuid_utils


def new_id() -> str:
    """A fresh id: the 32 hexadecimal digits of a UUID of version 7 (RFC 9562 §5.7)."""
    return uuid_utils.uuid7().hex
