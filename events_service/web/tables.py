"""What the plumbing keeps: answers to repeat, and how often someone tried."""

from piccolo.columns import Bytea, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table


class StoredAnswer(Table, tablename="stored_answer"):
    """The answer to a POST that carried an Idempotency-Key, kept 24 hours. The body is sealed: it may hold a token."""

    key_digest = Text(primary_key=True)
    request_digest = Text()
    status = SmallInt(null=True, default=None)
    content_type = Text(null=True, default=None)
    sealed_body = Bytea(null=True, default=None)
    created_at = Timestamptz(index=True)


class Attempts(Table, tablename="attempts"):
    """How often one bucket (the digest of an address, an account …) was used within one window."""

    bucket = Text(primary_key=True)
    window_ends_at = Timestamptz(index=True)
    tries = Integer()
