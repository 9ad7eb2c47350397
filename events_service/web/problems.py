"""The one map from refusals to answers: problem+json (RFC 9457) under /api, a page elsewhere."""

from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

from events_service.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from events_service.sentences import sentence
from events_service.web.pages import page
from events_service.web.words import gettext as _

log = structlog.get_logger(__name__)

STATUS: dict[type[Refused], int] = {
    NotFound: 404,
    Unauthenticated: 401,
    Forbidden: 403,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
}
CODES = {
    400: "unreadable",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "wrong_media_type",
    422: "invalid",
    429: "too_many_requests",
    500: "internal_error",
    503: "database_unavailable",
}


class ProblemError(msgspec.Struct, frozen=True):
    """One wrong field of a 422."""

    field: str
    code: str
    message: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error answer, `application/problem+json`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemError] | None = None


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The problem answers of an operation, for its OpenAPI description; those that any operation may give are added.

    Whoever reads a body (415) may find it too large (413).
    """
    with_body = {413} if 415 in statuses else set()
    return {
        status: ResponseSpec(
            Problem,
            description=HTTPStatus(status).phrase,
            media_type="application/problem+json",
            generate_examples=False,
            examples=[Example(value=msgspec.to_builtins(_example(status)))],
        )
        for status in sorted({400, 422, 429, 503, *with_body, *statuses})
    }


def answers(status: int, kind: Any, example: object, *refusals: int) -> dict[int, ResponseSpec]:
    """The answers of an operation, each with an example, for its OpenAPI description."""
    good = ResponseSpec(kind, description="Done.", generate_examples=False, examples=[Example(value=example)])
    return {status: good, **problems(*refusals)}


def status_of(refused: Refused) -> int:
    """The HTTP status that a rule's refusal is answered with."""
    return next(STATUS[kind] for kind in type(refused).__mro__ if kind in STATUS)


def answer_refused(request: Request[Any, Any, Any], refused: Refused) -> Response[Any]:
    """A rule's refusal."""
    status = status_of(refused)
    headers = {"Retry-After": str(refused.retry_after)} if isinstance(refused, (TooMany, Unavailable)) else {}
    errors = refused.errors if isinstance(refused, Invalid) else ()
    return _answer(request, status=status, code=refused.code, detail=refused.detail, errors=errors, headers=headers)


def answer_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """What Litestar itself refuses: no such route, too large a body, a wrong query parameter."""
    if isinstance(error, ValidationException) and error.status_code == 400:
        errors = _field_errors(error)
        # Bodies are read by us; Litestar itself only finds that there is none.
        if any(one.field == "data" for one in errors):
            return _answer(request, status=400, code=CODES[400], detail="There is no body. Send a JSON object.")
        return answer_refused(request, Invalid(errors))
    status, detail = error.status_code, error.detail
    if detail == HTTPStatus(status).phrase and not request.scope["path"].startswith("/api/"):
        detail = _UNSAID.get(status, Refused.detail)
    headers = dict(error.headers or {})
    return _answer(request, status=status, code=CODES.get(status, "refused"), detail=detail, headers=headers)


def answer_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A mistake of ours: logged with its trace, told without."""
    log.error("request.failed", method=request.method, route=_route(request), exc_info=error)
    return _answer(
        request, status=500, code=CODES[500], detail=sentence("Something went wrong on our side. It has been noted.")
    )


def _answer(
    request: Request[Any, Any, Any],
    *,
    status: int,
    code: str,
    detail: str,
    errors: tuple[FieldError, ...] = (),
    headers: dict[str, str] | None = None,
) -> Response[Any]:
    title = HTTPStatus(status).phrase
    if not request.scope["path"].startswith("/api/"):
        answer = page("error.html", request, status=status, title=_title(status), text=_(detail), advice="")
        answer.headers.update(headers or {})
        return answer
    if status == 401:
        headers = {**(headers or {}), "WWW-Authenticate": "Bearer"}
    listed = [ProblemError(error.field, error.code, str(error.message)) for error in errors] or None
    body = Problem(f"/problems/{code}", title, status, str(detail), code, listed)
    return Response(
        msgspec.json.encode(body), status_code=status, headers=headers, media_type="application/problem+json"
    )


# What a page says where the framework has but the name of the status.
_UNSAID = {
    404: NotFound.detail,
    405: sentence("This address shows a page or takes a form, and was asked for the other."),
    413: sentence("What was sent is larger than we take. Send less, or a smaller file."),
}


def _title(status: int) -> str:
    return {
        400: _("That could not be read"),
        401: _("Please sign in"),
        403: _("This is not open to you"),
        404: _("There is nothing here"),
        409: _("That is not possible now"),
        413: _("That is too large"),
        422: _("Something is not right"),
        429: _("Too many attempts"),
        503: _("Please try again in a moment"),
    }.get(status, _("Something went wrong"))


def _field_errors(error: ValidationException) -> list[FieldError]:
    listed = error.extra if isinstance(error.extra, list) else []
    found = [
        FieldError(str(one.get("key", "")), "invalid", str(one.get("message", "")))
        for one in listed
        if isinstance(one, dict)
    ]
    return found or [FieldError("", "invalid", error.detail)]


def _route(request: Request[Any, Any, Any]) -> str:
    """The route's template, never the path itself: a path may hold a secret."""
    return str(request.scope.get("path_template", ""))


def _example(status: int) -> Problem:
    errors = (
        [ProblemError("email", "invalid_email", "Write a mail address such as asa@example.org.")]
        if status == 422
        else None
    )
    code = CODES[status]
    return Problem(f"/problems/{code}", HTTPStatus(status).phrase, status, "What happened, in words.", code, errors)
