"""Lists that go on: `{"items": […], "next": "<cursor>"}`."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

import msgspec
from litestar.params import Parameter

from events_service.errors import FieldError, Invalid

Item = TypeVar("Item")

DEFAULT_LIMIT, LARGEST_LIMIT = 50, 200
Limit = Annotated[int, Parameter(ge=1, le=LARGEST_LIMIT, description="How many items at most.")]
Cursor = Annotated[str | None, Parameter(max_length=400, description="The `next` of the page before.")]


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """One page of a list; `next` is null on the last."""

    items: list[Item]
    next: str | None


def page_of(items: Sequence[Item], *, limit: int, key: Callable[[Item], str]) -> Page[Item]:
    """A page from up to `limit + 1` items: the one too many tells that there are more."""
    shown = list(items[:limit])
    return Page(shown, cursor_for(key(shown[-1])) if len(items) > limit else None)


def cursor_for(key: str) -> str:
    """An opaque cursor that stands after `key`."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_in(cursor: str | None) -> str:
    """The key a cursor stands after, the empty text for none. Raises `Invalid` for one we did not make."""
    if not cursor:
        return ""
    try:
        key = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise Invalid([FieldError("cursor", "invalid_cursor", "Use the `next` of the page before.")]) from error
    if "\x00" in key:
        raise Invalid([FieldError("cursor", "invalid_cursor", "Use the `next` of the page before.")])
    return key
