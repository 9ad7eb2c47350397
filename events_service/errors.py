"""What can be refused, and why.

The hierarchy, with nothing of HTTP in it (`web/problems.py` maps it to statuses)::

    Exception
    └── Refused              a rule or the data says no; `code` names it, `facts` say with what
        ├── NotFound         not there, or not yours to know of
        ├── Unauthenticated  no token, or one that does not hold
        ├── Forbidden        known, and not allowed
        ├── Conflict         the state of things forbids it now
        ├── Invalid          values are wrong; `errors` lists every field at once
        ├── TooMany          asked too often; `retry_after` in seconds
        └── Unavailable      the database is away; `retry_after` in seconds
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: its dotted name (`venue.country`), a code, and a sentence that says what to do."""

    field: str
    code: str
    message: str


class Refused(Exception):
    """A refusal with a stable `code`, a `detail` in plain English and the facts behind it."""

    code = "refused"
    detail = "This cannot be done."

    def __init__(self, detail: str | None = None, *, code: str | None = None, **facts: object) -> None:
        self.facts = facts
        if detail is not None:
            self.detail = detail
        if code is not None:
            self.code = code
        super().__init__(self.detail)


class NotFound(Refused):
    """Not there, or not yours to know of: the two look the same."""

    code = "not_found"
    detail = "There is nothing here under this address."


class Unauthenticated(Refused):
    """No token, or one that is unknown, expired or revoked."""

    code = "unauthenticated"
    detail = "Send a valid token in the Authorization header."


class Forbidden(Refused):
    """Known, and not allowed."""

    code = "forbidden"
    detail = "Your role does not allow this."


class Conflict(Refused):
    """The state of things forbids it now."""

    code = "conflict"
    detail = "The present state does not allow this."


class Invalid(Refused):
    """One or more values are wrong; every wrong one is listed."""

    code = "invalid"
    detail = "Some values are not right. See errors for each of them."

    def __init__(self, errors: Sequence[FieldError], detail: str | None = None) -> None:
        super().__init__(detail)
        self.errors = tuple(errors)


class TooMany(Refused):
    """Asked too often."""

    code = "too_many_requests"
    detail = "Too many attempts. Wait a little and try again."

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class Unavailable(Refused):
    """The database does not answer; nothing was written."""

    code = "database_unavailable"
    detail = "The service cannot reach its database just now. Nothing was lost; try again in a moment."
    retry_after = 2
