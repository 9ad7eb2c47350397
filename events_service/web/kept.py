"""Answering with a finished file: a strong ETag, 304 for who has it (RFC 9110 §13.1.2), packed for who takes gzip."""

import re
from typing import Any

from litestar import Request, Response

from events_service.web.shelf import KeptFile

_TAG = re.compile(r'(?:W/)?("[^"]*")')
_GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?:$|,|;(?!\s*q=0(?:\.0*)?\s*(?:$|,)))")


def file_answer(
    request: Request[Any, Any, Any], file: KeptFile, *, media_type: str, cache: str = "no-cache", **headers: str
) -> Response[bytes]:
    """The file; 304 without a body for who has it, headers alone for HEAD. Header names: `Referrer_Policy=…`.

    The packed bytes are another representation and carry a tag of their own.
    """
    packed = file.packed if takes_gzip(request.headers.get("accept-encoding")) else None
    etag = f'{file.etag[:-1]}-gzip"' if packed else file.etag
    sent = {"ETag": etag, "Cache-Control": cache, **{name.replace("_", "-"): to for name, to in headers.items()}}
    if file.packed is not None:
        sent["Vary"] = ", ".join(filter(None, ("Accept-Encoding", sent.get("Vary"))))
    if has_it(request.headers.get("if-none-match"), etag):
        return Response(b"", status_code=304, headers=sent, media_type=media_type)
    body = packed or file.data
    if packed:
        sent["Content-Encoding"] = "gzip"
    if request.method == "HEAD":
        return Response(b"", headers={**sent, "Content-Length": str(len(body))}, media_type=media_type)
    return Response(body, headers=sent, media_type=media_type)


def has_it(if_none_match: str | None, etag: str) -> bool:
    """Whether If-None-Match names the tag, by weak comparison (RFC 9110 §8.8.3.2); `*` names every one."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or etag in _TAG.findall(if_none_match)


def takes_gzip(accept_encoding: str | None) -> bool:
    """Whether Accept-Encoding names gzip, and not to refuse it (RFC 9110 §12.5.3)."""
    return accept_encoding is not None and _GZIP.search(accept_encoding) is not None
