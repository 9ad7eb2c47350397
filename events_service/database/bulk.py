"""Many rows changed at once, in each database's quickest words.

PostgreSQL starts a statement anew for every row it is given singly, which costs more than the row: it gets one statement, and all
rows as one JSON text. SQLite is called for each row, within this very process.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Bulk:
    """One change for many rows of values, which come in the order of `columns`.

    `each` is run for every row, `at_once` for all of them, as `as_json` writes them.
    """

    columns: tuple[str, ...]
    each: str
    at_once: str

    def as_json(self, rows: Sequence[Sequence[object]]) -> str:
        """The rows as a JSON array of objects. Times have their offset, as always."""
        return msgspec.json.encode([dict(zip(self.columns, row, strict=True)) for row in rows]).decode()


def inserting(table: str, columns: Sequence[str], *, then: str = "") -> Bulk:
    """Insert rows; `then` is what follows, such as ON CONFLICT."""
    names = ", ".join(columns)
    places = ", ".join(f"${place}" for place, _ in enumerate(columns, 1))
    return Bulk(
        tuple(columns),
        f"INSERT INTO {table} ({names}) VALUES ({places}) {then}",  # noqa: S608
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {_given(table)} {then}",  # noqa: S608
    )


def updating(table: str, key: str, columns: Sequence[str]) -> Bulk:
    """Set these columns of the rows with these keys: a row's key comes first. No key comes twice."""
    changes = ", ".join(f"{column} = ${place}" for place, column in enumerate(columns, 2))
    changes_at_once = ", ".join(f"{column} = given.{column}" for column in columns)
    return Bulk(
        (key, *columns),
        f"UPDATE {table} SET {changes} WHERE {key} = $1",  # noqa: S608
        f"UPDATE {table} SET {changes_at_once} FROM {_given(table)} WHERE {table}.{key} = given.{key}",  # noqa: S608
    )


def deleting(table: str, keys: Sequence[str]) -> Bulk:
    """Delete the rows with these keys."""
    found = " AND ".join(f"{key} = ${place}" for place, key in enumerate(keys, 1))
    found_at_once = " AND ".join(f"{table}.{key} = given.{key}" for key in keys)
    return Bulk(
        tuple(keys),
        f"DELETE FROM {table} WHERE {found}",  # noqa: S608
        f"DELETE FROM {table} USING {_given(table)} WHERE {found_at_once}",  # noqa: S608
    )


def _given(table: str) -> str:
    """The rows of a JSON array, each value as its column's type."""
    return f"json_populate_recordset(NULL::{table}, $1::json) AS given"
