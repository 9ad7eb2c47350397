"""Answering with a calendar: never negotiated, always with a strong ETag, 304 for who has it (RFC 9110 §13.1.2)."""

import re
from typing import Any

from litestar import Request, Response

from events_service.feeds.shelf import CalendarFile

MEDIA_TYPE = "text/calendar"  # Litestar adds the charset to text
_TAG = re.compile(r'(?:W/)?("[^"]*")')


def calendar_answer(
    request: Request[Any, Any, Any], file: CalendarFile, *, cache: str = "no-cache", **headers: str
) -> Response[bytes]:
    """The calendar; 304 without a body for who has it, headers alone for HEAD. Header names: `Referrer_Policy=…`."""
    sent = {"ETag": file.etag, "Cache-Control": cache, **{name.replace("_", "-"): to for name, to in headers.items()}}
    if has_it(request.headers.get("if-none-match"), file.etag):
        return Response(b"", status_code=304, headers=sent, media_type=MEDIA_TYPE)
    if request.method == "HEAD":
        return Response(b"", headers={**sent, "Content-Length": str(len(file.data))}, media_type=MEDIA_TYPE)
    return Response(file.data, headers=sent, media_type=MEDIA_TYPE)


def has_it(if_none_match: str | None, etag: str) -> bool:
    """Whether If-None-Match names the tag, by weak comparison (RFC 9110 §8.8.3.2); `*` names every one."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or etag in _TAG.findall(if_none_match)
